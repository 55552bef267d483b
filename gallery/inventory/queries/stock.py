"""Reads of stock. ``available`` counts what a buyer can have now: expired holds and expired lots are out of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, cast, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.catalog.models import Variant
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.inventory.models import Lot, Place, PlaceKind, Reservation, StockItem, StockMovement
from gallery.inventory.states import ReservationStatus
from gallery.registry.models import Business

NEWEST: Final = 50  # movements on a page


def sellable_lot(today: Any = None) -> ColumnElement[bool]:
    """Condition on :class:`Lot`: not blocked, and not expiring today or earlier: it would arrive expired."""
    in_date = or_(Lot.expires_on.is_(None), Lot.expires_on > (clock.today() if today is None else today))
    return and_(Lot.blocked_as.is_(None), in_date)


def place_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`Place`: a gallery or the premises of a business the actor answers for."""
    if scope.everything:
        return true()
    conditions: list[ColumnElement[bool]] = []
    if scope.galleries:
        conditions.append(Place.gallery_id.in_(scope.galleries))
    if scope.businesses:
        conditions.append(Place.business_id.in_(scope.businesses))
    if scope.districts:
        mine = select(Business.id).where(Business.district_code.in_(scope.districts))
        conditions.append(Place.business_id.in_(mine))
    return or_(*conditions) if conditions else false()


def free_pieces(now: Any = None) -> ColumnElement[int]:
    """Pieces of a stock item that nobody holds: a hold that ran out is compared here, not waited for."""
    stale = (
        select(func.coalesce(func.sum(Reservation.pieces), 0))
        .where(
            Reservation.stock_item_id == StockItem.id,
            Reservation.status == ReservationStatus.ACTIVE,
            Reservation.expires_at <= (clock.now() if now is None else now),
        )
        .correlate(StockItem)
        .scalar_subquery()
    )
    return StockItem.on_hand - StockItem.reserved + stale


def available(session: Session, variant_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Return pieces that can be sold now by (variant, place); places without a free piece are left out."""
    rows = session.execute(
        select(StockItem.variant_id, StockItem.place_id, func.sum(free_pieces()))
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .where(StockItem.variant_id.in_(variant_ids), StockItem.on_hand > 0, sellable_lot(), Place.is_active)
        .group_by(StockItem.variant_id, StockItem.place_id)
    )
    return {(variant_id, place_id): int(pieces) for variant_id, place_id, pieces in rows if pieces > 0}


@dataclass(frozen=True, slots=True)
class PlaceStock:
    """What one place has of one variant, for the product page and for staff."""

    variant_id: int
    place_id: int
    place_name: str
    kind: PlaceKind
    gallery_id: int | None
    district_code: str
    available: int
    next_expiry: date | None


def stock_by_place(session: Session, product_id: int) -> list[PlaceStock]:
    """Return where the product can be had now: galleries first, the fullest first."""
    facts = {"product_id": product_id, "now": clock.now(), "today": clock.today()}
    return [PlaceStock(*row) for row in session.connection().execute(_by_place(), facts)]


@cache
def _by_place() -> Select[*tuple[Any, ...]]:
    """Select the fields of PlaceStock; put together once, because every product page asks it."""
    pieces = func.sum(free_pieces(bindparam("now")))
    place = (Place.id, Place.name, Place.kind, Place.gallery_id, Place.district_code)
    return (
        select(StockItem.variant_id, *place, pieces, func.min(Lot.expires_on))
        .join(Variant, Variant.id == StockItem.variant_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .where(
            Variant.product_id == bindparam("product_id"),
            StockItem.on_hand > 0,
            sellable_lot(bindparam("today")),
            Place.is_active,
        )
        .group_by(StockItem.variant_id, *place)
        .having(pieces > 0)
        .order_by(Place.kind, pieces.desc(), Place.id)
    )


def stock_in_scope(scope: Scope) -> Select[StockItem, Place, Lot]:
    """Select stock rows with place and lot, limited to what the actor answers for; callers filter, order and page."""
    return (
        select(StockItem, Place, Lot)
        .join(Place, Place.id == StockItem.place_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(place_in_scope(scope))
    )


def stock_item(session: Session, stock_item_id: int, *, scope: Scope) -> StockItem:
    """Return one stock row, or raise :class:`NotFoundError` when it lies outside the scope."""
    found = session.execute(stock_in_scope(scope).where(StockItem.id == stock_item_id)).first()
    if found is None:
        raise NotFoundError("StockItem")
    return found[0]


def movements(session: Session, stock_item_id: int, *, limit: int = NEWEST) -> list[StockMovement]:
    """Return the newest movements of one stock row."""
    newest = select(StockMovement).where(StockMovement.stock_item_id == stock_item_id)
    return list(session.scalars(newest.order_by(StockMovement.id.desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Drift:
    """A number that does not agree with what it is the sum of."""

    stock_item_id: int
    what: str
    expected: int
    found: int


def audit_stock(session: Session) -> list[Drift]:
    """Compare rows with their ledger: on hand = sum of movements, reserved = sum of holds. Repairs nothing."""
    moved = select(StockMovement.stock_item_id, func.sum(StockMovement.pieces).label("pieces"))
    held = select(Reservation.stock_item_id, func.sum(Reservation.pieces).label("pieces")).where(
        Reservation.status == ReservationStatus.ACTIVE
    )
    m = moved.group_by(StockMovement.stock_item_id).subquery()
    h = held.group_by(Reservation.stock_item_id).subquery()
    rows = session.execute(
        select(
            StockItem.id,
            StockItem.on_hand,
            StockItem.reserved,
            func.coalesce(m.c.pieces, 0),
            func.coalesce(h.c.pieces, 0),
        )
        .outerjoin(m, m.c.stock_item_id == StockItem.id)
        .outerjoin(h, h.c.stock_item_id == StockItem.id)
        .order_by(StockItem.id)
    )
    drifts: list[Drift] = []
    for item_id, on_hand, reserved, moved_pieces, held_pieces in rows:
        if on_hand != moved_pieces:
            drifts.append(Drift(item_id, "on_hand", int(moved_pieces), on_hand))
        if reserved != held_pieces:
            drifts.append(Drift(item_id, "reserved", int(held_pieces), reserved))
    return drifts + _unexplained_sales(session)


def _unexplained_sales(session: Session) -> list[Drift]:
    """Find consumed holds whose movement is missing or of another size."""
    key = literal("consume:").concat(cast(Reservation.id, String))
    rows = session.execute(
        select(Reservation.stock_item_id, Reservation.pieces, func.coalesce(StockMovement.pieces, 0))
        .outerjoin(
            StockMovement,
            and_(StockMovement.request_key == key, StockMovement.stock_item_id == Reservation.stock_item_id),
        )
        .where(
            Reservation.status == ReservationStatus.CONSUMED,
            func.coalesce(StockMovement.pieces, 0) != -Reservation.pieces,
        )
    )
    return [Drift(item_id, "sold", -pieces, int(found)) for item_id, pieces, found in rows]
