"""Entries of cash between riders and safes: what they hand over, and what they and other couriers are paid."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core.clock import LOCAL_ZONE
from gallery.payments.models import Remittance
from gallery.settlement.models import CourierPayment
from gallery.settlement.queries.drafts import Draft, Source, gallery
from gallery.settlement.states import Account, EntryKind


def _remittances(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    drafts = []
    for row in session.scalars(select(Remittance).where(Remittance.id.in_(ids)).order_by(Remittance.id)):
        draft = Draft(
            EntryKind.REMITTANCE,
            row.id,
            f"remittance:{row.public_id}",
            row.received_at,
            row.number,
            row.gallery_id,
        )
        draft.debit(Account.SAFE, gallery(row.gallery_id), row.amount_idr)
        draft.credit(Account.RIDERS, f"rider:{row.rider_id}", row.amount_idr)
        drafts.append(draft)
    return drafts


def _courier_payments(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    drafts = []
    for row in session.scalars(select(CourierPayment).where(CourierPayment.id.in_(ids)).order_by(CourierPayment.id)):
        draft = Draft(
            EntryKind.COURIER_PAID,
            row.id,
            f"courier_payment:{row.public_id}",
            datetime.combine(row.paid_on, time(12), LOCAL_ZONE),
            row.number,
            row.gallery_id,
        )
        draft.debit(Account.COURIERS, row.party, row.amount_idr)
        if row.bank_account_id is not None:
            draft.credit(Account.BANK, f"bank_account:{row.bank_account_id}", row.amount_idr)
        else:
            draft.credit(Account.SAFE, gallery(row.gallery_id), row.amount_idr)
        drafts.append(draft)
    return drafts


SOURCES: Final = (
    Source(EntryKind.REMITTANCE, select(Remittance.id), _remittances),
    Source(EntryKind.COURIER_PAID, select(CourierPayment.id), _courier_payments),
)
