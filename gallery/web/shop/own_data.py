"""The own data: what is kept about me, to read and to take away, and what I ask about it (UU PDP 27/2022)."""

import json

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.errors import TooManyDataRequestsError
from gallery.accounts.models import User
from gallery.accounts.services import privacy
from gallery.core.db import db, transaction
from gallery.web.errors import text_of
from gallery.web.guards import signed_in
from gallery.web.personal_data import data_of, plain
from gallery.web.session import current_actor
from gallery.web.shop.own_data_forms import RequestForm

bp = Blueprint("own_data", __name__, url_prefix="/akun")


@bp.get("/data-saya")
@signed_in
def index() -> ResponseReturnValue:
    return render_template("shop/own_data/index.html", data=data_of(db.session(), _user()))


@bp.get("/data-saya.json")
@signed_in
def export() -> ResponseReturnValue:
    """The same for a program (UU PDP art. 13 and 32)."""
    text = json.dumps(data_of(db.session(), _user()), default=plain, ensure_ascii=False, indent=1)
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=data-saya.json"
    return answer


@bp.route("/data-saya/minta", methods=["GET", "POST"])
@signed_in
def ask() -> ResponseReturnValue:
    form = RequestForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                privacy.ask(session, form.chosen, str(form.text.data), actor=current_actor())
        except TooManyDataRequestsError as error:
            form.form_errors.append(text_of(error.code))
        else:
            flash(_("Permintaan Anda kami terima. Jawabannya paling lambat 3 × 24 jam lagi, di halaman ini."))
            return redirect(url_for(".index"), 303)
    return render_template("shop/own_data/ask.html", form=form), 422 if form.is_submitted() else 200


def _user() -> User:
    return db.session.get_one(User, current_actor().user_id or abort(401))
