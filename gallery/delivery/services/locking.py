"""The one order in which delivery locks rows."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.delivery.models import Shipment
from gallery.orders.models import Order, Parcel


def locked_parcel(session: Session, parcel_id: int) -> Parcel:
    """Lock order and parcel."""
    order_id = session.scalar(select(Parcel.order_id).where(Parcel.id == parcel_id))
    if order_id is None:
        raise NotFoundError("Parcel")
    lock_row(session, Order, order_id)
    return lock_row(session, Parcel, parcel_id)


def locked_shipment(session: Session, shipment_id: int) -> tuple[Parcel, Shipment]:
    """Lock order, parcel and shipment."""
    parcel_id = session.scalar(select(Shipment.parcel_id).where(Shipment.id == shipment_id))
    if parcel_id is None:
        raise NotFoundError("Shipment")
    parcel = locked_parcel(session, parcel_id)
    return parcel, lock_row(session, Shipment, shipment_id)


def open_shipment(session: Session, parcel: Parcel) -> Shipment | None:
    """Lock the open attempt of a locked parcel, if there is one."""
    shipment_id = session.scalar(select(Shipment.id).where(Shipment.open_key == parcel.id))
    return lock_row(session, Shipment, shipment_id) if shipment_id is not None else None


def last_shipment(session: Session, parcel: Parcel) -> Shipment | None:
    """Lock the newest attempt of a locked parcel, if there is one."""
    shipment_id = session.scalar(select(func.max(Shipment.id)).where(Shipment.parcel_id == parcel.id))
    return lock_row(session, Shipment, shipment_id) if shipment_id is not None else None
