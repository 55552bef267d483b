"""The expiry board: what will be over soon, with one action for each lot."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from gallery.consignment.queries import boards
from gallery.consignment.queries.boards import Horizon
from gallery.core import clock
from gallery.core.db import db
from gallery.web import exports, goods_out
from gallery.web.goods_out_sheets import EXPIRING
from gallery.web.guards import requires
from gallery.web.paging import pager_of
from gallery.web.session import current_actor
from gallery.web.words import word

bp = Blueprint("expiry", __name__, url_prefix="/galeri")


@bp.get("/kedaluwarsa")
@requires("stock.report")
def index() -> ResponseReturnValue:
    horizon = _horizon()
    scope = current_actor().scope("stock.report")
    if exports.is_asked():
        return EXPIRING.answer(boards.expiry_board(db.session(), scope, horizon, size=exports.LIMIT).goods)
    board = boards.expiry_board(db.session(), scope, horizon, number=goods_out.page_number())
    tabs = [
        {
            "url": f"?batas={one.value}",
            "text": word(one).text,
            "current": one is horizon,
            "count": board.counts[one],
            "kind": word(one).kind if board.counts[one] else "",
        }
        for one in Horizon
    ]
    links = pager_of(board, batas=horizon.value)
    return render_template(
        "staff/expiry/index.html", board=board, tabs=tabs, horizon=horizon, pager_links=links, today=clock.today()
    )


def _horizon() -> Horizon:
    asked = request.args.get("batas", "")
    return Horizon(asked) if asked in set(Horizon) else Horizon.OVER
