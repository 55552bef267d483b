"""The kuitansi of a sale at the counter, made when its buyer asks for one."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.counter import queries, services
from gallery.counter.errors import PayerChangedOftenError
from gallery.counter.models import CounterSale
from gallery.web.counter_kuitansi import kuitansi_pdf
from gallery.web.errors import text_of
from gallery.web.guards import requires
from gallery.web.printing import pdf_response
from gallery.web.session import current_actor
from gallery.web.staff.counter_receipt_forms import PayerForm

bp = Blueprint("counter_receipt", __name__, url_prefix="/kasir/struk/<sale_id>")
VIEW: Final = "counter.view"
SELL: Final = "counter.sell"


@bp.get("/kuitansi")
@requires(VIEW)
def show(sale_id: str) -> ResponseReturnValue:
    return _page(_sale(sale_id, VIEW))


@bp.post("/kuitansi")
@requires(SELL)
def make(sale_id: str) -> ResponseReturnValue:
    """The kuitansi names who was typed; another name replaces it."""
    sale, form = _sale(sale_id, SELL), PayerForm()
    if not form.validate_on_submit():
        return _page(sale, form), 422
    try:
        with transaction() as session:
            services.issue_payment_receipt(session, sale.id, payer=str(form.payer.data), actor=current_actor())
    except PayerChangedOftenError as error:
        form.payer.errors = [text_of(error.code)]
        return _page(_sale(sale_id, SELL), form), error.status
    flash(_("Kuitansi siap dicetak."))
    return redirect(url_for(".show", sale_id=sale_id), 303)


@bp.get("/kuitansi.pdf")
@requires(VIEW)
def file(sale_id: str) -> ResponseReturnValue:
    """The kuitansi on A4."""
    sale = _sale(sale_id, VIEW)
    made = queries.kuitansi_of(db.session(), sale)
    if made is None:
        raise NotFoundError("Paper")
    pdf = kuitansi_pdf(sale, made, queries.returns_of_sale(db.session(), sale.id))
    return pdf_response(pdf, f"{made.paper.number}.pdf")


def _sale(public_id: str, permission: str) -> CounterSale:
    db.session.rollback()  # what a transaction just changed is read again
    return queries.sale(db.session(), public_id, scope=current_actor().scope(permission))


def _page(sale: CounterSale, form: PayerForm | None = None) -> str:
    made = queries.kuitansi_of(db.session(), sale)
    return render_template(
        "staff/counter_receipt/show.html",
        sale=sale,
        made=made,
        form=form or PayerForm(formdata=None, data={"payer": made.payer if made else ""}),
    )
