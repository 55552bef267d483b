"""The contract of every courier adapter, kept by the one that needs no contract."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from gallery.core import adapters
from gallery.core.db import db
from gallery.core.money import Rupiah
from gallery.delivery import queries
from gallery.delivery.courier import FORM_TYPE, BookingRequest, Location, Quote, QuoteRequest, Stop
from gallery.delivery.errors import BadUpdateError, CourierRefusedError
from gallery.delivery.states import Courier, ShipmentStatus
from gallery.delivery.tariffs import Point
from tests.factories.delivery import make_rider, make_tariff
from tests.factories.inventory import PANGKALPINANG, make_gallery_place

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
HERE = Location(PANGKALPINANG, "33149", "Bangka", "Bangka", Point(-2.1, 106.1))
STOP = Stop("Dewi", "+6281200009999", "Jl. Mentok No. 12", "", HERE)
BOOKING = BookingRequest("0123456789", STOP, STOP, 600, Rupiah(90_000), Rupiah(12_500))


@pytest.fixture
def gateway(app):
    return adapters.couriers()["local_rider"]


def body(token, **given):
    return urlencode({"token": token, "step": "accept", "key": "k1"} | given).encode()


def read(gateway, data, content_type=FORM_TYPE):
    (update,) = gateway.read_updates({"Content-Type": content_type}, data, "/antar/")
    return update


def test_it_says_which_courier_it_is(gateway):
    assert gateway.courier is Courier.LOCAL_RIDER


def test_a_quote_is_what_the_checkout_shows(gateway):
    place_id = make_gallery_place().id
    make_tariff(place_id)
    make_rider()
    request = QuoteRequest(replace(HERE, place_id=place_id), HERE, 600, AT)
    assert gateway.quote(request) == [Quote(Courier.LOCAL_RIDER, "local_rider", Rupiah(10_000), "", 0)]
    shown = queries.quote(db.session, place_id=place_id, village_code=PANGKALPINANG, weight_g=600, at=AT)
    assert shown[:1] == gateway.quote(request)


def test_no_way_is_an_empty_list(gateway):
    assert gateway.quote(QuoteRequest(HERE, HERE, 600, AT)) == []
    place_id = make_gallery_place().id
    assert gateway.quote(QuoteRequest(replace(HERE, place_id=place_id), HERE, 600, AT)) == []


def test_booking_twice_under_one_key_is_booking_once(gateway):
    first, second = gateway.book(BOOKING), gateway.book(BOOKING)
    assert first.booking_ref == second.booking_ref == "0123456789"
    assert read(gateway, body(first.courier_token)).booking_ref == "0123456789"


def test_a_lost_answer_is_found_again(gateway):
    assert gateway.find(BOOKING).booking_ref == gateway.look("0123456789").booking_ref == "0123456789"
    with pytest.raises(CourierRefusedError):
        gateway.proof("https://example.com/x.jpg")


def test_cancelling_twice_does_no_harm(gateway):
    booking = gateway.book(BOOKING)
    gateway.cancel(booking.booking_ref)
    gateway.cancel(booking.booking_ref)


def test_an_update_comes_in_our_words(gateway):
    token = gateway.book(BOOKING).courier_token
    update = read(gateway, body(token, step="deliver", recipient=" Dewi & Siti ", note="di pagar"))
    assert (update.status, update.event_key) == (ShipmentStatus.DELIVERED, "rider:deliver:k1")
    assert (update.recipient_name, update.note, update.reason) == ("Dewi & Siti", "di pagar", "")
    assert update.occurred_at.tzinfo is not None


@pytest.mark.parametrize(
    "given",
    [{"token": "forged"}, {"token": ""}, {"step": "returned"}, {"step": ""}, {"key": ""}],
)
def test_what_the_courier_did_not_send_is_refused(gateway, given):
    token = gateway.book(BOOKING).courier_token
    with pytest.raises(BadUpdateError):
        read(gateway, body(**{"token": token} | given))


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"{}", b"token=a&token=b"])
def test_rubbish_is_refused(gateway, data):
    with pytest.raises(BadUpdateError):
        read(gateway, data)
    with pytest.raises(BadUpdateError):
        read(gateway, body(gateway.book(BOOKING).courier_token), "application/json")


def test_a_token_signed_for_something_else_is_refused(gateway):
    with pytest.raises(BadUpdateError):
        read(gateway, body(adapters.signer().sign("order", "0123456789")))
