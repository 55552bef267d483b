"""What riders, carriers and online couriers are owed, and what they were paid."""

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError
from gallery.delivery.queries.riders import galleries
from gallery.payments.queries import active_accounts
from gallery.settlement import services
from gallery.settlement.queries import courier_payments as queries
from gallery.settlement.queries.courier_payments import CourierDue
from gallery.web import errors, exports
from gallery.web.courier_parties import party_text
from gallery.web.filters import rupiah
from gallery.web.guards import requires
from gallery.web.money_sheets import COURIER_PAYMENTS, COURIERS_DUE
from gallery.web.paging import number_in, pager_of
from gallery.web.session import current_actor
from gallery.web.staff.courier_payments_forms import CourierPaymentForm

bp = Blueprint("courier_payments", __name__, url_prefix="/pembayaran-kurir")
PERMISSION: Final = "courier.pay"


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    session, scope = db.session(), _scope()
    if exports.is_asked("utang"):
        return COURIERS_DUE.answer(queries.couriers_due(session, scope))
    if exports.is_asked():
        return COURIER_PAYMENTS.answer(queries.courier_payments(session, scope, limit=exports.LIMIT).rows)
    page = queries.courier_payments(session, scope, number=number_in(request.args.get("hal", "")) or 1)
    return render_template(
        "staff/courier_payments/index.html",
        due=queries.couriers_due(session, scope),
        rows=page.rows,
        page=pager_of(page),
        party_text=party_text,
    )


@bp.get("/bayar/<party>")
@requires(PERMISSION)
def show(party: str) -> ResponseReturnValue:
    due = queries.courier_due(db.session(), party, _scope())
    form = CourierPaymentForm(formdata=None)
    form.amount.data = rupiah(max(due.owed_idr, 0)).removeprefix("Rp")
    return _page(due, form)


@bp.post("/bayar/<party>")
@requires(PERMISSION)
def pay(party: str) -> ResponseReturnValue:
    """Note a payment; sent twice it is noted once."""
    due, form = queries.courier_due(db.session(), party, _scope()), _offered(CourierPaymentForm())
    if not form.validate_on_submit():
        return _page(due, form), 422
    try:
        with transaction() as session:
            number = services.pay_courier(
                session,
                due.party,
                form.amount_idr,
                purse=form.chosen,
                paid_on=form.paid_on.data,
                request_key=f"courier:{form.request_key.data}",
                note=str(form.note.data or ""),
                actor=current_actor(),
            ).number
    except ConflictError as error:
        form.amount.errors = [errors.text_of(error.code)]
        return _page(queries.courier_due(db.session(), party, _scope()), form), error.status
    flash(_("Pembayaran %(number)s dicatat.", number=number))
    return redirect(url_for(".index"), 303)


def _page(due: CourierDue, form: CourierPaymentForm) -> str:
    return render_template(
        "staff/courier_payments/pay.html",
        due=due,
        name=party_text(due.party, due.rider_name),
        form=_offered(form),
    )


def _offered(form: CourierPaymentForm) -> CourierPaymentForm:
    form.use(active_accounts(db.session()), galleries(db.session(), _scope()))
    return form


def _scope() -> Scope:
    return current_actor().scope(PERMISSION)
