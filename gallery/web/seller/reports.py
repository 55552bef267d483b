"""What became of the own goods in the galleries: received, sold, returned, still there."""

from collections.abc import Collection

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.core.db import db
from gallery.inventory.models import PlaceKind
from gallery.inventory.queries import own_stock
from gallery.reporting.queries import piece_flows
from gallery.web import exports
from gallery.web.flow_table import asked_period, flows_page, flows_sheet, place_words
from gallery.web.guards import requires
from gallery.web.session import current_actor
from gallery.web.stock_sheets import STOCK

bp = Blueprint("reports", __name__, url_prefix="/laporan")


@bp.get("/")
@requires("seller.enter")
def index() -> ResponseReturnValue:
    period = asked_period()
    mine = _mine()
    lines = [line for line in own_stock(db.session(), mine) if line.place.kind is not PlaceKind.PREMISES]
    if exports.is_asked("stok"):
        return STOCK.answer(lines)
    return render_template(
        "seller/reports/index.html",
        **flows_page(piece_flows(db.session(), period, businesses=mine), period),
        lines=lines,
        period=period,
        place_words=place_words,
    )


@bp.get("/arus.xlsx")
@requires("seller.enter")
def flows_file() -> ResponseReturnValue:
    period = asked_period()
    return flows_sheet(piece_flows(db.session(), period, businesses=_mine()), period)


def _mine() -> Collection[int]:
    return current_actor().scope("seller.enter").businesses
