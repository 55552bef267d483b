"""Notices of couriers are judged after they were stored: whose they are, what they say, and whether it is true."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from gallery.accounts.permissions import Actor
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.outbox import emit, every, handles
from gallery.delivery import services
from gallery.delivery.courier import Booking, CourierGateway, CourierUpdate
from gallery.delivery.errors import BadUpdateError, CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.models import CourierNotice
from gallery.delivery.queries.bookings import booking_known_as, booking_under
from gallery.delivery.states import BookingTrouble, Courier, NoticeOutcome
from gallery.jobs.delivery_calls import ask

log = logging.getLogger("gallery.jobs")
ANONYMOUS: Final = Actor.anonymous()  # the courier; its name is what the timeline shows
AT_ONCE: Final = 500


@every(seconds=2)
def hand_out_notices() -> None:
    """Give each waiting notice to a worker, as a message of its own: one that can not be judged hinders no other."""
    if not services.waiting_notices(db.session(), limit=1):
        db.session.rollback()
        return
    with transaction() as session:
        for notice_id in services.take_waiting_notices(session, limit=AT_ONCE):
            emit(session, "delivery.notice", notice_id=notice_id)


@handles("delivery.notice")
def judge_waiting(payload: dict[str, Any]) -> None:
    """Judge one notice; when its courier has to be asked and can not be, it waits for its next turn."""
    try:
        judge(payload["notice_id"])
    except (CourierBusyError, CourierUnsureError):
        with transaction() as session:
            services.postpone(session, payload["notice_id"])


def judge(notice_id: int) -> None:
    """Judge one notice. Raises busy or unsure when the courier has to be asked and can not be: it keeps waiting."""
    notice = db.session.get_one(CourierNotice, notice_id, populate_existing=True)
    courier, received_at = notice.courier, notice.received_at
    received = services.read_content(notice, adapters.cipher())
    db.session.rollback()
    gateway: CourierGateway | None = adapters.couriers().get(courier.value)
    if gateway is None:
        raise CourierBusyError("no key")
    try:
        with clock.at(received_at):  # a signature is as old as it was then, however late it is judged
            updates = gateway.read_updates(received.headers, received.body, received.path)
    except BadUpdateError:
        _note(notice_id, NoticeOutcome.UNREADABLE)
        return
    outcome, booking_id = NoticeOutcome.NOT_OURS, None
    for update in _in_order(updates):
        outcome, booking_id = _judge_update(courier, update)
    _note(notice_id, outcome, booking_id)


def _in_order(updates: Iterable[CourierUpdate]) -> list[CourierUpdate]:
    return sorted(updates, key=lambda update: (update.occurred_at, update.rank))


def _note(notice_id: int, outcome: NoticeOutcome, booking_id: int | None = None) -> None:
    with transaction() as session:
        services.note_judged(session, notice_id, outcome, booking_id=booking_id)
    if outcome in {NoticeOutcome.UNKNOWN_WORD, NoticeOutcome.IMPOSSIBLE, NoticeOutcome.UNREADABLE}:
        log.warning("notice needs a person", extra={"topic": outcome.value, "message_id": notice_id})


def _judge_update(courier: Courier, update: CourierUpdate) -> tuple[NoticeOutcome, int | None]:
    booking = booking_known_as(db.session(), courier, update.booking_ref)
    booking = booking or booking_known_as(db.session(), courier, update.replaces_ref)
    if booking is None:
        db.session.rollback()
        return _whose_is_it(courier, update)
    booking_id, former = booking.id, booking.booking_ref
    is_replaced = bool(update.replaces_ref) and former == update.replaces_ref
    must_ask = update.booking_ref != former or services.needs_asking(booking, update)
    db.session.rollback()
    if is_replaced:
        with transaction() as session:
            services.relink(session, booking_id, update.booking_ref)
    if not must_ask:
        with transaction() as session:
            return services.take_hint(session, booking_id, update, actor=ANONYMOUS), booking_id
    now_called = update.booking_ref if is_replaced else former
    try:
        said = _asked(courier, str(now_called), booking_id)
    except CourierRefusedError as error:
        with transaction() as session:
            services.note_trouble(session, booking_id, BookingTrouble.CONTRADICTION, error.refusal)
        return NoticeOutcome.IMPOSSIBLE, booking_id
    with transaction() as session:
        if update.rider is not None:
            services.take_hint(session, booking_id, _without_word(update), actor=ANONYMOUS)
        return services.hear(session, booking_id, said, actor=ANONYMOUS), booking_id


def _whose_is_it(courier: Courier, update: CourierUpdate) -> tuple[NoticeOutcome, int | None]:
    """Ask the courier under which reference of ours it has this order: its answer to our booking may have been lost."""
    try:
        said = _asked(courier, update.booking_ref, None)
    except CourierRefusedError:
        return NoticeOutcome.UNKNOWN_ORDER, None
    booking = booking_under(db.session(), courier, said.key) if said.key else None
    booking_id = booking.id if booking is not None else None
    db.session.rollback()
    if booking_id is None:
        return (NoticeOutcome.NOT_OURS if said.key else NoticeOutcome.UNKNOWN_ORDER), None
    with transaction() as session:
        services.record_booked(session, booking_id, said)
    return NoticeOutcome.APPLIED, booking_id


def _asked(courier: Courier, booking_ref: str, booking_id: int | None) -> Booking:
    return ask(courier, lambda gateway: gateway.look(booking_ref), booking_id=booking_id)


def _without_word(update: CourierUpdate) -> CourierUpdate:
    """Only who is coming, which the courier's own answer may leave out."""
    return replace(update, status=None, said="", price_idr=None)
