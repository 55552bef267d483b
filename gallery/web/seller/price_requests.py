"""The owner's new prices: ask for one, answer a gallery's proposal, follow what became of it."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from gallery.consignment.queries import requests as asked
from gallery.core.db import db
from gallery.web import goods_out, price_work
from gallery.web.guards import requires

bp = Blueprint("price_requests", __name__, url_prefix="/titipan/harga")


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    scope = goods_out.owner_scope("consignment.view")
    variants = asked.own_variants(db.session(), scope)
    return price_work.list_page("seller/price_requests/index.html", scope, variants=variants)


@bp.route("/minta/<variant>", methods=["GET", "POST"])
@requires("consignment.send")
def ask(variant: str) -> ResponseReturnValue:
    return price_work.ask(variant, goods_out.owner_scope("consignment.send"), "seller/price_requests/ask.html")


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    return price_work.page(public_id, goods_out.owner_scope("consignment.view"), "seller/price_requests/show.html")


@bp.get("/<public_id>/pemberitahuan.pdf")
@requires("consignment.view")
def paper(public_id: str) -> ResponseReturnValue:
    return price_work.paper(public_id, goods_out.owner_scope("consignment.view"))


@bp.post("/<public_id>/jawab")
@requires("consignment.send")
def answer(public_id: str) -> ResponseReturnValue:
    scope = goods_out.owner_scope("consignment.send")
    return price_work.answer(public_id, scope, "seller/price_requests/show.html")


@bp.post("/<public_id>/tarik")
@requires("consignment.send")
def withdraw(public_id: str) -> ResponseReturnValue:
    return price_work.withdraw(public_id, goods_out.owner_scope("consignment.send"))
