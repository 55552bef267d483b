"""The JSON contract of a till without a connection (docs/adr/0017-counter.md)."""

import pytest

from gallery.accounts.models import User
from gallery.accounts.queries import actor_of
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.counter.models import CounterSale, Shift, UnbookedSale
from gallery.counter.services import set_discount
from gallery.inventory.codes import lot_code, variant_code
from gallery.inventory.models import StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.counter import enter, make_desk, on_shelf
from tests.factories.inventory import stock


@pytest.fixture
def desk(app):
    return make_desk()


@pytest.fixture
def staff(app, desk):
    return signed_in(app, make_user("gallery_staff", gallery_id=desk.gallery_id))


def post(staff, path, body=None):
    headers = {"X-CSRFToken": staff.token, "Accept": "application/json"}
    return staff.client.post(path, json=body or {}, headers=headers)


def lease(staff, desk):
    return post(staff, f"/petugas/kasir/{desk.public_id}/sewa")


def sync(staff, desk, *sales):
    return post(staff, f"/petugas/kasir/{desk.public_id}/sinkron", {"sales": list(sales)})


def sale(item, pieces=1, **given):
    return {
        "sale_key": "k" * 12,
        "happened_at": clock.now().isoformat(),
        "lines": [{"stock_item_id": item, "pieces": pieces, "price_idr": 45_000}],
        "tenders": [{"method": "cash", "amount_idr": 45_000 * pieces, "given_idr": 100_000}],
    } | given


def test_the_lease_tells_what_may_be_sold(staff, desk):
    goods, item = on_shelf(desk)
    answer = lease(staff, desk)
    lot_id = db.session.get(StockItem, item).lot_id
    assert answer.status_code == 200
    (article,) = answer.json["articles"]
    assert article["codes"] == [variant_code(goods.variant_id)]
    assert (article["name"], article["price_idr"]) == ("Lada Putih", 45_000)
    assert article["leased"] == [
        {"stock_item_id": item, "lot_id": lot_id, "code": lot_code(lot_id), "expires_on": None, "pieces": 3}
    ]
    assert stock(item) == (10, 3)


def test_sales_are_booked_once_and_each_has_its_answer(staff, desk):
    _goods, item = on_shelf(desk)
    lease(staff, desk)
    good, bad = sale(item, 2), sale(item, 1, sale_key="x" * 12, tenders=[{"method": "cash", "amount_idr": 1}])
    first = sync(staff, desk, good, bad, "nonsense").json["results"]
    assert [row["outcome"] for row in first] == ["booked", "refused", "refused"]
    assert first[1]["reason"] == "tenders"
    assert first[1]["text"].startswith("Jumlah yang dibayar")
    again = sync(staff, desk, good).json["results"]
    assert (again[0]["outcome"], again[0]["number"]) == ("already", first[0]["number"])
    assert stock(item) == (8, 1)
    assert db.session.query(CounterSale).one().change_idr == 10_000
    assert [row.why for row in db.session.query(UnbookedSale)] == ["tenders"]


def test_a_discount_that_was_given_before_the_line_went_stays_with_its_sale(staff, desk):
    goods, item = on_shelf(desk)
    lease(staff, desk)
    enter(desk, variant_code(goods.variant_id))
    manager = make_user("gallery_manager", gallery_id=desk.gallery_id)
    with transaction() as session:
        approver = actor_of(session.get_one(User, manager.id))
        set_discount(session, desk.shift_id, 5_000, reason="penyok", approver=approver)
    key = db.session.get(Shift, desk.shift_id).sale_key
    cash = [{"method": "cash", "amount_idr": 40_000}]
    other = sale(item, tenders=cash, discount_idr=5_000)  # of no running sale
    more = sale(item, sale_key=key, tenders=[{"method": "cash", "amount_idr": 39_000}], discount_idr=6_000)
    mine = sale(item, sale_key=key, tenders=cash, discount_idr=5_000)
    told = sync(staff, desk, other, more, mine, mine).json["results"]
    assert [row.get("reason", row["outcome"]) for row in told] == ["discount", "discount", "booked", "already"]
    booked = db.session.query(CounterSale).one()
    assert (booked.total_idr, booked.discount_idr, booked.discount_by) == (40_000, 5_000, manager.id)
    assert booked.lines[0].discount_idr == 5_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"sale_key": "short"},
        {"sale_key": "with blanks in"},
        {"happened_at": "2026-11-24T10:00:00"},
        {"happened_at": 5},
        {"lines": None},
        {"lines": [{"stock_item_id": "1", "pieces": 1, "price_idr": 45_000}]},
        {"lines": [{"stock_item_id": 1, "pieces": True, "price_idr": 45_000}]},
        {"tenders": [{"method": "gold", "amount_idr": 45_000}]},
        {"tenders": [{"method": "cash", "amount_idr": -1}]},
    ],
)
def test_a_sale_of_another_form_is_refused_without_an_error(staff, desk, wrong):
    _goods, item = on_shelf(desk)
    lease(staff, desk)
    (row,) = sync(staff, desk, sale(item) | wrong).json["results"]
    assert (row["outcome"], row["reason"]) == ("refused", "bad_request")
    assert stock(item) == (10, 3)


@pytest.mark.parametrize("body", [{"sales": 5}, {"sales": [None] * 51}, {"other": []}])
def test_a_request_of_another_form_is_refused(staff, desk, body):
    assert post(staff, f"/petugas/kasir/{desk.public_id}/sinkron", body).status_code == 400


def test_without_a_token_nothing_is_booked(staff, desk):
    answer = staff.client.post(f"/petugas/kasir/{desk.public_id}/sinkron", json={"sales": []})
    assert answer.status_code == 400
