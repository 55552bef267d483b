"""What counts for the circuit breaker of a courier, and what does not."""

from datetime import timedelta

import pytest

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.errors import CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.models import CourierBooking, CourierHealth
from gallery.delivery.states import Courier
from gallery.jobs.delivery_after import fetch_proof
from gallery.jobs.delivery_calls import ask, try_broken_couriers
from tests.factories.inventory import make_gallery_place
from tests.standins.server import Fault


def health() -> CourierHealth:
    db.session.rollback()
    return db.session.get(CourierHealth, Courier.BITESHIP, populate_existing=True)


def break_it(*, until_s: float) -> None:
    with transaction() as session:
        for _ in range(services.BREAKS_AFTER):
            services.note_failure(session, Courier.BITESHIP, "no connection")
        session.get(CourierHealth, Courier.BITESHIP).opened_until = clock.now() + timedelta(seconds=until_s)


def test_who_asks_to_be_left_alone_is_left_alone_by_everybody(biteship):
    biteship.standin.retry_after = "60"
    biteship.standin.misbehave(Fault.TOO_MANY)
    first, second = biteship.parcel(), biteship.parcel()
    biteship.work()
    assert len(biteship.standin.calls_of("book")) == 1
    assert (health().failures, health().last_error) == (0, "")
    biteship.work(seconds=50)
    assert len(biteship.standin.calls_of("book")) == 1
    for _ in range(4):
        biteship.work(minutes=1)
    assert [biteship.state(parcel)[0] for parcel in (first, second)] == ["booked", "booked"]
    assert health().opened_until is None


def test_a_pause_is_two_minutes_at_most_and_ends_no_longer_one(app):
    with clock.at(clock.now()), transaction() as session:
        services.note_pause(session, Courier.BITESHIP, 3_600)
        services.note_pause(session, Courier.BITESHIP, 5)
        now = clock.now()
    assert health().opened_until - now == timedelta(minutes=2)


def test_what_was_refused_before_anything_was_sent_does_not_prove_that_the_courier_is_back(biteship):
    break_it(until_s=-1)

    def refused(_gateway):
        raise CourierRefusedError("no_coordinates")

    with pytest.raises(CourierRefusedError):
        ask(Courier.BITESHIP, refused)
    assert health().failures == services.BREAKS_AFTER


def test_pictures_that_can_not_be_fetched_do_not_stop_bookings(biteship):
    parcel = biteship.parcel()
    biteship.work()
    booking_id = biteship.booking(parcel).id
    with transaction() as session:
        session.get(CourierBooking, booking_id).proof_url = f"{biteship.standin.url}/pictures/1.jpg"
    biteship.standin.misbehave(Fault.ERROR, "unknown", times=services.BREAKS_AFTER)
    for _ in range(services.BREAKS_AFTER):
        with pytest.raises(CourierUnsureError):
            fetch_proof({"booking_id": booking_id})
    assert (health().failures, health().opened_until) == (0, None)


def test_the_worker_asks_a_broken_courier_whether_it_is_back(biteship):
    make_gallery_place()
    break_it(until_s=60)
    biteship.standin.misbehave(Fault.ERROR, "quote")
    try_broken_couriers()
    assert biteship.standin.calls_of("quote") == []
    break_it(until_s=-1)
    try_broken_couriers()
    assert len(biteship.standin.calls_of("quote")) == 1
    assert health().opened_until > clock.now()
    break_it(until_s=-1)
    try_broken_couriers()
    assert (health().failures, health().opened_until) == (0, None)
    try_broken_couriers()
    assert len(biteship.standin.calls_of("quote")) == 2


def test_the_worker_leaves_a_courier_in_peace_that_asked_for_it(biteship):
    make_gallery_place()
    with transaction() as session:
        services.note_pause(session, Courier.BITESHIP, 5)
        session.get(CourierHealth, Courier.BITESHIP).opened_until = clock.now() - timedelta(seconds=1)
    try_broken_couriers()
    assert biteship.standin.calls_of("quote") == []


def test_a_courier_without_a_key_is_not_there_and_breaks_nothing(app):
    with pytest.raises(CourierBusyError):
        ask(Courier.LALAMOVE, lambda gateway: gateway.look("x"))
    assert db.session.get(CourierHealth, Courier.LALAMOVE) is None
