"""Both gateways over real HTTP, from the button to the books: doubled, reversed, forged, late and lost messages.

Also: workers that are killed between the gateway's answer and our commit, and several that do the same at once.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.core import adapters, clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.inventory.queries import audit_stock
from gallery.jobs import payments as jobs
from gallery.orders.models import Order, OrderEvent
from gallery.orders.states import CancelReason, EventKind, OrderStatus
from gallery.payments import services
from gallery.payments.models import GatewayCharge, GatewayNotice, Payment, Refund
from gallery.payments.services import charges, fulfil, give_back
from gallery.payments.states import ChargeStatus, Gateway, PaymentStatus, RefundStatus
from tests.browser import guest
from tests.factories.gateways import charge_under, look, make_online_order, want, work
from tests.factories.settlement import findings, post, sums
from tests.integrations import gateways
from tests.inventory.race import Start, app_at
from tests.standins import GATEWAYS, Fault

FORK = multiprocessing.get_context("fork")
OK, ERROR = 10, 12
MANY = 4
TOTAL = 90_000
SYSTEM = Actor.system()


@pytest.fixture(params=sorted(GATEWAYS))
def name(request):
    return request.param


@pytest.fixture
def standin(name):
    with GATEWAYS[name](hook_url=f"http://127.0.0.1:1/hooks/payments/{name}") as server:
        server.is_holding = True  # what it says is brought by the test
        yield server


@pytest.fixture
def shop(app, name, standin):
    """The application that asks this gateway, and a buyer in front of it."""
    adapters.gateways()[name] = gateways.MAKE[name](standin, timeouts_s=gateways.PATIENT_S)
    return guest(app)


def one(model):
    db.session.rollback()
    return db.session.scalars(select(model).execution_options(populate_existing=True)).one()


def link(order_id: int, rest: str) -> str:
    public_id = db.session.get(Order, order_id).public_id
    return f"/bayar/{public_id}/{rest}?t={adapters.signer().sign('order', public_id)}"


def go(shop, order_id: int):
    address = link(order_id, "online")
    return shop.post(address, page=address)


def bring(shop, name, standin, *, reverse=False, times=1) -> list[int]:
    """What the gateway says reaches the door."""
    notices = [notice for notice in standin.held for _ in range(times)]
    standin.held.clear()
    path = f"/hooks/payments/{name}"
    return [
        shop.client.post(path, data=notice.body, headers=notice.headers).status_code
        for notice in (notices[::-1] if reverse else notices)
    ]


def later(**time: float) -> None:
    with clock.at(clock.now() + timedelta(**time)):
        work()


def paid(shop, name, standin) -> int:
    order_id = make_online_order(Gateway(name)).id
    go(shop, order_id)
    standin.pay(one(GatewayCharge).remote_id)
    look(one(GatewayCharge).reference)
    standin.held.clear()
    return order_id


def cancel(order_id: int) -> None:
    with transaction() as session:
        services.cancel_order(session, order_id, reason=CancelReason.BUYER_ASKED, by_buyer=False, actor=SYSTEM)


def paid_once() -> bool:
    db.session.rollback()
    told = select(func.count()).select_from(OrderEvent).where(OrderEvent.kind == EventKind.PAID)
    noted = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "payment.verified")
    return (db.session.scalar(told), db.session.scalar(noted)) == (1, 1) and audit_stock(db.session()) == []


def books() -> dict[tuple[str, str], int]:
    post()
    assert findings() == []
    return sums()


def test_from_the_button_to_the_books(shop, name, standin):
    order_id = make_online_order(Gateway(name)).id
    assert go(shop, order_id).location.startswith(standin.url)
    standin.pay(one(GatewayCharge).remote_id)
    assert set(bring(shop, name, standin)) == {200}
    work()
    assert (one(Order).status, one(Payment).status) == (OrderStatus.PAID, PaymentStatus.PAID)
    assert paid_once()
    assert books() == {("gateway", "gateway"): TOTAL, ("buyers", "order"): -TOTAL}


def test_coming_back_is_enough_when_no_message_arrives(shop, name, standin):
    order_id = make_online_order(Gateway(name)).id
    go(shop, order_id)
    standin.pay(one(GatewayCharge).remote_id)
    assert shop.get(link(order_id, "selesai")).location.startswith("/pesanan/")
    assert paid_once()


def test_the_poller_is_enough_when_nobody_comes_back_either(shop, name, standin):
    order_id = make_online_order(Gateway(name)).id
    go(shop, order_id)
    standin.pay(one(GatewayCharge).remote_id)
    later(minutes=6)
    assert one(Order).id == order_id
    assert paid_once()


def test_doubled_and_reversed_messages_pay_once_and_give_back_once(shop, name, standin):
    paid(shop, name, standin)
    standin.give_back(one(GatewayCharge).remote_id, 30_000)
    standin.resend()
    standin.held.extend(standin.notices)
    assert set(bring(shop, name, standin, reverse=True, times=2)) == {200}
    work()
    assert paid_once()
    assert [(row.reason, row.amount_idr) for row in db.session.query(Refund)] == [("at_gateway", 30_000)]
    assert books() == {
        ("gateway", "gateway"): TOTAL - 30_000,
        ("buyers", "order"): -TOTAL,
        ("loss", "gallery"): 30_000,
    }


def test_forged_messages_are_refused_and_not_kept(shop, name, standin):
    go(shop, make_online_order(Gateway(name)).id)
    standin.pay(one(GatewayCharge).remote_id)
    standin.held.clear()
    false = [standin.unsigned(notice) for notice in standin.notices]
    for notice in false:
        answer = shop.client.post(f"/hooks/payments/{name}", data=notice.body, headers=notice.headers)
        assert answer.status_code == 401
    work()
    assert db.session.query(GatewayNotice).count() == 0
    assert one(Order).status is OrderStatus.AWAITING_PAYMENT


@pytest.mark.parametrize("fault", [Fault.LOST_RESET, Fault.LOST_ERROR, Fault.RESET, Fault.TOO_MANY])
def test_a_page_whose_answer_was_lost_is_asked_for_again_and_paid_once(shop, name, standin, fault):
    order_id = make_online_order(Gateway(name)).id
    standin.misbehave(fault, "open")
    first = go(shop, order_id)
    assert first.location.startswith("/bayar/")
    second = go(shop, order_id)
    charge = db.session.query(GatewayCharge).filter_by(status=ChargeStatus.OPEN).populate_existing().all()
    if not charge:  # Stripe repeats its own failure for a day: a later try has another name
        for _ in range(3):
            second = go(shop, order_id)
        charge = db.session.query(GatewayCharge).filter_by(status=ChargeStatus.OPEN).populate_existing().all()
    assert second.location.startswith(standin.url)
    standin.pay(charge[0].remote_id)
    assert set(bring(shop, name, standin)) == {200}
    work()
    assert paid_once()
    assert books()[("gateway", "gateway")] == TOTAL


def test_money_that_comes_after_the_order_was_cancelled_goes_back(shop, name, standin):
    order_id = make_online_order(Gateway(name)).id
    go(shop, order_id)
    cancel(order_id)
    standin.pay(one(GatewayCharge).remote_id)
    bring(shop, name, standin)
    work()
    refund = one(Refund)
    assert (refund.reason, refund.status, refund.amount_idr) == ("paid_after_cancellation", RefundStatus.DUE, TOTAL)
    refund_id = refund.id
    with transaction() as session:
        give_back.send_refund(session, refund_id, actor=SYSTEM)
    work()
    assert one(Refund).status is RefundStatus.DONE
    assert books() == {}


@pytest.mark.parametrize("fault", [Fault.LOST_RESET, Fault.LOST_ERROR, Fault.RESET])
def test_a_refund_whose_answer_was_lost_is_given_once(shop, name, standin, fault):
    cancel(paid(shop, name, standin))
    refund_id = one(Refund).id
    with transaction() as session:
        give_back.send_refund(session, refund_id, actor=SYSTEM)
    standin.misbehave(fault, "refund")
    work()
    assert one(Refund).status is RefundStatus.SENDING
    later(minutes=20)
    assert one(Refund).status is RefundStatus.DONE
    charge_id = one(GatewayCharge).id
    db.session.rollback()
    gateway, known = adapters.gateways()[name], charges_known(charge_id)
    assert [one_.amount_idr for one_ in gateway.ask(known).refunds] == [TOTAL]
    assert books() == {}


def charges_known(charge_id: int):
    from gallery.payments.queries.charges import known

    return known(db.session.get(GatewayCharge, charge_id))


def test_a_dispute_takes_the_money_away(shop, name, standin):
    paid(shop, name, standin)
    standin.dispute(one(GatewayCharge).remote_id)
    bring(shop, name, standin)
    work()
    lost = name == "midtrans"  # it tells only when the money has gone
    assert books() == {
        ("buyers", "order"): -TOTAL,
        ("loss" if lost else "disputes", "gallery" if lost else "gateway"): TOTAL,
    }


# ------------------------------------------------------------------ processes


@pytest.fixture
def url(database_url, database):
    database.disconnect()  # no connection may be shared with a forked child
    return database_url


def within(url: str, folder: str, name: str, standin, do: Callable[[], object]) -> object:
    """Do something in this process, in an application of its own, and leave no connection open."""
    app = app_at(url, folder)
    with app.app_context():
        adapters.gateways()[name] = gateways.MAKE[name](standin, timeouts_s=gateways.PATIENT_S)
        try:
            return do()
        finally:
            db.session.remove()
            db.engine.dispose()


def children(url: str, folder: str, name: str, standin, work_: Callable[[], None], many: int = MANY) -> list[int]:
    """Let so many processes do the work together; their exit codes."""
    start = Start()
    made = [FORK.Process(target=_child, args=(url, folder, name, standin, start, work_)) for _ in range(many)]
    for child in made:
        child.start()
    start.give(many)
    for child in made:
        child.join()
    return sorted(child.exitcode for child in made)


def _child(url: str, folder: str, name: str, standin, start: Start, work_: Callable[[], None]) -> None:
    code = ERROR
    try:
        with app_at(url, folder).app_context():
            adapters.gateways()[name] = gateways.MAKE[name](standin, timeouts_s=gateways.PATIENT_S)
            start.wait()
            work_()
            code = OK
    finally:
        start.wait()
        os._exit(code)


def open_and_pay(name: str, standin) -> str:
    """A charge that was paid there, and nobody here knows."""
    order_id = make_online_order(Gateway(name)).id
    reference = want(order_id)
    charge_id, charge = charge_under(reference).id, charge_under(reference)
    wanted = gateways.a_charge(reference, amount_idr=charge.amount_idr, expires_at=charge.expires_at)
    db.session.rollback()
    opened = adapters.gateways()[name].open(wanted)
    with transaction() as session:
        charges.note_opened(session, charge_id, opened)
    standin.pay(opened.remote_id)
    return reference


def looks() -> None:
    charge_id = db.session.scalars(select(GatewayCharge.id)).one()
    db.session.rollback()
    jobs.look(charge_id)


forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@forks
def test_four_who_hear_of_the_same_money_at_once_book_it_once(url, tmp_path, name, standin):
    folder = str(tmp_path)
    within(url, folder, name, standin, lambda: open_and_pay(name, standin))
    assert children(url, folder, name, standin, looks) == [OK] * MANY

    def seen():
        return paid_once(), one(Order).status, db.session.query(Refund).count(), books()

    whole = {("gateway", "gateway"): TOTAL, ("buyers", "order"): -TOTAL}
    assert within(url, folder, name, standin, seen) == (True, OrderStatus.PAID, 0, whole)


@forks
def test_four_clicks_at_once_want_one_page(url, tmp_path, name, standin):
    folder = str(tmp_path)
    order_id = within(url, folder, name, standin, lambda: make_online_order(Gateway(name)).id)
    assert children(url, folder, name, standin, lambda: want(order_id)) == [OK] * MANY
    assert within(url, folder, name, standin, lambda: db.session.query(GatewayCharge).count()) == 1


def dies_after(module, function: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Let the process be killed in the middle of a transaction: this was written, and is not committed."""

    def killed(work_: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            real = getattr(module, function)

            def last(session, *given):
                real(session, *given)
                session.flush()
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(module, function, last)
            work_()

        return run

    return killed


@forks
def test_a_worker_killed_between_answer_and_commit_is_followed_by_the_poller(url, tmp_path, name, standin):
    folder = str(tmp_path)
    within(url, folder, name, standin, lambda: open_and_pay(name, standin))
    killed = dies_after(fulfil, "take_answer")(looks)
    assert children(url, folder, name, standin, killed, 1) == [-signal.SIGKILL]

    def unpaid():
        return one(Order).status, one(GatewayCharge).status

    assert within(url, folder, name, standin, unpaid) == (OrderStatus.AWAITING_PAYMENT, ChargeStatus.OPEN)

    def after():
        later(minutes=6)
        return paid_once(), one(Order).status, books()

    whole = {("gateway", "gateway"): TOTAL, ("buyers", "order"): -TOTAL}
    assert within(url, folder, name, standin, after) == (True, OrderStatus.PAID, whole)


@forks
def test_a_worker_killed_after_a_refund_gives_back_no_second_time(url, tmp_path, name, standin):
    folder = str(tmp_path)

    def begin() -> int:
        look(open_and_pay(name, standin))
        cancel(one(Order).id)
        refund_id = one(Refund).id
        with transaction() as session:
            give_back.send_refund(session, refund_id, actor=SYSTEM)
        return refund_id

    refund_id = within(url, folder, name, standin, begin)

    def send() -> None:
        jobs.send_refund({"refund_id": refund_id})

    killed = dies_after(give_back, "note_refund")(send)
    assert children(url, folder, name, standin, killed, 1) == [-signal.SIGKILL]

    def after():
        later(minutes=20)
        given = len(adapters.gateways()[name].ask(charges_known(one(GatewayCharge).id)).refunds)
        return one(Refund).status, given, books()

    assert within(url, folder, name, standin, after) == (RefundStatus.DONE, 1, {})
