import re

import pytest

from gallery.core import clock
from gallery.core.db import db
from gallery.core.files import StoredFile
from gallery.payments.states import PaymentStatus
from gallery.settlement.models import BankLine, BankStatement
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import make_bank_account
from tests.settlement.bank_files import csv_of, workbook
from tests.web.staff.test_bank_lines import FILES, LIST, a_payment, account_id, fresh, sent, taken, text


@pytest.fixture
def officer(app):
    return signed_in(app, make_user("province_officer"))


def test_a_file_is_shown_before_it_is_taken(officer):
    payment = a_payment()
    data = csv_of("sumsel-babel", [(clock.today(), "TRSF", payment.amount_idr), (clock.today(), "LAIN", 7_000)])
    answer = sent(officer, data)
    page = text(officer.get(answer.location))
    assert "Langsung dicatat" in page
    assert re.findall(r'<div class="kpi[^"]*"><b>(\d+)</b>', page) == ["1", "0", "1", "0"]
    assert payment.order.number in page
    assert "Bank Sumsel Babel" in page
    assert db.session.query(BankStatement).count() == 0
    assert fresh(payment).status is PaymentStatus.PENDING


def test_the_same_file_again_changes_nothing(officer):
    taken(officer, ("LAIN", 7_000))
    answer = taken(officer, ("LAIN", 7_000))
    assert "sudah pernah diambil" in text(officer.get(answer.location))
    assert (db.session.query(BankStatement).count(), db.session.query(BankLine).count()) == (1, 1)


def test_unknown_columns_are_chosen_by_hand(officer):
    rows = [["Kapan", "Apa", "Berapa"], [f"{clock.today():%d/%m/%Y}", "TRSF A", "1.000"]]
    path = sent(officer, workbook(rows), name="aneh.xlsx").location
    assert "Kolom berkas ini belum dikenal" in text(officer.get(path))
    chosen = "&hari=0&uraian=1&jumlah=2"
    assert "Pilih satu kolom jumlah" in text(officer.get(f"{path}&hari=0&uraian=1&jumlah=2&debit=2"))
    assert "Pilih kolom tanggalnya" in text(officer.get(f"{path}&uraian=1&jumlah=2"))
    page = text(officer.get(path + chosen))
    assert "TRSF A" in page
    form = {"rekening": str(account_id()), "nama": "aneh.xlsx", "hari": "0", "uraian": "1", "jumlah": "2"}
    answer = officer.post(f"{path.split('?')[0]}/ambil", form, page=path + chosen)
    assert answer.status_code == 303
    assert db.session.query(BankStatement.layout).scalar() == "pilihan"


def test_nothing_of_a_broken_file_is_taken(officer):
    rows = [
        ["Tanggal", "Keterangan", "Debet", "Kredit"],
        ["29/11/2026", "A", "", "1.000"],
        ["29/11/2026", "B", "", "x"],
    ]
    path = sent(officer, workbook(rows)).location
    page = text(officer.get(path))
    assert "1 baris tidak terbaca" in page
    assert "/ambil" not in page
    answer = officer.post(f"{path.split('?')[0]}/ambil", {"rekening": str(account_id())}, page=LIST)
    assert answer.status_code == 422
    assert db.session.query(BankLine).count() == 0


def test_a_file_of_another_account_is_refused_until_the_account_is_chosen(officer):
    account_id()
    other = make_bank_account(bank_code="014", bank_name="BCA", number="7700000009").id
    data = csv_of("bca", [(clock.today(), "TRSF", 5_000)], number="7700000009")
    path = sent(officer, data).location
    assert "mutasi rekening 7700000009" in text(officer.get(path))
    assert officer.post(f"{path.split('?')[0]}/ambil", {"rekening": "1"}, page=LIST).status_code == 422
    assert "TRSF" in text(officer.get(f"{path.split('?')[0]}?rekening={other}&nama=a"))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 x", b"PK\x03\x04 broken"])
def test_what_is_no_sheet_is_refused_in_words(officer, data):
    answer = sent(officer, data)
    assert answer.status_code == 422
    assert db.session.query(StoredFile).count() == 0


def test_another_file_of_the_site_is_not_read(officer):
    from tests.factories.catalog import make_upload

    upload = make_upload()
    public_id = db.session.get(StoredFile, upload.file_id).public_id
    assert officer.get(f"{FILES}{public_id}?rekening={account_id()}").status_code == 404
