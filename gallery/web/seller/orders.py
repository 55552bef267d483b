"""Parcels that start at the MSME's own premises: pack them and hand them over, the way the gallery does."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gallery.delivery.queries.parcels import ORDER_TABS, Tab
from gallery.orders.models import Parcel
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.web import hand_over, parcels
from gallery.web.guards import requires

bp = Blueprint("orders", __name__, url_prefix="/pesanan")


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


def page(parcel: Parcel, forms: dict[str, Any]) -> str:
    may_pack = parcel.status is ParcelStatus.TO_PACK and parcel.order.status is OrderStatus.PAID
    return render_template("seller/orders/show.html", may_pack=may_pack, **hand_over.context(parcel, forms))


hand_over.add_views(bp, page)
