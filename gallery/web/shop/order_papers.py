"""Papers of an order for its buyer, by signed link or account: budget of an office, nota, kuitansi, all in one file."""

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.orders.models import Order
from gallery.payments.errors import OrderOverError, TooManyCorrectionsError
from gallery.web import order_papers
from gallery.web.errors import text_of
from gallery.web.guards import by_token
from gallery.web.order_links import opened_order, order_url
from gallery.web.order_paper_forms import BudgetForm

bp = Blueprint("order_papers", __name__, url_prefix="/pesanan/<public_id>/surat")


@bp.get("/")
@by_token
def show(public_id: str) -> ResponseReturnValue:
    return _render(opened_order(public_id))


@bp.post("/anggaran")
@by_token
def save(public_id: str) -> ResponseReturnValue:
    """The papers name this budget; those that were printed before are replaced by the next."""
    order, form = opened_order(public_id), BudgetForm()
    if not form.validate_on_submit():
        return _render(order, form), 422
    try:
        order_papers.save(order, form)
    except (OrderOverError, TooManyCorrectionsError) as error:
        form.form_errors.append(text_of(error.code))
        return _render(opened_order(public_id), form), error.status
    flash(_("Data anggaran tersimpan. Surat yang dibuat sekarang memakainya."))
    return redirect(order_url(".show", public_id), 303)


@bp.post("/buat")
@by_token
def make(public_id: str) -> ResponseReturnValue:
    """Make every paper that can be made; asked twice they are the same ones."""
    made = order_papers.make_ready(opened_order(public_id))
    flash(_("%(n)s surat dibuat dan bernomor.", n=made) if made else _("Semua surat yang dapat dibuat sudah ada."))
    return redirect(order_url(".show", public_id), 303)


@bp.get("/<any('surat-pesanan', nota, kuitansi, 'berita-acara'):file>.pdf")
@by_token
def paper(public_id: str, file: str) -> ResponseReturnValue:
    return order_papers.answer(opened_order(public_id), file)


@bp.get("/semua.pdf")
@by_token
def bundle(public_id: str) -> ResponseReturnValue:
    """All papers that there are, in one file."""
    return order_papers.bundle(opened_order(public_id))


def _render(order: Order, form: BudgetForm | None = None) -> str:
    return render_template("shop/order_papers/show.html", order_url=order_url, **order_papers.page(order, form))
