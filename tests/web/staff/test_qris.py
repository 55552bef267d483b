"""A gallery's own QRIS code, from the sticker's text to the buyer's screen."""

import io
import json
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from gallery.accounts.models import Gallery
from gallery.core.db import db, transaction
from gallery.payments import services
from gallery.payments.codes import read_qris
from gallery.payments.errors import NoQrisError
from gallery.payments.models import Payment
from gallery.payments.states import PaymentMethod, PaymentStatus
from gallery.web.order_links import order_url
from tests.browser import guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import buy, fill_cart, make_placed_order, send_to
from tests.factories.checkout import guest as guest_cart
from tests.factories.delivery import make_rider, make_tariff
from tests.factories.inventory import PANGKALPINANG, make_gallery_place, make_goods, make_premises, make_stock
from tests.factories.settlement import findings, post, sums

VECTORS = json.loads((Path(__file__).parents[2] / "payments/qris_vectors.json").read_text())
STATIC = VECTORS["positive"][0]["payload"]


@pytest.fixture
def gallery(app):
    place = make_gallery_place()
    return db.session.get(Gallery, place.gallery_id)


def test_a_manager_offers_the_own_gallerys_code_and_bad_text_is_explained(app, gallery):
    gallery_id, page = gallery.id, f"/petugas/qris/{gallery.public_id}"
    manager = signed_in(app, make_user("gallery_manager", gallery_id=gallery_id))
    refused = manager.post(page, {"payload": STATIC[:-1] + "9", "is_active": "y"}, page=page)
    assert refused.status_code == 422
    assert "bukan kode QRIS statis" in refused.get_data(as_text=True)
    assert STATIC[:40] in refused.get_data(as_text=True)  # what was pasted is still there
    assert manager.post(page, {"payload": STATIC, "is_active": "y"}, page=page).status_code == 303
    assert "GALERI PLUT BABEL" in manager.get("/petugas/qris/").get_data(as_text=True)
    other = make_gallery_place()
    foreign = db.session.get(Gallery, other.gallery_id).public_id
    assert manager.get(f"/petugas/qris/{foreign}").status_code == 404


def test_an_order_is_paid_by_a_code_for_its_very_amount(app, client):
    order = make_placed_order(method=PaymentMethod.BANK_TRANSFER)
    with pytest.raises(NoQrisError):
        make_placed_order(method=PaymentMethod.QRIS)
    with transaction() as session:
        services.save_qris(session, order.gallery_id, STATIC, is_active=True, actor=_system())
        session.query(Payment).delete()
    with transaction() as session:
        row = session.get_one(type(order), order.id)
        payment = services.open_payment(session, row, PaymentMethod.QRIS)
        payment_id, amount = payment.id, payment.amount_idr
    with app.test_request_context():
        page, picture = (order_url(name, order.public_id) for name in ("shop.payment.show", "shop.payment.qris"))
        plain = order_url("shop.payment.qris", order.public_id, polos=1)
    visitor = guest(app)
    text = visitor.get(page).get_data(as_text=True)
    assert "GALERI PLUT BABEL" in text
    assert "ID1020000000001" in text
    made = read_qris(_scanned(visitor.get(picture).data))
    assert (made.amount_idr, made.is_static) == (amount, False)
    assert _scanned(visitor.get(plain).data) == STATIC
    drawing = visitor.get(picture.replace("qris.png", "qris.svg"))
    assert (drawing.status_code, drawing.mimetype) == (200, "image/svg+xml")
    assert drawing.headers["Cache-Control"] == "private, no-store"
    assert drawing.data != visitor.get(plain.replace("qris.png", "qris.svg")).data
    with transaction() as session:
        services.verify(session, payment_id, actor=_system())
    assert db.session.get(Payment, payment_id, populate_existing=True).status is PaymentStatus.PAID
    post()
    assert sums()["qris", "gallery"] == amount
    assert findings() == []
    for address in (picture, picture.replace("qris.png", "qris.svg")):
        assert visitor.get(address).status_code == 404  # nothing is to be paid any more


def offer(place) -> None:
    with transaction() as session:
        services.save_qris(session, place.gallery_id, STATIC, is_active=True, actor=_system())


def sent(*places) -> int | None:
    """Send an order with a product of each of these places; return the gallery whose code it is paid to."""
    owner = guest_cart()
    for place in places:
        goods = make_goods()
        make_stock(goods.variant_id, place.id)
        fill_cart(owner, (goods, 1))
    order = buy(owner, send_to(PANGKALPINANG), key=f"sent-{owner.token_hash}", method=PaymentMethod.QRIS)
    code = db.session.query(Payment).filter_by(order_id=order.id).one().qris_code
    return code.gallery_id


def test_an_order_that_is_sent_is_paid_to_the_gallery_that_packs_it(app):
    first, second, silent = make_gallery_place(), make_gallery_place(), make_gallery_place()
    home = make_premises(make_goods().business_id)
    for place in (first, second, silent, home):
        make_tariff(place.id)
        make_rider("19.71.05")
    offer(first)
    offer(second)
    assert sent(second) == second.gallery_id
    assert sent(first) == first.gallery_id
    assert sent(silent, second) == second.gallery_id  # a parcel of each
    assert sent(second, first) == first.gallery_id
    assert sent(home) == first.gallery_id  # no gallery packs it
    with pytest.raises(NoQrisError):
        sent(silent)


def test_checkout_offers_qris_where_the_packing_gallery_has_a_code(app):
    first, silent = make_gallery_place(), make_gallery_place()
    offer(first)
    for place, is_offered in ((first, True), (silent, False)):
        goods = make_goods()
        make_stock(goods.variant_id, place.id)
        visitor = guest(app)
        visitor.post("/keranjang", {"variant": goods.variant_public_id, "quantity": "1"}, page="/keranjang")
        page = visitor.get("/pesan").get_data(as_text=True)
        assert "Pesan" in page
        assert ('value="qris"' in page) is is_offered


def _scanned(picture: bytes) -> str:
    return zxingcpp.read_barcode(Image.open(io.BytesIO(picture))).text


def _system():
    from gallery.accounts.permissions import Actor

    return Actor.system()
