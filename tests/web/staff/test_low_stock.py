"""The low-stock board, and the request for more that it leads to."""

import pytest

from gallery.consignment.models import ReplenishmentRequest
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


def test_a_low_article_is_asked_for_and_answered_by_its_owner(app, manager, place):
    goods = make_goods()
    make_stock(goods.variant_id, place.id, 2)
    board = "/petugas/galeri/menipis"
    assert "Minta isi ulang" in manager.get(board).get_data(as_text=True)
    form = {"variant": goods.variant_public_id, "pieces": "12"}
    page = manager.post("/petugas/titipan/permintaan/", form, page=board).location
    assert "wa.me/6281200000001" in manager.get(page).get_data(as_text=True)
    assert "Diminta 12" in manager.get(board).get_data(as_text=True)
    row = db.session.query(ReplenishmentRequest).one()
    mine = f"/umkm-saya/titipan/permintaan/{row.public_id}"
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    assert "Lada Putih" in seller.get("/umkm-saya/titipan/permintaan/").get_data(as_text=True)
    assert seller.post(f"{mine}/jawab", {"answer": ""}, page=mine).status_code == 422
    assert seller.post(f"{mine}/jawab", {"answer": "Kamis 12 bungkus"}, page=mine).status_code == 303
    assert "Kamis 12 bungkus" in manager.get(page).get_data(as_text=True)
    assert manager.post(f"{page}/tutup", page=page).status_code == 303
    assert "Kamis" not in manager.get("/petugas/titipan/permintaan/").get_data(as_text=True)
    officer = signed_in(app, make_user("district_officer", district_code="19.71"))
    listed = officer.get("/petugas/titipan/permintaan/?status=semua").get_data(as_text=True)
    assert "Lada Putih" in listed
