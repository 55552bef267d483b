"""Buyers pay on the pages of Stripe and Midtrans, each in a browser of their own; money goes back the way it came.

Both gateways are stand-ins: what they are asked and what they send are real HTTP, signatures and all.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OFFICE, PHONE, Person
from tests.journeys.steps import WORK_MS, ask
from tests.site import Site
from tests.standins import Fault, GatewayStandIn, MidtransStandIn, StripeStandIn
from tests.standins.server import Order

pytestmark = pytest.mark.journey
STRIPE, MIDTRANS = "(Stripe)", "(Midtrans)"
STATUS = 'select p.status from payment p join "order" o on o.id = p.order_id where o.number = :number'
PLENTY = """
select product.public_id from stock_item
join place on place.id = stock_item.place_id join gallery on gallery.id = place.gallery_id
join variant on variant.id = stock_item.variant_id join product on product.id = variant.product_id
where gallery.code = 'PGK' and product.status = 'on_sale' and variant.price_idr between 20000 and 150000
and (select count(*) from variant v where v.product_id = product.id) = 1
order by stock_item.on_hand - stock_item.reserved desc, stock_item.id limit 1
"""
REFUNDS = """
select r.status, r.amount_idr from refund r join payment p on p.id = r.payment_id
join "order" o on o.id = p.order_id where o.number = :number
"""
RECEIVED = "Pembayaran Anda sudah kami terima"


@pytest.fixture(scope="module")
def gateways():
    with StripeStandIn() as stripe, MidtransStandIn() as midtrans:
        yield {standin.name: standin for standin in (stripe, midtrans)}


@pytest.fixture(scope="module")
def settings(gateways):
    return gateways["stripe"].environment() | gateways["midtrans"].environment()


@pytest.fixture
def stripe(gateways, site):
    return heard(gateways["stripe"], site)


@pytest.fixture
def midtrans(gateways, site):
    return heard(gateways["midtrans"], site)


def heard(gateway: GatewayStandIn, site: Site) -> GatewayStandIn:
    gateway.hook_url, gateway.is_holding = f"{site.url}/hooks/payments/{gateway.name}", False
    return gateway


def test_who_pays_by_card_comes_back_to_an_order_that_is_paid_before_any_notice(person, stripe, site):
    stripe.is_holding = True
    buyer = person(PHONE)
    number = order(buyer, STRIPE)
    buyer.sees_an_accessible_page()
    page = leave(buyer, stripe, number)
    press(buyer, "Pay")
    buyer.sees(RECEIVED)
    buyer.sees_no_sideways_scrolling()
    buyer.sees_an_accessible_page()
    assert status(site, number) == "paid"
    assert page.price * 100 == stripe.charge_of(page.id)["amount"]

    # What Stripe says later, twice and in the wrong order, is nothing new; what others say is not heard.
    assert set(stripe.release(reverse=True, times=2)) == {200}
    assert {stripe.send(stripe.forged(notice)) for notice in stripe.notices} == {401}
    stripe.undelivered.clear()
    assert status(site, number) == "paid"
    assert len(stripe.made_under(page.reference)) == 1


def test_who_closes_the_browser_on_the_gateways_page_has_paid_all_the_same(person, stripe, site):
    buyer = person(PHONE)
    number = order(buyer, STRIPE)
    at_home = buyer.page.url
    page = leave(buyer, stripe, number)
    buyer.page.goto("about:blank")
    stripe.pay(page.id)
    wait_for(buyer, site, number, "paid")
    buyer.goes(at_home)
    buyer.sees(number)
    expect(buyer.page.get_by_role("button", name=re.compile("Bayar di halaman"))).to_have_count(0)


def test_who_turns_back_or_is_declined_pays_later_on_the_same_page(person, stripe, site):
    buyer = person(PHONE)
    number = order(buyer, STRIPE)
    page = leave(buyer, stripe, number)
    press(buyer, "Cancel")
    expect(buyer.page.get_by_role("button", name="Bayar di halaman Stripe")).to_be_visible()
    assert status(site, number) == "pending"
    assert leave(buyer, stripe, number).id == page.id
    press(buyer, "Pay with a card that is declined")
    press(buyer, "Pay")
    buyer.sees(RECEIVED)
    assert status(site, number) == "paid"


def test_a_transfer_to_a_virtual_account_is_seen_by_itself_when_it_arrives(person, midtrans, site):
    buyer = person(PHONE)
    number = order(buyer, MIDTRANS)
    page = leave(buyer, midtrans, number)
    press(buyer, "Virtual account")
    expect(buyer.page.get_by_role("button", name="Bayar di halaman Midtrans")).to_be_visible()
    assert status(site, number) == "pending"
    midtrans.settle_later(page.id, is_paid=True)
    wait_for(buyer, site, number, "paid")
    buyer.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(buyer.page.get_by_role("button", name="Bayar di halaman Midtrans")).to_have_count(0, timeout=WORK_MS)


def test_without_javascript_and_with_an_answer_that_was_lost_it_is_paid_once(person, stripe, site):
    ordering = person(PHONE)
    number = order(ordering, STRIPE)
    buyer = person(PHONE, java_script_enabled=False)
    buyer.goes(ordering.page.url)
    stripe.misbehave(Fault.LOST_RESET, "open")
    buyer.page.get_by_role("button", name="Bayar di halaman Stripe").click()
    buyer.sees("Anda tidak membayar dua kali")
    leave(buyer, stripe, number)
    press(buyer, "Pay")
    buyer.sees(RECEIVED)
    assert status(site, number) == "paid"


def test_money_goes_back_the_way_it_came(person, stripe, site):
    buyer = person(PHONE)
    number = order(buyer, STRIPE)
    page = leave(buyer, stripe, number)
    press(buyer, "Pay")
    buyer.sees(RECEIVED)
    buyer.page.get_by_text("Batalkan pesanan", exact=True).click()
    buyer.page.get_by_role("button", name="Ya, batalkan pesanan ini").click()
    expect(buyer.page.get_by_role("button", name="Ya, batalkan pesanan ini")).to_have_count(0)
    assert stripe.refunds == {}

    office = person(OFFICE).signed_in_as("provinsi")
    owed = office.goes("/petugas/pembayaran/pengembalian/").get_by_role("region", name=number)
    office.sees_an_accessible_page()
    owed.get_by_role("button", name="Kembalikan lewat Stripe").click()
    for _ in range(WORK_MS // 200):
        if stripe.charge_of(page.id)["refunded"] and ask(site, REFUNDS, number=number) == [("done", page.price)]:
            break
        office.page.wait_for_timeout(200)
    (refund,) = stripe.refunds.values()
    assert (refund["amount"], refund["metadata"]["reference"]) == (page.price * 100, page.reference)
    assert ask(site, REFUNDS, number=number) == [("done", page.price)]
    office.goes("/petugas/pembayaran/pengembalian/?keadaan=selesai")
    office.sees(number)
    office.sees("lewat Stripe")


def order(buyer: Person, way: str) -> str:
    """Have a piece of what there is most of sent, to be paid this way; return the order's number."""
    page = buyer.goes(f"/p/{ask(buyer.site, PLENTY)[0][0]}")
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    page.get_by_label("Nama lengkap").fill("Yanti Oktarina")
    page.get_by_label("Nomor WhatsApp").fill("0840 1122 3344")
    page.get_by_label("Kabupaten/kota").select_option(label="Kota Pangkal Pinang")
    page.get_by_label("Kecamatan").select_option(label="Bukit Intan")
    page.get_by_label("Kelurahan/desa").select_option(index=1)
    page.get_by_label("Alamat lengkap").fill("Jl. Uji Coba No. 5 RT 02/01")
    page.get_by_role("radio", name=re.compile(re.escape(way))).check()
    buyer.sees_no_sideways_scrolling()
    page.get_by_role("button", name=re.compile("Buat pesanan")).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bayar")
    return re.search(r"Pesanan ([A-Z0-9-]+)", page.locator("body").inner_text()).group(1)


def leave(buyer: Person, gateway: GatewayStandIn, number: str) -> Order:
    """Go to the gateway's page, which asks for what ours does; return it."""
    asked = buyer.page.get_by_role("heading", level=1).inner_text()
    buyer.page.get_by_role("button", name=re.compile("Bayar di halaman")).click()
    expect(buyer.page.get_by_role("heading", level=1)).to_have_text(gateway.name)
    assert buyer.page.url.startswith(gateway.url)
    (page,) = (one for one in gateway.orders.values() if one.reference == f"{number}-1")
    assert f"{page.price:,}".replace(",", ".") in asked
    return page


def press(buyer: Person, name: str) -> None:
    buyer.page.get_by_role("button", name=name, exact=True).click()


def status(site: Site, number: str) -> str:
    return ask(site, STATUS, number=number)[0][0]


def wait_for(one: Person, site: Site, number: str, wanted: str) -> None:
    for _ in range(WORK_MS // 200):
        if status(site, number) == wanted:
            return
        one.page.wait_for_timeout(200)
    pytest.fail(f"{number} is {status(site, number)}")
