"""A stocktake on the pages: opened, counted blind by several, reviewed and approved by somebody else, on paper."""

import io
import re

import pytest
from openpyxl import load_workbook

from gallery.core.db import db, transaction
from gallery.inventory.models import StockMovement
from gallery.stocktake import services
from gallery.stocktake.models import Stocktake, StocktakeLine
from gallery.stocktake.states import StocktakeStatus
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_business, make_goods, make_stock, stock
from tests.factories.stocktake import count_of, make_shelf, make_stocktake, public_id_of
from tests.printed import pdf_text

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


def status_of(page: str) -> StocktakeStatus:
    db.session.rollback()
    return db.session.query(Stocktake).filter_by(public_id=page.rpartition("/")[2]).one().status


def text(answer) -> str:
    return answer.get_data(as_text=True)


def test_from_opening_to_minutes(staff, manager, shelf):
    answer = staff.post(f"{BASE}/baru", {"place": shelf.place_id, "owner": 0}, page=f"{BASE}/baru")
    page = answer.location.removesuffix("/hitung")
    for item, pieces in zip(shelf.items, (9, 4), strict=True):
        form = {"item": item, "pieces": pieces, "request_key": f"k{item}"}
        assert staff.post(f"{page}/hitung", form, page=f"{page}/hitung").status_code == 303
    assert staff.post(f"{page}/selesai", page=page).status_code == 303
    line = db.session.query(StocktakeLine).filter_by(stock_item_id=shelf.items[0]).one()
    review = f"{page}/periksa"
    manager.post(f"{page}/setujui", page=review)
    assert status_of(page) is StocktakeStatus.REVIEWING
    assert "1 baris masih perlu keputusan" in text(manager.get(review))
    form = {"reason": "lost", "note": "tidak ketemu", "action": "save"}
    assert manager.post(f"{review}/{line.id}", form, page=review).status_code == 303
    assert manager.post(f"{page}/setujui", page=review).location.endswith(page)
    assert [stock(item)[0] for item in shelf.items] == [9, 4]
    shown = text(staff.get(page))
    assert "tidak ketemu" in shown
    assert "BASO-" in shown


def test_whoever_counted_is_told_who_may_approve(app, manager, shelf):
    page = stocktake_page(shelf)
    manager.post(f"{page}/hitung", {"item": shelf.items[0], "pieces": "10", "request_key": "a"}, page=f"{page}/hitung")
    manager.post(f"{page}/selesai", page=page)
    manager.post(f"{page}/setujui", page=f"{page}/periksa")
    assert "Mintalah orang lain" in text(manager.get(page))
    assert status_of(page) is StocktakeStatus.REVIEWING


def test_a_recount_opens_the_counting_of_those_lines_again(staff, manager, shelf):
    page = stocktake_page(shelf)
    count_of(db.session.query(Stocktake).one().id, shelf.items[0], 7, shelf.counter)
    staff.post(f"{page}/selesai", page=page)
    assert "ditutup" in text(staff.get(f"{page}/hitung"))
    manager.post(f"{page}/hitung-ulang", page=f"{page}/periksa")
    assert status_of(page) is StocktakeStatus.COUNTING
    listed = text(staff.get(f"{page}/daftar?saring=recount"))
    assert "hitungan ke-2" in listed


def test_cancelling_changes_nothing(staff, shelf):
    page = stocktake_page(shelf)
    count_of(db.session.query(Stocktake).one().id, shelf.items[0], 7, shelf.counter)
    assert staff.post(f"{page}/batal", page=page).status_code == 303
    assert status_of(page) is StocktakeStatus.CANCELLED
    assert db.session.query(StockMovement).filter(StockMovement.document.is_not(None)).count() == 0
    assert staff.get(f"{page}/berita-acara.pdf").status_code == 404


def test_a_place_without_goods_is_explained(staff, shelf):
    form = {"place": shelf.place_id, "owner": 0, "shelf": "Z9"}
    answer = staff.post(f"{BASE}/baru", form, page=f"{BASE}/baru")
    assert answer.status_code == 422
    assert "Tidak ada barang di sana" in text(answer)
    assert db.session.query(Stocktake).count() == 0


def test_lists_are_paged_and_cheap(staff, shelf, count_queries):
    for _ in range(52):
        make_stocktake(shelf)
    with count_queries() as queries:
        first = text(staff.get(f"{BASE}/"))
    assert queries.count <= 5
    cursor = re.search(r"sebelum=(\d+)", first)[1]
    assert text(staff.get(f"{BASE}/?sebelum={cursor}")).count('scope="row"') == 2
    page = f"{BASE}/{db.session.query(Stocktake).first().public_id}"
    for address, limit in (("/daftar", 6), ("/hitung", 6), ("", 8)):
        with count_queries() as queries:
            staff.get(page + address)
        assert queries.count <= limit, address


def test_the_review_is_cheap_however_many_lines(manager, shelf, count_queries):
    for _ in range(20):
        make_stock(make_goods(business_id=make_business().id).variant_id, shelf.place_id, 2)
    page = stocktake_page(shelf)
    with count_queries() as queries:
        manager.get(f"{page}/periksa?saring=semua")
    assert queries.count <= 10


def test_the_paper_and_the_sheet_state_what_was_booked(app, manager, shelf, tmp_path):
    stocktake_id = make_stocktake(shelf)
    page = f"{BASE}/{public_id_of(stocktake_id)}"
    count_of(stocktake_id, shelf.items[0], 1, shelf.counter)
    count_of(stocktake_id, shelf.items[1], 6, shelf.counter)
    with transaction() as session:
        services.close_count(session, stocktake_id, actor=shelf.counter)
    line = db.session.query(StocktakeLine).filter_by(stock_item_id=shelf.items[0]).one()
    form = {"reason": "damaged", "note": "basah", "action": "save"}
    manager.post(f"{page}/periksa/{line.id}", form, page=f"{page}/periksa")
    manager.post(f"{page}/setujui", page=f"{page}/periksa")
    answer = manager.get(f"{page}/berita-acara.pdf")
    assert answer.mimetype == "application/pdf"
    words = " ".join(pdf_text(answer.data).split())
    number = db.session.get(Stocktake, stocktake_id).number
    for expected in (number, "-9", "+2", "Rp405.000", "Rusak", "basah", "Barang kurang 9", "Barang lebih 2"):
        assert expected in words, (expected, words)
    rows = list(load_workbook(io.BytesIO(manager.get(f"{page}/opname.xlsx").data)).active.values)
    assert rows[1][5:13] == (10, 0, 10, 1, -9, 45_000, -405_000, -405_000)  # without terms all of it is the owner's


def test_a_difference_is_valued_at_the_owners_price_too(manager, shelf):
    assert make_consigned(shelf.goods[0], shelf.place_id, 2, owed_idr=9_000) == shelf.items[0]
    stocktake_id = make_stocktake(shelf)
    page = f"{BASE}/{public_id_of(stocktake_id)}"
    for item, pieces in zip(shelf.items, (10, 4), strict=True):
        count_of(stocktake_id, item, pieces, shelf.counter)
    with transaction() as session:
        services.close_count(session, stocktake_id, actor=shelf.counter)
    line = db.session.query(StocktakeLine).filter_by(stock_item_id=shelf.items[0]).one()
    review = text(manager.get(f"{page}/periksa?saring=semua"))
    assert (review.count("Rp90.000"), review.count("Rp18.000")) == (2, 2)  # of the line, and of all
    manager.post(f"{page}/periksa/{line.id}", {"reason": "lost", "action": "save"}, page=f"{page}/periksa")
    manager.post(f"{page}/setujui", page=f"{page}/periksa")
    assert "Rp18.000" in text(manager.get(page))
    words = " ".join(pdf_text(manager.get(f"{page}/berita-acara.pdf").data).split())
    assert "Selisih menurut hak pemilik -Rp18.000" in words, words
