"""One call to a courier's server: what is sure, what is not, and what is never done."""

import pytest

from gallery.delivery.courier import exchanges
from gallery.delivery.errors import CourierBusyError, CourierRefusedError, CourierUnsureError
from gallery.delivery.states import Courier
from gallery.integrations.courier_http import NOTED_LIMIT, CourierHttp
from gallery.integrations.http_calls import until
from tests.integrations.couriers import QUICK_S
from tests.standins import BiteshipStandIn, Fault
from tests.standins.server import Reply

KEY = {"authorization": BiteshipStandIn.key}


@pytest.fixture
def courier():
    with BiteshipStandIn() as standin:
        yield standin


@pytest.fixture
def http(courier):
    return CourierHttp(Courier.BITESHIP, courier.url, timeouts_s=QUICK_S, secrets=("hidden-word", ""))


def get(http, path="/v1/couriers", **given):
    return http.call("GET", path, headers=KEY, **given)


def test_a_redirection_is_not_followed(http, courier):
    courier.refuse("couriers", Reply(302, None, {"Location": f"{courier.url}/v1/orders/elsewhere"}))
    with pytest.raises(CourierUnsureError):
        get(http)
    assert [call.kind for call in courier.calls] == ["couriers"]


def test_an_endless_answer_is_not_read(http, courier):
    courier.refuse("couriers", Reply(200, {"text": "x" * 1_100_000}))
    with pytest.raises(CourierUnsureError):
        get(http)


def test_an_answer_that_drips_is_given_up(http, courier):
    courier.misbehave(Fault.DRIP, "couriers")
    with exchanges() as heard, pytest.raises(CourierUnsureError):
        get(http, answer_by=until(2))
    assert heard[0].duration_ms < 15_000


@pytest.mark.parametrize("status", [408, 425, 499, 304, 503])
def test_some_answers_do_not_say_what_was_done(http, courier, status):
    courier.refuse("couriers", Reply(status, {"message": "?"}))
    with pytest.raises(CourierUnsureError):
        get(http)


def test_cookies_are_not_kept_and_passwords_of_this_machine_are_not_sent(http, courier, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    courier.refuse("couriers", Reply(200, {"ok": True}, {"Set-Cookie": "session=1"}))
    get(http)
    get(http)
    assert [call.headers["authorization"] for call in courier.calls] == [courier.key] * 2
    assert [call.headers.get("cookie") for call in courier.calls] == [None, None]


def test_the_bytes_that_are_sent_are_those_that_were_given(http, courier):
    raw = '{"a":"é","b" : 1}'.encode()
    http.call("POST", "/v1/none", headers=KEY | {"Content-Type": "application/json"}, body=raw)
    assert courier.calls[0].body == raw


def test_what_is_noted_is_short_and_without_secrets(http, courier):
    courier.refuse("couriers", Reply(200, {"a": "hidden-word", "b": "\0" + "x" * NOTED_LIMIT}))
    with exchanges() as heard:
        get(http)
    with exchanges() as later:
        pass
    assert (heard[0].what, heard[0].status_code, heard[0].error) == ("GET /v1/couriers", 200, "")
    assert len(heard[0].answer) <= NOTED_LIMIT
    assert "hidden-word" not in heard[0].answer
    assert "\0" not in heard[0].answer
    assert later == []


@pytest.mark.parametrize("url", ["", "ftp://courier.example", "http://", "http://[bad"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(CourierRefusedError):
        get(CourierHttp(Courier.BITESHIP, url))


def test_a_header_that_can_not_be_sent_is_refused(http):
    for word in ("a\nb", "Ω"):
        with pytest.raises(CourierRefusedError):
            http.call("GET", "/v1/couriers", headers={"authorization": word})


def test_a_certificate_that_nobody_vouches_for_is_no_connection(courier):
    """The stand-in speaks no TLS at all: whether anything arrived is not known then."""
    with pytest.raises((CourierUnsureError, CourierBusyError)):
        get(CourierHttp(Courier.BITESHIP, courier.url.replace("http://", "https://"), timeouts_s=QUICK_S))
