"""A buyer transfers; an officer uploads the bank's statement: what is sure is paid at once, the likely is confirmed."""

import re

import pytest
from playwright.sync_api import expect

from gallery.core import clock
from tests.journeys import steps
from tests.journeys.conftest import OFFICE, PHONE
from tests.settlement.bank_files import csv_of

pytestmark = pytest.mark.journey


def an_order(buyer, site):
    """Order by transfer; return the order's number, and amount and digits that the bank will show."""
    page = buyer.goes("/produk/?q=getas")
    page.locator("main").get_by_role("link", name=re.compile("getas", re.IGNORECASE)).first.click()
    number = steps.order_for_delivery(buyer, 1)
    sql = 'SELECT amount_idr, unique_code FROM payment JOIN "order" ON "order".id = order_id WHERE number = :number'
    amount, digits = steps.ask(site, sql, number=number)[0]
    return number, amount, digits


def test_a_statement_pays_what_is_sure_and_a_person_says_the_rest(person, site, tmp_path):
    buyer = person(PHONE)
    sure, amount, _ = an_order(buyer, site)
    paying = buyer.page.url
    likely, other, digits = an_order(buyer, site)
    number = steps.ask(site, "SELECT number FROM bank_account ORDER BY id LIMIT 1")[0][0]
    lines = [
        (clock.today(), "TRSF E-BANKING CR 8121", amount),
        (clock.today(), "TRSF YANTI OKTARINA", other - digits),
        (clock.today(), "BIAYA ADM", -12_500),
    ]
    statement = tmp_path / "mutasi.csv"
    statement.write_bytes(csv_of("sumsel-babel", lines, number=number))

    officer = person(OFFICE).signed_in_as("provinsi")
    page = officer.goes("/petugas/mutasi/")
    officer.sees_an_accessible_page()
    page.get_by_label("Lembar kerja").set_input_files(statement)
    page.get_by_role("button", name="Periksa berkas").click()
    officer.sees(sure)
    officer.sees("Langsung dicatat")
    officer.sees_an_accessible_page()
    page.get_by_role("button", name="Ambil 3 baris").click()
    officer.sees("1 cocok pasti, 2 mungkin, 0 belum cocok")
    officer.sees_an_accessible_page()

    page.get_by_role("row", name=re.compile("YANTI")).get_by_role("link").first.click()
    officer.sees("Nama mirip")
    officer.sees_an_accessible_page()
    page.get_by_role("button", name=f"Ya, ini {likely}").click()
    officer.sees("Baris ini dicocokkan")
    page.goto(f"{site.url}/petugas/mutasi/?q=ADM")
    page.get_by_role("row", name=re.compile("BIAYA ADM")).get_by_role("link").first.click()
    page.get_by_role("button", name="Catat", exact=True).click()
    officer.sees("Baris ini dicatat")
    for order in (sure, likely):
        assert steps.ask(site, 'SELECT status FROM "order" WHERE number = :number', number=order) == [("paid",)]

    buyer.goes(paying)
    expect(buyer.page.locator("main")).to_contain_text(
        re.compile("Pembayaran.*diterima|sudah dibayar|Dibayar", re.DOTALL)
    )
    phone = person(PHONE).signed_in_as("provinsi")
    phone.goes("/petugas/mutasi/?keadaan=pasti")
    phone.sees(sure)
    phone.sees_no_sideways_scrolling()
    phone.goes(f"/petugas/rekonsiliasi/?tanggal={clock.today().isoformat()}")
    phone.sees("Mutasi lengkap")
    phone.sees_no_sideways_scrolling()
    phone.sees_an_accessible_page()
