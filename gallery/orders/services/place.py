"""A new order with its parcels and lines. Stock is reserved before, by the one who calls."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.orders.models import Order, OrderEvent, OrderLine, Parcel
from gallery.orders.states import EventKind, FulfilmentKind, OrderStatus

NUMBER_PREFIX = "GU"


@dataclass(frozen=True, slots=True)
class NewLine:
    """What is bought, with price, names and seller as they are now."""

    variant_id: int
    product_public_id: str
    product_name: str
    variant_name: str
    business_id: int
    business_name: str
    price_idr: Rupiah
    quantity: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class NewParcel:
    """What leaves one place together."""

    place_id: int
    service: str
    shipping_idr: Rupiah
    lines: tuple[NewLine, ...]
    quote_ref: str = ""
    quote_expires_at: datetime | None = None
    takes_min: int | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """Everything a buyer decided. ``status`` says whether money or cash is awaited.

    Without ``expires_at`` the pieces wait for good: cash at the door comes when the parcel does.
    """

    public_id: str
    checkout_key: str
    status: OrderStatus
    contact_name: str
    contact_phone: str
    fulfilment: FulfilmentKind
    parcels: tuple[NewParcel, ...]
    expires_at: datetime | None
    buyer_id: int | None = None
    contact_email: str | None = None
    village_code: str | None = None
    postal_code: str | None = None
    address: str = ""
    landmark: str = ""
    office_id: int | None = None
    office_room: str = ""
    gallery_id: int | None = None
    note: str = ""
    source: str | None = None
    locale: str = field(default="id")


def create(session: Session, new: NewOrder, *, actor: Actor) -> Order:
    """The order stands with its lines, parcels and first event; its totals add up. Emits ``order.placed``."""
    parcels = [_parcel(parcel) for parcel in new.parcels]
    goods = sum(line.subtotal_idr for parcel in parcels for line in parcel.lines)
    shipping = sum(parcel.shipping_idr for parcel in parcels)
    order = Order(
        public_id=new.public_id,
        number=new.public_id,
        checkout_key=new.checkout_key,
        status=new.status,
        buyer_id=new.buyer_id,
        contact_name=new.contact_name,
        contact_phone=new.contact_phone,
        contact_email=new.contact_email,
        fulfilment=new.fulfilment,
        village_code=new.village_code,
        postal_code=new.postal_code,
        address=new.address,
        landmark=new.landmark,
        office_id=new.office_id,
        office_room=new.office_room,
        gallery_id=new.gallery_id,
        note=new.note,
        source=new.source,
        locale=new.locale,
        expires_at=new.expires_at,
        goods_idr=goods,
        shipping_idr=shipping,
        total_idr=goods + shipping,
    )
    session.add(order)
    session.flush()  # the number is made of the id, which only the database hands out without a gap in uniqueness
    order.number = f"{NUMBER_PREFIX}-{clock.today():%y%m%d}-{order.id:04d}"
    for parcel in parcels:
        order.parcels.append(parcel)
        for line in parcel.lines:
            line.order = order
    order.events.append(OrderEvent(kind=EventKind.PLACED, at=clock.now(), actor_id=actor.user_id, facts={}))
    session.flush()
    emit(session, "order.placed", order_id=order.id)
    return order


def _parcel(new: NewParcel) -> Parcel:
    return Parcel(
        place_id=new.place_id,
        service=new.service,
        shipping_idr=new.shipping_idr,
        quote_ref=new.quote_ref,
        quote_expires_at=new.quote_expires_at,
        takes_min=new.takes_min,
        weight_g=sum(line.weight_g * line.quantity for line in new.lines),
        lines=[
            OrderLine(
                variant_id=line.variant_id,
                product_public_id=line.product_public_id,
                product_name=line.product_name,
                variant_name=line.variant_name,
                business_id=line.business_id,
                business_name=line.business_name,
                price_idr=line.price_idr,
                quantity=line.quantity,
                subtotal_idr=Rupiah(line.price_idr * line.quantity),
                weight_g=line.weight_g,
            )
            for line in new.lines
        ],
    )
