"""What only Stripe does."""

import json
import logging
import time
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.integrations.stripe_api import VERSION
from gallery.payments.errors import BadNoticeError, GatewayBusyError, GatewayRefusedError
from gallery.payments.gateway import ChargeKnown
from gallery.payments.states import ChargeStatus, DisputeStatus
from tests.integrations.gateways import REFERENCE, TOTAL, a_charge, known, page_of, stripe
from tests.standins import StripeStandIn
from tests.standins.server import Reply


@pytest.fixture
def standin():
    with StripeStandIn() as server:
        yield server


@pytest.fixture
def gateway(standin):
    return stripe(standin)


def paid(gateway, standin, reference=REFERENCE):
    wanted = a_charge(reference)
    opened = gateway.open(wanted)
    standin.pay(opened.remote_id)
    return known(wanted, opened, standin.orders[opened.remote_id].extra["intent"])


def read(gateway, notice, **headers):
    sent = {name.lower(): value for name, value in notice.headers.items()} | headers
    return gateway.read_notice(sent, notice.body)


def completed(reference=REFERENCE, **given):
    thing = {"id": "cs_test_1", "client_reference_id": reference} | given
    return {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "data": {"object": thing}}


# ---------------------------------------------------------------- what is sent


def test_rupiah_are_sent_in_hundredths_with_our_key_and_the_version_that_is_read_here(gateway, standin):
    gateway.open(a_charge())
    (call,) = standin.calls_of("open")
    sent = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
    assert sent["line_items[0][price_data][unit_amount]"] == f"{TOTAL}00"
    assert sent["line_items[0][price_data][currency]"] == "idr"
    assert sent["client_reference_id"] == sent["payment_intent_data[metadata][reference]"] == REFERENCE
    assert call.headers["idempotency-key"] == REFERENCE
    assert call.headers["stripe-version"] == VERSION == standin.version
    assert "x-stripe-client-telemetry" not in call.headers
    assert "platform" not in json.loads(call.headers["x-stripe-client-user-agent"])


def test_nothing_of_a_call_is_logged(gateway, standin, caplog):
    with caplog.at_level(logging.DEBUG):
        gateway.open(a_charge(email="siti@example.org"))
        with pytest.raises(GatewayRefusedError):
            gateway.open(a_charge("GLR-26-0002-1", amount_idr=Rupiah(100), email="siti@example.org"))
        gateway.read_notice({"stripe-signature": standin.signed(completed()).headers["Stripe-Signature"]},
                            standin.signed(completed()).body)  # fmt: skip
    assert [text for text in ("siti", standin.key, standin.hook_secret, "unit_amount") if text in caplog.text] == []


def test_a_call_is_sent_once_whatever_comes_back(gateway, standin):
    standin.refuse("open", Reply(409, {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}}))
    with pytest.raises(GatewayBusyError) as busy:
        gateway.open(a_charge())
    assert busy.value.code_there == "idempotency_key_in_use"
    assert len(standin.calls) == 1


def test_the_same_key_in_flight_is_a_sure_not_yet(gateway, standin):
    standin.in_flight.add(REFERENCE)
    with pytest.raises(GatewayBusyError):
        gateway.open(a_charge())
    standin.in_flight.clear()
    assert gateway.open(a_charge()).remote_id


def test_a_sum_that_is_too_small_and_a_time_that_is_too_short_are_refused(gateway, standin):
    with pytest.raises(GatewayRefusedError) as small:
        gateway.open(a_charge(amount_idr=Rupiah(8_499)))
    with pytest.raises(GatewayRefusedError) as short:
        gateway.open(a_charge(expires_at=clock.now() + timedelta(minutes=20)))
    assert small.value.code_there == "amount_too_small"
    assert "expires_at" in str(short.value)
    assert standin.orders == {}


# ---------------------------------------------------------------- what is seen


def test_a_lost_page_is_found_among_more_than_one_hundred(gateway, standin):
    for number in range(104):
        gateway.open(a_charge(f"GLR-26-{number:04}-1"))
    assert gateway.ask(known(a_charge("GLR-26-0001-1"))).remote_id == page_of(standin, "GLR-26-0001-1").id
    assert [len(parse_qs(call.path.partition("?")[2])) for call in standin.calls_of("search")] == [1, 2]


def test_another_currency_is_no_amount(gateway, standin):
    wanted = a_charge()
    opened = gateway.open(wanted)
    shown = standin._shown(standin.orders[opened.remote_id], []) | {"currency": "usd", "payment_status": "paid"}
    standin.refuse("ask", Reply(200, shown))
    seen = gateway.ask(known(wanted, opened))
    assert (seen.status, seen.amount_idr, seen.currency) == (ChargeStatus.PAID, None, "usd")


@pytest.mark.parametrize(("status", "is_done", "is_failed"), [("pending", False, False), ("failed", False, True)])
def test_a_refund_may_take_its_time_or_fail(gateway, standin, status, is_done, is_failed):
    charge = paid(gateway, standin)
    standin.refund_status = status
    made = gateway.refund(charge, key="rf1", amount_idr=Rupiah(5_000), reason="x")
    assert (made.is_done, made.is_failed, made.said) == (is_done, is_failed, status)
    assert gateway.ask(charge).refunds == (made,)
    # Asked again under the same key, it is the same one.
    assert gateway.refund(charge, key="rf1", amount_idr=Rupiah(5_000), reason="x").remote_id == made.remote_id


def test_a_refund_needs_no_transaction_when_the_page_is_known(gateway, standin):
    charge = paid(gateway, standin)
    less = ChargeKnown(charge.reference, charge.remote_id, None, charge.amount_idr)
    assert gateway.refund(less, key="rf1", amount_idr=Rupiah(5_000), reason="x").is_done


def test_an_inquiry_takes_no_money_and_a_decision_is_seen(gateway, standin):
    charge = paid(gateway, standin)
    standin.dispute(charge.remote_id, "warning_needs_response")
    assert gateway.ask(charge).disputes == ()
    other = paid(gateway, standin, "GLR-26-0002-1")
    standin.dispute(other.remote_id)
    (seen,) = gateway.ask(other).disputes
    assert (seen.status, seen.reason) == (DisputeStatus.OPEN, "fraudulent")
    assert seen.answer_by > clock.now() + timedelta(days=6)
    standin.decide(other.remote_id, "won")
    assert [one.status for one in gateway.ask(other).disputes] == [DisputeStatus.WON]


def test_books_add_up_to_the_payout(gateway, standin):
    one, other = paid(gateway, standin), paid(gateway, standin, "GLR-26-0002-1")
    gateway.refund(one, key="rf1", amount_idr=Rupiah(5_000), reason="x")
    standin.dispute(other.remote_id)
    standin.decide(other.remote_id, "won")
    for row in standin.movements:
        row["fee"] = row["fee"] // 100 * 100
        row["net"] = row["amount"] - row["fee"]
    sent = standin.pay_out()
    lines = gateway.movements(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1))
    assert [line.kind for line in lines] == ["charge", "charge", "refund", "dispute", "dispute", "payout"]
    assert sum(line.amount_idr - line.fee_idr for line in lines) == 0
    assert lines[-1].amount_idr == -sent
    assert lines[3].fee_idr == 150_000
    assert {line.transaction_id for line in lines[:3]} == {one.transaction_id, other.transaction_id}
    assert len({line.remote_id for line in lines}) == 6


def test_parts_of_a_rupiah_are_rounded_and_books_in_another_currency_are_refused(gateway, standin):
    paid(gateway, standin)
    standin.movements[0]["fee"] = 358_050
    hour = timedelta(hours=1)
    (line,) = gateway.movements(clock.now() - hour, clock.now() + hour)
    assert (line.amount_idr, line.fee_idr) == (TOTAL, 3_581)
    standin.movements[0]["currency"] = "sgd"
    with pytest.raises(GatewayRefusedError) as refused:
        gateway.movements(clock.now() - hour, clock.now() + hour)
    assert refused.value.code_there == "currency"


def test_a_time_without_movements_has_none_and_many_come_page_after_page(gateway, standin):
    paid(gateway, standin)
    standin.movements = [
        standin.movements[0] | {"id": f"txn_{number}", "created": 1_790_000_000 + number} for number in range(205)
    ]
    since = clock.now().fromtimestamp(1_790_000_000, clock.now().tzinfo)
    lines = gateway.movements(since, since + timedelta(seconds=203))
    assert [line.remote_id for line in lines] == [f"txn_{number}" for number in range(203)]


# ---------------------------------------------------------------- notices


def test_two_secrets_hold_while_one_replaces_the_other(standin):
    gateway = stripe(standin, hook_secrets=("whsec_new", standin.hook_secret))
    for secret in ("whsec_new", standin.hook_secret):
        (seen,) = read(gateway, standin.signed(completed(), secret=secret))
        assert (seen.dedup_key, seen.kind, seen.about) == ("evt_1", "checkout.session.completed", REFERENCE)
    with pytest.raises(BadNoticeError):
        read(gateway, standin.signed(completed(), secret="whsec_other"))
    with pytest.raises(BadNoticeError):
        read(stripe(standin, hook_secrets=()), standin.signed(completed()))
    with pytest.raises(BadNoticeError):
        read(stripe(standin, hook_secrets=("",)), standin.signed(completed(), secret=" "))


@pytest.mark.parametrize(("seconds", "is_taken"), [(-290, True), (0, True), (290, True), (-310, False), (310, False)])
def test_a_signature_is_of_now(gateway, standin, seconds, is_taken):
    notice = standin.signed(completed(), at=time.time() + seconds)
    if is_taken:
        assert read(gateway, notice)
    else:
        with pytest.raises(BadNoticeError):
            read(gateway, notice)


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=00", "t=,v1=", "t=x,v1=00", "nonsense", "t=1,v1=é", "t=1,t=2,v1=0", ",,,"]
)
def test_odd_signatures_are_refused(gateway, standin, header):
    with pytest.raises(BadNoticeError):
        read(gateway, standin.signed(completed()), **{"stripe-signature": header})


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"null", b'"event"', b"[" * 100_000, b"\xff", {"object": "v2.core.event", "id": "evt_1"},
     {"object": "event"}, {"object": "event", "id": {}, "type": "charge.refunded"}],
)  # fmt: skip
def test_well_signed_nonsense_is_refused(gateway, standin, body):
    if body == b"\xff":  # no text: their own signature is over text
        with pytest.raises(BadNoticeError):
            gateway.read_notice({"stripe-signature": "t=1,v1=00"}, body)
        return
    with pytest.raises(BadNoticeError):
        read(gateway, standin.signed(body))


@pytest.mark.parametrize(
    ("kind", "thing", "about"),
    [
        ("checkout.session.expired", {"id": "cs_1", "client_reference_id": None}, "cs_1"),
        ("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1"}, "pi_1"),
        ("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1", "metadata": {"reference": "GLR-1"}}, "GLR-1"),
        ("payment_intent.succeeded", {"id": "pi_1", "metadata": {"reference": {"a": 1}}}, "pi_1"),
        ("charge.dispute.created", {"id": "du_1", "payment_intent": "pi_1", "metadata": []}, "pi_1"),
        ("refund.updated", {"id": "re_1", "payment_intent": "pi_1"}, "pi_1"),
        ("charge.dispute.closed", {"id": "du_1", "payment_intent": "pi_1"}, "pi_1"),
        ("payment_intent.payment_failed", {"id": "pi_1"}, "pi_1"),
        ("charge.refunded", {"id": "ch_1", "payment_intent": None}, ""),
        ("payout.paid", {"id": "po_1"}, ""),
        ("customer.created", {"id": "cus_1"}, ""),
        ("charge.refunded", {"id": "ch_1", "payment_intent": "../../x"}, ""),
    ],
)
def test_a_notice_is_about_the_page_or_the_payment(gateway, standin, kind, thing, about):
    body = {"id": "evt_1", "object": "event", "type": kind, "data": {"object": thing}}
    assert [one.about for one in read(gateway, standin.signed(body))] == ([about] if about else [])
