"""Reads of single shipments: for the buyer's timeline, the rider's page and the staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, Office
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.core.money import Rupiah
from gallery.delivery.courier import Location, Stop
from gallery.delivery.models import CourierBooking, EventOutcome, Rider, Shipment, ShipmentEvent
from gallery.delivery.states import (
    ONLINE,
    UNDER_WAY,
    BookingStatus,
    BookingTrouble,
    Courier,
    FailureReason,
    ShipmentStatus,
)
from gallery.delivery.tariffs import Point
from gallery.inventory.models import Place
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.states import FulfilmentKind, ParcelStatus
from gallery.payments.models import Payment
from gallery.payments.queries.cash import sum_carried
from gallery.payments.states import PaymentMethod
from gallery.regions.models import Region
from gallery.registry.models import Business


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """What a buyer may know of a parcel's way; the rider's number only while the parcel is under way.

    ``steps`` are the states that the courier told of, with their times, oldest first. ``booking`` is where the booking
    with an online courier stands, ``not_before`` when it is sent if the place is closed now. ``keeps_coming``: it was
    to be cancelled, and the courier refused.
    """

    parcel_id: int
    parcel_public_id: str
    public_id: str
    courier: Courier
    status: ShipmentStatus
    rider_first_name: str
    rider_plate: str
    rider_phone: str
    carrier: str
    tracking_number: str
    accepted_at: datetime | None
    picked_up_at: datetime | None
    ended_at: datetime | None
    recipient_name: str
    failure_reason: FailureReason | None
    service: str = ""
    booking: BookingStatus | None = None
    not_before: datetime | None = None
    tracking_url: str = ""
    expected_at: datetime | None = None
    has_proof: bool = False
    proof_place: str = ""
    keeps_coming: bool = False
    needs_pin: bool = False
    pin_proved_at: datetime | None = None
    steps: tuple[tuple[ShipmentStatus, datetime], ...] = ()


# What a buyer need not know: that somebody was asked and had no time. That an online courier looks for a rider is news.
_SILENT: Final = frozenset({ShipmentStatus.DECLINED, ShipmentStatus.CANCELLED})


def shipments_of_order(session: Session, order_id: int) -> list[ShipmentView]:
    """Return the last attempt of each parcel of the order that the buyer should see, by parcel; two reads."""
    asked_quietly = (Shipment.status == ShipmentStatus.OFFERED) & Shipment.courier.not_in(ONLINE)
    newest = (
        select(func.max(Shipment.id))
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .where(Parcel.order_id == order_id, Shipment.status.not_in(_SILENT), ~asked_quietly)
        .group_by(Shipment.parcel_id)
    )
    rows = session.execute(
        select(Shipment, Parcel, Rider.phone, CourierBooking)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .outerjoin(Rider, Rider.id == Shipment.rider_id)
        .outerjoin(CourierBooking, CourierBooking.shipment_id == Shipment.id)
        .where(Shipment.id.in_(newest))
        .order_by(Parcel.id)
    ).all()
    steps = _steps(session, [shipment.id for shipment, _parcel, _phone, _booking in rows])
    return [
        _view(shipment, parcel, phone or "", booking, steps.get(shipment.id, ()))
        for shipment, parcel, phone, booking in rows
    ]


def _steps(session: Session, shipment_ids: Sequence[int]) -> dict[int, tuple[tuple[ShipmentStatus, datetime], ...]]:
    if not shipment_ids:
        return {}
    rows = session.execute(
        select(ShipmentEvent.shipment_id, ShipmentEvent.status, ShipmentEvent.occurred_at)
        .where(ShipmentEvent.shipment_id.in_(shipment_ids), ShipmentEvent.outcome == EventOutcome.APPLIED)
        .order_by(ShipmentEvent.id)
    )
    found: dict[int, tuple[tuple[ShipmentStatus, datetime], ...]] = {}
    for shipment_id, status, at in rows:
        found[shipment_id] = (*found.get(shipment_id, ()), (status, at))
    return found


def first_name(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.split() else ""


def _view(
    shipment: Shipment,
    parcel: Parcel,
    phone: str,
    booking: CourierBooking | None,
    steps: tuple[tuple[ShipmentStatus, datetime], ...],
) -> ShipmentView:
    phone = phone or (booking.rider_phone if booking is not None else "")
    return ShipmentView(
        parcel_id=parcel.id,
        parcel_public_id=parcel.public_id,
        public_id=shipment.public_id,
        courier=shipment.courier,
        status=shipment.status,
        rider_first_name=first_name(shipment.rider_name),
        rider_plate=shipment.rider_plate,
        rider_phone=phone if shipment.status in UNDER_WAY else "",
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        accepted_at=shipment.accepted_at,
        picked_up_at=shipment.picked_up_at,
        ended_at=shipment.ended_at,
        recipient_name=shipment.recipient_name,
        failure_reason=shipment.failure_reason,
        service=booking.service if booking is not None else "",
        booking=booking.status if booking is not None else None,
        not_before=booking.not_before if booking is not None else None,
        tracking_url=booking.tracking_url if booking is not None else "",
        expected_at=booking.arrives_at if booking is not None else _by_carrier(shipment, parcel),
        has_proof=shipment.proof_file_id is not None,
        proof_place=shipment.proof_place,
        keeps_coming=booking is not None and booking.trouble is BookingTrouble.CANCEL_REFUSED,
        needs_pin=shipment.needs_pin,
        pin_proved_at=shipment.pin_proved_at,
        steps=steps,
    )


def _by_carrier(shipment: Shipment, parcel: Parcel) -> datetime | None:
    """When a carrier should be there with it: as long after it left as the carrier of the buyer's choice says."""
    is_as_chosen = shipment.carrier and parcel.service.startswith(f"{Courier.EXPEDITION.value}:{shipment.carrier}")
    if parcel.takes_min is None or shipment.picked_up_at is None or not is_as_chosen:
        return None
    return shipment.picked_up_at + timedelta(minutes=parcel.takes_min)


def shipment_of_order(session: Session, order_id: int, shipment_public_id: str) -> Shipment:
    """Return an attempt to bring one of this order's parcels, or raise :class:`NotFoundError`."""
    found = session.scalar(
        select(Shipment)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .where(Parcel.order_id == order_id, Shipment.public_id == shipment_public_id)
    )
    if found is None:
        raise NotFoundError("Shipment")
    return found


def proof_of_order(session: Session, order_id: int, shipment_public_id: str) -> StoredFile:
    """Return the picture that a rider took at the door of this order's buyer, or raise :class:`NotFoundError`."""
    found = session.scalar(
        select(StoredFile)
        .join(Shipment, Shipment.proof_file_id == StoredFile.id)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .where(
            Parcel.order_id == order_id,
            Shipment.public_id == shipment_public_id,
            Shipment.status == ShipmentStatus.DELIVERED,
        )
    )
    if found is None:
        raise NotFoundError("StoredFile")
    return found


@dataclass(frozen=True, slots=True)
class RiderJob:
    """What the rider's page shows. ``pick_up`` and ``drop_off`` are none once the way is over: not needed any more.

    ``cash_idr``: to be collected at the door, or that was. ``carried_idr``: all that the rider still has to hand over.
    """

    shipment: Shipment
    order_number: str
    parcel_status: ParcelStatus
    is_superseded: bool
    price_idr: Rupiah
    weight_g: int
    pieces: int
    pick_up: Stop | None
    drop_off: Stop | None
    cash_idr: Rupiah
    carried_idr: Rupiah


def rider_job(session: Session, shipment_public_id: str) -> RiderJob:
    """Return what the holder of a rider link may see now; raise :class:`NotFoundError`."""
    row = session.execute(
        select(Shipment, Parcel, Order, Place, Payment)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .join(Place, Place.id == Parcel.place_id)
        .outerjoin(Payment, (Payment.order_id == Order.id) & (Payment.method == PaymentMethod.CASH_ON_DELIVERY))
        .where(Shipment.public_id == shipment_public_id, Shipment.courier == Courier.LOCAL_RIDER)
    ).first()
    if row is None:
        raise NotFoundError("Shipment")
    shipment, parcel, order, place, payment = row
    newest = session.scalar(select(func.max(Shipment.id)).where(Shipment.parcel_id == parcel.id))
    under_way = shipment.status in UNDER_WAY and parcel.status in _STILL_TO_BRING
    pieces = session.scalar(select(func.sum(OrderLine.quantity)).where(OrderLine.parcel_id == parcel.id))
    return RiderJob(
        shipment=shipment,
        order_number=order.number,
        parcel_status=parcel.status,
        is_superseded=newest != shipment.id or shipment.status is ShipmentStatus.CANCELLED,
        price_idr=shipment.price_idr,
        weight_g=parcel.weight_g,
        pieces=int(pieces or 0),
        # A parcel that failed goes back to where it came from; the buyer's address is not needed for that.
        pick_up=sender(session, place) if under_way or shipment.status is ShipmentStatus.FAILED else None,
        drop_off=recipient(session, order) if under_way else None,
        cash_idr=payment.amount_idr if payment is not None else Rupiah(0),
        carried_idr=sum_carried(session, shipment.rider_id),
    )


_STILL_TO_BRING: Final = frozenset({ParcelStatus.PACKED, ParcelStatus.HANDED_OVER, ParcelStatus.FAILED})


def sender(session: Session, place: Place) -> Stop:
    """Return where a parcel starts: the gallery's or the MSME's address, at the point that a gallery says it has."""
    owner: Gallery | Business | None = (
        session.get(Gallery, place.gallery_id) if place.gallery_id else session.get(Business, place.business_id)
    )
    village = session.get(Region, place.village_code) if place.village_code else None
    address = join_address(owner.address if owner else "", *area_names(session, place.village_code), "")
    start = _location(village, place.id, _door(owner) if isinstance(owner, Gallery) else None)
    return Stop(place.name, owner.phone if owner else "", address, "", start)


def _door(gallery: Gallery) -> Point | None:
    return None if gallery.lat is None or gallery.lon is None else Point(gallery.lat, gallery.lon)


def recipient(session: Session, order: Order) -> Stop:
    """Return where an order is to be brought, in one line of address."""
    if order.fulfilment is FulfilmentKind.OFFICE and order.office_id:
        office = session.get_one(Office, order.office_id)
        code = order.village_code or office.village_code
        street = join_address(office.name, order.office_room, order.address or office.address)
    else:
        code, street = order.village_code, order.address
    village = session.get(Region, code) if code else None
    address = join_address(street, *area_names(session, code), order.postal_code or "")
    return Stop(order.contact_name, order.contact_phone, address, order.landmark, _location(village, None))


def area_names(session: Session, village_code: str | None) -> list[str]:
    """Return village, subdistrict and regency by name."""
    if not village_code:
        return []
    parts = village_code.split(".")
    codes = [".".join(parts[:length]) for length in (4, 3, 2)]
    rows = session.execute(select(Region.code, Region.name).where(Region.code.in_(codes)))
    names = {code: name for code, name in rows}  # noqa: C416 - rows are not typed as pairs
    return [names[code] for code in codes if code in names]


def join_address(*parts: str) -> str:
    return ", ".join(part.strip() for part in parts if part and part.strip())


def _location(region: Region | None, place_id: int | None, door: Point | None = None) -> Location:
    if region is None:
        return Location("", "", None, None, None, place_id)
    middle = Point(region.lat, region.lon) if region.lat is not None and region.lon is not None else None
    return Location(region.code, region.postal_code or "", region.island, region.island_group, door or middle, place_id)


def attempts(session: Session, parcel_id: int) -> Sequence[Shipment]:
    """Return all attempts to bring a parcel, newest first."""
    return session.scalars(select(Shipment).where(Shipment.parcel_id == parcel_id).order_by(Shipment.id.desc())).all()


def messages(session: Session, parcel_id: int, *, limit: int = 50) -> Sequence[ShipmentEvent]:
    """Return what was said about a parcel's shipments, newest first."""
    said = select(ShipmentEvent).join(Shipment, Shipment.id == ShipmentEvent.shipment_id)
    return session.scalars(
        said.where(Shipment.parcel_id == parcel_id).order_by(ShipmentEvent.id.desc()).limit(limit)
    ).all()
