"""What staff and MSMEs share when they pack parcels: lists, one parcel, packing, slips."""

from collections.abc import Sequence
from typing import Any, Final

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.delivery.courier import Stop
from gallery.delivery.models import Shipment
from gallery.delivery.queries import parcels as work
from gallery.delivery.queries import shipments
from gallery.delivery.queries.parcels import Tab
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from gallery.orders.states import FulfilmentKind
from gallery.web import errors, printing
from gallery.web.barcodes import code128, qr_svg
from gallery.web.courier_names import service_text
from gallery.web.filters import berat, rupiah, tanggal, telepon
from gallery.web.links import external
from gallery.web.paging import pager_of
from gallery.web.session import current_actor
from gallery.web.words import WORDS

TAB_WORDS: Final[dict[Tab, Any]] = {
    Tab.UNPAID: _l("Belum Bayar"),
    Tab.TO_PACK: _l("Dikemas"),
    Tab.READY: _l("Siap"),
    Tab.SENT: _l("Dikirim"),
    Tab.DONE: _l("Selesai"),
    Tab.CANCELLED: _l("Dibatalkan"),
    Tab.TO_HAND_OVER: _l("Siap diserahkan"),
    Tab.TO_BOOK: _l("Perlu dipesan"),
    Tab.TROUBLE: _l("Bermasalah"),
    Tab.OFFERED: _l("Menunggu kurir"),
    Tab.ON_THE_WAY: _l("Di jalan"),
    Tab.FAILED: _l("Gagal"),
    Tab.TO_FETCH: _l("Diambil pembeli"),
}
_URGENT: Final = frozenset({Tab.TO_PACK, Tab.TO_HAND_OVER, Tab.TO_BOOK, Tab.TROUBLE, Tab.FAILED})
MOST_AT_ONCE: Final = 100


def list_page(permission: str, tabs: Sequence[Tab], default: Tab, *, endpoint: str = "") -> dict[str, Any]:
    """Return the template context of a list of parcels; the tab, page and search come from the query string.

    Its links lead to ``endpoint``, or else to where this request went.
    """
    scope = current_actor().scope(permission)
    asked = request.args.get("tab", "")
    tab = Tab(asked) if asked in tabs else default
    search = request.args.get("q", "").strip()[:80]
    page = work.parcels(db.session(), scope, tab, search=search, number=request.args.get("hal", 1, type=int))
    counts = work.tab_counts(db.session(), scope, tabs)
    return {
        "tab": tab,
        "tabs": [
            {
                "url": url_for(endpoint or str(request.endpoint), tab=name.value),
                "text": TAB_WORDS[name],
                "current": name is tab,
                "count": counts[name],
                "kind": "warn" if name in _URGENT and counts[name] else "",
            }
            for name in tabs
        ],
        "parcels": page.parcels,
        "shipments": work.latest_shipments(db.session(), [parcel.id for parcel in page.parcels]),
        "page": pager_of(page, endpoint=endpoint, tab=tab.value, q=search),
        "total": page.total,
        "q": search,
        "service_text": service_text,
    }


def find(public_id: str, permission: str) -> Parcel:
    """Return a parcel inside the actor's scope; outside it does not exist."""
    return work.parcel(db.session(), public_id, current_actor().scope(permission))


def parcel_page(parcel: Parcel) -> dict[str, Any]:
    """Return the template context of one parcel."""
    session = db.session()
    attempts = shipments.attempts(session, parcel.id)
    return {
        "parcel": parcel,
        "order": parcel.order,
        "sender": shipments.sender(session, parcel.place),
        "recipient": recipient(parcel),
        "attempts": attempts,
        "current": attempts[0] if attempts else None,
        "messages": shipments.messages(session, parcel.id),
        "service_text": service_text,
        "actor_text": actor_text,
    }


def recipient(parcel: Parcel) -> Stop:
    """Return who gets the parcel and where; at the place itself when the buyer fetches it."""
    if parcel.order.fulfilment is FulfilmentKind.PICKUP:
        here = shipments.sender(db.session(), parcel.place)
        return Stop(parcel.order.contact_name, parcel.order.contact_phone, here.name, "", here.location)
    return shipments.recipient(db.session(), parcel.order)


# Packing


def pack(public_ids: Sequence[str]) -> int:
    """Mark the named parcels as packed, each in its own transaction; return how many became it."""
    scope, actor, packed = current_actor().scope("order.pack"), current_actor(), 0
    ids = [parcel.id for parcel in work.to_print(db.session(), scope, public_ids[:MOST_AT_ONCE])]
    if not ids:
        flash(_("Pilih dulu paketnya."), "warning")
    for parcel_id in ids:
        try:
            with transaction() as session:
                orders.pack_parcel(session, parcel_id, actor=actor)
            packed += 1
        except GalleryError as error:
            flash(errors.text_of(error.code), "warning")
    return packed


def flash_packed(count: int) -> None:
    if count:
        flash(ngettext("%(num)s paket siap.", "%(num)s paket siap.", count))


def slips_pdf(public_ids: Sequence[str]) -> ResponseReturnValue:
    """Answer with the packing slips of the named parcels, one page each."""
    chosen = work.to_print(db.session(), current_actor().scope("order.pack"), public_ids[:MOST_AT_ONCE])
    if not chosen:
        flash(_("Pilih dulu paketnya."), "warning")
        return redirect(_here_list(), 303)
    fragile = work.fragile_parcels(db.session(), [parcel.id for parcel in chosen])
    pdf = printing.packing_slips([_slip(parcel, is_fragile=parcel.id in fragile) for parcel in chosen])
    name = chosen[0].public_id if len(chosen) == 1 else f"{len(chosen)}-paket"
    return printing.pdf_response(pdf, f"isi-paket-{name}.pdf")


def labels_pdf(public_ids: Sequence[str], permission: str) -> ResponseReturnValue:
    """Answer with the shipping labels of the named parcels, one A6 page each; nothing is written."""
    chosen = work.to_print(db.session(), current_actor().scope(permission), public_ids[:MOST_AT_ONCE])
    if not chosen:
        flash(_("Pilih dulu paketnya."), "warning")
        return redirect(_here_list(), 303)
    ids = [parcel.id for parcel in chosen]
    last, fragile = work.latest_shipments(db.session(), ids), work.fragile_parcels(db.session(), ids)
    labels = [_label(parcel, last.get(parcel.id), is_fragile=parcel.id in fragile) for parcel in chosen]
    pdf = printing.shipping_labels(labels)
    name = chosen[0].public_id if len(chosen) == 1 else f"{len(chosen)}-paket"
    return printing.pdf_response(pdf, f"label-{name}.pdf")


def pick_list(public_ids: Sequence[str]) -> dict[str, Any]:
    """Return the template context of the list of what to take from the shelves."""
    chosen = work.to_print(db.session(), current_actor().scope("order.pack"), public_ids[:MOST_AT_ONCE])
    return {"picks": work.pick_list(db.session(), [parcel.id for parcel in chosen]), "parcels": chosen}


def _here_list() -> str:
    return url_for(f"{str(request.endpoint).rpartition('.')[0]}.index")


def _way(parcel: Parcel) -> str:
    """Name who brings it, and what is to be collected at the door."""
    service = service_text(parcel.service)
    if not parcel.order.is_paid_at_door:
        return service
    return _("%(service)s, tagih %(amount)s tunai", service=service, amount=rupiah(parcel.order.total_idr))


def _slip(parcel: Parcel, *, is_fragile: bool) -> dict[str, Any]:
    order, origin, target = parcel.order, shipments.sender(db.session(), parcel.place), recipient(parcel)
    pieces = sum(line.quantity for line in parcel.lines)
    return {
        "heading": _("Daftar isi paket"),
        "subheading": parcel.place.name,
        "number": order.number,
        "date": tanggal(order.placed_at),
        "sender": {"name": origin.name, "address": origin.address, "phone": telepon(origin.phone)},
        "recipient": {
            "name": target.name,
            "address": target.address,
            "landmark": target.landmark,
            "phone": telepon(target.phone),
        },
        "lines": [
            {
                "name": line.product_name,
                "detail": " · ".join(part for part in (line.variant_name, line.business_name) if part),
                "pieces": str(line.quantity),
            }
            for line in parcel.lines
        ],
        "delivery": _way(parcel),
        "total": f"{ngettext('%(num)s barang', '%(num)s barang', pieces)}, {berat(parcel.weight_g)}",
        "warning": _("Pecah belah: beri bantalan di semua sisi.") if is_fragile else "",
        "note": order.note,
    }


def _label(parcel: Parcel, shipment: Shipment | None, *, is_fragile: bool) -> dict[str, Any]:
    order, origin, target = parcel.order, shipments.sender(db.session(), parcel.place), recipient(parcel)
    waybill = shipment.tracking_number if shipment else ""
    pieces = sum(line.quantity for line in parcel.lines)
    # Whoever scans it gets to the page on which the parcel is handed over: the gallery's, or that of the maker's home.
    page = "petugas/pengiriman" if parcel.place.gallery_id else "umkm-saya/pesanan"
    return {
        "number": order.number,
        "weight": berat(parcel.weight_g),
        "warning": _("Pecah belah") if is_fragile else "",
        "delivery": _way(parcel),
        "qr": qr_svg(external(f"/{page}/{parcel.public_id}")),
        "recipient": {
            "name": target.name,
            "phone": telepon(target.phone),
            "address": target.address,
            "landmark": target.landmark,
        },
        "sender": {"name": origin.name, "phone": telepon(origin.phone), "address": origin.address},
        "waybill": waybill,
        "modules": code128(waybill) if waybill else "",
        "contents": f"{ngettext('%(num)s barang', '%(num)s barang', pieces)} · {tanggal(order.placed_at)}",
        "note": order.note,
    }


def actor_text(label: str) -> str:
    """Name who did something, from the label that is kept: a courier, the system, a role, or nobody known."""
    if label == "guest":
        return _("Tanpa akun")
    known = WORDS["Courier"] | WORDS["Role"]
    names = [str(known[part].text) for part in label.split("+") if part in known]
    return ", ".join(names) or _("Sistem")
