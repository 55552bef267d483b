"""An order as its buyer sees it, by signed link or account; and the list of an account's orders."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.accounts.models import Gallery, Office
from gallery.accounts.queries import galleries
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.errors import ParcelNotReadyError
from gallery.delivery.queries import ShipmentView, proof_of_order, shipment_of_order, shipments_of_order
from gallery.delivery.services.pins import MAY_HAVE_ARRIVED
from gallery.delivery.states import ONLINE
from gallery.orders.errors import CancellationRefusedError, OrderUnpaidError
from gallery.orders.models import Order
from gallery.orders.queries import Tab, orders_of_buyer, tab_counts
from gallery.orders.states import CancelReason, OrderStatus, ParcelStatus
from gallery.payments import services as payments
from gallery.payments.errors import PaymentUnderReviewError
from gallery.payments.models import Payment
from gallery.payments.queries import payment_of, refunds_of
from gallery.payments.states import PaymentStatus
from gallery.regions.queries import full_name
from gallery.web import hand_over_note
from gallery.web.courier_names import service_text
from gallery.web.errors import text_of
from gallery.web.guards import by_token, signed_in
from gallery.web.live import parts, tag_of
from gallery.web.order_links import opened_order, order_url
from gallery.web.order_steps import order_steps
from gallery.web.parcel_way import is_late, parcel_steps
from gallery.web.session import current_actor

bp = Blueprint("orders", __name__)
_REASONS: Final = {
    CancelReason.CHANGED_MIND: _l("Saya berubah pikiran"),
    CancelReason.MISTAKE: _l("Ada yang salah di pesanan"),
    CancelReason.TOO_SLOW: _l("Terlalu lama"),
    CancelReason.OTHER: _l("Alasan lain"),
}
_OPEN: Final = frozenset({OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE, OrderStatus.PAID})
_TABS: Final = (
    (Tab.ALL, "", _l("Semua")),
    (Tab.UNPAID, "belum-bayar", _l("Belum bayar")),
    (Tab.PACKING, "dikemas", _l("Dikemas")),
    (Tab.SENT, "dikirim", _l("Dikirim")),
    (Tab.DONE, "selesai", _l("Selesai")),
    (Tab.CANCELLED, "dibatalkan", _l("Dibatalkan")),
)


@dataclass(frozen=True)
class _Seen:
    """An order with what may change under the eyes of its buyer. ``tag`` is another one as soon as something did."""

    order: Order
    payment: Payment
    views: dict[int, ShipmentView]
    tag: str


def _seen(public_id: str) -> _Seen:
    order = opened_order(public_id)
    payment, views = payment_of(db.session(), order.id), shipments_of_order(db.session(), order.id)
    tag = tag_of(order.status, payment.status, payment.reject_note, _state(order), views, [*map(is_late, views)])
    return _Seen(order, payment, {view.parcel_id: view for view in views}, tag)


@bp.get("/pesanan/<public_id>")
@by_token
def show(public_id: str) -> ResponseReturnValue:
    return _page("shop/orders/show.html", _seen(public_id))


@bp.get("/pesanan/<public_id>/perjalanan")
@by_token
def live(public_id: str) -> ResponseReturnValue:
    """The parts of the page that change by themselves; 304 with an empty body while nothing did."""
    seen = _seen(public_id)
    return parts(seen.tag, lambda: _page("shop/orders/_live.html", seen))


@bp.get("/pesanan/<public_id>/bukti/<shipment_public_id>.jpg")
@by_token
def proof(public_id: str, shipment_public_id: str) -> ResponseReturnValue:
    """The picture that the rider took when handing the parcel over."""
    file = proof_of_order(db.session(), opened_order(public_id).id, shipment_public_id)
    with adapters.files().open(file.key) as stored:
        answer = Response(stored.read(), mimetype=file.media_type)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/pesanan/<public_id>/terima/<shipment_public_id>")
@by_token
def confirm(public_id: str, shipment_public_id: str) -> ResponseReturnValue:
    """The buyer says that goods of high value are there."""
    shipment_id = shipment_of_order(db.session(), opened_order(public_id).id, shipment_public_id).id
    try:
        with transaction() as session:
            services.confirm_receipt(session, shipment_id, actor=current_actor())
    except ParcelNotReadyError:
        flash(_("Paket ini belum dibawa kurir, jadi belum dapat dikonfirmasi. Tunggu sampai paket tiba."), "error")
    else:
        flash(_("Terima kasih, penerimaan barang sudah dicatat."))
    return redirect(order_url("shop.orders.show", public_id), 303)


@bp.post("/pesanan/<public_id>/berita-acara")
@by_token
def make_note(public_id: str) -> ResponseReturnValue:
    """Make the hand-over note of an office's order, and show it."""
    try:
        hand_over_note.issue(opened_order(public_id).id)
    except OrderUnpaidError as error:
        flash(text_of(error.code), "error")
        return redirect(order_url("shop.orders.show", public_id), 303)
    return redirect(order_url("shop.orders.note", public_id), 303)


@bp.get("/pesanan/<public_id>/berita-acara.pdf")
@by_token
def note(public_id: str) -> ResponseReturnValue:
    return hand_over_note.answer(opened_order(public_id))


def _page(template: str, seen: _Seen) -> str:
    session, order, payment = db.session(), seen.order, seen.payment
    gallery = session.get(Gallery, order.gallery_id) if order.gallery_id else None
    return render_template(
        template,
        order=order,
        payment=payment,
        refunds=refunds_of(session, payment.id) if order.status is not OrderStatus.AWAITING_PAYMENT else (),
        steps=order_steps(order, payment),
        shipments=seen.views,
        ways={parcel_id: parcel_steps(view, to_buyer=True) for parcel_id, view in seen.views.items()},
        gallery=gallery,
        office=session.get(Office, order.office_id) if order.office_id else None,
        area=full_name(session, order.village_code) if order.village_code else "",
        may_cancel=_may_cancel(order, payment),
        reasons=_REASONS,
        contact=_contact(order, gallery),
        order_url=order_url,
        service_text=service_text,
        pin_of=partial(services.pin_of, cipher=adapters.cipher()),
        confirms={parcel_id: view.needs_pin and view.courier in ONLINE for parcel_id, view in seen.views.items()},
        may_have_arrived=MAY_HAVE_ARRIVED,
        now=clock.now(),
        tag=seen.tag,
        may_have_note=hand_over_note.is_possible(order),
        has_note=hand_over_note.issued(order) is not None,
        follows=order.status in _OPEN,
    )


@bp.get("/pesanan/<public_id>/keadaan")
@by_token
def state(public_id: str) -> ResponseReturnValue:
    """Tell the watching page whether something happened since."""
    answer = jsonify(state=_state(opened_order(public_id)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/pesanan/<public_id>/batal")
@by_token
def cancel(public_id: str) -> ResponseReturnValue:
    order = opened_order(public_id)
    wanted = request.form.get("alasan", "")
    reason = next((one for one in _REASONS if one == wanted), CancelReason.OTHER)
    try:
        with transaction() as session:
            payments.cancel_order(session, order.id, reason=reason, by_buyer=True, actor=current_actor())
    except CancellationRefusedError:
        flash(_("Pesanan sudah mulai dikemas, jadi tidak dapat dibatalkan dari sini. Hubungi kami."), "error")
    except PaymentUnderReviewError:
        flash(_("Bukti pembayaran Anda sedang diperiksa. Tunggu hasilnya, atau hubungi kami."), "error")
    else:
        flash(_("Pesanan dibatalkan."))
    return redirect(order_url("shop.orders.show", public_id), 303)


@bp.get("/akun/pesanan")
@signed_in
def mine() -> ResponseReturnValue:
    session, user_id = db.session(), current_actor().user_id or 0
    wanted = request.args.get("keadaan", "")
    tab = next((tab for tab, slug, _text in _TABS if slug == wanted), Tab.ALL)
    cursor = request.args.get("sebelum", "")
    older_than = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 10 else None  # noqa: PLR2004
    page, counts = orders_of_buyer(session, user_id, tab, older_than=older_than), tab_counts(session, user_id)
    tabs = [
        {
            "url": url_for("shop.orders.mine", keadaan=slug or None),
            "text": text,
            "current": one is tab,
            "count": counts[one] or None,
        }
        for one, slug, text in _TABS
    ]
    next_url = url_for("shop.orders.mine", keadaan=wanted or None, sebelum=page.older_than) if page.older_than else None
    return render_template("shop/orders/mine.html", orders=page.orders, tabs=tabs, next_url=next_url)


def _state(order: Order) -> str:
    return str(order.events[-1].id if order.events else 0)


def _contact(order: Order, gallery: Gallery | None) -> str:
    """Return the number of the gallery that answers for the order: where it is fetched or packed, else the first."""
    if gallery is not None:
        return gallery.phone
    here = {parcel.place.gallery_id for parcel in order.parcels}
    known = galleries(db.session())
    return next((one.phone for one in known if one.id in here), known[0].phone if known else "")


def _may_cancel(order: Order, payment: Payment) -> bool:
    waiting = {ParcelStatus.TO_PACK}
    untouched = all(parcel.status in waiting for parcel in order.parcels)
    return order.status in _OPEN and untouched and payment.status is not PaymentStatus.UNDER_REVIEW
