"""The owner asks for a new price on its phone."""

from datetime import timedelta

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Variant
from gallery.consignment.models import PriceRequest, PriceRequestLot
from gallery.consignment.services import prices
from gallery.consignment.states import PriceRequestStatus
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory.models import StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_gallery_place, make_goods, make_stock


def test_a_rise_says_from_when_it_may_hold(app):
    goods = make_goods(price_idr=45_000)
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    ask = f"/umkm-saya/titipan/harga/minta/{goods.variant_public_id}"
    form = {"price": "50000", "wanted_from": clock.today().isoformat()}
    answer = seller.post(ask, form, page=ask)
    assert answer.status_code == 422
    assert "paling cepat berlaku" in answer.get_data(as_text=True)
    assert db.session.query(PriceRequest).count() == 0
    form["wanted_from"] = (clock.today() + timedelta(days=7)).isoformat()
    assert seller.post(ask, form, page=ask).status_code == 303


def test_the_own_price_of_a_lot_is_an_amount_and_not_a_number_of_pieces(app):
    goods = make_goods(price_idr=450_000)
    item_id = make_consigned(goods, make_gallery_place().id, owed_idr=360_000)
    lot_id = db.session.get_one(StockItem, item_id).lot_id
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    ask = f"/umkm-saya/titipan/harga/minta/{goods.variant_public_id}"
    form = {"price": "400000", "wanted_from": clock.today().isoformat()}
    assert seller.post(ask, form | {f"price-{lot_id}": "banyak"}, page=ask).status_code == 422
    assert seller.post(ask, form | {f"price-{lot_id}": "320.000"}, page=ask).status_code == 303
    assert db.session.query(PriceRequestLot).one().new_consignor_price_idr == 320_000


def price_page(goods) -> str:
    return f"/umkm-saya/produk/{db.session.get_one(Variant, goods.variant_id).product.public_id}/harga"


def test_the_price_of_goods_in_a_gallery_is_asked_for_and_the_rest_holds_at_once(app):
    goods = make_goods(price_idr=45_000)
    make_consigned(goods, make_gallery_place().id, owed_idr=36_000)
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    page = price_page(goods)
    assert "menjadi usulan yang disetujui kepala galeri" in seller.get(page).get_data(as_text=True)
    given = {"pilihan": goods.variant_public_id, "ship_weight": "300 g", "net_weight": "250 g"}
    low = seller.post(page, given | {"price": "30.000"}, page=page)
    assert low.status_code == 422
    assert "di bawah harga titip Rp36.000" in low.get_data(as_text=True)
    assert db.session.query(PriceRequest).count() == 0
    answer = seller.post(page, given | {"price": "50.000"}, page=page)
    assert answer.status_code == 303
    assert "diusulkan dulu" in seller.get(answer.location).get_data(as_text=True)
    variant = db.session.get_one(Variant, goods.variant_id, populate_existing=True)
    assert (variant.price_idr, variant.ship_weight_g) == (45_000, 300)
    made = db.session.query(PriceRequest).one()
    assert (made.status, made.new_price_idr) == (PriceRequestStatus.ASKED, 50_000)
    assert made.wanted_from == clock.today() + timedelta(days=7)
    again = seller.post(page, given | {"price": "51.000", "ship_weight": "400 g"}, page=page)
    assert again.status_code == 422
    assert "Masih ada usulan harga" in again.get_data(as_text=True)
    assert db.session.get_one(Variant, goods.variant_id, populate_existing=True).ship_weight_g == 300


def test_the_price_of_goods_without_terms_holds_at_once(app):
    goods = make_goods(price_idr=45_000)
    make_stock(goods.variant_id, make_gallery_place().id, 5)
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    given = {"pilihan": goods.variant_public_id, "price": "40.000", "ship_weight": "300 g", "net_weight": "250 g"}
    assert seller.post(price_page(goods), given, page=price_page(goods)).status_code == 303
    assert db.session.get_one(Variant, goods.variant_id, populate_existing=True).price_idr == 40_000
    assert db.session.query(PriceRequest).count() == 0


def test_the_owner_agrees_to_a_proposal_with_another_price_for_its_lot_and_reads_the_notice(app):
    goods, place = make_goods(price_idr=45_000), make_gallery_place()
    lot_id = db.session.get_one(StockItem, make_consigned(goods, place.id, owed_idr=36_000)).lot_id
    with transaction() as session:
        request = prices.ask_price(
            session,
            goods.variant_id,
            30_000,
            wanted_from=clock.today(),
            rise_days=7,
            proposed_by_gallery=place.gallery_id,
            actor=Actor.system(),
        )
        request_id, page = request.id, f"/umkm-saya/titipan/harga/{request.public_id}"
    seller = signed_in(app, make_user("seller", business_id=goods.business_id))
    wrong = seller.post(f"{page}/jawab", {"jawab": "setuju", "note": "baik"}, page=page)
    assert wrong.status_code == 422
    assert "Tulis harga titip yang baru" in wrong.get_data(as_text=True)
    assert 'value="baik"' in wrong.get_data(as_text=True)
    assert seller.get(f"{page}/pemberitahuan.pdf").status_code == 404
    typed = {"jawab": "setuju", f"price-{lot_id}": "27.000"}
    assert seller.post(f"{page}/jawab", typed, page=page).status_code == 303
    with transaction() as session:
        prices.decide_price(session, request_id, confirm=True, actor=Actor.system())
    assert db.session.query(PriceRequestLot).one().new_consignor_price_idr == 27_000
    assert "pemberitahuan.pdf" in seller.get(page).get_data(as_text=True)
    assert seller.get(f"{page}/pemberitahuan.pdf").data.startswith(b"%PDF")
