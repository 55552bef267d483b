"""What an online courier says about a booking, asked for or not: rider, price, link, and where the parcel is.

A notice is a hint. What ends a way, goes backwards or costs money counts only when the courier says it when asked.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import update as sql_update
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.delivery.courier import Booking, CourierUpdate, RiderSeen
from gallery.delivery.limits import limit_of
from gallery.delivery.models import CourierBooking, CourierNotice, EventOutcome, Shipment
from gallery.delivery.services.locking import locked_booking
from gallery.delivery.services.taking_back import end_cancelled
from gallery.delivery.services.updates import apply_to
from gallery.delivery.states import (
    BEFORE_PICK_UP,
    BOOKING,
    FINAL,
    SHIPMENT,
    BookingStatus,
    BookingTrouble,
    NoticeOutcome,
    ShipmentStatus,
)

_B, _S = BookingStatus, ShipmentStatus
INSTANT_EVERY: Final = timedelta(minutes=2)
PARCEL_EVERY: Final = timedelta(minutes=30)
AFTER_FAILURE: Final = timedelta(days=1)
# So long asked without an answer, and somebody should telephone.
INSTANT_SILENCE, PARCEL_SILENCE = timedelta(minutes=30), timedelta(days=1)
# What is wrong only until the courier says something that can be understood.
PASSING: Final = frozenset({BookingTrouble.SILENT, BookingTrouble.CONTRADICTION, BookingTrouble.UNKNOWN_WORD})
_OUTCOMES: Final = {
    EventOutcome.APPLIED: NoticeOutcome.APPLIED,
    EventOutcome.STALE: NoticeOutcome.STALE,
    EventOutcome.SUPERSEDED: NoticeOutcome.SUPERSEDED,
    EventOutcome.IMPOSSIBLE: NoticeOutcome.IMPOSSIBLE,
}


def needs_asking(booking: CourierBooking, news: CourierUpdate) -> bool:
    """Whether a notice would change what only the courier's own answer may change."""
    shipment = booking.shipment
    if news.replaces_ref or news.price_idr not in {None, booking.booked_idr, booking.cost_idr}:
        return True
    if news.status is None:
        return bool(news.said)
    return news.status in FINAL or news.status in SHIPMENT.back.get(shipment.status, ())


def hear(session: Session, booking_id: int, said: Booking, *, actor: Actor) -> NoticeOutcome:
    """The courier was asked and says this. Tell what came of it; the poller asks again later."""
    _parcel, shipment, booking = locked_booking(session, booking_id)
    _is_there(booking)
    _plan_look(shipment, booking)
    _note_facts(shipment, booking, said.rider, said.tracking_url, said.tracking_number)
    booking.expected_at = said.expected_at or booking.expected_at
    if said.proof_url and said.proof_url != booking.proof_url:
        booking.proof_url = said.proof_url
        if shipment.status is _S.DELIVERED:  # the picture comes after the word
            emit(session, "delivery.proof", booking_id=booking.id)
    _note_price(booking, said)
    if said.status is None:
        return _unknown_word(booking, said.said)
    if said.status is shipment.status:
        _understood(booking)
        return NoticeOutcome.STALE
    # The same words may come again after the way went backwards: what they were said about tells them apart.
    since = shipment.status_changed_at.isoformat()
    news = CourierUpdate(
        event_key=f"look:{said.booking_ref}:{said.status.value}:{since}",
        booking_ref=said.booking_ref,
        status=said.status,
        occurred_at=said.occurred_at or clock.now(),
        recipient_name=said.recipient_name,
        reason=said.reason,
        said=said.said,
    )
    return _apply(session, booking_id, news, actor=actor, is_confirmed=True)


def take_hint(session: Session, booking_id: int, news: CourierUpdate, *, actor: Actor) -> NoticeOutcome:
    """A notice that needs no asking is applied as it is."""
    _parcel, shipment, booking = locked_booking(session, booking_id)
    _is_there(booking)
    _note_facts(shipment, booking, news.rider, news.tracking_url, news.tracking_number)
    if news.status is None:
        return _unknown_word(booking, news.said) if news.said else NoticeOutcome.APPLIED
    return _apply(session, booking_id, news, actor=actor, is_confirmed=False)


def note_trouble(session: Session, booking_id: int, what: BookingTrouble, code: str = "") -> None:
    """The booking needs a person; what passes by itself does not take the place of what does not."""
    _parcel, _shipment, booking = locked_booking(session, booking_id)
    if what not in PASSING or booking.trouble in {None, *PASSING}:
        booking.trouble, booking.trouble_code, booking.trouble_at = what, code, clock.now()


def plan_next_look(session: Session, booking_id: int) -> None:
    """The courier is being asked: next time after the usual while."""
    _parcel, shipment, booking = locked_booking(session, booking_id)
    _plan_look(shipment, booking)


def note_unanswered(session: Session, booking_id: int) -> None:
    """The courier was asked in vain. Half an hour (instant) or a day of that is a trouble of its own.

    Counted are questions: while no worker asked, nobody was silent.
    """
    _parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.status is not _B.BOOKED or shipment.status in FINAL:
        return
    booking.tries += 1
    every, patience = _rhythm(booking)
    if booking.tries >= patience // every and booking.trouble is None:
        booking.trouble, booking.trouble_code, booking.trouble_at = BookingTrouble.SILENT, "", clock.now()


def keep_proof(session: Session, booking_id: int, file_id: int) -> bool:
    """The picture proves the delivery; tell whether it was needed: the first one stays."""
    _parcel, shipment, _booking = locked_booking(session, booking_id)
    if shipment.proof_file_id is not None:
        return False
    shipment.proof_file_id = file_id
    return True


def relink(session: Session, booking_id: int, booking_ref: str) -> None:
    """The courier continues the same order under another id; notices about the old one are still understood."""
    _parcel, shipment, booking = locked_booking(session, booking_id)
    if booking.booking_ref == booking_ref:
        return
    facts = {"before": booking.booking_ref, "after": booking_ref}
    audit.record(session, Actor.system(), "courier.order_replaced", f"shipment:{shipment.public_id}", **facts)
    booking.former_ref, booking.booking_ref, shipment.booking_ref = booking.booking_ref, booking_ref, booking_ref
    if booking.trouble is BookingTrouble.CONTRADICTION:  # the old id was not found any more: now it is known why
        booking.trouble = None
    rejudge(session, booking)


def rejudge(session: Session, booking: CourierBooking) -> None:
    """Notices that came before anybody knew whose they are get their turn."""
    session.flush()
    session.execute(
        sql_update(CourierNotice)
        .where(
            CourierNotice.courier == booking.courier,
            CourierNotice.booking_ref == booking.booking_ref,
            CourierNotice.outcome == NoticeOutcome.UNKNOWN_ORDER,
        )
        .values(judged_at=None, outcome=None, next_at=None)
        .execution_options(synchronize_session=False)
    )


def _apply(
    session: Session, booking_id: int, news: CourierUpdate, *, actor: Actor, is_confirmed: bool
) -> NoticeOutcome:
    _parcel, shipment, booking = locked_booking(session, booking_id)
    applied = apply_to(session, shipment.id, news, actor=actor, is_confirmed=is_confirmed)
    if is_confirmed and applied.outcome is not EventOutcome.IMPOSSIBLE:
        _understood(booking)
    if applied.is_repeated:
        return NoticeOutcome.STALE
    if applied.outcome is EventOutcome.IMPOSSIBLE and not (booking.is_unwanted and news.status in BEFORE_PICK_UP):
        booking.trouble, booking.trouble_code = BookingTrouble.CONTRADICTION, news.said or str(news.status)
        booking.trouble_at = clock.now()
    if applied.outcome is EventOutcome.APPLIED:
        _follow(session, shipment, booking)
    elif applied.outcome is EventOutcome.SUPERSEDED and news.status is _S.CANCELLED:
        _end(session, shipment, booking)
    return _OUTCOMES[applied.outcome]


def _follow(session: Session, shipment: Shipment, booking: CourierBooking) -> None:
    """The booking follows its shipment; who is not brought is looked for another courier."""
    _plan_look(shipment, booking)
    if shipment.status in FINAL:
        booking.rider_phone = ""
    if shipment.status is _S.DELIVERED and booking.proof_url:
        emit(session, "delivery.proof", booking_id=booking.id)
    is_wanted = not booking.is_unwanted and booking.status is _B.BOOKED
    _end(session, shipment, booking)
    if shipment.status in {_S.CANCELLED, _S.DECLINED} and is_wanted:
        booking.trouble, booking.trouble_at = BookingTrouble.NO_RIDER, clock.now()
        emit(session, "delivery.rebook", parcel_id=shipment.parcel_id, booking_id=booking.id)


def _end(session: Session, shipment: Shipment, booking: CourierBooking) -> None:
    if shipment.status is _S.CANCELLED and booking.status in {_B.BOOKED, _B.CANCELLING}:
        end_cancelled(session, shipment, booking)
    elif shipment.status in FINAL and booking.status is _B.CANCELLING:
        move(booking, BOOKING, _B.CANCELLED if shipment.status is _S.DECLINED else _B.BOOKED, clock.now())


def _plan_look(shipment: Shipment, booking: CourierBooking) -> None:
    now = clock.now()
    if shipment.status not in FINAL:
        booking.next_at = now + _rhythm(booking)[0]
    elif shipment.status is _S.FAILED and now - (shipment.ended_at or now) < AFTER_FAILURE:
        booking.next_at = now + PARCEL_EVERY  # it comes back, or arrives after all
    else:
        booking.next_at = None


def _rhythm(booking: CourierBooking) -> tuple[timedelta, timedelta]:
    """Return how often the courier is asked, and for how long in vain before somebody should telephone."""
    is_instant = limit_of(booking.service).is_instant
    return (INSTANT_EVERY, INSTANT_SILENCE) if is_instant else (PARCEL_EVERY, PARCEL_SILENCE)


def _is_there(booking: CourierBooking) -> None:
    """The courier speaks: it is not silent."""
    booking.heard_at = clock.now()
    if booking.status is _B.BOOKED:
        booking.tries = 0
    if booking.trouble is BookingTrouble.SILENT:
        booking.trouble = None


def _understood(booking: CourierBooking) -> None:
    """What the courier says when asked makes sense again."""
    if booking.trouble in PASSING:
        booking.trouble = None


def _note_facts(
    shipment: Shipment, booking: CourierBooking, rider: RiderSeen | None, url: str, tracking_number: str
) -> None:
    booking.tracking_url = url or booking.tracking_url
    shipment.tracking_number = tracking_number or shipment.tracking_number
    if rider is not None and shipment.status not in FINAL:
        shipment.rider_name = rider.name or shipment.rider_name
        shipment.rider_plate = rider.plate or shipment.rider_plate
        booking.rider_phone = rider.phone or booking.rider_phone


def _note_price(booking: CourierBooking, said: Booking) -> None:
    if said.price_idr is None:
        return
    if booking.booked_idr is None:
        booking.booked_idr = said.price_idr
    elif said.price_idr != booking.booked_idr or booking.cost_idr is not None:
        is_news = booking.cost_idr != said.price_idr
        booking.cost_idr = said.price_idr
        if is_news and said.price_idr > booking.paid_idr + booking.max_extra_idr and booking.trouble is None:
            booking.trouble, booking.trouble_code = BookingTrouble.PRICE_DIFFERS, str(said.price_idr)
            booking.trouble_at = clock.now()


def _unknown_word(booking: CourierBooking, said: str) -> NoticeOutcome:
    if booking.trouble in {None, *PASSING}:
        booking.trouble, booking.trouble_code = BookingTrouble.UNKNOWN_WORD, said
        booking.trouble_at = clock.now()
    return NoticeOutcome.UNKNOWN_WORD
