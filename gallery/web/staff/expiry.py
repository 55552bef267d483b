"""Boards of the morning: what will be over soon, and what the terms of lots ask for by now; one action for each."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from gallery.consignment.queries import boards
from gallery.consignment.queries.boards import Horizon
from gallery.consignment.queries.due import Due, due_goods, uncollected
from gallery.consignment.queries.leaving import PAGE_SIZE, Page
from gallery.core import clock
from gallery.core.db import db
from gallery.web import exports, goods_out
from gallery.web.goods_out_sheets import DUE_GOODS, EXPIRING, RETURNS
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


@bp.get("/jatuh-tempo")
@requires("stock.report")
def due() -> ResponseReturnValue:
    """What must leave the shelf, go back, or be fetched by its owner, as was agreed for the lot."""
    board, session, scope = _board(), db.session(), current_actor().scope("stock.report")
    size = exports.LIMIT if exports.is_asked() else PAGE_SIZE
    if board is Due.UNCOLLECTED:
        returns = uncollected(session, scope, number=goods_out.page_number(), size=size)
        if exports.is_asked():
            return RETURNS.answer([one.row for one in returns.rows])
        return _due_page(board, returns)
    goods = due_goods(session, scope, board, number=goods_out.page_number(), size=size)
    return DUE_GOODS.answer(goods.rows) if exports.is_asked() else _due_page(board, goods)


def _due_page(board: Due, page: Page[Any]) -> str:
    tabs = [
        {
            "url": f"?papan={one.value}",
            "text": word(one).text,
            "current": one is board,
            "count": page.counts[one],
            "kind": "warn" if page.counts[one] else "",
        }
        for one in Due
    ]
    links = pager_of(page, papan=board.value)
    return render_template("staff/expiry/due.html", board=board, rows=page.rows, tabs=tabs, pager_links=links)


def _board() -> Due:
    asked = request.args.get("papan", "")
    return Due(asked) if asked in set(Due) else Due.TAKE_OFF


def _horizon() -> Horizon:
    asked = request.args.get("batas", "")
    return Horizon(asked) if asked in set(Horizon) else Horizon.OVER
