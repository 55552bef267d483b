"""The MSME register: list, add, change, suspend; a NIK is shown in clear only with a reason."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import ConflictError
from gallery.core.image_facts import ImageError
from gallery.regions.queries import districts
from gallery.registry import queries, services
from gallery.web.business_form import UPLOAD_BYTES, BusinessForm, fill, show_photo, stored_photo
from gallery.web.guards import accepts_upload, requires
from gallery.web.session import current_actor
from gallery.web.staff.businesses_forms import ReasonForm

bp = Blueprint("businesses", __name__, url_prefix="/registri")


@bp.get("/")
@requires("business.view")
def index() -> ResponseReturnValue:
    text, district = request.args.get("q", "").strip()[:100], request.args.get("wilayah", "")[:5]
    scope = current_actor().scope("business.view")
    page = queries.business_page(
        db.session(),
        scope=scope,
        text=text,
        district=district,
        cursor=request.args.get("sesudah"),
    )
    own = (row for row in districts(db.session()) if scope.everything or row.code in scope.districts)
    names = {row.code: row.name for row in own}
    return render_template("staff/businesses/index.html", page=page, text=text, district=district, districts=names)


@bp.route("/baru", methods=["GET", "POST"])
@requires("business.edit")
@accepts_upload(UPLOAD_BYTES)
def create() -> ResponseReturnValue:
    form = _form()
    if form.validate_on_submit():
        try:
            with stored_photo(form, adapters.files()) as photo, transaction() as session:
                row = services.register_business(session, adapters.cipher(), form.facts(), actor=current_actor())
                if photo:
                    show_photo(session, row.id, photo, actor=current_actor())
                public_id = row.public_id
        except (ConflictError, ImageError) as error:
            if not form.explain(error):
                raise
        else:
            flash(_("Usaha tersimpan."))
            return redirect(url_for("staff.businesses.show", public_id=public_id), 303)
    return render_template("staff/businesses/edit.html", form=form, business=None), _status(form)


@bp.get("/<public_id>")
@requires("business.view")
def show(public_id: str) -> ResponseReturnValue:
    row = queries.business(db.session(), public_id, scope=current_actor().scope("business.view"))
    return render_template("staff/businesses/show.html", business=row, form=ReasonForm())


@bp.route("/<public_id>/ubah", methods=["GET", "POST"])
@requires("business.edit")
@accepts_upload(UPLOAD_BYTES)
def edit(public_id: str) -> ResponseReturnValue:
    row = queries.business(db.session(), public_id, scope=current_actor().scope("business.edit"))
    form = _form()
    if not form.is_submitted():
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
            flash(_("Perubahan tersimpan."))
            return redirect(url_for("staff.businesses.show", public_id=public_id), 303)
    return render_template("staff/businesses/edit.html", form=form, business=row), _status(form)


@bp.post("/<public_id>/status")
@requires("business.suspend")
def set_active(public_id: str) -> ResponseReturnValue:
    row = queries.business(db.session(), public_id, scope=current_actor().scope("business.suspend"))
    is_active = request.form.get("aktif") == "1"
    with transaction() as session:
        services.set_active(session, row.id, is_active=is_active, actor=current_actor())
    flash(
        _("Usaha ini dapat berjualan lagi.")
        if is_active
        else _("Usaha ini dihentikan. Produknya tidak tampil di toko.")
    )
    return redirect(url_for("staff.businesses.show", public_id=public_id), 303)


@bp.post("/<public_id>/nik")
@requires("nik.reveal")
def reveal_nik(public_id: str) -> ResponseReturnValue:
    """Show the NIK once, on the answer to this very request; it is never in an address or a stored page."""
    row = queries.business(db.session(), public_id, scope=current_actor().scope("nik.reveal"))
    form, nik = ReasonForm(), None
    if form.validate_on_submit():
        with transaction() as session:
            nik = services.reveal_nik(
                session, adapters.cipher(), row.id, reason=str(form.reason.data), actor=current_actor()
            )
        row = queries.business(db.session(), public_id, scope=current_actor().scope("nik.reveal"))
    return render_template("staff/businesses/show.html", business=row, form=form, nik=nik), _status(
        form
    ) if not nik else 200


def _form() -> BusinessForm:
    scope = current_actor().scope("business.edit")
    return BusinessForm().prepare(db.session(), None if scope.everything else scope.districts)


def _status(form: BusinessForm | ReasonForm) -> int:
    return 422 if form.is_submitted() and form.errors else 200
