"""What a courier's order is guarded against: the wrong parcel, a price nobody allowed, closed doors, a second order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.delivery import services
from gallery.delivery.errors import BookingUndecidedError, CourierBookedError
from gallery.delivery.states import BookingTrouble, ShipmentStatus
from gallery.inventory.models import Place
from gallery.jobs.delivery import rules
from gallery.orders.models import Parcel
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import SYSTEM, an_update
from tests.factories.inventory import make_gallery_place
from tests.standins.server import Fault, Reply


def wanted(hub, **given):
    """A parcel whose courier is to be called, and its attempt; nobody has called yet."""
    parcel = hub.parcel(**given)
    with transaction() as session:
        shipment_id = services.want_booking(session, parcel.id, rules(), actor=SYSTEM).shipment_id
    return parcel, shipment_id


def test_staff_speak_about_the_parcel_they_mean_also_before_its_courier_is_booked(biteship):
    (first, _), (meant, shipment_id) = wanted(biteship), wanted(biteship)
    with transaction() as session:
        services.override(session, shipment_id, ShipmentStatus.PICKED_UP, note="Kurir menelepon", actor=SYSTEM)
    assert biteship.state(meant)[1:] == ("picked_up", "handed_over")
    assert biteship.state(first) == ("wanted", "offered", "packed")


def test_a_message_without_a_reference_is_about_no_parcel(biteship):
    parcel, _shipment_id = wanted(biteship)
    shipment = biteship.booking(parcel).shipment
    assert shipment.booking_ref == ""
    with pytest.raises(NotFoundError), transaction() as session:
        services.apply_update(session, an_update(shipment, ShipmentStatus.PICKED_UP), actor=SYSTEM)
    assert biteship.state(parcel) == ("wanted", "offered", "packed")


# What waits for a person


def priced_too_high(hub, **given):
    hub.standin.price_idr = 40_000
    parcel = hub.parcel(**given)
    hub.work()
    assert hub.booking(parcel).trouble is BookingTrouble.PRICE_ROSE
    return parcel, hub.booking(parcel).id


def unreachable(hub, **given):
    """A parcel whose courier was away for half a day."""
    hub.standin.stop()
    parcel = hub.parcel(**given)
    for _ in range(14):
        hub.work(hours=1)
    assert hub.booking(parcel).trouble is BookingTrouble.SILENT
    hub.standin.start()
    return parcel, hub.booking(parcel).id


@pytest.mark.parametrize("make", [priced_too_high, unreachable])
def test_asking_what_became_of_a_booking_that_was_never_sent_orders_nothing(biteship, make):
    parcel, booking_id = make(biteship)
    asked = len(biteship.standin.calls_of("book"))
    with transaction() as session:
        services.ask_now(session, booking_id)
    biteship.work()
    assert len(biteship.standin.calls_of("book")) == asked
    assert (biteship.state(parcel)[0], biteship.standin.orders) == ("needs_person", {})


def test_a_page_offers_only_what_decides_a_booking_that_waits(app, biteship):
    parcel, _booking_id = priced_too_high(biteship)
    gallery_id = db.session.get(Place, parcel.place_id).gallery_id
    staff = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    page = f"/petugas/pengiriman/{db.session.get(Parcel, parcel.id).public_id}"
    posts = {form["action"].rpartition("/")[2] for form in html.read(staff.get(page)).tags("form", method="post")}
    assert {"setuju", "batal-kurir"} <= posts
    assert posts.isdisjoint({"tanya", "tutup", "tidak-ada"})
    staff.post(f"{page}/kurir-daring/tutup", {"note": "sudah"}, page=page)
    assert "belum dapat ditutup" in staff.get(page).get_data(as_text=True)
    assert biteship.booking(parcel).trouble is BookingTrouble.PRICE_ROSE


@pytest.mark.parametrize("make", [priced_too_high, unreachable])
def test_the_trouble_of_a_booking_that_is_not_decided_is_not_closed(biteship, make):
    parcel, booking_id = make(biteship)
    before = biteship.booking(parcel).trouble
    with pytest.raises(BookingUndecidedError), transaction() as session:
        services.close_trouble(session, booking_id, note="sudah", actor=SYSTEM)
    assert biteship.booking(parcel).trouble is before


def test_closing_a_lost_booking_does_not_free_its_parcel_for_a_second_courier(biteship):
    biteship.standin.misbehave(Fault.LOST_RESET, times=99)
    parcel = biteship.parcel()
    for _ in range(10):
        biteship.work(minutes=10)
    booking_id = biteship.booking(parcel).id
    with pytest.raises(BookingUndecidedError), transaction() as session:
        services.close_trouble(session, booking_id, note="sudah", actor=SYSTEM)
    with pytest.raises(CourierBookedError), transaction() as session:
        services.send_by_carrier(session, parcel.id, carrier="JNE", tracking_number="1", actor=SYSTEM)
    assert biteship.booking(parcel).trouble is BookingTrouble.LOST_ANSWER


def test_the_same_service_is_booked_again_after_it_could_not_be_reached(biteship):
    parcel, booking_id = unreachable(biteship)
    for _ in range(2):
        with biteship.later(), transaction() as session:
            services.want_booking(session, parcel.id, rules(), actor=SYSTEM)
    booking = biteship.booking(parcel)
    assert (booking.id, booking.status.value, booking.tries, booking.trouble) == (booking_id, "wanted", 0, None)
    biteship.work(minutes=5)
    assert biteship.state(parcel) == ("booked", "offered", "packed")
    assert len(biteship.standin.orders) == 1


def test_wanting_it_again_allows_no_higher_price(biteship):
    parcel, _booking_id = priced_too_high(biteship)
    with transaction() as session:
        services.want_booking(session, parcel.id, rules(), actor=SYSTEM)
    biteship.work()
    assert (biteship.booking(parcel).trouble, biteship.standin.orders) == (BookingTrouble.PRICE_ROSE, {})
    biteship.standin.price_idr = 20_000
    with transaction() as session:
        services.want_booking(session, parcel.id, rules(), actor=SYSTEM)
    biteship.work()
    assert biteship.state(parcel)[0] == "booked"


def test_who_was_promised_hours_is_not_given_days_by_itself(biteship, monkeypatch):
    few = replace(biteship.gateway._settings, couriers=("gojek", "jne"))
    monkeypatch.setattr(biteship.gateway, "_settings", few)
    biteship.standin.refuse("book", Reply(400, {"success": False, "error": "no", "code": 40002040}))
    parcel = biteship.parcel(shipping_idr=60_000)  # the parcel carrier is within any limit
    biteship.work()
    booking = biteship.booking(parcel)
    assert (booking.status.value, booking.is_rebooking) == ("refused", False)
    assert (booking.trouble, biteship.standin.orders) == (BookingTrouble.NO_RIDER, {})


# Doors that are closed by now

NOON = datetime(2026, 11, 27, 5, tzinfo=UTC)  # a Friday; the gallery is open from eight to four, 1.00 to 9.00 UTC
NIGHT, MORNING = NOON + timedelta(hours=10), NOON + timedelta(hours=20, seconds=1)


def at_noon(hub, **given):
    """A parcel of a gallery with the usual hours, packed at noon."""
    place_id = make_gallery_place().id
    with clock.at(NOON):
        return hub.parcel(place_id=place_id, **given)


def test_a_courier_that_was_away_until_the_evening_is_called_in_the_morning(biteship):
    biteship.standin.misbehave(Fault.TOO_MANY)
    parcel = at_noon(biteship)
    with clock.at(NOON):
        biteship.work()
    with clock.at(NIGHT):
        biteship.work()
    booking = biteship.booking(parcel)
    assert (booking.status.value, booking.not_before) == ("wanted", NOON + timedelta(hours=20))
    assert (biteship.standin.orders, len(biteship.standin.calls_of("quote"))) == ({}, 1)
    with clock.at(MORNING):
        biteship.work()
    assert biteship.state(parcel)[0] == "booked"
    assert biteship.booking(parcel).not_before is None


def test_a_price_that_is_allowed_in_the_evening_calls_nobody_before_the_morning(biteship):
    biteship.standin.price_idr = 40_000
    parcel = at_noon(biteship)
    with clock.at(NOON):
        biteship.work()
    with clock.at(NIGHT):
        with transaction() as session:
            services.allow_price(session, biteship.booking(parcel).id, actor=SYSTEM)
        biteship.work()
    assert (biteship.state(parcel)[0], biteship.standin.orders) == ("wanted", {})
    with clock.at(MORNING):
        biteship.work()
    assert biteship.state(parcel)[0] == "booked"


def test_what_is_found_by_ordering_is_looked_for_in_the_morning(biteship):
    biteship.standin.misbehave(Fault.RESET)  # nothing was ordered, which nobody knows
    parcel = at_noon(biteship)
    with clock.at(NOON):
        biteship.work()
    with clock.at(NIGHT):
        biteship.work()
    assert (biteship.state(parcel)[0], biteship.standin.orders) == ("unsure", {})
    assert biteship.booking(parcel).tries == 1
    with clock.at(MORNING):
        biteship.work()
    assert biteship.state(parcel)[0] == "booked"


def test_nobody_is_called_for_a_parcel_that_has_left(biteship):
    parcel, shipment_id = wanted(biteship)
    with transaction() as session:
        services.override(session, shipment_id, ShipmentStatus.PICKED_UP, note="Diantar sendiri", actor=SYSTEM)
    biteship.work()
    assert biteship.state(parcel) == ("cancelled", "picked_up", "handed_over")
    assert biteship.standin.orders == {}


def test_taking_back_what_the_courier_has_just_rejected_books_nobody_else(biteship):
    parcel = biteship.parcel()
    biteship.work()
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "rejected")
    biteship.standin.held.clear()  # its notice comes too late
    with transaction() as session:
        services.withdraw(session, biteship.booking(parcel).shipment_id, actor=SYSTEM)
    biteship.work()
    assert biteship.state(parcel) == ("cancelled", "cancelled", "packed")
    assert len(biteship.standin.orders) == 1
