"""Pieces that the owners' shares name against the pieces that moved: the statement sells what the stock lost."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gallery.consignment.models import LotTerms
from gallery.consignment.states import LossBearer
from gallery.inventory.models import Lot, StockItem, StockMovement
from gallery.inventory.states import DocumentKind, MovementReason
from gallery.orders.models import Order, Parcel
from gallery.payments.models import Refund
from gallery.settlement.models import JournalEntry, OwnerShare
from gallery.settlement.states import EntryKind, ShareKind

BY_NAME: Final = (EntryKind.COUNTER_SALE, EntryKind.COUNTER_RETURN)  # entries whose document moved the pieces itself


@dataclass(frozen=True, slots=True)
class PiecesDiffer:
    """One owner's pieces in one document: those that moved, and those in its shares; negative came back."""

    document: str
    business_id: int
    moved: int
    shared: int


def pieces_that_differ(session: Session) -> Iterator[PiecesDiffer]:
    """Compare every posted sale and return with its movements, by owner. What was lost follows from movements alone."""
    moved: dict[tuple[str, int], int] = defaultdict(int)
    for rows in (_by_name(), _delivered(), _given_back()):
        for document, business_id, pieces in session.execute(rows):
            moved[document, business_id] += int(pieces)
    shared: dict[tuple[str, int], int] = {}
    for rows in (_shared(), _shared_back()):
        shared |= {(document, owner): int(pieces) for document, owner, pieces in session.execute(rows)}
    for document, owner in sorted(moved.keys() | shared.keys()):
        before, after = moved[document, owner], shared.get((document, owner), 0)
        if before != after:
            yield PiecesDiffer(document, owner, before, after)


def _shared() -> Select[str, int, int]:
    return _shares().where(JournalEntry.kind.in_([*BY_NAME, EntryKind.DELIVERED]))


def _shared_back() -> Select[str, int, int]:
    """What a buyer got money for without giving the goods back is not sold less."""
    return (
        _shares()
        .join(Refund, Refund.id == JournalEntry.source_id)
        .where(JournalEntry.kind == EntryKind.REFUND_OWED, _SAYS_WHERE_GOODS_ARE, OwnerShare.kind == ShareKind.RETURNED)
    )


def _shares() -> Select[str, int, int]:
    return (
        select(JournalEntry.document, OwnerShare.business_id, func.sum(OwnerShare.pieces))
        .join(JournalEntry, JournalEntry.id == OwnerShare.entry_id)
        .group_by(JournalEntry.document, OwnerShare.business_id)
    )


def _by_name() -> Select[str, int, int]:
    rows = _moved().join(JournalEntry, JournalEntry.document == StockMovement.document)
    return rows.where(JournalEntry.kind.in_(BY_NAME), or_(_IS_TRADE, _IS_GALLERYS_LOSS))


def _delivered() -> Select[str, int, int]:
    return (
        _moved()
        .join(Order, StockMovement.document == DocumentKind.ORDER.prefix + Order.public_id)
        .join(Parcel, and_(Parcel.order_id == Order.id, Parcel.place_id == StockItem.place_id))
        .join(JournalEntry, and_(JournalEntry.kind == EntryKind.DELIVERED, JournalEntry.source_id == Parcel.id))
        .where(StockMovement.reason == MovementReason.SOLD)
    )


def _given_back() -> Select[str, int, int]:
    is_loss = or_(
        _IS_GALLERYS_LOSS,
        and_(StockMovement.reason == MovementReason.DAMAGED, Refund.is_borne_by_gallery),
    )
    return (
        _moved()
        .join(JournalEntry, JournalEntry.document == StockMovement.document)
        .join(Refund, Refund.id == JournalEntry.source_id)
        .where(JournalEntry.kind == EntryKind.REFUND_OWED, _SAYS_WHERE_GOODS_ARE, or_(_IS_TRADE, is_loss))
    )


def _moved() -> Select[str, int, int]:
    return (
        select(JournalEntry.document, Lot.business_id, -func.sum(StockMovement.pieces))
        .select_from(StockMovement)
        .join(StockItem, StockItem.id == StockMovement.stock_item_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .group_by(JournalEntry.document, Lot.business_id)
    )


_SAYS_WHERE_GOODS_ARE: Final = Refund.goods.is_not(None)  # those of before migration 0037 did not
_IS_TRADE: Final = StockMovement.reason.in_([MovementReason.SOLD, MovementReason.BUYER_RETURN])
# Of what broke in a buyer's hands at the gallery's cost the owner's share is not taken back.
_IS_GALLERYS_LOSS: Final[ColumnElement[bool]] = and_(
    StockMovement.reason == MovementReason.DAMAGED,
    select(LotTerms.lot_id)
    .where(LotTerms.lot_id == StockItem.lot_id, LotTerms.loss_bearer == LossBearer.GALLERY)
    .exists(),
)
