"""What comes with the day: prices that begin, orders whose pieces ran out."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Variant
from gallery.consignment.queries.recall import stranded_orders
from gallery.consignment.services import prices
from gallery.core import clock, outbox
from gallery.core.db import db, transaction
from gallery.core.money import Rupiah
from gallery.inventory import services as inventory
from gallery.inventory.services import Wanted
from gallery.jobs import goods_out
from gallery.orders.models import Order
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import make_parcel
from tests.factories.inventory import make_gallery_place, make_goods, make_stock, stock

SYSTEM = Actor.system()


def test_a_confirmed_price_begins_on_its_day(app, monkeypatch):
    goods = make_goods(price_idr=45_000)
    day = clock.today() + timedelta(days=7)
    with transaction() as session:
        request = prices.ask_price(
            session, goods.variant_id, Rupiah(50_000), wanted_from=day, rise_days=7, actor=SYSTEM
        )
        request_id = request.id
    with transaction() as session:
        prices.decide_price(session, request_id, confirm=True, actor=SYSTEM)
    goods_out.apply_prices()
    assert db.session.get_one(Variant, goods.variant_id).price_idr == 45_000
    monkeypatch.setattr(clock, "today", lambda: day)
    goods_out.apply_prices()
    assert db.session.get_one(Variant, goods.variant_id).price_idr == 50_000


@pytest.mark.parametrize(("confirm", "said"), [(True, "menyetujui harga Rp40.000"), (False, "tidak menyetujui harga")])
def test_the_owner_is_told_what_was_decided(app, tmp_path, confirm, said):
    goods = make_goods(price_idr=45_000)
    make_user("seller", business_id=goods.business_id, email="ibu@example.id")
    with transaction() as session:
        request_id = prices.ask_price(
            session, goods.variant_id, Rupiah(40_000), wanted_from=clock.today(), rise_days=7, actor=SYSTEM
        ).id
    with transaction() as session:
        prices.decide_price(session, request_id, confirm=confirm, note="sampai pameran", actor=SYSTEM)
    outbox.drain()
    (mail,) = (tmp_path / "data" / "mail").glob("*.eml")
    text = message_from_bytes(mail.read_bytes(), policy=policy.default).get_content()
    assert said in " ".join(text.split())
    assert "sampai pameran" in text


def test_holds_on_a_lot_that_ran_out_move_and_the_rest_is_told_to_staff(app, monkeypatch):
    place = make_gallery_place()
    place_id, gallery_id = place.id, place.gallery_id
    goods = make_goods()
    old = make_stock(goods.variant_id, place_id, 5, expires_on=clock.today() + timedelta(days=1))
    order = db.session.get_one(Order, make_parcel(place_id, packed=False).order_id)
    number, public_id = order.number, order.public_id
    with transaction() as session:
        inventory.reserve(session, f"order:{public_id}", [Wanted(goods.variant_id, place_id, 5)], expires_at=None)
    good = make_stock(goods.variant_id, place_id, 3, expires_on=clock.today() + timedelta(days=60))
    scope = Actor.system().scope("order.view")
    tomorrow = clock.today() + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    goods_out.reseat_holds()
    assert (stock(old), stock(good)) == ((5, 2), (3, 3))
    assert [row.number for row in stranded_orders(db.session(), scope)] == [number]
    staff = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    text = staff.get("/petugas/pesanan/").get_data(as_text=True)
    assert "tidak dapat dijual lagi" in text
    assert number in text
    make_stock(goods.variant_id, place_id, 2, expires_on=clock.today() + timedelta(days=90))
    goods_out.reseat_holds()
    assert stock(old) == (5, 0)
    assert "tidak dapat dijual lagi" not in staff.get("/petugas/pesanan/").get_data(as_text=True)
