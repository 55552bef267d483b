"""An office orders on a phone, pays by QRIS, types its budget and takes its papers with it in one file."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, expect

from gallery.payments.codes import read_qris
from tests.journeys.conftest import OFFICE, PHONE, Person
from tests.journeys.steps import ask, until
from tests.printed import codes, pdf_text

pytestmark = pytest.mark.journey


def test_an_office_pays_from_its_budget(site, person):
    buyer = person(PHONE)
    page = buyer.goes("/")
    page.locator("input[name=q]").first.fill("lada")
    page.keyboard.press("Enter")
    page.locator("main").get_by_role("link", name=re.compile("lada", re.IGNORECASE)).first.click()
    number, amount = order_for_the_office(buyer)

    pay_by_the_screen(buyer, amount)
    pay_page = page.url
    verify(person(OFFICE).signed_in_as("provinsi"), number)
    until(buyer, page.get_by_role("heading", name="Perjalanan pesanan"))  # the page of the payment followed by itself

    page.goto(pay_page)  # which now leads to the order
    page.get_by_role("link", name="Buka surat-surat").click()
    buyer.sees("Isi dulu data anggaran di bawah.")
    buyer.sees("Dapat dibuat setelah barangnya diterima.")
    type_budget(buyer)
    buyer.sees("Data anggaran tersimpan")
    page.get_by_role("button", name="Buat surat yang siap").click()
    buyer.sees("3 surat dibuat dan bernomor.")
    buyer.sees_no_sideways_scrolling()
    buyer.sees_an_accessible_page()

    pdf = take(page.get_by_role("link", name="Unduh semua dalam satu PDF"))
    shown = pdf_text(pdf)
    for words in ("Surat pesanan", "Nota pesanan", "Kuitansi", number, "Kode rekening", "NIP 19800101 200501 2 001"):
        assert words in shown, words
    made = [row[0] for row in ask(site, "SELECT check_code FROM paper WHERE number LIKE 'KW-%'")]
    assert len(made) == 1
    checks = [text for _kind, text in codes(pdf)]
    assert len(checks) == 3
    assert checks[2].endswith(made[0])
    buyer.goes(f"/periksa/{made[0]}")
    buyer.sees("Kuitansi")
    buyer.sees("benar kami terbitkan")


def order_for_the_office(buyer: Person) -> tuple[str, int]:
    page = buyer.page
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    page.get_by_label("Nama lengkap").fill("Yanti Oktarina")
    page.get_by_label("Nomor WhatsApp").fill("0840 1122 3345")
    page.get_by_text("Antar ke kantor (OPD)").click()
    page.get_by_label("Kantor tujuan (OPD)").select_option(index=1)
    page.get_by_label("Bidang atau ruangan").fill("Bidang Umum")
    page.get_by_text("QRIS", exact=True).click()
    page.get_by_role("button", name=re.compile("Buat pesanan")).locator("visible=true").last.click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Bayar Rp")
    amount = int(re.sub(r"\D", "", heading.inner_text()))
    return re.search(r"Pesanan ([A-Z0-9-]+)", page.locator("body").inner_text()).group(1), amount


def pay_by_the_screen(buyer: Person, amount: int) -> None:
    """Another program reads both codes as Chromium draws them, at the size of a phone, in the light and in the dark."""
    buyer.sees("NMID")
    buyer.sees("Setelah itu")
    assert re.fullmatch(r"\d+ menit", buyer.page.locator("[data-left]").inner_text())
    for scheme in ("dark", "light"):
        buyer.page.emulate_media(color_scheme=scheme)
        filled, plain = (scanned(code) for code in buyer.page.locator("img.qris-code").all())
        assert (filled.amount_idr, filled.is_static) == (amount, False)
        assert (plain.amount_idr, plain.is_static) == (None, True)
        assert (filled.merchant, filled.nmid) == (plain.merchant, plain.nmid)
    buyer.sees_no_sideways_scrolling()
    buyer.sees_an_accessible_page()


def scanned(code: Locator):
    code.scroll_into_view_if_needed()
    expect(code).to_have_js_property("complete", value=True)
    return read_qris(zxingcpp.read_barcode(Image.open(io.BytesIO(code.screenshot()))).text)


def verify(officer: Person, number: str) -> None:
    page = officer.goes(f"/petugas/pembayaran/?keadaan=menunggu&q={number}")
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name=re.compile("sudah masuk")).click()
    officer.sees(f"Pembayaran {number} diterima")


def type_budget(buyer: Person) -> None:
    page = buyer.page
    page.get_by_label("Nama yang memesan").fill("Siti Aminah, S.E.")
    page.get_by_label("NIP yang memesan").fill("19800101 2005")
    page.get_by_label("Nama bendahara").fill("Budi Santoso")
    page.get_by_label("NIP bendahara").fill("19850505 201001 1 003")
    page.get_by_label("Kegiatan", exact=True).fill("Penyediaan makanan dan minuman rapat")
    page.get_by_label("Kode rekening").fill("5.1.02.01.01.0052")
    page.get_by_role("button", name="Simpan data anggaran").click()
    buyer.sees("NIP terdiri atas 18 angka")
    buyer.sees_no_sideways_scrolling()
    buyer.sees_an_accessible_page()
    expect(page.get_by_label("Nama bendahara")).to_have_value("Budi Santoso")
    page.get_by_label("NIP yang memesan").fill("19800101 200501 2 001")
    page.get_by_role("button", name="Simpan data anggaran").click()


def take(link: Locator) -> bytes:
    answer = link.page.request.get(link.page.url.split("/pesanan")[0] + link.get_attribute("href"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return answer.body()
