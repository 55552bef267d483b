"""Pay an order by bank transfer: what, where to, until when; send a proof."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.files import new_key, record_file
from gallery.core.image_facts import ImageEmptyError, ImageError, ImageTypeError
from gallery.core.images import clean_jpeg
from gallery.orders.models import Order
from gallery.payments import services
from gallery.payments.errors import PaymentClosedError, TooManyProofsError
from gallery.payments.queries import payment_of
from gallery.payments.states import PaymentMethod, PaymentStatus
from gallery.web.errors import TEXTS
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
    if payment.method is not PaymentMethod.BANK_TRANSFER or payment.status not in OPEN:
        return redirect(order_url("shop.orders.show", public_id), 303)
    return _render(order, ProofForm())


@bp.post("/<public_id>/bukti")
@by_token
@accepts_upload(PROOF_BYTES)
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
    key, payment_id, is_kept = new_key("proof", "jpg"), payment_of(db.session(), order.id).id, False
    adapters.files().put(key, picture)  # before the row: a crash leaves an orphan, not a hole
    try:
        with transaction() as session:
            file = record_file(session, key, picture, media_type="image/jpeg", purpose="payment_proof")
            is_new = services.attach_proof(session, payment_id, file, actor=current_actor())
        is_kept = is_new
    finally:
        if not is_kept:
            adapters.files().delete(key)


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
        is_late=payment.status is PaymentStatus.EXPIRED,
        token=request.args.get("t", ""),
    )
