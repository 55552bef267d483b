"""Several phones at once, some sending twice; two people who approve in the same second."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from gallery.core.db import db, transaction
from gallery.inventory import services as inventory
from gallery.inventory.errors import InsufficientStockError
from gallery.inventory.models import Paper, StockMovement
from gallery.inventory.queries import audit_stock, broken_links
from gallery.inventory.services import Pick
from gallery.stocktake import services
from gallery.stocktake.models import StocktakeCount
from tests.factories.inventory import stock
from tests.factories.stocktake import count_of, make_shelf, make_stocktake

SCANS = 6


def at_once(app, *works):
    """Run each in a thread of its own, with a session of its own; all begin together."""
    start = Barrier(len(works))

    def run(work):
        with app.app_context():
            start.wait()
            try:
                return work()
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.fixture
def shelf(app):
    return make_shelf(30)


def test_scans_of_several_phones_add_up_and_repeated_ones_count_once(app, shelf):
    stocktake_id, item = make_stocktake(shelf), shelf.items[0]

    def phone(actor, name):
        def scan():
            for number in range(SCANS):
                count_of(stocktake_id, item, 1, actor, f"{name}-{number}")

        return scan

    first, second = phone(shelf.counter, "a"), phone(shelf.second, "b")
    at_once(app, first, first, second, second)
    assert db.session.scalar(select(func.sum(StocktakeCount.pieces))) == 2 * SCANS


def test_an_approval_among_sales_and_a_second_one_book_once(app, shelf):
    stocktake_id, item = make_stocktake(shelf), shelf.items[0]
    count_of(stocktake_id, item, 33, shelf.counter)
    with transaction() as session:
        services.close_count(session, stocktake_id, actor=shelf.counter)

    def approve():
        with transaction() as session:
            services.approve_stocktake(session, stocktake_id, tills_connected=True, actor=shelf.approver)

    def seller(name):
        def sell():
            sold = 0
            for number in range(SCANS):
                picks = [Pick(shelf.goods[0].variant_id, 2)]
                try:
                    with transaction() as session:
                        document = f"sale:{name}{number}"
                        inventory.sell(session, shelf.place_id, picks, document=document, actor=shelf.opener)
                except InsufficientStockError:
                    continue
                sold += 2
            return sold

        return sell

    answers = at_once(app, approve, seller("x"), approve, seller("y"))
    assert stock(item)[0] == 33 - answers[1] - answers[3]
    booked = select(func.count()).select_from(StockMovement).where(StockMovement.document.startswith("stocktake:"))
    assert db.session.scalar(booked) == 1
    assert db.session.query(Paper).count() == 1
    assert audit_stock(db.session()) == []
    assert broken_links(db.session()) == []
