"""The expiry board, and the price cut it leads to."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Variant
from gallery.consignment.models import PriceRequest
from gallery.consignment.services import returns
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory import services as inventory
from gallery.inventory.models import StockItem
from gallery.inventory.states import LotBlock
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock

SYSTEM = Actor.system()


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


def test_each_lot_stands_in_one_horizon(manager, place):
    names = {"Lewat": 0, "Minggu": 7, "Duapekan": 14, "Sebulan": 30, "Jauh": 31}
    for name, days in names.items():
        make_stock(make_goods(name).variant_id, place.id, 5, expires_on=clock.today() + timedelta(days=days))
    for horizon, name in (("over", "Lewat"), ("week", "Minggu"), ("fortnight", "Duapekan"), ("month", "Sebulan")):
        text = manager.get(f"/petugas/galeri/kedaluwarsa?batas={horizon}").get_data(as_text=True)
        assert [one for one in names if f">{one}</a>" in text] == [name]
        book = manager.get(f"/petugas/galeri/kedaluwarsa?batas={horizon}&unduh=xlsx")
        sheet = load_workbook(io.BytesIO(book.data)).active
        assert [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)] == [name]


def test_the_boards_ask_the_database_no_more_for_more_rows(manager, place, count_queries):
    counts = {}
    for turn in range(2):
        for number in range(3):
            expires = clock.today() + timedelta(days=5 + number)
            make_stock(make_goods(f"Kerupuk {turn}{number}").variant_id, place.id, 2, expires_on=expires)
        for page in ("/petugas/galeri/kedaluwarsa?batas=week", "/petugas/galeri/menipis"):
            with count_queries() as queries:
                assert "Kerupuk" in manager.get(page).get_data(as_text=True)
            counts.setdefault(page, []).append(queries.count)
    assert all(first == second <= 8 for first, second in counts.values()), counts


def test_a_price_cut_goes_from_the_board_to_the_owner_and_back(app, manager, place):
    goods = make_goods(price_idr=45_000)
    make_stock(goods.variant_id, place.id, 5, expires_on=clock.today() + timedelta(days=10))
    ask = f"/petugas/titipan/harga/usul/{goods.variant_public_id}"
    today = clock.today().isoformat()
    assert ask in manager.get("/petugas/galeri/kedaluwarsa?batas=fortnight").get_data(as_text=True)
    page = manager.post(ask, {"price": "35000", "wanted_from": today}, page=ask).location
    assert "wa.me/" in manager.get(page).get_data(as_text=True)
    row = db.session.query(PriceRequest).one()
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    mine = f"/umkm-saya/titipan/harga/{row.public_id}"
    assert seller.post(f"{mine}/jawab", {"jawab": "setuju"}, page=mine).status_code == 303
    assert manager.post(f"{page}/putuskan", {"putusan": "setuju"}, page=page).status_code == 303
    assert db.session.get_one(Variant, goods.variant_id, populate_existing=True).price_idr == 35_000
    labels = manager.get("/petugas/titipan/harga/label").get_data(as_text=True)
    assert "Rp45.000" in labels
    assert "Rp35.000" in labels


DUE = "/petugas/galeri/jatuh-tempo?papan="


def test_goods_stand_on_the_board_from_the_day_that_was_agreed(app, manager, place):
    today, far = clock.today(), clock.today() + timedelta(days=60)
    make_consigned(make_goods("Turun"), place.id, expires_on=far, take_off_on=today)
    make_consigned(make_goods("Besok"), place.id, expires_on=far, take_off_on=today + timedelta(days=1))
    make_consigned(make_goods("Kembali"), place.id, return_by=today)
    make_consigned(make_goods("Nanti"), place.id, return_by=today + timedelta(days=1))
    make_consigned(make_goods("Seberang"), make_gallery_place(BELITUNG).id, take_off_on=today, return_by=today)
    for board, name, action in (("take_off", "Turun", "alasan=off_shelf"), ("send_back", "Kembali", "retur/baru/")):
        text = manager.get(f"{DUE}{board}").get_data(as_text=True)
        named = [one for one in ("Turun", "Besok", "Kembali", "Nanti", "Seberang") if f">{one}</a>" in text]
        assert named == [name]
        assert action in text
        sheet = load_workbook(io.BytesIO(manager.get(f"{DUE}{board}&unduh=xlsx").data)).active
        assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == [name]


def test_what_was_taken_off_or_prepared_is_off_the_board(manager, place):
    today, place_id = clock.today(), place.id
    down = make_consigned(make_goods("Turun"), place_id, take_off_on=today)
    goods = make_goods("Kembali")
    back = make_consigned(goods, place_id, 4, return_by=today)
    with transaction() as session:
        lot_id = session.get_one(StockItem, down).lot_id
        inventory.block_lot(session, lot_id, reason=LotBlock.OFF_SHELF, note="", actor=SYSTEM)
        returns.prepare_return(session, place_id, goods.business_id, {back: 4}, request_key="r" * 12, actor=SYSTEM)
    for board in ("take_off", "send_back"):
        assert "Tidak ada yang jatuh tempo" in manager.get(f"{DUE}{board}").get_data(as_text=True)


def test_a_return_is_late_after_the_days_that_were_agreed_for_its_lot(manager, place, monkeypatch):
    goods, place_id = make_goods("Kembali"), place.id
    item = make_consigned(goods, place_id, 4, collect_days=5)
    with transaction() as session:
        returns.prepare_return(session, place_id, goods.business_id, {item: 4}, request_key="r" * 12, actor=SYSTEM)
    last, over = (clock.today() + timedelta(days=days) for days in (5, 6))
    monkeypatch.setattr(clock, "today", lambda: last)
    assert "Tidak ada yang jatuh tempo" in manager.get(f"{DUE}uncollected").get_data(as_text=True)
    monkeypatch.setattr(clock, "today", lambda: over)
    text = manager.get(f"{DUE}uncollected").get_data(as_text=True)
    assert "Ingatkan pemilik" in text
    assert "wa.me/" in text


def test_the_boards_of_terms_ask_the_database_no_more_for_more_rows(manager, place, count_queries):
    counts, today, place_id = {}, clock.today(), place.id
    for turn in range(2):
        for number in range(3):
            goods = make_goods(f"Kerupuk {turn}{number}")
            make_consigned(goods, place_id, 2, take_off_on=today, return_by=today)
            item = make_consigned(goods, place_id, 2, collect_days=-1)
            with transaction() as session:
                returns.prepare_return(
                    session, place_id, goods.business_id, {item: 2}, request_key=f"retur-{turn}-{number}", actor=SYSTEM
                )
        for board in ("take_off", "send_back", "uncollected"):
            with count_queries() as queries:
                assert "Tidak ada yang jatuh tempo" not in manager.get(f"{DUE}{board}").get_data(as_text=True)
            counts.setdefault(board, []).append(queries.count)
    assert all(first == second <= 10 for first, second in counts.values()), counts
