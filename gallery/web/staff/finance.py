"""The money at a glance: what came in, what went out, what is owed to whom, where it lies, and what was sold."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from gallery.core import clock
from gallery.core.db import db
from gallery.web import money_board
from gallery.web.flow_table import asked_period
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("finance", __name__, url_prefix="/keuangan")


@bp.get("/")
@requires("money.report")
def index() -> ResponseReturnValue:
    """Of the whole province, of one gallery's drawers and safe, or of a district's MSMEs; each table as a workbook."""
    scope, period = current_actor().scope("money.report"), asked_period()
    board = money_board.read(db.session(), scope, period.first, period.last, clock.today())
    sheet = money_board.SHEETS.get(request.args.get("unduh", ""))
    if sheet is not None:
        return sheet(board)
    return render_template(
        "staff/finance/index.html",
        board=board,
        charts=money_board.charts(board),
        period=period,
        link=money_board.link,
        flow_link=money_board.flow_link,
        purse_name=money_board.purse_name,
    )
