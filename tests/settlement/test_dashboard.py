"""Figures of the money: they are the journal's and the owners' own sums, and in less out is what the purses grew by."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import EVERYTHING, Scope
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.counter import services as counter
from gallery.counter.services import Back
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.registry.models import Business
from gallery.settlement.models import JournalEntry, JournalLine, OwnerShare
from gallery.settlement.queries import balances, dashboard
from gallery.settlement.queries.dashboard import PURSES, MoneyFlow
from gallery.settlement.queries.dues import dues_of, oldest_paid_first
from gallery.settlement.queries.journal import account_sums
from gallery.settlement.states import Account, Channel, ShareKind
from tests.factories.counter import ACTOR, make_desk, make_sale, on_shelf
from tests.factories.inventory import BELITUNG, make_gallery_place
from tests.factories.settlement import post
from tests.settlement.histories import live


@pytest.fixture
def lived(app):
    """Thirty random histories of both channels, posted to their end."""
    _world, wrong = live(7, 30)
    assert wrong == []
    db.session.rollback()
    return db.session()


def test_in_less_out_is_what_the_purses_hold(lived):
    first, last = lived.execute(select(func.min(JournalEntry.happened_at), func.max(JournalEntry.happened_at))).one()
    first, last = (at.astimezone(clock.LOCAL_ZONE).date() for at in (first, last))
    now, before = dashboard.money_of(lived, EVERYTHING, first, last)
    assert before.in_idr == before.out_idr == 0
    purses = dashboard.purses_of(lived, EVERYTHING)
    sums = account_sums(lived)
    held = sum(sums.get(account, 0) for account in PURSES)
    assert now.in_idr > 0 < now.out_idr
    assert now.in_idr - now.out_idr == held == sum(one.amount_idr for one in purses)
    assert sum(row.in_idr - row.out_idr for row in now.flows()) == held
    assert now.commission_idr == -sums[Account.COMMISSION]
    margin = -sums.get(Account.SHIPPING, 0) - sums.get(Account.SHIPPING_COST, 0)
    assert now.shipping_margin_idr == margin
    assert dashboard.held_for_buyers(lived, EVERYTHING) == (
        -sums.get(Account.BUYERS, 0),
        -sums.get(Account.REFUNDS, 0),
    )
    received = now.received()
    paid = lived.scalar(
        select(func.sum(JournalLine.amount_idr))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalEntry.kind.in_(["payment", "charge_extra", "counter_sale"]), JournalLine.account.in_(PURSES))
    )
    assert sum(received.values()) == int(paid)


def test_days_split_the_same_sums(lived):
    first, last = lived.execute(select(func.min(JournalEntry.happened_at), func.max(JournalEntry.happened_at))).one()
    first, last = (at.astimezone(clock.LOCAL_ZONE).date() for at in (first, last))
    whole, _ = dashboard.money_of(lived, EVERYTHING, first, last)
    days = [dashboard.money_of(lived, EVERYTHING, day, day)[0] for day in whole.days]
    assert sum(day.in_idr for day in days) == whole.in_idr
    assert sum(day.out_idr for day in days) == whole.out_idr
    later, earlier = dashboard.money_of(lived, EVERYTHING, last, last)
    assert earlier.first == earlier.last == last - timedelta(days=1)
    assert later.in_idr == whole.days[last].in_idr


def test_what_is_owed_is_the_list_of_owners_and_the_journal(lived):
    today = clock.today() + timedelta(days=1)
    dues = dues_of(lived, EVERYTHING, today)
    listed = balances(lived, EVERYTHING, today, limit=10_000).rows
    assert dues.payable_idr == sum(row.payable_idr for row in listed)
    assert dues.not_yet_due_idr == sum(row.not_yet_due_idr for row in listed)
    assert dues.under_way_idr == sum(row.under_way_idr for row in listed)
    assert dues.owed_idr == -account_sums(lived).get(Account.OWNERS, 0)
    assert dues.claims_idr == sum(-row.payable_idr for row in listed if row.payable_idr < 0)
    assert min(dues.ages) >= 0


def test_sales_are_the_shares_that_were_sold_less_those_that_came_back(lived):
    last = clock.today()
    rows = dashboard.sales_of(lived, EVERYTHING, last - timedelta(days=700), last)
    for channel in (Channel.COUNTER, Channel.ONLINE):
        kinds = OwnerShare.kind != ShareKind.LOST
        wanted = lived.scalar(select(func.sum(OwnerShare.gross_idr)).where(OwnerShare.channel == channel, kinds))
        assert sum(row.gross_idr for row in rows if row.channel is channel) == int(wanted or 0)


@pytest.mark.parametrize(
    ("due", "paid", "left", "claim"),
    [
        ([10, 20, 30, 40], 0, [10, 20, 30, 40], 0),
        ([10, 20, 30, 40], 50, [10, 20, 20, 0], 0),
        ([10, 20, 30, 40], 100, [0, 0, 0, 0], 0),
        ([10, 20, 30, 40], 130, [0, 0, 0, 0], 30),
        ([-15, 20, 0, 40], 40, [0, 5, 0, 0], 0),
        ([-15, 0, 0, 40], 40, [0, 0, 0, 0], 15),
        ([10, 0, -25, 20], 0, [5, 0, 0, 0], 0),
        ([0, 0, 0, 0], 0, [0, 0, 0, 0], 0),
    ],
)
def test_transfers_pay_the_oldest_shares_first(due, paid, left, claim):
    assert oldest_paid_first(due, paid) == (left, claim)
    assert sum(left) - claim == sum(due) - paid


@pytest.mark.parametrize(("days", "place"), [(0, 0), (7, 0), (8, 1), (14, 1), (15, 2), (30, 2), (31, 3), (400, 3)])
def test_a_share_has_the_age_of_its_due_day(app, days, place):
    desk = make_desk()
    goods, _ = on_shelf(desk)
    make_sale(desk, (goods, 1))
    post()
    due_on = db.session.query(OwnerShare.due_on).scalar()
    dues = dues_of(db.session(), EVERYTHING, due_on + timedelta(days=days))
    assert [bool(amount) for amount in dues.ages] == [number == place for number in range(4)]
    early = dues_of(db.session(), EVERYTHING, due_on - timedelta(days=1))
    assert (sum(early.ages), early.not_yet_due_idr) == (0, sum(dues.ages))


def test_a_gallery_sees_its_own_drawers_and_a_district_its_own_goods(app):
    desk, other = make_desk(), make_desk(make_gallery_place(BELITUNG), opening_cash_idr=50_000)
    for where, name, pieces in ((desk, "Lada", 2), (other, "Madu", 5)):
        goods, _ = on_shelf(where, name, price_idr=10_000)
        make_sale(where, (goods, pieces))
    post()
    here, today = Scope(galleries=frozenset({desk.gallery_id})), clock.today()
    now, _ = dashboard.money_of(db.session(), here, today, today)
    assert (now.in_idr, now.out_idr) == (20_000, 0)
    assert now.received() == {(MoneyFlow.COUNTER, Account.CASH): 20_000}
    drawers = {(one.account, one.amount_idr) for one in dashboard.purses_of(db.session(), here)}
    assert drawers == {(Account.CASH, 120_000), (Account.SAFE, -100_000)}
    assert [row.gross_idr for row in dashboard.sales_of(db.session(), here, today, today)] == [20_000]
    district = db.session.query(Business.district_code).order_by(Business.id).first()[0]
    there = Scope(districts=frozenset({district}))
    wanted = (
        db.session.query(func.sum(OwnerShare.gross_idr))
        .join(Business, Business.id == OwnerShare.business_id)
        .filter(Business.district_code == district)
        .scalar()
    )
    assert sum(row.gross_idr for row in dashboard.sales_of(db.session(), there, today, today)) == int(wanted)


def test_money_that_only_changes_its_place_is_neither_in_nor_out(app):
    desk = make_desk(opening_cash_idr=100_000)
    goods, _ = on_shelf(desk, price_idr=10_000)
    sale = make_sale(desk, (goods, 3))
    with transaction() as session:
        counter.return_sale(
            session, sale.id, desk.shift_id, {sale.lines[0].id: Back(1)}, reason=ReturnReason.QUALITY, note="",
            refund_method=RefundMethod.CASH, request_key="r", actor=ACTOR,
        )  # fmt: skip
    with transaction() as session:
        counter.close_shift(session, desk.shift_id, counted_idr=119_500, note="kurang", actor=ACTOR)
    post()
    today = clock.today()
    now, _ = dashboard.money_of(db.session(), EVERYTHING, today, today)
    flows = {row.flow: (row.in_idr, row.out_idr) for row in now.flows()}
    assert flows == {
        MoneyFlow.COUNTER: (30_000, 0),
        MoneyFlow.REFUNDS: (0, 10_000),
        MoneyFlow.CASH_DIFFERENCE: (0, 500),
    }
