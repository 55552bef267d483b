import io
from datetime import UTC, datetime

import pytest

from gallery.accounts.permissions import Actor
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.delivery.models import Shipment
from gallery.delivery.states import ShipmentStatus
from gallery.inventory.models import Paper
from gallery.inventory.states import PaperKind
from gallery.orders.models import Parcel
from gallery.orders.states import CancelReason, FulfilmentKind, OrderStatus, ParcelStatus
from gallery.payments import services as payments
from gallery.payments.models import Refund
from gallery.payments.states import PaymentMethod
from tests.browser import guest, signed_in
from tests.delivery.conftest import biteship  # noqa: F401 - a fixture
from tests.factories.accounts import make_office, make_user
from tests.factories.courier_rows import make_booking
from tests.factories.couriers import always_open
from tests.factories.delivery import make_parcel, make_shipment, order_of
from tests.factories.inventory import make_gallery_place
from tests.printed import codes, pdf_text

LIST = "/petugas/pesanan/"
P = ParcelStatus


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))


@pytest.fixture
def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


def path(parcel, rest=""):
    return f"{LIST}{parcel.public_id}{rest}"


def status(parcel):
    db.session.rollback()
    return db.session.get(Parcel, parcel.id, populate_existing=True).status


def text(answer):
    return answer.get_data(as_text=True)


def test_the_list_shows_what_is_to_pack(staff, place):
    parcel = make_parcel(place.id, packed=False, contact_name="Dewi Anggraini")
    ready = make_parcel(place.id)
    page = text(staff.get(LIST))
    assert order_of(parcel).number in page
    assert order_of(ready).number not in page
    assert "Dewi Anggraini" in page
    assert "2 × Lada Putih Muntok" in page
    assert order_of(ready).number in text(staff.get(f"{LIST}?tab=ready"))


def test_a_strange_tab_or_page_is_the_first_one(staff, place):
    make_parcel(place.id, packed=False)
    for query in ("?tab=nonsense", "?hal=99", "?hal=x", "?tab=to_hand_over", "?q=" + "x" * 500):
        assert staff.get(LIST + query).status_code == 200


def test_the_list_needs_few_reads(staff, place, count_queries):
    for _ in range(3):
        make_parcel(place.id, packed=False)
    staff.get(LIST)
    with count_queries() as seen:
        staff.get(LIST)
    assert seen.count <= 9


def test_ticked_parcels_are_packed_once(staff, place):
    one, two, other = (make_parcel(place.id, packed=False) for _ in range(3))
    ids = [one.public_id, two.public_id]
    for _ in range(2):
        answer = staff.post(f"{LIST}kemas", {"id": ids, "tab": "to_pack"}, page=LIST)
        assert answer.status_code == 303
    assert [status(parcel) for parcel in (one, two, other)] == [P.PACKED, P.PACKED, P.TO_PACK]
    assert "paket siap" in text(staff.get(LIST))


def test_pressing_without_a_tick_is_answered(staff, place):
    parcel = make_parcel(place.id, packed=False)
    staff.post(f"{LIST}kemas", {"tab": "to_pack"}, page=LIST)
    assert "Pilih dulu paketnya." in text(staff.get(LIST))
    assert status(parcel) == P.TO_PACK


def test_an_unpaid_parcel_is_not_packed(staff, place):
    parcel = make_parcel(place.id, paid=False, packed=False)
    staff.post(path(parcel, "/kemas"), page=path(parcel))
    assert status(parcel) is P.TO_PACK


def test_the_pick_list_sums_the_shelves(staff, place):
    parcel = make_parcel(place.id, packed=False)
    page = text(staff.post(f"{LIST}daftar-ambil", {"id": [parcel.public_id]}, page=LIST))
    assert "Lada Putih Muntok" in page
    assert f"{order_of(parcel).number}" in page
    assert status(parcel) is P.TO_PACK


def test_the_packing_slip_is_a_pdf_with_everything_on_it(staff, place):
    parcel = make_parcel(place.id, note="Bungkus rapat #emph[ya]", product_name='Getas "Ikan" & Udang')
    answer = staff.get(path(parcel, "/isi-paket.pdf"))
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "application/pdf",
        "no-store",
    )
    shown = pdf_text(answer.data)
    for words in (
        order_of(parcel).number,
        "Dewi Anggraini",
        "Jl. Mentok No. 12, RT 003/RW 001",
        "Pagar hijau",
        "0812-0000-9999",
        'Getas "Ikan" & Udang',
        "Bungkus rapat #emph[ya]",  # typed text is data, never source
        "Galeri PLUT Pangkalpinang",
        "Kurir setempat",
        "2 barang, 600 g",
    ):
        assert words in shown


def test_several_slips_are_one_document(staff, place):
    chosen = [make_parcel(place.id) for _ in range(3)]
    answer = staff.post(f"{LIST}isi-paket.pdf", {"id": [parcel.public_id for parcel in chosen]}, page=LIST)
    assert pdf_text(answer.data).count("\f") == 3
    assert staff.post(f"{LIST}isi-paket.pdf", {}, page=LIST).status_code == 303


def make_cash_parcel(place):
    parcel = make_parcel(place.id, paid=False, status=OrderStatus.CASH_DUE, service="pickup", shipping_idr=0)
    with transaction() as session:
        payments.open_payment(session, session.merge(parcel).order, PaymentMethod.CASH_AT_PICKUP)
    return db.session.get(Parcel, parcel.id)


def test_cash_is_received_and_the_parcel_handed_over_in_one_go(staff, place):
    parcel = make_cash_parcel(place)
    page = text(staff.get(path(parcel)))
    assert "Rp90.000" in page
    refused = staff.post(path(parcel, "/serahkan"), {"recipient_name": "Dewi"})
    assert refused.status_code == 422
    assert "Terima uangnya dulu" in text(refused)
    assert status(parcel) is P.PACKED
    given = {"recipient_name": "Dewi", "cash": "y"}
    assert staff.post(path(parcel, "/serahkan"), given, page=path(parcel)).status_code == 303
    assert status(parcel) is P.DELIVERED
    assert order_of(parcel).status is OrderStatus.COMPLETED


def test_a_paid_parcel_is_fetched_with_a_name(staff, place):
    parcel = make_parcel(place.id, service="pickup")
    nameless = staff.post(path(parcel, "/serahkan"), {"recipient_name": " "}, page=path(parcel))
    assert nameless.status_code == 422
    assert "Galat:" in text(nameless)
    assert staff.post(path(parcel, "/serahkan"), {"recipient_name": "Dewi"}, page=path(parcel)).status_code == 303
    assert status(parcel) is P.DELIVERED
    assert "Paket sudah diserahkan kepada Dewi" in text(staff.get(path(parcel)))


def test_a_parcel_that_left_can_not_be_fetched(staff, place):
    parcel = make_parcel(place.id)
    make_shipment(parcel, status=ShipmentStatus.PICKED_UP)
    answer = staff.post(path(parcel, "/serahkan"), {"recipient_name": "Dewi"}, page=path(parcel))
    assert answer.status_code == 409
    assert status(parcel) is P.HANDED_OVER


def test_a_manager_cancels_with_a_reason_and_the_money_is_owed_back(manager, place):
    parcel = make_parcel(place.id, packed=False, paid=False)
    order_id = parcel.order_id
    with transaction() as session:
        session.add(_account())
        session.flush()
        payment = payments.open_payment(session, session.merge(parcel).order, PaymentMethod.BANK_TRANSFER)
        payment_id, amount = payment.id, payment.amount_idr
    with transaction() as session:
        payments.verify(session, payment_id, actor=Actor.system())
    assert manager.post(path(parcel, "/batalkan"), {"reason": ""}, page=path(parcel)).status_code == 422
    assert manager.post(path(parcel, "/batalkan"), {"reason": "other"}, page=path(parcel)).status_code == 422
    answer = manager.post(path(parcel, "/batalkan"), {"reason": "unavailable", "note": "Pecah"}, page=path(parcel))
    assert answer.status_code == 303
    order = order_of(parcel)
    assert (order.id, order.status, order.cancel_reason) == (order_id, OrderStatus.CANCELLED, CancelReason.UNAVAILABLE)
    assert order.cancel_note == "Pecah"
    assert [refund.amount_idr for refund in db.session.query(Refund)] == [amount]


def _account():
    from gallery.payments.models import BankAccount

    return BankAccount(bank_code="120", bank_name="Bank Contoh", number="000111", holder="Koperasi Contoh")


def test_staff_may_not_cancel(staff, place):
    parcel = make_parcel(place.id, packed=False)
    assert staff.post(path(parcel, "/batalkan"), {"reason": "x"}, page=path(parcel)).status_code == 403
    assert order_of(parcel).status is OrderStatus.PAID


def test_another_gallerys_parcel_does_not_exist(staff):
    foreign = make_parcel(packed=False)
    assert order_of(foreign).number not in text(staff.get(LIST))
    for rest in ("", "/isi-paket.pdf"):
        assert staff.get(path(foreign, rest)).status_code == 404
    for rest in ("/kemas", "/serahkan"):
        assert staff.post(path(foreign, rest), {"recipient_name": "x"}, page=LIST).status_code == 404
    staff.post(f"{LIST}kemas", {"id": [foreign.public_id]}, page=LIST)
    assert status(foreign) is P.TO_PACK
    printed = staff.post(f"{LIST}isi-paket.pdf", {"id": [foreign.public_id]}, page=LIST)
    assert printed.status_code == 303


def test_the_province_sees_but_does_not_pack(app, place):
    officer = signed_in(app, make_user("province_officer"))
    parcel = make_parcel(place.id, packed=False)
    page = text(officer.get(LIST))
    assert order_of(parcel).number in page
    assert "Sudah dikemas" not in page
    assert officer.post(path(parcel, "/kemas"), page=path(parcel)).status_code == 403


def test_a_buyer_is_not_let_in(app, place):
    parcel = make_parcel(place.id)
    buyer = signed_in(app, make_user())
    assert buyer.get(LIST).status_code == 403
    assert buyer.get(path(parcel)).status_code == 403


def test_files_are_read_as_files_only(staff, place):
    parcel = make_parcel(place.id, packed=False)
    answer = staff.post(f"{LIST}kemas", {"id": (io.BytesIO(b"x"), parcel.public_id)}, page=LIST)
    assert answer.status_code == 303
    assert status(parcel) is P.TO_PACK


def test_the_hand_over_note_of_an_office_is_made_once_and_printed_by_staff_and_buyer(app, staff, place):
    parcel = make_parcel(
        place.id, fulfilment=FulfilmentKind.OFFICE, office_id=make_office(name="Dinas Pendidikan").id, quantity=3
    )
    order = order_of(parcel)
    number, key, total = order.number, order.public_id, order.goods_idr
    assert staff.get(path(parcel, "/berita-acara.pdf")).status_code == 404
    assert "Buat berita acara" in text(staff.get(path(parcel)))
    for _twice in range(2):
        made = staff.post(path(parcel, "/berita-acara"), page=path(parcel))
        assert made.location.endswith("/berita-acara.pdf")
    papers = db.session.query(Paper).all()
    assert [(one.kind, one.subject, one.number[:4]) for one in papers] == [(PaperKind.HAND_OVER, key, "BAST")]
    pdf = staff.get(path(parcel, "/berita-acara.pdf")).data
    shown = pdf_text(pdf)
    for words in (papers[0].number, number, "Dinas Pendidikan", "Lada Putih Muntok", "Yang menerima, pihak kedua"):
        assert words in shown
    assert [value for _kind, value in codes(pdf)] == [f"http://localhost/periksa/{papers[0].check_code}"]
    checked = text(guest(app).get(f"/periksa/{papers[0].check_code}"))
    assert papers[0].number in checked
    assert f"Rp{total:,}".replace(",", ".") in checked
    assert "Dewi" not in checked
    link = f"?t={adapters.signer().sign('order', key)}"
    buyer = guest(app)
    assert pdf_text(buyer.get(f"/pesanan/{key}/berita-acara.pdf{link}").data) == shown
    assert buyer.get(f"/pesanan/{key}/berita-acara.pdf").status_code == 404


def test_the_note_says_when_it_came_where_the_courier_names_nobody(staff, place):
    service = "biteship:gojek.instant"
    parcel = make_parcel(place.id, fulfilment=FulfilmentKind.OFFICE, office_id=make_office().id, service=service)
    shipment_id = make_booking(parcel, shipment_status=ShipmentStatus.PICKED_UP, rider_name="Budi Santoso").shipment_id
    staff.post(path(parcel, "/berita-acara"), page=path(parcel))
    assert "Gojek" not in pdf_text(staff.get(path(parcel, "/berita-acara.pdf")).data)
    with transaction() as session:
        shipment = session.get(Shipment, shipment_id)
        shipment.status, shipment.ended_at = ShipmentStatus.DELIVERED, datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
    shown = " ".join(pdf_text(staff.get(path(parcel, "/berita-acara.pdf")).data).split())
    assert "24 November 2026, 10.05 WIB, dari Gojek Instant (Budi)" in shown


def test_only_paid_orders_of_offices_have_a_hand_over_note(staff, place):
    home = make_parcel(place.id)
    assert "berita acara" not in text(staff.get(path(home)))
    assert staff.post(path(home, "/berita-acara"), page=path(home)).status_code == 404
    unpaid = make_parcel(
        place.id, paid=False, packed=False, fulfilment=FulfilmentKind.OFFICE, office_id=make_office().id
    )
    staff.post(path(unpaid, "/berita-acara"), page=path(unpaid))
    assert staff.get(path(unpaid, "/berita-acara.pdf")).status_code == 404
    assert db.session.query(Paper).count() == 0


def test_with_a_courier_on_its_way_the_order_stays_until_the_courier_has_agreed(manager, place, biteship):  # noqa: F811
    always_open(place.id)
    handle = biteship.parcel(place_id=place.id)
    biteship.work()
    with transaction() as session:
        order = session.get(Parcel, handle.id).order
        payments.open_payment(session, order, PaymentMethod.CASH_AT_PICKUP)
    page = f"{LIST}{db.session.get(Parcel, handle.id).public_id}"
    answer = manager.post(f"{page}/batalkan", {"reason": "unavailable"}, page=page)
    assert answer.status_code == 409
    assert "sedang dibatalkan" in answer.get_data(as_text=True)
    assert biteship.state(handle) == ("cancelling", "offered", "packed")
    biteship.work()
    assert manager.post(f"{page}/batalkan", {"reason": "unavailable"}, page=page).status_code == 303
    assert biteship.state(handle) == ("cancelled", "cancelled", "cancelled")
