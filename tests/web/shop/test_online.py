"""A buyer goes to a gateway's page and comes back; the address that leads back proves nothing."""

from datetime import timedelta

import pytest

from gallery.core import adapters
from gallery.core.db import db
from gallery.orders.models import Order
from gallery.orders.states import OrderStatus
from gallery.payments.errors import GatewayBusyError, GatewayRefusedError, GatewayUnsureError
from gallery.payments.models import GatewayCharge
from gallery.payments.states import ChargeStatus, Gateway
from tests.browser import guest
from tests.factories.checkout import make_placed_order
from tests.factories.gateways import PAGES, make_desk, make_online_order, the_payment
from tests.web.shop.test_checkout import HOME, PAGE, READY, World, open_page


@pytest.fixture
def desk(app):
    return make_desk()


@pytest.fixture
def buyer(app):
    return guest(app)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def link(order, rest="") -> str:
    return f"/bayar/{order.public_id}{rest}?t={adapters.signer().sign('order', order.public_id)}"


def go(buyer, address):
    return buyer.post(address, page=address)


def state() -> OrderStatus:
    db.session.rollback()
    return db.session.query(Order).populate_existing().one().status


def charges() -> list[ChargeStatus]:
    db.session.rollback()
    return [row.status for row in db.session.query(GatewayCharge).order_by(GatewayCharge.id).populate_existing()]


def test_the_page_says_what_until_when_and_what_comes_next(desk, buyer):
    order = make_online_order()
    assert buyer.get(link(order)).location.startswith(f"/bayar/{order.public_id}/online?t=")
    page = text(buyer.get(link(order, "/online")))
    assert "Rp90.000" in page
    assert "Bayar paling lambat" in page
    assert "Bayar di halaman Stripe" in page
    assert "Halaman ini berganti sendiri" in page
    assert "data-watch-url" in page
    assert "tidak perlu mengirim bukti" in page


def test_only_this_pages_form_may_lead_to_the_gateway(desk, buyer):
    order = make_online_order()
    policy = buyer.get(link(order, "/online")).headers["Content-Security-Policy"]
    assert f"form-action 'self' {PAGES};" in policy
    assert PAGES not in buyer.get("/").headers["Content-Security-Policy"]
    adapters.gateways().clear()
    assert "form-action 'self';" in buyer.get(link(order, "/online")).headers["Content-Security-Policy"]


def test_the_buyer_is_led_to_the_gateways_page_and_twice_to_the_same(desk, buyer):
    order = make_online_order()
    address = link(order, "/online")
    answers = [go(buyer, address) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert [answer.location for answer in answers] == [f"{PAGES}/{order.number}-1"] * 2
    assert (charges(), desk.calls) == ([ChargeStatus.OPEN], ["open"])


def test_coming_back_paid_pays_the_order_without_waiting_for_a_message(desk, buyer):
    order = make_online_order()
    go(buyer, link(order, "/online"))
    desk.pay(f"{order.number}-1")
    answer = buyer.get(link(order, "/selesai"))
    assert answer.location.startswith(f"/pesanan/{order.public_id}?t=")
    assert "Pembayaran Anda sudah kami terima" in text(buyer.get(answer.location))
    assert buyer.get(link(order, "/selesai")).location.startswith("/pesanan/")
    assert buyer.get(link(order, "/online")).location.startswith("/pesanan/")
    assert state() is OrderStatus.PAID


def test_coming_back_proves_nothing(desk, buyer):
    order = make_online_order()
    go(buyer, link(order, "/online"))
    answer = buyer.get(link(order, "/selesai") + "&transaction_status=settlement&session_id=cs_paid")
    assert answer.location.startswith(f"/bayar/{order.public_id}/online")
    assert state() is OrderStatus.AWAITING_PAYMENT


def test_coming_back_while_the_gateway_is_silent_says_so(desk, buyer):
    order = make_online_order()
    go(buyer, link(order, "/online"))
    desk.fails["ask"] = GatewayUnsureError("time-out")
    page = text(buyer.get(link(order, "/selesai"), follow_redirects=True))
    assert "belum dapat dipastikan" in page
    assert state() is OrderStatus.AWAITING_PAYMENT


@pytest.mark.parametrize("error", [GatewayUnsureError("time-out"), GatewayBusyError("down")])
def test_a_gateway_that_does_not_answer_may_be_tried_again(desk, buyer, error):
    order = make_online_order()
    address = link(order, "/online")
    desk.loses["open"] = error
    answer = go(buyer, address)
    assert answer.location.startswith(f"/bayar/{order.public_id}/online")
    assert "Stripe belum menjawab" in text(buyer.get(answer.location))
    assert go(buyer, address).location == f"{PAGES}/{order.number}-1"
    assert charges() == [ChargeStatus.OPEN]


def test_where_the_same_name_is_refused_after_a_lost_answer_another_attempt_is_made(desk, buyer):
    order = make_online_order()
    address = link(order, "/online")
    desk.loses["open"] = GatewayUnsureError("time-out")
    go(buyer, address)
    desk.fails["open"] = GatewayRefusedError("taken", code_there="409")
    assert go(buyer, address).location == f"{PAGES}/{order.number}-2"
    assert charges() == [ChargeStatus.REFUSED, ChargeStatus.OPEN]


def test_a_refusal_is_said_and_leaves_the_order_as_it_is(desk, buyer):
    order = make_online_order()
    desk.fails["open"] = GatewayRefusedError("no", code_there="amount_too_small")
    answer = go(buyer, link(order, "/online"))
    assert "tidak dapat membuka halaman bayar" in text(buyer.get(answer.location))
    assert (state(), charges()) == (OrderStatus.AWAITING_PAYMENT, [ChargeStatus.REFUSED])


def test_without_its_key_the_gateway_is_not_offered_any_more(desk, buyer):
    order = make_online_order()
    buyer.get(link(order, "/online"))
    adapters.gateways().clear()
    answer = buyer.post(link(order, "/online"))
    assert (answer.status_code, charges()) == (303, [])
    page = text(buyer.get(link(order, "/online")))
    assert "Stripe sedang tidak dapat dipakai" in page
    assert "Bayar di halaman" not in page


def test_a_paid_order_is_not_led_anywhere_again(desk, buyer):
    order = make_online_order()
    address = link(order, "/online")
    go(buyer, address)
    buyer.get(address)  # another tab stays open
    desk.pay(f"{order.number}-1")
    buyer.get(link(order, "/selesai"))
    answer = buyer.post(address)
    assert answer.location.startswith("/pesanan/")
    assert desk.calls.count("open") == 1


def test_strangers_and_orders_that_are_paid_otherwise_have_no_such_page(app, desk, buyer):
    order, transfer = make_online_order(), make_placed_order()
    other = guest(app)
    for rest in ("/online", "/selesai"):
        assert other.get(f"/bayar/{order.public_id}{rest}").status_code == 404
        assert buyer.get(link(transfer, rest)).status_code == 404
    buyer.get("/masuk")
    assert buyer.post(f"/bayar/{order.public_id}/online?t=x").status_code == 404
    assert charges() == []


def test_the_orders_page_leads_to_paying_and_speaks_of_no_transfer(desk, buyer):
    order = make_online_order(Gateway.STRIPE)
    page = text(buyer.get(f"/pesanan/{order.public_id}?t={adapters.signer().sign('order', order.public_id)}"))
    assert "Bayar lewat Stripe" in page
    assert "Transfer" not in page


# ------------------------------------------------------------------ chosen at the checkout


@pytest.fixture
def world(app):
    return World(app)


def choose(world, way="stripe", **changes):
    query = "?" + "&".join(f"{name}={HOME[name]}" for name in ("kirim", "kabupaten", "kecamatan", "desa"))
    hidden = open_page(world.buyer, f"{query}&bayar={way}")
    return world.buyer.post(PAGE, HOME | hidden | {"bayar": way} | changes)


def test_every_gateway_that_is_set_up_is_a_way_to_pay(world):
    page = text(world.buyer.get(PAGE))
    assert "Stripe" not in page
    assert "Midtrans" not in page
    make_desk(Gateway.MIDTRANS)
    page = text(world.buyer.get(PAGE))
    assert 'value="midtrans"' in page
    assert "Stripe" not in page


def test_an_order_to_be_paid_online_waits_for_45_minutes_and_leads_to_paying(world):
    make_desk(Gateway.MIDTRANS)
    answer = choose(world, "midtrans")
    assert answer.status_code == 303
    order = db.session.query(Order).one()
    payment = the_payment(order.id)
    assert (payment.gateway, payment.unique_code, payment.amount_idr) == (Gateway.MIDTRANS, 0, order.total_idr)
    left = payment.expires_at - order.placed_at
    assert timedelta(minutes=44) < left <= timedelta(minutes=45)
    page = world.buyer.get(answer.location, follow_redirects=True)
    assert "Bayar di halaman Midtrans" in text(page)


def test_a_gateway_that_is_not_set_up_is_refused_with_a_sentence(world):
    answer = choose(world)
    assert answer.status_code == 409
    assert "Stripe sedang tidak dapat dipakai. Pilih cara bayar lain." in text(answer)
    assert db.session.query(Order).count() == 0


def test_a_sum_below_the_gateways_least_is_refused_with_a_sentence(app, world):
    make_desk()
    app.config["STRIPE_MIN_IDR"] = 500_000
    assert 'value="stripe"' not in text(world.buyer.get(PAGE + READY))
    answer = choose(world)
    assert answer.status_code == 409
    assert "Stripe menerima mulai Rp500.000." in text(answer)
    assert "Dewi Contoh" in text(answer)
    assert db.session.query(Order).count() == 0
