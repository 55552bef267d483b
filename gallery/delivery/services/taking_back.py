"""A booking that nobody wants any more is taken back, in the courier's window; what it refuses stays on its way."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.locks import lock_row, lock_rows
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.delivery.errors import ShipmentOpenError
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.services.locking import locked_booking
from gallery.delivery.services.updates import close
from gallery.delivery.states import BEFORE_PICK_UP, BOOKING, BookingStatus, BookingTrouble, ShipmentStatus
from gallery.orders.models import Order, Parcel

_B = BookingStatus
SYSTEM: Final = Actor.system()


def withdraw_booking(session: Session, booking_id: int, *, actor: Actor) -> CourierBooking:
    """Nobody wants this courier any more. What was not sent is cancelled at once; the rest when the courier agrees.

    While its answer is awaited the wish is kept, and carried out when it is known what became of it. Raises
    :class:`ShipmentOpenError` once the parcel was picked up. Twice is once.
    """
    parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status in {_B.CANCELLED, _B.REFUSED, _B.CANCELLING}:
        return booking
    if shipment.status not in BEFORE_PICK_UP:
        raise ShipmentOpenError(shipment.public_id)
    take_back(session, parcel, shipment, booking, actor=actor)
    return booking


def release_order(session: Session, order_id: int, *, actor: Actor) -> bool:
    """Take back every online courier of an order that is to be cancelled; tell whether none has it any more.

    Until then the order stays: a courier that refuses comes, and has to be given the parcel. Raises
    :class:`ShipmentOpenError` once a parcel was picked up.
    """
    wanted = (
        select(CourierBooking.id, Shipment.id, Shipment.parcel_id)
        .join(Shipment, Shipment.id == CourierBooking.shipment_id)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .where(Parcel.order_id == order_id, Shipment.open_key.is_not(None))
    )
    asked = session.execute(wanted.order_by(CourierBooking.id)).all()
    if asked:  # several parcels: all locks of one rank before the next
        lock_row(session, Order, order_id)
        lock_rows(session, Parcel, {parcel_id for _booking_id, _shipment_id, parcel_id in asked})
        lock_rows(session, Shipment, {shipment_id for _booking_id, shipment_id, _parcel_id in asked})
    released = [withdraw_booking(session, booking_id, actor=actor).status for booking_id, _, _ in asked]
    return set(released) <= {_B.CANCELLED, _B.REFUSED}


def take_back(session: Session, parcel: Parcel, shipment: Shipment, booking: CourierBooking, *, actor: Actor) -> None:
    """Take back a locked booking as far as that is possible now."""
    subject = f"shipment:{shipment.public_id}"
    if not booking.is_unwanted:
        booking.is_unwanted = True
        audit.record(session, actor, "courier.withdrawn", subject, parcel=parcel.public_id)
    if booking.status is _B.WANTED or booking.is_unsent:
        end_cancelled(session, shipment, booking)
    elif booking.status is _B.BOOKED:
        move(booking, BOOKING, _B.CANCELLING, clock.now())
        booking.tries, booking.next_at = 0, clock.now()
        emit(session, "delivery.cancel", booking_id=booking.id)


def record_cancelled(session: Session, booking_id: int) -> None:
    """The courier does not come; the parcel is free for another one."""
    _parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status in {_B.CANCELLING, _B.BOOKED}:
        end_cancelled(session, shipment, booking)


def record_cancel_refused(session: Session, booking_id: int, refusal: str) -> None:
    """It is too late: the courier comes, or has the parcel. A person decides, and the buyer is told."""
    parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is not _B.CANCELLING:
        return
    if booking.trouble is not BookingTrouble.TURNED_UP or shipment.open_key is not None:
        move(booking, BOOKING, _B.BOOKED, clock.now())
        booking.is_unwanted = False
    booking.trouble, booking.trouble_code = BookingTrouble.CANCEL_REFUSED, refusal
    booking.trouble_at = clock.now()
    audit.record(session, SYSTEM, "courier.cancel_refused", f"shipment:{shipment.public_id}", refusal=refusal)
    emit(session, "delivery.cancel_refused", parcel_id=parcel.id, order_id=parcel.order_id, booking_id=booking.id)


def record_cancel_unanswered(session: Session, booking_id: int, after: timedelta) -> None:
    """Whether it was taken back is not known: asked again later, which does no harm."""
    _parcel, _shipment, booking = locked_booking(session, booking_id)
    if booking.status is _B.CANCELLING:
        booking.tries += 1
        booking.next_at = clock.now() + after
        emit(session, "delivery.cancel", after=after, booking_id=booking.id)


def end_cancelled(session: Session, shipment: Shipment, booking: CourierBooking) -> None:
    """Close attempt and booking as cancelled."""
    move(booking, BOOKING, _B.CANCELLED, clock.now())
    booking.trouble, booking.rider_phone, booking.next_at = None, "", None
    if shipment.open_key is not None and shipment.status in BEFORE_PICK_UP:
        close(session, shipment, ShipmentStatus.CANCELLED)
