"""What galleries ask the owner for."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from gallery.web import goods_out, replenish_work
from gallery.web.goods_out_forms import AnswerForm
from gallery.web.guards import requires

bp = Blueprint("replenishments", __name__, url_prefix="/titipan/permintaan")
PAGE = "seller/replenishments/show.html"


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    return replenish_work.list_page("seller/replenishments/index.html", goods_out.owner_scope("consignment.view"))


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    return replenish_work.page(public_id, goods_out.owner_scope("consignment.view"), PAGE, AnswerForm())


@bp.post("/<public_id>/jawab")
@requires("consignment.send")
def answer(public_id: str) -> ResponseReturnValue:
    return replenish_work.answer(public_id, goods_out.owner_scope("consignment.send"), PAGE)
