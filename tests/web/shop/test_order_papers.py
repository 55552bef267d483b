"""Papers of an order as its buyer gets them: what they say is read back from the PDF by another program."""

import re

import pytest

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.inventory.models import Paper
from gallery.orders.models import Order, OrderLine
from gallery.orders.states import CancelReason
from gallery.payments import services as payments
from gallery.payments.models import Payment, Refund
from gallery.payments.states import PaymentMethod
from gallery.web.filters import rupiah
from gallery.web.spelled import spelled
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import make_placed_order
from tests.factories.delivery import make_parcel
from tests.factories.papers import BUDGET, SYSTEM, make_office_order, pay
from tests.printed import codes, pdf_text
from tests.web.test_papers import flat, letters_off_the_page

TYPED = {
    "officer_post": BUDGET.officer_post,
    "officer_name": BUDGET.officer_name,
    "officer_nip": "19800101 200501 2 001",
    "treasurer_name": BUDGET.treasurer_name,
    "treasurer_nip": "198505052010011003",
    "account_code": BUDGET.account_code,
    "activity": BUDGET.activity,
    "letter_number": BUDGET.letter_number,
    "letter_date": "2026-11-02",
    "npwp": "00.123.456.7-301.000",
}


@pytest.fixture
def buyer(app):
    return guest(app)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def link(public_id, rest="") -> str:
    return f"/pesanan/{public_id}/surat/{rest}?t={adapters.signer().sign('order', public_id)}"


def order_of(parcel) -> tuple[int, str]:
    order = db.session.get(Order, parcel.order_id)
    return order.id, order.public_id


def payment_of(order_id) -> Payment:
    db.session.rollback()
    return db.session.query(Payment).filter_by(order_id=order_id).one()


def read(buyer, key, file) -> str:
    answer = buyer.get(link(key, f"{file}.pdf"))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert letters_off_the_page(answer.data) == []
    return flat(pdf_text(answer.data))


def paper(start) -> Paper:
    return db.session.query(Paper).filter(Paper.number.startswith(start)).order_by(Paper.id.desc()).first()


def test_an_invoice_says_what_is_owed_and_later_that_it_is_paid(buyer):
    order = make_placed_order(quantity=2)
    order_id, key, number = order.id, order.public_id, order.number
    assert "Nota dan kuitansi" in text(buyer.get(f"/pesanan/{key}?t={link(key).split('=')[1]}"))
    assert buyer.get(link(key, "nota.pdf")).status_code == 404
    page = text(buyer.get(link(key)))
    assert "Dapat dibuat setelah pesanan dibayar." in page
    assert "Surat pesanan</b>" not in page  # that one is for offices
    for _twice in range(2):
        assert buyer.post(link(key, "buat"), page=link(key)).status_code == 303
    due, line = payment_of(order_id), db.session.query(OrderLine).filter_by(order_id=order_id).one()
    shown, made = read(buyer, key, "nota"), paper("NT-")
    for words in (
        made.number,
        f"Pesanan {number}",
        line.business_name,
        rupiah(line.subtotal_idr),
        f"Pembulatan (kode unik) {rupiah(due.unique_code)}",
        f"Total {rupiah(due.amount_idr)}",
        f"Terbilang: {spelled(due.amount_idr)}",
        "PPN –",
        "Belum bayar",
        "Dibayar Belum",
    ):
        assert words in shown, words
    assert "LUNAS" not in shown
    pay(order_id)
    again = read(buyer, key, "nota")
    assert "LUNAS" in again
    assert made.number in again
    assert [one.number for one in db.session.query(Paper)] == [made.number]


def test_a_receipt_comes_with_the_money_and_can_be_checked_by_anybody(app, buyer):
    order_id, key = order_of(make_office_order(fulfilment="address", office_id=None))
    buyer.post(link(key, "buat"), page=link(key))
    assert buyer.get(link(key, "kuitansi.pdf")).status_code == 404
    assert [one.kind.value for one in db.session.query(Paper)] == ["invoice"]
    pay(order_id)
    buyer.post(link(key, "buat"), page=link(key))
    amount, made = payment_of(order_id).amount_idr, paper("KW-")
    pdf = buyer.get(link(key, "kuitansi.pdf")).data
    shown = flat(pdf_text(pdf))
    for words in (
        made.number,
        "Sudah terima dari Dewi Anggraini",
        f"Uang sejumlah {spelled(amount)}",
        rupiah(amount),
        "Untuk pembayaran 2 barang UMKM",
        "Transfer bank, Bank Sumsel Babel",
        "Pangkal Pinang, ",
        "PPh Pasal 22",
    ):
        assert words in shown, words
    assert "Meterai" not in shown
    assert "NIP" not in shown
    assert [value for _kind, value in codes(pdf)] == [f"http://localhost/periksa/{made.check_code}"]
    checked = text(guest(app).get(f"/periksa/{made.check_code}"))
    assert (made.number in checked, rupiah(amount) in checked, "Dewi" in checked) == (True, True, False)


@pytest.mark.parametrize(("quantity", "has_duty"), [(10, False), (2, True)])
def test_stamp_duty_has_its_place_above_five_million(buyer, quantity, has_duty):
    shipping = 5_000_000 - 2 * 45_000 if has_duty else 0  # with the unique digits just above
    order_id, key = order_of(make_office_order(paid=True, quantity=quantity, shipping_idr=shipping))
    assert (payment_of(order_id).amount_idr > 5_000_000) is has_duty
    buyer.post(link(key, "buat"), page=link(key))
    assert ("Meterai Rp10.000" in read(buyer, key, "kuitansi")) is has_duty


def test_money_that_went_back_is_said_on_the_receipt(buyer):
    order_id, key = order_of(make_office_order(paid=True))
    buyer.post(link(key, "buat"), page=link(key))
    number = paper("KW-").number
    with transaction() as session:
        payment_id = payment_of(order_id).id
        session.add(Refund(payment_id=payment_id, amount_idr=45_000, reason="damaged"))
    shown = read(buyer, key, "kuitansi")
    assert "Rp45.000 akan dikembalikan kepada pembeli" in shown
    assert number in shown
    refund_id = db.session.query(Refund.id).scalar()
    with transaction() as session:
        payments.finish_refund(session, refund_id, note="transfer", actor=SYSTEM)
    assert "Rp45.000 dikembalikan kepada pembeli pada" in read(buyer, key, "kuitansi")
    assert "Rp45.000 dikembalikan" in read(buyer, key, "nota")


def test_an_office_types_its_budget_once_and_gets_its_papers_in_one_file(buyer):
    parcel = make_office_order()
    parcel_id, (order_id, key) = parcel.id, order_of(parcel)
    page = text(buyer.get(link(key)))
    for words in (
        "Isi dulu data anggaran di bawah.",
        "Dapat dibuat setelah pesanan dibayar.",
        "Dapat dibuat setelah pesanan dibayar dan barangnya diterima.",
    ):
        assert words in page
    assert buyer.get(link(key, "semua.pdf")).status_code == 404
    assert buyer.post(link(key, "anggaran"), TYPED, page=link(key)).status_code == 303
    assert BUDGET.officer_nip in text(buyer.get(link(key)))  # what was typed is there to be corrected
    buyer.post(link(key, "buat"), page=link(key))
    shown = read(buyer, key, "semua")
    assert ("Surat pesanan" in shown, "Nota pesanan" in shown, "Sudah terima dari" in shown) == (True, True, False)
    pay(order_id)
    deliver(parcel_id)
    buyer.post(link(key, "buat"), page=link(key))
    pdf = buyer.get(link(key, "semua.pdf")).data
    pages = [flat(page) for page in pdf_text(pdf).split("\f")[:-1]]
    made = {one.kind.value: one for one in db.session.query(Paper)}
    assert sorted(made) == ["hand_over", "invoice", "order_letter", "payment_receipt"]
    kinds = ("order_letter", "invoice", "payment_receipt", "hand_over")
    assert len(pages) == len(kinds)
    for shown, kind in zip(pages, kinds, strict=True):
        assert made[kind].number in shown
    checks = [f"http://localhost/periksa/{made[kind].check_code}" for kind in kinds]
    assert sorted(value for _kind, value in codes(pdf)) == sorted(checks)
    for words in (BUDGET.officer_name, "NIP 19800101 200501 2 001", BUDGET.account_code, BUDGET.letter_number):
        assert words in pages[0], words
    for words in (
        "Sudah terima dari Bendahara pengeluaran Dinas Pendidikan",
        BUDGET.treasurer_name,
        "NIP 19850505 201001 1 003",
        BUDGET.activity,
        BUDGET.npwp,
    ):
        assert words in pages[2], words
    assert "Semua surat yang dapat dibuat sudah ada." in text(
        follow(buyer, buyer.post(link(key, "buat"), page=link(key)))
    )


def deliver(parcel_id: int) -> None:
    from gallery.orders import services as orders

    for step in (orders.pack_parcel, orders.hand_over_parcel, orders.deliver_parcel):
        with transaction() as session:
            step(session, parcel_id, actor=SYSTEM)


def follow(person, answer):
    assert answer.status_code == 303
    return person.get(answer.location)


def test_a_corrected_budget_makes_new_papers_and_the_old_ones_say_so(app, buyer):
    _, key = order_of(make_office_order(paid=True))
    buyer.post(link(key, "anggaran"), TYPED, page=link(key))
    buyer.post(link(key, "buat"), page=link(key))
    old = paper("KW-").number, paper("KW-").check_code
    assert "sudah bernomor" in text(buyer.get(link(key)))
    buyer.post(link(key, "anggaran"), TYPED | {"treasurer_name": "Rina Wati"}, page=link(key))
    assert buyer.get(link(key, "kuitansi.pdf")).status_code == 404
    buyer.post(link(key, "buat"), page=link(key))
    shown, number = read(buyer, key, "kuitansi"), paper("KW-").number
    assert f"menggantikan {old[0]}" in shown
    assert "Rina Wati" in shown
    checked = text(guest(app).get(f"/periksa/{old[1]}"))
    assert f"sudah diganti dengan nomor {number}" in checked
    assert "benar kami terbitkan. Cocokkan" not in checked


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("officer_nip", "19800101", "NIP terdiri atas 18 angka"),
        ("officer_nip", "19801301 200501 2 001", "NIP ini tidak mungkin"),
        ("treasurer_nip", "198505052010013003", "NIP ini tidak mungkin"),
        ("treasurer_nip", "", "Tulis NIP bendahara, 18 angka."),
        ("officer_name", " ", "Tulis nama pejabat yang memesan."),
        ("account_code", "belanja rapat", "Kode rekening berisi angka dan titik"),
        ("activity", "x" * 201, "Paling panjang 200 huruf."),
        ("letter_date", "2999-01-01", "Tanggal surat tidak boleh sesudah hari ini."),
        ("letter_date", "31/02/2026", "Tulis tanggal yang ada"),
        ("letter_number", "", "Tulis juga nomor suratnya"),
        ("npwp", "12345", "NPWP terdiri atas 15 atau 16 angka."),
    ],
)
def test_what_can_not_be_is_refused_with_a_sentence_and_stays_typed(buyer, name, typed, sentence):
    _, key = order_of(make_office_order())
    answer = buyer.post(link(key, "anggaran"), TYPED | {name: typed}, page=link(key))
    assert answer.status_code == 422
    page = text(answer)
    assert sentence in page
    assert BUDGET.account_code in page or name == "account_code"
    assert "Ada 1 isian yang perlu diperbaiki" in page
    assert 'value="Siti Aminah, S.E."' in page or name == "officer_name"
    assert BUDGET.officer_nip not in text(buyer.get(link(key)))  # nothing was kept


def test_an_order_that_is_over_gets_no_papers(buyer):
    order_id, key = order_of(make_office_order())
    with transaction() as session:
        payments.cancel_order(session, order_id, reason=CancelReason.OTHER, by_buyer=False, actor=SYSTEM)
    page = text(buyer.get(link(key)))
    assert "Pesanan ini batal" in page
    assert "Data anggaran kantor" not in page
    assert buyer.post(link(key, "buat"), page="/masuk").status_code == 303
    answer = buyer.post(link(key, "anggaran"), TYPED, page="/masuk")
    assert answer.status_code == 409
    assert "Pesanan ini sudah batal" in text(answer)
    assert db.session.query(Paper).count() == 0


def test_another_buyers_papers_do_not_exist(app, buyer):
    _, key = order_of(make_office_order(paid=True))
    _, other = order_of(make_office_order(paid=True))
    buyer.post(link(key, "buat"), page=link(key))
    token = re.search(r"t=(.*)", link(other))[1]
    for stranger in (buyer, signed_in(app, make_user())):
        for file in ("", "nota.pdf", "kuitansi.pdf", "semua.pdf", "surat-pesanan.pdf"):
            for query in (f"?t={token}", ""):
                assert stranger.get(f"/pesanan/{key}/surat/{file}{query}").status_code == 404
        for verb in ("anggaran", "buat"):
            assert stranger.post(f"/pesanan/{key}/surat/{verb}?t={token}", TYPED, page=link(other)).status_code == 404


def test_a_home_order_has_no_budget(buyer):
    order = make_placed_order()
    key = order.public_id
    assert buyer.post(link(key, "anggaran"), TYPED, page=link(key)).status_code == 404


def test_the_page_asks_the_database_a_bounded_number_of_times(buyer, count_queries):
    _, key = order_of(make_office_order(paid=True))
    buyer.post(link(key, "anggaran"), TYPED, page=link(key))
    buyer.post(link(key, "buat"), page=link(key))
    with count_queries() as queries:
        buyer.get(link(key))
    assert queries.count <= 16


def test_cash_at_pick_up_is_named_on_the_receipt(buyer):
    parcel = make_parcel(service="pickup", paid=False, packed=False, fulfilment="pickup")
    order_id, key = order_of(parcel)
    with transaction() as session:
        session.get_one(Order, order_id).gallery_id = parcel_gallery(session, parcel.id)
        payment = payments.open_payment(session, session.get_one(Order, order_id), PaymentMethod.CASH_AT_PICKUP)
        payment_id = payment.id
    with transaction() as session:
        payments.receive_cash(session, payment_id, actor=SYSTEM)
    buyer.post(link(key, "buat"), page=link(key))
    assert "Tunai saat mengambil" in read(buyer, key, "kuitansi")


def parcel_gallery(session, parcel_id):
    from gallery.orders.models import Parcel

    return session.get_one(Parcel, parcel_id).place.gallery_id
