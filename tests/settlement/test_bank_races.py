"""Several officers import the same statement, or say the same, or another thing, of one line at the same moment."""

import multiprocessing
import os
import sys
import traceback

import pytest

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError
from gallery.orders.models import Order, OrderEvent
from gallery.orders.states import OrderStatus
from gallery.payments.models import BankAccount, Payment
from gallery.payments.states import PaymentStatus
from gallery.settlement import services
from gallery.settlement.models import BankLine, BankStatement
from gallery.settlement.states import BankLineKind, BankLineStatus
from tests.factories.checkout import make_bank_account, make_placed_order
from tests.factories.settlement import findings, post
from tests.inventory.race import Start, app_at
from tests.settlement.bank_files import csv_of
from tests.settlement.test_bank import imported, taken

pytestmark = [
    pytest.mark.processes,
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]
FORK = multiprocessing.get_context("fork")
OK, REFUSED, ERROR = 10, 11, 12
MANY = 4
STAFF = Actor.system()


@pytest.fixture
def url(database_url, database):
    database.disconnect()  # no connection may be shared with a forked child
    return database_url


def at_once(url, folder, work):
    start = Start()
    children = [FORK.Process(target=_child, args=(url, folder, start, work, number)) for number in range(MANY)]
    for child in children:
        child.start()
    start.give(MANY)
    for child in children:
        child.join()
    return sorted(child.exitcode for child in children)


def _child(url, folder, start, work, number):
    code = ERROR
    try:
        with app_at(url, folder).app_context():
            start.wait()
            work(number)
            code = OK
    except ConflictError:
        code = REFUSED
    except Exception:  # noqa: BLE001 - the race waits for every child, and counts this one as wrong
        traceback.print_exc()
        sys.stderr.flush()
        start.wait()
    os._exit(code)


def inside(url, folder, work):
    with app_at(url, folder).app_context():
        found = work()
        db.session.remove()
        db.engine.dispose()
        return found


def settle_all(_number=0):
    ids = [line_id for (line_id,) in db.session.query(BankLine.id).order_by(BankLine.id)]
    db.session.rollback()
    for line_id in ids:
        with transaction() as session:
            services.settle_if_sure(session, line_id, actor=STAFF)


def proven():
    post()
    assert findings() == []
    paid = db.session.query(Payment).filter_by(status=PaymentStatus.PAID).count()
    orders = db.session.query(Order).filter_by(status=OrderStatus.PAID).count()
    events = db.session.query(OrderEvent).filter_by(kind="paid").count()
    matched = db.session.query(BankLine).filter_by(status=BankLineStatus.MATCHED).count()
    return paid, orders, events, matched


def test_the_same_statement_is_imported_and_settled_once_by_four(url, tmp_path):
    def make():
        amounts = []
        for _ in range(3):
            order = make_placed_order()
            amounts.append(db.session.query(Payment.amount_idr).filter_by(order_id=order.id).scalar())
            db.session.rollback()
        return csv_of("sumsel-babel", [(clock.today(), "TRSF", int(amount)) for amount in amounts])

    data = inside(url, str(tmp_path), make)

    def work(_number):
        taken(data)
        settle_all()

    assert at_once(url, str(tmp_path), work) == [OK] * MANY

    def see():
        return db.session.query(BankStatement).count(), db.session.query(BankLine).count(), *proven()

    assert inside(url, str(tmp_path), see) == (1, 3, 3, 3, 3, 3)


def test_overlapping_files_at_once_bring_each_line_once(url, tmp_path):
    inside(url, str(tmp_path), make_bank_account)

    def work(number):
        lines = [(f"L{n}", 1_000 + n) for n in range(number, number + 20)]
        imported(*((words, amount, clock.today()) for words, amount in lines))

    assert at_once(url, str(tmp_path), work) == [OK] * MANY
    seen = inside(
        url, str(tmp_path), lambda: (db.session.query(BankStatement).count(), db.session.query(BankLine).count())
    )
    assert seen == (4, 23)


def test_two_lines_that_want_the_same_payment_have_one_winner(url, tmp_path):
    def make():
        order = make_placed_order()
        payment = db.session.query(Payment).filter_by(order_id=order.id).one()
        total = payment.amount_idr - payment.unique_code
        payment_id = payment.id
        imported(*((f"TRSF {n}", total, clock.today()) for n in range(MANY)))
        return payment_id, [line_id for (line_id,) in db.session.query(BankLine.id).order_by(BankLine.id)]

    payment_id, ids = inside(url, str(tmp_path), make)

    def work(number):
        with transaction() as session:
            services.match_line(session, ids[number], BankLineKind.PAYMENT, payment_id, actor=STAFF)

    assert at_once(url, str(tmp_path), work) == [OK, REFUSED, REFUSED, REFUSED]
    assert inside(url, str(tmp_path), proven) == (1, 1, 1, 1)


def test_one_line_that_four_officers_confirm_is_booked_once(url, tmp_path):
    def make():
        make_bank_account()
        order = make_placed_order()
        payment = db.session.query(Payment).filter_by(order_id=order.id).one()
        payment_id, total = payment.id, payment.amount_idr - payment.unique_code
        imported(("TRSF", total, clock.today()))
        assert db.session.query(BankAccount).count() == 1
        return payment_id, db.session.query(BankLine.id).scalar()

    payment_id, line_id = inside(url, str(tmp_path), make)

    def work(number):
        with transaction() as session:
            if number % 2:
                services.match_line(session, line_id, BankLineKind.PAYMENT, payment_id, actor=STAFF)
            else:
                services.ignore_line(session, line_id, note="x", actor=STAFF)

    answers = at_once(url, str(tmp_path), work)
    assert ERROR not in answers
    assert inside(url, str(tmp_path), proven) == (1, 1, 1, 1)
