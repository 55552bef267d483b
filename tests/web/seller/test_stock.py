from gallery.accounts.models import RoleGrant
from gallery.accounts.states import Role
from gallery.catalog.models import Product, Variant
from gallery.core.db import db, transaction
from gallery.inventory.models import Place, StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_premises, make_stock
from tests.factories.registry import make_business


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


def test_a_suspended_business_takes_in_nothing_and_its_page_does_not_break(app):
    goods = make_goods(business_id=make_business(is_active=False).id)
    owner = signed_in(app, make_user("seller", business_id=goods.business_id))
    page = f"/umkm-saya/stok/{goods.variant_public_id}"
    assert goods.variant_public_id not in owner.get("/umkm-saya/stok/").get_data(as_text=True)
    assert owner.get(page).status_code == 404
    assert owner.post(page, {"pieces": "5", "request_key": "k" * 12}, page="/akun/").status_code == 404
    assert db.session.query(StockItem).count() == 0


def test_pieces_go_to_the_home_of_the_right_one_of_two_businesses_of_one_name(app):
    first, second = make_business(name="Kembar"), make_business(name="Kembar")
    user = make_user("seller", business_id=first.id)
    with transaction() as session:
        session.add(RoleGrant(user_id=user.id, role=Role.SELLER, business_id=second.id))
    owner = signed_in(app, user)
    for business in (first, second):
        page = f"/umkm-saya/stok/{make_goods(business_id=business.id).variant_public_id}"
        assert owner.post(page, {"pieces": "5", "request_key": f"{business.id}" * 12}, page=page).status_code == 303
    placed = db.session.query(Place.business_id, Product.business_id).select_from(StockItem)
    placed = placed.join(Place).join(Variant).join(Product, Product.id == Variant.product_id)
    assert sorted(tuple(row) for row in placed) == [(first.id, first.id), (second.id, second.id)]
