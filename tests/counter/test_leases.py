"""Leases: what a till may sell without a connection, booked exactly once, and never more than was there."""

from datetime import UTC, datetime, timedelta

import pytest

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.counter import queries, services
from gallery.counter.errors import OfflineSaleError, ShiftClosedError
from gallery.counter.models import CounterSale, Lease, Shift, UnbookedSale
from gallery.counter.services import OfflineLine, OfflineSale, Payment, Policy
from gallery.counter.states import SaleOrigin
from gallery.inventory import services as inventory
from gallery.inventory.models import StockItem, StockMovement
from gallery.inventory.queries import audit_stock, available
from gallery.inventory.services import Wanted
from gallery.inventory.states import LotBlock
from tests.factories.counter import ACTOR, enter, make_desk, on_shelf, pay
from tests.factories.inventory import make_stock, stock

POLICY = Policy(pieces=3, percent=50)


@pytest.fixture
def desk(app):
    return make_desk()


def in_days(number):
    return clock.today() + timedelta(days=number)


def top_up(desk, *goods, policy=POLICY):
    with transaction() as session:
        services.top_up_lease(session, desk.shift_id, [one.variant_id for one in goods], policy)


def sale(key, *lines, paid=None, at=None):
    total = sum(pieces * price for _item, pieces, price in lines)
    return OfflineSale(
        key,
        at or clock.now(),
        [OfflineLine(*line) for line in lines],
        Payment(),
        total if paid is None else paid,
        {"lines": [list(line) for line in lines]},
    )


def book(desk, given):
    with transaction() as session:
        booked, is_new = services.book_offline_sale(session, desk.shift_id, given, actor=ACTOR)
        return booked.number, is_new


def close(desk, counted=100_000, note="uji"):
    with transaction() as session:
        services.close_shift(session, desk.shift_id, counted_idr=counted, note=note, actor=ACTOR)


@pytest.mark.parametrize(("pieces", "leased"), [(1, 0), (2, 1), (5, 2), (6, 3), (40, 3)])
def test_a_lease_is_half_of_the_free_pieces_and_at_most_three(desk, pieces, leased):
    goods, item = on_shelf(desk, pieces=pieces)
    for _ in range(2):  # asked again it does not grow
        top_up(desk, goods)
    assert stock(item) == (pieces, leased)


def test_what_expires_first_is_leased_first_and_the_till_is_told(desk):
    goods, later = on_shelf(desk, pieces=6, expires_on=in_days(190))
    soon = make_stock(goods.variant_id, desk.place_id, 2, expires_on=in_days(40))
    top_up(desk, goods)
    assert (stock(soon), stock(later)) == ((2, 2), (6, 1))
    lease = queries.lease_of(db.session(), desk.shift_id)
    (told,) = queries.leased_articles(db.session(), desk.place_id, lease)
    assert [(lot.stock_item_id, lot.pieces) for lot in told.leased] == [(soon, 2), (later, 1)]
    assert (told.name, told.price_idr) == ("Lada Putih", 45_000)


def test_an_offline_sale_is_booked_once_at_its_own_time_out_of_the_lease(desk):
    goods, item = on_shelf(desk, pieces=6)
    top_up(desk, goods)
    at = clock.now() - timedelta(seconds=1)
    with transaction() as session:
        session.get(Shift, desk.shift_id).opened_at = at - timedelta(hours=1)
    given = sale("a" * 12, (item, 2, 45_000), at=at)
    number, is_new = book(desk, given)
    assert is_new
    assert book(desk, given) == (number, False)
    assert stock(item) == (4, 1)
    row = db.session.query(CounterSale).one()
    assert (row.origin, row.total_idr, row.happened_at) == (SaleOrigin.OFFLINE, 90_000, at)
    movement = db.session.query(StockMovement).filter(StockMovement.pieces < 0).one()
    assert (movement.document, movement.happened_at) == (f"sale:{row.public_id}", at)
    assert audit_stock(db.session()) == []


def test_the_till_sells_its_own_lease_when_nothing_else_is_free(desk):
    goods, item = on_shelf(desk, pieces=6)
    top_up(desk, goods)
    with transaction() as session:
        inventory.reserve(session, "order:x", [Wanted(goods.variant_id, desk.place_id, 3)], expires_at=None)
    assert available(db.session(), [goods.variant_id]) == {}
    from gallery.inventory.codes import variant_code

    enter(desk, f"2*{variant_code(goods.variant_id)}")
    pay(desk)
    assert stock(item) == (4, 4)
    assert audit_stock(db.session()) == []


def test_a_lease_drawn_meanwhile_is_made_up_from_free_pieces_and_else_refused(desk):
    goods, item = on_shelf(desk, pieces=2)
    top_up(desk, goods)  # one piece
    assert book(desk, sale("a" * 12, (item, 2, 45_000)))[1]
    with pytest.raises(OfflineSaleError, match="short"):
        book(desk, sale("b" * 12, (item, 1, 45_000)))
    assert stock(item) == (0, 0)
    assert db.session.query(CounterSale).count() == 1
    assert audit_stock(db.session()) == []


def test_pieces_of_a_web_order_are_never_given_to_an_offline_sale(desk):
    goods, item = on_shelf(desk, pieces=2)
    top_up(desk, goods)
    with transaction() as session:
        inventory.reserve(session, "order:x", [Wanted(goods.variant_id, desk.place_id, 1)], expires_at=None)
    with pytest.raises(OfflineSaleError, match="short"):
        book(desk, sale("a" * 12, (item, 2, 45_000)))
    assert stock(item) == (2, 2)


def test_a_lot_recalled_after_the_sale_is_booked_all_the_same(desk):
    goods, item = on_shelf(desk, pieces=6, expires_on=in_days(40))
    make_stock(goods.variant_id, desk.place_id, 4, expires_on=in_days(190))
    top_up(desk, goods)
    with transaction() as session:
        lot_id = session.get(StockItem, item).lot_id
        inventory.block_lot(session, lot_id, reason=LotBlock.RECALLED, note="uji", actor=ACTOR)
    assert stock(item) == (6, 0)  # the holds went to the other lot
    assert book(desk, sale("a" * 12, (item, 2, 45_000)))[1]
    assert stock(item) == (4, 0)
    assert audit_stock(db.session()) == []


@pytest.mark.parametrize(
    ("line", "paid", "why"),
    [
        ((0, 1, 45_000), None, "bad_lines"),
        ((None, 0, 45_000), None, "bad_lines"),
        ((None, 1000, 45_000), None, "bad_lines"),
        ((None, 1, 44_000), None, "price"),
        ((None, 1, 45_000), 44_000, "tenders"),
    ],
)
def test_a_sale_that_can_not_be_is_refused_and_changes_nothing(desk, line, paid, why):
    goods, item = on_shelf(desk)
    top_up(desk, goods)
    given = sale("a" * 12, (item if line[0] is None else line[0], *line[1:]), paid=paid)
    with pytest.raises(OfflineSaleError, match=why):
        book(desk, given)
    assert stock(item) == (10, 3)
    assert db.session.query(CounterSale).count() == 0


def test_the_price_the_till_was_told_holds_for_its_shift(desk):
    from gallery.catalog.models import PriceChange, Variant

    goods, item = on_shelf(desk)
    top_up(desk, goods)
    with transaction() as session:
        session.get(Variant, goods.variant_id).price_idr = 50_000
        session.add(PriceChange(variant_id=goods.variant_id, old_price_idr=45_000, new_price_idr=50_000))
    assert book(desk, sale("a" * 12, (item, 1, 45_000)))[1]


def test_closing_gives_the_lease_back_and_ends_it(desk):
    goods, item = on_shelf(desk)
    top_up(desk, goods)
    close(desk)
    assert stock(item) == (10, 0)
    assert db.session.query(Lease).one().status.value == "ended"
    with pytest.raises(ShiftClosedError):
        book(desk, sale("a" * 12, (item, 1, 45_000)))
    with pytest.raises(ShiftClosedError):
        top_up(desk, goods)
    assert stock(item) == (10, 0)


def test_a_refused_sale_stays_in_sight_until_it_is_booked(desk):
    goods, item = on_shelf(desk, pieces=1)
    top_up(desk, goods)
    given = sale("a" * 12, (item, 2, 45_000), at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    for _ in range(2):
        with transaction() as session:
            services.note_unbooked(session, desk.shift_id, given, "short")
    assert [row.total_idr for row in queries.unbooked_sales(db.session(), desk.shift_id)] == [90_000]
    make_stock(goods.variant_id, desk.place_id, 1)
    assert book(desk, given)[1]
    assert queries.unbooked_sales(db.session(), desk.shift_id) == []
    assert db.session.query(UnbookedSale).one().settled_at is not None
