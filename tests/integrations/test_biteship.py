"""Biteship's own rules: one order for a reference, codes that decide, spellings, a header for a signature."""

import json

import pytest

from gallery.delivery.errors import BadUpdateError, CourierRefusedError, CourierUnsureError
from gallery.delivery.states import ShipmentStatus
from tests.integrations.couriers import BELITUNG, PGK, a_parcel, a_way, biteship, read
from tests.standins import BiteshipStandIn, Fault, Notice
from tests.standins.server import Reply

_S = ShipmentStatus


@pytest.fixture
def courier():
    with BiteshipStandIn() as standin:
        yield standin


@pytest.fixture
def gateway(courier):
    return biteship(courier)


GOJEK = a_parcel(service="biteship:gojek.instant")


def test_prices_of_instant_and_parcel_couriers_come_together(gateway, courier):
    quotes = {quote.service: quote for quote in gateway.quote(a_way(size_cm=(20, 10, 8)))}
    gojek, jnt = quotes["biteship:gojek.instant"], quotes["biteship:jnt.reg"]  # J&T in the older form, without company
    assert (gojek.carrier, gojek.minutes_min, gojek.minutes_max, gojek.days_max) == ("Gojek Instant", 60, 180, 0)
    assert (jnt.carrier, jnt.minutes_max, jnt.days_min, jnt.days_max) == ("J&T Reguler", 0, 2, 4)
    assert gojek.expires_at is None  # no price is promised
    (call,) = courier.calls_of("quote")
    assert (call.data["origin_latitude"], call.data["origin_postal_code"]) == (-2.1291, 33149)
    (item,) = call.data["items"]
    assert (item["category"], item["weight"], item["value"]) == ("food_and_drink", 700, 100_000)
    assert (item["length"], item["width"], item["height"]) == (20, 10, 8)


def test_over_the_sea_only_those_are_asked_who_go_there(gateway, courier):
    assert {quote.service.partition(":")[2] for quote in gateway.quote(a_way(PGK, BELITUNG))} >= {"jne.reg", "pos.reg"}
    assert courier.calls_of("quote")[0].data["couriers"] == "jne,jnt,sicepat,anteraja,pos"


def test_goods_that_must_not_wait_go_with_instant_couriers_only(gateway):
    assert {quote.days_max for quote in gateway.quote(a_way(is_local_only=True))} == {0}


def test_an_order_has_nested_places_and_domestic_numbers(gateway, courier):
    gateway.book(GOJEK)
    (order,) = courier.orders.values()
    assert order.sent["origin_coordinate"] == {"latitude": -2.1291, "longitude": 106.1138}
    assert order.sent["destination_contact_phone"] == "08127000002"
    assert (order.sent["metadata"], order.sent["reference_id"]) == ({"order": "GLR-26-0001"}, "GLR-26-0001-1")
    assert "origin_latitude" not in order.sent


def test_the_same_key_is_the_same_order(gateway, courier):
    first, second = gateway.book(GOJEK), gateway.book(GOJEK)
    assert first.booking_ref == second.booking_ref
    assert len(courier.orders) == 1


def test_asking_for_an_order_that_was_never_made_makes_it_once(gateway, courier):
    courier.misbehave(Fault.RESET)
    with pytest.raises(CourierUnsureError):
        gateway.book(GOJEK)
    assert courier.orders == {}
    assert gateway.find(GOJEK).booking_ref == gateway.find(GOJEK).booking_ref
    assert len(courier.orders) == 1


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.RESET, Fault.HTML])
def test_an_order_that_exists_and_can_not_be_read_leaves_a_doubt(gateway, courier, fault):
    gateway.book(GOJEK)
    courier.misbehave(fault, "look")
    with pytest.raises(CourierUnsureError):
        gateway.book(GOJEK)


def test_a_refusal_when_asked_again_says_nothing_about_the_first_time(gateway, courier):
    courier.misbehave(Fault.LOST_ERROR)
    with pytest.raises(CourierUnsureError):
        gateway.book(GOJEK)
    courier.refuse("book", Reply(400, {"success": False, "error": "Balance is not enough", "code": 40002039}))
    with pytest.raises(CourierUnsureError):
        gateway.find(GOJEK)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(400, {"success": False, "error": "balance", "code": 40009001}), "40009001"),
        (Reply(200, {"success": False, "error": "no rights", "code": 40301001}), "40301001"),
        (Reply(402, {"success": False, "error": "Request is failed"}), "http_402"),
        (Reply(403, "<html>nothing to see</html>"), "http_403"),
    ],
)
def test_a_refusal_is_known_by_its_number(gateway, courier, reply, code):
    courier.refuse("book", reply)
    with pytest.raises(CourierRefusedError) as refused:
        gateway.book(GOJEK)
    assert refused.value.refusal == code


def test_an_answer_that_speaks_of_nothing_is_in_doubt(gateway, courier):
    for reply in (Reply(200, {"success": True}), Reply(200, []), Reply(200, "fine"), Reply(201)):
        courier.refuse("book", reply)
        with pytest.raises(CourierUnsureError):
            gateway.book(GOJEK)


def test_an_address_without_coordinates_is_refused_by_instant_couriers(gateway):
    from dataclasses import replace

    nowhere = replace(GOJEK.drop_off, location=replace(PGK, point=None))
    with pytest.raises(CourierRefusedError) as refused:
        gateway.book(replace(GOJEK, drop_off=nowhere))
    assert refused.value.refusal == "40002023"


def test_the_key_may_have_a_word_before_it(courier):
    courier.auth_prefix = "Bearer "
    assert biteship(courier, auth_prefix="Bearer ").quote(a_way())
    with pytest.raises(CourierRefusedError) as refused:
        biteship(courier).quote(a_way())
    assert refused.value.refusal == "40101001"


def test_both_spellings_of_a_state_are_one(gateway, courier):
    courier.is_camel = True
    booking = gateway.book(GOJEK)
    for word, status in (("picking_up", _S.PICKING_UP), ("dropping_off", _S.IN_TRANSIT), ("on_hold", _S.ON_HOLD)):
        (notice,) = courier.move(booking.booking_ref, word)
        assert json.loads(notice.body)["status"] != word
        assert read(gateway, courier, notice)[0].status is gateway.look(booking.booking_ref).status is status
    assert gateway.look(booking.booking_ref).occurred_at is not None


# ---------------------------------------------------------------- notices


@pytest.mark.parametrize("body", [b"", b"{}", b" {} \n"])
def test_the_probe_of_the_dashboard_needs_no_signature(gateway, body):
    assert gateway.read_updates({}, body, "/") == []


def test_a_header_is_found_whatever_its_case(gateway, courier):
    booking = gateway.book(GOJEK)
    (notice,) = courier.move(booking.booking_ref, "allocated")
    headers = {name.upper(): value for name, value in notice.headers.items()}
    assert gateway.read_updates(headers, notice.body, "/")[0].tracking_url.startswith("https://")


def test_without_a_time_the_body_names_the_event(gateway, courier):
    courier.has_times = False
    booking = gateway.book(GOJEK)
    first, second = (read(gateway, courier, courier.move(booking.booking_ref, "allocated")[0])[0] for _ in range(2))
    assert first.event_key == second.event_key
    third = read(gateway, courier, courier.move(booking.booking_ref, "picked")[0])[0]
    assert third.event_key != first.event_key


def test_what_it_costs_in_the_end(gateway, courier):
    booking = gateway.book(GOJEK)
    notice = courier.reprice(booking.booking_ref, 27_000)
    (update,) = read(gateway, courier, notice)
    assert (update.price_idr, update.status) == (27_000, _S.OFFERED)
    assert b"shippment_fee" in notice.body
    event = {"event": "order.waybill_id", "order_id": "a1", "courier_waybill_id": "GK-11-7", "status": "allocated"}
    (number,) = read(gateway, courier, courier.signed(event))
    assert (number.tracking_number, number.price_idr) == ("GK-11-7", None)


def test_the_older_form_with_the_courier_inside(gateway, courier):
    body = {"event": "order.status", "order_id": "a1", "status": "picked",
            "courier": {"waybill_id": "W-1", "driver_name": "Budi", "link": "https://x.example/a"}}  # fmt: skip
    (update,) = read(gateway, courier, courier.signed(body))
    assert (update.tracking_number, update.rider.name, update.status) == ("W-1", "Budi", _S.PICKED_UP)


@pytest.mark.parametrize("body", [{"event": "order.something", "order_id": "a1"}, {"event": "order.status"},
                                  {"event": "order.status", "order_id": "../x"}])  # fmt: skip
def test_what_is_not_our_matter_says_nothing(gateway, courier, body):
    assert read(gateway, courier, courier.signed(body)) == []


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"{", b"\xff"])
def test_a_signed_body_that_is_no_event_is_refused(gateway, courier, body):
    with pytest.raises(BadUpdateError):
        gateway.read_updates({courier.hook_header: courier.hook_secret}, body, "/")


def test_a_link_of_a_notice_leads_to_the_web_and_nowhere_else(gateway, courier):
    for link in ("javascript:alert(1)", "//x", "http:///x", "data:text/html,x", "https://a b", "https://[x"):
        body = {"event": "order.status", "order_id": "a1", "status": "picked", "courier_link": link}
        assert read(gateway, courier, courier.signed(body))[0].tracking_url == ""


def test_a_notice_with_a_secret_that_is_no_ascii_is_refused_not_broken(gateway):
    with pytest.raises(BadUpdateError):
        read(gateway, None, Notice(b'{"event":1}', {"X-Galeri-Signature": "sürprise"}))


# Tracking


def test_what_an_order_leaves_out_is_asked_of_its_tracking(gateway, courier):
    ref = gateway.book(GOJEK).booking_ref
    courier.move(ref, "picking_up")
    assert gateway.look(ref).status is _S.PICKING_UP
    assert courier.calls_of("track") == []  # tracking costs money: an order that says it all is enough
    courier.is_mute = True
    told = gateway.look(ref)
    assert (told.status, told.said) == (_S.PICKING_UP, "picking_up")  # "pickingUp", as tracking spells it
    assert (told.rider.name, told.rider.plate) == ("Budi Santoso", "BN 1234 AB")
    assert told.tracking_url == f"https://track.biteship.com/{ref}"
    assert (told.occurred_at is not None, told.key) == (True, GOJEK.key)
    (call,) = courier.calls_of("track")
    assert call.path == f"/v1/trackings/{courier.orders[ref].extra['tracking']}"


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.RESET, Fault.HTML, Fault.ERROR])
def test_a_tracking_that_can_not_be_read_changes_nothing(gateway, courier, fault):
    ref = gateway.book(GOJEK).booking_ref
    courier.move(ref, "delivered")
    courier.is_mute = True
    courier.misbehave(fault, "track")
    told = gateway.look(ref)
    assert (told.booking_ref, told.status, told.said) == (ref, None, "")


def test_a_tracking_that_is_refused_or_strange_changes_nothing(gateway, courier):
    ref = gateway.book(GOJEK).booking_ref
    courier.is_mute = True
    for reply in (
        Reply(400, {"success": False, "code": 40003001}),
        Reply(200, {"success": True, "status": "teleported"}),
    ):
        courier.refuse("track", reply)
        assert gateway.look(ref).status is None
