"""Receipts for consigned goods: list, one receipt with its message to the owner, the paper."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gallery.accounts.permissions import Scope
from gallery.consignment.queries import receipts
from gallery.consignment.queries.receipts import WholeReceipt
from gallery.core.db import db
from gallery.web import exports
from gallery.web.consignment_papers import grouped, receipt_pdf, whatsapp_text
from gallery.web.consignment_sheets import RECEIPTS
from gallery.web.filters import wa
from gallery.web.guards import requires
from gallery.web.paging import number_in
from gallery.web.printing import pdf_response
from gallery.web.session import current_actor

bp = Blueprint("receipts", __name__, url_prefix="/titipan/tanda-terima")


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    text, before = request.args.get("q", "").strip()[:100], number_in(request.args.get("sebelum", ""))
    if exports.is_asked():
        return RECEIPTS.answer(receipts.receipt_list(db.session(), scope(), text=text, limit=exports.LIMIT).rows)
    page = receipts.receipt_list(db.session(), scope(), text=text, before=before)
    return render_template("staff/receipts/index.html", page=page, text=text)


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    return render_template("staff/receipts/show.html", **context(_whole(public_id)))


@bp.get("/<public_id>.pdf")
@requires("consignment.view")
def paper(public_id: str) -> ResponseReturnValue:
    whole = _whole(public_id)
    return pdf_response(receipt_pdf(whole), f"{whole.receipt.number}.pdf")


def context(whole: WholeReceipt) -> dict[str, Any]:
    """What a page about one receipt shows."""
    return {
        "whole": whole,
        "check_code": grouped(whole.paper.check_code),
        "wa_link": wa(whole.business.phone, whatsapp_text(whole)),
        "labels_url": url_for("staff.labels.index", dokumen=f"receipt:{whole.receipt.public_id}"),
    }


def scope() -> Scope:
    """Receipts of the own gallery or district; those of an own enterprise are in its workspace."""
    mine = current_actor().scope("consignment.view")
    return Scope(everything=mine.everything, districts=mine.districts, galleries=mine.galleries)


def _whole(public_id: str) -> WholeReceipt:
    return receipts.whole_receipt(db.session(), public_id, scope())
