"""GrabExpress's own rules: a token that lives for a week, amounts with an exponent, failures of two kinds."""

import pytest

from gallery.delivery.courier import exchanges
from gallery.delivery.errors import CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.states import ShipmentStatus
from tests.integrations.couriers import a_parcel, a_way, grab_express, read
from tests.standins import Fault, GrabExpressStandIn
from tests.standins.server import Reply

_S = ShipmentStatus
INSTANT = a_parcel(service="grab_express:INSTANT")


@pytest.fixture
def courier():
    with GrabExpressStandIn() as standin:
        yield standin


@pytest.fixture
def gateway(courier):
    return grab_express(courier)


def test_one_token_serves_many_calls_and_is_renewed_once_when_refused(gateway, courier):
    gateway.quote(a_way())
    booking = gateway.book(INSTANT)
    assert len(courier.calls_of("token")) == 1
    courier.revoke_tokens()
    assert gateway.look(booking.booking_ref).key == INSTANT.key
    assert len(courier.calls_of("token")) == 2
    courier.refuse("look", Reply(401, {"message": "Unauthorized"}))
    courier.refuse("look", Reply(401, {"message": "Unauthorized"}))
    with pytest.raises(CourierRefusedError) as refused:
        gateway.look(booking.booking_ref)
    assert refused.value.refusal == "http_401"
    assert len(courier.calls_of("token")) == 3


def test_a_token_that_ends_at_once_is_not_kept(courier):
    courier.token_life_s = 30
    gateway = grab_express(courier)
    gateway.quote(a_way())
    gateway.quote(a_way())
    assert len(courier.calls_of("token")) == 2


@pytest.mark.parametrize("fault", [Fault.LOST_RESET, Fault.HTML, Fault.LOST_TRUNCATED, Fault.TOO_MANY])
def test_without_a_token_nothing_was_ordered(gateway, courier, fault):
    courier.misbehave(fault, "token")
    with exchanges() as heard, pytest.raises(CourierBusyError):
        gateway.book(INSTANT)
    assert courier.orders == {}
    assert [one.request for one in heard] == ["•••"]
    assert heard[0].answer in {"", "•••"}
    assert gateway.book(INSTANT).booking_ref


@pytest.mark.parametrize("exponent", [0, 2])
def test_an_amount_is_what_its_exponent_says(gateway, courier, exponent):
    courier.exponent = exponent
    assert [quote.price_idr for quote in gateway.quote(a_way())] == [15_000, 19_000]
    assert gateway.book(INSTANT).price_idr == 19_000


def test_another_currency_is_no_price(gateway, courier):
    quote = {"service": {"type": "INSTANT"}, "currency": {"code": "SGD", "exponent": 2}, "amount": 900}
    courier.refuse("quote", Reply(200, {"quotes": [quote, {"service": None}, 7]}))
    assert gateway.quote(a_way()) == []


def test_a_failure_before_pick_up_frees_the_parcel_and_after_it_does_not(gateway, courier):
    nobody = gateway.book(INSTANT).booking_ref
    (notice,) = courier.fail(nobody, "no driver found")
    (update,) = read(gateway, courier, notice)
    assert (update.status, update.reason, gateway.look(nobody).status) == (_S.DECLINED, "no driver found", _S.DECLINED)
    lost = gateway.book(a_parcel("GLR-26-0002-1", service="grab_express:INSTANT")).booking_ref
    courier.move(lost, "PENDING_DROP_OFF")
    (notice,) = courier.fail(lost, "accident")
    assert read(gateway, courier, notice)[0].status is gateway.look(lost).status is _S.FAILED


def test_a_refused_duplicate_may_be_an_order(gateway, courier):
    """Whether Grab refuses a second order under one number is not documented; if it does, there is a first one."""
    courier.refuses_duplicates = True
    gateway.book(INSTANT)
    with pytest.raises(CourierUnsureError):
        gateway.book(INSTANT)


def test_the_agreed_word_may_come_as_a_bearer_token(gateway, courier):
    booking = gateway.book(INSTANT)
    (notice,) = courier.move(booking.booking_ref, "PENDING_PICKUP")
    headers = notice.headers | {"Authorization": f"Bearer {courier.hook_secret}"}
    (update,) = gateway.read_updates(headers, notice.body, "/")
    assert (update.status, update.rider.plate) == (_S.ACCEPTED, "BN 1234 AB")


@pytest.mark.parametrize(
    ("service", "vehicle"), [("INSTANT", "BIKE"), ("SAME_DAY", "BIKE"), ("INSTANT_CAR", "CAR"), ("SAME_DAY_CAR", "CAR")]
)
def test_what_was_priced_for_a_car_is_not_fetched_by_motorcycle(gateway, courier, service, vehicle):
    gateway.book(a_parcel(service=f"grab_express:{service}"))
    assert courier.calls_of("book")[0].data["vehicleType"] == vehicle


def test_measures_are_told_largest_side_last(gateway, courier):
    gateway.book(a_parcel(service="grab_express:INSTANT", size_cm=(30, 20, 10)))
    (package,) = courier.calls_of("book")[0].data["packages"]
    assert package["dimensions"] == {"height": 10, "width": 20, "depth": 30, "weight": 700}
