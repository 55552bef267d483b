"""The bank accounts that buyers transfer to. Each change asks for the password again: it is where the money goes."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core.db import db, transaction
from gallery.payments import queries, services
from gallery.payments.errors import BankAccountTakenError
from gallery.settlement.queries.bank_lines import accounts
from gallery.web.errors import text_of
from gallery.web.guards import requires
from gallery.web.reauthentication import is_own_password
from gallery.web.session import current_actor
from gallery.web.staff.bank_accounts_forms import AccountForm, HolderForm

bp = Blueprint("bank_accounts", __name__, url_prefix="/pengaturan/rekening")


@bp.get("/")
@requires("site.manage")
def index() -> ResponseReturnValue:
    return render_template("staff/bank_accounts/index.html", accounts=accounts(db.session()))


@bp.route("/baru", methods=["GET", "POST"])
@requires("site.manage")
def add() -> ResponseReturnValue:
    form = AccountForm().offer_banks()
    if form.validate_on_submit() and is_own_password(form.current_password):
        try:
            with transaction() as session:
                services.add_account(session, form.facts(), actor=current_actor())
        except BankAccountTakenError as error:
            form.number.errors = [text_of(error.code)]
        else:
            flash(_("Rekening tersimpan dan ditawarkan kepada pembeli."))
            return redirect(url_for(".index"), 303)
    return render_template("staff/bank_accounts/add.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/<int:account_id>", methods=["GET", "POST"])
@requires("site.manage")
def edit(account_id: int) -> ResponseReturnValue:
    form = HolderForm(obj=queries.bank_account(db.session(), account_id))
    if form.validate_on_submit() and is_own_password(form.current_password):
        holder, is_active = str(form.holder.data), bool(form.is_active.data)
        with transaction() as session:
            services.set_account(session, account_id, holder=holder, is_active=is_active, actor=current_actor())
        flash(_("Rekening tersimpan."))
        return redirect(url_for(".index"), 303)
    account = queries.bank_account(db.session(), account_id)
    page = render_template("staff/bank_accounts/edit.html", form=form, account=account)
    return page, 422 if form.is_submitted() else 200
