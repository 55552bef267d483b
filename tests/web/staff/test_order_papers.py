"""Papers of an order as staff print them: the buyer's own, and the receipt on a roll when cash was taken."""

import pytest

from gallery.core.db import db, transaction
from gallery.inventory.models import Paper
from gallery.orders.models import Order, Parcel
from gallery.orders.states import OrderStatus
from gallery.payments import services as payments
from gallery.payments.models import OrderBudget, Payment
from gallery.payments.states import PaymentMethod
from gallery.web.filters import rupiah
from gallery.web.spelled import spelled
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import make_parcel
from tests.factories.inventory import BELITUNG, make_business, make_gallery_place, make_premises
from tests.factories.papers import BUDGET, make_office_order
from tests.printed import codes, pdf_pages, pdf_text
from tests.web.shop.test_order_papers import TYPED, link
from tests.web.test_papers import flat


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))


def text(answer) -> str:
    return answer.get_data(as_text=True)


def path(parcel, rest="") -> str:
    return f"/petugas/pesanan/{parcel.public_id}/surat/{rest}"


def test_staff_type_the_budget_and_print_what_the_buyer_prints(app, staff, place):
    parcel = make_office_order(place.id, paid=True)
    key = db.session.get(Order, parcel.order_id).public_id
    assert "Nota dan kuitansi" in text(staff.get(f"/petugas/pesanan/{parcel.public_id}"))
    refused = staff.post(path(parcel, "anggaran"), TYPED | {"npwp": "1"}, page=path(parcel))
    assert (refused.status_code, "NPWP terdiri atas" in text(refused)) == (422, True)
    assert staff.post(path(parcel, "anggaran"), TYPED, page=path(parcel)).status_code == 303
    assert db.session.query(OrderBudget).one().changed_by is not None
    staff.post(path(parcel, "buat"), page=path(parcel))
    ours, theirs = (
        person.get(address).data
        for person, address in ((staff, path(parcel, "kuitansi.pdf")), (guest(app), link(key, "kuitansi.pdf")))
    )
    assert BUDGET.treasurer_name in pdf_text(ours)
    assert pdf_text(ours) == pdf_text(theirs)


def test_cash_taken_at_pick_up_gets_a_receipt_on_a_roll(staff, place):
    parcel = make_parcel(place.id, service="pickup", paid=False, status=OrderStatus.CASH_DUE, expires_at=None)
    parcel_id, order_id, page = parcel.id, parcel.order_id, f"/petugas/pesanan/{parcel.public_id}"
    with transaction() as session:
        payments.open_payment(session, session.get_one(Order, order_id), PaymentMethod.CASH_AT_PICKUP)
    staff.post(f"{page}/serahkan", {"recipient_name": "Dewi", "cash": "y"}, page=page)
    parcel = db.session.get(Parcel, parcel_id, populate_existing=True)
    staff.post(path(parcel, "buat"), page=path(parcel))
    assert "Cetak 58 mm" in text(staff.get(path(parcel)))
    payment = db.session.query(Payment).filter_by(order_id=order_id).one()
    made = db.session.query(Paper).filter(Paper.number.startswith("KW-")).one()
    for width in (58, 80):
        pdf = staff.get(path(parcel, f"kuitansi.pdf?lebar={width}")).data
        assert round(pdf_pages(pdf, 1)[0].width / 72 * 25.4) == width
        shown = flat(pdf_text(pdf))
        for words in (made.number, "Lada Putih Muntok", rupiah(payment.amount_idr), "Tunai saat mengambil"):
            assert words in shown, words
        assert f"Terbilang: {spelled(payment.amount_idr)}" in shown
        assert [value for _kind, value in codes(pdf)] == [f"http://localhost/periksa/{made.check_code}"]
    assert round(pdf_pages(staff.get(path(parcel, "kuitansi.pdf?lebar=57")).data, 1)[0].width / 72 * 25.4) == 210


def test_another_gallerys_papers_do_not_exist_and_an_msme_has_none_to_see(app, place):
    parcel = make_office_order(place.id, paid=True)
    elsewhere = signed_in(app, make_user("gallery_manager", gallery_id=make_gallery_place(BELITUNG).gallery_id))
    for file in ("", "nota.pdf", "semua.pdf"):
        assert elsewhere.get(path(parcel, file)).status_code == 404
    assert elsewhere.post(path(parcel, "anggaran"), TYPED, page="/akun/").status_code == 404
    business_id = make_business().id
    own = make_office_order(make_premises(business_id).id, paid=True)
    seller = signed_in(app, make_user("seller", business_id=business_id))
    assert seller.get(path(own)).status_code == 403


def test_the_page_asks_the_database_a_bounded_number_of_times(staff, place, count_queries):
    parcel = make_office_order(place.id, paid=True)
    staff.post(path(parcel, "anggaran"), TYPED, page=path(parcel))
    staff.post(path(parcel, "buat"), page=path(parcel))
    with count_queries() as queries:
        staff.get(path(parcel))
    assert queries.count <= 18
