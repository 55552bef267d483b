"""Work on parcels: to pack, ready, on the way, done; always limited to what the actor answers for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from gallery.accounts.permissions import Scope
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.catalog.states import ShippingClass
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.states import ONLINE, Courier, ShipmentStatus
from gallery.inventory.models import Lot, Place, Reservation, StockItem
from gallery.inventory.queries import place_in_scope
from gallery.inventory.states import ReservationStatus
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.queries import HOLDER
from gallery.orders.states import OrderStatus, ParcelStatus

PAGE_SIZE: Final = 25
_P = ParcelStatus


class Tab(StrEnum):
    """Lists of parcels: the first six are the order page's, the others the shipping board's."""

    UNPAID = "unpaid"
    TO_PACK = "to_pack"
    READY = "ready"
    SENT = "sent"
    DONE = "done"
    CANCELLED = "cancelled"
    TO_BOOK = "to_book"
    TROUBLE = "trouble"
    TO_HAND_OVER = "to_hand_over"
    OFFERED = "offered"
    ON_THE_WAY = "on_the_way"
    FAILED = "failed"
    TO_FETCH = "to_fetch"


ORDER_TABS: Final = (Tab.UNPAID, Tab.TO_PACK, Tab.READY, Tab.SENT, Tab.DONE, Tab.CANCELLED)
BOARD_TABS: Final = (
    *(Tab.TO_HAND_OVER, Tab.TO_BOOK, Tab.OFFERED, Tab.ON_THE_WAY),
    *(Tab.TROUBLE, Tab.FAILED, Tab.TO_FETCH, Tab.DONE),
)
NEWEST_FIRST: Final = frozenset({Tab.SENT, Tab.DONE, Tab.CANCELLED})

_is_open = Shipment.id.is_not(None)  # the outer join finds open attempts only
_is_online = or_(*(Parcel.service.startswith(f"{courier.value}:", autoescape=True) for courier in sorted(ONLINE)))
_Attempt = aliased(Shipment)
_needs_person = exists(
    select(1)
    .select_from(CourierBooking)
    .join(_Attempt, _Attempt.id == CourierBooking.shipment_id)
    .where(_Attempt.parcel_id == Parcel.id, CourierBooking.trouble.is_not(None))
    .correlate(Parcel)
)
UNCONFIRMED_AFTER: Final = timedelta(days=1)
"""So long the buyer of goods of high value has to say that they are there, before staff ask."""


def _is_unconfirmed() -> ColumnElement[bool]:
    """As :attr:`Shipment.waits_for_buyer`, for too long."""
    return exists(
        select(1)
        .select_from(_Attempt)
        .where(
            _Attempt.parcel_id == Parcel.id,
            _Attempt.status == ShipmentStatus.DELIVERED,
            _Attempt.courier.in_(ONLINE),
            _Attempt.needs_pin,
            _Attempt.pin_proved_at.is_(None),
            _Attempt.ended_at < clock.now() - UNCONFIRMED_AFTER,
        )
        .correlate(Parcel)
    )


_TAB: Final[dict[Tab, ColumnElement[bool]]] = {
    Tab.UNPAID: and_(Parcel.status == _P.TO_PACK, Order.status == OrderStatus.AWAITING_PAYMENT),
    Tab.TO_PACK: and_(Parcel.status == _P.TO_PACK, Order.status.in_([OrderStatus.PAID, OrderStatus.CASH_DUE])),
    Tab.READY: Parcel.status == _P.PACKED,
    Tab.SENT: Parcel.status.in_([_P.HANDED_OVER, _P.FAILED]),
    Tab.DONE: Parcel.status.in_([_P.DELIVERED, _P.RETURNED]),
    Tab.CANCELLED: Parcel.status == _P.CANCELLED,
    Tab.TO_HAND_OVER: and_(
        Parcel.status == _P.PACKED, Parcel.service != Courier.PICKUP.value, ~_is_open, not_(_is_online)
    ),
    Tab.TO_BOOK: and_(Parcel.status == _P.PACKED, _is_online, ~_is_open),
    Tab.TROUBLE: _needs_person,
    Tab.OFFERED: and_(Parcel.status.in_([_P.PACKED, _P.FAILED]), _is_open),
    Tab.ON_THE_WAY: Parcel.status == _P.HANDED_OVER,
    Tab.FAILED: and_(Parcel.status == _P.FAILED, ~_is_open),
    Tab.TO_FETCH: and_(Parcel.status == _P.PACKED, Parcel.service == Courier.PICKUP.value),
}


@dataclass(frozen=True, slots=True)
class ParcelPage:
    """One page of parcels, oldest work first (newest first where the work is done)."""

    parcels: Sequence[Parcel]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def tab_counts(session: Session, scope: Scope, tabs: Sequence[Tab]) -> dict[Tab, int]:
    """Return how many parcels each tab holds, in one read."""
    row = session.execute(_in_scope(select(*(func.count().filter(_in_tab(tab)) for tab in tabs)), scope)).one()
    return dict(zip(tabs, row, strict=True))


def parcels(session: Session, scope: Scope, tab: Tab, *, search: str = "", number: int = 1) -> ParcelPage:
    """Return one page of a tab; a page that does not exist is the first one.

    ``search``: a part of the order number or of the buyer's name, or a whole waybill.
    """
    chosen = _chosen(scope, tab, search)
    total = session.scalar(chosen.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    page = chosen.options(*_with_facts()).order_by(*_order(tab)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return ParcelPage(session.scalars(page).unique().all(), total, number)


def all_parcels(session: Session, scope: Scope, tab: Tab, *, search: str = "", limit: int) -> Sequence[Parcel]:
    """Return the parcels of all pages of a tab, ``limit`` at most, for a workbook."""
    rows = _chosen(scope, tab, search).options(*_with_facts()).order_by(*_order(tab)).limit(limit)
    found: Sequence[Parcel] = session.scalars(rows).unique().all()
    return found


def _in_tab(tab: Tab) -> ColumnElement[bool]:
    return or_(_TAB[tab], _is_unconfirmed()) if tab is Tab.TROUBLE else _TAB[tab]


def _chosen(scope: Scope, tab: Tab, search: str) -> Any:
    chosen = _in_scope(select(Parcel), scope).where(_in_tab(tab))
    if not search:
        return chosen
    return chosen.where(
        or_(
            Order.number.icontains(search, autoescape=True),
            Order.contact_name.icontains(search, autoescape=True),
            Parcel.id.in_(select(_Attempt.parcel_id).where(_Attempt.tracking_number == search)),
        )
    )


def _order(tab: Tab) -> tuple[Any, ...]:
    return Parcel.status_changed_at.desc() if tab in NEWEST_FIRST else Order.placed_at.asc(), Parcel.id


def parcel(session: Session, public_id: str, scope: Scope) -> Parcel:
    """Return a parcel with its order, place and lines; :class:`NotFoundError` outside the scope."""
    wanted = _in_scope(select(Parcel), scope).where(Parcel.public_id == public_id).options(*_with_facts())
    found: Parcel | None = session.scalars(wanted).unique().first()
    if found is None:
        raise NotFoundError("Parcel")
    return found


def to_print(session: Session, scope: Scope, public_ids: Sequence[str]) -> Sequence[Parcel]:
    """Return the named parcels, oldest order first; foreign and cancelled ones are left out."""
    wanted = _in_scope(select(Parcel), scope).where(Parcel.public_id.in_(public_ids), Parcel.status != _P.CANCELLED)
    rows: Sequence[Parcel] = (
        session.scalars(wanted.options(*_with_facts()).order_by(Order.placed_at, Parcel.id)).unique().all()
    )
    return rows


def fragile_parcels(session: Session, parcel_ids: Sequence[int]) -> frozenset[int]:
    """Return those of these parcels that have something in them that breaks."""
    rows = (
        select(OrderLine.parcel_id)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .where(OrderLine.parcel_id.in_(parcel_ids), ProductRevision.shipping_class == ShippingClass.FRAGILE)
    )
    return frozenset(session.scalars(rows))


@dataclass(frozen=True, slots=True)
class Pick:
    """Pieces to take from one lot, and for which orders."""

    product: str
    variant: str
    maker: str
    lot: str
    expires_on: date | None
    pieces: int
    orders: tuple[tuple[str, int], ...]


def pick_list(session: Session, parcel_ids: Sequence[int]) -> list[Pick]:
    """Return what to take from the shelves for these parcels: exactly the lots that are reserved for them."""
    rows = session.execute(
        select(
            OrderLine.product_name,
            OrderLine.variant_name,
            OrderLine.business_name,
            Lot.code,
            Lot.expires_on,
            Order.number,
            Reservation.pieces,
        )
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .join(StockItem, and_(StockItem.variant_id == OrderLine.variant_id, StockItem.place_id == Parcel.place_id))
        .join(
            Reservation,
            and_(
                Reservation.stock_item_id == StockItem.id,
                Reservation.holder == literal(HOLDER).concat(Order.public_id),
                Reservation.status == ReservationStatus.ACTIVE,
            ),
        )
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(Parcel.id.in_(parcel_ids))
        .order_by(OrderLine.product_name, OrderLine.variant_name, Lot.expires_on, Lot.code, Order.number)
    )
    lots: dict[tuple[str, str, str, str, date | None], list[tuple[str, int]]] = {}
    for product, variant, maker, lot, expires_on, number, pieces in rows:
        lots.setdefault((product, variant, maker, lot, expires_on), []).append((number, pieces))
    return [Pick(*key, sum(pieces for _, pieces in wanted), tuple(wanted)) for key, wanted in lots.items()]


def latest_shipments(session: Session, parcel_ids: Sequence[int]) -> dict[int, Shipment]:
    """Return the last attempt of each parcel that had one."""
    newest = select(func.max(Shipment.id)).where(Shipment.parcel_id.in_(parcel_ids)).group_by(Shipment.parcel_id)
    rows = session.scalars(select(Shipment).where(Shipment.id.in_(newest)))
    return {shipment.parcel_id: shipment for shipment in rows}


def _in_scope(statement: Any, scope: Scope) -> Any:
    return (
        statement.select_from(Parcel)
        .join(Order, Order.id == Parcel.order_id)
        .join(Place, Place.id == Parcel.place_id)
        .outerjoin(Shipment, Shipment.open_key == Parcel.id)
        .where(place_in_scope(scope))
    )


def _with_facts() -> tuple[ORMOption, ...]:
    return contains_eager(Parcel.order), contains_eager(Parcel.place), selectinload(Parcel.lines)
