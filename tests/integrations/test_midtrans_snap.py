"""What only Midtrans does."""

import json
from datetime import timedelta

import pytest

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.payments.errors import BadNoticeError, GatewayBusyError, GatewayRefusedError, GatewayUnsureError
from gallery.payments.states import ChargeStatus
from tests.integrations.gateways import REFERENCE, TOTAL, a_charge, known, midtrans, page_of
from tests.standins import Fault, MidtransStandIn
from tests.standins.server import Reply

_S = ChargeStatus


@pytest.fixture
def standin():
    with MidtransStandIn() as server:
        yield server


@pytest.fixture
def gateway(standin):
    return midtrans(standin)


@pytest.fixture
def opened(gateway):
    return gateway.open(a_charge())


CHARGE = known(a_charge())


# ---------------------------------------------------------------- what is sent


def test_one_line_makes_the_whole_sum_and_the_page_ends_when_the_pieces_are_free_again(opened, standin):
    sent = page_of(standin).sent
    assert sent["transaction_details"] == {"order_id": REFERENCE, "gross_amount": TOTAL}
    assert [(line["price"], line["quantity"]) for line in sent["item_details"]] == [(TOTAL, 1)]
    assert sent["expiry"] | {"start_time": ""} == {"start_time": "", "unit": "minutes", "duration": 45}
    assert sent["expiry"]["start_time"].endswith(" +0700")
    assert sent["page_expiry"] == {"unit": "minutes", "duration": 45}
    assert abs(page_of(standin).extra["ends"] - (clock.now() + timedelta(minutes=45)).timestamp()) < 65
    assert len(sent["item_details"][0]["name"]) <= 50


def test_the_key_goes_as_a_name_without_a_password(opened, standin):
    assert standin.calls[0].headers["authorization"].startswith("Basic ")
    assert standin.key not in str(standin.calls[0].headers)


def test_a_reference_is_taken_once(gateway, opened, standin):
    with pytest.raises(GatewayRefusedError) as refused:
        gateway.open(a_charge())
    assert refused.value.code_there == "400"
    assert page_of(standin).id == opened.remote_id


# ---------------------------------------------------------------- what is seen


@pytest.mark.parametrize(
    ("word", "extra", "status"),
    [
        ("pending", {}, _S.OPEN),
        ("deny", {}, _S.OPEN),
        ("capture", {"fraud": "challenge"}, _S.PROCESSING),
        ("capture", {"fraud": "accept"}, _S.PAID),
        ("capture", {"fraud": "deny"}, _S.CLOSED),
        ("authorize", {}, _S.PROCESSING),
        ("settlement", {}, _S.PAID),
        ("cancel", {}, _S.CLOSED),
        ("expire", {}, _S.CLOSED),
        ("failure", {}, _S.CLOSED),
        ("chargeback", {}, _S.PAID),
        ("a word of next year", {}, _S.OPEN),
    ],
)
def test_every_word_is_one_of_ours(gateway, opened, standin, word, extra, status):
    standin.becomes(opened.remote_id, word, **extra)
    seen = gateway.ask(CHARGE)
    assert (seen.status, seen.amount_idr) == (status, TOTAL)
    assert seen.said.startswith(word)
    assert (seen.paid_at is not None) == (status is _S.PAID)


def test_a_denied_card_may_be_followed_by_money(gateway, opened, standin):
    standin.becomes(opened.remote_id, "deny")
    assert gateway.ask(CHARGE).status is _S.OPEN
    standin.becomes(opened.remote_id, "settlement")
    assert gateway.ask(CHARGE).status is _S.PAID


def test_times_are_wib(gateway, opened, standin):
    standin.becomes(opened.remote_id, "settlement", at=1_790_000_000.0)
    assert gateway.ask(CHARGE).paid_at.timestamp() == 1_790_000_000


@pytest.mark.parametrize(
    ("told", "amount"),
    [("123456.00", TOTAL), ("123456", TOTAL), (123456, TOTAL), ("123456.50", None), (123456.0, None), ("-1.00", None),
     ("1e5", None), ("", None), (None, None), (True, None), ("٣", None), ("9" * 40, None)],
)  # fmt: skip
def test_an_amount_is_a_whole_number_of_rupiah_or_none(gateway, opened, standin, told, amount):
    standin.becomes(opened.remote_id, "settlement")
    standin.refuse("ask", Reply(200, standin._shown(page_of(standin)) | {"gross_amount": told}))
    assert gateway.ask(CHARGE).amount_idr == amount


def test_another_currency_is_no_amount(gateway, opened, standin):
    standin.becomes(opened.remote_id, "settlement")
    standin.refuse("ask", Reply(200, standin._shown(page_of(standin)) | {"currency": "SGD"}))
    seen = gateway.ask(CHARGE)
    assert (seen.amount_idr, seen.currency) == (None, "sgd")


def test_the_number_in_the_body_counts(gateway, opened, standin):
    for number, error in (("500", GatewayUnsureError), ("429", GatewayBusyError), ("401", GatewayRefusedError)):
        standin.refuse("ask", Reply(200, {"status_code": number, "status_message": "?"}))
        with pytest.raises(error):
            gateway.ask(CHARGE)
    standin.refuse("ask", Reply(200, {"status_code": "404", "status_message": "Transaction doesn't exist."}))
    assert gateway.ask(CHARGE) is None


# ---------------------------------------------------------------- back


def test_before_the_money_is_settled_nothing_can_go_back(gateway, opened, standin):
    standin.becomes(opened.remote_id, "capture")
    with pytest.raises(GatewayRefusedError) as refused:
        gateway.refund(CHARGE, key="rf1", amount_idr=Rupiah(1_000), reason="x")
    assert refused.value.code_there == "412"


def test_what_a_refund_did_is_not_read_from_the_sum_of_all(gateway, opened, standin):
    standin.pay(opened.remote_id)
    gateway.refund(CHARGE, key="rf1", amount_idr=Rupiah(1_000), reason="x")
    answer = standin._shown(page_of(standin)) | {
        "refund_amount": "3000.00",
        "refund_key": "rf2",
        "refund_chargeback_id": 2,
    }
    standin.refuse("refund", Reply(200, answer))
    made = gateway.refund(CHARGE, key="rf2", amount_idr=Rupiah(2_000), reason="x")
    assert (made.amount_idr, made.key) == (2_000, "rf2")
    standin.refuse("refund", Reply(200, answer | {"refund_key": "another"}))
    with pytest.raises(GatewayUnsureError):
        gateway.refund(CHARGE, key="rf3", amount_idr=Rupiah(2_000), reason="x")


def test_a_page_is_taken_away_though_no_transaction_was_begun(gateway, opened, standin):
    gateway.close(known(a_charge(), opened))
    assert page_of(standin).extra["is_gone"]
    assert [call.path.rsplit("/", 1)[1] for call in standin.calls_of("close")] == ["expire", "cancel", "expire"]
    gateway.close(CHARGE)  # the answer that named the page was lost
    standin.misbehave(Fault.ERROR, "close")
    with pytest.raises(GatewayUnsureError):
        gateway.close(CHARGE)


# ---------------------------------------------------------------- notices


def a_notice(standin, **given):
    body = {
        "order_id": REFERENCE,
        "status_code": "200",
        "gross_amount": "123456.00",
        "transaction_status": "settlement",
    }
    return standin.signed(body | given)


def test_the_status_of_a_notice_is_told_and_never_believed(gateway, opened, standin):
    """Its signature does not cover it: with a true notice of a pending payment anybody can say that it was settled."""
    standin.pay_later(opened.remote_id)
    body = json.loads(standin.notices[-1].body) | {"transaction_status": "settlement"}
    (seen,) = gateway.read_notice({}, json.dumps(body).encode())
    assert (seen.kind, seen.about) == ("settlement", REFERENCE)
    assert gateway.ask(CHARGE).status is _S.OPEN


def test_a_payment_and_its_refund_are_two_notices_and_a_retry_is_none(gateway, standin):
    paid, back = a_notice(standin), a_notice(standin, transaction_status="refund", refunds=[{"refund_amount": "1.00"}])
    keys = [gateway.read_notice({}, notice.body)[0].dedup_key for notice in (paid, back, paid)]
    assert keys[0] == keys[2] != keys[1]


def test_amounts_are_signed_as_they_were_sent(gateway, standin):
    for amount in ("123456.00", "123456", 123456, 123456.0):
        assert gateway.read_notice({}, a_notice(standin, gross_amount=amount).body)
    body = json.loads(a_notice(standin).body) | {"gross_amount": "123456"}
    with pytest.raises(BadNoticeError):
        gateway.read_notice({}, json.dumps(body).encode())


@pytest.mark.parametrize("name", ["order_id", "status_code", "gross_amount"])
def test_what_is_signed_can_not_be_changed_added_or_left_out(gateway, standin, name):
    true = json.loads(a_notice(standin).body)
    for body in (true | {name: "1"}, {key: value for key, value in true.items() if key != name}):
        with pytest.raises(BadNoticeError):
            gateway.read_notice({}, json.dumps(body).encode())
    twice = json.dumps(true)[:-1] + f', "{name}": "other"}}'
    with pytest.raises(BadNoticeError):
        gateway.read_notice({}, twice.encode())


@pytest.mark.parametrize("signature", ["", None, 7, [], "é", "0" * 128])
def test_odd_signatures_are_refused(gateway, standin, signature):
    body = json.loads(a_notice(standin).body) | {"signature_key": signature}
    with pytest.raises(BadNoticeError):
        gateway.read_notice({}, json.dumps(body).encode())


def test_a_reference_that_is_none_is_refused_though_it_is_signed(gateway, standin):
    for reference in ("", "../x", "a b", 7.5, None):
        with pytest.raises(BadNoticeError):
            gateway.read_notice({}, a_notice(standin, order_id=reference).body)
