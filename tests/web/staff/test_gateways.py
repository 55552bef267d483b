"""Staff see what went wrong at gateways, ask again, close it with a note, and let a gateway give money back."""

import io

import pytest
from python_calamine import CalamineWorkbook

from gallery.accounts.permissions import Actor
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.orders.models import Order
from gallery.orders.states import CancelReason, OrderStatus
from gallery.payments import services
from gallery.payments.errors import GatewayRefusedError, GatewayUnsureError
from gallery.payments.models import GatewayCharge, Refund
from gallery.payments.states import ChargeTrouble, RefundStatus
from tests.browser import signed_in
from tests.factories.accounts import make_gallery, make_user
from tests.factories.checkout import make_placed_order
from tests.factories.gateways import look, make_desk, make_online_order, open_page, the_payment, work

LIST = "/petugas/pembayaran/gerbang/"
REFUNDS = "/petugas/pembayaran/pengembalian/"


@pytest.fixture
def desk(app):
    return make_desk()


@pytest.fixture
def officer(app):
    return signed_in(app, make_user("province_officer"))


def text(answer) -> str:
    return answer.get_data(as_text=True)


def one(model):
    db.session.rollback()
    return db.session.query(model).populate_existing().one()


def paid(desk) -> tuple[int, str]:
    order_id = make_online_order().id
    reference = open_page(desk, order_id)
    desk.pay(reference)
    look(reference)
    return order_id, reference


def cancel(order_id: int) -> None:
    with transaction() as session:
        facts = {"reason": CancelReason.BUYER_ASKED, "by_buyer": False, "actor": Actor.system()}
        services.cancel_order(session, order_id, **facts)


def trouble(desk) -> str:
    """Other money came than was asked for; the charge's public id."""
    reference = open_page(desk, make_online_order().id)
    desk.pay(reference)
    desk.change(reference, amount_idr=1)
    look(reference)
    return one(GatewayCharge).public_id


def test_a_payment_shows_what_its_gateway_said(desk, officer):
    order_id, reference = paid(desk)
    desk.change(reference, said="complete paid")
    desk.dispute(reference, 50_000)
    look(reference)
    page = text(officer.get(f"/petugas/pembayaran/{the_payment(order_id).public_id}"))
    for shown in (reference, f"page-{reference}", f"pi-{reference}", "complete paid", "Tanya Stripe lagi", "Rp50.000"):
        assert shown in page
    assert "jawab paling lambat" in page
    assert "sudah masuk" not in page


def test_what_is_to_be_paid_at_a_gateway_is_not_booked_by_hand(desk, officer):
    public_id = the_payment(make_online_order().id).public_id
    page = text(officer.get(f"/petugas/pembayaran/{public_id}"))
    assert "sudah masuk" not in page
    assert "Dicatat sendiri begitu Stripe" in page
    answer = officer.post(f"/petugas/pembayaran/{public_id}/terima")
    assert answer.location == f"/petugas/pembayaran/{public_id}"
    assert one(Order).status is OrderStatus.AWAITING_PAYMENT


def test_asking_now_books_what_came(desk, officer):
    order_id = make_online_order().id
    desk.pay(open_page(desk, order_id))
    payment = f"/petugas/pembayaran/{the_payment(order_id).public_id}"
    ask = f"{LIST}{one(GatewayCharge).public_id}/tanya"
    desk.fails["ask"] = GatewayUnsureError("time-out")
    assert "belum menjawab" in text(officer.post(ask, page=payment, follow_redirects=True))
    desk.fails["ask"] = GatewayRefusedError("no", code_there="api_key_expired")
    assert "api_key_expired" in text(officer.post(ask, page=payment, follow_redirects=True))
    assert "sudah diperbarui" in text(officer.post(ask, page=payment, follow_redirects=True))
    assert "tidak ada yang berubah" in text(officer.post(ask, page=payment, follow_redirects=True))
    assert one(Order).status is OrderStatus.PAID
    adapters.gateways().clear()
    assert "Cara bayar ini sedang tidak dapat dipakai" in text(officer.post(ask, page=payment, follow_redirects=True))


def test_trouble_is_listed_and_closed_with_a_note(desk, officer):
    public_id = trouble(desk)
    page = text(officer.get(LIST))
    assert "Jumlahnya lain" in page
    assert "masuk Rp1" in page
    assert ">Bermasalah" in text(officer.get("/petugas/pembayaran/"))
    answer = officer.post(f"{LIST}{public_id}/tutup", {"catatan": " "}, page=LIST)
    assert answer.status_code == 422
    assert "Tulis apa yang sudah dilakukan" in text(answer)
    assert one(GatewayCharge).trouble_note == ""
    for note in ("dikembalikan di dasbor", "yang kedua"):
        assert officer.post(f"{LIST}{public_id}/tutup", {"catatan": note}).status_code == 303
    charge = one(GatewayCharge)
    assert (charge.trouble, charge.trouble_note) == (ChargeTrouble.AMOUNT, "dikembalikan di dasbor")
    assert "Tidak ada pembayaran yang bermasalah" in text(officer.get(LIST))


def test_troubles_and_disputes_are_workbooks_that_a_page_offers_where_there_are_some(desk, officer):
    assert "unduh=" not in text(officer.get(LIST))
    trouble(desk)
    assert "unduh=xlsx" in text(officer.get(LIST))
    head, row = sheet(officer, "xlsx")
    assert row[head.index("Yang masuk")] == 1
    assert row[head.index("Jumlah")] > 1
    _order_id, reference = paid(desk)
    desk.dispute(reference, 50_000)
    look(reference)
    assert "unduh=sengketa" in text(officer.get(LIST))
    head, row = sheet(officer, "sengketa")
    assert (row[head.index("Gerbang")], row[head.index("Jumlah")]) == ("Stripe", 50_000)
    stranger = signed_in(officer.client.application, make_user("gallery_manager", gallery_id=make_gallery().id))
    assert sheet(stranger, "xlsx")[1:] == []
    assert sheet(stranger, "sengketa")[1:] == []


def sheet(who, what) -> list:
    answer = who.get(f"{LIST}?unduh={what}")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_disputes_wait_for_an_answer_by_a_day(desk, officer):
    _, reference = paid(desk)
    desk.dispute(reference, 50_000)
    look(reference)
    page = text(officer.get(LIST))
    assert "Jawab paling lambat" in page
    assert f"dp-{reference}" in page


def test_a_gallery_sees_no_trouble_of_another(app, desk):
    public_id = trouble(desk)
    stranger = signed_in(app, make_user("gallery_manager", gallery_id=make_gallery().id))
    assert "Jumlahnya lain" not in text(stranger.get(LIST))
    for rest in ("tanya", "tutup"):
        assert stranger.post(f"{LIST}{public_id}/{rest}", {"catatan": "x"}).status_code == 404
    assert one(GatewayCharge).trouble_note == ""


def test_the_list_asks_the_database_a_bounded_number_of_times(desk, officer, count_queries):
    for _ in range(3):
        _, reference = paid(desk)
        desk.dispute(reference, 50_000)
        look(reference)
    officer.get(LIST)
    with count_queries() as q:
        officer.get(LIST)
    assert q.count <= 8


def test_a_refund_is_sent_through_the_gateway_by_one_click(desk, officer):
    order_id, _ = paid(desk)
    cancel(order_id)
    assert "Kembalikan lewat Stripe" in text(officer.get(REFUNDS))
    send = f"{LIST}pengembalian/{one(Refund).public_id}/kirim"
    answers = [officer.post(send) for _ in range(2)]
    assert [answer.location for answer in answers] == [REFUNDS] * 2
    assert one(Refund).status is RefundStatus.SENDING
    page = text(officer.get(REFUNDS))
    assert "Stripe sedang mengembalikan uangnya" in page
    assert "Kembalikan lewat Stripe" not in page
    by_hand = officer.post(f"{REFUNDS}{one(Refund).public_id}/selesai", {"cara": "BRI"}, follow_redirects=True)
    assert "Uangnya sedang dikembalikan lewat gerbang pembayaran" in text(by_hand)
    work()
    assert one(Refund).status is RefundStatus.DONE
    assert "lewat Stripe" in text(officer.get(f"{REFUNDS}?keadaan=selesai"))
    assert desk.calls.count("refund") == 1


def test_a_refusal_is_shown_and_the_money_may_go_back_by_hand(desk, officer):
    order_id, _ = paid(desk)
    cancel(order_id)
    desk.fails["refund"] = GatewayRefusedError("no", code_there="balance_insufficient")
    officer.get(REFUNDS)
    officer.post(f"{LIST}pengembalian/{one(Refund).public_id}/kirim")
    work()
    assert "Stripe tidak mengembalikan uangnya: balance_insufficient" in text(officer.get(REFUNDS))
    officer.post(f"{REFUNDS}{one(Refund).public_id}/selesai", {"cara": "transfer BRI"})
    assert (one(Refund).status, one(Refund).note) == (RefundStatus.DONE, "transfer BRI")


def test_a_transfer_is_not_given_back_through_a_gateway(desk, officer):
    order_id = make_placed_order().id
    payment_id = the_payment(order_id).id
    with transaction() as session:
        services.verify(session, payment_id, actor=Actor.system())
    cancel(order_id)
    assert "Kembalikan lewat" not in text(officer.get(REFUNDS))
    answer = officer.post(f"{LIST}pengembalian/{one(Refund).public_id}/kirim", follow_redirects=True)
    assert "tidak masuk lewat gerbang" in text(answer)
    assert one(Refund).status is RefundStatus.DUE
