import io
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.orders.models import Order
from gallery.payments import services
from gallery.payments.models import Payment, PaymentProof
from gallery.payments.states import PaymentMethod, PaymentStatus
from tests import html
from tests.browser import guest
from tests.factories.checkout import make_placed_order


@pytest.fixture
def buyer(app):
    return guest(app)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def link(order, rest="") -> str:
    return f"/bayar/{order.public_id}{rest}?t={adapters.signer().sign('order', order.public_id)}"


def picture(kind="PNG", colour="#eef", **given) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (80, 120), colour).save(data, kind, **given)
    return data.getvalue()


def send(buyer, order, content, name="bukti.png"):
    buyer.get(link(order))
    data = {"csrf_token": buyer.token, "bukti": (io.BytesIO(content), name)}
    return buyer.client.post(link(order, "/bukti"), data=data, content_type="multipart/form-data")


def kept_pictures(app) -> list[Path]:
    return list(Path(app.config["DATA_DIR"], "files", "proof").rglob("*.jpg"))


def payment() -> Payment:
    db.session.rollback()
    return db.session.scalars(select(Payment).execution_options(populate_existing=True)).one()


def test_the_page_says_where_how_much_and_until_when(buyer):
    order = make_placed_order()
    page, due = text(buyer.get(link(order))), payment()
    assert "1400000001" in page
    assert f"Rp{due.amount_idr:,}".replace(",", ".") in page
    assert f'data-copy="{due.amount_idr}"' in page
    assert "Bayar paling lambat" in page


def test_a_proof_is_re_encoded_and_put_before_the_staff(buyer):
    order = make_placed_order()
    exif = Image.Exif()
    exif[0x010E] = "rahasia di EXIF"
    answer = send(buyer, order, picture("JPEG", exif=exif) + b"trailing payload", "bukti.JPG")
    assert answer.status_code == 303
    assert answer.location.startswith("/pesanan/")
    file = db.session.scalars(select(StoredFile)).one()
    with adapters.files().open(file.key) as picture_file:
        stored = picture_file.read()
    assert stored.startswith(b"\xff\xd8")
    assert b"rahasia" not in stored
    assert b"trailing" not in stored
    assert (file.is_public, file.media_type, "bukti" in file.key) == (False, "image/jpeg", False)
    assert payment().status is PaymentStatus.UNDER_REVIEW


def test_a_wrong_proof_is_replaced_from_the_page_of_the_order(buyer):
    order = make_placed_order()
    page = text(buyer.get(send(buyer, order, picture()).location))
    assert "Ganti bukti transfer" in page
    assert f'href="{link(order).partition("?")[0]}?t=' in page
    send(buyer, order, picture(colour="#210"))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(PaymentProof)) == 2


def test_a_guest_keeps_the_link_in_the_own_whatsapp(app, buyer):
    order = make_placed_order()
    for path in (link(order), link(order).replace("/bayar/", "/pesanan/")):
        own = f"https://wa.me/{order.contact_phone.removeprefix('+')}?text="
        (said,) = [href.removeprefix(own) for href in html.read(buyer.get(path)).links if href.startswith(own)]
        assert buyer.get(unquote(said).split(": ")[1].removeprefix("http://localhost")).status_code == 200


@pytest.mark.parametrize(("email", "is_promised"), [("ani@example.id", True), (None, False)])
def test_news_by_mail_are_promised_to_who_has_left_an_address(buyer, email, is_promised):
    order = make_placed_order()
    with transaction() as session:
        session.get_one(Order, order.id).contact_email = email
    assert ("kabari lewat surel" in text(buyer.get(link(order)))) == is_promised


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7\n" + b"x" * 200, "PDF tidak dapat kami terima"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", None),
        (b"MZ" + b"\0" * 500, None),
        (picture()[:60], None),
        (b"", None),
    ],
)
def test_other_files_are_refused_with_a_sentence(buyer, content, sentence):
    order = make_placed_order()
    answer = send(buyer, order, content, "bukti.jpg")
    assert answer.status_code == 422
    assert "Ada 1 isian yang perlu diperbaiki" in text(answer)
    if sentence:
        assert sentence in text(answer)
    assert payment().status is PaymentStatus.PENDING
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_sending_nothing_is_said(buyer):
    order = make_placed_order()
    answer = buyer.post(link(order, "/bukti"), {}, page=link(order))
    assert answer.status_code == 422
    assert "Berkasnya belum ada" in text(answer)


def test_too_large_a_body_is_refused_on_the_page_itself(buyer):
    body, kind = b"0" * (12 * 1024 * 1024), "multipart/form-data; boundary=x"
    order = make_placed_order()
    answer = buyer.client.post(link(order, "/bukti"), data=body, content_type=kind)
    assert answer.status_code == 413
    assert answer.headers["Connection"] == "close"
    page = text(answer)  # the page itself, ready for another try
    assert "Berkas fotonya lebih dari 10 MB. Kecilkan dulu, lalu kirim lagi." in page
    assert 'name="bukti"' in page
    assert order.number in page
    assert "<title>Galat: " in page
    stranger = buyer.client.post(f"/bayar/{order.public_id}/bukti?t=x", data=body, content_type=kind)
    assert (stranger.status_code, order.number in text(stranger)) == (404, False)


def test_sent_twice_is_one_proof(app, buyer):
    order = make_placed_order()
    content = picture()
    assert [send(buyer, order, content).status_code for _ in range(2)] == [303, 303]
    assert db.session.scalar(select(func.count()).select_from(PaymentProof)) == 1
    assert len(kept_pictures(app)) == 1


def test_a_paid_order_leads_to_its_page_and_takes_no_proof(app, buyer):
    order = make_placed_order()
    buyer.get(link(order))
    with transaction() as session:
        services.verify(session, payment().id, actor=Actor.system())
    assert buyer.get(link(order)).location.startswith("/pesanan/")
    assert send(buyer, order, picture()).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(PaymentProof)) == 0
    assert kept_pictures(app) == []


def test_cash_has_no_page_to_pay(buyer):
    order = make_placed_order(method=PaymentMethod.CASH_AT_PICKUP)
    assert buyer.get(link(order)).location.startswith("/pesanan/")


def test_foreign_links_upload_nothing(buyer):
    order, other = make_placed_order(), make_placed_order()
    token = adapters.signer().sign("order", other.public_id)
    buyer.get(link(order))
    data = {"csrf_token": buyer.token, "bukti": (io.BytesIO(picture()), "a.png")}
    answer = buyer.client.post(f"/bayar/{order.public_id}/bukti?t={token}", data=data)
    assert answer.status_code == 404
    assert db.session.scalar(select(func.count()).select_from(PaymentProof)) == 0
