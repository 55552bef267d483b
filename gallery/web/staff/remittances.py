"""Cash that riders collected at the door: who has it, receive it, and the receipts."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError, NotFoundError
from gallery.delivery.models import Rider
from gallery.delivery.queries import cash
from gallery.delivery.queries.cash import RemittanceRow
from gallery.delivery.queries.riders import galleries
from gallery.inventory.queries import paper_of
from gallery.inventory.states import PaperKind
from gallery.payments import services
from gallery.payments.models import Payment
from gallery.web import errors, exports
from gallery.web.filters import rupiah, tanggal, waktu
from gallery.web.guards import requires
from gallery.web.money_sheets import REMITTANCES, RIDER_CASH
from gallery.web.paging import number_in, pager_of
from gallery.web.printing import pdf_response, render_pdf
from gallery.web.session import current_actor
from gallery.web.spelled import spelled
from gallery.web.staff.remittances_forms import RemittanceForm

bp = Blueprint("remittances", __name__, url_prefix="/setoran-kurir")
PERMISSION: Final = "remittance.receive"


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    """Who has money, and below it what was handed over."""
    session, scope = db.session(), _scope()
    if exports.is_asked("pada-kurir"):
        return RIDER_CASH.answer(cash.with_riders(session, scope))
    if exports.is_asked():
        return REMITTANCES.answer(cash.remittances(session, scope, limit=exports.LIMIT).rows)
    page = cash.remittances(session, scope, number=number_in(request.args.get("hal", "")) or 1)
    carrying = cash.with_riders(session, scope)
    return render_template(
        "staff/remittances/index.html",
        carrying=carrying,
        carried_idr=sum(row.amount_idr for row in carrying),
        rows=page.rows,
        page=pager_of(page),
    )


@bp.get("/kurir/<rider>")
@requires(PERMISSION)
def show_rider(rider: str) -> ResponseReturnValue:
    row, payments = cash.rider_with_cash(db.session(), rider, _scope())
    home = cash.home_gallery(db.session(), row, payments)
    return _page(row, payments, form=RemittanceForm(formdata=None, data={"gallery": home}))


@bp.post("/kurir/<rider>")
@requires(PERMISSION)
def receive(rider: str) -> ResponseReturnValue:
    """The ticked money is in the safe. Sent twice, or by two officers at once, it is there once."""
    row, payments = cash.rider_with_cash(db.session(), rider, _scope())
    form = _offered(RemittanceForm())
    wanted = set(form.chosen)
    if not form.validate_on_submit() or not wanted:
        return _page(row, payments, form=form, is_nothing_ticked=not wanted), 422
    rider_id = row.id
    # What was handed over meanwhile, too: the same form sent twice is answered with what it made.
    chosen = cash.payments_of_rider(db.session(), rider_id, wanted, _scope())
    if len(chosen) < len(wanted):
        raise NotFoundError("Payment")
    try:
        with transaction() as session:
            made = services.receive_remittance(
                session,
                rider_id,
                chosen,
                gallery_id=form.gallery.data,
                request_key=f"remittance:{form.request_key.data}",
                note=str(form.note.data or ""),
                actor=current_actor(),
            )
            public_id = made.public_id
    except ConflictError as error:
        db.session.rollback()
        row, payments = cash.rider_with_cash(db.session(), rider, _scope())
        form.form_errors.append(errors.text_of(error.code))
        return _page(row, payments, form=form), error.status
    flash(_("Setoran dicatat. Cetak tanda terimanya untuk kurir."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>")
@requires(PERMISSION)
def show(public_id: str) -> ResponseReturnValue:
    row = cash.remittance(db.session(), public_id, _scope())
    return render_template("staff/remittances/show.html", row=row, remittance=row.remittance)


@bp.get("/<public_id>/tanda-terima.pdf")
@requires(PERMISSION)
def paper(public_id: str) -> ResponseReturnValue:
    row = cash.remittance(db.session(), public_id, _scope())
    made = paper_of(db.session(), PaperKind.REMITTANCE, row.remittance.public_id)
    facts = _facts(row, made.check_code if made else "")
    return pdf_response(render_pdf("money.typ", facts), f"{row.remittance.number}.pdf")


def _facts(row: RemittanceRow, check_code: str) -> dict[str, Any]:
    made = row.remittance
    return {
        "title": _("Tanda terima setoran kurir"),
        "number": made.number,
        "check": _("Kode periksa") if check_code else "",
        "check_code": check_code,
        "footer": tanggal(made.received_at),
        "facts": [
            [_("Dari kurir"), f"{row.rider.name} ({row.rider.plate})"],
            [_("Diterima di"), row.gallery.name],
            [_("Waktu"), waktu(made.received_at)],
            [_("Terbilang"), spelled(made.amount_idr)],
        ],
        "head": [_("No."), _("Pesanan"), _("Dibayar pembeli"), _("Jumlah")],
        "numbers_from": 3,
        "lines": [
            [str(n), line.payment.order.number, tanggal(line.payment.paid_at), rupiah(line.amount_idr)]
            for n, line in enumerate(made.lines, 1)
        ],
        "sums": [[_("Jumlah seluruhnya"), rupiah(made.amount_idr)]],
        "explanation": made.note,
        "signatures": [[_("Yang menyetor"), row.rider.name], [_("Yang menerima"), row.received_by or ""]],
    }


def _page(rider: Rider, payments: Sequence[Payment], *, form: RemittanceForm, is_nothing_ticked: bool = False) -> str:
    return render_template(
        "staff/remittances/rider.html",
        rider=rider,
        payments=payments,
        total_idr=sum(payment.amount_idr for payment in payments),
        ticked=set(form.chosen) if form.is_submitted() else {payment.public_id for payment in payments},
        form=_offered(form),
        is_nothing_ticked=is_nothing_ticked,
    )


def _offered(form: RemittanceForm) -> RemittanceForm:
    form.use(galleries(db.session(), _scope()))
    return form


def _scope() -> Scope:
    return current_actor().scope(PERMISSION)
