"""Cash at the door on phones of 360 px: ordered, packed, collected by a rider, handed over; the owner gets a share."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import papers
from tests.journeys.conftest import PHONE, Person
from tests.journeys.steps import ask, hand_to_rider, pack

pytestmark = pytest.mark.journey
POSTED_MS = 100_000  # the journal follows within a minute
ONE_ARTICLE = """
    SELECT product.public_id, revision.name, business.name, business.public_id FROM stock_item
    JOIN place ON place.id = stock_item.place_id JOIN gallery ON gallery.id = place.gallery_id
    JOIN variant ON variant.id = stock_item.variant_id JOIN product ON product.id = variant.product_id
    JOIN product_revision revision ON revision.id = product.published_revision_id
    JOIN business ON business.id = product.business_id
    WHERE gallery.code = 'PGK' AND stock_item.on_hand - stock_item.reserved >= 5 AND product.status = 'on_sale'
    AND variant.price_idr BETWEEN 20000 AND 150000
    AND (SELECT count(*) FROM variant v WHERE v.product_id = product.id) = 1
    ORDER BY stock_item.on_hand DESC, stock_item.id LIMIT 1
"""


def test_from_the_order_to_the_safe_and_the_owners_share(person, site, tmp_path):
    product, article, owner, owner_id = ask(site, ONE_ARTICLE)[0]
    buyer = person(PHONE)
    number = order_at_the_door(buyer, product)

    staff = person(PHONE).signed_in_as("staf.pgk")
    pack(staff, number)
    link = hand_to_rider(staff, number)
    name = staff.page.get_by_role("heading", name="Kirim pesan ke").inner_text().removeprefix("Kirim pesan ke ")
    rider = person(PHONE)
    collect(rider, link, tmp_path)
    buyer.page.get_by_role("link", name="Cek status").first.click()
    buyer.sees("Pesanan selesai")

    hand_over(staff, name, number)
    rider.goes(link)
    expect(rider.page.locator("main")).not_to_contain_text("Uang pembeli pada Anda")
    see_the_share(person(PHONE).signed_in_as("provinsi"), site, number, article, owner, owner_id)


def order_at_the_door(buyer: Person, product: str) -> str:
    page = buyer.goes(f"/p/{product}")
    page.get_by_role("button", name="Masukkan keranjang").locator("visible=true").first.click()
    page.get_by_role("link", name="Lanjut ke data dan pembayaran").click()
    page.get_by_label("Nama lengkap").fill("Yanti Oktarina")
    page.get_by_label("Nomor WhatsApp").fill("0840 1122 3355")
    page.get_by_label("Kabupaten/kota").select_option(label="Kota Pangkal Pinang")
    page.get_by_label("Kecamatan").select_option(label="Bukit Intan")
    page.get_by_label("Kelurahan/desa").select_option(index=1)
    page.get_by_label("Alamat lengkap").fill("Jl. Uji Coba No. 5 RT 02/01")
    page.get_by_role("radio", name=re.compile("Bayar tunai kepada kurir")).check()
    order = page.get_by_role("button", name=re.compile(r"bayar Rp[\d.]+ kepada kurir"))
    expect(order).to_be_visible()
    buyer.sees_no_sideways_scrolling()
    buyer.sees_an_accessible_page()
    order.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pesanan")
    buyer.sees("Siapkan uang pas saat paket datang.")
    buyer.sees_an_accessible_page()
    return re.search(r"Pesanan ([A-Z0-9-]+)", page.locator("h1").inner_text()).group(1)


def collect(rider: Person, link: str, folder) -> None:
    """Bring the parcel and take the money; without the tick nothing is delivered."""
    page = rider.goes(link)
    amount = re.search(r"Tagih (Rp[\d.]+) tunai", " ".join(page.locator("main").inner_text().split())).group(1)
    page.get_by_role("button", name="Terima").click()
    page.get_by_role("button", name="Paket sudah saya ambil").click()
    page.get_by_label("Nama yang menerima").fill("Bu Yanti")
    page.get_by_label("Foto paket").set_input_files(papers.picture_file(folder / "pintu.jpg", (90, 120, 40)))
    page.get_by_role("button", name="Paket sudah diterima").click()
    rider.sees("Terima dulu uangnya, lalu centang.")
    assert [trouble[:3] for trouble in rider.troubles] == ["422"]
    rider.troubles.clear()  # this very refusal
    rider.sees_no_sideways_scrolling()
    rider.sees_an_accessible_page()
    page.get_by_label(f"Uang tunai {amount} sudah saya terima dan hitung").check()
    expect(page.get_by_label("Foto paket")).to_have_value(re.compile("pintu.jpg"))  # taken once is enough
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": -2.12914, "longitude": 106.11385})
    page.get_by_label("Sertakan titik tempat ini").check()
    rider.sees("Titik tercatat.")
    expect(page.locator("input[name=lat]")).to_have_value("-2.1291")
    page.get_by_role("button", name="Paket sudah diterima").click()
    rider.sees(re.compile("Selesai: diterima Bu Yanti"))
    expect(page.locator("main")).to_contain_text("Uang pembeli pada Anda: Rp")


def hand_over(staff: Person, name: str, number: str) -> None:
    """All that the rider has is received at the gallery, with a receipt."""
    page = staff.goes("/petugas/setoran-kurir/")
    staff.sees_an_accessible_page()
    page.locator("main").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_label(re.compile(number))).to_be_checked()
    page.get_by_label("Uangnya sudah saya terima dan hitung").check()
    staff.sees_no_sideways_scrolling()
    staff.sees_an_accessible_page()
    page.get_by_role("button", name="Catat setoran").click()
    staff.sees("Setoran dicatat.")
    staff.sees(number)
    staff.sees_an_accessible_page()
    receipt = page.get_by_role("link", name="Cetak tanda terima").get_attribute("href")
    answer = staff.context.request.get(staff.site.url + receipt)
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")


def see_the_share(office: Person, site, number: str, article: str, owner: str, owner_id: str) -> None:
    """What was sold at the door stands in the owner's statement, and the cash in the journal."""
    kinds = "SELECT kind FROM journal_entry WHERE number = :number ORDER BY kind"
    for _ in range(POSTED_MS // 500):
        if {"delivered", "payment"} <= {kind for (kind,) in ask(site, kinds, number=number)}:
            break
        office.page.wait_for_timeout(500)
    page = office.goes(f"/petugas/hak-umkm/{owner_id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(owner)
    expect(page.locator("main")).to_contain_text(article)
    page = office.goes(f"/petugas/jurnal/?q={number}")
    office.sees("Tunai di tangan kurir setempat")
