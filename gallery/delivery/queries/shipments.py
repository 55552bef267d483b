"""Reads of single shipments: for the buyer's timeline, the rider's page and the staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, Office
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.delivery.courier import Location, Stop
from gallery.delivery.models import Rider, Shipment, ShipmentEvent
from gallery.delivery.states import UNDER_WAY, Courier, FailureReason, ShipmentStatus
from gallery.inventory.models import Place
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.states import FulfilmentKind, ParcelStatus
from gallery.regions.models import Region
from gallery.registry.models import Business


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """What a buyer may know of a parcel's way; the rider's number only while the parcel is under way."""

    parcel_id: int
    parcel_public_id: str
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


# What a buyer need not know: that somebody was asked and had no time.
_SILENT: Final = frozenset({ShipmentStatus.OFFERED, ShipmentStatus.DECLINED, ShipmentStatus.CANCELLED})


def shipments_of_order(session: Session, order_id: int) -> list[ShipmentView]:
    """Return the last attempt of each parcel of the order that the buyer should see, in the order of parcels."""
    newest = (
        select(func.max(Shipment.id))
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .where(Parcel.order_id == order_id, Shipment.status.not_in(_SILENT))
        .group_by(Shipment.parcel_id)
    )
    rows = session.execute(
        select(Shipment, Parcel.public_id, Rider.phone)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .outerjoin(Rider, Rider.id == Shipment.rider_id)
        .where(Shipment.id.in_(newest))
        .order_by(Parcel.id)
    )
    return [_view(shipment, public_id, phone or "") for shipment, public_id, phone in rows]


def first_name(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.split() else ""


def _view(shipment: Shipment, parcel_public_id: str, phone: str) -> ShipmentView:
    return ShipmentView(
        parcel_id=shipment.parcel_id,
        parcel_public_id=parcel_public_id,
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
    )


@dataclass(frozen=True, slots=True)
class RiderJob:
    """What the rider's page shows. ``pick_up`` and ``drop_off`` are none once the way is over: not needed any more."""

    shipment: Shipment
    order_number: str
    parcel_status: ParcelStatus
    is_superseded: bool
    price_idr: Rupiah
    weight_g: int
    pieces: int
    pick_up: Stop | None
    drop_off: Stop | None


def rider_job(session: Session, shipment_public_id: str) -> RiderJob:
    """Return what the holder of a rider link may see now; raise :class:`NotFoundError`."""
    row = session.execute(
        select(Shipment, Parcel, Order, Place)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .join(Place, Place.id == Parcel.place_id)
        .where(Shipment.public_id == shipment_public_id, Shipment.courier == Courier.LOCAL_RIDER)
    ).first()
    if row is None:
        raise NotFoundError("Shipment")
    shipment, parcel, order, place = row
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
    )


_STILL_TO_BRING: Final = frozenset({ParcelStatus.PACKED, ParcelStatus.HANDED_OVER, ParcelStatus.FAILED})


def sender(session: Session, place: Place) -> Stop:
    """Return where a parcel starts: the gallery's or the MSME's address."""
    owner: Gallery | Business | None = (
        session.get(Gallery, place.gallery_id) if place.gallery_id else session.get(Business, place.business_id)
    )
    village = session.get(Region, place.village_code) if place.village_code else None
    address = join_address(owner.address if owner else "", *area_names(session, place.village_code), "")
    return Stop(place.name, owner.phone if owner else "", address, "", _location(village, place.id))


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


def _location(region: Region | None, place_id: int | None) -> Location:
    if region is None:
        return Location("", "", None, None, None, place_id)
    return Location(region.code, region.postal_code or "", region.island, region.island_group, None, place_id)


def attempts(session: Session, parcel_id: int) -> Sequence[Shipment]:
    """Return all attempts to bring a parcel, newest first."""
    return session.scalars(select(Shipment).where(Shipment.parcel_id == parcel_id).order_by(Shipment.id.desc())).all()


def messages(session: Session, parcel_id: int, *, limit: int = 50) -> Sequence[ShipmentEvent]:
    """Return what was said about a parcel's shipments, newest first."""
    said = select(ShipmentEvent).join(Shipment, Shipment.id == ShipmentEvent.shipment_id)
    return session.scalars(
        said.where(Shipment.parcel_id == parcel_id).order_by(ShipmentEvent.id.desc()).limit(limit)
    ).all()
