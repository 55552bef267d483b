"""An MSME gets its money: approved, sent by a file for the bank, seen with its statement on the owner's phone."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.journeys import papers
from tests.journeys.conftest import OFFICE, PHONE, Person
from tests.journeys.steps import ask
from tests.printed import pdf_text

pytestmark = pytest.mark.journey
REFERENCE = "BSB-UJI-0001"
OWNER_OF_WAITING = """
    SELECT user_account.email, business.name, payout_item.amount_idr, payout.number FROM payout_item
    JOIN payout ON payout.id = payout_item.payout_id AND payout.status = 'draft'
    JOIN business ON business.id = payout_item.business_id
    JOIN role_grant ON role_grant.business_id = business.id
    JOIN user_account ON user_account.id = role_grant.user_id AND user_account.email IS NOT NULL
    ORDER BY payout_item.id LIMIT 1
"""


def test_from_what_is_due_to_the_owners_statement(person, site, tmp_path):
    email, business, amount, number = ask(site, OWNER_OF_WAITING)[0]
    shown = f"Rp{amount:,}".replace(",", ".")
    officer = person(OFFICE).signed_in_as("provinsi")
    approve(officer, number, shown)
    file_for_the_bank(officer, amount)
    note_transfers(officer, tmp_path)

    owner = person(PHONE).signed_in_as(email.partition("@")[0])
    read_the_statement(owner, business, number, shown)


def approve(officer: Person, number: str, shown: str) -> None:
    page = officer.goes("/petugas/pembayaran-umkm/")
    officer.sees_an_accessible_page()
    page.locator("main").get_by_role("link", name=number).first.click()
    expect(page.locator("main")).to_contain_text(shown)
    page.get_by_role("button", name="Setujui pembayaran ini").click()
    officer.sees("Pembayaran disetujui.")
    officer.sees_an_accessible_page()


def file_for_the_bank(officer: Person, amount: int) -> None:
    """The file names each transfer with the whole number of the account."""
    page = officer.page
    page.get_by_label("Berkas untuk bank").select_option(label="CSV umum")
    with page.expect_download() as download:
        page.get_by_role("button", name="Unduh berkas bank").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert str(amount) in {row["Jumlah"] for row in rows}
    assert all(re.fullmatch(r"'?\d{6,}", row["Nomor rekening"]) for row in rows), rows[0]


def note_transfers(officer: Person, folder) -> None:
    page = officer.page
    page.get_by_label("Nomor referensi bank").fill(REFERENCE)
    page.get_by_role("button", name="Catat transfer").click()
    officer.sees(REFERENCE)
    page.get_by_text("Simpan bukti", exact=True).first.click()
    page.locator("input[type=file]").set_input_files(papers.picture_file(folder / "bukti.jpg", (20, 90, 140)))
    page.get_by_role("button", name="Simpan bukti").click()
    expect(page.get_by_role("link", name="Bukti 1")).to_be_visible()
    officer.sees_no_sideways_scrolling()
    officer.sees_an_accessible_page()


def read_the_statement(owner: Person, business: str, number: str, shown: str) -> None:
    """What was transferred stands on the phone, and on the printed statement of the month."""
    page = owner.goes("/umkm-saya/uang/")
    row = page.locator("tr", has_text=number)
    expect(row).to_contain_text(shown)
    expect(row).to_contain_text(REFERENCE)
    owner.sees_no_sideways_scrolling()
    owner.sees_an_accessible_page()
    link = page.get_by_role("link", name="Cetak PDF").get_attribute("href")
    answer = owner.context.request.get(owner.site.url + link)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    printed = " ".join(pdf_text(answer.body()).split())
    assert business in printed
    transferred = re.search(r"Sudah ditransfer -(Rp[\d.]+)", printed).group(1)  # this one, and others of the month
    assert rupiah(transferred) >= rupiah(shown)
    expect(page.locator("main")).to_contain_text(transferred)


def rupiah(shown: str) -> int:
    return int(re.sub(r"\D", "", shown))
