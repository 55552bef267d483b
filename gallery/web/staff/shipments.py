"""Shipments: the board, and one parcel's hand-over to a rider, a carrier, or back into stock."""

import re
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core.db import db
from gallery.delivery.queries import board
from gallery.delivery.queries import parcels as work
from gallery.delivery.queries.parcels import BOARD_TABS, Tab
from gallery.web import courier_work, exports, hand_over, parcels
from gallery.web.courier_sheets import BOARD, BoardRow
from gallery.web.guards import requires
from gallery.web.live import parts, tag_of
from gallery.web.session import current_actor

bp = Blueprint("shipments", __name__, url_prefix="/pengiriman")
# What a scanner types into the search field that reads the code of a label, of a gallery or of an MSME's home.
SCANNED: Final = re.compile(r"/(?:petugas/pengiriman|umkm-saya/pesanan)/(?P<parcel>[A-Za-z0-9_-]{6,40})/?\Z")


@bp.get("/")
@requires("shipment.hand_over")
def index() -> ResponseReturnValue:
    if scanned := SCANNED.search(request.args.get("q", "")):
        return redirect(url_for(".show", public_id=scanned["parcel"]), 303)
    page = _board()
    return _sheet(page["tab"]) if exports.is_asked() else render_template("staff/shipments/index.html", **page)


@bp.get("/papan")
@requires("shipment.hand_over")
def board_rows() -> ResponseReturnValue:
    """The tabs and rows of the board, which follow by themselves."""
    page = _board()
    return parts(page["tag"], lambda: render_template("staff/shipments/_board_live.html", **page))


def _board() -> dict[str, Any]:
    page = parcels.list_page("shipment.hand_over", BOARD_TABS, Tab.TO_HAND_OVER, endpoint="staff.shipments.index")
    rows, last = page["parcels"], page["shipments"]
    bookings = board.board_bookings(db.session(), [parcel.id for parcel in rows])
    seen = [
        (row.id, row.status, row.order.status, courier_work.facts_of(last.get(row.id), bookings.get(row.id)))
        for row in rows
    ]
    follow = {"tab": page["tab"].value, "q": page["q"] or None, "hal": request.args.get("hal", type=int)}
    return page | {
        "bookings": bookings,
        "again": {row.id for row in rows if courier_work.may_book_again(row, last.get(row.id), bookings.get(row.id))},
        "tag": tag_of([tab["count"] for tab in page["tabs"]], seen),
        "follow_url": url_for(".board_rows", **follow),
    }


@bp.post("/pesan")
@requires("shipment.hand_over")
def book_ticked() -> ResponseReturnValue:
    """Book the couriers that the buyers of the ticked parcels chose."""
    if not request.form.getlist("id"):
        flash(_("Pilih dulu paketnya."), "warning")
    courier_work.flash_booked(courier_work.book_several(request.form.getlist("id")))
    return redirect(url_for(".index", tab=Tab.TO_BOOK.value), 303)


@bp.get("/<public_id>")
@requires("shipment.hand_over")
def show(public_id: str) -> ResponseReturnValue:
    return courier_work.page(parcels.find(public_id, "shipment.hand_over"), {})


@bp.post("/label.pdf")
@requires("shipment.hand_over")
def labels() -> ResponseReturnValue:
    """Shipping labels of the ticked parcels; nothing is written."""
    return parcels.labels_pdf(request.form.getlist("id"), "shipment.hand_over")


@bp.get("/<public_id>/label.pdf")
@requires("shipment.hand_over")
def label(public_id: str) -> ResponseReturnValue:
    return parcels.labels_pdf([parcels.find(public_id, "shipment.hand_over").public_id], "shipment.hand_over")


def _sheet(tab: Tab) -> ResponseReturnValue:
    scope, search = current_actor().scope("shipment.hand_over"), request.args.get("q", "").strip()[:80]
    rows = work.all_parcels(db.session(), scope, tab, search=search, limit=exports.LIMIT)
    ids = [parcel.id for parcel in rows]
    last, booked = work.latest_shipments(db.session(), ids), board.board_bookings(db.session(), ids)
    return BOARD.answer(BoardRow(parcel, last.get(parcel.id), booked.get(parcel.id)) for parcel in rows)


hand_over.add_views(bp, courier_work.page)
courier_work.add_views(bp)
