"""Each gallery's own QRIS code: who may offer it, what it says, whether buyers are offered it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.models import Gallery
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.payments import services
from gallery.payments.errors import BadQrisError
from gallery.payments.models import QrisCode
from gallery.payments.queries import qris_codes
from gallery.web.errors import text_of
from gallery.web.guards import requires
from gallery.web.session import current_actor
from gallery.web.staff.qris_forms import QrisForm

bp = Blueprint("qris", __name__, url_prefix="/qris")


@bp.get("/")
@requires("qris.manage")
def index() -> ResponseReturnValue:
    return render_template("staff/qris/index.html", rows=_mine())


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires("qris.manage")
def edit(public_id: str) -> ResponseReturnValue:
    gallery, code = _one(public_id)
    form = QrisForm(data={"payload": code.payload if code else "", "is_active": code.is_active if code else True})
    if request.method == "GET":
        return render_template("staff/qris/edit.html", gallery=gallery, code=code, form=form)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                services.save_qris(
                    session,
                    gallery.id,
                    str(form.payload.data),
                    is_active=form.is_active.data,
                    actor=current_actor(),
                )
        except BadQrisError as error:
            form.payload.errors = [text_of(error.code)]
        else:
            flash(_("QRIS tersimpan. Periksa nama dan NMID-nya di daftar."))
            return redirect(url_for(".index"), 303)
    gallery, code = _one(public_id)
    return render_template("staff/qris/edit.html", gallery=gallery, code=code, form=form), 422


def _mine() -> list[tuple[Gallery, QrisCode | None]]:
    return list(qris_codes(db.session(), current_actor().scope("qris.manage")))


def _one(public_id: str) -> tuple[Gallery, QrisCode | None]:
    db.session.rollback()
    found = next((row for row in _mine() if row[0].public_id == public_id), None)
    if found is None:
        raise NotFoundError("Gallery")
    return found
