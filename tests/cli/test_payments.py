"""``flask payments selftest``: against the stand-ins, as an office runs it against the sandbox."""

import dataclasses

import pytest

from gallery import app as wiring
from tests.standins import GATEWAYS, Fault

SITE = {"EXTERNAL_URL": "https://galeri.example.go.id"}


@pytest.fixture
def run(app, application):
    def invoke(*arguments, **environ):
        known = (
            {"STRIPE_WEBHOOK_SECRETS": environ["STRIPE_WEBHOOK_SECRETS"].split(",")} if "STRIPE_KEY" in environ else {}
        )
        settings = dataclasses.replace(application.settings, DATA_DIR=app.config["DATA_DIR"], **environ | known)
        app.config.update(environ | known)
        app.extensions["gallery"] = wiring._adapters(settings)
        return app.test_cli_runner().invoke(args=["payments", "selftest", *arguments])

    return invoke


@pytest.fixture(params=sorted(GATEWAYS))
def gateway(request):
    with GATEWAYS[request.param]() as standin:
        yield standin


def test_everything_works_and_no_secret_is_told(run, gateway):
    result = run(gateway.name, **gateway.environment() | SITE)
    assert result.exit_code == 0, result.output
    assert "FAIL" not in result.output
    least = {"stripe": "Rp10.000", "midtrans": "Rp1.000"}[gateway.name]
    for line in ("ok   key: sandbox", "ok   forged notice: is refused", f"ok   page for {least}: UJI-",
                 "ok   page closed", f"https://galeri.example.go.id/hooks/payments/{gateway.name}"):  # fmt: skip
        assert line in result.output
    secrets = [value for name, value in gateway.environment().items() if name.endswith(("KEY", "SECRETS"))]
    assert [secret for secret in secrets if secret in result.output] == []
    (page,) = gateway.orders.values()
    assert not gateway.is_payable(page)


def test_without_a_key_it_says_which_setting_is_missing(run):
    result = run("midtrans")
    assert result.exit_code == 1
    assert "set MIDTRANS_SERVER_KEY" in result.output


def test_with_a_live_key_no_page_is_opened_unless_it_is_asked_for(run, gateway):
    live = {"stripe": {"STRIPE_KEY": "sk_live_standin"}, "midtrans": {"MIDTRANS_SERVER_KEY": "Mid-server-standin"}}
    (gateway.key,) = live[gateway.name].values()
    environ = gateway.environment() | SITE
    result = run(gateway.name, **environ)
    assert "ok   key: live" in result.output
    assert "skip page" in result.output
    assert gateway.orders == {}
    assert run(gateway.name, "--page", **environ).exit_code == 0
    assert len(gateway.orders) == 1


def test_what_is_wrong_is_named(run, gateway):
    wrong = {name: "wrong-wrong" for name in gateway.environment() if name.endswith(("KEY", "SECRETS"))}
    result = run(gateway.name, **gateway.environment() | wrong | {"EXTERNAL_URL": "http://galeri.local"})
    assert result.exit_code == 1
    assert "FAIL connection and key: gateway_refused" in result.output
    assert "EXTERNAL_URL is not https" in result.output
    assert ("FAIL STRIPE_WEBHOOK_SECRETS: 1 of 1 do not begin with" in result.output) == (gateway.name == "stripe")
    assert "wrong-wrong" not in result.output


@pytest.mark.parametrize("kind", ["open", "close"])
def test_a_step_that_fails_is_named(run, gateway, kind):
    gateway.misbehave(Fault.HTML, kind)
    result = run(gateway.name, **gateway.environment() | SITE)
    assert result.exit_code == 1
    assert {"open": "FAIL page for", "close": "FAIL page closed: it ends by itself"}[kind] in result.output
    assert "gateway_unsure" in result.output
