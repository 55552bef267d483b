"""The bank accounts that buyers transfer to."""

import pytest

from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.payments.models import BankAccount
from tests.browser import PASSWORD, signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import make_bank_account

LIST = "/petugas/pengaturan/rekening/"
NEW = f"{LIST}baru"
GIVEN = {"bank": "120", "number": "1400-0000-01", "holder": "Koperasi Contoh", "current_password": PASSWORD}


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def officer(app):
    return signed_in(app, make_user("province_officer"))


def test_the_first_account_is_added(officer):
    assert "Belum ada rekening" in text(officer.get(LIST))
    assert officer.post(NEW, GIVEN, page=NEW).status_code == 303
    account = db.session.query(BankAccount).one()
    assert (account.bank_code, account.bank_name) == ("120", "Bank Sumsel Babel")
    assert (account.number, account.holder, account.is_active) == ("1400000001", "Koperasi Contoh", True)
    entry = db.session.query(AuditEntry).filter_by(action="bank_account.added").one()
    assert entry.facts == {"bank_code": "120", "number_ends": "0001"}
    assert "1400000001" in text(officer.get(LIST))
    again = officer.post(NEW, GIVEN, page=NEW)
    assert (again.status_code, "Rekening ini sudah ada" in text(again)) == (422, True)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"bank": ""}, "Pilih banknya."),
        ({"bank": "999"}, "Pilih banknya."),
        ({"number": "12A4567"}, "Nomor rekening hanya angka, 6 sampai 20 angka."),
        ({"number": ""}, "Nomor rekening hanya angka, 6 sampai 20 angka."),
        ({"holder": ""}, "Tulis nama pemilik rekening seperti di bank."),
        ({"current_password": ""}, "Tulis kata sandi Anda untuk menyetujuinya."),
        ({"current_password": "bukan ini"}, "Kata sandi ini tidak cocok."),
    ],
)
def test_a_faulty_account_is_refused_and_kept_on_the_page(officer, given, sentence):
    answer = officer.post(NEW, GIVEN | given, page=NEW)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Koperasi Contoh" in text(answer) or "holder" in given
    assert db.session.query(BankAccount).count() == 0


def test_an_account_is_no_longer_offered_and_its_number_stays(officer):
    account_id = make_bank_account().id
    page = f"{LIST}{account_id}"
    given = {"holder": "Nama Baru", "number": "999999999", "bank": "002", "current_password": PASSWORD}
    assert officer.post(page, given | {"current_password": "x"}, page=page).status_code == 422
    assert db.session.get(BankAccount, account_id, populate_existing=True).is_active
    assert officer.post(page, given, page=page).status_code == 303
    account = db.session.get(BankAccount, account_id, populate_existing=True)
    assert (account.bank_code, account.number) == ("120", "1400000001")
    assert (account.holder, account.is_active) == ("Nama Baru", False)
    assert db.session.query(AuditEntry).filter_by(action="bank_account.changed").one().facts == {"is_active": False}
    assert officer.get(f"{LIST}99999").status_code == 404


def test_the_list_needs_few_reads(officer, count_queries):
    for number in range(4):
        make_bank_account(number=f"140000{number}")
    officer.get(LIST)
    with count_queries() as seen:
        officer.get(LIST)
    assert seen.count <= 3
