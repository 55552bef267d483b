"""Which couriers and gateways there are is a matter of settings, and wrong ones stop the start."""

import pytest

from config import ConfigError, Settings
from gallery import app as wiring
from gallery.integrations.biteship import TEST_KEY
from tests.integrations.couriers import a_parcel, a_way
from tests.integrations.gateways import a_charge
from tests.standins import GATEWAYS, STANDINS

TOKEN = "x" * 20


def couriers(environ):
    settings = Settings.from_environ({"ENVIRONMENT": "testing", "DATA_DIR": "/nowhere", **environ})
    return wiring._adapters(settings).couriers


def test_without_a_key_there_are_riders_only():
    assert list(couriers({})) == ["local_rider"]


@pytest.mark.parametrize("name", sorted(STANDINS))
def test_a_key_is_all_that_a_courier_needs(name):
    with STANDINS[name]() as standin:
        found = couriers(standin.environment())
        assert list(found) == ["local_rider", name]
        best = found[name].quote(a_way())[0]
        assert found[name].book(a_parcel(service=best.service, quote_ref=best.quote_ref)).booking_ref in standin.orders


def test_a_word_before_the_key_and_a_choice_of_couriers():
    with STANDINS["biteship"]() as standin:
        standin.auth_prefix = "Bearer "
        given = {"BITESHIP_AUTH_PREFIX": "Bearer", "BITESHIP_COURIERS": "gojek, jne", "COURIER_ANSWER_MS": "2000"}
        quotes = couriers(standin.environment() | given)["biteship"].quote(a_way())
    assert {quote.service for quote in quotes} == {"biteship:gojek.instant", "biteship:jne.reg"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"LALAMOVE_KEY": "pk"}, "LALAMOVE_SECRET"),
        ({"GRAB_CLIENT_SECRET": "s"}, "GRAB_CLIENT_ID"),
        ({"COURIER_HOOK_TOKEN": "short"}, "COURIER_HOOK_TOKEN"),
        ({"BITESHIP_KEY": "biteship_live.x"}, "BITESHIP_KEY is for production"),
        ({"BITESHIP_KEY": f"{TEST_KEY}x", "ENVIRONMENT": "production"}, "BITESHIP_KEY is for a sandbox"),
        ({"LALAMOVE_KEY": "pk_test_x", "LALAMOVE_SECRET": "s", "ENVIRONMENT": "production"}, "LALAMOVE_KEY is for a"),
        (
            {"GRAB_CLIENT_ID": "i", "GRAB_CLIENT_SECRET": "s", "GRAB_URL": "https://x/grab-express-sandbox"}
            | {"ENVIRONMENT": "production"},
            "GRAB_URL is for a sandbox",
        ),
        ({"GRAB_URL": "http://grab.example", "ENVIRONMENT": "production"}, "GRAB_URL must begin with https"),
    ],
)
def test_settings_that_do_not_go_together_stop_the_start(given, named):
    with pytest.raises(ConfigError, match=named):
        Settings.from_environ({"ENVIRONMENT": "testing", "COURIER_HOOK_TOKEN": TOKEN} | given)


def gateways(environ):
    settings = Settings.from_environ({"ENVIRONMENT": "testing", "DATA_DIR": "/nowhere", **environ})
    return wiring._adapters(settings).gateways


def test_without_a_key_there_is_no_gateway():
    assert gateways({}) == {}


@pytest.mark.parametrize("name", sorted(GATEWAYS))
def test_a_key_and_the_addresses_are_all_that_a_gateway_needs(name):
    with GATEWAYS[name]() as standin:
        found = gateways(standin.environment())
        assert list(found) == [name]
        opened = found[name].open(a_charge())
        assert opened.remote_id in standin.orders
        assert opened.url.startswith(found[name].page_hosts)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"STRIPE_KEY": "sk_test_x"}, "STRIPE_KEY needs STRIPE_WEBHOOK_SECRETS"),
        ({"STRIPE_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRETS": "whsec_x"}, "STRIPE_KEY is for production"),
        (
            {"STRIPE_KEY": "rk_test_x", "STRIPE_WEBHOOK_SECRETS": "whsec_x", "ENVIRONMENT": "production"},
            "for a sandbox",
        ),
        ({"MIDTRANS_SERVER_KEY": "Mid-server-x"}, "MIDTRANS_SERVER_KEY is for production"),
        (
            {"MIDTRANS_SERVER_KEY": "SB-Mid-server-x", "ENVIRONMENT": "production"},
            "MIDTRANS_SERVER_KEY is for a sandbox",
        ),
        ({"STRIPE_URL": "http://api.example", "ENVIRONMENT": "production"}, "STRIPE_URL must begin with https"),
    ],
)
def test_gateway_settings_that_do_not_go_together_stop_the_start(given, named):
    with pytest.raises(ConfigError, match=named):
        Settings.from_environ({"ENVIRONMENT": "testing"} | given)
