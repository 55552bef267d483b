"""What a dead worker left in the middle, or a lost message was to do, is taken up again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.outbox import emit
from gallery.delivery.models import CourierBooking
from gallery.delivery.services.locking import locked_booking
from gallery.delivery.states import BookingStatus

_B = BookingStatus
_GO_ON: Final = {_B.WANTED: "delivery.book", _B.UNSURE: "delivery.find", _B.CANCELLING: "delivery.cancel"}


def stuck_bookings(session: Session, *, before: datetime, limit: int = 200) -> Sequence[int]:
    """Return what a worker left in the middle, or a message that got lost was to do, since before this moment."""
    stuck = select(CourierBooking.id).where(
        or_(
            and_(CourierBooking.status == _B.SENDING, CourierBooking.status_changed_at < before),
            and_(CourierBooking.status.in_(_GO_ON), CourierBooking.next_at < before),
        )
    )
    return session.scalars(stuck.order_by(CourierBooking.id).limit(limit)).all()


def go_on_with_stuck(session: Session, booking_id: int) -> None:
    """It is taken up again where it stands."""
    _parcel, _shipment, booking = locked_booking(session, booking_id)
    booking.next_at = clock.now()
    if booking.status is _B.SENDING or booking.status in _GO_ON:
        emit(session, _GO_ON.get(booking.status, "delivery.book"), booking_id=booking_id)
