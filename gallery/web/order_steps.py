"""What the buyer reads about an order: what happened, what is now, what comes."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext as _

from gallery.orders.models import Order, OrderEvent
from gallery.orders.states import EventKind, FulfilmentKind, OrderStatus, ParcelStatus
from gallery.payments.models import Payment
from gallery.payments.states import PaymentMethod, PaymentStatus
from gallery.web.parcel_way import Step, now_step

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


def order_steps(order: Order, payment: Payment) -> list[Step]:
    """What happened, with the last entry as "now" while something is still to come, and what comes next."""
    coming = _coming(order, payment)
    happened = [_step(order, event) for event in order.events]
    if coming and happened:
        happened[-1] = now_step(happened[-1])
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
        if payment.method is PaymentMethod.ONLINE:
            wait = _("Menunggu pembayaran")
        return [(wait, "wallet"), (_("Dikemas"), "package"), last]
    if order.is_paid_at_door:
        packed = any(parcel.status is not ParcelStatus.TO_PACK for parcel in order.parcels)
        last = (_("Diterima dan dibayar tunai kepada kurir"), "house")
        return [last] if packed else [(_("Dikemas"), "package"), last]
    if order.status is OrderStatus.CASH_DUE:
        return [(_("Disiapkan"), "package"), (_("Diambil dan dibayar di galeri"), "store")]
    if order.status is not OrderStatus.PAID:
        return []
    states = {parcel.status for parcel in order.parcels}
    if ParcelStatus.TO_PACK in states:
        return [(_("Dikemas"), "package"), last]
    return [last]
