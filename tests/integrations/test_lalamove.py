"""Lalamove's own rules: signatures, quotations, envelopes, notices that must be read with care."""

import json
import time

import pytest

from gallery.core.money import Rupiah
from gallery.delivery.errors import BadUpdateError, CourierBusyError, CourierRefusedError
from gallery.delivery.states import ShipmentStatus
from gallery.integrations.lalamove import signed
from tests.integrations.couriers import a_parcel, a_way, lalamove, read
from tests.standins import Fault, LalamoveStandIn, Notice
from tests.standins.server import Reply

_S = ShipmentStatus
HOOK = "http://127.0.0.1:1/hooks/couriers/lalamove/token"


@pytest.fixture
def courier():
    with LalamoveStandIn(hook_url=HOOK) as standin:
        standin.is_holding = True
        yield standin


@pytest.fixture
def gateway(courier):
    return lalamove(courier)


def parcel(gateway, key="GLR-26-0001-1"):
    quote = gateway.quote(a_way())[0]
    return a_parcel(key, service=quote.service, quote_ref=quote.quote_ref)


@pytest.fixture
def order_id(gateway):
    return gateway.book(parcel(gateway)).booking_ref


def test_a_signature_known_from_elsewhere():
    """A public test of another program signs this text with this secret."""
    expected = "af1334d219f11d1c8927bac5de8d372839557df26582880cb9fdf8dd258bfd7e"
    assert signed("secret", "1650594477", "POST", "/hook", b"{}") == expected


# ---------------------------------------------------------------- quotations


def test_a_quotation_is_a_promise_for_five_minutes(gateway):
    (quote,) = gateway.quote(a_way())
    assert (quote.service, quote.price_idr, quote.carrier) == ("lalamove:MOTORCYCLE", 19_000, "Lalamove")
    assert 240 < (quote.expires_at.timestamp() - time.time()) <= 300
    assert quote.distance_m > 1_000
    assert all(len(number) == 19 for number in quote.quote_ref.split("|"))


def test_cities_are_asked_once_a_day_and_tell_the_vehicles(gateway, courier):
    services = [[quote.service for quote in gateway.quote(a_way(weight_g=grams))] for grams in (700, 50_000, 900_000)]
    assert services == [["lalamove:MOTORCYCLE"], ["lalamove:SEDAN"], []]
    assert len(courier.calls_of("cities")) == 1


def test_the_city_of_origin_decides_and_without_any_there_is_nothing(courier):
    far = {"locode": "ID JKT", "name": "Jakarta", "services": [{"key": "TRUCK330", "load": {"value": "2000"}}]}
    courier.cities.append(far)
    assert [quote.service for quote in lalamove(courier).quote(a_way(weight_g=500_000))] == []
    courier.cities[:] = []
    assert lalamove(courier).quote(a_way()) == []
    assert courier.calls_of("quote") == []


def test_an_expired_quotation_is_made_anew_with_the_whole_address(gateway, courier):
    wanted = parcel(gateway)
    courier.expire_quotations()
    courier.price_idr = 23_000
    booking = gateway.book(wanted)
    assert booking.price_idr == 23_000
    assert b"Jl. Girimaya No. 1" in courier.calls_of("quote")[-1].body
    assert len(courier.made_under(wanted.key)) == 1


def test_a_lost_quotation_is_no_riddle(gateway, courier):
    wanted = parcel(gateway)
    courier.expire_quotations()
    courier.misbehave(Fault.LOST_RESET, "quote")
    with pytest.raises(CourierBusyError):
        gateway.book(wanted)
    assert courier.orders == {}


def test_what_the_rider_reads_fits_into_their_field(gateway, courier):
    quote = gateway.quote(a_way())[0]
    gateway.book(a_parcel(service=quote.service, quote_ref=quote.quote_ref, note="hati-hati " * 300))
    (order,) = courier.orders.values()
    assert len(order.sent["recipients"][0]["remarks"]) == 1_500


@pytest.mark.parametrize("envelope", range(4))
def test_every_envelope_of_an_error_is_opened(courier, envelope):
    courier.envelope = envelope
    with pytest.raises(CourierRefusedError) as refused:
        lalamove(courier).look("1234567890123456789")
    assert refused.value.refusal == "ERR_ORDER_NOT_FOUND"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(402, {"errors": [{"id": "ERR_INSUFFICIENT_CREDIT", "message": "wallet"}]}), "ERR_INSUFFICIENT_CREDIT"),
        (Reply(400, ["no", "object"]), "http_400"),
        (Reply(404), "http_404"),
        (Reply(422, {"errors": None, "message": None}), "http_422"),
    ],
)
def test_a_refusal_has_a_code_whatever_it_looks_like(gateway, courier, reply, code):
    wanted = parcel(gateway)
    courier.refuse("book", reply)
    with pytest.raises(CourierRefusedError) as refused:
        gateway.book(wanted)
    assert refused.value.refusal == code
    assert courier.orders == {}


# ---------------------------------------------------------------- orders


def test_completed_may_hide_a_door_that_stayed_shut(gateway, courier, order_id):
    courier.move(order_id, "PICKED_UP")
    courier.fail_drop(order_id)
    assert gateway.look(order_id).status is _S.FAILED


def test_an_order_is_read_although_its_rider_is_not(gateway, courier, order_id):
    courier.move(order_id, "ON_GOING")
    courier.misbehave(Fault.RESET, "driver")
    now = gateway.look(order_id)
    assert (now.status, now.rider) == (_S.ACCEPTED, None)


def test_an_order_that_is_replaced_goes_on_under_another_id(gateway, courier, order_id):
    new_id, notice = courier.replace(order_id)
    (update,) = read(gateway, courier, notice)
    assert (update.booking_ref, update.replaces_ref, update.status) == (new_id, order_id, None)
    assert gateway.look(new_id).key == "GLR-26-0001-1"
    with pytest.raises(CourierRefusedError):
        gateway.look(order_id)


def test_a_new_amount_is_told(gateway, courier, order_id):
    (update,) = read(gateway, courier, courier.reprice(order_id, 27_500))
    assert (update.price_idr, update.status) == (Rupiah(27_500), None)
    assert gateway.look(order_id).price_idr == 27_500


# ---------------------------------------------------------------- notices


@pytest.mark.parametrize("is_plain", [True, False])
def test_both_ways_to_sign_are_accepted(gateway, courier, order_id, is_plain):
    courier.signs_plain = is_plain
    changed, driver = courier.move(order_id, "ON_GOING")
    assert b"\\/" in changed.body
    (first,), (second,) = read(gateway, courier, changed), read(gateway, courier, driver)
    assert (first.status, first.tracking_url[:8]) == (_S.ACCEPTED, "https://")
    assert (second.status, second.rider.plate) == (None, "BN 1234 AB")
    assert first.event_key != second.event_key  # though they have one eventId
    assert json.loads(changed.body)["eventId"] == json.loads(driver.body)["eventId"]


def test_what_was_changed_on_the_way_is_refused(gateway, courier, order_id):
    (notice,) = courier.move(order_id, "PICKED_UP")
    tampered = [
        notice.body.replace(b"PICKED_UP", b"COMPLETED"),
        notice.body.replace(order_id.encode(), b"1" * 19),
        notice.body[:-1] + b',"data":{"order":{"orderId":"%s","status":"COMPLETED"}}}' % order_id.encode(),
        b'{"data":{"order":{"orderId":"%s","status":"COMPLETED"}},' % order_id.encode() + notice.body[1:],
        notice.body.replace(b'"timestamp":', b'"timestamp":1'),
        notice.body[:-2],
    ]
    for body in tampered:
        with pytest.raises(BadUpdateError):
            read(gateway, courier, Notice(body, notice.headers))
    with pytest.raises(BadUpdateError):
        gateway.read_updates(notice.headers, notice.body, "/hooks/couriers/lalamove/another-token")
    assert read(gateway, courier, notice)


@pytest.mark.parametrize(("hours", "is_believed"), [(0, True), (-23, True), (-50, False), (2, False)])
def test_they_try_for_a_day_and_an_older_notice_is_not_theirs(gateway, courier, order_id, hours, is_believed):
    data = {"order": {"orderId": order_id, "status": "PICKED_UP"}}
    notice = courier.signed("ORDER_STATUS_CHANGED", data, at=time.time() + hours * 3_600)
    if is_believed:
        assert read(gateway, courier, notice)[0].status is _S.PICKED_UP
    else:
        with pytest.raises(BadUpdateError):
            read(gateway, courier, notice)


@pytest.mark.parametrize("kind", ["WALLET_BALANCE_CHANGED", "SOMETHING_OF_NEXT_YEAR", "ORDER_CREATED"])
def test_what_is_not_our_matter_is_accepted_and_says_nothing(gateway, courier, kind):
    assert read(gateway, courier, courier.signed(kind, {"balance": {"amount": "12"}})) == []


def test_of_an_event_about_an_order_without_a_state_only_the_order_is_told(gateway, courier, order_id):
    (update,) = read(gateway, courier, courier.signed("POD_STATUS_CHANGED", {"order": {"orderId": order_id}}))
    assert (update.booking_ref, update.status) == (order_id, None)
