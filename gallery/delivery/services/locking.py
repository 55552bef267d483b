"""The one order in which delivery locks rows."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.delivery.models import CourierBooking, Shipment
from gallery.orders.models import Order, Parcel
from gallery.payments import services as payments


def locked_parcel(session: Session, parcel_id: int) -> Parcel:
    """Lock order and parcel; between them the payment of an order that is paid at the door."""
    order_id = session.scalar(select(Parcel.order_id).where(Parcel.id == parcel_id))
    if order_id is None:
        raise NotFoundError("Parcel")
    order = lock_row(session, Order, order_id)
    if order.is_paid_at_door:
        payments.lock_at_door(session, order_id)
    return lock_row(session, Parcel, parcel_id)


def locked_shipment(session: Session, shipment_id: int) -> tuple[Parcel, Shipment]:
    """Lock order, parcel and shipment."""
    parcel_id = session.scalar(select(Shipment.parcel_id).where(Shipment.id == shipment_id))
    if parcel_id is None:
        raise NotFoundError("Shipment")
    parcel = locked_parcel(session, parcel_id)
    return parcel, lock_row(session, Shipment, shipment_id)


def locked_booking(session: Session, booking_id: int) -> tuple[Parcel, Shipment, CourierBooking]:
    """Lock order, parcel and shipment, and read the booking that they guard."""
    shipment_id = session.scalar(select(CourierBooking.shipment_id).where(CourierBooking.id == booking_id))
    if shipment_id is None:
        raise NotFoundError("CourierBooking")
    parcel, shipment = locked_shipment(session, shipment_id)
    session.flush()  # what this transaction changed before must not be read over
    return parcel, shipment, session.get_one(CourierBooking, booking_id, populate_existing=True)


def open_shipment(session: Session, parcel: Parcel) -> Shipment | None:
    """Lock the open attempt of a locked parcel, if there is one."""
    shipment_id = session.scalar(select(Shipment.id).where(Shipment.open_key == parcel.id))
    return lock_row(session, Shipment, shipment_id) if shipment_id is not None else None


def last_shipment(session: Session, parcel: Parcel) -> Shipment | None:
    """Lock the newest attempt of a locked parcel, if there is one."""
    shipment_id = session.scalar(select(func.max(Shipment.id)).where(Shipment.parcel_id == parcel.id))
    return lock_row(session, Shipment, shipment_id) if shipment_id is not None else None
