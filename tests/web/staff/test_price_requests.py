"""New prices, for galleries and districts."""

import pytest

from gallery.catalog.models import Variant
from gallery.consignment.models import PriceRequest
from gallery.consignment.states import PriceRequestStatus
from gallery.core import clock
from gallery.core.db import db
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_gallery_place, make_goods, make_stock


@pytest.fixture
def place(app):
    return make_gallery_place()


def ask(app, goods) -> str:
    officer = signed_in(app, make_user("district_officer", district_code="19.71"))
    page = f"/petugas/titipan/harga/minta/{goods.variant_public_id}"
    return officer.post(page, {"price": "40000", "wanted_from": clock.today().isoformat()}, page=page).location


def test_a_district_asks_for_its_maker_and_the_manager_refuses_with_a_word(app, place):
    goods = make_goods(price_idr=45_000)
    make_stock(goods.variant_id, place.id, 5)
    gallery_id = place.gallery_id
    page = ask(app, goods)
    manager = signed_in(app, make_user("gallery_manager", gallery_id=gallery_id))
    answer = manager.post(f"{page}/putuskan", {"putusan": "tolak", "note": "tunggu pameran"}, page=page)
    assert answer.status_code == 303
    assert db.session.query(PriceRequest).one().status is PriceRequestStatus.REFUSED
    assert db.session.get_one(Variant, goods.variant_id, populate_existing=True).price_idr == 45_000
    assert "tunggu pameran" in manager.get(page).get_data(as_text=True)


def test_the_manager_is_warned_of_a_price_below_what_came_since_is_owed(app, place):
    goods = make_goods(price_idr=45_000)
    make_stock(goods.variant_id, place.id, 5)
    place_id, gallery_id = place.id, place.gallery_id
    page = ask(app, goods)
    manager = signed_in(app, make_user("gallery_manager", gallery_id=gallery_id))
    warning = "di bawah harga titip Rp42.000"
    assert warning not in manager.get(page).get_data(as_text=True)
    make_consigned(goods, place_id, owed_idr=42_000)
    assert warning in manager.get(page).get_data(as_text=True)


def test_staff_do_not_decide(app, place):
    goods = make_goods(price_idr=45_000)
    make_stock(goods.variant_id, place.id, 5)
    gallery_id = place.gallery_id
    page = ask(app, goods)
    staff = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    assert staff.post(f"{page}/putuskan", {"putusan": "setuju"}, page=page).status_code == 403
    assert db.session.query(PriceRequest).one().status is PriceRequestStatus.ASKED


def test_the_list_asks_the_database_no_more_for_more_rows(app, place, count_queries):
    gallery_id, place_id = place.gallery_id, place.id
    manager = signed_in(app, make_user("gallery_manager", gallery_id=gallery_id))
    counts = []
    for names in (["Getas"], ["Rusip", "Kretek", "Kemplang"]):
        for name in names:
            goods = make_goods(name, price_idr=45_000)
            make_stock(goods.variant_id, place_id, 5)
            ask(app, goods)
        with count_queries() as queries:
            assert names[0] in manager.get("/petugas/titipan/harga/").get_data(as_text=True)
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 9, counts
