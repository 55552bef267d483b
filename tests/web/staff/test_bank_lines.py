import io

import pytest

from gallery.core import clock
from gallery.core.db import db
from gallery.orders.models import Order
from gallery.orders.states import OrderStatus
from gallery.payments.models import BankAccount, Payment
from gallery.payments.states import PaymentStatus
from gallery.settlement.models import BankLine
from gallery.settlement.states import BankLineKind, BankLineStatus, Certainty
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import make_bank_account, make_placed_order
from tests.factories.inventory import make_gallery_place
from tests.settlement.bank_files import csv_of

LIST = "/petugas/mutasi/"
FILES = "/petugas/mutasi/berkas/"


@pytest.fixture
def officer(app):
    return signed_in(app, make_user("province_officer"))


def text(answer) -> str:
    return answer.get_data(as_text=True)


def account_id() -> int:
    if not db.session.query(BankAccount).count():
        make_bank_account()
    found = db.session.query(BankAccount.id).order_by(BankAccount.id).limit(1).scalar()
    db.session.rollback()
    return found


def sent(person, data, *, name="mutasi.csv", account=None):
    account = account or account_id()
    form = {"rekening": str(account), "sheet": (io.BytesIO(data), name)}
    return person.post(FILES, form, page=LIST)


def taken(person, *lines, bank="sumsel-babel"):
    """Upload a file of (description, amount) lines, look at it and take it; the page that follows."""
    made = [(clock.today(), words, amount) for words, amount in lines]
    answer = sent(person, csv_of(bank, made))
    assert answer.status_code == 303, text(answer)
    path = answer.location
    form = dict(fields(text(person.get(path))))
    answer = person.post(f"{path.split('?')[0]}/ambil", form, page=path)
    assert answer.status_code == 303, text(answer)
    return answer


def fields(page):
    import re

    form = page[page.index("/ambil") :]
    return re.findall(r'<input type="hidden" name="(rekening|nama)" value="([^"]*)">', form[: form.index("</form>")])


def a_payment() -> Payment:
    order = make_placed_order()
    db.session.rollback()
    return db.session.query(Payment).filter_by(order_id=order.id).one()


def the_line(**given) -> BankLine:
    db.session.rollback()
    return db.session.query(BankLine).filter_by(**given).populate_existing().one()


def fresh(row):
    db.session.rollback()
    return db.session.get(type(row), row.id, populate_existing=True)


def test_what_is_sure_is_settled_at_once_and_the_rest_is_counted(officer):
    payment, other = a_payment(), a_payment()
    near = other.amount_idr - other.unique_code
    answer = taken(officer, ("TRSF", payment.amount_idr), ("DEWI CONTOH", near), ("LAIN", 7_000))
    page = text(officer.get(answer.location))
    assert "1 cocok pasti, 1 mungkin, 1 belum cocok, 0 sudah ada sebelumnya" in page
    assert db.session.get(Order, payment.order_id).status is OrderStatus.PAID
    line = the_line(amount_idr=payment.amount_idr)
    assert (line.status, line.certainty) == (BankLineStatus.MATCHED, Certainty.SURE)
    assert fresh(payment).verified_by is not None
    assert other.order.number in page  # the likely ones are shown first
    assert payment.order.number in text(officer.get(f"{LIST}?keadaan=pasti"))
    assert "LAIN" in text(officer.get(f"{LIST}?keadaan=belum"))


def test_a_likely_line_is_confirmed_by_a_person(officer):
    payment = a_payment()
    taken(officer, ("DEWI CONTOH", payment.amount_idr - payment.unique_code))
    line = the_line()
    path = f"{LIST}{line.public_id}"
    page = text(officer.get(path))
    assert "Nama mirip" in page
    answer = officer.post(f"{path}/cocok", {"jenis": "payment", "dokumen": str(payment.id)}, page=path)
    assert answer.status_code == 303
    assert fresh(payment).status is PaymentStatus.PAID
    page = text(officer.get(path))
    assert "tidak dapat dibatalkan" in page
    again = officer.post(f"{path}/cocok", {"jenis": "payment", "dokumen": str(payment.id)}, page=path)
    assert "sudah dicatat petugas lain" in text(officer.get(again.location))


def test_an_order_is_found_by_its_number(officer):
    payment = a_payment()
    taken(officer, ("TANPA NAMA", payment.amount_idr - payment.unique_code))
    path = f"{LIST}{the_line().public_id}"
    assert payment.order.number not in text(officer.get(path))
    assert payment.order.number in text(officer.get(f"{path}?pesanan={payment.order.number[-6:]}"))


def test_a_document_that_differs_is_refused_in_words(officer):
    payment = a_payment()
    taken(officer, ("TANPA NAMA", 7_000))
    path = f"{LIST}{the_line().public_id}"
    answer = officer.post(f"{path}/cocok", {"jenis": "payment", "dokumen": str(payment.id)}, page=path)
    assert (answer.status_code, "tidak sama dengan baris mutasinya" in text(answer)) == (409, True)
    assert officer.post(f"{path}/cocok", {"jenis": "payment", "dokumen": "x"}, page=path).status_code == 404
    assert officer.post(f"{path}/cocok", {"jenis": "fee", "dokumen": "1"}, page=path).status_code == 404
    assert officer.post(f"{path}/cocok", {"jenis": "payment", "dokumen": "999999"}, page=path).status_code in {404, 409}
    assert the_line().status is BankLineStatus.OPEN


def test_a_line_without_a_document_is_booked_as_what_it_is(officer):
    gallery = make_gallery_place().gallery_id
    taken(officer, ("SETTLEMENT QRIS", 70_000))
    path = f"{LIST}{the_line().public_id}"
    for wrong in ({"jenis": ""}, {"jenis": "qris_payout"}, {"jenis": "other"}, {"jenis": "fee", "biaya": "500"},
                  {"jenis": "qris_payout", "galeri": str(gallery), "biaya": "lima"}):  # fmt: skip
        assert officer.post(f"{path}/catat", wrong, page=path).status_code == 422
    given = {"jenis": "qris_payout", "galeri": str(gallery), "biaya": "490"}
    assert officer.post(f"{path}/catat", given, page=path).status_code == 303
    line = the_line()
    assert (line.kind, line.gallery_id, line.fee_idr) == (BankLineKind.QRIS_PAYOUT, gallery, 490)


def test_a_line_is_put_aside_and_opened_again(officer):
    taken(officer, ("LAIN", 7_000))
    path = f"{LIST}{the_line().public_id}"
    assert officer.post(f"{path}/sisihkan", {"alasan": " "}, page=path).status_code == 422
    officer.post(f"{path}/sisihkan", {"alasan": "ganda"}, page=path)
    assert "ganda" in text(officer.get(f"{LIST}?keadaan=selesai"))
    officer.post(f"{path}/buka", {}, page=path)
    assert the_line().status is BankLineStatus.OPEN


def test_the_list_takes_as_many_reads_for_many_lines_as_for_one(officer, count_queries):
    payment = a_payment()
    near = payment.amount_idr - payment.unique_code
    taken(officer, ("DEWI CONTOH", near))
    with count_queries() as one:
        officer.get(LIST)
    taken(officer, *((f"DEWI CONTOH {n}", near) for n in range(15)))
    with count_queries() as many:
        officer.get(LIST)
    assert many.count == one.count


def test_the_workbook_holds_the_chosen_lines(officer):
    taken(officer, ("=1+1", 7_000), ("LAIN", -9_000))
    answer = officer.get(f"{LIST}?keadaan=belum&unduh=xlsx")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
