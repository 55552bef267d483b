"""Counting while the gallery is open, recounts, and the approval that makes the books what was counted."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.errors import InvalidTransitionError, NotFoundError
from gallery.inventory import services as inventory
from gallery.inventory.models import Lot, Paper, StockItem, StockMovement
from gallery.inventory.queries import audit_stock, broken_links
from gallery.inventory.services import Pick, Wanted
from gallery.inventory.states import MovementReason
from gallery.stocktake import queries, services
from gallery.stocktake.errors import (
    FoundIsKnownError,
    NothingToCountError,
    OutOfScopeError,
    OwnCountError,
    ReasonNotAllowedError,
    SecondPersonError,
    StocktakeClosedError,
    UnsettledLinesError,
)
from gallery.stocktake.models import Stocktake, StocktakeCount, StocktakeFound
from gallery.stocktake.states import StocktakeStatus, Trouble
from tests.factories.inventory import make_gallery_place, make_goods, make_stock, stock
from tests.factories.stocktake import count_of, lines_of, make_shelf, make_stocktake

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _time(monkeypatch):
    """Each question for the time is a second later: nothing happens at the same moment."""
    start, asked = clock.now(), iter(range(1_000_000))
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=next(asked)))


def write(service, *args, **kwargs):
    with transaction() as session:
        return service(session, *args, **kwargs)


def sell(shelf, number, pieces):
    with transaction() as session:
        picks = [Pick(shelf.goods[number].variant_id, pieces)]
        inventory.sell(session, shelf.place_id, picks, document=f"sale:{clock.now()}", actor=shelf.opener)


def explain(shelf, stocktake_id, item_id, reason=MovementReason.LOST, **given):
    line_id = lines_of(stocktake_id)[item_id].id
    write(services.explain_line, stocktake_id, line_id, reason=reason, actor=shelf.approver, **given)


def approve(stocktake_id, actor, *, tills_connected=False):
    write(services.approve_stocktake, stocktake_id, tills_connected=tills_connected, actor=actor)


def trouble(stocktake_id):
    """Troubles by stock item."""
    db.session.rollback()
    found = queries.figures(db.session(), db.session.get(Stocktake, stocktake_id))
    return {figure.line.stock_item_id: figure.trouble for figure in found}


def close(shelf, stocktake_id):
    write(services.close_count, stocktake_id, actor=shelf.counter)


def test_the_books_of_the_moment_are_kept(app):
    shelf = make_shelf(10, 4)
    other = make_stock(make_goods().variant_id, make_gallery_place().id, 7)
    stocktake_id = make_stocktake(shelf)
    sell(shelf, 0, 3)
    lines = lines_of(stocktake_id)
    assert {key: line.book_pieces for key, line in lines.items()} == {shelf.items[0]: 10, shelf.items[1]: 4}
    assert other not in lines
    assert lines[shelf.items[0]].price_idr == 45_000


def test_a_shelf_or_an_owner_is_counted_alone(app):
    shelf = make_shelf(10, 4)
    with transaction() as session:
        session.get_one(StockItem, shelf.items[0]).shelf = "A2"
    by_shelf = make_stocktake(shelf, shelf="a2")
    assert list(lines_of(by_shelf)) == [shelf.items[0]]
    by_owner = make_stocktake(shelf, business_id=shelf.goods[1].business_id)
    assert list(lines_of(by_owner)) == [shelf.items[1]]
    for stocktake_id, item_id in ((by_shelf, shelf.items[1]), (by_owner, shelf.items[0])):
        with pytest.raises(OutOfScopeError):
            count_of(stocktake_id, item_id, 1, shelf.counter)
    with pytest.raises(NothingToCountError):
        make_stocktake(shelf, shelf="Z9")
    assert db.session.query(Stocktake).count() == 2


def test_a_scan_counts_once_and_counters_add_up(app):
    shelf = make_shelf(10)
    stocktake_id = make_stocktake(shelf)
    for _ in range(3):
        count_of(stocktake_id, shelf.items[0], 1, shelf.counter, "same-key")
    count_of(stocktake_id, shelf.items[0], 6, shelf.second)
    found = queries.figures(db.session(), db.session.get(Stocktake, stocktake_id))
    assert [(figure.counted, figure.expected, figure.delta) for figure in found] == [(7, 10, -3)]
    assert found[0].value_idr == -135_000


def test_a_counter_takes_back_own_pieces_only(app):
    shelf = make_shelf(10)
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 5, shelf.second)
    count_of(stocktake_id, shelf.items[0], 2, shelf.counter)
    with pytest.raises(OwnCountError):
        count_of(stocktake_id, shelf.items[0], -3, shelf.counter)
    count_of(stocktake_id, shelf.items[0], -2, shelf.counter)
    assert db.session.scalar(select(func.sum(StocktakeCount.pieces))) == 5


def test_sales_during_the_count_do_not_make_a_difference(app):
    shelf = make_shelf(10)
    stocktake_id = make_stocktake(shelf)
    sell(shelf, 0, 3)
    count_of(stocktake_id, shelf.items[0], 7, shelf.counter)
    sell(shelf, 0, 2)
    close(shelf, stocktake_id)
    approve(stocktake_id, shelf.approver)
    assert stock(shelf.items[0])[0] == 5
    line = lines_of(stocktake_id)[shelf.items[0]]
    assert (line.book_pieces, line.expected_pieces, line.counted_pieces) == (10, 7, 7)


def test_a_shortage_is_booked_on_top_of_what_moved_since(app):
    shelf = make_shelf(10, 5)
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 8, shelf.counter)
    count_of(stocktake_id, shelf.items[1], 6, shelf.counter)
    sell(shelf, 0, 3)
    close(shelf, stocktake_id)
    assert trouble(stocktake_id) == {shelf.items[0]: Trouble.NO_REASON, shelf.items[1]: None}
    with pytest.raises(UnsettledLinesError):
        approve(stocktake_id, shelf.approver)
    assert stock(shelf.items[0])[0] == 7
    explain(shelf, stocktake_id, shelf.items[0], note="Rak jatuh")
    approve(stocktake_id, shelf.approver)
    assert (stock(shelf.items[0])[0], stock(shelf.items[1])[0]) == (5, 6)
    public_id = db.session.get(Stocktake, stocktake_id).public_id
    booked = select(StockMovement.pieces, StockMovement.reason, StockMovement.note)
    booked = booked.where(StockMovement.document == f"stocktake:{public_id}").order_by(StockMovement.id)
    assert [tuple(row) for row in db.session.execute(booked)] == [
        (-2, MovementReason.LOST, "Rak jatuh"),
        (1, MovementReason.COUNT_CORRECTION, ""),
    ]
    assert audit_stock(db.session()) == []
    assert broken_links(db.session()) == []


def test_what_was_approved_is_not_booked_twice(app):
    shelf = make_shelf(10)
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 12, shelf.counter)
    close(shelf, stocktake_id)
    approve(stocktake_id, shelf.approver)
    approve(stocktake_id, shelf.approver)
    assert db.session.query(StockMovement).filter(StockMovement.document.startswith("stocktake:")).count() == 1
    assert stock(shelf.items[0])[0] == 12
    paper = db.session.query(Paper).one()
    assert paper.number == db.session.get(Stocktake, stocktake_id).number
    assert paper.number.startswith("BASO-")
    assert paper.summary == {"lines": 1, "pieces": 2}


def test_whoever_opened_or_counted_does_not_approve(app):
    shelf = make_shelf(10)
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 12, shelf.counter)
    close(shelf, stocktake_id)
    for actor in (shelf.opener, shelf.counter, Actor.system()):
        with pytest.raises(SecondPersonError):
            approve(stocktake_id, actor)
    assert stock(shelf.items[0])[0] == 10
    approve(stocktake_id, shelf.second)


def test_pieces_that_move_between_two_scans_ask_for_a_recount(app):
    shelf = make_shelf(10)
    item = shelf.items[0]
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, item, 4, shelf.counter)
    sell(shelf, 0, 1)
    count_of(stocktake_id, item, 5, shelf.second)
    close(shelf, stocktake_id)
    assert trouble(stocktake_id) == {item: Trouble.MOVED_WHILE_COUNTED}
    line_id = lines_of(stocktake_id)[item].id
    write(services.recount_lines, stocktake_id, [line_id], actor=shelf.approver)
    assert trouble(stocktake_id) == {item: Trouble.UNCOUNTED}
    count_of(stocktake_id, item, 9, shelf.second)
    close(shelf, stocktake_id)
    approve(stocktake_id, shelf.approver)
    assert stock(item)[0] == 9
    assert lines_of(stocktake_id)[item].counted_pieces == 9


def test_a_scan_that_waited_on_the_phone_belongs_to_its_own_time(app):
    shelf = make_shelf(10)
    item = shelf.items[0]
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, item, 10, shelf.counter)
    line_id = lines_of(stocktake_id)[item].id
    write(services.recount_lines, stocktake_id, [line_id], actor=shelf.approver)
    count_of(stocktake_id, item, 3, shelf.counter, delay=timedelta(hours=1))  # seen before the recount began
    count_of(stocktake_id, item, 9, shelf.counter)
    found = queries.figures(db.session(), db.session.get(Stocktake, stocktake_id))
    assert [figure.counted for figure in found] == [9]


def test_a_sale_that_a_till_sends_late_counts_when_it_happened(app):
    shelf = make_shelf(10)
    item = shelf.items[0]
    with transaction() as session:
        inventory.reserve_items(session, "lease:1", {item: 5}, expires_at=None)
    stocktake_id = make_stocktake(shelf)
    sold_at = clock.now()
    count_of(stocktake_id, item, 8, shelf.counter)  # two were sold without a connection
    close(shelf, stocktake_id)
    explain(shelf, stocktake_id, item)
    assert trouble(stocktake_id) == {item: Trouble.TILL_OPEN}
    with pytest.raises(UnsettledLinesError):
        approve(stocktake_id, shelf.approver)
    with transaction() as session:
        inventory.sell_held(session, "lease:1", {item: 2}, document="sale:x", happened_at=sold_at, actor=shelf.opener)
    approve(stocktake_id, shelf.approver, tills_connected=True)
    assert stock(item) == (8, 3)


def test_a_correction_by_hand_after_the_count_is_not_booked_again(app):
    shelf = make_shelf(10)
    item = shelf.items[0]
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, item, 8, shelf.counter)
    write(inventory.adjust, item, -2, reason=MovementReason.LOST, actor=shelf.opener)
    close(shelf, stocktake_id)
    explain(shelf, stocktake_id, item)
    assert trouble(stocktake_id) == {item: Trouble.CORRECTED_SINCE}
    explain(shelf, stocktake_id, item, deferred=True)
    approve(stocktake_id, shelf.approver)
    assert stock(item)[0] == 8


def test_two_stocktakes_of_the_same_goods_do_not_correct_twice(app):
    shelf = make_shelf(10)
    item = shelf.items[0]
    first, second = make_stocktake(shelf), make_stocktake(shelf)
    for stocktake_id in (first, second):
        count_of(stocktake_id, item, 12, shelf.counter)
        close(shelf, stocktake_id)
    approve(first, shelf.approver)
    assert trouble(second) == {item: Trouble.CORRECTED_SINCE}
    with pytest.raises(UnsettledLinesError):
        approve(second, shelf.approver)
    assert stock(item)[0] == 12


def test_never_below_what_buyers_have_reserved(app):
    shelf = make_shelf(10)
    item = shelf.items[0]
    stocktake_id = make_stocktake(shelf)
    with transaction() as session:
        inventory.reserve(session, "order:x", [Wanted(shelf.goods[0].variant_id, shelf.place_id, 8)], expires_at=None)
    count_of(stocktake_id, item, 6, shelf.counter)
    close(shelf, stocktake_id)
    explain(shelf, stocktake_id, item)
    with pytest.raises(UnsettledLinesError) as refused:
        approve(stocktake_id, shelf.approver)
    assert list(refused.value.lines.values()) == [Trouble.RESERVED]
    assert stock(item) == (10, 8)
    explain(shelf, stocktake_id, item, deferred=True, note="Pesanan diselesaikan dulu")
    approve(stocktake_id, shelf.approver)
    assert stock(item) == (10, 8)
    assert lines_of(stocktake_id)[item].deferred


def test_uncounted_lines_need_a_decision_or_a_zero(app):
    shelf = make_shelf(3, 4)
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 0, shelf.counter)
    close(shelf, stocktake_id)
    explain(shelf, stocktake_id, shelf.items[0])
    assert trouble(stocktake_id)[shelf.items[1]] is Trouble.UNCOUNTED
    with pytest.raises(UnsettledLinesError):
        approve(stocktake_id, shelf.approver)
    explain(shelf, stocktake_id, shelf.items[1], reason=None, deferred=True)
    approve(stocktake_id, shelf.approver)
    assert [stock(item)[0] for item in shelf.items] == [0, 4]


def test_goods_that_came_after_the_freeze_moment_are_counted_with_them(app):
    shelf = make_shelf(3)
    stocktake_id = make_stocktake(shelf)
    new = make_stock(make_goods("Baru").variant_id, shelf.place_id, 6)
    count_of(stocktake_id, new, 5, shelf.counter)
    count_of(stocktake_id, shelf.items[0], 3, shelf.counter)
    line = lines_of(stocktake_id)[new]
    assert line.book_pieces == 0
    close(shelf, stocktake_id)
    explain(shelf, stocktake_id, new)
    approve(stocktake_id, shelf.approver)
    assert stock(new)[0] == 5


def test_found_goods_are_received_on_approval(app):
    shelf = make_shelf(3)
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 3, shelf.counter)
    goods = make_goods("Temuan")
    given = {"note": "Di belakang rak", "client_key": "found-1", "actor": shelf.counter, "lot_code": "L7"}
    for _ in range(2):
        write(services.enter_found, stocktake_id, goods.variant_id, 4, expires_on=date(2027, 5, 1), **given)
    close(shelf, stocktake_id)
    approve(stocktake_id, shelf.approver)
    found = db.session.query(StocktakeFound).one()
    lot = db.session.get(Lot, db.session.get(StockItem, found.stock_item_id).lot_id)
    assert (stock(found.stock_item_id)[0], lot.code, lot.business_id) == (4, "L7", goods.business_id)


def test_found_goods_that_the_books_know_are_counted(app):
    shelf = make_shelf(3)
    stocktake_id = make_stocktake(shelf)
    write(
        services.enter_found,
        stocktake_id,
        shelf.goods[0].variant_id,
        3,
        note="x",
        client_key="found-1",
        actor=shelf.counter,
    )
    assert db.session.query(StocktakeFound).count() == 0
    assert queries.figures(db.session(), db.session.get(Stocktake, stocktake_id))[0].counted == 3


def test_found_goods_that_somebody_received_meanwhile_are_not_received_again(app):
    shelf = make_shelf(3)
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 3, shelf.counter)
    goods = make_goods("Temuan")
    write(services.enter_found, stocktake_id, goods.variant_id, 4, note="x", client_key="f", actor=shelf.counter)
    item = make_stock(goods.variant_id, shelf.place_id, 4)
    close(shelf, stocktake_id)
    with pytest.raises(FoundIsKnownError):
        approve(stocktake_id, shelf.approver)
    found_id = db.session.query(StocktakeFound).one().id
    write(services.refuse_found, stocktake_id, found_id, refused=True, actor=shelf.approver)
    approve(stocktake_id, shelf.approver)
    assert stock(item)[0] == 4


def test_a_closed_or_cancelled_stocktake_takes_no_counts(app):
    shelf = make_shelf(3)
    stocktake_id = make_stocktake(shelf)
    close(shelf, stocktake_id)
    with pytest.raises(StocktakeClosedError):
        count_of(stocktake_id, shelf.items[0], 1, shelf.counter)
    write(services.cancel_stocktake, stocktake_id, actor=shelf.opener)
    with pytest.raises(InvalidTransitionError):
        approve(stocktake_id, shelf.approver)
    with pytest.raises(StocktakeClosedError):
        explain(shelf, stocktake_id, shelf.items[0])
    assert db.session.get(Stocktake, stocktake_id).status is StocktakeStatus.CANCELLED
    assert db.session.query(StocktakeCount).count() == 0


def test_other_places_rows_and_other_reasons_are_refused(app):
    shelf, other = make_shelf(3), make_shelf(3)
    stocktake_id = make_stocktake(shelf)
    with pytest.raises(NotFoundError):
        count_of(stocktake_id, other.items[0], 1, shelf.counter)
    close(shelf, stocktake_id)
    with pytest.raises(ReasonNotAllowedError):
        explain(shelf, stocktake_id, shelf.items[0], reason=MovementReason.SOLD)


def test_decisions_are_in_the_audit_trail(app):
    shelf = make_shelf(3)
    stocktake_id = make_stocktake(shelf)
    count_of(stocktake_id, shelf.items[0], 2, shelf.counter)
    close(shelf, stocktake_id)
    explain(shelf, stocktake_id, shelf.items[0])
    approve(stocktake_id, shelf.approver)
    entry = db.session.query(AuditEntry).filter_by(action="stocktake.approved").one()
    assert entry.actor_id == shelf.approver.user_id
    assert entry.facts == {"lines": 1, "differing": 1, "pieces": -1, "value_idr": -45_000, "found": 0}
