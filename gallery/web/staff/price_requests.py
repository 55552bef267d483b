"""New prices: a gallery proposes, the owner or its district asks, a manager confirms; labels to be printed again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import EVERYTHING
from gallery.consignment.queries import requests as asked
from gallery.consignment.services import prices
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.web import errors, exports, goods_out, price_work
from gallery.web.goods_out_forms import DecisionForm
from gallery.web.goods_out_sheets import STALE_LABELS
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("price_requests", __name__, url_prefix="/titipan/harga")


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    return price_work.list_page("staff/price_requests/index.html", current_actor().scope("consignment.view"))


@bp.get("/label")
@requires("stock.report")
def labels() -> ResponseReturnValue:
    """What lies on the shelf with the label of the price before."""
    scope = current_actor().scope("stock.report")
    if exports.is_asked():
        return STALE_LABELS.answer(asked.stale_labels(db.session(), scope, limit=exports.LIMIT))
    rows = asked.stale_labels(db.session(), scope)
    return render_template("staff/price_requests/labels.html", rows=rows)


@bp.get("/minta")
@requires("consignment.send")
def choose() -> ResponseReturnValue:
    """Which article of an own MSME gets another price."""
    rows = asked.own_variants(db.session(), current_actor().scope("consignment.send"))
    return render_template("staff/price_requests/choose.html", rows=rows)


@bp.route("/minta/<variant>", methods=["GET", "POST"])
@requires("consignment.send")
def ask(variant: str) -> ResponseReturnValue:
    """The district asks for its MSME."""
    return price_work.ask(variant, current_actor().scope("consignment.send"), "staff/price_requests/ask.html")


@bp.route("/usul/<variant>", methods=["GET", "POST"])
@requires("consignment.return")
def propose(variant: str) -> ResponseReturnValue:
    """The gallery proposes another price to the owner, mostly for what will be over soon."""
    _mine, place = goods_out.my_galleries("consignment.return")
    return price_work.ask(variant, EVERYTHING, "staff/price_requests/ask.html", gallery_id=place.gallery_id)


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    return _page(public_id, DecisionForm())


@bp.post("/<public_id>/putuskan")
@requires("consignment.approve")
def decide(public_id: str) -> ResponseReturnValue:
    row_id = asked.price_request(db.session(), public_id, current_actor().scope("consignment.approve")).id
    form, confirm = DecisionForm(), request.form.get("putusan") == "setuju"
    try:
        with transaction() as session:
            prices.decide_price(session, row_id, confirm=confirm, note=form.note.data or "", actor=current_actor())
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return _page(public_id, form), error.status
    flash(_("Harga baru disetujui.") if confirm else _("Usulan harga ditolak."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>/pemberitahuan.pdf")
@requires("consignment.view")
def paper(public_id: str) -> ResponseReturnValue:
    return price_work.paper(public_id, current_actor().scope("consignment.view"))


@bp.post("/<public_id>/jawab")
@requires("consignment.send")
def answer(public_id: str) -> ResponseReturnValue:
    scope = current_actor().scope("consignment.send")
    return price_work.answer(public_id, scope, "staff/price_requests/show.html", form=DecisionForm())


@bp.post("/<public_id>/tarik")
@requires("consignment.send")
def withdraw(public_id: str) -> ResponseReturnValue:
    return price_work.withdraw(public_id, current_actor().scope("consignment.send"))


def _page(public_id: str, form: DecisionForm) -> str:
    scope = current_actor().scope("consignment.view")
    return price_work.page(public_id, scope, "staff/price_requests/show.html", form=form)
