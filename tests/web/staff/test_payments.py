import io
import re
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.files import new_key, record_file
from gallery.inventory.models import StockMovement
from gallery.inventory.states import MovementReason
from gallery.orders import services as orders
from gallery.orders.models import Order, Parcel
from gallery.orders.states import CancelReason, OrderStatus
from gallery.payments import services
from gallery.payments.models import Payment, PaymentProof, Refund
from gallery.payments.states import PaymentStatus, RefundStatus, RejectReason
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import make_placed_order

LIST = "/petugas/pembayaran/"


@pytest.fixture
def officer(app):
    return signed_in(app, make_user("province_officer"))


def text(answer) -> str:
    return answer.get_data(as_text=True)


def with_proof() -> Payment:
    """A payment whose proof waits for the staff."""
    order = make_placed_order()
    key = new_key("proof", "jpg")
    adapters.files().put(key, b"\xff\xd8 picture")
    with transaction() as session:
        payment_id = session.scalars(select(Payment.id).where(Payment.order_id == order.id)).one()
        file = record_file(session, key, b"\xff\xd8 picture", media_type="image/jpeg", purpose="payment_proof")
        services.attach_proof(session, payment_id, file, actor=Actor.anonymous())
    return fresh(payment_id)


def fresh(payment_id) -> Payment:
    db.session.rollback()
    return db.session.get(Payment, payment_id, populate_existing=True)


def with_picture(content: bytes, look: bytes | None = None) -> Payment:
    """A payment whose proof is this picture."""
    order, key = make_placed_order(), new_key("proof", "jpg")
    adapters.files().put(key, content)
    with transaction() as session:
        payment_id = session.scalars(select(Payment.id).where(Payment.order_id == order.id)).one()
        file = record_file(session, key, content, media_type="image/jpeg", purpose="payment_proof")
        services.attach_proof(session, payment_id, file, look=look, actor=Actor.anonymous())
    return fresh(payment_id)


def test_a_proof_that_was_sent_for_another_order_is_shown_with_that_order(app, officer):
    flat, other = b"\0" * 1_024, b"\x30" * 1_024
    first = with_picture(b"\xff\xd8 one", flat)
    same = with_picture(b"\xff\xd8 one", flat)
    alike = with_picture(b"\xff\xd8 two", b"\x0a" * 1_024)  # each field ten of 255 lighter
    unlike = with_picture(b"\xff\xd8 three", other)
    numbers = {one.id: one.order.number for one in (first, same, alike, unlike)}
    page = text(officer.get(f"{LIST}{first.public_id}"))
    said = page[page.index("Bukti ini mungkin sudah dipakai") :].split("</ul>")[0]
    assert f'{LIST}{same.public_id}">{numbers[same.id]}</a>: gambar yang sama' in said
    assert f'{LIST}{alike.public_id}">{numbers[alike.id]}</a>: gambar yang sangat mirip' in said
    assert said.index(numbers[same.id]) < said.index(numbers[alike.id])
    assert numbers[unlike.id] not in said
    assert "mungkin sudah dipakai" not in text(officer.get(f"{LIST}{unlike.public_id}"))
    gallery_id = db.session.get(Order, first.order_id).gallery_id
    manager = signed_in(app, make_user("gallery_manager", gallery_id=gallery_id))
    page = text(manager.get(f"{LIST}{first.public_id}"))
    assert f"{numbers[same.id]}: gambar yang sama" in page  # of another gallery: named, not opened
    assert same.public_id not in page


def test_the_list_shows_what_waits_longest_first(officer):
    first, second = with_proof(), with_proof()
    page = text(officer.get(LIST))
    assert 0 < page.index(first.order.number) < page.index(second.order.number)


def test_an_exact_amount_from_the_bank_finds_its_order(officer):
    payment, other = with_proof(), with_proof()
    page = text(officer.get(LIST, query_string={"q": f"Rp{payment.amount_idr}"}))
    assert payment.order.number in page
    if other.amount_idr != payment.amount_idr:
        assert other.order.number not in page


def test_verified_money_pays_the_order_and_goes_on_to_the_next_proof(officer):
    payment, following = with_proof(), with_proof()
    path = f"{LIST}{payment.public_id}"
    assert "sudah masuk" in text(officer.get(path))
    answer = officer.post(f"{path}/terima")
    assert (answer.status_code, answer.location) == (303, f"{LIST}{following.public_id}")
    assert fresh(payment.id).status is PaymentStatus.PAID
    assert db.session.get(Order, payment.order_id).status is OrderStatus.PAID
    assert db.session.get(Payment, payment.id).verified_by is not None


def test_two_officers_at_once_have_one_effect_and_one_reads_it(app, officer):
    payment = with_proof()
    path = f"{LIST}{payment.public_id}"
    colleague = signed_in(app, make_user("province_officer"))
    officer.get(path)
    colleague.get(path)
    officer.post(f"{path}/terima")
    answer = colleague.post(f"{path}/terima")
    assert "sudah diterima petugas lain" in text(colleague.get(answer.location))
    answer = colleague.post(f"{path}/tolak", {"alasan": "wrong_amount"})
    assert "sudah diputuskan petugas lain" in text(colleague.get(answer.location))
    assert fresh(payment.id).status is PaymentStatus.PAID


def test_above_the_limit_a_colleague_confirms_what_the_first_officer_saw(app, officer):
    app.config["TRANSFER_LIMIT_IDR"] = 50_000
    payment = with_proof()
    path, amount = f"{LIST}{payment.public_id}", payment.amount_idr
    assert "dua petugas yang memastikan" in text(officer.get(path))
    answer = officer.post(f"{path}/terima")
    assert answer.location == LIST  # nothing else waits for this officer
    assert "petugas lain perlu memastikannya" in text(officer.get(LIST))
    assert "dilihat satu petugas" in text(officer.get(LIST))
    officer.post(f"{path}/terima")
    assert fresh(payment.id).status is PaymentStatus.UNDER_REVIEW
    page = text(officer.get(path))
    assert "Anda mencatat" in page
    assert "sudah masuk</" not in page
    colleague = signed_in(app, make_user("province_officer", name="Budi"))
    page = text(colleague.get(path))
    assert "Lihat sendiri di rekening" in page
    assert "sudah masuk</" in page
    refused = colleague.post(f"{path}/terima", {"masuk": str(amount - 1)}, page=path)
    assert refused.status_code == 409
    assert "Petugas pertama mencatat jumlah lain" in text(refused)
    assert colleague.post(f"{path}/terima", {"masuk": str(amount)}, page=path).status_code == 303
    assert fresh(payment.id).status is PaymentStatus.PAID
    assert "Dilihat pertama oleh" in text(colleague.get(path))


def test_what_came_may_differ_in_the_unique_digits_only(officer):
    payment = with_proof()
    path, total = f"{LIST}{payment.public_id}", payment.amount_idr - payment.unique_code
    for typed, status, sentence in (
        ("", 422, "Tulis jumlah yang terbaca"),
        ("banyak", 422, "dengan angka saja"),
        (str(total - 1), 409, "bukan pembayaran pesanan ini"),
    ):
        answer = officer.post(f"{path}/terima", {"masuk": typed}, page=path)
        assert (answer.status_code, sentence in text(answer)) == (status, True)
        assert f'value="{typed}"' in text(answer)
    assert fresh(payment.id).status is PaymentStatus.UNDER_REVIEW
    typed = f"Rp{total:,}".replace(",", ".")
    assert officer.post(f"{path}/terima", {"masuk": typed}, page=path).status_code == 303
    assert (fresh(payment.id).status, fresh(payment.id).received_idr) == (PaymentStatus.PAID, total)
    assert "Yang masuk" in text(officer.get(path))


def test_a_rejection_needs_a_reason_that_the_buyer_reads(officer):
    payment = with_proof()
    path = f"{LIST}{payment.public_id}"
    assert officer.post(f"{path}/tolak", {"alasan": ""}, page=path).status_code == 422
    assert officer.post(f"{path}/tolak", {"alasan": "other", "keterangan": " "}, page=path).status_code == 422
    assert fresh(payment.id).status is PaymentStatus.UNDER_REVIEW
    officer.post(f"{path}/tolak", {"alasan": "other", "keterangan": "Kurang Rp100"}, page=path)
    assert (fresh(payment.id).status, fresh(payment.id).reject_reason) == (PaymentStatus.PENDING, RejectReason.OTHER)
    assert fresh(payment.id).reject_note == "Kurang Rp100"


def test_the_proof_is_served_privately(officer):
    payment = with_proof()
    proof = db.session.scalars(select(PaymentProof)).one()
    answer = officer.get(f"{LIST}{payment.public_id}/bukti/{proof.id}.jpg")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_proof_is_reached_only_through_its_own_payment(officer):
    with_proof()
    other = with_proof()
    foreign = db.session.scalars(select(PaymentProof).order_by(PaymentProof.id)).first()
    assert officer.get(f"{LIST}{other.public_id}/bukti/{foreign.id}.jpg").status_code == 404


def test_a_manager_sees_and_verifies_only_its_own_gallery(app):
    mine, foreign = with_proof(), with_proof()
    manager = signed_in(app, make_user("gallery_manager", gallery_id=mine.order.gallery_id))
    page = text(manager.get(LIST))
    assert mine.order.number in page
    assert foreign.order.number not in page
    manager.get(f"{LIST}{mine.public_id}")
    assert manager.get(f"{LIST}{foreign.public_id}").status_code == 404
    assert manager.post(f"{LIST}{foreign.public_id}/terima").status_code == 404
    assert fresh(foreign.id).status is PaymentStatus.UNDER_REVIEW


@pytest.mark.parametrize("role", ["gallery_staff", "district_officer", "companion", "seller", "administrator", None])
def test_others_do_not_decide_about_money(app, role):
    payment = with_proof()
    scope = {
        "gallery_staff": {"gallery_id": payment.order.gallery_id},
        "district_officer": {"district_code": "19.71"},
        "companion": {"district_code": "19.71"},
        "seller": {"business_id": 1},
    }
    person = signed_in(app, make_user(role, **scope.get(role, {})))
    assert person.get(LIST).status_code == 403
    assert person.post(f"{LIST}{payment.public_id}/terima").status_code == 403
    assert fresh(payment.id).status is PaymentStatus.UNDER_REVIEW


def test_refunds_are_listed_and_noted_once(officer):
    payment = with_proof()
    with transaction() as session:
        services.verify(session, payment.id, actor=Actor.system())
        services.cancel_order(
            session, payment.order_id, reason=CancelReason.OTHER, by_buyer=False, actor=Actor.system()
        )
    page = f"{LIST}pengembalian/"
    refund = db.session.scalars(select(Refund)).one()
    path, refund_id = f"{page}{refund.public_id}/selesai", refund.id
    assert officer.post(path, {"cara": ""}, page=page).status_code == 422
    for note in ("Transfer BRI", "lagi"):
        assert officer.post(path, {"cara": note}).status_code == 303
    db.session.rollback()
    done = db.session.get(Refund, refund_id, populate_existing=True)
    assert (done.status, done.note) == (RefundStatus.DONE, "Transfer BRI")
    assert "Transfer BRI" in text(officer.get(f"{page}?keadaan=selesai"))


def many_refunds(count: int, status: RefundStatus) -> list[str]:
    """Amounts of refunds of one payment, each settled a minute after the one before."""
    payment = with_proof()
    at, amounts = clock.now(), [100_000 + number * 1_000 for number in range(count)]
    with transaction() as session:
        for number, amount in enumerate(amounts):
            moment = at + timedelta(minutes=number)
            session.add(
                Refund(
                    payment_id=payment.id,
                    amount_idr=amount,
                    reason="paid_twice",
                    status=status,
                    status_changed_at=moment,
                    note=f"Transfer {number}.",
                )
            )
    return [f"Rp{amount // 1_000}.000" for amount in amounts]


def test_all_refunds_are_reached_page_by_page_the_newest_that_was_sent_first(officer, count_queries):
    amounts = many_refunds(260, RefundStatus.DONE)
    address = f"{LIST}pengembalian/?keadaan=selesai"
    shown = []
    for number in range(1, 12):
        page = text(officer.get(f"{address}&hal={number}"))
        shown += re.findall(r"<b class=\"price num\">(Rp[\d.]+)</b>", page)
        assert f"Halaman {number} dari 11" in page
    assert shown == amounts[::-1]
    with count_queries() as queries:
        officer.get(f"{address}&hal=3")
    assert queries.count == 4  # the session, the person, the count, the rows


def test_what_is_owed_is_counted_whole_and_an_error_stays_on_its_page(officer, count_queries):
    amounts = many_refunds(230, RefundStatus.DUE)
    assert re.search(r"Pengembalian dana\D*?<[^>]*>230<", text(officer.get(LIST)))
    page = text(officer.get(f"{LIST}pengembalian/"))
    assert amounts[0] in page
    assert amounts[25] not in page
    with count_queries() as queries:
        officer.get(f"{LIST}pengembalian/?hal=2")
    assert queries.count == 4
    last = db.session.query(Refund.public_id).order_by(Refund.id.desc()).limit(1).scalar()
    long = "x" * 201
    answer = officer.post(f"{LIST}pengembalian/{last}/selesai", {"cara": long}, page=f"{LIST}pengembalian/?hal=10")
    assert answer.status_code == 422
    assert amounts[-1] in text(answer)
    assert f'value="{long}"' in text(answer)
    assert "Halaman 10 dari 10" in text(answer)


def test_the_lists_are_workbooks_of_what_they_show_without_a_page(officer):
    waiting = with_proof()
    many_refunds(30, RefundStatus.DONE)
    page = text(officer.get(LIST))
    assert "unduh=xlsx" in page
    head, *rows = sheet(officer.get(f"{LIST}?unduh=xlsx"))
    assert head[:3] == ["Pesanan", "Pembeli", "Jumlah"]
    assert [row[head.index("Jumlah")] for row in rows if row[0] == waiting.order.number] == [waiting.amount_idr]
    assert len(rows) == 2
    assert sheet(officer.get(f"{LIST}?unduh=xlsx&q={waiting.order.number}"))[1][0] == waiting.order.number
    assert sheet(officer.get(f"{LIST}?unduh=xlsx&keadaan=lunas"))[1:] == []
    page = text(officer.get(f"{LIST}pengembalian/?keadaan=selesai"))
    assert "?keadaan=selesai&amp;unduh=xlsx" in page
    head, *rows = sheet(officer.get(f"{LIST}pengembalian/?keadaan=selesai&unduh=xlsx"))
    assert len(rows) == 30
    assert rows[0][head.index("Sebab")] == "Pesanan terbayar dua kali"
    assert rows[0][head.index("Jumlah")] == 129_000
    assert sheet(officer.get(f"{LIST}pengembalian/?unduh=xlsx"))[1:] == []


def sheet(answer) -> list:
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_odd_queries_are_answered(officer):
    with_proof()
    odd = ({"hal": "x"}, {"hal": "-1"}, {"hal": "999999"}, {"keadaan": "'"}, {"q": "%" * 300}, {"q": "9" * 50})
    assert {officer.get(LIST, query_string=query).status_code for query in odd} == {200}


def test_the_list_asks_the_database_little(officer, count_queries):
    for _ in range(4):
        with_proof()
    officer.get(LIST)
    with count_queries() as queries:
        officer.get(LIST)
    assert queries.count <= 8


def test_pieces_of_a_delivered_parcel_are_given_back_once_and_never_more_than_arrived(officer):
    order = make_placed_order(quantity=3)
    payment_id = db.session.scalars(select(Payment.id).where(Payment.order_id == order.id)).one()
    parcel_id = db.session.scalars(select(Parcel.id).where(Parcel.order_id == order.id)).one()
    for step in (orders.pack_parcel, orders.hand_over_parcel, orders.deliver_parcel):
        with transaction() as session:
            if step is orders.pack_parcel:
                services.verify(session, payment_id, actor=Actor.system())
            step(session, parcel_id, actor=Actor.system())
    parcel = db.session.get(Parcel, parcel_id, populate_existing=True)
    line_id, price = parcel.lines[0].id, parcel.lines[0].price_idr
    path = f"{LIST}{fresh(payment_id).public_id}"
    address = f"{path}/kembalikan/{parcel.public_id}"
    form = {f"barang-{line_id}": "2", "sebab": "damaged", "penanggung": "umkm", "kunci": "sekali"}
    unsaid = officer.post(address, form | {"barangnya": ""}, page=path)
    assert unsaid.status_code == 422
    assert "Pilih apa yang terjadi dengan barangnya" in text(unsaid)
    form["barangnya"] = "shelf"
    twice = officer.post(address, form | {"penanggung": "galeri"}, page=path)
    assert twice.status_code == 422
    assert "dapat dijual lagi" in text(twice)
    assert '<option selected value="shelf">' in text(twice)
    assert db.session.query(Refund).count() == 0
    empty = officer.post(address, form | {"sebab": ""}, page=path)
    assert empty.status_code == 422
    assert 'value="2"' in text(empty)  # what was typed is kept
    for _ in range(2):
        assert officer.post(address, form, page=path).status_code == 303
    assert db.session.query(Refund.amount_idr).scalar() == 2 * price
    assert db.session.query(StockMovement.pieces).filter_by(reason=MovementReason.BUYER_RETURN).all() == [(2,)]
    assert "Barang rusak" in text(officer.get(f"{LIST}pengembalian/"))
    more = officer.post(address, form | {"kunci": "lagi"}, page=path)
    assert more.status_code == 409
    assert "lebih dari" in text(more)
    nothing = officer.post(address, form | {f"barang-{line_id}": "0", "kunci": "nol"}, page=path)
    assert nothing.status_code == 409
