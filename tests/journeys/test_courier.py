"""An order goes by an online courier; its buyer, its maker and the office see it live, each in a browser of its own.

The courier is the stand-in for Biteship: what it is asked and what it sends are real HTTP, signatures and all.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import papers
from tests.journeys.conftest import OFFICE, PHONE, Person
from tests.journeys.steps import WORK_MS, verify_payment
from tests.standins import BiteshipStandIn
from tests.standins.server import Order

pytestmark = pytest.mark.journey
TOKEN = "journey-token-of-twenty-characters"


@pytest.fixture(scope="module")
def courier():
    with BiteshipStandIn() as standin:
        yield standin


@pytest.fixture(scope="module")
def settings(courier):
    return courier.environment() | {"COURIER_HOOK_TOKEN": TOKEN, "BITESHIP_COURIERS": "gojek"}


def test_from_the_payment_to_the_door_everybody_sees_where_the_parcel_is(person, courier, site, tmp_path):
    courier.hook_url = f"{site.url}/hooks/couriers/biteship/{TOKEN}"
    courier.picture = papers.picture_file(tmp_path / "pintu.jpg", (90, 120, 40)).read_bytes()
    buyer = person(PHONE)
    number = order_by_courier(buyer)
    buyer.page.get_by_label("Bukti transfer").set_input_files(
        papers.picture_file(tmp_path / "bukti.jpg", (20, 90, 160))
    )
    buyer.page.get_by_role("button", name="Kirim bukti transfer").click()
    buyer.page.get_by_role("link", name="Cek status").first.click()
    office = person(OFFICE).signed_in_as("provinsi")
    verify_payment(office, number)

    maker = person(PHONE).signed_in_as("kemplang")
    call_the_courier(maker, number)
    order = order_at(courier, maker)
    assert order.reference.startswith(number)
    assert order.price == 20_000

    on_the_board(office, number)
    courier.move(order.id, "allocated")
    for one in (buyer, maker, office):  # none of them loads the page again
        expect(one.page.locator("body")).to_contain_text("BN 1234 AB", timeout=WORK_MS)
        one.sees("Budi")
        one.sees_no_sideways_scrolling()
        one.sees_an_accessible_page()

    courier.deliver(order.id)
    for one in (buyer, maker, office):
        looks_again(one)
        expect(one.page.locator(".badges, .badge").filter(has_text="Diterima").first).to_be_visible(timeout=WORK_MS)
    expect(buyer.page.get_by_role("img", name="Foto bukti serah terima")).to_be_visible(timeout=WORK_MS)
    buyer.sees_an_accessible_page()
    at_the_office(office, number, "done", "Diterima")
    assert [one.reference for one in courier.orders.values()] == [order.reference]


def order_by_courier(buyer: Person) -> str:
    """Buy what lies at its maker's home, choose the courier with its price, and return the order's number."""
    page = buyer.goes("/produk/?q=stik+cumi")
    page.locator("main").get_by_role("link", name=re.compile("Stik cumi")).first.click()
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    page.get_by_label("Nama lengkap").fill("Yanti Oktarina")
    page.get_by_label("Nomor WhatsApp").fill("0840 1122 3344")
    page.get_by_label("Kabupaten/kota").select_option(label="Kabupaten Bangka")
    page.get_by_label("Kecamatan").select_option(label="Belinyu")
    page.get_by_label("Kelurahan/desa").select_option(index=1)
    page.get_by_label("Alamat lengkap").fill("Jl. Uji Coba No. 5 RT 02/01")
    gojek = page.get_by_role("radio", name=re.compile("Gojek Instant"))
    gojek.check()
    expect(page.get_by_role("button", name=re.compile(r"Buat pesanan dan bayar Rp")).last).to_be_visible()
    expect(gojek).to_be_checked()
    buyer.sees_no_sideways_scrolling()
    buyer.sees_an_accessible_page()
    page.get_by_role("button", name=re.compile(r"Buat pesanan dan bayar Rp")).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bayar")
    return re.search(r"Pesanan ([A-Z0-9-]+)", page.locator("body").inner_text()).group(1)


def call_the_courier(maker: Person, number: str) -> None:
    page = maker.goes("/umkm-saya/pesanan/")
    page.get_by_role("link", name=number).first.click()
    maker.sees_no_sideways_scrolling()
    page.get_by_role("button", name="Siap dijemput").click()
    maker.sees("Kurir dipanggil")


def on_the_board(office: Person, number: str) -> None:
    """Open the parcel from the board, on which it waits for its courier."""
    page = office.goes(f"/petugas/pengiriman/?tab=offered&q={number}")
    office.sees_an_accessible_page()
    page.get_by_role("link", name=number).first.click()
    office.sees("Gojek Instant")


def order_at(courier: BiteshipStandIn, waiting: Person) -> Order:
    """The order that the site has made there, once its worker has come to it."""
    for _ in range(WORK_MS // 200):
        if courier.orders:
            return next(iter(courier.orders.values()))
        waiting.page.wait_for_timeout(200)
    pytest.fail("the courier was never asked")


def looks_again(one: Person) -> None:
    """Come back to the page, which asks at once then; while nobody touches it, it asks less and less often."""
    one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def at_the_office(office: Person, number: str, tab: str, *texts: str) -> None:
    """Find the order among those of this tab and read its page."""
    page = office.goes(f"/petugas/pesanan/?tab={tab}&q={number}")
    page.get_by_role("link", name=number).first.click()
    for text in texts:
        office.sees(text)
    office.sees_no_sideways_scrolling()
    office.sees_an_accessible_page()
