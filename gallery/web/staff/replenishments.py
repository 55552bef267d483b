"""Requests for more goods: the gallery asks, the district answers for its MSME, the gallery closes."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import EVERYTHING
from gallery.consignment.queries import requests as asked
from gallery.consignment.services import replenish
from gallery.core.db import db, transaction
from gallery.web import goods_out, replenish_work
from gallery.web.goods_out_forms import AnswerForm, AskGoodsForm
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("replenishments", __name__, url_prefix="/titipan/permintaan")


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    return replenish_work.list_page("staff/replenishments/index.html", current_actor().scope("consignment.view"))


@bp.post("/")
@requires("consignment.return")
def ask() -> ResponseReturnValue:
    """The gallery asks for more; the page that follows has the message for the owner."""
    _mine, place = goods_out.my_galleries("consignment.return")
    own = asked.variant_of_owner(db.session(), request.form.get("variant", ""), EVERYTHING)
    variant_id, form = own.variant.id, AskGoodsForm()
    if not form.validate_on_submit():
        flash(_("Jumlah yang diminta 1 sampai 10.000."), "error")
        return redirect(url_for("staff.low_stock.index"), 303)
    with transaction() as session:
        made = replenish.ask_goods(
            session,
            place.gallery_id or abort(404),
            variant_id,
            int(form.pieces.data or 0),
            note=form.note.data or "",
            actor=current_actor(),
        ).public_id
    flash(_("Permintaan tercatat. Kirim juga lewat WhatsApp agar cepat dibaca."))
    return redirect(url_for(".show", public_id=made), 303)


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    scope = current_actor().scope("consignment.view")
    return replenish_work.page(public_id, scope, "staff/replenishments/show.html", AnswerForm())


@bp.post("/<public_id>/jawab")
@requires("consignment.send")
def answer(public_id: str) -> ResponseReturnValue:
    return replenish_work.answer(public_id, current_actor().scope("consignment.send"), "staff/replenishments/show.html")


@bp.post("/<public_id>/tutup")
@requires("consignment.return")
def close(public_id: str) -> ResponseReturnValue:
    row_id = asked.goods_request(db.session(), public_id, current_actor().scope("consignment.return")).id
    with transaction() as session:
        replenish.close_goods(session, row_id, actor=current_actor())
    flash(_("Permintaan ditutup."))
    return redirect(url_for(".show", public_id=public_id), 303)
