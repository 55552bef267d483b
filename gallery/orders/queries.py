"""Reads of orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, selectinload

from gallery.accounts.permissions import Scope
from gallery.catalog.models import Product, Variant
from gallery.core.errors import NotFoundError
from gallery.inventory.models import Place, Reservation, StockItem
from gallery.inventory.queries import place_in_scope
from gallery.inventory.services import Wanted
from gallery.inventory.states import DocumentKind, ReservationStatus
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.states import UNFULFILLED, FulfilmentKind, OrderStatus, ParcelStatus

PAGE_SIZE: Final = 10
HOLDER: Final = DocumentKind.ORDER.prefix
UNPACKED: Final = (ParcelStatus.TO_PACK, ParcelStatus.PACKED)
_UNPAID: Final = (OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE)
_at_door: Final = and_(Order.status == OrderStatus.CASH_DUE, Order.fulfilment != FulfilmentKind.PICKUP)
_goes_out: Final = or_(Order.status == OrderStatus.PAID, _at_door)


def holder(order: Order) -> str:
    """Name of the order in the stock's books: reservations and movements carry it."""
    return f"{HOLDER}{order.public_id}"


def wanted_of(session: Session, order_id: int) -> list[Wanted]:
    """Return the pieces the order's lines need, by place."""
    rows = session.execute(
        select(OrderLine.variant_id, Parcel.place_id, OrderLine.quantity)
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.id)
    )
    return [Wanted(variant_id, place_id, pieces) for variant_id, place_id, pieces in rows]


def order_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`Order`: some parcel starts at a place of the scope, or the buyer fetches it there."""
    if scope.everything:
        return true()
    here = select(Parcel.id).join(Place, Place.id == Parcel.place_id)
    starts_here = here.where(Parcel.order_id == Order.id, place_in_scope(scope)).exists()
    return or_(starts_here, Order.gallery_id.in_(scope.galleries))


def order_page(session: Session, public_id: str) -> Order:
    """Return an order with lines, parcels, places and timeline, in five reads; :class:`NotFoundError`."""
    found = session.scalar(
        select(Order)
        .where(Order.public_id == public_id)
        .options(
            selectinload(Order.parcels).joinedload(Parcel.place),
            selectinload(Order.parcels).selectinload(Parcel.lines),
            selectinload(Order.events),
        )
    )
    if found is None:
        raise NotFoundError("Order")
    return found


class Tab(StrEnum):
    """The lists buyers know: Belum Bayar, Dikemas, Dikirim, Selesai, Dibatalkan."""

    ALL = "all"
    UNPAID = "unpaid"
    PACKING = "packing"
    SENT = "sent"
    DONE = "done"
    CANCELLED = "cancelled"


_some_parcel_sent = exists().where(
    Parcel.order_id == Order.id, Parcel.status.in_([ParcelStatus.HANDED_OVER, ParcelStatus.FAILED])
)
_TAB: Final[dict[Tab, ColumnElement[bool]]] = {
    Tab.ALL: true(),
    Tab.UNPAID: and_(Order.status.in_(_UNPAID), ~_at_door),
    Tab.PACKING: and_(_goes_out, ~_some_parcel_sent),
    Tab.SENT: and_(_goes_out, _some_parcel_sent),
    Tab.DONE: Order.status == OrderStatus.COMPLETED,
    Tab.CANCELLED: Order.status.in_(UNFULFILLED),
}


@dataclass(frozen=True, slots=True)
class OrderList:
    """One page of a buyer's orders, newest first. ``older_than`` is the cursor of the next page."""

    orders: Sequence[Order]
    older_than: int | None


def orders_of_buyer(session: Session, user_id: int, tab: Tab = Tab.ALL, *, older_than: int | None = None) -> OrderList:
    """Return the account's own orders with their lines, in two reads."""
    wanted = select(Order).where(Order.buyer_id == user_id, _TAB[tab])
    if older_than is not None:
        wanted = wanted.where(Order.id < older_than)
    wanted = wanted.options(selectinload(Order.lines), selectinload(Order.parcels))
    rows = session.scalars(wanted.order_by(Order.id.desc()).limit(PAGE_SIZE + 1)).all()
    return OrderList(rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None)


def tab_counts(session: Session, user_id: int) -> dict[Tab, int]:
    """Return how many orders each list holds, in one read."""
    counts = [func.count().filter(condition) for condition in _TAB.values()]
    row = session.execute(select(*counts).select_from(Order).where(Order.buyer_id == user_id)).one()
    return dict(zip(_TAB, row, strict=True))


def unpaid_orders(session: Session, *, phone: str, buyer_id: int | None, checkout_prefix: str) -> int:
    """Count what a buyer has ordered and not paid: by account, mobile number, or the cart that it was ordered from."""
    same = [Order.contact_phone == phone, Order.checkout_key.startswith(checkout_prefix, autoescape=True)]
    if buyer_id is not None:
        same.append(Order.buyer_id == buyer_id)
    return session.scalar(select(func.count()).where(Order.status.in_(_UNPAID), or_(*same))) or 0


def last_order_of_buyer(session: Session, user_id: int) -> Order | None:
    """Return the newest order of an account: its address fills the next checkout."""
    return session.scalar(select(Order).where(Order.buyer_id == user_id).order_by(Order.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class HoldDrift:
    """An order that is paid, or will be at the door, and does not hold exactly the pieces it still has to send."""

    order: str
    variant_id: int
    place_id: int
    needed: int
    held: int


def audit_holds(session: Session) -> list[HoldDrift]:
    """Compare what orders that go out still have to send with what they hold. Repairs nothing."""
    needed = session.execute(
        select(Order.public_id, OrderLine.variant_id, Parcel.place_id, func.sum(OrderLine.quantity))
        .join(Parcel, Parcel.order_id == Order.id)
        .join(OrderLine, OrderLine.parcel_id == Parcel.id)
        .where(_goes_out, Parcel.status.in_(UNPACKED))
        .group_by(Order.public_id, OrderLine.variant_id, Parcel.place_id)
    )
    held = session.execute(
        select(Reservation.holder, StockItem.variant_id, StockItem.place_id, func.sum(Reservation.pieces))
        .join(StockItem, StockItem.id == Reservation.stock_item_id)
        .where(
            Reservation.status == ReservationStatus.ACTIVE,
            Reservation.expires_at.is_(None),
            Reservation.holder.startswith(HOLDER),
        )
        .group_by(Reservation.holder, StockItem.variant_id, StockItem.place_id)
    )
    books = {(name.removeprefix(HOLDER), variant, place): int(pieces) for name, variant, place, pieces in held}
    orders = {(name, variant, place): int(pieces) for name, variant, place, pieces in needed}
    return [
        HoldDrift(*key, needed=orders.get(key, 0), held=books.get(key, 0))
        for key in sorted(orders.keys() | books.keys())
        if orders.get(key, 0) != books.get(key, 0)
    ]


def sold_online() -> ScalarSelect[int]:
    """Pieces of a :class:`Product` in completed orders whose parcel did not come back."""
    return (
        select(func.coalesce(func.sum(OrderLine.quantity), 0))
        .join(Order, Order.id == OrderLine.order_id)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(
            Variant.product_id == Product.id,
            Order.status == OrderStatus.COMPLETED,
            Parcel.status != ParcelStatus.RETURNED,
        )
        .correlate(Product)
        .scalar_subquery()
    )


def products_of_order(session: Session, order_id: int) -> list[int]:
    """Return the products that the order has pieces of."""
    rows = select(Variant.product_id).join(OrderLine, OrderLine.variant_id == Variant.id)
    return list(session.scalars(rows.where(OrderLine.order_id == order_id).distinct()))
