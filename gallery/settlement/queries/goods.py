"""Entries of goods that are lost and that the gallery pays for, and of payouts."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from gallery.consignment.models import WriteOff, WriteOffLine
from gallery.consignment.queries.requests import names_of
from gallery.consignment.states import LossBearer, WriteOffStatus
from gallery.inventory.models import StockItem
from gallery.settlement.models import Payout, PayoutItem
from gallery.settlement.queries.drafts import Draft, Source, business
from gallery.settlement.states import Account, EntryKind, PayoutItemStatus


def _lost(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    options = joinedload(WriteOff.place), selectinload(WriteOff.lines)
    rows = session.scalars(select(WriteOff).where(WriteOff.id.in_(ids)).options(*options)).unique().all()
    item_ids = {line.stock_item_id for row in rows for line in row.lines}
    items = {item.id: item for item in session.scalars(select(StockItem).where(StockItem.id.in_(item_ids)))}
    names = names_of(session, {item.variant_id for item in items.values()})
    return [_write_off(row, items, names) for row in rows]


def _write_off(row: WriteOff, items: dict[int, StockItem], names: dict[int, str]) -> Draft:
    at, number = row.decided_at or row.status_changed_at, row.number or ""
    draft = Draft(EntryKind.GOODS_LOST, row.id, f"write_off:{row.public_id}", at, number, row.place.gallery_id)
    for line in row.lines:
        if line.loss_bearer is not LossBearer.GALLERY or not line.value_idr:
            continue
        item = items[line.stock_item_id]
        draft.replace_lost(
            item,
            business_id=row.business_id,
            name=names[item.variant_id],
            pieces=line.pieces,
            worth_idr=line.value_idr,
        )
    return draft


def _paid(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    return [_payout(item, EntryKind.PAYOUT_PAID, 1) for item in _items(session, ids)]


def _bounced(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    return [_payout(item, EntryKind.PAYOUT_BOUNCED, -1) for item in _items(session, ids)]


def _payout(item: PayoutItem, kind: EntryKind, sign: int) -> Draft:
    at = item.paid_at if kind is EntryKind.PAYOUT_PAID else item.failed_at
    draft = Draft(kind, item.id, f"payout:{item.payout.public_id}", at or item.status_changed_at, item.payout.number)
    draft.debit(Account.OWNERS, business(item.business_id), sign * item.amount_idr)
    draft.credit(Account.BANK, f"bank_account:{item.payout.bank_account_id}", sign * item.amount_idr)
    return draft


def _items(session: Session, ids: Sequence[int]) -> Sequence[PayoutItem]:
    return session.scalars(
        select(PayoutItem)
        .where(PayoutItem.id.in_(ids))
        .options(joinedload(PayoutItem.payout).load_only(Payout.number, Payout.public_id, Payout.bank_account_id))
    ).all()


_OF_GALLERY: Final = (
    select(WriteOffLine.id)
    .where(
        WriteOffLine.write_off_id == WriteOff.id,
        WriteOffLine.loss_bearer == LossBearer.GALLERY,
        WriteOffLine.value_idr > 0,
    )
    .exists()
)
_WAS_PAID: Final = PayoutItem.paid_at.is_not(None)
SOURCES: Final = (
    Source(
        EntryKind.GOODS_LOST,
        select(WriteOff.id).where(WriteOff.status == WriteOffStatus.APPROVED, _OF_GALLERY),
        _lost,
    ),
    Source(EntryKind.PAYOUT_PAID, select(PayoutItem.id).where(_WAS_PAID), _paid),
    Source(
        EntryKind.PAYOUT_BOUNCED,
        select(PayoutItem.id).where(PayoutItem.status == PayoutItemStatus.FAILED, _WAS_PAID),
        _bounced,
    ),
)
