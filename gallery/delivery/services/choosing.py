"""What a person decides about the online courier of a parcel: which one, at what price, whether it has the order."""

from datetime import timedelta

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.delivery.courier import Quote
from gallery.delivery.errors import BookingUndecidedError
from gallery.delivery.models import CourierBooking
from gallery.delivery.services.bookings import Rules, ask_to_send, want_booking
from gallery.delivery.services.locking import locked_booking
from gallery.delivery.services.updates import close
from gallery.delivery.states import BOOKING, BookingStatus, BookingTrouble, ShipmentStatus

_B = BookingStatus


def book_chosen(session: Session, parcel_id: int, rules: Rules, quote: Quote, *, actor: Actor) -> CourierBooking:
    """The parcel shall go with this service at this price, however much more than the buyer paid that is.

    Raises what :func:`want_booking` raises. A price that rises further still needs a person.
    """
    booking = want_booking(session, parcel_id, rules, quote=quote, actor=actor)
    extra = Rupiah(quote.price_idr - booking.paid_idr)
    if booking.quoted_idr == quote.price_idr and extra > booking.max_extra_idr:
        booking.max_extra_idr = extra
        facts = {"paid_idr": booking.paid_idr, "price_idr": quote.price_idr, "service": quote.service}
        audit.record(session, actor, "courier.price_allowed", f"shipment:{booking.shipment.public_id}", **facts)
    return booking


def allow_price(session: Session, booking_id: int, *, actor: Actor) -> CourierBooking:
    """Somebody accepts the higher price: it is booked after all. Twice is once."""
    _parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is _B.NEEDS_PERSON and booking.trouble is BookingTrouble.PRICE_ROSE:
        booking.max_extra_idr = Rupiah(max(booking.max_extra_idr, booking.quoted_idr - booking.paid_idr))
        move(booking, BOOKING, _B.WANTED, clock.now())
        booking.trouble = None
        facts = {"paid_idr": booking.paid_idr, "price_idr": booking.quoted_idr}
        audit.record(session, actor, "courier.price_allowed", f"shipment:{shipment.public_id}", **facts)
        ask_to_send(session, booking, timedelta(0))
    return booking


def settle_as_absent(session: Session, booking_id: int, *, note: str, actor: Actor) -> CourierBooking:
    """A person looked into the courier's portal: there is no such order. The parcel is free for another attempt.

    Should the order turn up after all, it is taken back.
    """
    _parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status in {_B.NEEDS_PERSON, _B.UNSURE}:
        move(booking, BOOKING, _B.CANCELLED, clock.now())
        booking.trouble = None
        if shipment.open_key is not None:
            close(session, shipment, ShipmentStatus.CANCELLED)
        audit.record(session, actor, "courier.settled_as_absent", f"shipment:{shipment.public_id}", note=note)
    return booking


def close_trouble(session: Session, booking_id: int, *, note: str, actor: Actor) -> CourierBooking:
    """A person has seen to it: the booking leaves the trouble queue; the audit trail keeps why.

    Raises :class:`BookingUndecidedError` while the booking itself waits for a person: there nobody would look again.
    """
    _parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is _B.NEEDS_PERSON:
        raise BookingUndecidedError(shipment.public_id)
    if booking.trouble is not None:
        facts = {"trouble": booking.trouble.value, "note": note}
        audit.record(session, actor, "courier.trouble_closed", f"shipment:{shipment.public_id}", **facts)
        booking.trouble = None
    return booking


def ask_now(session: Session, booking_id: int) -> None:
    """The courier is asked what it knows about this booking, as soon as a worker is free."""
    booking = session.get(CourierBooking, booking_id)
    if booking is None:
        raise NotFoundError("CourierBooking")
    emit(session, "delivery.look" if booking.booking_ref else "delivery.find", booking_id=booking_id, is_asked=True)
