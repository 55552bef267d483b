"""The hand-over note (BAST) of an office's order: made once by staff or buyer, printed by both as often as needed."""

from typing import Any

from flask import Response, current_app
from flask_babel import gettext as _

from gallery.accounts.models import Office
from gallery.catalog.facts import full_name
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.delivery.queries import ShipmentView, shipments_of_order
from gallery.delivery.states import Courier, ShipmentStatus
from gallery.inventory.models import Paper
from gallery.inventory.queries import paper_gallery, paper_of
from gallery.inventory.states import PaperKind
from gallery.orders import services
from gallery.orders.models import Order, OrderLine
from gallery.orders.states import FulfilmentKind, OrderStatus, ParcelStatus
from gallery.web.barcodes import qr_svg
from gallery.web.consignment_papers import check_url, grouped
from gallery.web.courier_names import service_text
from gallery.web.filters import angka, rupiah, tanggal, waktu
from gallery.web.links import external
from gallery.web.printing import pdf_response, render_pdf
from gallery.web.session import current_actor

_SENT = frozenset(ParcelStatus) - {ParcelStatus.CANCELLED, ParcelStatus.RETURNED}


def is_possible(order: Order) -> bool:
    """Whether the order may have a note: an office gets it, and it is paid."""
    return order.fulfilment is FulfilmentKind.OFFICE and order.status in {OrderStatus.PAID, OrderStatus.COMPLETED}


def issued(order: Order) -> Paper | None:
    """Return the note that was made, if one was; nothing is read where none can be."""
    return paper_of(db.session(), PaperKind.HAND_OVER, order.public_id) if is_possible(order) else None


def issue(order_id: int) -> None:
    """The order has its note."""
    with transaction() as session:
        services.issue_hand_over_note(session, order_id, actor=current_actor())


def answer(order: Order) -> Response:
    """Answer with the printed note, or raise :class:`NotFoundError` while there is none."""
    paper = issued(order)
    if paper is None:
        raise NotFoundError("Paper")
    return pdf_response(render_pdf("consignment.typ", sheet(order, paper)), f"{paper.number}.pdf")


def sheet(order: Order, paper: Paper) -> dict[str, Any]:
    """Return what the printed note says."""
    session, site = db.session(), current_app.jinja_env.globals["site"]
    gallery = paper_gallery(session, paper)
    lines = [line for parcel in order.parcels if parcel.status in _SENT for line in parcel.lines]
    giver: Any = gallery.name if gallery is not None else getattr(site, "owner", "")
    return {
        "title": _("Berita acara serah terima barang"),
        "number": paper.number,
        "page": _("Halaman"),
        "subtitle": _("Pesanan %(number)s", number=order.number),
        "facts": _facts(order, paper, giver),
        "columns": _columns(),
        "rows": [_row(number, line) for number, line in enumerate(lines, start=1)],
        "totals": [
            [_("Jumlah barang"), angka(sum(line.quantity for line in lines))],
            [_("Nilai barang"), rupiah(sum(line.subtotal_idr for line in lines))],
        ],
        "note": _(
            "Pihak pertama menyerahkan dan pihak kedua menerima barang di atas dalam keadaan baik dan lengkap, "
            "kecuali yang dicatat saat penerimaan."
        ),
        "signatures": [
            [_("Yang menyerahkan, pihak pertama"), giver],
            [_("Yang menerima, pihak kedua"), order.contact_name],
        ],
        "check": {
            "title": _("Keaslian surat ini dapat diperiksa di"),
            "address": external("/periksa"),
            "code": grouped(paper.check_code),
            "digest": paper.digest,
        },
        "qr": qr_svg(check_url(paper.check_code)),
    }


def _facts(order: Order, paper: Paper, giver: str) -> list[list[str]]:
    office = db.session.get(Office, order.office_id) if order.office_id else None
    arrived = [one for one in shipments_of_order(db.session(), order.id) if one.status is ShipmentStatus.DELIVERED]
    return [
        [_("Tanggal"), tanggal(paper.issued_at)],
        [_("Pihak pertama"), giver],
        [_("Pihak kedua"), office.name if office is not None else order.contact_name],
        [_("Ruang"), order.office_room or "–"],
        [_("Penerima"), order.contact_name],
        [_("Diterima"), "; ".join(map(_received, arrived)) or "–"],
    ]


def _received(view: ShipmentView) -> str:
    """By whom, when, from whom and where, as far as it was told: online couriers seldom name who took the parcel."""
    by = "" if view.courier is Courier.PICKUP else _("dari %(courier)s", courier=_courier(view))
    at = _("di titik %(place)s", place=view.proof_place) if view.proof_place else ""
    return ", ".join(part for part in (view.recipient_name, waktu(view.ended_at), by, at) if part)


def _courier(view: ShipmentView) -> str:
    service = service_text(view.service) if view.service else view.carrier or service_text(view.courier.value)
    return f"{service} ({view.rider_first_name})" if view.rider_first_name else service


def _row(number: int, line: OrderLine) -> dict[str, str]:
    return {
        "no": str(number),
        "name": full_name(line.product_name, line.variant_name),
        "owner": line.business_name,
        "pieces": angka(line.quantity),
        "price": rupiah(line.price_idr),
        "sum": rupiah(line.subtotal_idr),
        "detail": "",
    }


def _columns() -> list[list[str]]:
    return [
        ["no", _("No."), "r"],
        ["name", _("Barang"), "l"],
        ["owner", _("UMKM"), "l"],
        ["pieces", _("Jumlah"), "r"],
        ["price", _("Harga"), "r"],
        ["sum", _("Nilai"), "r"],
    ]
