"""What gateways are asked, by whom no page waits for: their messages, open pages, refunds, their own books.

Each step is committed before the gateway is asked, and its answer after: a worker that dies between them is followed
by another one, which asks again.
"""

import logging
from datetime import timedelta
from typing import Any, Final

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.core.outbox import emit, every, handles
from gallery.payments.errors import GatewayBusyError, GatewayError, GatewayRefusedError
from gallery.payments.gateway import PaymentGateway, RefundSeen
from gallery.payments.models import GatewayCharge, GatewayNotice, Refund
from gallery.payments.queries.charges import (
    LIVE,
    charge_about,
    has_due_charges,
    has_due_refunds,
    has_waiting_notices,
    known,
    live_charges_of_order,
    refund_key,
)
from gallery.payments.services import books, charges, fulfil, give_back, inbox
from gallery.payments.states import HAS_BOOKS, Gateway, NoticeOutcome, RefundStatus

log = logging.getLogger("gallery.jobs")
AT_ONCE: Final = 200
BOOK_DAYS: Final = 3  # lines of a day may come late


def gateway_of(gateway: Gateway) -> PaymentGateway:
    """Return the company's adapter; :class:`GatewayBusyError` while its key is not set."""
    found: PaymentGateway | None = adapters.gateways().get(gateway.value)
    if found is None:
        raise GatewayBusyError("no key")
    return found


def look(charge_id: int, *, closes: bool = False) -> bool:
    """Ask the gateway about a charge, after closing its page if told so, and take its answer; tell whether it was new.

    Raises what the gateway raises; the charge is asked about again later then.
    """
    charge = db.session.get_one(GatewayCharge, charge_id, populate_existing=True)
    company, wanted, is_live = charge.gateway, known(charge), charge.status in LIVE
    db.session.rollback()  # nothing stays open while the gateway thinks
    try:
        gateway = gateway_of(company)
        if closes and is_live:
            gateway.close(wanted)
        seen = gateway.ask(wanted)
    except GatewayError as error:
        with transaction() as session:
            charges.note_unsure(session, charge_id, error.code_there or str(error))
        raise
    with transaction() as session:
        return fulfil.take_answer(session, charge_id, seen)


def close_pages(order_id: int, silent: set[Gateway]) -> None:
    """Close what may still be paid of an order whose time is over; what was paid in the last moment pays it.

    A gateway that does not answer is added to ``silent`` and not asked again by this caller, whose round would else
    take as long as all its waiting together.
    """
    pages = live_charges_of_order(db.session(), order_id)
    db.session.rollback()
    for charge_id, gateway in pages:
        if gateway in silent:
            continue
        try:
            look(charge_id, closes=True)
        except GatewayRefusedError as error:
            log.warning("charge not closed", extra={"code": error.code})
        except GatewayError:
            log.warning("gateway silent", extra={"topic": gateway.value})
            silent.add(gateway)


@handles("charge.close")
def close(payload: dict[str, Any]) -> None:
    """The page may not be paid any more. Who can not be asked now is asked again."""
    try:
        look(payload["charge_id"], closes=True)
    except GatewayRefusedError as error:
        log.warning("charge not closed", extra={"code": error.code})
    except GatewayError:
        with transaction() as session:
            charges.close_again(session, payload["charge_id"])


@handles("charge.ask")
def ask(payload: dict[str, Any]) -> None:
    try:
        look(payload["charge_id"])
    except GatewayError as error:  # its next turn is noted already
        log.info("gateway not asked", extra={"code": error.code})


@every(minutes=1)
def hand_out_charges() -> None:
    """Let the gateways be asked about every charge whose turn it is, each by a message of its own."""
    is_due = has_due_charges(db.session(), clock.now())
    db.session.rollback()
    if not is_due:
        return
    with transaction() as session:
        for charge_id in charges.take_due_charges(session, limit=AT_ONCE):
            emit(session, "charge.ask", charge_id=charge_id)


@every(seconds=2)
def hand_out_notices() -> None:
    """Give each waiting message to a worker: one that can not be judged hinders no other."""
    is_due = has_waiting_notices(db.session(), clock.now())
    db.session.rollback()
    if not is_due:
        return
    with transaction() as session:
        for notice_id in inbox.take_waiting_notices(session, limit=AT_ONCE):
            emit(session, "payment.notice", notice_id=notice_id)


@handles("payment.notice")
def judge(payload: dict[str, Any]) -> None:
    """A message is a reason to ask; when the gateway can not be asked it waits for its next turn."""
    notice = db.session.get_one(GatewayNotice, payload["notice_id"], populate_existing=True)
    notice_id, about, is_judged = notice.id, notice.about, notice.judged_at is not None
    charge_id = charge_about(db.session(), notice.gateway, about)
    db.session.rollback()
    if is_judged:
        return
    if charge_id is None:
        with transaction() as session:
            inbox.postpone(session, notice_id, "", last=NoticeOutcome.UNKNOWN)
        return
    try:
        outcome = NoticeOutcome.APPLIED if look(charge_id) else NoticeOutcome.UNCHANGED
    except GatewayError as error:
        with transaction() as session:
            inbox.postpone(session, notice_id, error.code_there or type(error).__name__)
        return
    with transaction() as session:
        inbox.note_judged(session, notice_id, outcome, charge_id=charge_id)


@every(minutes=1)
def hand_out_refunds() -> None:
    """Refunds whose sending was begun and not ended are looked after."""
    is_due = has_due_refunds(db.session(), clock.now())
    db.session.rollback()
    if not is_due:
        return
    with transaction() as session:
        for refund_id in give_back.take_due_refunds(session, limit=AT_ONCE):
            emit(session, "refund.send", refund_id=refund_id)


@handles("refund.send")
def send_refund(payload: dict[str, Any]) -> None:
    """Give back through the gateway; after a lost answer it is asked first what it did."""
    refund = db.session.get_one(Refund, payload["refund_id"], populate_existing=True)
    refund_id, charge_id, is_again = refund.id, refund.charge_id, refund.tries > 0
    is_due = refund.status is RefundStatus.SENDING
    db.session.rollback()
    if not is_due or charge_id is None:
        return
    try:
        if is_again:
            look(charge_id)
        with transaction() as session:
            is_wanted = give_back.start_sending(session, refund_id)
        seen = _given_back(refund_id, charge_id) if is_wanted else None
    except GatewayError as error:
        with transaction() as session:
            give_back.note_refund_unanswered(session, refund_id, error.code_there or str(error))
        return
    if seen is not None:
        with transaction() as session:
            give_back.note_refund(session, refund_id, seen)


def _given_back(refund_id: int, charge_id: int) -> RefundSeen | None:
    """Call the gateway, unless it took the refund already and is still at it; a sure no makes it due again."""
    session = db.session()
    refund, charge = session.get_one(Refund, refund_id), session.get_one(GatewayCharge, charge_id)
    company, wanted, key = charge.gateway, known(charge), refund_key(refund)
    amount, reason, is_there = refund.amount_idr, refund.reason, refund.remote_id is not None
    session.rollback()
    if is_there:
        return None
    try:
        return gateway_of(company).refund(wanted, key=key, amount_idr=amount, reason=reason.partition(":")[0])
    except GatewayRefusedError as error:
        with transaction() as writing:
            give_back.note_refund_refused(writing, refund_id, error.code_there or str(error))
        return None


@every(hours=24)
def read_books() -> None:
    """Keep the lines of the gateways' own books: of yesterday, and of three days before, which may have grown."""
    midnight = clock.midnight(clock.today())
    for name, gateway in adapters.gateways().items():
        if Gateway(name) not in HAS_BOOKS:
            continue
        for days in range(BOOK_DAYS + 1, 0, -1):
            since = midnight - timedelta(days=days)
            try:
                lines = gateway.movements(since, since + timedelta(days=1))
            except GalleryError:
                log.exception("books not read", extra={"topic": name})
                continue
            with transaction() as session:
                books.record_movements(session, Gateway(name), lines)


@every(hours=24)
def forget_notices() -> None:
    with transaction() as session:
        inbox.forget_old_notices(session)
