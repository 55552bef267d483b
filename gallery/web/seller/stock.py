"""Stock at home, and what of the own goods lies in galleries."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.core.db import db, transaction
from gallery.inventory import queries, services
from gallery.inventory.states import MovementReason
from gallery.web import exports
from gallery.web.guards import requires
from gallery.web.session import current_actor
from gallery.web.stock_documents import document_words
from gallery.web.stock_forms import AdjustForm, ReceiveForm
from gallery.web.stock_sheets import STOCK, movements_of

bp = Blueprint("stock", __name__, url_prefix="/stok")


@bp.get("/")
@requires("stock.view")
def index() -> ResponseReturnValue:
    mine = _home_scope().businesses
    stock = queries.own_stock(db.session(), mine)
    if exports.is_asked():
        return STOCK.answer(stock)
    return render_template(
        "seller/stock/index.html",
        variants=queries.variant_choices(db.session(), businesses=mine),
        stock=stock,
    )


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires("stock.receive")
def edit(public_id: str) -> ResponseReturnValue:
    """More pieces at home."""
    found = queries.variant_choices(db.session(), public_id=public_id, businesses=_home_scope().businesses)
    if not found:
        abort(404)
    form = ReceiveForm()
    if form.validate_on_submit():
        with transaction() as session:
            home = services.home_of(session, found[0].business_id)
            services.receive(
                session,
                found[0].variant_id,
                home.id,
                form.pieces.data,
                expires_on=form.expires_on.data,
                lot_code=form.lot_code.data,
                reason=MovementReason.RECEIVED,
                request_key=f"receive:{form.request_key.data}",
                actor=current_actor(),
            )
        flash(_("Stok bertambah %(n)s: %(name)s.", n=form.pieces.data, name=found[0].product_name))
        return redirect(url_for("seller.stock.index"), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("seller/stock/edit.html", form=form, variant=found[0]), status


@bp.route("/rinci/<int:item_id>", methods=["GET", "POST"])
@requires("stock.view")
def card(item_id: int) -> ResponseReturnValue:
    """Stock card of pieces at home, with the correction of a wrong count."""
    line = queries.stock_line(db.session(), item_id, scope=_home_scope())
    form = AdjustForm().prepare(line.place)
    if form.validate_on_submit() and form.apply(item_id):
        flash(_("Stok diperbaiki."))
        return redirect(url_for("seller.stock.card", item_id=item_id), 303)
    status = 422 if form.is_submitted() else 200
    asked = exports.is_asked()
    history = queries.movements(db.session(), item_id, limit=exports.LIMIT if asked else queries.NEWEST)
    documents = document_words(db.session(), (movement.document for movement in history))
    if asked:
        return movements_of(documents).answer(history)
    return (
        render_template("seller/stock/card.html", line=line, form=form, movements=history, documents=documents),
        status,
    )


def _home_scope() -> Scope:
    """The own businesses only: a person who also works in a gallery corrects that gallery's stock as its staff."""
    return Scope(businesses=current_actor().scope("stock.adjust").businesses)
