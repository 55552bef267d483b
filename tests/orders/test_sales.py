"""What is sold often stands first in the shop, counted once however often the message comes."""

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product
from gallery.core.db import db, transaction
from gallery.core.outbox import drain
from gallery.listing.queries import popular
from gallery.orders import services
from gallery.orders.models import Order, Parcel
from gallery.orders.services.sales import count_sales
from gallery.payments import services as payments
from gallery.payments.models import Payment
from tests.factories.checkout import make_placed_order

pytestmark = pytest.mark.usefixtures("app")
STAFF = Actor.system()


def test_a_completed_order_is_counted_once():
    make_placed_order(quantity=2, stock=5)
    assert db.session.scalar(select(Product.sold_count)) == 0
    with transaction() as session:
        payments.verify(session, session.scalars(select(Payment.id)).one(), actor=STAFF)
    parcel_id = db.session.scalars(select(Parcel.id)).one()
    for step in (services.pack_parcel, services.hand_over_parcel, services.deliver_parcel):
        with transaction() as session:
            step(session, parcel_id, actor=STAFF)
    drain()
    db.session.rollback()
    assert db.session.scalar(select(Product.sold_count)) == 2
    with transaction() as session:
        count_sales(session, session.scalars(select(Order.id)).one())
    drain()
    db.session.rollback()
    assert [entry.popularity for entry in popular(db.session())] == [2]
