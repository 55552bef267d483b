"""What a courier has to be told for a parcel, and which booking a courier speaks of."""

from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from gallery.catalog.facts import FOOD
from gallery.catalog.models import Category, Product, ProductRevision, Variant
from gallery.catalog.states import ShippingClass
from gallery.core.money import Rupiah
from gallery.delivery.courier import BookingRequest, Item
from gallery.delivery.limits import Box, Load, box_of, sides_of
from gallery.delivery.models import CourierBooking, GalleryCourier, Shipment
from gallery.delivery.queries.couriers import holder_of
from gallery.delivery.queries.shipments import recipient, sender
from gallery.delivery.states import Courier
from gallery.orders.models import OrderLine, Parcel

NOTE_LIMIT: Final = 150


def request_for(session: Session, booking: CourierBooking) -> BookingRequest:
    """Return what the courier gets for this attempt: the same words each time it is asked."""
    parcel = session.get_one(Parcel, booking.shipment.parcel_id)
    order, goods = parcel.order, _goods_in(session, parcel.id)
    food = {row.variant_id for row in goods if row.slug in FOOD}
    return BookingRequest(
        key=booking.key,
        pick_up=sender(session, parcel.place),
        drop_off=recipient(session, order),
        weight_g=parcel.weight_g,
        value_idr=value_of(parcel),
        price_idr=booking.quoted_idr,
        service=booking.service,
        quote_ref=booking.quote_ref,
        items=tuple(_item(line, is_food=line.variant_id in food) for line in parcel.lines),
        size_cm=_box_of(goods),
        order_number=order.number,
        note=order.note[:NOTE_LIMIT],
        is_fragile=any(row.shipping_class is ShippingClass.FRAGILE for row in goods),
    )


def value_of(parcel: Parcel) -> Rupiah:
    return Rupiah(sum(line.subtotal_idr for line in parcel.lines))


def load_of(session: Session, parcel_id: int) -> Load:
    """Return weight, value, shipping classes and measures of what is in a parcel."""
    parcel, goods = session.get_one(Parcel, parcel_id), _goods_in(session, parcel_id)
    classes = frozenset(row.shipping_class for row in goods if row.shipping_class is not None)
    is_food = all(row.slug in FOOD for row in goods)
    return Load(parcel.weight_g, value_of(parcel), classes, _box_of(goods), is_food=is_food)


def booking_known_as(session: Session, courier: Courier, booking_ref: str) -> CourierBooking | None:
    """Return the booking that the courier calls so, or once called so."""
    if not booking_ref:
        return None
    named = or_(CourierBooking.booking_ref == booking_ref, CourierBooking.former_ref == booking_ref)
    return session.scalars(
        select(CourierBooking)
        .where(CourierBooking.courier == courier, named)
        .order_by(case((CourierBooking.booking_ref == booking_ref, 0), else_=1), CourierBooking.id.desc())
    ).first()


def booking_under(session: Session, courier: Courier, key: str) -> CourierBooking | None:
    """Return the booking with this reference of our own."""
    return session.scalar(select(CourierBooking).where(CourierBooking.courier == courier, CourierBooking.key == key))


def booking_of(session: Session, shipment_id: int) -> CourierBooking | None:
    """Return what was asked of an online courier for this attempt, if one was."""
    return session.scalar(select(CourierBooking).where(CourierBooking.shipment_id == shipment_id))


def refused_services(session: Session, parcel_id: int) -> set[str]:
    """Return the services that were tried for this parcel already."""
    tried = select(CourierBooking.service).join(Shipment, Shipment.id == CourierBooking.shipment_id)
    return set(session.scalars(tried.where(Shipment.parcel_id == parcel_id)))


def books_itself(session: Session, gallery_id: int | None, courier: Courier) -> bool:
    """Whether a packed parcel is booked with this courier without anybody pressing a button; the usual is yes."""
    row = session.scalar(
        select(GalleryCourier).where(GalleryCourier.holder == holder_of(gallery_id), GalleryCourier.courier == courier)
    )
    return row is None or (row.is_on and row.books_itself)


def _item(line: OrderLine, *, is_food: bool) -> Item:
    name = f"{line.product_name} {line.variant_name}".strip()
    return Item(name, line.quantity, Rupiah(line.price_idr), line.weight_g, is_food)


class _Goods(NamedTuple):
    """What couriers must know about a line; of a product that is not published any more only how many there are."""

    variant_id: int
    quantity: int
    sides_cm: Box | None
    shipping_class: ShippingClass | None
    slug: str | None


def _goods_in(session: Session, parcel_id: int) -> list[_Goods]:
    measures = (Variant.length_mm, Variant.width_mm, Variant.height_mm)
    rows = session.execute(
        select(OrderLine.variant_id, OrderLine.quantity, ProductRevision.shipping_class, Category.slug, *measures)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .outerjoin(Category, Category.id == ProductRevision.category_id)
        .where(OrderLine.parcel_id == parcel_id)
    )
    return [
        _Goods(variant_id, quantity, sides_of(*sides), shipping_class, slug)
        for variant_id, quantity, shipping_class, slug, *sides in rows
    ]


def _box_of(goods: Collection[_Goods]) -> Box | None:
    return box_of([(row.sides_cm, row.quantity) for row in goods])
