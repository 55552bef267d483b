"""A bank's line is bound to the document that it is, and the document learns what the bank says."""

from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.core.states import Decision
from gallery.payments import services as payments
from gallery.payments.models import Payment, Refund
from gallery.payments.services.locking import locked
from gallery.payments.states import PaymentMethod, PaymentStatus, RefundStatus
from gallery.settlement.errors import DocumentDiffersError, DocumentTakenError, LineSettledError
from gallery.settlement.models import BankLine, CourierPayment, Payout, PayoutItem
from gallery.settlement.queries.bank_matching import MOST_DIGITS, matches, movement_of
from gallery.settlement.services.bank import close_line
from gallery.settlement.services.payouts import mark_paid
from gallery.settlement.states import BankLineKind, BankLineStatus, Certainty, PayoutItemStatus

M = TypeVar("M", Payment, PayoutItem, Refund, CourierPayment)
_COLUMN: Final = {
    BankLineKind.PAYMENT: "payment_id",
    BankLineKind.OWNER_PAYOUT: "payout_item_id",
    BankLineKind.REFUND: "refund_id",
    BankLineKind.COURIER_PAID: "courier_payment_id",
}


def match_line(
    session: Session,
    line_id: int,
    kind: BankLineKind,
    document_id: int,
    *,
    certainty: Certainty = Certainty.BY_HAND,
    actor: Actor,
) -> Decision:
    """The line is this document: a transfer is verified, a payout or refund noted as sent where it was not yet.

    A second officer's same decision changes nothing (``STALE``). Raises :class:`LineSettledError`,
    :class:`DocumentTakenError` and :class:`DocumentDiffersError`. A match is for good: what was wrong is refunded.
    """
    line = lock_row(session, BankLine, line_id)
    column = _COLUMN[kind]
    if line.status is BankLineStatus.MATCHED:
        if getattr(line, column) == document_id:
            return Decision.STALE
        raise LineSettledError(line.public_id)
    _BIND[kind](session, line, document_id, actor)
    # Asked again behind the document's lock: two lines may have wanted it at once.
    other = session.scalar(select(BankLine.id).where(getattr(BankLine, column) == document_id))
    if other is not None:
        raise DocumentTakenError(line.public_id)
    line.kind, line.gallery_id, line.gateway = kind, None, None
    setattr(line, column, document_id)
    close_line(session, line, certainty, actor)
    return Decision.APPLY


def settle_if_sure(session: Session, line_id: int, *, actor: Actor) -> bool:
    """The line is bound to its document if that is sure now; whoever was faster has done it, or it is sure no more."""
    line = lock_row(session, BankLine, line_id)
    if line.status is not BankLineStatus.OPEN:
        return False
    match = matches(session, [movement_of(line)])[line.id]
    if match.certainty is not Certainty.SURE:
        return False
    best = match.candidates[0]
    match_line(session, line_id, best.kind, best.document_id, certainty=Certainty.SURE, actor=actor)
    return True


def _payment(session: Session, line: BankLine, payment_id: int, actor: Actor) -> None:
    _need(session, Payment, payment_id)
    order, payment = locked(session, payment_id)
    over = line.amount_idr - (payment.amount_idr - payment.unique_code)
    if payment.method is not PaymentMethod.BANK_TRANSFER or not 0 <= over <= MOST_DIGITS:
        raise DocumentDiffersError(order.number)
    if payment.status is PaymentStatus.PAID:
        if payment.bank_account_id != line.bank_account_id:
            raise DocumentDiffersError(order.number)
        return
    # The buyer took the office's other account: the money lies where the bank says.
    payment.bank_account_id = line.bank_account_id
    payments.verify(session, payment_id, received_idr=line.amount_idr, actor=actor)


def _payout_item(session: Session, line: BankLine, item_id: int, actor: Actor) -> None:
    item = _need(session, PayoutItem, item_id)
    payout = session.get_one(Payout, item.payout_id)
    if payout.bank_account_id != line.bank_account_id or item.amount_idr != -line.amount_idr:
        raise DocumentDiffersError(payout.number)
    if item.status is PayoutItemStatus.OPEN:
        reference = line.reference or line.description[:60]
        mark_paid(session, payout.id, [item.id], reference=reference, actor=actor)
    else:
        session.refresh(item, with_for_update={"key_share": True})
    if item.status is not PayoutItemStatus.PAID:
        raise DocumentDiffersError(payout.number)


def _refund(session: Session, line: BankLine, refund_id: int, actor: Actor) -> None:
    refund = _need(session, Refund, refund_id)
    _, payment = locked(session, refund.payment_id)
    session.refresh(refund)
    is_ours = payment.method is PaymentMethod.BANK_TRANSFER and payment.bank_account_id == line.bank_account_id
    if not is_ours or refund.charge_id is not None or refund.amount_idr != -line.amount_idr:
        raise DocumentDiffersError(refund.public_id)
    if refund.status is not RefundStatus.DONE:
        note = f"{line.day:%d/%m/%Y} {line.reference or line.description}".strip()[:200]
        payments.finish_refund(session, refund_id, note=note, actor=actor)


def _courier_payment(session: Session, line: BankLine, payment_id: int, _actor: Actor) -> None:
    row = _need(session, CourierPayment, payment_id)
    session.refresh(row, with_for_update={"key_share": True})
    if row.bank_account_id != line.bank_account_id or row.amount_idr != -line.amount_idr:
        raise DocumentDiffersError(row.number)


_BIND: Final = {
    BankLineKind.PAYMENT: _payment,
    BankLineKind.OWNER_PAYOUT: _payout_item,
    BankLineKind.REFUND: _refund,
    BankLineKind.COURIER_PAID: _courier_payment,
}


def _need(session: Session, model: type[M], row_id: int) -> M:
    row = session.get(model, row_id)
    if row is None:
        raise NotFoundError(model.__name__)
    return row
