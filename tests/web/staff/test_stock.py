from urllib.parse import quote_plus

import pytest

from gallery.accounts.permissions import Actor
from gallery.core.db import db, transaction
from gallery.inventory import services
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.queries import audit_stock
from gallery.registry.models import Business
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def goods(app):
    return make_goods()


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))


def test_goods_come_in_by_the_receiving_screen_only(staff, goods):
    listed = staff.get("/petugas/galeri/").get_data(as_text=True)
    assert 'href="/petugas/titipan/terima/"' in listed
    assert staff.get(f"/petugas/galeri/terima/{goods.variant_public_id}").status_code == 404


@pytest.mark.parametrize("reason", ["damaged", "expired", "lost", "owner_return"])
def test_one_clerk_books_no_loss_and_no_return(staff, goods, place, reason):
    item_id = make_stock(goods.variant_id, place.id, 10)
    page = f"/petugas/galeri/{item_id}"
    form = {"direction": "out", "pieces": "2", "reason": reason, "request_key": "b" * 12}
    assert staff.post(page, form, page=page).status_code == 422
    assert db.session.get(StockItem, item_id).on_hand == 10
    text = staff.get(page).get_data(as_text=True)
    assert "persetujuan orang kedua" in text
    lot = db.session.get_one(Lot, db.session.get_one(StockItem, item_id).lot_id)
    owner = quote_plus(db.session.get_one(Business, lot.business_id).name)
    for paper in ("penarikan", "retur"):
        assert f"/petugas/titipan/{paper}/baru?galeri={place.public_id}&amp;q={owner}" in text


@pytest.mark.parametrize("direction", ["in", "out", "sideways"])
def test_a_reason_or_a_number_that_is_none_is_refused(staff, goods, place, direction):
    item_id = make_stock(goods.variant_id, place.id, 10)
    form = {"direction": direction, "pieces": "2", "reason": "bosan", "request_key": "b" * 12}
    assert staff.post(f"/petugas/galeri/{item_id}", form, page=f"/petugas/galeri/{item_id}").status_code == 422
    form |= {"pieces": "9" * 400, "reason": "count_correction"}  # more than a float can hold
    answer = staff.post(f"/petugas/galeri/{item_id}", form, page=f"/petugas/galeri/{item_id}")
    assert (answer.status_code, "Jumlahnya 1 sampai 100.000." in answer.get_data(as_text=True)) == (422, True)
    assert db.session.get(StockItem, item_id).on_hand == 10


def test_a_correction_needs_a_reason_and_leaves_a_movement(staff, goods, place):
    item_id = make_stock(goods.variant_id, place.id, 10)
    page = f"/petugas/galeri/{item_id}"
    assert staff.post(page, {"direction": "out", "pieces": "2", "request_key": "a" * 12}, page=page).status_code == 422
    form = {"direction": "out", "pieces": "2", "reason": "count_correction", "note": "basah", "request_key": "b" * 12}
    for _ in range(2):
        assert staff.post(page, form, page=page).status_code == 303
    assert db.session.get(StockItem, item_id).on_hand == 8
    assert "basah" in staff.get(page).get_data(as_text=True)
    too_many = form | {"pieces": "9", "request_key": "d" * 12}
    answer = staff.post(page, too_many, page=page)
    assert answer.status_code == 422
    assert "Hanya 8 barang yang bebas" in answer.get_data(as_text=True)
    assert audit_stock(db.session) == []


def test_another_gallerys_stock_does_not_exist(staff, goods):
    other = make_gallery_place(BELITUNG)
    item_id = make_stock(goods.variant_id, other.id, 10)
    assert staff.get(f"/petugas/galeri/{item_id}").status_code == 404
    form = {"direction": "out", "pieces": "1", "reason": "count_correction", "request_key": "a" * 12}
    assert staff.post(f"/petugas/galeri/{item_id}", form, page="/petugas/galeri/").status_code == 404
    assert db.session.get(StockItem, item_id).on_hand == 10


def test_the_province_looks_and_does_not_correct(app, goods, place):
    item_id = make_stock(goods.variant_id, place.id, 10)
    officer = signed_in(app, make_user("province_officer"))
    assert officer.get(f"/petugas/galeri/{item_id}").status_code == 200
    form = {"direction": "out", "pieces": "1", "reason": "count_correction", "request_key": "a" * 12}
    assert officer.post(f"/petugas/galeri/{item_id}", form, page="/petugas/galeri/").status_code == 404
    assert db.session.get(StockItem, item_id).on_hand == 10


def test_odd_queries_are_no_error_and_the_list_is_cheap(staff, goods, place, count_queries):
    for _ in range(20):
        make_stock(make_goods().variant_id, place.id, 2)
    for query in (
        "?q=%25'%01",
        "?sesudah=x",
        "?tempat=99999999999999999999",
        "?saring=x",
        "?saring=low",
        "?saring=expiring",
    ):
        assert staff.get(f"/petugas/galeri/{query}").status_code == 200
    with count_queries() as queries:
        staff.get("/petugas/galeri/")
    assert queries.count <= 5


def test_the_card_names_documents_as_people_do(staff, goods, place):
    item = make_stock(goods.variant_id, place.id, 5)
    with transaction() as session:
        pick = services.Pick(goods.variant_id, 2)
        services.sell(session, place.id, [pick], document="sale:qv3ecxcq1h", actor=Actor.system())
    page = staff.get(f"/petugas/galeri/{item}").get_data(as_text=True)
    assert "Penjualan kasir qv3ecxcq1h" in page
    assert "sale:" not in page
