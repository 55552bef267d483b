"""The list that every online courier passes, adapter and stand-in together, over real HTTP."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.delivery.courier import FRAGILE, exchanges
from gallery.delivery.errors import BadUpdateError, CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.states import FINAL, ShipmentStatus, courier_of
from tests.integrations import couriers
from tests.integrations.couriers import BELITUNG, ISLET, PGK, UNMAPPED, a_parcel, a_way, read
from tests.standins import STANDINS, Fault
from tests.standins.server import LOST

_S = ShipmentStatus
ALL = sorted(STANDINS)
HAS_SEARCH = {"biteship"}  # of the others nobody can ask what was booked under a key
# Each courier's words on the way to the door, in ours.
WAYS = {
    "biteship": [_S.OFFERED, _S.ACCEPTED, _S.PICKING_UP, _S.PICKED_UP, _S.IN_TRANSIT, _S.DELIVERED],
    "lalamove": [_S.OFFERED, _S.ACCEPTED, _S.PICKED_UP, _S.DELIVERED],
    "grab_express": [_S.OFFERED, _S.ACCEPTED, _S.PICKING_UP, _S.PICKED_UP, _S.IN_TRANSIT, _S.DELIVERED],
}
OTHER_ENDS = {
    "biteship": {"courier_not_found": _S.DECLINED, "rejected": _S.DECLINED, "cancelled": _S.CANCELLED,
                 "on_hold": _S.ON_HOLD, "return_in_transit": _S.RETURNING, "returned": _S.RETURNED,
                 "disposed": _S.FAILED, "scheduled": _S.OFFERED},
    "lalamove": {"EXPIRED": _S.DECLINED, "REJECTED": _S.DECLINED, "CANCELED": _S.CANCELLED},
    "grab_express": {"FAILED": _S.DECLINED, "CANCELED": _S.CANCELLED, "IN_RETURN": _S.RETURNING,
                     "RETURNED": _S.RETURNED, "QUEUEING": _S.OFFERED},
}  # fmt: skip


@pytest.fixture(params=ALL)
def name(request):
    return request.param


@pytest.fixture
def courier(name):
    with STANDINS[name](hook_url="http://127.0.0.1:1/hooks/couriers/it/token") as standin:
        standin.is_holding = True
        yield standin


@pytest.fixture
def gateway(name, courier):
    return couriers.MAKE[name](courier)


def parcel(gateway, key="GLR-26-0001-1", **given):
    """A parcel for the cheapest service that is offered for it."""
    best = gateway.quote(a_way())[0]
    return a_parcel(key, service=best.service, quote_ref=best.quote_ref, price_idr=best.price_idr, **given)


# ---------------------------------------------------------------- prices


def test_a_quote_names_a_service_of_this_courier_and_its_price(gateway, name):
    quotes = gateway.quote(a_way())
    assert quotes
    assert quotes == sorted(quotes, key=lambda quote: quote.price_idr)
    for quote in quotes:
        assert quote.courier is gateway.courier is courier_of(quote.service)
        assert quote.price_idr >= 15_000
        assert quote.carrier
    assert all(quote.minutes_max <= 180 for quote in quotes if not quote.days_max)


@pytest.mark.parametrize("end", [BELITUNG, ISLET, UNMAPPED])
def test_nothing_instant_crosses_the_sea_or_goes_where_no_map_leads(gateway, courier, end):
    for way in (a_way(PGK, end), a_way(end, PGK)):
        assert [quote for quote in gateway.quote(way) if not quote.days_max] == []
        assert gateway.quote(replace(way, is_local_only=True)) == []
    asked = b"".join(call.body for call in courier.calls_of("quote"))
    assert b"gojek" not in asked  # what can not be is not paid for either
    assert courier.name == "biteship" or asked == b""


def test_nobody_goes_there_is_an_empty_list(gateway, courier):
    courier.is_covered = False
    assert gateway.quote(a_way()) == []


def test_no_door_is_told_for_a_price(gateway, courier):
    gateway.quote(a_way())
    asked = b"".join(call.body for call in courier.calls)
    assert b"Siti" not in asked
    assert b"+62" not in asked
    assert b"Uji Coba" not in asked


def test_an_answer_that_comes_too_late_for_the_buyer_is_not_waited_for(name, courier):
    patient = couriers.MAKE[name](courier, timeouts_s=(5.0, 20.0))
    patient.quote(a_way())  # token and cities are known now, as they are after the first buyer of a day
    courier.slow_s = 60
    courier.misbehave(Fault.SLOW, "quote")
    with exchanges() as heard, pytest.raises((CourierUnsureError, CourierBusyError)):
        patient.quote(a_way(within_s=2))
    assert heard[-1].duration_ms < 15_000
    with pytest.raises(CourierBusyError):
        patient.quote(a_way(within_s=0))


# ---------------------------------------------------------------- booking


def test_a_booking_says_what_was_ordered(gateway, courier):
    wanted = parcel(gateway)
    booking = gateway.book(wanted)
    (order,) = courier.made_under(wanted.key)
    assert (booking.booking_ref, booking.key, booking.status) == (order.id, wanted.key, _S.OFFERED)
    assert booking.price_idr == order.price
    sent = json.dumps(order.sent)
    assert all(text in sent for text in ("Siti", "Jl. Uji Coba No. 5 RT 02/01", "Pagar hijau"))
    assert gateway.look(order.id).key == wanted.key


def test_what_breaks_and_what_the_buyer_wrote_reaches_the_rider(gateway, courier):
    gateway.book(parcel(gateway, is_fragile=True))
    (call,) = courier.calls_of("book")
    assert FRAGILE in call.body.decode()
    assert "Jangan dibanting" in call.body.decode()
    gateway.book(parcel(gateway, "GLR-26-0001-2"))
    assert FRAGILE not in courier.calls_of("book")[1].body.decode()


def test_a_key_is_in_no_note_about_a_call(gateway, courier):
    with exchanges() as heard:
        gateway.book(parcel(gateway))
    told = "".join(f"{one.what} {one.request} {one.answer} {one.error}" for one in heard)
    secrets = [value for name, value in courier.environment().items() if re.search("KEY|SECRET", name)]
    tokens = list(getattr(courier, "tokens", ()))
    assert heard
    assert "GLR-26-0001-1" in told
    assert [secret for secret in (*secrets, *tokens) if secret in told] == []
    assert {one.courier for one in heard} == {gateway.courier}
    assert {one.status_code for one in heard} <= {200, 201}


@pytest.mark.parametrize("fault", LOST)
def test_an_order_whose_answer_was_lost_is_found_or_left_in_doubt_but_never_made_twice(gateway, courier, name, fault):
    wanted = parcel(gateway)
    courier.misbehave(fault)
    with exchanges() as heard, pytest.raises(CourierUnsureError):
        gateway.book(wanted)
    assert heard[-1].error
    if name in HAS_SEARCH:
        found = gateway.find(wanted)
        assert (found.booking_ref, found.key) == (courier.made_under(wanted.key)[0].id, wanted.key)
    else:
        with pytest.raises(CourierUnsureError):
            gateway.find(wanted)
    (order,) = courier.made_under(wanted.key)
    assert gateway.look(order.id).key == wanted.key  # how a notice that comes later tells whose it is


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.HTML, Fault.RESET])
def test_a_broken_answer_leaves_it_in_doubt_though_nothing_was_made(gateway, courier, fault):
    wanted = parcel(gateway)
    courier.misbehave(fault)
    with pytest.raises(CourierUnsureError):
        gateway.book(wanted)
    assert courier.made_under(wanted.key) == []


def test_too_many_calls_are_a_sure_not_yet(gateway, courier):
    wanted = parcel(gateway)
    courier.misbehave(Fault.TOO_MANY)
    with pytest.raises(CourierBusyError) as busy:
        gateway.book(wanted)
    assert busy.value.retry_after_s == 7
    assert busy.value.retryable
    assert courier.made_under(wanted.key) == []
    assert gateway.book(wanted).booking_ref


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("nonsense", 10), ("99999999", 3_600), ("nan", 10)])
def test_how_long_to_wait_is_read_with_care(gateway, courier, said, seconds):
    wanted = parcel(gateway)
    courier.retry_after = said
    courier.misbehave(Fault.TOO_MANY)
    with pytest.raises(CourierBusyError) as busy:
        gateway.book(wanted)
    assert busy.value.retry_after_s == seconds


def test_a_date_to_wait_for(gateway, courier):
    wanted = parcel(gateway)
    courier.retry_after = (datetime.now(UTC) + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    courier.misbehave(Fault.TOO_MANY)
    with pytest.raises(CourierBusyError) as busy:
        gateway.book(wanted)
    assert 60 < busy.value.retry_after_s <= 90


def test_nobody_there_is_a_sure_not_yet(gateway, courier):
    wanted = parcel(gateway)
    courier.stop()
    for call in (lambda: gateway.book(wanted), lambda: gateway.look("abc123"), lambda: gateway.quote(a_way())):
        with pytest.raises(CourierBusyError):
            call()
    courier.start()
    assert gateway.book(wanted).booking_ref


def test_an_unknown_name_is_a_sure_not_yet(name, courier):
    gateway = couriers.MAKE[name](courier, url="http://courier.invalid")
    with pytest.raises(CourierBusyError):
        gateway.look("abc123")


def test_a_service_of_somebody_else_is_refused_before_anybody_is_asked(gateway, courier):
    with pytest.raises(CourierRefusedError):
        gateway.book(a_parcel(service="local_rider"))
    assert courier.calls_of("book") == []


def test_what_is_refused_is_not_made(gateway, courier):
    wanted = parcel(gateway)
    nameless = replace(wanted, drop_off=replace(wanted.drop_off, name="", phone=""))
    with pytest.raises(CourierRefusedError) as refused:
        gateway.book(nameless)
    assert refused.value.refusal
    assert not refused.value.retryable
    assert courier.orders == {}


def test_a_wrong_key_is_refused(name, courier):
    wrong = {"biteship": {"key": "x"}, "lalamove": {"secret": "x"}, "grab_express": {"client_secret": "x"}}[name]
    gateway = couriers.MAKE[name](courier, **wrong)
    with pytest.raises(CourierRefusedError):
        gateway.look("abc123")
    assert not all(check.is_ok for check in gateway.check())


def test_an_address_is_never_built_from_something_that_is_no_id(gateway, courier):
    for odd in ("", "..", "a/b", "a?b", "a b", "é", "x" * 101):
        with pytest.raises(CourierRefusedError):
            gateway.look(odd)
        with pytest.raises(CourierRefusedError):
            gateway.cancel(odd)
    assert courier.calls_of("look") == courier.calls_of("cancel") == []


# ---------------------------------------------------------------- on the way


def test_every_word_of_the_courier_is_one_of_ours(gateway, courier, name):
    booking = gateway.book(parcel(gateway))
    for word, status in zip(courier.way, WAYS[name], strict=True):
        courier.move(booking.booking_ref, word)
        assert gateway.look(booking.booking_ref).status is status
    booking = gateway.book(parcel(gateway, "GLR-26-0002-1"))
    for word, status in OTHER_ENDS[name].items():
        (update,) = read(gateway, courier, courier.move(booking.booking_ref, word)[0])
        assert (gateway.look(booking.booking_ref).status, update.status) == (status, status)


def test_the_rider_is_known_as_soon_as_there_is_one(gateway, courier):
    booking = gateway.book(parcel(gateway))
    assert gateway.look(booking.booking_ref).rider is None
    notices = courier.move(booking.booking_ref, courier.way[1])
    rider = gateway.look(booking.booking_ref).rider
    assert (rider.name, rider.plate) == ("Budi Santoso", "BN 1234 AB")
    assert rider.phone.endswith("6281299990000")
    told = [update.rider for notice in notices for update in read(gateway, courier, notice) if update.rider]
    assert [one.name for one in told] == ["Budi Santoso"]


def test_a_rider_who_gives_up_is_a_step_back(gateway, courier):
    booking = gateway.book(parcel(gateway))
    courier.move(booking.booking_ref, courier.way[1])
    courier.move(booking.booking_ref, courier.way[0])
    now = gateway.look(booking.booking_ref)
    assert (now.status, now.rider) == (_S.OFFERED, None)


def test_a_word_that_nobody_knows_is_kept_and_is_no_state(gateway, courier, name):
    booking = gateway.book(parcel(gateway))
    odd = "teleporting" if name == "biteship" else "TELEPORTING"
    courier.orders[booking.booking_ref].status = odd
    now = gateway.look(booking.booking_ref)
    assert (now.status, now.said) == (None, odd)
    notice = courier.notices_of(courier.orders[booking.booking_ref], odd)[0]
    (update,) = read(gateway, courier, notice)
    assert (update.status, update.said, update.booking_ref) == (None, odd, booking.booking_ref)


def test_an_unknown_order_is_refused(gateway):
    with pytest.raises(CourierRefusedError):
        gateway.look("0123456789abcdef01234567")


def test_the_picture_of_the_door_is_fetched_without_our_key(gateway, courier):
    booking = gateway.book(parcel(gateway))
    courier.picture = b"\xff\xd8 a picture"
    assert gateway.look(booking.booking_ref).proof_url == ""
    courier.deliver(booking.booking_ref)
    delivered = gateway.look(booking.booking_ref)
    with exchanges() as heard:
        assert gateway.proof(delivered.proof_url) == courier.picture
    assert [(one.what, one.answer) for one in heard] == [(f"GET {delivered.proof_url}"[:200], "(12 bytes)")]
    courier.picture = b""
    with pytest.raises(CourierRefusedError):
        gateway.proof(delivered.proof_url)


def test_a_picture_that_lies_elsewhere_is_not_fetched(gateway, courier):
    host = {"biteship": "biteship.com", "lalamove": "lalamove.com", "grab_express": "grab.com"}[courier.name]
    for url in ("http://127.0.0.1:1/a.jpg", "https://169.254.169.254/latest", f"http://{host}/a.jpg", "file:///etc/passwd",
                f"https://{host}.evil.example/a.jpg", f"https://evil{host}/a.jpg", f"https://{host}:8443/a.jpg",
                f"https://a@{host}/a.jpg", "", f"{courier.url}@evil.example/a.jpg", "https://[x/a.jpg"):  # fmt: skip
        with exchanges() as heard, pytest.raises(CourierRefusedError):
            gateway.proof(url)
        assert heard == []


# ---------------------------------------------------------------- taking back


def test_cancelling_twice_is_cancelling_once(gateway, courier):
    booking = gateway.book(parcel(gateway))
    gateway.cancel(booking.booking_ref)
    gateway.cancel(booking.booking_ref)
    assert gateway.look(booking.booking_ref).status is _S.CANCELLED


def test_too_late_to_cancel_is_a_refusal_and_the_order_stays(gateway, courier):
    booking = gateway.book(parcel(gateway))
    courier.deliver(booking.booking_ref)
    with pytest.raises(CourierRefusedError):
        gateway.cancel(booking.booking_ref)
    assert gateway.look(booking.booking_ref).status is _S.DELIVERED


def test_what_the_courier_has_just_given_up_itself_is_taken_back_already(gateway, courier, name):
    booking = gateway.book(parcel(gateway))
    courier.move(booking.booking_ref, {"biteship": "rejected", "lalamove": "EXPIRED", "grab_express": "FAILED"}[name])
    assert gateway.look(booking.booking_ref).status is _S.DECLINED
    gateway.cancel(booking.booking_ref)


def test_a_cancellation_whose_answer_was_lost_is_in_doubt_and_looking_tells(gateway, courier):
    booking = gateway.book(parcel(gateway))
    courier.misbehave(Fault.LOST_RESET, "cancel")
    with pytest.raises(CourierUnsureError):
        gateway.cancel(booking.booking_ref)
    assert gateway.look(booking.booking_ref).status is _S.CANCELLED


# ---------------------------------------------------------------- notices


def test_a_notice_comes_in_our_words_and_has_a_name(gateway, courier):
    booking = gateway.book(parcel(gateway))
    courier.deliver(booking.booking_ref)
    updates = [update for notice in courier.notices for update in read(gateway, courier, notice)]
    assert {update.booking_ref for update in updates} == {booking.booking_ref}
    assert [update.status for update in updates if update.status][-1] is _S.DELIVERED
    keys = [update.event_key for update in updates]
    assert len(set(keys)) == len(keys)
    again = [update for notice in courier.notices for update in read(gateway, courier, notice)]
    assert [update.event_key for update in again] == keys
    assert all(abs(update.occurred_at - clock.now()) < timedelta(minutes=2) for update in updates)
    # Within one minute, or one second, the rank tells what came later.
    ranks = [update.rank for update in updates if update.status]
    assert ranks == sorted(ranks)


def test_what_the_courier_did_not_send_is_refused(gateway, courier):
    booking = gateway.book(parcel(gateway))
    for notice in courier.deliver(booking.booking_ref):
        for false in (courier.unsigned(notice), courier.forged(notice)):
            with pytest.raises(BadUpdateError):
                read(gateway, courier, false)


def test_without_a_secret_nothing_is_believed(name, courier):
    gateway = couriers.MAKE[name](courier)
    notice = courier.deliver(gateway.book(parcel(gateway)).booking_ref)[0]
    secret = "secret" if name == "lalamove" else "hook_secret"
    with pytest.raises(BadUpdateError):
        read(couriers.MAKE[name](courier, **{secret: ""}), courier, notice)


def test_a_probe_says_nothing(gateway, courier):
    if hasattr(courier, "probe"):
        assert read(gateway, courier, courier.probe()) == []
    assert gateway.read_updates({"authorization": "agreed-at-onboarding"}, b"", "/") == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = ["event", "order_id", "status", "courier", "data", "order", "orderId", "timestamp", "eventType", "eventId",
         "deliveryID", "updated_at", "price", "driver", "courier_link", "timeline", "stops", "quote"]  # fmt: skip
VALUES = [
    "order.status",
    "delivered",
    "ORDER_STATUS_CHANGED",
    "ORDER_REPLACED",
    "COMPLETED",
    "a" * 24,
    "\x00",
    "\ud800",
]
BODIES = st.dictionaries(st.sampled_from(NAMES), JSON | st.sampled_from(VALUES), min_size=1)


def _signed(courier, body):
    """The same body as a courier would sign it, so that what comes after the signature is reached."""
    if courier.name != "lalamove":
        return courier.signed(body)
    data = {"order": body, "driver": body} if isinstance(body, dict) else body
    return courier.signed(body.get("eventType") if isinstance(body, dict) else "", {"order": body, **data})


@pytest.mark.parametrize("which", ALL)
def test_whatever_is_sent_is_read_or_refused(which):
    with STANDINS[which]() as courier:
        gateway = couriers.MAKE[which](courier)

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(st.binary(max_size=200) | JSON.map(lambda body: json.dumps(body).encode()), BODIES)
        @example(b"[" * 100_000, {"event": "order.status", "order_id": "a", "price": 1e308})
        @example(b'{"data":' * 50_000, {"order_id": "a", "event": "order.status", "updated_at": "9999-12-31T23:59:59"})
        @example(b"\xff\xfe", {"deliveryID": "a", "status": "FAILED", "timestamp": 10**30})
        def try_it(raw, body):
            for notice in (raw, _signed(courier, body).body):
                headers = courier.signed(body).headers if which != "lalamove" else {}
                try:
                    updates = gateway.read_updates(headers, notice, "/")
                except BadUpdateError:
                    continue
                for update in updates:
                    f"{update}".encode()  # no half a character, which no database takes
                    assert "\x00" not in repr(update).replace("\\x00", "")
                    assert update.price_idr is None or isinstance(update.price_idr, int)

        try_it()


def test_the_amount_of_a_booking_is_rupiah(gateway, courier):
    courier.extra_idr = 2_500
    booking = gateway.book(parcel(gateway))
    assert booking.price_idr == courier.orders[booking.booking_ref].price
    assert isinstance(booking.price_idr, int)
    assert booking.price_idr > Rupiah(2_500)


def test_an_adapter_says_what_works(gateway):
    checks = gateway.check()
    assert all(check.is_ok for check in checks)
    assert {check.what for check in checks} >= {"key", "webhook secret"}
    assert gateway.is_sandbox
    assert FINAL
