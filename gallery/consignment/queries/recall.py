"""Recall: where the pieces of a lot lie, and to whom it went."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.consignment.queries.goods import Goods, goods_rows
from gallery.core.errors import NotFoundError
from gallery.inventory.models import Lot, Place, Reservation, StockItem, StockMovement
from gallery.inventory.queries import document_numbers, place_in_scope, sellable_lot
from gallery.inventory.states import DocumentKind, MovementReason, ReservationStatus
from gallery.orders.models import Order

ORDER, SALE = DocumentKind.ORDER.prefix, DocumentKind.SALE.prefix
MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Buyer:
    """Pieces of the lot in one order or counter sale; ``order`` is none for a counter sale, whose buyer has no name.

    ``may_see`` tells whether the asking person answers for the place the pieces came from.
    """

    document: str
    number: str  # on the order or receipt
    pieces: int
    is_held: bool  # not gone yet: the order can still be served from another lot
    at: datetime
    place: Place
    order: Order | None
    may_see: bool


@dataclass(frozen=True, slots=True)
class Recall:
    """A lot and what became of its pieces."""

    goods: list[Goods]  # one row for each place, empty ones too
    buyers: list[Buyer]
    others: list[tuple[MovementReason, int]]  # what else happened to it, summed
    is_cut: bool  # there are more buyers than were asked for

    @property
    def lot(self) -> Lot:
        return self.goods[0].lot

    @property
    def on_hand(self) -> int:
        return sum(one.item.on_hand for one in self.goods)

    @property
    def gone(self) -> int:
        return sum(one.pieces for one in self.buyers if not one.is_held)


def recall(session: Session, lot_id: int, scope: Scope, contacts: Scope, *, limit: int = MOST) -> Recall:
    """Return what became of the lot; :class:`NotFoundError` where no piece of it was ever in the actor's places.

    At most ``limit`` documents that got pieces, and as many that hold some. All places are told, because a recall ends
    at no gallery's door; ``contacts`` limits whose buyers may be named.
    """
    goods = [
        Goods(*row) for row in session.execute(goods_rows().where(Lot.id == lot_id).order_by(Place.kind, Place.id))
    ]
    mine = select(Place.id).where(place_in_scope(scope))
    seen = set(session.scalars(mine.where(Place.id.in_([one.place.id for one in goods]))))
    if not seen:
        raise NotFoundError("Lot")
    known = set(
        session.scalars(select(Place.id).where(place_in_scope(contacts), Place.id.in_({g.place.id for g in goods})))
    )
    places = {one.item.id: one.place for one in goods}
    sold = _sold(session, places, limit + 1)
    held = _held(session, places, limit + 1)
    documents = {row[0] for row in (*sold, *held)}
    orders, numbers = _orders(session, documents), document_numbers(session, documents)
    buyers = [
        Buyer(
            document,
            numbers.get(document) or document.partition(":")[2],
            pieces,
            is_held,
            at,
            places[item_id],
            orders.get(document),
            places[item_id].id in known,
        )
        for is_held, rows in ((True, held[:limit]), (False, sold[:limit]))
        for document, item_id, pieces, at in rows
    ]
    return Recall(goods, buyers, _others(session, places), max(len(sold), len(held)) > limit)


def stranded_orders(session: Session, scope: Scope, *, limit: int = 20) -> list[Order]:
    """Return orders whose pieces were blocked or ran out, and that no other lot could serve: a person must act."""
    held = (
        select(Reservation.holder)
        .join(StockItem, StockItem.id == Reservation.stock_item_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .where(
            Reservation.status == ReservationStatus.ACTIVE,
            Reservation.holder.startswith(ORDER),
            ~sellable_lot(),
            place_in_scope(scope),
        )
        .distinct()
        .limit(limit)
    )
    keys = [holder.removeprefix(ORDER) for holder in session.scalars(held)]
    return (
        list(session.scalars(select(Order).where(Order.public_id.in_(keys)).order_by(Order.placed_at))) if keys else []
    )


Row = tuple[str, int, int, datetime]


def _sold(session: Session, items: Collection[int], limit: int) -> list[Row]:
    """What left with an order or a counter sale, less what came back from it."""
    rows = (
        select(
            StockMovement.document,
            StockMovement.stock_item_id,
            func.sum(-StockMovement.pieces),
            func.min(StockMovement.happened_at),
        )
        .where(
            StockMovement.stock_item_id.in_(items),
            or_(StockMovement.document.startswith(ORDER), StockMovement.document.startswith(SALE)),
        )
        .group_by(StockMovement.document, StockMovement.stock_item_id)
        .having(func.sum(StockMovement.pieces) < 0)
        .order_by(func.min(StockMovement.happened_at))
        .limit(limit)
    )
    return [(document or "", item_id, int(pieces), at) for document, item_id, pieces, at in session.execute(rows)]


def _held(session: Session, items: Collection[int], limit: int) -> list[Row]:
    rows = (
        select(Reservation.holder, Reservation.stock_item_id, Reservation.pieces, Reservation.created_at)
        .where(
            Reservation.stock_item_id.in_(items),
            Reservation.status == ReservationStatus.ACTIVE,
            Reservation.holder.startswith(ORDER),
        )
        .order_by(Reservation.id)
        .limit(limit)
    )
    return [(holder, item_id, pieces, at) for holder, item_id, pieces, at in session.execute(rows)]


def _orders(session: Session, documents: Collection[str]) -> dict[str, Order]:
    keys = [document.removeprefix(ORDER) for document in documents if document.startswith(ORDER)]
    return {f"{ORDER}{row.public_id}": row for row in session.scalars(select(Order).where(Order.public_id.in_(keys)))}


def _others(session: Session, items: Collection[int]) -> list[tuple[MovementReason, int]]:
    rows = session.execute(
        select(StockMovement.reason, func.sum(StockMovement.pieces))
        .where(StockMovement.stock_item_id.in_(items), StockMovement.reason != MovementReason.SOLD)
        .group_by(StockMovement.reason)
    )
    sums: Counter[MovementReason] = Counter()
    for reason, pieces in rows:
        sums[reason] += int(pieces)
    return sorted(sums.items(), key=lambda pair: pair[0].value)
