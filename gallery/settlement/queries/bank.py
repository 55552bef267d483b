"""Entries of the bank's lines that are documents of their own, and of what a transfer brought besides its amount."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.payments.models import Payment
from gallery.payments.states import HAS_BOOKS
from gallery.settlement.models import BankLine
from gallery.settlement.queries.drafts import Draft, Source, gallery, gateway
from gallery.settlement.states import Account, BankLineKind, BankLineStatus, EntryKind

OWN_KINDS: Final = frozenset(
    {
        BankLineKind.FEE,
        BankLineKind.GATEWAY_PAYOUT,
        BankLineKind.QRIS_PAYOUT,
        BankLineKind.CASH_DEPOSIT,
        BankLineKind.OTHER,
    }
)


def bank_party(bank_account_id: int) -> str:
    """Name a bank account in the journal."""
    return f"bank_account:{bank_account_id}"


def _lines(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    rows = session.execute(
        select(BankLine, Payment.amount_idr)
        .outerjoin(Payment, Payment.id == BankLine.payment_id)
        .where(BankLine.id.in_(ids))
        .order_by(BankLine.id)
    )
    return [_line(line, expected_idr) for line, expected_idr in rows]


def _line(line: BankLine, expected_idr: int | None) -> Draft:
    bank = bank_party(line.bank_account_id)
    draft = Draft(
        EntryKind.BANK_LINE,
        line.id,
        f"bank_line:{line.public_id}",
        clock.midnight(line.day),
        line.reference,
        line.gallery_id,
    )
    if line.kind is BankLineKind.PAYMENT:
        # The transfer's own entry brought what was asked for; the buyer sent a few rupiah more or less.
        draft.debit(Account.BANK, bank, line.amount_idr - (expected_idr or 0))
        draft.credit(Account.ROUNDING, "", line.amount_idr - (expected_idr or 0))
        return draft
    draft.debit(Account.BANK, bank, line.amount_idr)
    match line.kind:
        case BankLineKind.FEE:
            draft.credit(Account.FEES, bank, line.amount_idr)  # interest is a fee that is less than nothing
        case BankLineKind.GATEWAY_PAYOUT if line.gateway in HAS_BOOKS:
            draft.credit(Account.TRANSIT, gateway(line.gateway), line.amount_idr)
        case BankLineKind.GATEWAY_PAYOUT:
            draft.debit(Account.FEES, gateway(line.gateway), line.fee_idr)
            draft.credit(Account.GATEWAY, gateway(line.gateway), line.amount_idr + line.fee_idr)
        case BankLineKind.QRIS_PAYOUT:
            draft.debit(Account.FEES, gallery(line.gallery_id), line.fee_idr)
            draft.credit(Account.QRIS, gallery(line.gallery_id), line.amount_idr + line.fee_idr)
        case BankLineKind.CASH_DEPOSIT:
            draft.credit(Account.SAFE, gallery(line.gallery_id), line.amount_idr)
        case _:
            draft.credit(Account.OFFICE, "", line.amount_idr)
    return draft


SOURCES: Final = (
    Source(
        EntryKind.BANK_LINE,
        select(BankLine.id)
        .outerjoin(Payment, Payment.id == BankLine.payment_id)
        .where(
            BankLine.status == BankLineStatus.MATCHED,
            BankLine.kind.in_(OWN_KINDS)
            | ((BankLine.kind == BankLineKind.PAYMENT) & (BankLine.amount_idr != Payment.amount_idr)),
        ),
        _lines,
    ),
)
