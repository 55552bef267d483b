"""The owner asks for a new price on its phone."""

from datetime import timedelta

from gallery.consignment.models import PriceRequest, PriceRequestLot
from gallery.core import clock
from gallery.core.db import db
from gallery.inventory.models import StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.goods_out import make_consigned
from tests.factories.inventory import make_gallery_place, make_goods


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
