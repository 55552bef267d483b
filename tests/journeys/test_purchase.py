"""Buying without JavaScript, and with the keyboard alone."""

import re
import time

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys import papers
from tests.journeys.conftest import OFFICE, PATIENCE_MS, PHONE, Person

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("viewport", [PHONE, OFFICE], ids=["360 px", "1366 px"])
def test_a_purchase_without_javascript(person, tmp_path, viewport):
    buyer = person(viewport, java_script_enabled=False)
    page = buyer.goes("/")
    page.locator("input[name=q]").first.fill("getas")
    page.keyboard.press("Enter")
    page.locator("main").get_by_role("link", name=re.compile("getas", re.IGNORECASE)).first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    page.locator("form#beli").get_by_role("button", name="Masukkan keranjang").click()
    expect(page.get_by_role("heading", name="Keranjang", level=1)).to_be_visible()
    buyer.sees(title)
    page.get_by_role("spinbutton").first.fill("2")
    page.get_by_role("button", name=re.compile("^Ubah")).first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()

    page.get_by_label("Nama lengkap").fill("Sri Wahyuni")
    page.get_by_label("Nomor WhatsApp").fill("0840 5566 7788")
    for label, choice in (("Kabupaten/kota", "Kota Pangkal Pinang"), ("Kecamatan", "Rangkui")):
        page.get_by_label(label).select_option(label=choice)
        page.get_by_role("button", name="Perbarui daftar dan ongkos kirim").click()
    page.get_by_label("Kelurahan/desa").select_option(index=1)
    page.get_by_role("button", name="Perbarui daftar dan ongkos kirim").click()
    expect(page.get_by_label("Nama lengkap")).to_have_value("Sri Wahyuni")
    expect(page.get_by_label("Kode pos")).to_have_value(re.compile(r"^33\d{3}$"))
    page.get_by_label("Alamat lengkap").fill("Jl. Tanpa Skrip No. 1")
    buyer.sees_no_sideways_scrolling()
    page.get_by_role("button", name=re.compile("Buat pesanan dan bayar Rp")).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Bayar")
    page.get_by_label("Bukti transfer").set_input_files(papers.picture_file(tmp_path / "bukti.jpg", (20, 90, 160)))
    page.get_by_role("button", name="Kirim bukti transfer").click()
    buyer.sees("Bukti transfer sedang diperiksa")
    page.get_by_role("link", name="Cek status").first.click()
    buyer.sees("Sri Wahyuni")


@pytest.mark.parametrize("viewport", [PHONE, OFFICE], ids=["360 px", "1366 px"])
def test_a_purchase_with_the_keyboard_alone(person, viewport):
    buyer = person(viewport)
    page = buyer.goes("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    tab_to(page, page.locator("input[name=q]").first)
    page.keyboard.type("lada")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/produk/"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link
    tab_to(page, page.locator("main").get_by_role("link", name=re.compile("lada", re.IGNORECASE)).first)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/produk/.+-[a-z0-9]{10}"))
    tab_to(page, page.locator("form#beli").get_by_role("button", name="Masukkan keranjang"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Lanjut ke data dan pembayaran"))
    page.keyboard.press("Enter")
    fill_in_with_keys(page)
    tab_to(page, page.get_by_role("button", name=re.compile("Buat pesanan, bayar")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pesanan")
    buyer.sees("Bayar tunai saat mengambil")


def fill_in_with_keys(page: Page) -> None:
    """Choose to fetch it in the gallery and to pay there, with Tab, arrows, space and letters."""
    tab_to(page, page.get_by_label("Nama lengkap"))
    page.keyboard.type("Rudi Hartanto")
    page.keyboard.press("Tab")
    page.keyboard.type("084055667799")
    tab_to(page, page.locator("input[name=kirim]:checked"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile("Ambil di galeri"))).to_be_checked()
    tab_to(page, page.get_by_label("Galeri tempat mengambil"))
    page.keyboard.type("Galeri PLUT P")
    expect(page.get_by_label("Galeri tempat mengambil")).not_to_have_value("")
    tab_to(page, page.locator("input[name=bayar]:checked"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile("QRIS"))).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile("Tunai saat mengambil"))).to_be_checked()


def tab_to(page: Page, wanted: Locator, most: int = 150) -> None:
    """Press Tab until the element has the focus; each stop on the way must show where the focus is."""
    handle = wanted.element_handle()
    for _ in range(most):
        page.keyboard.press("Tab")
        if handle.evaluate("element => element === document.activeElement"):
            assert shows_focus(page), f"no visible focus on {wanted}"
            return
    pytest.fail(f"the keyboard never reaches {wanted}")


def shows_focus(page: Page) -> bool:
    """Whether the element or what it stands in looks different while it has the focus."""
    return page.evaluate(
        """() => {
            const element = document.activeElement;
            const around = [element, element.nextElementSibling, element.parentElement,
                element.parentElement?.parentElement].filter(Boolean);
            const look = () => around.map((e) => {
                const style = getComputedStyle(e);
                return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join();
            }).join();
            const focused = look();
            element.blur();
            const plain = look();
            element.focus();
            return focused !== plain;
        }"""
    )


def test_the_way_back_keeps_what_was_typed(person):
    buyer: Person = person(PHONE)
    page = buyer.goes("/produk/")
    page.locator("main a[href*='/produk/']").first.click()
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    page.get_by_label("Nama lengkap").fill("Ani")
    page.get_by_label("Nomor WhatsApp").fill("123")
    page.get_by_label("Kabupaten/kota").select_option(label="Kota Pangkal Pinang")
    page.get_by_label("Kecamatan").select_option(label="Rangkui")
    page.get_by_label("Kelurahan/desa").select_option(index=2)
    village = page.get_by_label("Kelurahan/desa").input_value()
    page.get_by_role("button", name=re.compile("Buat pesanan|Hitung ongkos")).click()
    expect(page).to_have_title(re.compile("^Galat: "))
    expect(page.get_by_label("Nama lengkap")).to_have_value("Ani")
    expect(page.get_by_role("alert").first).to_be_visible()
    buyer.sees_an_accessible_page()
    page.go_back()  # the browser knows the first answer, in which nothing could be chosen below the regency
    expect(page.get_by_label("Kelurahan/desa")).to_have_value(village)
    expect(page.get_by_label("Nama lengkap")).to_have_value("Ani")


def test_a_look_into_the_cart_loses_nothing_of_the_form(person, tmp_path):
    buyer: Person = person(PHONE)
    page = buyer.goes("/produk/")
    page.locator("main a[href*='/produk/']").first.click()
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    typed = {"Nama lengkap": "Ani", "Nomor WhatsApp": "0840 5566 1122", "Alamat lengkap": "Jl. Uji No. 7"}
    for label, value in typed.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("Kabupaten/kota").select_option(label="Kota Pangkal Pinang")
    page.get_by_label("Kecamatan").select_option(label="Rangkui")
    page.get_by_label("Kelurahan/desa").select_option(index=2)
    typed["Kelurahan/desa"] = page.get_by_label("Kelurahan/desa").input_value()
    page.get_by_role("banner").get_by_role("link", name="Keranjang").click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    for label, value in typed.items():
        expect(page.get_by_label(label)).to_have_value(value)
    page.get_by_role("button", name=re.compile("Buat pesanan dan bayar Rp")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bayar")
    page.wait_for_load_state()
    assert page.evaluate("sessionStorage.length") == 0  # ordered: this tab remembers nobody

    huge = tmp_path / "bukti.jpg"
    huge.write_bytes(b"\xff\xd8\xff" + bytes(10 * 1024 * 1024))
    page.get_by_label("Bukti transfer").set_input_files(huge)
    page.get_by_role("button", name="Kirim bukti transfer").click()
    buyer.sees("Berkas fotonya lebih dari 10 MB")
    expect(page.get_by_label("Bukti transfer")).to_be_focused()
    page.get_by_label("Bukti transfer").set_input_files(papers.picture_file(huge, (20, 90, 160)))
    page.get_by_role("button", name="Kirim bukti transfer").click()
    buyer.sees("Bukti transfer sedang diperiksa")


def test_a_question_about_couriers_does_not_lead_away_from_the_order(person):
    """The last choice is asked about while the order is already being sent: its answer finds an empty cart."""
    buyer = person(PHONE)
    page = buyer.goes("/produk/")
    page.locator("main a[href*='/produk/']").first.click()
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    page.get_by_label("Nama lengkap").fill("Ani")
    page.get_by_label("Nomor WhatsApp").fill("0840 5566 1133")
    page.get_by_label("Kabupaten/kota").select_option(label="Kota Pangkal Pinang")
    page.get_by_label("Kecamatan").select_option(label="Rangkui")
    page.get_by_label("Kelurahan/desa").select_option(index=2)
    page.get_by_label("Alamat lengkap").fill("Jl. Uji No. 7")
    page.wait_for_load_state("networkidle")
    held: list[Route] = []

    def order_first(route: Route) -> None:
        """Questions wait until the order was placed; the order's own answer comes last."""
        if route.request.method == "GET":
            held.append(route)
            return
        answer = route.fetch(max_redirects=0)
        for question in held:
            question.continue_()
        time.sleep(1)
        route.fulfill(response=answer)

    page.route(re.compile(r"/pesan(\?|$)"), order_first)
    page.get_by_role("radio", name=re.compile("QRIS")).check()
    for _ in range(PATIENCE_MS // 100):
        if held:
            break
        page.wait_for_timeout(100)
    assert held
    page.get_by_role("button", name=re.compile("Buat pesanan")).last.click()
    expect(page.get_by_text(re.compile(r"Pesanan GU-\d+")).first).to_be_visible()
