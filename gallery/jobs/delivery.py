"""Bookings with online couriers, one step at a time: intent, call, result, each committed before the next.

Also: a cancelled order is not brought, so whoever was asked for it is out of it.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from flask import current_app
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.core.money import Rupiah
from gallery.core.outbox import emit, every, handles
from gallery.delivery import queries, services
from gallery.delivery.courier import CourierGateway, Quote, QuoteRequest
from gallery.delivery.errors import CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.limits import LOCAL_ONLY, limit_of
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.queries import bookings as known
from gallery.delivery.queries.quotes import Offers
from gallery.delivery.states import (
    BEFORE_PICK_UP,
    FINAL,
    ONLINE,
    BookingStatus,
    BookingTrouble,
    Courier,
    ShipmentStatus,
    courier_of,
)
from gallery.jobs.delivery_calls import ask
from gallery.orders.models import Parcel
from gallery.orders.states import OrderStatus, ParcelStatus

log = logging.getLogger("gallery.jobs")
SYSTEM: Final = Actor.system()
STUCK: Final = timedelta(minutes=2)  # longer than any call to a courier takes
CANCEL_AGAIN_S: Final = (5, 15, 60, 300, 900)
POLL_AT_ONCE: Final = 200


def rules() -> services.Rules:
    """Return the settings that decide about bookings."""
    config = current_app.config
    return services.Rules(Rupiah(config["COURIER_MAX_EXTRA_IDR"]), Rupiah(config["COURIER_PIN_FROM_IDR"]))


@handles("order.cancelled")
def withdraw_offers(payload: dict[str, Any]) -> None:
    asked = (
        select(Shipment.id)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .where(Parcel.order_id == payload["order_id"], Shipment.status.in_(BEFORE_PICK_UP))
    )
    for shipment_id in db.session.scalars(asked).all():
        with transaction() as session:
            services.withdraw(session, shipment_id, actor=SYSTEM)


@handles("parcel.packed")
def book_by_itself(payload: dict[str, Any]) -> None:
    """A packed parcel whose buyer chose an online courier is booked; at MSMEs' homes they say when it is ready."""
    parcel = db.session.get_one(Parcel, payload["parcel_id"])
    courier = courier_of(parcel.service)
    gallery_id = parcel.place.gallery_id
    books_itself = (
        courier is not None
        and courier in ONLINE
        and courier.value in adapters.couriers()
        and gallery_id is not None
        and known.books_itself(db.session(), gallery_id, courier)
    )
    db.session.rollback()
    if books_itself:
        try:
            with transaction() as session:
                services.want_booking(session, payload["parcel_id"], rules(), actor=SYSTEM)
        except GalleryError:  # sent by hand, cancelled, not paid: the board shows it
            log.info("parcel not booked by itself", exc_info=True)


@handles("delivery.book")
def book(payload: dict[str, Any]) -> None:
    """Send a wanted booking once; whatever comes back is written down before anything else happens."""
    booking_id = payload["booking_id"]
    courier, price = _price_wanted(booking_id)
    try:
        if price is not None and not _renew_price(booking_id, courier, *price):
            return
    except CourierRefusedError:
        _write(services.record_price, booking_id, None)
        return
    except (CourierBusyError, CourierUnsureError) as error:  # asking for a price orders nothing
        _write(services.record_busy, booking_id, getattr(error, "retry_after_s", 0))
        return
    with transaction() as session:
        request = services.start_sending(session, booking_id)
    if request is None:
        return
    try:
        found = ask(courier, lambda gateway: gateway.book(request), booking_id=booking_id)
    except CourierRefusedError as error:
        _write(services.record_refused, booking_id, error.refusal)
    except CourierBusyError as error:
        _write(services.record_busy, booking_id, error.retry_after_s)
    except CourierUnsureError:
        _write(services.record_unsure, booking_id)
    else:
        _write(services.record_booked, booking_id, found)


@handles("delivery.find")
def find(payload: dict[str, Any]) -> None:
    """Find out what became of a booking whose answer was lost. Of one that was never sent there is nothing to find.

    Some couriers are asked by ordering again: not about a price that nobody allowed, and not while doors are closed.
    """
    booking = db.session.get_one(CourierBooking, payload["booking_id"])
    is_lost = booking.status is BookingStatus.UNSURE or booking.trouble is BookingTrouble.LOST_ANSWER
    if not is_lost or booking.booking_ref:
        return
    booking_id, courier, request = booking.id, booking.courier, known.request_for(db.session(), booking)
    opens_at = services.closed_until(db.session(), booking) if _finds_by_ordering(courier) else None
    if opens_at is not None:
        _write(services.find_later, booking_id, opens_at)
        return
    try:
        found = ask(courier, lambda gateway: gateway.find(request), booking_id=booking_id)
    except CourierRefusedError as error:
        _write(services.record_refused, booking_id, error.refusal)
    except (CourierBusyError, CourierUnsureError):
        _write(services.record_unsure, booking_id)
    else:
        if found is None:
            _write(services.record_absent, booking_id)
        else:
            _write(services.record_booked, booking_id, found)


@handles("delivery.look")
def look(payload: dict[str, Any]) -> None:
    """Ask the courier where a parcel is. Who can not be asked is asked the next time."""
    booking = db.session.get_one(CourierBooking, payload["booking_id"])
    booking_id, courier, booking_ref = booking.id, booking.courier, booking.booking_ref
    db.session.rollback()
    if booking_ref is None:
        return
    try:
        said = ask(courier, lambda gateway: gateway.look(booking_ref), booking_id=booking_id)
    except (CourierBusyError, CourierUnsureError):
        _write(services.note_unanswered, booking_id)
        return
    except CourierRefusedError as error:
        _write(services.note_trouble, booking_id, BookingTrouble.CONTRADICTION, error.refusal)
        return
    with transaction() as session:
        services.hear(session, booking_id, said, actor=SYSTEM)


@handles("delivery.cancel")
def cancel(payload: dict[str, Any]) -> None:
    """Take a booking back. After a lost answer the courier is asked what it did; asking twice does no harm."""
    booking = db.session.get_one(CourierBooking, payload["booking_id"])
    booking_id, courier, booking_ref, tries = booking.id, booking.courier, booking.booking_ref, booking.tries
    is_due = booking.status is BookingStatus.CANCELLING
    db.session.rollback()
    if not is_due or booking_ref is None:
        return
    try:
        ask(courier, lambda gateway: gateway.cancel(booking_ref), booking_id=booking_id)
    except CourierRefusedError as error:
        _write(services.record_cancel_refused, booking_id, error.refusal)
        look({"booking_id": booking_id})
    except (CourierBusyError, CourierUnsureError) as error:
        after_s = CANCEL_AGAIN_S[min(tries, len(CANCEL_AGAIN_S) - 1)]
        after = timedelta(seconds=max(after_s, getattr(error, "retry_after_s", 0)))
        _write(services.record_cancel_unanswered, booking_id, after)
    else:
        _write(services.record_cancelled, booking_id)


@handles("delivery.rebook")
def rebook(payload: dict[str, Any]) -> None:
    """Nobody came: the cheapest other service of the same kind within the limit is booked, once; then a person decides.

    Who was promised hours does not get days without anybody having decided that.
    """
    parcel = db.session.get_one(Parcel, payload["parcel_id"])
    failed = db.session.get_one(CourierBooking, payload["booking_id"])
    limit, is_instant = parcel.shipping_idr + failed.max_extra_idr, limit_of(failed.service).is_instant
    is_waiting = parcel.status in {ParcelStatus.PACKED, ParcelStatus.FAILED} and parcel.order.status is OrderStatus.PAID
    may_try = is_waiting and not failed.is_unwanted and not failed.is_rebooking
    parcel_id, failed_id, tried = parcel.id, failed.id, known.refused_services(db.session(), parcel.id)
    if not is_waiting or failed.is_unwanted:
        db.session.rollback()
        return
    fitting = [
        quote
        for quote in (_offers(parcel_id).quotes if may_try else [])
        if quote.courier in ONLINE and quote.service not in tried and quote.price_idr <= limit
        if limit_of(quote.service).is_instant is is_instant
    ]
    try:
        with transaction() as session:
            if fitting:
                cheapest = min(fitting, key=lambda quote: (quote.price_idr, quote.service))
                services.want_booking(session, parcel_id, rules(), quote=cheapest, is_rebooking=True, actor=SYSTEM)
            else:
                services.note_trouble(session, failed_id, BookingTrouble.NO_RIDER)
    except GalleryError:  # somebody was faster, and has given it to somebody else
        log.info("parcel not booked again by itself", exc_info=True)


@every(hours=1)
def sweep_prices() -> None:
    """Prices of couriers that ran out are of no use."""
    with transaction() as session:
        services.forget_old_quotes(session)


@every(minutes=1)
def look_after_bookings() -> None:
    """Ask about parcels that nobody told of, and go on with what a worker left in the middle."""
    now = clock.now()
    silent = (
        select(CourierBooking.id)
        .join(Shipment, Shipment.id == CourierBooking.shipment_id)
        .where(
            CourierBooking.status == BookingStatus.BOOKED,
            CourierBooking.next_at <= now,
            Shipment.status.not_in(FINAL - {ShipmentStatus.FAILED}),
        )
        .order_by(CourierBooking.next_at)
        .limit(POLL_AT_ONCE)
    )
    looked_at = db.session.scalars(silent).all()
    stuck = services.stuck_bookings(db.session(), before=now - STUCK)
    db.session.rollback()
    for booking_id in looked_at:  # a transaction for each: one that fails, or waits for its locks, hinders no other
        with transaction() as session:
            services.plan_next_look(session, booking_id)
            emit(session, "delivery.look", booking_id=booking_id)
    for booking_id in stuck:
        _write(services.go_on_with_stuck, booking_id)


def _finds_by_ordering(courier: Courier) -> bool:
    gateway: CourierGateway | None = adapters.couriers().get(courier.value)
    return gateway is not None and gateway.finds_by_ordering


def _write(record: Any, booking_id: int, *facts: Any) -> None:
    with transaction() as session:
        record(session, booking_id, *facts)


def _price_wanted(booking_id: int) -> tuple[Courier, tuple[str, QuoteRequest] | None]:
    """Return whose booking it is and, where the price ran out, the question for a new one."""
    session = db.session()
    booking = session.get_one(CourierBooking, booking_id)
    courier, price = booking.courier, None
    if services.is_price_old(session, booking) and not booking.is_unwanted:
        request = known.request_for(session, booking)
        load = known.load_of(session, booking.shipment.parcel_id)
        price = (
            booking.service,
            QuoteRequest(
                origin=request.pick_up.location,
                destination=request.drop_off.location,
                weight_g=request.weight_g,
                at=clock.now(),
                is_local_only=not LOCAL_ONLY.isdisjoint(load.classes),
                items=request.items,
                size_cm=request.size_cm,
                value_idr=request.value_idr,
            ),
        )
    session.rollback()
    return courier, price


def _renew_price(booking_id: int, courier: Courier, service: str, request: QuoteRequest) -> bool:
    quotes = ask(courier, lambda gateway: gateway.quote(request), booking_id=booking_id)
    quote = next((one for one in quotes if one.service == service), None)
    with transaction() as session:
        return services.record_price(session, booking_id, quote)


def _offers(parcel_id: int) -> Offers:
    """Return what takes the parcel now, after asking every courier whose answer is not known yet."""
    offers = _known_offers(parcel_id)
    for one in offers.asks:
        try:
            quotes = ask(one.courier, _quoting(one.request))
        except CourierRefusedError:
            with transaction() as session:
                services.keep_refusal(session, one)
        except (CourierBusyError, CourierUnsureError):
            continue
        else:
            with transaction() as session:
                services.keep_answer(session, one, quotes)
    return _known_offers(parcel_id) if offers.asks else offers


def _quoting(request: QuoteRequest) -> Callable[[CourierGateway], list[Quote]]:
    return lambda gateway: gateway.quote(request)


def _known_offers(parcel_id: int) -> Offers:
    session = db.session()
    parcel = session.get_one(Parcel, parcel_id)
    online = [courier for courier in ONLINE if courier.value in adapters.couriers()]
    village = parcel.order.village_code or ""
    loads = {parcel.place_id: known.load_of(session, parcel.id)}
    offers = queries.quotes(session, loads=loads, village_code=village, at=clock.now(), online=online)
    session.rollback()
    return offers[parcel.place_id] if parcel.place_id in offers else Offers([], [])
