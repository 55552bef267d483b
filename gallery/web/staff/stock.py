"""Stock of galleries: list, stock card, corrections. Goods come in by the receiving screen and leave with a paper."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core.db import db
from gallery.inventory import queries
from gallery.inventory.models import PlaceKind
from gallery.inventory.queries import StockFilter
from gallery.web import exports
from gallery.web.guards import requires
from gallery.web.paging import number_in
from gallery.web.session import current_actor
from gallery.web.stock_documents import document_words
from gallery.web.stock_forms import AdjustForm
from gallery.web.stock_sheets import STOCK

bp = Blueprint("stock", __name__, url_prefix="/galeri")


@bp.get("/")
@requires("stock.view")
def index() -> ResponseReturnValue:
    scope = current_actor().scope("stock.view")
    text, after, place = (request.args.get(name, "").strip()[:100] for name in ("q", "sesudah", "tempat"))
    narrow = request.args.get("saring", "")
    asked: dict[str, Any] = {
        "scope": scope,
        "text": text,
        "place_id": number_in(place) or None,
        "narrow": StockFilter(narrow) if narrow in set(StockFilter) else StockFilter.ALL,
    }
    if exports.is_asked():
        return STOCK.answer(queries.stock_list(db.session(), **asked, limit=exports.LIMIT).lines)
    return render_template(
        "staff/stock/index.html",
        page=queries.stock_list(db.session(), **asked, after=number_in(after) or 0),
        places=[row for row in queries.places(db.session(), scope=scope) if row.kind is PlaceKind.GALLERY],
        text=text,
        place=number_in(place),
        narrow=narrow,
        filters=list(StockFilter),
    )


@bp.route("/<int:item_id>", methods=["GET", "POST"])
@requires("stock.view")
def card(item_id: int) -> ResponseReturnValue:
    """The stock card (kartu stok), and the correction of a wrong count."""
    line = queries.stock_line(db.session(), item_id, scope=current_actor().scope("stock.view"))
    form = AdjustForm().prepare(line.place)
    if form.is_submitted():
        # Who may look may not always correct: an officer's view of a gallery is not a right to change it.
        queries.stock_line(db.session(), item_id, scope=current_actor().scope("stock.adjust"))
        if form.validate() and form.apply(item_id):
            flash(_("Stok diperbaiki."))
            return redirect(url_for("staff.stock.card", item_id=item_id), 303)
    history = queries.movements(db.session(), item_id)
    status = 422 if form.is_submitted() else 200
    documents = document_words(db.session(), (movement.document for movement in history))
    return (
        render_template("staff/stock/card.html", line=line, form=form, movements=history, documents=documents),
        status,
    )
