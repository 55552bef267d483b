import re

import pytest

from gallery.accounts.permissions import Actor
from gallery.checkout.queries import Owner
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.delivery.states import ShipmentStatus
from gallery.orders import services as orders
from gallery.orders.models import Order, Parcel
from gallery.orders.states import OrderStatus
from gallery.payments import services as payments
from gallery.payments.models import Payment
from gallery.payments.states import PaymentMethod
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import buy, fill_cart, make_bank_account, make_placed_order, send_to
from tests.factories.checkout import guest as cart_owner
from tests.factories.delivery import make_rider, make_shipment, make_tariff
from tests.factories.inventory import PANGKALPINANG, make_gallery_place, make_goods, make_stock

SYSTEM = Actor.system()


@pytest.fixture
def buyer(app):
    return guest(app)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def link(order, rest="") -> str:
    return f"/pesanan/{order.public_id}{rest}?t={adapters.signer().sign('order', order.public_id)}"


def status(order_id) -> OrderStatus:
    db.session.rollback()
    return db.session.get(Order, order_id, populate_existing=True).status


def run(service, *given, **named):
    with transaction() as session:
        return service(session, *given, **named)


def ids(order):
    return (
        order.id,
        db.session.query(Payment).filter_by(order_id=order.id).one().id,
        db.session.query(Parcel).filter_by(order_id=order.id).one().id,
    )


def test_the_signed_link_shows_what_to_pay_until_when(buyer):
    order = make_placed_order()
    page = text(buyer.get(link(order)))
    payment = db.session.query(Payment).one()
    assert order.number in page
    assert f"Rp{payment.amount_idr:,}".replace(",", ".") in page
    assert "paling lambat" in page
    assert "Lada Putih" in page


@pytest.mark.parametrize("token", ["", "x", "ImFiYyI.aWY.sig", "%00", "' OR 1=1"])
def test_without_its_link_an_order_does_not_exist(buyer, token):
    order = make_placed_order()
    for path in (f"/pesanan/{order.public_id}", f"/pesanan/{order.public_id}/keadaan", f"/bayar/{order.public_id}"):
        assert buyer.client.get(path, query_string={"t": token}).status_code == 404


def test_the_link_of_one_order_opens_no_other(buyer):
    mine, other = make_placed_order(), make_placed_order()
    token = adapters.signer().sign("order", mine.public_id)
    assert buyer.get(f"/pesanan/{other.public_id}?t={token}").status_code == 404
    assert buyer.get(f"/bayar/{other.public_id}?t={token}").status_code == 404
    assert (
        buyer.get(f"/pesanan/{mine.public_id}?t={adapters.signer().sign('rider', mine.public_id)}").status_code == 404
    )


def test_numbers_open_nothing(buyer):
    order = make_placed_order()
    assert buyer.get(f"/pesanan/{order.number}").status_code == 404
    assert buyer.get(f"/pesanan/{order.id}").status_code == 404


def test_an_account_opens_its_own_orders_only(app):
    user, stranger = make_user(), make_user()
    stranger_page = signed_in(app, stranger)
    owner_page = signed_in(app, user)
    order = make_placed_order(owner=Owner(user_id=user.id))
    assert owner_page.get(f"/pesanan/{order.public_id}").status_code == 200
    assert stranger_page.get(f"/pesanan/{order.public_id}").status_code == 404
    assert order.number in text(owner_page.get("/akun/pesanan"))
    assert order.number not in text(stranger_page.get("/akun/pesanan"))


def test_the_order_page_is_never_kept_by_caches_or_search_engines(buyer):
    answer = buyer.get(link(make_placed_order()))
    assert "no-store" in answer.headers["Cache-Control"]
    assert 'name="robots" content="noindex"' in text(answer)


def test_the_timeline_follows_the_order(buyer):
    order = make_placed_order()
    order_id, payment_id, parcel_id = ids(order)
    page = text(buyer.get(link(order)))
    assert 'aria-current="step"' in page
    assert "Menunggu transfer" in page
    before = buyer.get(link(order, "/keadaan")).get_json()
    run(payments.verify, payment_id, actor=SYSTEM)
    assert buyer.get(link(order, "/keadaan")).get_json() != before
    run(orders.pack_parcel, parcel_id, actor=SYSTEM)
    page = text(buyer.get(link(order)))
    assert re.search(r"Pembayaran diterima.*Dikemas di Galeri PLUT Pangkalpinang", page, re.DOTALL)
    run(orders.hand_over_parcel, parcel_id, actor=SYSTEM)
    run(orders.deliver_parcel, parcel_id, actor=SYSTEM)
    page = text(buyer.get(link(order)))
    assert "Pesanan selesai" in page
    assert status(order_id) is OrderStatus.COMPLETED


def test_a_buyer_cancels_what_is_not_packed(buyer):
    order = make_placed_order()
    order_id = order.id
    answer = buyer.post(link(order, "/batal"), {"alasan": "berubah"}, page=link(order))
    assert answer.status_code == 303
    assert status(order_id) is OrderStatus.CANCELLED
    assert "Pesanan dibatalkan" in text(buyer.get(link(order)))


def test_a_packed_order_is_not_cancelled_by_its_buyer(buyer):
    order = make_placed_order()
    order_id, payment_id, parcel_id = ids(order)
    run(payments.verify, payment_id, actor=SYSTEM)
    stale = link(order)
    buyer.get(stale)
    run(orders.pack_parcel, parcel_id, actor=SYSTEM)
    buyer.post(link(order, "/batal"), {"alasan": "berubah"})
    assert status(order_id) is OrderStatus.PAID
    page = text(buyer.get(link(order)))
    assert "sudah mulai dikemas" in page
    assert "Batalkan pesanan" not in page


def test_cancelling_needs_a_token_and_the_link(buyer):
    order = make_placed_order()
    order_id = order.id
    assert buyer.client.post(link(order, "/batal")).status_code == 400
    assert buyer.post(f"/pesanan/{order.public_id}/batal", page=link(order)).status_code == 404
    assert status(order_id) is OrderStatus.AWAITING_PAYMENT


def test_a_cancelled_paid_order_says_what_comes_back(buyer):
    order = make_placed_order()
    _, payment_id, _ = ids(order)
    run(payments.verify, payment_id, actor=SYSTEM)
    buyer.post(link(order, "/batal"), {"alasan": "lain"}, page=link(order))
    assert "akan dikembalikan kepada Anda" in text(buyer.get(link(order)))


def test_cash_orders_say_where_and_until_when(buyer):
    order = make_placed_order(method=PaymentMethod.CASH_AT_PICKUP)
    page = text(buyer.get(link(order)))
    assert "Bayar tunai saat mengambil" in page
    assert "Senin-Jumat 08.00-16.00" in page


def test_own_orders_by_tab_and_page(app, count_queries):
    user = make_user()
    page = signed_in(app, user)
    numbers = [make_placed_order(owner=Owner(user_id=user.id)).number for _ in range(12)]
    first = text(page.get("/akun/pesanan"))
    assert [number for number in numbers if number in first] == numbers[2:]
    older = re.search(r'href="([^"]*sebelum=\d+)"', first)[1].replace("&amp;", "&")
    assert [number for number in numbers if number in text(page.get(older))] == numbers[:2]
    assert numbers[11] in text(page.get("/akun/pesanan?keadaan=belum-bayar"))
    assert numbers[11] not in text(page.get("/akun/pesanan?keadaan=selesai"))
    for odd in ("sebelum=x", "sebelum=-1", "sebelum=99999999999999999999", "keadaan=%27"):
        assert page.get(f"/akun/pesanan?{odd}").status_code == 200
    with count_queries() as queries:
        page.get("/akun/pesanan")
    assert queries.count <= 8


def test_order_page_asks_the_database_a_bounded_number_of_times(buyer, count_queries):
    order = make_placed_order()
    buyer.get(link(order))
    with count_queries() as queries:
        buyer.get(link(order))
    assert queries.count <= 14


def test_the_buyer_sees_who_brings_the_parcel(buyer):
    place, goods, owner = make_gallery_place().id, make_goods(), cart_owner()
    make_stock(goods.variant_id, place, 5)
    make_tariff(place)
    rider = make_rider("19.71.05", name="Hendra Saputra", plate="BN 3312 XX").id
    make_bank_account()
    fill_cart(owner, (goods, 1))
    order = buy(owner, send_to(PANGKALPINANG))
    _, payment_id, parcel_id = ids(order)
    run(payments.verify, payment_id, actor=SYSTEM)
    run(orders.pack_parcel, parcel_id, actor=SYSTEM)
    assert "BN 3312 XX" not in text(buyer.get(link(order)))
    make_shipment(db.session.get(Parcel, parcel_id), ShipmentStatus.PICKED_UP, rider_id=rider)
    page = text(buyer.get(link(order)))
    assert "BN 3312 XX" in page
    assert "Hendra" in page
    assert "Saputra" not in page
    assert "Dibawa dari Galeri PLUT Pangkalpinang" in page
