"""Pay an order by bank transfer or QRIS: what, where to, until when; send a proof."""

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.files import new_key, put_for, record_file
from gallery.core.image_facts import MAX_BYTES, ImageEmptyError, ImageError, ImageTooLargeError, ImageTypeError
from gallery.core.image_process import clean_jpeg
from gallery.core.picture_look import look_of
from gallery.orders.models import Order
from gallery.payments import services
from gallery.payments.codes import for_amount
from gallery.payments.errors import PaymentClosedError, TooManyProofsError
from gallery.payments.queries import payment_of
from gallery.payments.states import PaymentMethod, PaymentStatus
from gallery.web.barcodes import qr_png, qr_svg_framed
from gallery.web.errors import TEXTS, text_of
from gallery.web.guards import accepts_upload, by_token
from gallery.web.order_links import opened_order, order_url
from gallery.web.session import current_actor
from gallery.web.shop.payment_forms import ProofForm

bp = Blueprint("payment", __name__, url_prefix="/bayar")
PROOF_BYTES = 11 * 1024 * 1024
PROOF_SIDE = 1_600
OPEN = frozenset({PaymentStatus.PENDING, PaymentStatus.UNDER_REVIEW, PaymentStatus.EXPIRED})


@bp.get("/<public_id>")
@by_token
def show(public_id: str) -> ResponseReturnValue:
    order = opened_order(public_id)
    payment = payment_of(db.session(), order.id)
    if payment.method is PaymentMethod.ONLINE:
        return redirect(order_url("shop.online.show", public_id), 303)
    if payment.method is PaymentMethod.CASH_AT_PICKUP or payment.status not in OPEN:
        return redirect(order_url("shop.orders.show", public_id), 303)
    return _render(order, ProofForm())


@bp.get("/<public_id>/qris.png")
@by_token
def qris(public_id: str) -> ResponseReturnValue:
    """The code for this amount, as a picture that a phone can keep; ``polos`` asks for the one without an amount."""
    order, text = _code(public_id)
    answer = Response(qr_png(text), mimetype="image/png")
    answer.headers["Content-Disposition"] = f'inline; filename="qris-{order.number}.png"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/<public_id>/qris.svg")
@by_token
def qris_drawing(public_id: str) -> ResponseReturnValue:
    """The same code as a drawing, sharp at every size; it is what the page shows."""
    _, text = _code(public_id)
    return Response(qr_svg_framed(text), mimetype="image/svg+xml", headers={"Cache-Control": "private, no-store"})


def _code(public_id: str) -> tuple[Order, str]:
    """Return the order and the text of its code while it can be paid, else raise :class:`NotFoundError`."""
    order = opened_order(public_id)
    payment = payment_of(db.session(), order.id)
    if payment.qris_code is None or payment.status not in OPEN:
        raise NotFoundError("Payment")
    text = payment.qris_code.payload
    return order, text if "polos" in request.args else for_amount(text, payment.amount_idr, order.number)


def _too_large(public_id: str) -> ResponseReturnValue:
    """Say on the page itself that the picture is too large; nothing of it was read."""
    order, form = opened_order(public_id), ProofForm(formdata=None)
    form.bukti.errors = [text_of(ImageTooLargeError.code)]
    return _render(order, form), ImageTooLargeError.status


@bp.post("/<public_id>/bukti")
@by_token
@accepts_upload(PROOF_BYTES, too_large=_too_large)
def send_proof(public_id: str) -> ResponseReturnValue:
    """Keep a clean copy of the picture and put the payment before the staff."""
    order, form = opened_order(public_id), ProofForm()
    if not form.validate_on_submit():
        return _render(order, form), 422
    upload = form.bukti.data
    try:
        picture = clean_jpeg(upload.read(), upload.filename or "", PROOF_SIDE)
        _attach(order, picture)
    except ImageError as error:
        form.bukti.errors = [_refusal(error)]
        return _render(order, form), 422
    except TooManyProofsError:
        form.bukti.errors = [_("Bukti sudah dikirim lima kali. Hubungi kami lewat WhatsApp di halaman pesanan.")]
        return _render(order, form), 409
    except PaymentClosedError:
        flash(_("Pembayaran ini sudah tidak menunggu bukti. Keadaannya tertulis di bawah."), "info")
    else:
        flash(_("Bukti terkirim. Petugas memeriksanya pada jam kerja; barang tetap kami tahan untuk Anda."))
    return redirect(order_url("shop.orders.show", public_id), 303)


def _attach(order: Order, picture: bytes) -> None:
    """Store the picture, then put it before the staff; one that is refused or there already is not kept."""
    key, payment_id = new_key("proof", "jpg"), payment_of(db.session(), order.id).id
    look = look_of(picture)
    with put_for(adapters.files(), key, picture) as placed, transaction() as session:
        file = record_file(session, key, picture, media_type="image/jpeg", purpose="payment_proof")
        placed.is_needed = services.attach_proof(session, payment_id, file, look=look, actor=current_actor())


def _refusal(error: ImageError) -> str:
    if isinstance(error, ImageEmptyError):
        return _("Pilih gambar bukti transfer.")
    if isinstance(error, ImageTypeError) and error.found == "PDF":
        return _("Berkas PDF tidak dapat kami terima. Kirim tangkapan layar atau foto bukti transfernya.")
    return str(TEXTS.get(error.code, _("Gambar ini tidak dapat dibaca. Kirim foto JPEG, PNG, atau WebP.")))


def _render(order: Order, form: ProofForm) -> str:
    payment = payment_of(db.session(), order.id)
    return render_template(
        "shop/payment/show.html",
        order=order,
        payment=payment,
        form=form,
        order_url=order_url,
        now=clock.now(),
        is_late=payment.status is PaymentStatus.EXPIRED,
        max_bytes=MAX_BYTES,
        too_large=text_of(ImageTooLargeError.code),
    )
