"""Owners are paid once, by two people above the limit, and what the bank sends back is due again."""

import threading
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from gallery.accounts.permissions import EVERYTHING, Actor
from gallery.consignment.states import PaymentPeriod
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.states import Decision
from gallery.counter import services as counter
from gallery.counter.services import Back
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.payments.models import BankAccount
from gallery.settlement import services
from gallery.settlement.errors import FileTakenError, NothingDueError, PayoutChangedError, SecondPersonError
from gallery.settlement.models import Payout, PayoutItem
from gallery.settlement.queries import balance_of, balances, statement
from gallery.settlement.queries.balances import Owed, period_start
from gallery.settlement.states import PayoutItemStatus, PayoutStatus
from tests.factories.accounts import make_user
from tests.factories.checkout import make_bank_account
from tests.factories.counter import make_desk, make_sale, on_shelf
from tests.factories.goods_out import make_consigned
from tests.factories.settlement import findings, give_account, post, sums

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
LIMIT = 100_000
STAFF = Actor.system()


@pytest.fixture(autouse=True)
def now(monkeypatch):
    moment = {"now": NOW}
    monkeypatch.setattr(clock, "_moment", SimpleNamespace(get=lambda: moment["now"]))  # columns ask it, too
    return moment


@pytest.fixture
def sold(now):
    """The owner of pieces that were sold for 135,000 rupiah three days ago."""
    desk = make_desk()
    goods, _ = on_shelf(desk, price_idr=45_000)
    make_sale(desk, (goods, 3))
    give_account(goods.business_id)
    make_bank_account()
    post()
    now["now"] = LATER
    return goods.business_id


def run(service, *args, **kwargs):
    with transaction() as session:
        return service(session, *args, **kwargs)


def prepared(business_id, key="p1", actor=STAFF):
    account_id = db.session.query(BankAccount.id).scalar()
    db.session.rollback()
    given = {"bank_account_id": account_id, "request_key": key, "day": clock.today(), "actor": actor}
    return run(services.create_payout, [business_id], **given)


def approved(payout, actor=STAFF):
    return run(services.approve_payout, payout.id, limit_idr=LIMIT, day=clock.today(), actor=actor)


def balance(business_id):
    db.session.rollback()
    return balance_of(db.session(), business_id, clock.today())


def the_item():
    db.session.rollback()
    return db.session.query(PayoutItem).populate_existing().order_by(PayoutItem.id.desc()).first()


def test_a_share_is_due_when_the_time_to_bring_it_back_is_over(sold, now):
    now["now"] = NOW
    assert (balance(sold).payable_idr, balance(sold).not_yet_due_idr) == (0, 135_000)
    with pytest.raises(NothingDueError):
        prepared(sold)
    now["now"] = LATER
    assert (balance(sold).payable_idr, balance(sold).not_yet_due_idr) == (135_000, 0)


def test_what_comes_back_before_it_was_due_is_no_debt_of_the_owner(now):
    desk = make_desk(opening_cash_idr=200_000)
    goods, _ = on_shelf(desk, price_idr=45_000)
    sale = make_sale(desk, (goods, 3))
    given = {"reason": ReturnReason.QUALITY, "note": "", "refund_method": RefundMethod.CASH, "request_key": "b1"}
    run(counter.return_sale, sale.id, desk.shift_id, {sale.lines[0].id: Back(1)}, **given, actor=STAFF)
    post()
    assert (balance(goods.business_id).payable_idr, balance(goods.business_id).not_yet_due_idr) == (0, 90_000)
    now["now"] = LATER
    assert balance(goods.business_id).payable_idr == 90_000
    given["request_key"] = "b2"
    run(counter.return_sale, sale.id, desk.shift_id, {sale.lines[0].id: Back(1)}, **given, actor=STAFF)
    post()
    assert balance(goods.business_id).payable_idr == 45_000  # this one counts at once
    assert findings() == []


def test_a_payout_pays_once_and_the_statement_says_so(sold):
    payout = prepared(sold)
    assert prepared(sold).id == payout.id
    with pytest.raises(NothingDueError):
        prepared(sold, "p2")  # it is on its way already
    assert balance(sold).under_way_idr == 135_000
    assert approved(payout) is Decision.APPLY
    assert approved(payout) is Decision.STALE
    given = {"reference": "TRX1", "actor": STAFF}
    assert run(services.mark_paid, payout.id, [the_item().id], **given) is Decision.APPLY
    assert run(services.mark_paid, payout.id, [the_item().id], **given) is Decision.STALE
    post()
    assert db.session.query(Payout.status).scalar() is PayoutStatus.DONE
    assert balance(sold).owed_idr == 0
    printed = statement(db.session(), sold, NOW.date(), LATER.date())
    assert (printed.share_idr, printed.paid_idr, printed.closing_idr) == (135_000, 135_000, 0)
    assert ("owners", "business") not in sums()
    assert findings() == []


def test_what_the_bank_sends_back_is_due_again(sold):
    payout = prepared(sold)
    approved(payout)
    run(services.mark_paid, payout.id, [the_item().id], reference="TRX1", actor=STAFF)
    post()
    run(services.mark_failed, payout.id, [the_item().id], note="rekening tutup", actor=STAFF)
    post()
    assert balance(sold).payable_idr == 135_000
    printed = statement(db.session(), sold, NOW.date(), LATER.date())
    assert (printed.paid_idr, printed.closing_idr) == (0, 135_000)
    assert findings() == []
    again = prepared(sold, "p2")
    assert again.id != payout.id


def test_above_the_limit_another_person_approves(sold):
    first, second = (Actor(user_id=make_user(email=f"{name}@example.org").id) for name in ("ani", "budi"))
    payout = prepared(sold, actor=first)
    with pytest.raises(SecondPersonError):
        approved(payout, first)
    assert approved(payout, second) is Decision.APPLY


def test_a_cancelled_payout_leaves_everything_due(sold):
    payout = prepared(sold)
    run(services.cancel_payout, payout.id, note="salah rekening", actor=STAFF)
    assert balance(sold).payable_idr == 135_000
    with pytest.raises(PayoutChangedError):
        run(services.mark_paid, payout.id, [the_item().id], reference="", actor=STAFF)
    assert the_item().status is PayoutItemStatus.CANCELLED


def test_after_the_bank_file_was_taken_somebody_says_that_the_bank_does_nothing(sold):
    payout = prepared(sold)
    with pytest.raises(PayoutChangedError):
        run(services.take_bank_file, payout.id, form="umum", actor=STAFF)  # not approved yet
    approved(payout)
    assert run(services.take_bank_file, payout.id, form="umum", actor=STAFF).file_taken_at == LATER
    with pytest.raises(FileTakenError):
        run(services.cancel_payout, payout.id, note="salah rekening", actor=STAFF)
    assert balance(sold).under_way_idr == 135_000
    given = {"note": "salah rekening", "is_off_at_bank": True, "actor": STAFF}
    assert run(services.cancel_payout, payout.id, **given) is Decision.APPLY
    assert balance(sold).payable_idr == 135_000
    facts = db.session.query(AuditEntry.facts).filter_by(action="payout.cancelled").scalar()
    assert facts == {"is_off_at_bank": True}
    with pytest.raises(PayoutChangedError):
        run(services.take_bank_file, payout.id, form="umum", actor=STAFF)


@pytest.mark.processes
def test_two_officers_who_prepare_at_once_pay_once(app, sold):
    account_id = db.session.query(BankAccount.id).scalar()
    db.session.remove()
    ready, made = threading.Barrier(2), []

    def officer(key):
        with app.app_context():
            ready.wait()
            try:
                given = {"bank_account_id": account_id, "request_key": key, "day": clock.today(), "actor": STAFF}
                made.append(run(services.create_payout, [sold], **given).id)
            except NothingDueError:
                made.append(None)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=officer, args=(key,)) for key in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made, key=str) == [db.session.query(Payout.id).scalar(), None]


def test_the_list_of_owners_asks_once_for_all_of_them(sold, count_queries):
    with count_queries() as asked:
        page = balances(db.session(), EVERYTHING, clock.today(), which=Owed.PAYABLE)
    assert [row.payable_idr for row in page.rows] == [135_000]
    assert asked.count == 2


@pytest.mark.parametrize(
    ("period", "day", "start"),
    [
        (PaymentPeriod.WEEKLY, date(2026, 11, 29), date(2026, 11, 23)),
        (PaymentPeriod.WEEKLY, date(2026, 11, 30), date(2026, 11, 30)),
        (PaymentPeriod.TWICE_MONTHLY, date(2026, 11, 14), date(2026, 11, 1)),
        (PaymentPeriod.TWICE_MONTHLY, date(2026, 11, 15), date(2026, 11, 15)),
        (PaymentPeriod.MONTHLY, date(2026, 11, 30), date(2026, 11, 1)),
    ],
)
def test_a_payment_period_begins_on_the_day_that_terms_name(period, day, start):
    assert period_start(period, day) == start


@pytest.mark.parametrize(
    ("period", "last", "first"),
    [
        (PaymentPeriod.WEEKLY, date(2026, 11, 29), date(2026, 11, 30)),
        (PaymentPeriod.TWICE_MONTHLY, date(2026, 11, 30), date(2026, 12, 1)),
        (PaymentPeriod.MONTHLY, date(2026, 11, 30), date(2026, 12, 1)),
        (None, date(2026, 11, 30), date(2026, 12, 1)),
    ],
)
def test_an_owner_is_listed_when_the_period_of_its_terms_is_over(now, count_queries, period, last, first):
    desk = make_desk()
    goods, _ = on_shelf(desk, price_idr=45_000)
    if period is not None:
        make_consigned(goods, desk.place_id, payment_period=period)
    make_sale(desk, (goods, 3))  # due on 26 November, a Thursday
    give_account(goods.business_id)
    make_bank_account()
    post()

    def listed(day):
        with count_queries() as asked:
            page = balances(db.session(), EVERYTHING, day, which=Owed.PERIOD)
        assert asked.count == 2
        return [(row.business_id, row.payment_period) for row in page.rows]

    assert (listed(last), listed(first)) == ([], [(goods.business_id, period or PaymentPeriod.MONTHLY)])
    now["now"] = NOW + timedelta(days=10)
    prepared(goods.business_id)
    assert listed(first) == []  # it is on its way
