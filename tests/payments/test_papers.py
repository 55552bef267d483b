"""Papers of orders: one of each kind, numbered by the year without gaps, replaced when the budget is corrected."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.inventory.models import Paper, PaperCounter
from gallery.inventory.queries import successor_of
from gallery.inventory.states import PaperKind
from gallery.orders import services as orders
from gallery.orders.models import Order
from gallery.orders.services.privacy import FORGOTTEN
from gallery.orders.states import CancelReason
from gallery.payments import services as payments
from gallery.payments.errors import BudgetMissingError, OrderOverError, PaymentMissingError, TooManyCorrectionsError
from gallery.payments.models import OrderBudget
from gallery.payments.queries.papers import budget_of, order_papers
from gallery.payments.services import papers
from tests.factories.delivery import make_parcel
from tests.factories.inventory import make_gallery_place
from tests.factories.papers import BUDGET, SYSTEM, make_office_order, pay

pytestmark = pytest.mark.usefixtures("app")
CROWD = 6


def year() -> str:
    return f"{clock.today():%Y}"


def run(service, *args, **given):
    with transaction() as session:
        return service(session, *args, **given)


def save(order_id, budget=BUDGET):
    return run(papers.save_budget, order_id, budget, cipher=adapters.cipher(), actor=SYSTEM).revision


def letter(order_id) -> str:
    return run(papers.issue_order_letter, order_id, cipher=adapters.cipher(), actor=SYSTEM).number


def receipt(order_id) -> str:
    return run(papers.issue_receipt, order_id, cipher=adapters.cipher(), actor=SYSTEM).number


def invoice(order_id) -> str:
    return run(papers.issue_invoice, order_id, actor=SYSTEM).number


def numbers() -> list[str]:
    return sorted(db.session.scalars(select(Paper.number)))


def tail(number: str) -> str:
    return number.split("-", 2)[2]


def test_each_kind_is_numbered_by_the_year_and_issued_once():
    place_id = make_gallery_place().id
    first, second = (make_office_order(place_id, paid=True).order_id for _ in range(2))
    save(first)
    made = [invoice(first), invoice(first), invoice(second), receipt(second), receipt(first), letter(first)]
    assert [f"{one[:2]} {tail(one)}" for one in made] == [
        f"NT {year()}-0001",
        f"NT {year()}-0001",
        f"NT {year()}-0002",
        f"KW {year()}-0001",
        f"KW {year()}-0002",
        f"SP {year()}-0001",
    ]
    counters = db.session.execute(select(PaperCounter.kind, PaperCounter.month, PaperCounter.last)).all()
    assert sorted(tuple(row) for row in counters) == [
        (PaperKind.INVOICE, year(), 2),
        (PaperKind.ORDER_LETTER, year(), 1),
        (PaperKind.PAYMENT_RECEIPT, year(), 2),
    ]


def test_a_crowd_that_asks_for_two_receipts_gets_two_numbers_without_a_gap(app):
    place_id = make_gallery_place().id
    order_ids = [make_office_order(place_id, paid=True).order_id for _ in range(2)]
    start = threading.Barrier(CROWD)

    def one(number: int) -> str:
        with app.app_context():
            start.wait()
            try:
                return receipt(order_ids[number % 2])
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(CROWD) as crowd:
        got = list(crowd.map(one, range(CROWD)))
    assert {tail(number) for number in got} == {f"{year()}-0001", f"{year()}-0002"}
    assert (len(set(got[::2])), len(set(got[1::2]))) == (1, 1)  # one order, one number
    assert len(numbers()) == 2


def test_a_number_that_was_not_used_is_used_next():
    order_id = make_office_order(paid=True).order_id

    def lost(session):
        papers.issue_invoice(session, order_id, actor=SYSTEM)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run(lost)
    assert tail(invoice(order_id)) == f"{year()}-0001"


def test_what_is_not_there_yet_is_not_said_on_paper():
    parcel = make_office_order()
    with pytest.raises(PaymentMissingError):
        receipt(parcel.order_id)
    with pytest.raises(BudgetMissingError):
        letter(parcel.order_id)
    assert numbers() == []
    pay(parcel.order_id)
    assert receipt(parcel.order_id).startswith("KW-")


def test_only_offices_have_a_budget_and_orders_that_are_over_get_nothing_new():
    home = make_parcel(paid=False, packed=False).order_id
    with pytest.raises(NotFoundError):
        save(home)
    printed, late = (make_office_order().order_id for _ in range(2))
    number = invoice(printed)
    for order_id in (printed, late):
        run(payments.cancel_order, order_id, reason=CancelReason.OTHER, by_buyer=False, actor=SYSTEM)
    assert invoice(printed) == number  # what was printed may be printed again
    for refused in (invoice, save):
        with pytest.raises(OrderOverError):
            refused(late)
    assert numbers() == [number]


def test_a_correction_replaces_what_was_printed_with_the_budget_and_nothing_else():
    order_id = make_office_order(paid=True).order_id
    assert [save(order_id), save(order_id), save(order_id, replace(BUDGET, activity="Rapat"))] == [1, 1, 1]
    before = invoice(order_id), receipt(order_id), letter(order_id)
    assert save(order_id, replace(BUDGET, activity="Rapat")) == 1  # nothing differs
    assert save(order_id, replace(BUDGET, activity="Rapat koordinasi")) == 2
    after = invoice(order_id), receipt(order_id), letter(order_id)
    assert after[0] == before[0]
    assert [tail(number) for number in after[1:]] == [f"{year()}-0002", f"{year()}-0002"]
    found = order_papers(db.session(), db.session.get(Order, order_id))
    assert sorted(paper.number for paper in found.valid.values()) == sorted(after)
    assert sorted(paper.number for paper in found.replaced.values()) == sorted(before[1:])
    old = {paper.number: paper for paper in db.session.scalars(select(Paper))}
    assert successor_of(db.session(), old[before[1]]).number == after[1]
    assert [successor_of(db.session(), old[number]) for number in after] == [None, None, None]


def test_a_budget_that_comes_after_the_receipt_asks_for_another_receipt():
    order_id = make_office_order(paid=True).order_id
    plain = receipt(order_id)
    assert save(order_id) == 2
    assert receipt(order_id) != plain


def test_papers_are_not_corrected_without_end():
    order_id = make_office_order(paid=True).order_id
    for number in range(papers.MOST_REVISIONS):
        assert save(order_id, replace(BUDGET, activity=f"Kegiatan {number}")) == number + 1
        letter(order_id)
    with pytest.raises(TooManyCorrectionsError):
        save(order_id, replace(BUDGET, activity="Satu lagi"))
    db.session.rollback()
    assert budget_of(db.session(), order_id, adapters.cipher()).activity == "Kegiatan 8"


def test_numbers_of_persons_are_encrypted_and_forgotten_with_the_buyer():
    order_id = make_office_order(paid=True).order_id
    save(order_id)
    number = receipt(order_id)
    stored = db.session.execute(text("SELECT * FROM order_budget")).mappings().one()
    assert not {BUDGET.officer_nip, BUDGET.treasurer_nip, BUDGET.npwp} & {str(value) for value in stored.values()}
    assert BUDGET.officer_nip.encode() not in bytes(stored["officer_nip"])
    assert budget_of(db.session(), order_id, adapters.cipher()) == BUDGET
    with transaction() as session:
        session.get_one(Order, order_id).contact_name = FORGOTTEN
        session.flush()
        papers.forget_budgets(session)
    forgotten = budget_of(db.session(), order_id, adapters.cipher())
    assert (forgotten.officer_name, forgotten.officer_nip, forgotten.treasurer_nip, forgotten.npwp) == (
        FORGOTTEN,
        "",
        "",
        "",
    )
    assert forgotten.account_code == BUDGET.account_code
    assert receipt(order_id) == number
    assert db.session.query(OrderBudget).count() == 1


def test_the_hand_over_note_counts_by_the_year_too():
    order_id = make_office_order(paid=True).order_id
    assert tail(run(orders.issue_hand_over_note, order_id, actor=SYSTEM).number) == f"{year()}-0001"
