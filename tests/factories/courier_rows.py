"""Rows of online couriers as they stand in the database, for tests of pages and reports that ask no courier."""

from itertools import count

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.delivery.models import CourierBooking, CourierCoverage, Shipment
from gallery.delivery.states import BookingStatus, Courier, CoverageSource, ShipmentStatus
from gallery.orders.models import Order, Parcel
from tests.factories.delivery import make_parcel

_n = count(1)


def make_booking(parcel: Parcel | None = None, status: BookingStatus = BookingStatus.BOOKED, **given) -> CourierBooking:
    """A parcel for which an online courier was asked; ``shipment_status`` is its shipment's."""
    number = next(_n)
    parcel = parcel or make_parcel(service="biteship:gojek.instant")
    order = db.session.get(Order, parcel.order_id).number
    service = given.pop("service", "biteship:gojek.instant")
    courier = Courier(service.partition(":")[0])
    parcel_id, shipping_idr = parcel.id, parcel.shipping_idr
    state = given.pop("shipment_status", ShipmentStatus.OFFERED)
    with transaction() as session:
        shipment = Shipment(
            parcel_id=parcel_id,
            open_key=parcel_id if given.pop("is_open", True) else None,
            courier=courier,
            status=state,
            price_idr=shipping_idr,
            booking_ref=f"kurir-{number}",
            created_at=given.pop("created_at", clock.now()),
            tracking_number=given.pop("tracking_number", ""),
            rider_name=given.pop("rider_name", ""),
            rider_plate=given.pop("rider_plate", ""),
        )
        session.add(shipment)
        session.flush()
        values = {
            "shipment_id": shipment.id,
            "key": f"{order}-{shipment.id}",
            "courier": courier,
            "service": service,
            "status": status,
            "paid_idr": shipping_idr,
            "quoted_idr": shipping_idr,
            "max_extra_idr": 5_000,
            "booked_idr": shipping_idr if status is BookingStatus.BOOKED else None,
            "booking_ref": f"kurir-{number}" if status is BookingStatus.BOOKED else None,
        } | given
        session.add(booking := CourierBooking(**values))
        session.flush()
        booking_id = booking.id
    return db.session.get(CourierBooking, booking_id)


def make_coverage(subdistrict: str = "19.71.05", courier: Courier = Courier.BITESHIP, **given) -> CourierCoverage:
    values = {
        "subdistrict_code": subdistrict,
        "origin_island": "Bangka",
        "courier": courier,
        "service": "",
        "is_covered": False,
        "source": CoverageSource.MANUAL,
    } | given
    with transaction() as session:
        session.add(row := CourierCoverage(**values))
    return row
