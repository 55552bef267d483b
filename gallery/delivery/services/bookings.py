"""A parcel is booked with an online courier: wanted, sending, booked; or refused; or nobody knows, and it is found out.

The job that calls the courier commits before (:func:`start_sending`) and after (one of the ``record_…``). Who dies in
between leaves "sending" behind: whether the courier has the order is found out, and it is never sent again blindly.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.delivery.courier import Booking, BookingRequest, Quote
from gallery.delivery.errors import NoCoverageError
from gallery.delivery.models import CourierBooking, GalleryCourier, Shipment
from gallery.delivery.queries.bookings import request_for, value_of
from gallery.delivery.queries.couriers import holder_of
from gallery.delivery.queries.hours import next_open
from gallery.delivery.services.hand_over import add_shipment, new_shipment, require_ready, withdraw_open
from gallery.delivery.services.locking import locked_booking, locked_parcel, open_shipment
from gallery.delivery.services.news import hear, rejudge
from gallery.delivery.services.taking_back import take_back
from gallery.delivery.services.updates import close
from gallery.delivery.states import (
    BEFORE_PICK_UP,
    BOOKING,
    MAY_EXIST,
    ONLINE,
    BookingStatus,
    BookingTrouble,
    ShipmentStatus,
    courier_of,
)
from gallery.orders.models import Parcel

_B = BookingStatus
SYSTEM: Final = Actor.system()
# After a lost answer the courier is asked after so many seconds; a quarter of an hour covers Lalamove's quotation,
# within which a notice tells about an order, then a person looks into the courier's own portal.
FIND_AFTER_S: Final = (10, 20, 40, 80, 160, 300, 300)
LOOK_ON_EVERY: Final = timedelta(minutes=30)
LOOK_ON_FOR: Final = timedelta(days=2)
RETRY_AFTER_S: Final = (5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 3_600, 3_600)


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings COURIER_MAX_EXTRA_IDR (how much dearer than paid is booked without asking) and COURIER_PIN_FROM_IDR.

    A gallery's own limit counts more than the first. ``pin_from_idr`` 0: nobody is asked for a PIN.
    """

    max_extra_idr: Rupiah
    pin_from_idr: Rupiah


def want_booking(
    session: Session,
    parcel_id: int,
    rules: Rules,
    *,
    quote: Quote | None = None,
    is_rebooking: bool = False,
    actor: Actor,
) -> CourierBooking:
    """The parcel shall be booked with an online courier: with ``quote``, or with the one that the buyer chose.

    It is sent when the place is open; an MSME that calls from home is there. Wanting the same service twice wants it
    once; one that waits for a person without having been sent is sent now. Raises :class:`ParcelNotReadyError`,
    :class:`OrderUnpaidError`, :class:`NoCoverageError` (not an online courier's service) and
    :class:`CourierBookedError` while another online courier has the parcel, or may have it.
    """
    parcel = locked_parcel(session, parcel_id)
    chosen = quote or _chosen_at_checkout(parcel)
    current = open_shipment(session, parcel)
    known = _booking_of(session, current) if current is not None else None
    if known is not None and known.service == chosen.service and not known.is_unwanted:
        return _wanted_again(session, known, quote) if known.is_unsent else known
    require_ready(parcel)
    if current is not None:
        withdraw_open(session, current, actor)
    shipment = new_shipment(parcel, chosen.courier, ShipmentStatus.OFFERED)
    shipment.open_key, shipment.carrier, shipment.booking_ref = parcel.id, chosen.carrier, ""
    shipment.needs_pin = 0 < rules.pin_from_idr <= value_of(parcel)
    add_shipment(session, shipment, actor)
    not_before = _closed_until(session, parcel, is_rebooking=is_rebooking)
    booking = CourierBooking(
        shipment_id=shipment.id,
        key=f"{parcel.order.number}-{shipment.id}",
        courier=chosen.courier,
        service=chosen.service,
        quote_ref=chosen.quote_ref,
        quote_expires_at=chosen.expires_at,
        paid_idr=Rupiah(parcel.shipping_idr),
        quoted_idr=chosen.price_idr,
        takes_min=chosen.takes_min,
        max_extra_idr=_max_extra(session, parcel, rules, chosen),
        not_before=not_before,
        is_rebooking=is_rebooking,
    )
    session.add(booking)
    session.flush()  # the message names its id
    _forget_trouble(session, parcel, booking)
    ask_to_send(session, booking, not_before - clock.now() if not_before else timedelta(0))
    return booking


def start_sending(session: Session, booking_id: int) -> BookingRequest | None:
    """Return what the courier has to be told now, and "sending" stands in the database; none if nothing is to be done.

    Where nobody is there any more it waits until somebody is. Found already sending: the worker before died in the
    middle, so it is unsure now and will be asked after.
    """
    parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is _B.SENDING:
        _unsure(session, booking)
        return None
    if booking.status is not _B.WANTED or (booking.not_before and booking.not_before > clock.now()):
        return None
    is_away = shipment.status not in BEFORE_PICK_UP  # somebody said so: then nobody is called for it
    if booking.is_unwanted or shipment.open_key != parcel.id or is_away:
        take_back(session, parcel, shipment, booking, actor=SYSTEM)
        return None
    booking.not_before = _closed_until(session, parcel, is_rebooking=booking.is_rebooking)
    if booking.not_before is not None:
        ask_to_send(session, booking, booking.not_before - clock.now())
        return None
    _to(booking, _B.SENDING)
    return request_for(session, booking)


def is_price_old(session: Session, booking: CourierBooking) -> bool:
    """Whether the courier has to be asked for its price again before it is booked now: what it held ran out."""
    held_until = booking.quote_expires_at or booking.shipment.created_at
    return booking.status is _B.WANTED and held_until <= clock.now() and closed_until(session, booking) is None


def closed_until(session: Session, booking: CourierBooking) -> datetime | None:
    """Return until when nobody is there who hands the parcel over; none means that somebody is there now."""
    parcel = session.get_one(Parcel, booking.shipment.parcel_id)
    return _closed_until(session, parcel, is_rebooking=booking.is_rebooking)


def find_later(session: Session, booking_id: int, at: datetime) -> None:
    """Finding out what became of the booking waits until then."""
    _parcel, _shipment, booking = locked_booking(session, booking_id)
    booking.next_at = at
    emit(session, "delivery.find", after=at - clock.now(), booking_id=booking.id)


def record_price(session: Session, booking_id: int, quote: Quote | None) -> bool:
    """The courier asks this now (none: it does not go there any more); tell whether it may be booked.

    More than paid and allowed needs a person; see :func:`allow_price`.
    """
    parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is not _B.WANTED:
        return False
    if quote is None:
        _give_up(session, parcel, shipment, booking, BookingTrouble.REFUSED, "not_offered")
        return False
    booking.quoted_idr, booking.quote_ref = quote.price_idr, quote.quote_ref
    booking.takes_min = quote.takes_min or booking.takes_min
    # Without a promise the price is taken for true for as long as it takes to book.
    booking.quote_expires_at = quote.expires_at or clock.now() + timedelta(minutes=5)
    if quote.price_idr <= booking.paid_idr + booking.max_extra_idr:
        return True
    _to(booking, _B.NEEDS_PERSON)
    trouble(booking, BookingTrouble.PRICE_ROSE, str(quote.price_idr))
    return False


def record_booked(session: Session, booking_id: int, found: Booking) -> CourierBooking:
    """The courier has the order; its notices that came before are judged now. Recording it twice records it once.

    What nobody wants any more is taken back at once.
    """
    parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is _B.BOOKED and booking.booking_ref == found.booking_ref:
        hear(session, booking_id, found, actor=SYSTEM)
        return booking
    if booking.booking_ref not in {None, found.booking_ref} or _is_others(session, booking, found):
        trouble(booking, BookingTrouble.CONTRADICTION, found.booking_ref)
        return booking
    booking.booking_ref = shipment.booking_ref = found.booking_ref
    booking.booked_idr = found.price_idr if found.price_idr is not None else booking.quoted_idr
    booking.heard_at, booking.tries = clock.now(), 0
    rejudge(session, booking)
    if booking.status in {_B.REFUSED, _B.CANCELLED}:
        _to(booking, _B.CANCELLING)
        trouble(booking, BookingTrouble.TURNED_UP)
        emit(session, "delivery.cancel", booking_id=booking.id)
        return booking
    if booking.status is _B.WANTED:  # it was taken for absent, and is there
        _to(booking, _B.SENDING)
    if booking.status in {_B.SENDING, _B.UNSURE, _B.NEEDS_PERSON}:
        _to(booking, _B.BOOKED)
    booking.trouble = None
    if booking.booked_idr > booking.paid_idr + booking.max_extra_idr:
        trouble(booking, BookingTrouble.PRICE_DIFFERS, str(booking.booked_idr))
    facts = {"price_idr": booking.booked_idr, "courier": booking.courier.value}
    audit.record(session, SYSTEM, "courier.booked", f"shipment:{shipment.public_id}", **facts)
    if booking.is_unwanted or shipment.open_key != parcel.id:
        take_back(session, parcel, shipment, booking, actor=SYSTEM)
        return booking
    hear(session, booking_id, found, actor=SYSTEM)
    return booking


def record_refused(session: Session, booking_id: int, refusal: str) -> None:
    """A sure no: this attempt is over and the parcel is free for another courier, which is looked for."""
    parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status in {_B.SENDING, _B.UNSURE}:
        _give_up(session, parcel, shipment, booking, BookingTrouble.REFUSED, refusal)


def record_busy(session: Session, booking_id: int, retry_after_s: float) -> None:
    """A sure not-yet: tried again later, twelve times; then a person is asked."""
    parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is _B.SENDING:
        _to(booking, _B.WANTED)
    if booking.status is not _B.WANTED:
        return
    if booking.is_unwanted:
        take_back(session, parcel, shipment, booking, actor=SYSTEM)
        return
    booking.tries += 1
    if booking.tries > len(RETRY_AFTER_S):
        _to(booking, _B.NEEDS_PERSON)
        trouble(booking, BookingTrouble.SILENT)
        return
    ask_to_send(session, booking, timedelta(seconds=max(retry_after_s, RETRY_AFTER_S[booking.tries - 1])))


def record_unsure(session: Session, booking_id: int) -> None:
    """The answer was lost: it is found out by asking, never by sending again.

    After a quarter of an hour a person is asked too; the courier still is, every half hour for two days.
    """
    _parcel, _shipment, booking = locked_booking(session, booking_id)
    if booking.status in {_B.SENDING, _B.UNSURE}:
        _unsure(session, booking)
    elif _is_lost(booking) and booking.next_at is not None and booking.next_at <= clock.now():
        _look_on(session, booking)


def record_absent(session: Session, booking_id: int) -> None:
    """The courier surely has no such order: it is sent again, under the same key."""
    parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is not _B.UNSURE and not _is_lost(booking):
        return
    _to(booking, _B.WANTED)
    booking.tries, booking.trouble = 0, None
    if booking.is_unwanted:
        take_back(session, parcel, shipment, booking, actor=SYSTEM)
    else:
        ask_to_send(session, booking, timedelta(0))


def trouble(booking: CourierBooking, what: BookingTrouble, code: str = "") -> None:
    """The booking needs a person."""
    booking.trouble, booking.trouble_code, booking.trouble_at = what, code, clock.now()


def ask_to_send(session: Session, booking: CourierBooking, after: timedelta) -> None:
    """A worker sends the booking when so much time has passed."""
    booking.next_at = clock.now() + after
    emit(session, "delivery.book", after=after, booking_id=booking.id)


def _to(booking: CourierBooking, status: BookingStatus) -> None:
    move(booking, BOOKING, status, clock.now())


def _closed_until(session: Session, parcel: Parcel, *, is_rebooking: bool) -> datetime | None:
    is_called_from_home = parcel.place.gallery_id is None and not is_rebooking
    return None if is_called_from_home else next_open(session, parcel.place, clock.now())


def _unsure(session: Session, booking: CourierBooking) -> None:
    if booking.status is not _B.UNSURE:
        _to(booking, _B.UNSURE)
        booking.tries = 0
    booking.tries += 1
    if booking.tries > len(FIND_AFTER_S):
        _to(booking, _B.NEEDS_PERSON)
        trouble(booking, BookingTrouble.LOST_ANSWER)
        _look_on(session, booking)
        return
    after = timedelta(seconds=FIND_AFTER_S[booking.tries - 1])
    booking.next_at = clock.now() + after
    emit(session, "delivery.find", after=after, booking_id=booking.id)


def _is_lost(booking: CourierBooking) -> bool:
    return booking.status is _B.NEEDS_PERSON and booking.trouble is BookingTrouble.LOST_ANSWER


def _look_on(session: Session, booking: CourierBooking) -> None:
    booking.next_at = None
    if booking.trouble_at is not None and clock.now() - booking.trouble_at < LOOK_ON_FOR:
        booking.next_at = clock.now() + LOOK_ON_EVERY
        emit(session, "delivery.find", after=LOOK_ON_EVERY, booking_id=booking.id)


def _give_up(
    session: Session, parcel: Parcel, shipment: Shipment, booking: CourierBooking, why: BookingTrouble, code: str
) -> None:
    if booking.status is _B.WANTED:
        _to(booking, _B.SENDING)
    _to(booking, _B.REFUSED)
    trouble(booking, why, code)
    if shipment.open_key is not None:
        close(session, shipment, ShipmentStatus.DECLINED)
    audit.record(session, SYSTEM, "courier.refused", f"shipment:{shipment.public_id}", refusal=code)
    emit(session, "delivery.rebook", parcel_id=parcel.id, booking_id=booking.id)


def _wanted_again(session: Session, booking: CourierBooking, quote: Quote | None) -> CourierBooking:
    """What waited for a person is tried again from the start, at this price or at what the courier asks by then."""
    _to(booking, _B.WANTED)
    booking.tries, booking.trouble, booking.quote_expires_at = 0, None, clock.now()
    if quote is not None:
        booking.quoted_idr, booking.quote_ref = quote.price_idr, quote.quote_ref
        booking.takes_min = quote.takes_min or booking.takes_min
        booking.quote_expires_at = quote.expires_at or clock.now()
    ask_to_send(session, booking, timedelta(0))
    return booking


def _chosen_at_checkout(parcel: Parcel) -> Quote:
    courier = courier_of(parcel.service)
    if courier not in ONLINE or courier is None:
        raise NoCoverageError(parcel.service)
    return Quote(
        courier,
        parcel.service,
        Rupiah(parcel.shipping_idr),
        minutes_max=parcel.takes_min or 0,
        expires_at=parcel.quote_expires_at,
        quote_ref=parcel.quote_ref,
    )


def _max_extra(session: Session, parcel: Parcel, rules: Rules, chosen: Quote) -> Rupiah:
    set_here = session.scalar(
        select(GalleryCourier.max_extra_idr).where(
            GalleryCourier.holder == holder_of(parcel.place.gallery_id), GalleryCourier.courier == chosen.courier
        )
    )
    return rules.max_extra_idr if set_here is None else Rupiah(set_here)


def _booking_of(session: Session, shipment: Shipment) -> CourierBooking | None:
    return session.scalar(
        select(CourierBooking)
        .where(CourierBooking.shipment_id == shipment.id)
        .execution_options(populate_existing=True)
    )


def _forget_trouble(session: Session, parcel: Parcel, fresh: CourierBooking) -> None:
    """Somebody else is asked: what went wrong before needs nobody any more, unless it may still be on its way."""
    earlier = (
        select(CourierBooking)
        .join(Shipment, Shipment.id == CourierBooking.shipment_id)
        .where(Shipment.parcel_id == parcel.id, CourierBooking.id != fresh.id, CourierBooking.trouble.is_not(None))
    )
    for booking in session.scalars(earlier):
        if booking.status not in MAY_EXIST:
            booking.trouble = None


def _is_others(session: Session, booking: CourierBooking, found: Booking) -> bool:
    same = select(CourierBooking.id).where(
        CourierBooking.courier == booking.courier, CourierBooking.booking_ref == found.booking_ref
    )
    return session.scalar(same) not in {None, booking.id}
