"""Steps that several journeys take, in the words of the screen."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect
from sqlalchemy import create_engine, text

from gallery.core import clock
from tests.journeys import papers
from tests.journeys.conftest import Person
from tests.site import Site

WORK_MS = 60_000  # what a worker may take


def ask(site: Site, sql: str, **given: Any) -> list[Any]:
    """Rows of the site's database."""
    engine = create_engine(site.database_url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(sql), given))
    finally:
        engine.dispose()


def hand_in(district: Person, folder: Path, name: str) -> str:
    """Upload the messy spreadsheet with its photos, look at the preview, send the good row; return the page's path."""
    page = district.goes("/petugas/impor/baru")
    colour = (196, 122, 44) if "Kemplang" in name else (122, 88, 60)
    page.get_by_label("Lembar kerja").set_input_files(papers.messy_sheet(folder / "data.xlsx", name, "IMG_01.jpg"))
    page.get_by_label("Foto dalam satu ZIP").set_input_files(
        papers.photo_zip(folder / "foto.zip", "IMG_01.jpg", colour)
    )
    page.get_by_role("button", name="Unggah dan periksa").click()
    send = page.get_by_role("button", name=re.compile("Kirim 1 baris"))
    until(district, send)
    district.sees("gratis")
    district.sees_no_sideways_scrolling()
    district.sees_an_accessible_page()
    send.click()
    until(district, page.get_by_text("Selesai", exact=True).first)
    return urlsplit(page.url).path


def until(person: Person, wanted) -> None:
    """Wait for a job: the page follows it by itself, or is loaded anew."""
    expect(wanted).to_be_visible(timeout=WORK_MS)


def approve(curator: Person, product: str) -> None:
    """Publish what was handed in, once its photo is ready; the next case opens by itself."""
    page = curator.goes("/petugas/kurasi/")
    page.get_by_role("link", name=product).first.click()
    expect(page).to_have_url(re.compile(r"/petugas/kurasi/\w+"))
    curator.sees_no_sideways_scrolling()
    curator.sees_an_accessible_page()
    for _ in range(WORK_MS // 500):
        if page.get_by_text("Belum ada foto yang siap").count() == 0:
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_role("button", name="Setujui dan tayangkan").click()
    curator.sees(f"{product} disetujui dan tayang")


def receive_stock(staff: Person, product: str, pieces: int) -> None:
    """Unpack what came without a note, and give its receipt."""
    page = staff.goes("/petugas/titipan/terima/")
    page.get_by_role("button", name="Mulai tanpa surat").click()
    page.locator("[data-scan] [name=code]").fill(f"{pieces}*{product}")
    page.keyboard.press("Enter")
    row = page.locator("[data-line]").filter(has_text=product)
    expect(row.locator("[data-got]")).to_have_value(str(pieces))
    row.get_by_label("Kedaluwarsa").fill(str(clock.today() + timedelta(days=400)))
    row.get_by_label("Rak").focus()  # leaving the field sends it
    page.get_by_role("button", name=re.compile("Selesai")).click()
    expect(page).to_have_url(re.compile("/hasil$"))


def order_for_delivery(buyer: Person, pieces: int) -> str:
    """From the product page to the payment page; return the order's number."""
    page = buyer.page
    page.get_by_role("spinbutton", name="Jumlah").first.fill(str(pieces))
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    page.get_by_label("Nama lengkap").fill("Yanti Oktarina")
    page.get_by_label("Nomor WhatsApp").fill("0840 1122 3344")
    page.get_by_label("Kabupaten/kota").select_option(label="Kota Pangkal Pinang")
    page.get_by_label("Kecamatan").select_option(label="Bukit Intan")
    page.get_by_label("Kelurahan/desa").select_option(index=1)
    page.get_by_label("Alamat lengkap").fill("Jl. Uji Coba No. 5 RT 02/01")
    buyer.sees_no_sideways_scrolling()
    page.get_by_role("button", name=re.compile("Buat pesanan")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bayar")
    return re.search(r"Pesanan ([A-Z0-9-]+)", page.locator("body").inner_text()).group(1)


def verify_payment(manager: Person, number: str) -> None:
    page = manager.goes("/petugas/pembayaran/")
    page.get_by_role("link", name=number).first.click()
    manager.sees_an_accessible_page()
    page.get_by_role("button", name=re.compile("sudah masuk")).click()
    manager.sees(f"Pembayaran {number} diterima")  # and the next proof is shown


def pack(staff: Person, number: str) -> None:
    page = staff.goes("/petugas/pesanan/")
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="Sudah dikemas").click()
    expect(page.get_by_role("link", name="Serahkan ke kurir")).to_be_visible()


def hand_to_rider(staff: Person, number: str) -> str:
    """Choose a rider and return the link in the message that WhatsApp would carry."""
    page = staff.page
    page.get_by_role("link", name="Serahkan ke kurir").click()
    page.get_by_role("button", name=re.compile("^Pilih ")).first.click()
    link = page.get_by_role("link", name=re.compile("Buka WhatsApp")).get_attribute("href")
    text = parse_qs(urlsplit(link).query)["text"][0]
    return re.search(r"https?://\S+", text).group(0)
