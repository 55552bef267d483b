from gallery.core.db import db
from gallery.inventory.models import StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_premises, make_stock


def test_an_owner_adds_pieces_at_home_and_corrects_them(app):
    goods = make_goods()
    owner = signed_in(app, make_user("seller", business_id=goods.business_id))
    page = f"/umkm-saya/stok/{goods.variant_public_id}"
    form = {"pieces": "5", "request_key": "k" * 12}
    for _ in range(2):
        assert owner.post(page, form, page=page).status_code == 303
    item = db.session.query(StockItem).one()
    assert item.on_hand == 5
    card = f"/umkm-saya/stok/rinci/{item.id}"
    fix = {"direction": "out", "pieces": "1", "reason": "lost", "request_key": "l" * 12}
    assert owner.post(card, fix, page=card).status_code == 303
    assert db.session.get(StockItem, item.id).on_hand == 4


def test_another_owners_goods_do_not_exist(app):
    mine, other = make_goods(), make_goods()
    owner = signed_in(app, make_user("seller", business_id=mine.business_id))
    item_id = make_stock(other.variant_id, make_premises(other.business_id).id, 5)
    assert owner.get(f"/umkm-saya/stok/{other.variant_public_id}").status_code == 404
    assert owner.get(f"/umkm-saya/stok/rinci/{item_id}").status_code == 404


def test_goods_in_a_gallery_are_seen_but_not_corrected(app, count_queries):
    goods = make_goods()
    item_id = make_stock(goods.variant_id, make_gallery_place().id, 7)
    owner = signed_in(app, make_user("seller", business_id=goods.business_id))
    with count_queries() as queries:
        page = owner.get("/umkm-saya/stok/").get_data(as_text=True)
    assert ">7<" in page
    assert queries.count <= 5
    assert owner.get(f"/umkm-saya/stok/rinci/{item_id}").status_code == 404
