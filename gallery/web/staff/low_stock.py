"""The low-stock board: what runs low in a gallery, by owner, with the request for more."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.consignment.queries import boards
from gallery.consignment.queries.requests import open_goods_requests
from gallery.core.db import db
from gallery.web import exports, goods_out
from gallery.web.goods_out_sheets import LOW
from gallery.web.guards import requires
from gallery.web.paging import Pager
from gallery.web.session import current_actor

bp = Blueprint("low_stock", __name__, url_prefix="/galeri")


@bp.get("/menipis")
@requires("stock.report")
def index() -> ResponseReturnValue:
    scope = current_actor().scope("stock.report")
    text = request.args.get("q", "").strip()[:80]
    if exports.is_asked():
        return LOW.answer(boards.low_board(db.session(), scope, text=text, size=exports.LIMIT).lines)
    board = boards.low_board(db.session(), scope, text=text, number=goods_out.page_number())
    asked = open_goods_requests(db.session(), {line.place.gallery_id for line in board.lines if line.place.gallery_id})
    here = {"q": text} if text else {}
    links = Pager(
        goods_out.here_at(board.number - 1, **here) if board.number > 1 else None,
        goods_out.here_at(board.number + 1, **here) if board.has_more else None,
        _("Halaman %(n)s", n=board.number),
    )
    return render_template("staff/low_stock/index.html", board=board, asked=asked, text=text, pager_links=links)
