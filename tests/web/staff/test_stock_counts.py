"""Counting on the pages: scans and typed numbers, lots to choose from, found goods; and never a figure of the books."""

import io

import pytest
from openpyxl import load_workbook

from gallery.core.db import db, transaction
from gallery.stocktake.models import Stocktake, StocktakeFound
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_stock, stock
from tests.factories.stocktake import count_of, make_shelf, make_stocktake, public_id_of

BASE = "/petugas/opname"


@pytest.fixture
def shelf(app):
    return make_shelf(10, 4)


@pytest.fixture
def staff(app, shelf):
    return signed_in(app, make_user("gallery_staff", gallery_id=shelf.gallery_id))


@pytest.fixture
def manager(app, shelf):
    return signed_in(app, make_user("gallery_manager", gallery_id=shelf.gallery_id))


def stocktake_page(world, **given) -> str:
    return f"{BASE}/{public_id_of(make_stocktake(world, **given))}"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def test_counters_never_see_the_books(staff, shelf):
    place = make_gallery_place()
    odd = make_stock(make_goods("Barang Ganjil").variant_id, shelf.place_id, 7319)
    page = stocktake_page(shelf)
    staff.post(f"{page}/hitung", {"item": odd, "pieces": 5, "request_key": "a"}, page=f"{page}/hitung")
    for address in ("", "/hitung", "/daftar?saring=counted", "/daftar"):
        shown = text(staff.get(page + address))
        assert "7.319" not in shown, address
        assert "7319" not in shown, address
    assert staff.get(f"{page}/periksa").status_code == 403
    cells = [
        cell.value for row in load_workbook(io.BytesIO(staff.get(f"{page}/opname.xlsx").data)).active for cell in row
    ]
    assert "Barang Ganjil" in cells
    assert 7319 not in cells
    assert place.id != shelf.place_id


def test_a_scan_is_one_small_post_that_counts_once(staff, shelf, count_queries):
    from gallery.inventory.codes import lot_code, variant_code
    from gallery.inventory.models import StockItem

    page = stocktake_page(shelf)
    lot_id = db.session.get(StockItem, shelf.items[0]).lot_id
    staff.get(f"{page}/hitung")
    json = {"headers": {"Accept": "application/json"}}
    for _ in range(2):
        answer = staff.post(f"{page}/hitung", {"code": lot_code(lot_id), "request_key": "one-scan"}, **json)
        assert answer.get_json()["mine"] == 1
    with count_queries() as queries:
        form = {"code": variant_code(shelf.goods[0].variant_id), "pieces": "3", "request_key": "b"}
        assert staff.post(f"{page}/hitung", form, **json).get_json()["mine"] == 4
    assert queries.count <= 13
    several = {"code": f"2*{lot_code(lot_id)}", "request_key": "e"}
    assert staff.post(f"{page}/hitung", several, **json).get_json()["mine"] == 6
    wrong = staff.post(f"{page}/hitung", {"code": lot_code(lot_id), "pieces": "dua", "request_key": "c"}, **json)
    assert (wrong.status_code, wrong.get_json()) == (422, {"error": "Tulis jumlahnya dengan angka."})
    unknown = staff.post(f"{page}/hitung", {"code": "kopi", "request_key": "d"}, **json)
    assert unknown.get_json()["go"].endswith("/daftar?q=kopi")


def test_a_code_of_several_lots_asks_which(staff, shelf):
    from datetime import date

    from gallery.inventory.codes import variant_code

    variant = shelf.goods[0].variant_id
    second = make_stock(variant, shelf.place_id, 2, expires_on=date(2027, 3, 1))
    page = stocktake_page(shelf)
    form = {"code": variant_code(variant), "request_key": "a", "pieces": "2"}
    answer = staff.post(f"{page}/hitung", form, page=f"{page}/hitung")
    assert answer.status_code == 422
    assert "1 Mar 2027" in text(answer)
    assert f'name="item" value="{second}"' in text(answer)
    assert db.session.query(Stocktake).count() == 1


def test_goods_of_another_shelf_are_sent_back_to_theirs(staff, shelf):
    with transaction() as session:
        from gallery.inventory.models import StockItem

        session.get_one(StockItem, shelf.items[0]).shelf = "A2"
        session.get_one(StockItem, shelf.items[1]).shelf = "B1"
    page = stocktake_page(shelf, shelf="A2")
    form = {"item": shelf.items[1], "pieces": "1", "request_key": "a"}
    answer = staff.post(f"{page}/hitung", form, page=f"{page}/hitung")
    assert answer.status_code == 422
    assert "tercatat di rak B1" in text(answer)


def test_unknown_goods_are_noted_and_received_with_the_approval(staff, manager, shelf):
    goods = make_goods("Temuan")
    page = stocktake_page(shelf)
    for item, pieces in zip(shelf.items, (10, 4), strict=True):
        count_of(db.session.query(Stocktake).one().id, item, pieces, shelf.counter)
    address = f"{page}/temuan?varian={goods.variant_public_id}"
    assert staff.post(address, {"pieces": "2", "request_key": "f" * 12}, page=address).status_code == 422
    form = {"pieces": "2", "request_key": "f" * 12, "note": "di gudang"}
    for _ in range(2):
        assert staff.post(address, form, page=address).status_code == 303
    staff.post(f"{page}/selesai", page=page)
    assert "di gudang" in text(manager.get(f"{page}/periksa?saring=semua"))
    manager.post(f"{page}/setujui")
    found = db.session.query(StocktakeFound).one()
    assert stock(found.stock_item_id)[0] == 2
