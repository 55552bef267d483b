"""The door of gateways' messages, and what becomes of them: doubled, reversed, forged, too early, about nobody."""

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from gallery.core import adapters, clock
from gallery.core.db import db
from gallery.jobs import payments as jobs
from gallery.orders.models import Order
from gallery.orders.states import OrderStatus
from gallery.payments.errors import GatewayUnsureError
from gallery.payments.models import GatewayNotice
from gallery.payments.services.inbox import CONTENT, KEEP
from gallery.payments.states import ChargeStatus, Gateway
from tests.factories.gateways import make_desk, make_online_order, open_page, work

DOOR = "/hooks/payments/stripe"
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    moment = {"now": NOW}
    monkeypatch.setattr(clock, "_moment", SimpleNamespace(get=lambda: moment["now"]))  # columns ask it, too
    return moment


@pytest.fixture
def desk(app):
    return make_desk()


def say(client, body: str, proof="right") -> int:
    return client.post(DOOR, data=body.encode(), headers={"X-Proof": proof}).status_code


def outcomes() -> list[str | None]:
    db.session.rollback()
    rows = db.session.query(GatewayNotice).order_by(GatewayNotice.id).populate_existing()
    return [row.outcome.value if row.outcome else None for row in rows]


def state() -> OrderStatus:
    db.session.rollback()
    return db.session.query(Order).populate_existing().one().status


def test_the_door_opens_for_gateways_that_are_set_up(desk, client):
    assert client.post("/hooks/payments/midtrans", data=b"{}").status_code == 404
    assert client.post("/hooks/payments/nobody", data=b"{}").status_code == 404
    assert client.get(DOOR).status_code == 405
    assert client.post(DOOR, data=b"x" * (256 * 1024 + 1)).status_code == 413


def test_a_message_pays_the_order_once_however_often_it_comes(desk, client):
    reference = open_page(desk, make_online_order().id)
    desk.pay(reference)
    assert [say(client, f"evt-1 {reference}") for _ in range(3)] == [200] * 3
    work()
    assert say(client, f"evt-2 page-{reference}") == 200
    assert say(client, f"evt-3 pi-{reference}") == 200
    work()
    assert outcomes() == ["applied", "unchanged", "unchanged"]
    assert state() is OrderStatus.PAID


def test_a_message_alone_pays_nothing(desk, client):
    reference = open_page(desk, make_online_order().id)
    say(client, f"evt-1 {reference}")
    work()
    assert (outcomes(), state()) == (["unchanged"], OrderStatus.AWAITING_PAYMENT)


def test_forged_messages_are_not_kept(desk, client):
    reference = open_page(desk, make_online_order().id)
    assert [say(client, f"evt-1 {reference}", proof) for proof in ("", "wrong")] == [401, 401]
    assert outcomes() == []


def test_a_message_that_concerns_nothing_is_answered_and_not_kept(desk, client):
    assert say(client, "evt-1") == 200
    assert outcomes() == []


@pytest.mark.parametrize("seed", range(3))
def test_messages_in_any_order_end_the_same(desk, client, seed):
    reference = open_page(desk, make_online_order().id)
    bodies = [f"evt-{n} {about}" for n, about in enumerate([reference, f"page-{reference}", f"pi-{reference}"] * 2)]
    random.Random(seed).shuffle(bodies)
    for number, body in enumerate(bodies):
        if number == 2:
            desk.pay(reference)
        if number == 4:
            desk.give_back(reference, 30_000)
        say(client, body)
        work()
    assert state() is OrderStatus.PAID
    assert desk.charges[reference].status is ChargeStatus.PAID


def test_a_message_about_nobody_waits_a_while_and_is_let_go(desk, client, now):
    say(client, "evt-1 pi-unknown")
    for _ in range(12):
        work()
        now["now"] += timedelta(hours=1)
    assert outcomes() == ["unknown"]


def test_a_message_that_is_faster_than_what_it_is_about_is_judged_later(desk, client, now):
    order_id = make_online_order().id
    say(client, "evt-1 page-GU-261124-0001-1")
    work()
    assert outcomes() == [None]
    desk.pay(open_page(desk, order_id))
    now["now"] += timedelta(seconds=20)
    jobs.hand_out_notices()
    work()
    assert (outcomes(), state()) == (["applied"], OrderStatus.PAID)


def test_while_the_gateway_can_not_be_asked_the_message_waits(desk, client, now):
    reference = open_page(desk, make_online_order().id)
    desk.pay(reference)
    desk.fails["ask"] = GatewayUnsureError("time-out")
    say(client, f"evt-1 {reference}")
    work()
    assert (outcomes(), state()) == ([None], OrderStatus.AWAITING_PAYMENT)
    now["now"] += timedelta(seconds=20)
    work()
    assert (outcomes(), state()) == (["applied"], OrderStatus.PAID)


def test_a_gateway_that_never_answers_ends_in_a_failed_message(desk, client, now):
    reference = open_page(desk, make_online_order().id)
    say(client, f"evt-1 {reference}")
    for _ in range(40):
        desk.fails["ask"] = GatewayUnsureError("time-out")
        jobs.hand_out_notices()
        work()
        now["now"] += timedelta(hours=1)
    assert outcomes() == ["failed"]


def test_messages_are_kept_encrypted_and_forgotten(desk, client, now):
    reference = open_page(desk, make_online_order().id)
    say(client, f"evt-1 {reference}")
    row = db.session.query(GatewayNotice).one()
    assert reference.encode() not in row.content
    assert "x-proof" in adapters.cipher().decrypt(row.content, CONTENT)
    db.session.rollback()
    now["now"] += KEEP + timedelta(days=1)
    jobs.forget_notices()
    assert outcomes() == []


@given(some.binary(max_size=400), some.sampled_from(["right", "wrong"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_breaks_the_door(app, body, proof):
    adapters.gateways()[Gateway.STRIPE.value] = adapters.gateways().get("stripe") or make_desk()
    answer = app.test_client().post(DOOR, data=body, headers={"X-Proof": proof})
    assert answer.status_code in {200, 401}
