"""The galleries of this installation: opened, changed, closed."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts import queries
from gallery.accounts.models import Gallery
from gallery.core.db import db, transaction
from gallery.inventory import services
from gallery.inventory.errors import GalleryCodeTakenError, GalleryNotEmptyError
from gallery.regions.queries import full_names
from gallery.web.errors import text_of
from gallery.web.guards import requires
from gallery.web.region_fields import offer_regions
from gallery.web.session import current_actor
from gallery.web.staff.galleries_forms import GalleryForm, form_data

bp = Blueprint("galleries", __name__, url_prefix="/pengaturan/galeri")


@bp.get("/")
@requires("site.manage")
def index() -> ResponseReturnValue:
    rows = queries.all_galleries(db.session())
    names = full_names(db.session(), {row.village_code for row in rows})
    return render_template("staff/galleries/index.html", galleries=rows, names=names)


@bp.route("/baru", methods=["GET", "POST"])
@requires("site.manage")
def add() -> ResponseReturnValue:
    return _edit(GalleryForm(), None)


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires("site.manage")
def edit(public_id: str) -> ResponseReturnValue:
    gallery = queries.gallery(db.session(), public_id)
    return _edit(GalleryForm(data=form_data(gallery)), gallery)


def _edit(form: GalleryForm, gallery: Gallery | None) -> ResponseReturnValue:
    offer_regions(form, db.session())
    gallery_id = gallery.id if gallery else None
    if form.is_sent() and form.validate() and _has_code(form, gallery):
        try:
            with transaction() as session:
                services.save_gallery(session, form.facts(), gallery_id=gallery_id, actor=current_actor())
        except GalleryCodeTakenError as error:
            form.code.errors = [text_of(error.code)]
        except GalleryNotEmptyError as error:
            form.is_active.errors = [text_of(error.code)]
        else:
            flash(_("%(name)s tersimpan.", name=form.name.data))
            return redirect(url_for(".index"), 303)
    return render_template("staff/galleries/edit.html", form=form, gallery=gallery), 422 if form.is_sent() else 200


def _has_code(form: GalleryForm, gallery: Gallery | None) -> bool:
    """A new gallery needs a code; that of one that exists is not asked for any more."""
    if gallery is None and not form.code.data:
        form.code.errors = [_("Tulis kode galerinya, misalnya PGK.")]
    return not form.code.errors
