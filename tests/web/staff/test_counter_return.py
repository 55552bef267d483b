"""Returns at the counter: by the number on the receipt, in whole or in part, never more than was sold."""

from datetime import timedelta

import pytest

from gallery.accounts.models import Gallery
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.counter import services
from gallery.counter.models import CounterReturn, CounterSaleLine, Shift
from gallery.counter.queries import shift_sums
from gallery.counter.services import OfflineLine, OfflineSale, Payment, Policy
from gallery.inventory.models import StockMovement
from gallery.inventory.queries import audit_stock
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.counter import ACTOR, make_desk, make_sale, on_shelf
from tests.factories.inventory import BELITUNG, make_gallery_place, stock


@pytest.fixture
def desk(app):
    return make_desk()


@pytest.fixture
def staff(app, desk):
    return signed_in(app, make_user("gallery_staff", gallery_id=desk.gallery_id))


@pytest.fixture
def sold(desk):
    """Three pieces for 135.000: (sale's public id, number, line id, stock item)."""
    goods, item = on_shelf(desk)
    sale = make_sale(desk, (goods, 3))
    return sale.public_id, sale.number, sale.lines[0].id, item


def take(staff, desk, sale_id, pieces, *, key="k" * 12, **given):
    line = db.session.query(CounterSaleLine).one().id
    page = f"/petugas/kasir/retur/{sale_id}"
    data = {f"kembali-{line}": str(pieces), "reason": "damaged", "method": "cash", "shift": desk.shift_id} | given
    return staff.post(page, data | {"request_key": key}, page=page)


def test_the_number_leads_to_the_receipt_however_it_is_typed(staff, sold):
    sale_id, number, *_ = sold
    for typed in (number, f" {number.lower()} "):
        assert staff.get("/petugas/kasir/retur/", query_string={"nomor": typed}).location.endswith(sale_id)
    assert "tidak ditemukan" in staff.get("/petugas/kasir/retur/?nomor=NP-X").get_data(as_text=True)


@pytest.fixture
def sold_offline(desk):
    """A sale that a till without a connection printed and brought later: (public id, its key)."""
    goods, item = on_shelf(desk)
    key = "0123456789abcdqv3ecx"
    with transaction() as session:
        services.top_up_lease(session, desk.shift_id, [goods.variant_id], Policy(3, 50))
    lines = [OfflineLine(item, 1, 45_000)]
    with transaction() as session:
        given = OfflineSale(key, clock.now(), lines, Payment(), 45_000, {})
        return services.book_offline_sale(session, desk.shift_id, given, actor=ACTOR)[0].public_id, key


def test_a_receipt_printed_without_a_connection_leads_to_its_sale(app, desk, staff, sold_offline):
    sale_id, key = sold_offline
    code = db.session.get_one(Gallery, desk.gallery_id).code
    printed = f"{code}-LURING-{key[-6:].upper()}"
    for typed in (printed, printed.lower()):
        assert staff.get("/petugas/kasir/retur/", query_string={"nomor": typed}).location.endswith(sale_id)
    assert printed in staff.get(f"/petugas/kasir/struk/{sale_id}").get_data(as_text=True)
    for wrong in (f"XXX-LURING-{key[-6:]}", f"{code}-LURING-{key[-5:]}", f"{code}-LURING-%%%%%%"):
        answer = staff.get("/petugas/kasir/retur/", query_string={"nomor": wrong})
        assert "tidak ditemukan" in answer.get_data(as_text=True)
    other = signed_in(app, make_user("gallery_staff", gallery_id=make_gallery_place(BELITUNG).gallery_id))
    assert other.get("/petugas/kasir/retur/", query_string={"nomor": printed}).status_code == 200


def test_a_sale_with_a_connection_has_one_number(staff, sold):
    assert "LURING" not in staff.get(f"/petugas/kasir/struk/{sold[0]}").get_data(as_text=True)


def test_pieces_go_back_into_their_lot_and_the_money_out_of_the_drawer(staff, desk, sold):
    sale_id, _number, line, item = sold
    for _ in range(2):  # sent twice, booked once
        assert take(staff, desk, sale_id, 2).status_code == 303
    assert stock(item) == (9, 0)
    made = db.session.query(CounterReturn).one()
    assert (made.refund_idr, made.number.split("-")[0]) == (90_000, "NR")
    assert db.session.get(CounterSaleLine, line).returned_pieces == 2
    assert shift_sums(db.session(), db.session.get(Shift, desk.shift_id)).cash_idr == 100_000 + 135_000 - 90_000
    movement = db.session.query(StockMovement).order_by(StockMovement.id.desc()).first()
    assert (movement.document, movement.reason.value) == (f"counter_return:{made.public_id}", "buyer_return")
    assert audit_stock(db.session()) == []


def test_damaged_pieces_come_in_and_are_written_off(staff, desk, sold):
    sale_id, _number, line, item = sold
    take(staff, desk, sale_id, 1, **{f"rusak-{line}": "y"})
    assert stock(item) == (7, 0)
    last = db.session.query(StockMovement).order_by(StockMovement.id.desc()).limit(2).all()
    assert [(row.pieces, row.reason.value) for row in last] == [(-1, "damaged"), (1, "buyer_return")]


def test_money_by_transfer_leaves_the_drawer_alone(staff, desk, sold):
    take(staff, desk, sold[0], 1, method="other")
    assert shift_sums(db.session(), db.session.get(Shift, desk.shift_id)).cash_idr == 235_000


@pytest.mark.parametrize("pieces", ["4", "-1", "x", "0", "", "1.5"])
def test_a_wrong_number_is_refused_and_changes_nothing(staff, desk, sold, pieces):
    sale_id, _number, line, item = sold
    assert take(staff, desk, sale_id, pieces).status_code == 422
    assert stock(item) == (7, 0)
    assert db.session.get(CounterSaleLine, line).returned_pieces == 0


def test_never_more_comes_back_than_was_sold(staff, desk, sold):
    sale_id, _number, _line, item = sold
    assert take(staff, desk, sale_id, 2).status_code == 303
    assert take(staff, desk, sale_id, 2, key="l" * 12).status_code == 422
    assert take(staff, desk, sale_id, 1, key="m" * 12).status_code == 303
    assert stock(item) == (10, 0)
    assert "sudah kembali" in staff.get(f"/petugas/kasir/retur/{sale_id}").get_data(as_text=True)
    assert sum(row.refund_idr for row in db.session.query(CounterReturn)) == 135_000


def test_another_gallerys_receipt_is_not_found(staff):
    other = make_desk(make_gallery_place(BELITUNG))
    sale = make_sale(other, (on_shelf(other)[0], 1))
    number, sale_id = sale.number, sale.public_id
    assert staff.get("/petugas/kasir/retur/", query_string={"nomor": number}).status_code == 200
    assert staff.get(f"/petugas/kasir/retur/{sale_id}").status_code == 404


def test_after_the_buyers_time_only_the_manager_takes_goods_back(app, staff, desk, sold, monkeypatch):
    sale_id, _number, line, item = sold
    page = f"/petugas/kasir/retur/{sale_id}"
    receipt = staff.get(f"/petugas/kasir/struk/{sale_id}").get_data(as_text=True)
    assert "dalam 3 hari" in receipt
    assert app.config["RETURN_WINDOW_DAYS"] == 3
    last, over = (clock.today() + timedelta(days=days) for days in (3, 4))
    monkeypatch.setattr(clock, "today", lambda: last)
    assert "Masa retur sampai" in staff.get(page).get_data(as_text=True)
    assert take(staff, desk, sale_id, 1).status_code == 303
    monkeypatch.setattr(clock, "today", lambda: over)
    assert "Hanya kepala galeri" in staff.get(page).get_data(as_text=True)
    assert take(staff, desk, sale_id, 1, key="l" * 12).status_code == 422
    assert db.session.get_one(CounterSaleLine, line, populate_existing=True).returned_pieces == 1
    manager = signed_in(app, make_user("gallery_manager", gallery_id=desk.gallery_id))
    assert "Anda boleh tetap mencatatnya" in manager.get(page).get_data(as_text=True)
    assert take(manager, desk, sale_id, 1, key="m" * 12).status_code == 303
    assert stock(item) == (9, 0)
