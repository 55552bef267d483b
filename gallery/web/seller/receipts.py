"""What galleries signed for: the MSME's own receipts."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.consignment.queries import receipts
from gallery.consignment.queries.receipts import WholeReceipt
from gallery.core.db import db
from gallery.web.consignment_papers import grouped, receipt_pdf
from gallery.web.goods_out import owner_scope
from gallery.web.guards import requires
from gallery.web.printing import pdf_response

bp = Blueprint("receipts", __name__, url_prefix="/titipan/tanda-terima")


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    whole = _whole(public_id)
    return render_template("seller/receipts/show.html", whole=whole, check_code=grouped(whole.paper.check_code))


@bp.get("/<public_id>.pdf")
@requires("consignment.view")
def paper(public_id: str) -> ResponseReturnValue:
    whole = _whole(public_id)
    return pdf_response(receipt_pdf(whole), f"{whole.receipt.number}.pdf")


def _whole(public_id: str) -> WholeReceipt:
    return receipts.whole_receipt(db.session(), public_id, owner_scope("consignment.view"))
