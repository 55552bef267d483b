"""The queue of what people ask about their data, with the clock of 3 × 24 hours that the law sets."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts import queries
from gallery.accounts.models import DataRequest
from gallery.accounts.services import people, privacy
from gallery.accounts.states import DataRequestKind, DataRequestStatus
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.orders.services.privacy import forget_erased_buyers
from gallery.payments.services.papers import forget_budgets
from gallery.web.guards import requires
from gallery.web.paging import number_in, pager_of
from gallery.web.session import current_actor
from gallery.web.staff.data_requests_forms import AnswerForm

bp = Blueprint("data_requests", __name__, url_prefix="/pengaturan/permintaan-data")


@bp.get("/")
@requires("privacy.answer")
def index() -> ResponseReturnValue:
    page = queries.data_request_page(db.session(), number=number_in(request.args.get("hal", "")) or 1)
    return render_template("staff/data_requests/index.html", rows=page.rows, page=pager_of(page), now=clock.now())


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires("privacy.answer")
def show(public_id: str) -> ResponseReturnValue:
    asked, form = queries.data_request(db.session(), public_id), AnswerForm()
    if form.validate_on_submit() and _may_be_answered(form, asked):
        _answer(asked, form)
        flash(_("Jawaban tersimpan. Pemohon kami kabari lewat surel."))
        return redirect(url_for(".index"), 303)
    page = render_template("staff/data_requests/show.html", asked=asked, form=form, now=clock.now())
    return page, 422 if form.is_submitted() else 200


def _may_be_answered(form: AnswerForm, asked: DataRequest) -> bool:
    """An account with roles is not erased before somebody took over its work."""
    if _erases(form, asked) and asked.user.grants:
        form.status.errors = [_("Akun ini masih punya peran. Cabut dulu perannya di halaman pengguna, lalu jawab.")]
        return False
    return True


def _erases(form: AnswerForm, asked: DataRequest) -> bool:
    return asked.kind is DataRequestKind.ERASURE and form.chosen is DataRequestStatus.DONE


def _answer(asked: DataRequest, form: AnswerForm) -> None:
    request_id, user_id, erases = asked.id, asked.user_id, _erases(form, asked)
    with transaction() as session:
        privacy.answer(session, request_id, form.chosen, str(form.answer.data), actor=current_actor())
        if erases:
            people.erase(session, user_id, actor=current_actor())
            forget_erased_buyers(session)
            forget_budgets(session)
