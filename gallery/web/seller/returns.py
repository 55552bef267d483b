"""Goods of the owner that go back to it or are lost, with their papers."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.consignment.queries import goods, leaving
from gallery.consignment.states import OwnerReturnStatus, WriteOffStatus
from gallery.core.db import db
from gallery.web import exports, goods_out
from gallery.web.goods_out_sheets import RETURNS, WRITE_OFFS
from gallery.web.goods_pictures import picture_file
from gallery.web.guards import requires

bp = Blueprint("returns", __name__, url_prefix="/titipan/keluar")


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    """What waits to be fetched, and what went back."""
    status = goods_out.chosen_status(OwnerReturnStatus)
    scope = goods_out.owner_scope("consignment.view")
    if exports.is_asked():
        return RETURNS.answer(leaving.returns(db.session(), scope, status, size=exports.LIMIT).rows)
    page = leaving.returns(db.session(), scope, status, number=goods_out.page_number())
    return render_template("seller/returns/index.html", **goods_out.list_context(page, OwnerReturnStatus, status))


@bp.get("/ditarik")
@requires("consignment.view")
def losses() -> ResponseReturnValue:
    """What was lost, and who carries it."""
    status = goods_out.chosen_status(WriteOffStatus)
    scope = goods_out.owner_scope("consignment.view")
    if exports.is_asked():
        return WRITE_OFFS.answer(leaving.write_offs(db.session(), scope, status, size=exports.LIMIT).rows)
    page = leaving.write_offs(db.session(), scope, status, number=goods_out.page_number())
    return render_template("seller/returns/losses.html", **goods_out.list_context(page, WriteOffStatus, status))


@bp.get("/retur/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    row = leaving.owner_return(db.session(), public_id, goods_out.owner_scope("consignment.view"))
    here = goods.goods_of_lines(db.session(), row.lines)
    return render_template("seller/returns/show.html", row=row, goods=here)


@bp.get("/retur/<public_id>/nota.pdf")
@requires("consignment.view")
def paper(public_id: str) -> ResponseReturnValue:
    row = leaving.owner_return(db.session(), public_id, goods_out.owner_scope("consignment.view"))
    return goods_out.return_paper(row)


@bp.get("/ditarik/<loss_id>")
@requires("consignment.view")
def loss(loss_id: str) -> ResponseReturnValue:
    row = leaving.write_off(db.session(), loss_id, goods_out.owner_scope("consignment.view"))
    here = goods.goods_of_lines(db.session(), row.lines)
    return render_template("seller/returns/loss.html", row=row, goods=here)


@bp.get("/ditarik/<loss_id>/foto.jpg")
@requires("consignment.view")
def photo(loss_id: str) -> ResponseReturnValue:
    """What happened to the own goods."""
    row = leaving.write_off(db.session(), loss_id, goods_out.owner_scope("consignment.view"))
    return picture_file(row.photo_file_id, f"ditarik-{loss_id}.jpg")


@bp.get("/ditarik/<loss_id>/berita-acara.pdf")
@requires("consignment.view")
def minutes(loss_id: str) -> ResponseReturnValue:
    row = leaving.write_off(db.session(), loss_id, goods_out.owner_scope("consignment.view"))
    return goods_out.write_off_paper(row)
