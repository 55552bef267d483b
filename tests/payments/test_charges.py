"""What a gateway says becomes truth once: paid, paid twice, too late, given back there, disputed; the books follow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from gallery.inventory import services as inventory
from gallery.inventory.queries import audit_stock
from gallery.inventory.services import Wanted
from gallery.jobs import orders as order_jobs
from gallery.jobs import payments as jobs
from gallery.orders import services as orders
from gallery.orders.models import Order, OrderEvent, OrderLine, Parcel
from gallery.orders.states import CancelReason, EventKind, OrderStatus
from gallery.payments import services
from gallery.payments.errors import (
    GatewayBusyError,
    GatewayRefusedError,
    GatewayUnsureError,
    NoGatewayError,
    PaymentClosedError,
    RefundUnderwayError,
)
from gallery.payments.gateway import MovementSeen
from gallery.payments.models import GatewayCharge, GatewayDispute, GatewayMovement, Payment, Refund
from gallery.payments.services import charges, give_back
from gallery.payments.states import (
    ChargeStatus,
    ChargeTrouble,
    DisputeStatus,
    MovementKind,
    PaymentStatus,
    RefundStatus,
)
from tests.factories.checkout import make_placed_order
from tests.factories.gateways import charge_under, look, make_desk, make_online_order, open_page, want, work
from tests.factories.settlement import findings, post, sums

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OFFICER = Actor.system()
TOTAL = 90_000


@pytest.fixture(autouse=True)
def now(monkeypatch):
    moment = {"now": NOW}
    monkeypatch.setattr(clock, "_moment", SimpleNamespace(get=lambda: moment["now"]))  # columns ask it, too
    return moment


@pytest.fixture
def desk(app):
    return make_desk()


def the(model):
    db.session.rollback()
    return db.session.scalars(select(model).execution_options(populate_existing=True)).one()


def all_of(model):
    db.session.rollback()
    return db.session.scalars(select(model).order_by(model.id).execution_options(populate_existing=True)).all()


def run(service, *args, **kwargs):
    with transaction() as session:
        return service(session, *args, **kwargs)


def refunds() -> list[tuple[str, str, int, int]]:
    return [(one.reason, one.status.value, one.amount_idr, one.covered_idr) for one in all_of(Refund)]


def count(action: str) -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action))


def paid_order(desk) -> tuple[int, str]:
    order_id = make_online_order().id
    reference = open_page(desk, order_id)
    desk.pay(reference)
    assert look(reference) is True
    return order_id, reference


def cancel(order_id: int) -> None:
    run(services.cancel_order, order_id, reason=CancelReason.BUYER_ASKED, by_buyer=False, actor=OFFICER)


def deliver() -> None:
    parcel_id = the(Parcel).id
    for step in (orders.pack_parcel, orders.hand_over_parcel, orders.deliver_parcel):
        run(step, parcel_id, actor=OFFICER)


def books_are_right() -> dict[tuple[str, str], int]:
    post()
    assert findings() == []
    return sums()


# ------------------------------------------------------------------ a page is wanted


def test_a_page_lives_as_long_as_the_pieces_are_held(desk):
    order = make_online_order()
    reference = open_page(desk, order.id)
    charge = charge_under(reference)
    assert (charge.status, charge.amount_idr, charge.remote_id) == (ChargeStatus.OPEN, TOTAL, f"page-{reference}")
    assert charge.expires_at == the(Order).expires_at == NOW + timedelta(minutes=45)


def test_a_page_that_is_open_is_used_again(desk, now):
    order_id = make_online_order().id
    first = open_page(desk, order_id)
    now["now"] += timedelta(minutes=40)
    assert want(order_id) == first


def test_with_too_little_time_left_the_pieces_wait_longer(desk, now):
    order_id = make_online_order().id
    now["now"] += timedelta(minutes=30)
    reference = want(order_id)
    until = now["now"] + timedelta(minutes=31)
    assert charge_under(reference).expires_at == until
    assert the(Order).expires_at == the(Payment).expires_at == until


def test_nobody_holds_pieces_for_more_than_a_day_by_asking_for_pages(desk, now):
    order_id = make_online_order().id
    pages = 0
    with pytest.raises(PaymentClosedError):
        while pages < 100:
            reference = open_page(desk, order_id)
            pages += 1
            desk.change(reference, status=ChargeStatus.CLOSED)
            look(reference)
            now["now"] = the(Order).expires_at - timedelta(minutes=1)
    assert 40 < pages < 60
    assert the(Order).expires_at <= NOW + timedelta(hours=24)


def test_a_lost_answer_is_asked_for_under_the_same_name_then_under_another(desk):
    order_id = make_online_order().id
    first = want(order_id)
    for _ in range(3):
        assert want(order_id) == first
        run(charges.note_unsure, charge_under(first).id, "time-out")
    assert want(order_id) == first.replace("-1", "-2")


def test_a_refused_page_is_not_asked_about_but_after_a_lost_answer_it_is(desk):
    order_id = make_online_order().id
    first = want(order_id)
    run(charges.note_refused, charge_under(first).id, "no")
    assert (charge_under(first).status, charge_under(first).next_ask_at) == (ChargeStatus.REFUSED, None)
    second = want(order_id)
    run(charges.note_unsure, charge_under(second).id, "time-out")
    run(charges.note_refused, charge_under(second).id, "taken")
    assert charge_under(second).next_ask_at is not None


def test_only_what_is_to_be_paid_online_and_is_unpaid_gets_a_page(desk):
    transfer = make_placed_order().id
    with pytest.raises(NoGatewayError):
        want(transfer)
    order_id, _ = paid_order(desk)
    with pytest.raises(PaymentClosedError):
        want(order_id)
    assert len(all_of(GatewayCharge)) == 1


# ------------------------------------------------------------------ paid


def test_what_the_gateway_got_pays_the_order_once(desk):
    _, reference = paid_order(desk)
    assert [look(reference) for _ in range(3)] == [False] * 3
    payment, charge = the(Payment), charge_under(reference)
    assert (payment.status, payment.paid_at, payment.verified_by) == (PaymentStatus.PAID, NOW, None)
    assert (the(Order).status, charge.status, charge.transaction_id) == (
        OrderStatus.PAID,
        ChargeStatus.PAID,
        f"pi-{reference}",
    )
    told = select(func.count()).select_from(OrderEvent).where(OrderEvent.kind == EventKind.PAID)
    assert (db.session.scalar(told), count("payment.verified"), count("order.paid")) == (1, 1, 1)
    assert books_are_right() == {("gateway", "gateway"): TOTAL, ("buyers", "order"): -TOTAL}


def test_an_older_answer_does_not_take_back_that_it_was_paid(desk):
    _, reference = paid_order(desk)
    for status in (ChargeStatus.OPEN, ChargeStatus.PROCESSING, ChargeStatus.CLOSED):
        desk.change(reference, status=status)
        assert look(reference) is False
    assert charge_under(reference).status is ChargeStatus.PAID


@pytest.mark.parametrize(
    ("facts", "trouble"),
    [
        ({"amount_idr": TOTAL - 1}, ChargeTrouble.AMOUNT),
        ({"amount_idr": None, "currency": "usd"}, ChargeTrouble.AMOUNT),
        ({"currency": "usd"}, ChargeTrouble.AMOUNT),
        ({"reference": "GU-OTHER-1"}, ChargeTrouble.FOREIGN),
    ],
)
def test_other_money_books_nothing_and_is_put_before_a_person(desk, facts, trouble):
    order_id = make_online_order().id
    reference = open_page(desk, order_id)
    desk.pay(reference)
    desk.change(reference, **facts)
    assert [look(reference), look(reference)] == [True, False]
    assert (charge_under(reference).trouble, the(Payment).status) == (trouble, PaymentStatus.PENDING)
    assert (refunds(), books_are_right()) == ([], {})
    with pytest.raises(PaymentClosedError):
        want(order_id)
    run(charges.close_trouble, charge_under(reference).id, note="sudah dikembalikan", actor=OFFICER)
    assert look(reference) is False
    assert charge_under(reference).trouble_note == "sudah dikembalikan"


def test_a_page_of_another_charge_is_no_page_of_ours(desk):
    first = open_page(desk, make_online_order().id)
    second = want(make_online_order().id)
    desk.charges[second] = replace(desk.charges[first], reference=second)
    look(second)
    assert (charge_under(second).trouble, charge_under(second).remote_id) == (ChargeTrouble.FOREIGN, None)


def test_a_slow_way_of_paying_keeps_the_pieces(desk, now):
    order_id = make_online_order(quantity=4, stock=4).id
    reference = open_page(desk, order_id)
    desk.change(reference, status=ChargeStatus.PROCESSING)
    look(reference)
    now["now"] += timedelta(hours=50)
    order_jobs.expire_unpaid()
    assert the(Order).status is OrderStatus.AWAITING_PAYMENT
    with pytest.raises(PaymentClosedError):
        want(order_id)
    desk.pay(reference)
    look(reference)
    assert (the(Order).status, audit_stock(db.session())) == (OrderStatus.PAID, [])


def test_two_pages_of_one_order_paid_both_the_second_is_owed_back(desk):
    order_id = make_online_order().id
    first = want(order_id)
    desk.charges[first] = desk_open(desk, first)
    for _ in range(3):
        run(charges.note_unsure, charge_under(first).id, "time-out")
    second = open_page(desk, order_id)
    desk.pay(second)
    look(second)
    desk.pay(first)
    assert [look(first), look(first)] == [True, False]
    assert (charge_under(first).is_extra, charge_under(second).is_extra) == (True, False)
    assert refunds() == [("paid_twice", "due", TOTAL, 0)]
    assert books_are_right() == {
        ("gateway", "gateway"): 2 * TOTAL,
        ("buyers", "order"): -TOTAL,
        ("refunds", "order"): -TOTAL,
    }
    desk.give_back(first, TOTAL)
    look(first)
    assert refunds() == [("paid_twice", "done", TOTAL, 0)]
    cancel(order_id)
    assert refunds() == [("paid_twice", "done", TOTAL, 0), ("order_cancelled", "due", TOTAL, 0)]
    assert books_are_right() == {("gateway", "gateway"): TOTAL, ("refunds", "order"): -TOTAL}


def desk_open(desk, reference):
    """The gateway made the page although its answer was lost."""
    from gallery.payments.gateway import ChargeSeen

    return ChargeSeen(ChargeStatus.OPEN, reference, TOTAL, "idr", f"page-{reference}")


def test_the_other_pages_are_closed_once_one_is_paid(desk):
    order_id = make_online_order().id
    first = want(order_id)
    desk.charges[first] = desk_open(desk, first)
    for _ in range(3):
        run(charges.note_unsure, charge_under(first).id, "time-out")
    second = open_page(desk, order_id)
    desk.pay(second)
    look(second)
    work()
    assert (desk.charges[first].status, charge_under(first).status) == (ChargeStatus.CLOSED, ChargeStatus.CLOSED)


def test_staff_do_not_say_that_a_gateway_was_paid(desk):
    order_id = make_online_order().id
    with pytest.raises(PaymentClosedError):
        run(services.verify, the(Payment).id, actor=OFFICER)
    assert the(Order).id == order_id
    assert the(Order).status is OrderStatus.AWAITING_PAYMENT


# ------------------------------------------------------------------ the end of an order


def test_what_was_paid_in_the_last_second_pays_the_order(desk, now):
    reference = open_page(desk, make_online_order().id)
    desk.pay(reference)
    now["now"] += timedelta(hours=1)
    order_jobs.expire_unpaid()
    assert (the(Order).status, the(Payment).status) == (OrderStatus.PAID, PaymentStatus.PAID)


def test_an_order_expires_after_its_page_was_closed(desk, now):
    reference = open_page(desk, make_online_order().id)
    now["now"] += timedelta(hours=1)
    order_jobs.expire_unpaid()
    assert (desk.charges[reference].status, charge_under(reference).status) == (
        ChargeStatus.CLOSED,
        ChargeStatus.CLOSED,
    )
    assert (the(Order).status, the(Payment).status) == (OrderStatus.EXPIRED, PaymentStatus.EXPIRED)


def test_while_the_gateway_is_silent_the_order_waits_for_an_hour(desk, now):
    make_online_order()
    reference = open_page(desk, the(Order).id)
    now["now"] += timedelta(minutes=50)
    desk.fails["close"] = GatewayUnsureError("time-out")
    order_jobs.expire_unpaid()
    assert the(Order).status is OrderStatus.AWAITING_PAYMENT
    now["now"] += timedelta(hours=1)
    desk.fails["close"] = GatewayBusyError("down")
    order_jobs.expire_unpaid()
    assert the(Order).status is OrderStatus.EXPIRED
    desk.pay(reference)
    work()
    assert (the(Order).status, refunds()) == (OrderStatus.PAID, [])  # the pieces were still there


def test_a_silent_gateway_is_asked_once_in_a_round_and_hinders_no_other_order(desk, now):
    online = [make_online_order().id for _ in range(3)]
    for order_id in online:
        open_page(desk, order_id)
    transfer = make_placed_order().id
    now["now"] += timedelta(hours=24, minutes=1)
    desk.fails["close"] = GatewayUnsureError("time-out")
    before = len(desk.calls)
    order_jobs.expire_unpaid()
    assert desk.calls[before:] == ["close"]
    db.session.rollback()
    assert db.session.get(Order, transfer).status is OrderStatus.EXPIRED


def test_late_money_for_pieces_that_are_gone_is_owed_back(desk, now):
    reference = open_page(desk, make_online_order(quantity=4, stock=4).id)
    now["now"] += timedelta(hours=1)
    order_jobs.expire_unpaid()
    line, parcel = the(OrderLine), the(Parcel)
    run(inventory.reserve, "stand:rival", [Wanted(line.variant_id, parcel.place_id, 4)], expires_at=None)
    desk.pay(reference)
    look(reference)
    assert refunds() == [("paid_too_late", "due", 2 * TOTAL, 0)]
    assert the(Refund).charge_id == charge_under(reference).id
    assert books_are_right() == {("gateway", "gateway"): 2 * TOTAL, ("refunds", "order"): -2 * TOTAL}


def test_late_money_for_a_cancelled_order_is_owed_back(desk):
    order_id = make_online_order().id
    reference = open_page(desk, order_id)
    cancel(order_id)
    desk.pay(reference)
    work()  # the page is to be closed, and it turns out that it was paid
    assert refunds() == [("paid_after_cancellation", "due", TOTAL, 0)]
    assert the(Order).status is OrderStatus.CANCELLED
    assert books_are_right() == {("gateway", "gateway"): TOTAL, ("refunds", "order"): -TOTAL}


def test_a_cancelled_order_closes_its_page(desk):
    order_id = make_online_order().id
    reference = open_page(desk, order_id)
    cancel(order_id)
    work()
    assert (desk.charges[reference].status, charge_under(reference).status) == (ChargeStatus.CLOSED,) * 2


def test_a_gateway_that_can_not_be_asked_is_told_again_until_the_page_is_long_over(desk, now):
    order_id = make_online_order().id
    reference = open_page(desk, order_id)
    cancel(order_id)
    for later, is_told_again in ((timedelta(0), True), (timedelta(days=4), False)):
        now["now"] = NOW + later
        desk.fails["close"] = GatewayBusyError("no key")
        jobs.close({"charge_id": charge_under(reference).id})
        waiting = select(OutboxMessage.id).where(
            OutboxMessage.topic == "charge.close", OutboxMessage.available_at > clock.now()
        )
        assert bool(db.session.scalars(waiting).all()) is is_told_again
        db.session.rollback()


def test_a_page_that_opens_after_the_order_was_cancelled_is_closed_again(desk):
    order_id = make_online_order().id
    reference = want(order_id)
    cancel(order_id)
    charge = charge_under(reference)
    from gallery.payments.gateway import Opened

    desk.charges[reference] = desk_open(desk, reference)
    run(charges.note_opened, charge.id, Opened(f"page-{reference}", "https://pages.example/x"))
    work()
    assert desk.charges[reference].status is ChargeStatus.CLOSED


# ------------------------------------------------------------------ given back


def sent(desk) -> Refund:
    run(give_back.send_refund, the(Refund).id, actor=OFFICER)
    work()
    return the(Refund)


def test_a_refund_goes_back_through_the_gateway_once(desk):
    order_id, reference = paid_order(desk)
    cancel(order_id)
    refund = sent(desk)
    assert (refund.status, refund.remote_id, refund.done_by) == (RefundStatus.DONE, "re-0", None)
    assert [look(reference), look(reference)] == [False, False]
    assert desk.calls.count("refund") == 1
    assert refunds() == [("order_cancelled", "done", TOTAL, 0)]
    assert books_are_right() == {}


def test_a_lost_answer_gives_back_once(desk, now):
    order_id, _ = paid_order(desk)
    cancel(order_id)
    desk.loses["refund"] = GatewayUnsureError("time-out")
    assert sent(desk).status is RefundStatus.SENDING
    with pytest.raises(RefundUnderwayError):
        run(services.finish_refund, the(Refund).id, note="BRI", actor=OFFICER)
    now["now"] += timedelta(minutes=10)
    work()
    assert (refunds(), desk.calls.count("refund")) == ([("order_cancelled", "done", TOTAL, 0)], 1)
    assert books_are_right() == {}


def test_a_call_that_was_lost_on_its_way_is_made_again_under_the_same_key(desk, now):
    order_id, _ = paid_order(desk)
    cancel(order_id)
    desk.fails["refund"] = GatewayUnsureError("time-out")
    sent(desk)
    now["now"] += timedelta(minutes=10)
    work()
    assert (the(Refund).status, len(desk.keys), desk.calls.count("refund")) == (RefundStatus.DONE, 1, 2)


def test_a_refused_refund_is_due_again_and_may_be_done_by_hand(desk):
    order_id, _ = paid_order(desk)
    cancel(order_id)
    desk.fails["refund"] = GatewayRefusedError("no", code_there="balance_insufficient")
    refund = sent(desk)
    assert (refund.status, refund.said) == (RefundStatus.DUE, "balance_insufficient")
    run(services.finish_refund, refund.id, note="transfer BRI", actor=OFFICER)
    assert books_are_right() == {("gateway", "gateway"): TOTAL, ("office", ""): -TOTAL}


def test_after_a_refusal_the_gateway_is_asked_under_another_key(desk, now):
    order_id, _ = paid_order(desk)
    cancel(order_id)
    desk.is_slow = True
    assert sent(desk).status is RefundStatus.SENDING
    (key, seen), reference = next(iter(desk.keys.items())), next(iter(desk.charges))
    desk.change(reference, refunds=(replace(seen, is_failed=True),))
    look(reference)
    assert the(Refund).status is RefundStatus.DUE
    now["now"] += timedelta(hours=1)
    desk.is_slow = False
    assert sent(desk).status is RefundStatus.DONE
    assert [one for one in desk.keys if one != key]
    assert books_are_right() == {}


def test_a_slow_refund_is_done_when_the_gateway_says_so(desk, now):
    order_id, reference = paid_order(desk)
    cancel(order_id)
    desk.is_slow = True
    assert sent(desk).status is RefundStatus.SENDING
    (seen,) = desk.charges[reference].refunds
    now["now"] += timedelta(hours=2)
    work()
    assert desk.calls.count("refund") == 1
    desk.change(reference, refunds=(replace(seen, is_done=True),))
    now["now"] += timedelta(hours=2)
    work()
    assert (the(Refund).status, desk.calls.count("refund")) == (RefundStatus.DONE, 1)


def test_money_that_came_another_way_does_not_go_back_through_a_gateway(desk):
    order_id = make_placed_order().id
    run(services.verify, the(Payment).id, actor=OFFICER)
    cancel(order_id)
    with pytest.raises(NoGatewayError):
        run(give_back.send_refund, the(Refund).id, actor=OFFICER)
    assert the(Refund).status is RefundStatus.DUE


def test_a_refund_in_the_dashboard_settles_what_was_due_of_the_same_amount(desk):
    order_id, reference = paid_order(desk)
    cancel(order_id)
    desk.give_back(reference, TOTAL)
    assert [look(reference), look(reference)] == [True, False]
    assert refunds() == [("order_cancelled", "done", TOTAL, 0)]
    assert books_are_right() == {}


def test_a_refund_in_the_dashboard_that_nobody_owed_is_the_gallerys_loss(desk):
    _, reference = paid_order(desk)
    desk.give_back(reference, 30_000)
    assert [look(reference), look(reference)] == [True, False]
    assert refunds() == [("at_gateway", "done", 30_000, 0)]
    assert the(Refund).is_borne_by_gallery
    deliver()
    assert books_are_right() == {
        ("gateway", "gateway"): TOTAL - 30_000,
        ("loss", "gallery"): 30_000,
        ("owners", "business"): -TOTAL,
    }


@pytest.mark.parametrize(("given", "left"), [(30_000, 60_000), (90_000, 0)])
def test_what_was_given_back_there_is_not_owed_again_when_the_order_is_cancelled(desk, given, left):
    order_id, reference = paid_order(desk)
    desk.give_back(reference, given)
    look(reference)
    cancel(order_id)
    status = "due" if left else "done"
    assert refunds() == [("at_gateway", "done", given, 0), ("order_cancelled", status, left, given)]
    waiting = {("gateway", "gateway"): left, ("refunds", "order"): -left} if left else {}
    assert books_are_right() == waiting


def test_never_more_goes_back_than_came(desk):
    _, reference = paid_order(desk)
    desk.give_back(reference, 60_000)
    desk.give_back(reference, 60_000)
    look(reference)
    assert refunds() == [("at_gateway", "done", 60_000, 0)]
    assert charge_under(reference).trouble is ChargeTrouble.OVER_REFUNDED
    assert books_are_right()[("gateway", "gateway")] == 30_000


def test_a_refund_that_failed_later_needs_a_person(desk):
    order_id, reference = paid_order(desk)
    cancel(order_id)
    sent(desk)
    (seen,) = desk.charges[reference].refunds
    desk.change(reference, refunds=(replace(seen, is_done=False, is_failed=True),))
    look(reference)
    assert charge_under(reference).trouble is ChargeTrouble.REFUND_FAILED


# ------------------------------------------------------------------ disputes


def test_a_dispute_that_is_won_comes_back(desk, now):
    _, reference = paid_order(desk)
    desk.dispute(reference, TOTAL)
    assert [look(reference), look(reference)] == [True, False]
    assert books_are_right() == {("disputes", "gateway"): TOTAL, ("buyers", "order"): -TOTAL}
    now["now"] += timedelta(days=5)
    desk.dispute(reference, TOTAL, DisputeStatus.WON)
    look(reference)
    assert books_are_right() == {("gateway", "gateway"): TOTAL, ("buyers", "order"): -TOTAL}
    assert refunds() == []


def test_a_dispute_that_is_lost_is_the_gallerys_loss(desk, now):
    _, reference = paid_order(desk)
    deliver()
    desk.dispute(reference, 50_000)
    look(reference)
    desk.dispute(reference, 50_000, DisputeStatus.LOST)
    assert [look(reference), look(reference)] == [True, False]
    assert refunds() == [("dispute_lost", "done", 50_000, 0)]
    assert the(Refund).dispute_id == the(GatewayDispute).id
    assert books_are_right() == {
        ("gateway", "gateway"): TOTAL - 50_000,
        ("loss", "gallery"): 50_000,
        ("owners", "business"): -TOTAL,
    }


def test_a_dispute_lost_over_what_was_owed_anyway_settles_it(desk):
    order_id, reference = paid_order(desk)
    cancel(order_id)
    desk.dispute(reference, TOTAL, DisputeStatus.LOST)
    look(reference)
    assert refunds() == [("order_cancelled", "done", TOTAL, 0)]
    assert books_are_right() == {}


# ------------------------------------------------------------------ who asks, and when


def test_an_open_page_is_asked_about_until_it_is_over(desk, now):
    reference = open_page(desk, make_online_order().id)
    asked = []
    for _ in range(60):
        before = desk.calls.count("ask")
        work()
        if desk.calls.count("ask") > before:
            asked.append(int((now["now"] - NOW).total_seconds() // 60))
        now["now"] += timedelta(minutes=1)
    assert asked[:3] == [5, 10, 15]
    assert asked[-1] >= 46
    desk.pay(reference)
    now["now"] += timedelta(minutes=5)
    work()
    assert the(Order).status is OrderStatus.PAID


def test_what_is_paid_is_asked_about_daily_for_120_days(desk, now):
    _, reference = paid_order(desk)
    before = desk.calls.count("ask")
    for _ in range(130):
        now["now"] += timedelta(days=1)
        work()
    assert 118 <= desk.calls.count("ask") - before <= 121
    assert charge_under(reference).next_ask_at is None


def test_what_the_gateway_never_heard_of_ends_with_its_time(desk, now):
    reference = want(make_online_order().id)
    now["now"] += timedelta(minutes=6)
    work()
    assert charge_under(reference).status is ChargeStatus.WANTED
    now["now"] += timedelta(hours=1)
    order_jobs.expire_unpaid()
    assert (charge_under(reference).status, the(Order).status) == (ChargeStatus.CLOSED, OrderStatus.EXPIRED)


def test_what_was_paid_and_is_forgotten_there_needs_a_person(desk):
    _, reference = paid_order(desk)
    del desk.charges[reference]
    assert [look(reference), look(reference)] == [True, False]
    assert charge_under(reference).trouble is ChargeTrouble.UNKNOWN
    assert the(Payment).status is PaymentStatus.PAID


def test_a_gateway_without_its_key_is_not_asked_and_loses_nothing(app, desk, now):
    from gallery.core import adapters

    reference = open_page(desk, make_online_order().id)
    desk.pay(reference)
    adapters.gateways().clear()
    now["now"] += timedelta(minutes=6)
    work()
    assert charge_under(reference).status is ChargeStatus.OPEN
    adapters.gateways()["stripe"] = desk
    now["now"] += timedelta(minutes=6)
    work()
    assert the(Order).status is OrderStatus.PAID


# ------------------------------------------------------------------ its own books


def movement(name: str, kind: MovementKind, amount: int, fee: int = 0, *, transaction: str = "") -> MovementSeen:
    return MovementSeen(name, kind, amount, fee, NOW - timedelta(hours=10), name, transaction)


def test_the_gateways_own_books_are_kept_once_and_their_fees_and_payouts_booked(desk, now):
    _, reference = paid_order(desk)
    desk.books = [
        movement("txn-1", MovementKind.CHARGE, TOTAL, 3_600, transaction=f"pi-{reference}"),
        movement("txn-2", MovementKind.FEE, -500),
        movement("txn-3", MovementKind.PAYOUT, -80_000),
        movement("txn-4", MovementKind.OTHER, 7),
    ]
    for _ in range(3):
        jobs.read_books()
        now["now"] += timedelta(days=1)
    assert [row.remote_id for row in all_of(GatewayMovement)] == ["txn-1", "txn-2", "txn-3", "txn-4"]
    assert all_of(GatewayMovement)[0].charge_id == charge_under(reference).id
    assert books_are_right() == {
        ("gateway", "gateway"): TOTAL - 3_600 - 500 - 80_000,
        ("fees", "gateway"): 4_100,
        ("transit", "gateway"): 80_000,
        ("buyers", "order"): -TOTAL,
    }


def test_books_that_can_not_be_read_today_are_read_tomorrow(desk, now):
    desk.books = [movement("txn-1", MovementKind.FEE, -500)]
    desk.fails["movements"] = GatewayUnsureError("time-out")
    jobs.read_books()
    now["now"] += timedelta(days=1)
    jobs.read_books()
    assert len(all_of(GatewayMovement)) == 1
