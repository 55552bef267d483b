"""An order as its buyer sees it, by signed link or account; and the list of an account's orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.accounts.models import Gallery, Office
from gallery.accounts.queries import galleries
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.delivery.queries import shipments_of_order
from gallery.orders.errors import CancellationRefusedError
from gallery.orders.models import Order, OrderEvent
from gallery.orders.queries import Tab, orders_of_buyer, tab_counts
from gallery.orders.states import EventKind, FulfilmentKind, OrderStatus, ParcelStatus
from gallery.payments import services as payments
from gallery.payments.errors import PaymentUnderReviewError
from gallery.payments.models import Payment
from gallery.payments.queries import payment_of, refunds_of
from gallery.payments.states import PaymentStatus
from gallery.regions.queries import full_name
from gallery.web.guards import by_token, signed_in
from gallery.web.order_links import opened_order, order_url
from gallery.web.session import current_actor

bp = Blueprint("orders", __name__)
REASONS: Final = {
    "berubah": _l("Saya berubah pikiran"),
    "salah": _l("Ada yang salah di pesanan"),
    "lama": _l("Terlalu lama"),
    "lain": _l("Alasan lain"),
}
_ICONS: Final = {
    EventKind.PAID: "wallet",
    EventKind.PROOF_SENT: "image-plus",
    EventKind.PROOF_REJECTED: "circle-alert",
    EventKind.PACKED: "package-check",
    EventKind.HANDED_OVER: "truck",
    EventKind.DELIVERED: "house",
    EventKind.FAILED: "triangle-alert",
    EventKind.RETURNED: "rotate-ccw",
    EventKind.CANCELLED: "x",
    EventKind.EXPIRED: "clock",
}
_TABS: Final = (
    (Tab.ALL, "", _l("Semua")),
    (Tab.UNPAID, "belum-bayar", _l("Belum bayar")),
    (Tab.PACKING, "dikemas", _l("Dikemas")),
    (Tab.SENT, "dikirim", _l("Dikirim")),
    (Tab.DONE, "selesai", _l("Selesai")),
    (Tab.CANCELLED, "dibatalkan", _l("Dibatalkan")),
)


@dataclass(frozen=True)
class Step:
    """One entry of the timeline as the macro prints it."""

    state: str
    title: str
    at: datetime | None = None
    text: str = ""
    icon: str = ""


@bp.get("/pesanan/<public_id>")
@by_token
def show(public_id: str) -> ResponseReturnValue:
    order = opened_order(public_id)
    session = db.session()
    payment, shipments = payment_of(session, order.id), shipments_of_order(session, order.id)
    gallery = session.get(Gallery, order.gallery_id) if order.gallery_id else None
    office = session.get(Office, order.office_id) if order.office_id else None
    return render_template(
        "shop/orders/show.html",
        order=order,
        payment=payment,
        refunds=refunds_of(session, payment.id) if order.status is not OrderStatus.AWAITING_PAYMENT else (),
        steps=_timeline(order, payment),
        shipments={view.parcel_id: view for view in shipments},
        gallery=gallery,
        office=office,
        area=full_name(session, order.village_code) if order.village_code else "",
        may_cancel=_may_cancel(order, payment),
        reasons=REASONS,
        contact=_contact(order, gallery),
        order_url=order_url,
        now=clock.now(),
        state=_state(order),
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
    reason = REASONS.get(request.form.get("alasan", ""), REASONS["lain"])
    try:
        with transaction() as session:
            payments.cancel_order(session, order.id, reason=str(reason), by_buyer=True, actor=current_actor())
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
    is_open = order.status in {OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE, OrderStatus.PAID}
    untouched = all(parcel.status in waiting for parcel in order.parcels)
    return is_open and untouched and payment.status is not PaymentStatus.UNDER_REVIEW


def _timeline(order: Order, payment: Payment) -> list[Step]:
    """What happened, with the last entry as "now" while something is still to come, and what comes next."""
    coming = _coming(order, payment)
    happened = [_step(order, event) for event in order.events]
    if coming and happened:
        last = happened[-1]
        happened[-1] = Step("now", last.title, last.at, last.text, last.icon)
    return [*happened, *(Step("todo", text, icon=icon) for text, icon in coming)]


def _step(order: Order, event: OrderEvent) -> Step:
    place = ""
    if event.parcel_id is not None:
        parcel = next(parcel for parcel in order.parcels if parcel.id == event.parcel_id)
        place = parcel.place.name
    facts: dict[str, Any] = event.facts or {}
    titles = {
        EventKind.PLACED: _("Pesanan dibuat"),
        EventKind.PROOF_SENT: _("Bukti transfer dikirim"),
        EventKind.PROOF_REJECTED: _("Bukti transfer belum dapat diterima"),
        EventKind.PAID: _("Pembayaran diterima"),
        EventKind.PACKED: _("Dikemas di %(place)s", place=place),
        EventKind.HANDED_OVER: _("Dibawa dari %(place)s", place=place),
        EventKind.DELIVERED: _("Diterima"),
        EventKind.FAILED: _("Belum berhasil diantar"),
        EventKind.RETURNED: _("Barang kembali ke %(place)s", place=place),
        EventKind.COMPLETED: _("Pesanan selesai"),
        EventKind.CANCELLED: _("Dibatalkan oleh Anda") if facts.get("by_buyer") else _("Pesanan dibatalkan"),
        EventKind.EXPIRED: _("Batas waktu pembayaran lewat"),
    }
    return Step("done", titles[event.kind], event.at, "", _ICONS.get(event.kind, ""))


def _coming(order: Order, payment: Payment) -> Sequence[tuple[str, str]]:
    pick_up = order.fulfilment is FulfilmentKind.PICKUP
    last = (_("Diambil di galeri"), "store") if pick_up else (_("Diterima"), "house")
    if order.status is OrderStatus.AWAITING_PAYMENT:
        wait = _("Bukti diperiksa petugas") if payment.status is PaymentStatus.UNDER_REVIEW else _("Menunggu transfer")
        return [(wait, "wallet"), (_("Dikemas"), "package"), last]
    if order.status is OrderStatus.CASH_DUE:
        return [(_("Disiapkan"), "package"), (_("Diambil dan dibayar di galeri"), "store")]
    if order.status is not OrderStatus.PAID:
        return []
    states = {parcel.status for parcel in order.parcels}
    if ParcelStatus.TO_PACK in states:
        return [(_("Dikemas"), "package"), last]
    return [last]
