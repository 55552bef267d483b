"""Papers of an order for the staff that packs it: the same as its buyer's, and the receipt on a roll."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.orders.models import Order
from gallery.payments.errors import OrderOverError, TooManyCorrectionsError
from gallery.web import order_papers, parcels
from gallery.web.errors import text_of
from gallery.web.guards import requires
from gallery.web.order_paper_forms import BudgetForm

bp = Blueprint("order_papers", __name__, url_prefix="/pesanan/<public_id>/surat")
PERMISSION: Final = "order.paper"


@bp.get("/")
@requires(PERMISSION)
def show(public_id: str) -> ResponseReturnValue:
    return _render(public_id)


@bp.post("/anggaran")
@requires(PERMISSION)
def save(public_id: str) -> ResponseReturnValue:
    """The papers name this budget; those that were printed before are replaced by the next."""
    order, form = _order(public_id), BudgetForm()
    if not form.validate_on_submit():
        return _render(public_id, form), 422
    try:
        order_papers.save(order, form)
    except (OrderOverError, TooManyCorrectionsError) as error:
        form.form_errors.append(text_of(error.code))
        return _render(public_id, form), error.status
    flash(_("Data anggaran tersimpan. Surat yang dibuat sekarang memakainya."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/buat")
@requires(PERMISSION)
def make(public_id: str) -> ResponseReturnValue:
    """Make every paper that can be made; asked twice they are the same ones."""
    made = order_papers.make_ready(_order(public_id))
    flash(_("%(n)s surat dibuat dan bernomor.", n=made) if made else _("Semua surat yang dapat dibuat sudah ada."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<any('surat-pesanan', nota, kuitansi, 'berita-acara'):file>.pdf")
@requires(PERMISSION)
def paper(public_id: str, file: str) -> ResponseReturnValue:
    """One paper; ``lebar=58`` or ``80`` asks for the receipt on a roll of so many millimetres."""
    return order_papers.answer(_order(public_id), file, request.args.get("lebar", type=int))


@bp.get("/semua.pdf")
@requires(PERMISSION)
def bundle(public_id: str) -> ResponseReturnValue:
    """All papers that there are, in one file."""
    return order_papers.bundle(_order(public_id))


def _order(public_id: str) -> Order:
    return parcels.find(public_id, PERMISSION).order


def _render(public_id: str, form: BudgetForm | None = None) -> str:
    return render_template(
        "staff/order_papers/show.html", public_id=public_id, **order_papers.page(_order(public_id), form)
    )
