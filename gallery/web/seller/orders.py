"""Parcels that start at the MSME's own premises: pack them and hand them over, the way the gallery does."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.delivery import services as delivery
from gallery.delivery.queries import shipments_of_order
from gallery.delivery.queries.parcels import ORDER_TABS, Tab
from gallery.delivery.queries.shipments import attempts, sender
from gallery.delivery.states import BEFORE_PICK_UP, UNDER_WAY, ShipmentStatus, courier_of
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.web import courier_quotes, courier_work, errors, hand_over, parcels
from gallery.web.courier_names import service_text
from gallery.web.guards import requires
from gallery.web.live import parts, tag_of
from gallery.web.parcel_way import is_late, parcel_steps
from gallery.web.session import current_actor

bp = Blueprint("orders", __name__, url_prefix="/pesanan")
# What became of a parcel that an online courier had: told where the MSME saw it leave.
AFTERWARDS: Final = frozenset(
    {ShipmentStatus.DELIVERED, ShipmentStatus.FAILED, ShipmentStatus.RETURNING, ShipmentStatus.RETURNED}
)


@bp.get("/")
@requires("order.pack")
def index() -> ResponseReturnValue:
    return render_template("seller/orders/index.html", **parcels.list_page("order.pack", ORDER_TABS, Tab.TO_PACK))


@bp.post("/kemas")
@requires("order.pack")
def pack() -> ResponseReturnValue:
    """Mark the ticked parcels as packed."""
    parcels.flash_packed(parcels.pack(request.form.getlist("id")))
    return redirect(url_for(".index", tab=request.form.get("tab") or None), 303)


@bp.post("/isi-paket.pdf")
@requires("order.pack")
def slips() -> ResponseReturnValue:
    """Packing slips of the ticked parcels; nothing is written."""
    return parcels.slips_pdf(request.form.getlist("id"))


@bp.get("/<public_id>")
@requires("order.pack")
def show(public_id: str) -> ResponseReturnValue:
    return page(parcels.find(public_id, "order.pack"), {})


@bp.get("/<public_id>/isi-paket.pdf")
@requires("order.pack")
def slip(public_id: str) -> ResponseReturnValue:
    return parcels.slips_pdf([parcels.find(public_id, "order.pack").public_id])


@bp.post("/<public_id>/kemas")
@requires("order.pack")
def pack_one(public_id: str) -> ResponseReturnValue:
    parcels.flash_packed(parcels.pack([parcels.find(public_id, "order.pack").public_id]))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>/label.pdf")
@requires("order.pack")
def label(public_id: str) -> ResponseReturnValue:
    return parcels.labels_pdf([parcels.find(public_id, "order.pack").public_id], "order.pack")


@bp.post("/<public_id>/siap")
@requires(hand_over.PERMISSION)
def ready(public_id: str) -> ResponseReturnValue:
    """The parcel stands ready: it counts as packed, and the courier that the buyer chose is called at once."""
    parcel = parcels.find(public_id, hand_over.PERMISSION)
    parcel_id, is_unpacked, actor = parcel.id, parcel.status is ParcelStatus.TO_PACK, current_actor()
    try:
        with transaction() as session:
            if is_unpacked:
                orders.pack_parcel(session, parcel_id, actor=actor)
            delivery.want_booking(session, parcel_id, courier_work.rules(), actor=actor)
    except GalleryError as error:
        flash(errors.text_of(error.code), "error")
    else:
        flash(_("Kurir dipanggil. Tulis kodenya pada paket, lalu tunggu di rumah."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>/penjemputan")
@requires("order.pack")
def live(public_id: str) -> ResponseReturnValue:
    """Who comes for the parcel: the part of its page that follows by itself."""
    found = _pick_up(parcels.find(public_id, "order.pack"))
    return parts(found["tag"], lambda: render_template("seller/orders/_live.html", **found))


def page(parcel: Parcel, forms: dict[str, Any]) -> str:
    may_pack = parcel.status is ParcelStatus.TO_PACK and parcel.order.status is OrderStatus.PAID
    context = hand_over.context(parcel, forms) | _pick_up(parcel)
    return render_template("seller/orders/show.html", may_pack=may_pack, **context)


def _pick_up(parcel: Parcel) -> dict[str, Any]:
    """Return what the part about the online courier needs: whether one can be called, who comes, what is wrong."""
    order, courier = parcel.order, courier_of(parcel.service)
    view = next((one for one in shipments_of_order(db.session(), order.id) if one.parcel_id == parcel.id), None)
    booking = view.booking if view is not None else None
    is_called = booking is not None and view is not None and view.status in UNDER_WAY
    is_over = booking is not None and view is not None and view.status in AFTERWARDS
    may_call = (
        courier in courier_quotes.online_couriers()
        and order.status is OrderStatus.PAID
        and parcel.status in {ParcelStatus.TO_PACK, ParcelStatus.PACKED, ParcelStatus.FAILED}
        and not is_called
    )
    return {
        "parcel": parcel,
        "order": order,
        "view": view,
        "way": parcel_steps(view, to_buyer=False) if view is not None and (is_called or is_over) else [],
        "may_call": may_call,
        "is_called": is_called,
        "is_over": is_over,
        "is_before": view is not None and view.status in BEFORE_PICK_UP,
        "was_called": bool(attempts(db.session(), parcel.id)) and may_call,
        "sender": sender(db.session(), parcel.place),
        "service_text": service_text,
        "tag": tag_of(parcel.status, order.status, view, is_late(view)),
    }


hand_over.add_views(bp, page)
