"""The expiry board, and the price cut it leads to."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from gallery.catalog.models import Variant
from gallery.consignment.models import PriceRequest
from gallery.core import clock
from gallery.core.db import db
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_stock


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
