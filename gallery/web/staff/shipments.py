"""Shipments: the board, and one parcel's hand-over to a rider, a carrier, or back into stock."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.delivery.queries.parcels import BOARD_TABS, Tab
from gallery.orders.models import Parcel
from gallery.web import hand_over, parcels
from gallery.web.guards import requires

bp = Blueprint("shipments", __name__, url_prefix="/pengiriman")


@bp.get("/")
@requires("shipment.hand_over")
def index() -> ResponseReturnValue:
    return render_template(
        "staff/shipments/index.html", **parcels.list_page("shipment.hand_over", BOARD_TABS, Tab.TO_HAND_OVER)
    )


@bp.get("/<public_id>")
@requires("shipment.hand_over")
def show(public_id: str) -> ResponseReturnValue:
    return page(parcels.find(public_id, "shipment.hand_over"), {})


def page(parcel: Parcel, forms: dict[str, Any]) -> str:
    return render_template("staff/shipments/show.html", **hand_over.context(parcel, forms))


hand_over.add_views(bp, page)
