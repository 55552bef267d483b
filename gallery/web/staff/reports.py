"""Figures of the galleries: the dashboard with charts, and what became of each piece."""

from collections.abc import Collection
from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from gallery.core import clock
from gallery.core.db import db
from gallery.inventory.models import PlaceKind
from gallery.inventory.queries import places
from gallery.reporting import queries
from gallery.reporting.queries import Period
from gallery.web import exports
from gallery.web.flow_table import asked_period, flows_page, flows_sheet, place_words
from gallery.web.gallery_board import Board, within
from gallery.web.guards import requires
from gallery.web.paging import number_in
from gallery.web.session import current_actor

bp = Blueprint("reports", __name__, url_prefix="/laporan/galeri")


@bp.get("/")
@requires("stock.report")
def index() -> ResponseReturnValue:
    galleries = _galleries()
    today = clock.today()
    month, quarter = Period(today - timedelta(days=29), today), Period(today - timedelta(days=89), today)
    fast, slow = queries.pace(db.session(), galleries)
    board = Board(
        days=queries.daily_sales(db.session(), galleries, month),
        districts=queries.value_by_district(db.session(), galleries),
        owners=queries.value_by_owner(db.session(), galleries),
        shares=queries.sell_through(db.session(), galleries, quarter),
        buckets=queries.expiry_ahead(db.session(), galleries),
        fast=fast,
        slow=slow,
    )
    if exports.is_asked():
        return board.workbook()
    return render_template("staff/reports/index.html", board=board, within=within, **_choice())


@bp.get("/arus")
@requires("stock.report")
def flows() -> ResponseReturnValue:
    """What became of each piece of each owner in a period."""
    period = asked_period()
    found = queries.piece_flows(db.session(), period, galleries=_galleries())
    choice = _choice()
    page = flows_page(found, period, galeri=choice["gallery"] or None)
    return render_template("staff/reports/flows.html", period=period, place_words=place_words, **page, **choice)


@bp.get("/arus.xlsx")
@requires("stock.report")
def flows_file() -> ResponseReturnValue:
    period = asked_period()
    return flows_sheet(queries.piece_flows(db.session(), period, galleries=_galleries()), period)


def _galleries() -> Collection[int] | None:
    """The galleries to report on: those the actor answers for, or the one of them that was chosen; None is all."""
    scope = current_actor().scope("stock.report")
    chosen = number_in(request.args.get("galeri", ""))
    if chosen and (scope.everything or chosen in scope.galleries):
        return [chosen]
    return None if scope.everything else scope.galleries


def _choice() -> dict[str, object]:
    scope = current_actor().scope("stock.report")
    rows = [place for place in places(db.session(), scope=scope) if place.kind is PlaceKind.GALLERY]
    return {"galleries": rows, "gallery": request.args.get("galeri", "")}
