"""The kuitansi of a sale at the counter: asked for with a name, numbered by the year, corrected with a new number."""

import re
import threading

import pytest

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.counter import services as counter
from gallery.counter.errors import PayerChangedOftenError
from gallery.counter.models import CounterSale, SaleReceipt
from gallery.counter.services import Back
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.inventory.models import Paper
from gallery.inventory.states import PaperKind
from gallery.web.filters import rupiah
from gallery.web.spelled import spelled
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.counter import ACTOR, make_desk, make_sale, on_shelf
from tests.factories.inventory import BELITUNG, make_gallery_place
from tests.printed import codes, pdf_text
from tests.web.test_papers import flat

OFFICE = "Dinas Kesehatan Kota Pangkalpinang"


@pytest.fixture
def desk(app):
    return make_desk()


@pytest.fixture
def staff(app, desk):
    return signed_in(app, make_user("gallery_staff", gallery_id=desk.gallery_id, name="Rina"))


@pytest.fixture
def sale(desk):
    goods, _ = on_shelf(desk, price_idr=45_000)
    return make_sale(desk, (goods, 3))


def text(answer) -> str:
    return answer.get_data(as_text=True)


def path(sale, rest="") -> str:
    return f"/petugas/kasir/struk/{sale.public_id}/kuitansi{rest}"


def kuitansis() -> list[Paper]:
    db.session.rollback()
    return db.session.query(Paper).filter_by(kind=PaperKind.PAYMENT_RECEIPT).order_by(Paper.id).all()


def test_a_buyer_who_asks_gets_a_kuitansi_with_the_numbers_of_the_sale(app, staff, sale):
    assert path(sale) in text(staff.get(f"/petugas/kasir/struk/{sale.public_id}"))
    assert staff.get(path(sale, ".pdf")).status_code == 404  # nobody asked yet
    empty = staff.post(path(sale), {"payer": " "}, page=path(sale))
    assert (empty.status_code, "Tulis nama orang atau kantor" in text(empty)) == (422, True)
    long = staff.post(path(sale), {"payer": "x" * 121}, page=path(sale))
    assert (long.status_code, "x" * 121 in text(long)) == (422, True)
    assert kuitansis() == []
    for _ in range(2):
        assert staff.post(path(sale), {"payer": OFFICE}, page=path(sale)).status_code == 303
    (paper,) = kuitansis()
    assert re.fullmatch(rf"KW-G\d+-{clock.today():%Y}-0001", paper.number)
    assert paper.summary == {"lines": 1, "pieces": 3, "total_idr": 135_000}
    assert paper.number in text(staff.get(path(sale)))
    pdf = staff.get(path(sale, ".pdf")).data
    shown = flat(pdf_text(pdf))
    row = db.session.query(CounterSale).one()
    for words in (paper.number, row.number, OFFICE, rupiah(row.total_idr), spelled(row.total_idr), "3 barang UMKM"):
        assert words in shown, words
    assert "Meterai" not in shown
    assert [value for _kind, value in codes(pdf)] == [f"http://localhost/periksa/{paper.check_code}"]
    public = text(guest(app).get(f"/periksa/{paper.check_code}"))
    assert paper.number in public
    assert OFFICE not in public


def test_another_name_makes_another_number_and_the_old_paper_holds_no_more(app, staff, sale):
    staff.post(path(sale), {"payer": "Dinas Kesehatn"}, page=path(sale))
    staff.post(path(sale), {"payer": OFFICE}, page=path(sale))
    old, new = kuitansis()
    assert (old.number[-4:], new.number[-4:]) == ("0001", "0002")
    shown = flat(pdf_text(staff.get(path(sale, ".pdf")).data))
    assert f"menggantikan {old.number}" in shown
    assert "Dinas Kesehatn" not in shown
    assert new.number in text(guest(app).get(f"/periksa/{old.check_code}"))
    assert db.session.query(SaleReceipt.revision).scalar() == 2


def test_a_kuitansi_is_corrected_nine_times_at_most(staff, sale):
    for number in range(9):
        with transaction() as session:
            counter.issue_payment_receipt(session, sale.id, payer=f"Nama {number}", actor=ACTOR)
    with transaction() as session, pytest.raises(PayerChangedOftenError):
        counter.issue_payment_receipt(session, sale.id, payer=OFFICE, actor=ACTOR)
    refused = staff.post(path(sale), {"payer": OFFICE}, page=path(sale))
    assert (refused.status_code, "terlalu sering diganti" in text(refused)) == (409, True)
    assert f'value="{OFFICE}"' in text(refused)
    assert len(kuitansis()) == 9


def test_what_came_back_is_said_on_the_kuitansi(desk, staff, sale):
    staff.post(path(sale), {"payer": OFFICE}, page=path(sale))
    with transaction() as session:
        line_id = session.get_one(CounterSale, sale.id).lines[0].id
        counter.return_sale(
            session, sale.id, desk.shift_id, {line_id: Back(1)}, reason=ReturnReason.QUALITY, note="",
            refund_method=RefundMethod.OTHER, request_key="b1", actor=ACTOR,
        )  # fmt: skip
    shown = flat(pdf_text(staff.get(path(sale, ".pdf")).data))
    assert "Rp45.000 dikembalikan kepada pembeli" in shown
    assert "Rp135.000" in shown


def test_a_large_sum_keeps_room_for_the_stamp(desk, staff):
    goods, _ = on_shelf(desk, price_idr=2_600_000)
    sale = make_sale(desk, (goods, 2))
    staff.post(path(sale), {"payer": OFFICE}, page=path(sale))
    assert "Meterai Rp10.000" in flat(pdf_text(staff.get(path(sale, ".pdf")).data))


def test_another_gallerys_sale_has_no_kuitansi_and_who_only_looks_makes_none(app, staff, sale):
    elsewhere = signed_in(app, make_user("gallery_manager", gallery_id=make_gallery_place(BELITUNG).gallery_id))
    assert elsewhere.get(path(sale)).status_code == 404
    assert elsewhere.post(path(sale), {"payer": OFFICE}, page="/akun/").status_code == 404
    staff.post(path(sale), {"payer": OFFICE}, page=path(sale))
    assert elsewhere.get(path(sale, ".pdf")).status_code == 404
    province = signed_in(app, make_user("province_officer"))
    assert province.get(path(sale, ".pdf")).status_code == 200
    assert 'name="payer"' not in text(province.get(path(sale)))
    assert province.post(path(sale), {"payer": "X"}, page="/akun/").status_code == 403
    assert len(kuitansis()) == 1


def test_the_page_asks_the_database_a_bounded_number_of_times(staff, sale, count_queries):
    staff.post(path(sale), {"payer": OFFICE}, page=path(sale))
    with count_queries() as queries:
        staff.get(path(sale))
    assert queries.count <= 9


@pytest.mark.processes
def test_two_who_press_at_once_make_one_kuitansi(app, sale):
    sale_id = sale.id
    db.session.remove()
    ready, made = threading.Barrier(2), []

    def press():
        with app.app_context():
            ready.wait()
            try:
                with transaction() as session:
                    made.append(counter.issue_payment_receipt(session, sale_id, payer=OFFICE, actor=ACTOR).number)
            finally:
                db.session.remove()

    both = [threading.Thread(target=press) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [paper.number for paper in kuitansis()] == sorted({*made})
    assert len(made) == 2
