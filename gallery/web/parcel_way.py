"""The way of one parcel as its buyer and its sender read it: who was found, who has it, where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask_babel import gettext as _

from gallery.core import clock
from gallery.delivery.queries import ShipmentView
from gallery.delivery.states import ONLINE, UNDER_WAY, BookingStatus, Courier, ShipmentStatus
from gallery.web.filters import waktu
from gallery.web.reasons import reason_text

_S = ShipmentStatus
_WAY_ICONS: Final = {
    _S.OFFERED: "search",
    _S.ACCEPTED: "bike",
    _S.PICKING_UP: "bike",
    _S.PICKED_UP: "package-check",
    _S.IN_TRANSIT: "truck",
    _S.ON_HOLD: "clock",
    _S.RETURNING: "rotate-ccw",
    _S.RETURNED: "rotate-ccw",
    _S.DELIVERED: "house",
    _S.FAILED: "triangle-alert",
}
_NOT_BOOKED: Final = frozenset(
    {BookingStatus.WANTED, BookingStatus.SENDING, BookingStatus.UNSURE, BookingStatus.NEEDS_PERSON}
)


@dataclass(frozen=True)
class Step:
    """One entry of the timeline as the macro prints it."""

    state: str
    title: str
    at: datetime | None = None
    text: str = ""
    icon: str = ""


def parcel_steps(view: ShipmentView, *, to_buyer: bool) -> list[Step]:
    """What the courier told of a parcel, with its times, and what comes next; nothing while nobody is asked.

    A rider who gave up and his successor are told as one search: only the last of two equal steps stays.
    """
    told = {status: at for status, at in _told(view) if status not in {_S.DECLINED, _S.CANCELLED}}
    happened = [
        Step("done", _way_title(view, status, to_buyer=to_buyer), at, _way_text(view, status), _WAY_ICONS[status])
        for status, at in sorted(told.items(), key=lambda one: one[1])
    ]
    if view.status is _S.OFFERED and view.courier in ONLINE:
        return [_search(view), Step("todo", _("Diterima"), icon="house")]
    if view.status in UNDER_WAY or view.status is _S.RETURNING:
        last = _("Kembali ke pengirim") if view.status is _S.RETURNING else _("Diterima")
        return [*happened[:-1], *(now_step(step) for step in happened[-1:]), Step("todo", last, icon="house")]
    return happened


def _told(view: ShipmentView) -> Sequence[tuple[ShipmentStatus, datetime]]:
    """What was told; of a carrier, whose number staff typed, what is known from the shipment itself."""
    if view.steps:
        return view.steps
    known = ((_S.ACCEPTED, view.accepted_at), (_S.PICKED_UP, view.picked_up_at), (view.status, view.ended_at))
    return [(status, at) for status, at in known if at is not None]


def _search(view: ShipmentView) -> Step:
    if view.booking in _NOT_BOOKED:
        text = (
            _("Kurir dipanggil begitu tempatnya buka: %(time)s.", time=waktu(view.not_before))
            if view.not_before
            else ""
        )
        return Step("now", _("Kurir sedang dipesan"), None, text, "clock")
    return Step("now", _("Mencari pengemudi"), None, _("Biasanya hanya beberapa menit."), "search")


def _way_title(view: ShipmentView, status: ShipmentStatus, *, to_buyer: bool) -> str:
    is_rider = view.courier is not Courier.EXPEDITION
    return {
        _S.OFFERED: _("Mencari pengemudi"),
        _S.ACCEPTED: _("%(name)s akan menjemput paket", name=view.rider_first_name or _("Kurir")),
        _S.PICKING_UP: _("Kurir menuju tempat pengambilan"),
        _S.PICKED_UP: _("Paket dibawa kurir") if is_rider else _("Paket diserahkan ke ekspedisi"),
        _S.IN_TRANSIT: _("Menuju alamat Anda") if to_buyer else _("Menuju alamat pembeli"),
        _S.ON_HOLD: _("Tertahan sementara"),
        _S.RETURNING: _("Dibawa kembali ke pengirim"),
        _S.RETURNED: _("Kembali ke pengirim"),
        _S.DELIVERED: _("Diterima"),
        _S.FAILED: _("Belum berhasil diantar"),
    }[status]


def _way_text(view: ShipmentView, status: ShipmentStatus) -> str:
    if status is _S.DELIVERED and view.recipient_name:
        return _("Oleh %(name)s", name=view.recipient_name)
    if status is _S.FAILED and view.failure_reason is not None:
        return reason_text("FailureReason", view.failure_reason)
    return ""


def now_step(step: Step) -> Step:
    """The step that something is still to follow."""
    return Step("now", step.title, step.at, step.text, step.icon)


def is_late(view: ShipmentView | None) -> bool:
    """Whether a parcel on its way should be there by now: then its page says so."""
    return view is not None and view.expected_at is not None and view.expected_at < clock.now()
