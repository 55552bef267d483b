"""The offices that orders are brought to: where they are, new ones, those that exist no more."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts import queries
from gallery.accounts.errors import OfficeTakenError
from gallery.accounts.models import Office
from gallery.accounts.services.offices import save_office
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.regions.queries import full_names
from gallery.web.errors import text_of
from gallery.web.guards import requires
from gallery.web.paging import number_in, pager_of
from gallery.web.region_fields import offer_regions
from gallery.web.session import current_actor
from gallery.web.staff.offices_forms import OfficeForm, form_data, is_open

bp = Blueprint("offices", __name__, url_prefix="/pengaturan/kantor")


@bp.get("/")
@requires("site.manage")
def index() -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    text, unplaced = request.args.get("q", "").strip()[:100], "tanpa-desa" in request.args
    number = number_in(request.args.get("hal", "")) or 1
    page = queries.office_page(session, text=text, unplaced=unplaced, number=number, on=now)
    return render_template(
        "staff/offices/index.html",
        offices=page.rows,
        names=full_names(session, {row.village_code for row in page.rows if row.village_code}),
        page=pager_of(page, q=text, **({"tanpa-desa": "1"} if unplaced else {})),
        missing=queries.unplaced_offices(session, now),
        is_open=is_open,
        text=text,
        unplaced=unplaced,
    )


@bp.route("/baru", methods=["GET", "POST"])
@requires("site.manage")
def add() -> ResponseReturnValue:
    return _edit(OfficeForm(), None)


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires("site.manage")
def edit(public_id: str) -> ResponseReturnValue:
    office = queries.office(db.session(), public_id)
    return _edit(OfficeForm(data=form_data(office)), office)


def _edit(form: OfficeForm, office: Office | None) -> ResponseReturnValue:
    offer_regions(form, db.session())
    office_id = office.id if office else None
    if form.is_sent() and form.validate() and _has_name(form, office):
        try:
            with transaction() as session:
                save_office(session, form.facts(), office_id=office_id, actor=current_actor())
        except OfficeTakenError as error:
            form.name.errors = [text_of(error.code)]
        else:
            flash(_("Data kantor tersimpan."))
            return redirect(url_for(".index"), 303)
    return render_template("staff/offices/edit.html", form=form, office=office), 422 if form.is_sent() else 200


def _has_name(form: OfficeForm, office: Office | None) -> bool:
    """A new office needs a name; that of one that exists is not asked for any more."""
    if office is None and not form.name.data:
        form.name.errors = [_("Tulis nama resmi kantornya.")]
    return not form.name.errors
