"""The MSME's own profile."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError
from gallery.core.image_facts import ImageError
from gallery.regions.queries import district_of
from gallery.registry import queries, services
from gallery.web.business_form import UPLOAD_BYTES, BusinessForm, fill, show_photo, stored_photo
from gallery.web.guards import accepts_upload, requires
from gallery.web.session import current_actor

bp = Blueprint("business", __name__, url_prefix="/profil")


@bp.get("/")
@requires("business.edit")
def index() -> ResponseReturnValue:
    rows = queries.businesses(db.session(), scope=_scope())
    if len(rows) == 1:
        return redirect(url_for("seller.business.edit", public_id=rows[0].public_id), 303)
    return render_template("seller/business/index.html", businesses=rows)


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires("business.edit")
@accepts_upload(UPLOAD_BYTES)
def edit(public_id: str) -> ResponseReturnValue:
    """A move to another district is an officer's to make: the villages offered are those of the own one."""
    row = queries.business(db.session(), public_id, scope=_scope())
    form = BusinessForm().prepare(db.session(), frozenset({district_of(row.district_code)}))
    if request.method == "GET":
        fill(form, row)
    elif form.validate() and form.may_change_bank(row):
        try:
            with stored_photo(form, adapters.files()) as photo, transaction() as session:
                services.update_business(session, adapters.cipher(), row.id, form.facts(), actor=current_actor())
                if photo:
                    show_photo(session, row.id, photo, actor=current_actor())
        except (ConflictError, ImageError) as error:
            if not form.explain(error):
                raise
        else:
            flash(_("Profil usaha tersimpan."))
            return redirect(url_for("seller.business.edit", public_id=public_id), 303)
    status = 422 if form.is_submitted() and form.errors else 200
    return render_template("seller/business/edit.html", form=form, business=row), status


def _scope() -> Scope:
    return current_actor().scope("business.edit")
