from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_premises, make_stock


def test_the_owner_sees_products_stock_and_orders_of_the_own_business(app, count_queries):
    goods, other = make_goods(), make_goods()
    make_stock(goods.variant_id, make_premises(goods.business_id).id, 4)
    make_stock(goods.variant_id, make_gallery_place().id, 7)
    make_stock(other.variant_id, make_premises(other.business_id).id, 7319)
    owner = signed_in(app, make_user("seller", business_id=goods.business_id))
    with count_queries() as queries:
        page = owner.get("/umkm-saya/").get_data(as_text=True)
    assert "<b>4</b><span>barang di rumah" in page
    assert "<b>7</b><span>barang di galeri PLUT" in page
    assert "<b>1</b><span>tayang" in page
    assert "7.319" not in page
    assert "<b>7319" not in page
    assert queries.count <= 7
