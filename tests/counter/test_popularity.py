"""What is sold often stands first in the shop, counted once however often the message comes."""

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product
from gallery.core.db import db, transaction
from gallery.core.outbox import drain
from gallery.counter import services as counter
from gallery.counter.services import Back, count_sales
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.listing.queries import popular
from gallery.orders import services
from gallery.orders.models import Parcel
from gallery.payments import services as payments
from gallery.payments.models import Payment
from tests.factories.checkout import make_placed_order
from tests.factories.counter import make_desk, make_sale, on_shelf

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
        count_sales(session, session.scalars(select(Product.id)).all())
    drain()
    db.session.rollback()
    assert [entry.popularity for entry in popular(db.session())] == [2]


def test_a_sale_over_the_counter_counts_until_it_comes_back():
    desk = make_desk()
    goods, _item = on_shelf(desk)
    sale = make_sale(desk, (goods, 3))
    sale_id, line_id = sale.id, sale.lines[0].id
    drain()
    db.session.rollback()
    assert db.session.scalar(select(Product.sold_count)) == 3
    for _ in range(2):
        with transaction() as session:
            counter.return_sale(
                session, sale_id, desk.shift_id, {line_id: Back(1)}, reason=ReturnReason.QUALITY, note="",
                refund_method=RefundMethod.CASH, request_key="b", actor=STAFF,
            )  # fmt: skip
        drain()
    db.session.rollback()
    assert db.session.scalar(select(Product.sold_count)) == 2
