from gallery.catalog.models import Product
from gallery.core import outbox
from gallery.core.db import db, transaction
from gallery.registry.models import Business
from tests.factories.inventory import make_goods


def test_products_of_a_business_that_moves_are_its_new_districts(app):
    goods = make_goods()
    with transaction() as session:
        session.get_one(Business, goods.business_id).district_code = "19.02"
        outbox.emit(session, "business.changed", business_id=goods.business_id)
    outbox.drain()
    assert db.session.get(Product, goods.product_id).district_code == "19.02"
