"""``flask delivery selftest``: against the stand-ins, as an office runs it against the sandbox."""

import dataclasses

import pytest

from gallery import app as wiring
from tests.factories.inventory import make_gallery_place
from tests.standins import STANDINS, Fault

TOKEN = "twenty-characters-and-more"


@pytest.fixture
def run(app, application):
    """Run the command with these settings; every place of the tests lies on the map."""
    make_gallery_place()

    def invoke(*arguments, command="selftest", **environ):
        settings = dataclasses.replace(application.settings, DATA_DIR=app.config["DATA_DIR"], **environ)
        app.config.update(environ)
        app.extensions["gallery"] = wiring._adapters(settings)
        return app.test_cli_runner().invoke(args=["delivery", command, *arguments])

    return invoke


@pytest.fixture(params=sorted(STANDINS))
def courier(request):
    with STANDINS[request.param]() as standin:
        yield standin


def environ(courier):
    return courier.environment() | {"EXTERNAL_URL": "https://galeri.example.go.id", "COURIER_HOOK_TOKEN": TOKEN}


def test_everything_works_and_no_secret_is_told(run, courier):
    result = run(courier.name, **environ(courier))
    assert result.exit_code == 0, result.output
    assert "FAIL" not in result.output
    for line in ("ok   key: sandbox", "ok   forged notice: is refused", "prices Air Itam → Kenanga: ",
                 "ok   order cancelled", f"/hooks/couriers/{courier.name}/(COURIER_HOOK_TOKEN)"):  # fmt: skip
        assert line in result.output
    secrets = [value for name, value in courier.environment().items() if name.endswith(("KEY", "SECRET", "_ID"))]
    assert [secret for secret in (*secrets, TOKEN) if secret in result.output] == []
    (order,) = courier.orders.values()
    assert order.status == courier.calling_off


def test_without_a_key_it_says_which_setting_is_missing(run):
    result = run("lalamove")
    assert result.exit_code == 1
    assert "set LALAMOVE_KEY and LALAMOVE_SECRET" in result.output


def test_a_wrong_key_a_missing_secret_and_a_site_without_https_are_named(run, courier):
    wrong = {name: "wrong-wrong" for name in courier.environment() if name.endswith(("KEY", "_ID"))}
    result = run(courier.name, **courier.environment() | wrong)
    assert result.exit_code == 1
    assert "FAIL COURIER_HOOK_TOKEN: is not set" in result.output
    assert "FAIL prices" in result.output
    assert "skip order: there is no price" in result.output
    assert courier.orders == {}
    result = run(courier.name, **courier.environment(), COURIER_HOOK_TOKEN=TOKEN)
    assert "EXTERNAL_URL is not https" in result.output


def test_nobody_going_there_is_an_answer(run, courier):
    courier.is_covered = False
    result = run(courier.name, **environ(courier))
    assert result.exit_code == 0, result.output
    assert "nobody goes there" in result.output


def test_an_order_that_can_not_be_taken_back_is_told_with_its_number(run, courier):
    courier.misbehave(Fault.ERROR, "cancel")
    result = run(courier.name, **environ(courier))
    assert result.exit_code == 1
    (order,) = courier.orders.values()
    assert f"cancel {order.id} by hand" in result.output


def test_with_a_key_for_real_orders_nothing_is_ordered_unless_asked(run, courier):
    there = environ(courier)
    if courier.name == "grab_express":
        courier.base = "/grab-express"
        there["GRAB_URL"] = f"{courier.url}/grab-express"
    else:
        courier.key = there["BITESHIP_KEY" if courier.name == "biteship" else "LALAMOVE_KEY"] = "live-key-of-an-office"
    result = run(courier.name, **there)
    assert result.exit_code == 0, result.output
    assert "ok   key: live: orders cost money" in result.output
    assert "skip order: this key orders for real money" in result.output
    assert courier.orders == {}
    assert "ok   order cancelled" in run(courier.name, "--order", **there).output


def test_nobody_answering_is_a_finding(run, courier):
    courier.stop()
    result = run(courier.name, **environ(courier))
    assert result.exit_code == 1
    assert "no connection" in result.output


def test_lalamove_is_told_where_its_notices_go(run):
    with STANDINS["lalamove"]() as courier:
        result = run("lalamove", command="announce", **environ(courier))
        assert result.exit_code == 0, result.output
        assert courier.hook_url == f"https://galeri.example.go.id/hooks/couriers/lalamove/{TOKEN}"
        assert TOKEN not in result.output
        courier.misbehave(Fault.HTML, "announce")
        assert run("lalamove", command="announce", **environ(courier)).exit_code == 1
    assert run("lalamove", command="announce", LALAMOVE_KEY="").exit_code == 1
