"""The register of local riders."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.errors import PhoneTakenError
from gallery.delivery.models import Rider
from gallery.delivery.queries import riders
from gallery.delivery.services import RiderFacts
from gallery.web import errors
from gallery.web.guards import requires
from gallery.web.paging import number_in, pager_of
from gallery.web.session import current_actor
from gallery.web.staff.riders_forms import RiderForm

bp = Blueprint("riders", __name__, url_prefix="/kurir")


@bp.get("/")
@requires("rider.manage")
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").strip()[:80]
    page = riders.riders(db.session(), _scope(), search=search, number=number_in(request.args.get("hal", "")) or 1)
    rows = page.rows
    codes = {area.subdistrict_code for rider in rows for area in rider.areas}
    return render_template(
        "staff/riders/index.html",
        riders=rows,
        jobs=riders.open_jobs(db.session(), [rider.id for rider in rows]),
        names=riders.names_of(db.session(), codes),
        q=search,
        pager=pager_of(page, q=search),
    )


@bp.route("/baru", methods=["GET", "POST"])
@requires("rider.manage")
def add() -> ResponseReturnValue:
    return _edit(None)


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires("rider.manage")
def edit(public_id: str) -> ResponseReturnValue:
    return _edit(riders.rider(db.session(), public_id, _scope()))


def _edit(rider: Rider | None) -> ResponseReturnValue:
    form = _form(rider)
    if form.validate_on_submit():
        rider_id = rider.id if rider else None
        try:
            with transaction() as session:
                services.save_rider(session, _facts(form), rider_id=rider_id, actor=current_actor())
        except PhoneTakenError as error:
            form.phone.errors = [errors.text_of(error.code)]
        else:
            flash(_("Data %(name)s tersimpan.", name=form.name.data))
            return redirect(url_for(".index"), 303)
    page = render_template(
        "staff/riders/edit.html",
        form=form,
        rider=rider,
        regencies=riders.subdistricts(db.session()),
        jobs=riders.open_jobs(db.session(), [rider.id]).get(rider.id, 0) if rider else 0,
    )
    return page, 422 if form.is_submitted() else 200


def _form(rider: Rider | None) -> RiderForm:
    given: dict[str, Any] = {}
    if rider is not None:
        given = {
            "gallery": rider.gallery_id or 0,
            "areas": [area.subdistrict_code for area in rider.areas],
        }
    form = RiderForm(obj=rider, data=given) if rider else RiderForm()
    form.offer_galleries(list(riders.galleries(db.session(), _scope())), province=_scope().everything)
    subdistricts = [row for _regency, rows in riders.subdistricts(db.session()) for row in rows]
    form.areas.choices = [(row.code, row.name) for row in subdistricts]
    return form


def _facts(form: RiderForm) -> RiderFacts:
    return RiderFacts(
        name=str(form.name.data),
        phone=form.normal_phone,
        plate=str(form.plate.data),
        gallery_id=form.gallery.data or None,
        subdistricts=list(form.areas.data or []),
        is_active=bool(form.is_active.data),
    )


def _scope() -> Scope:
    return current_actor().scope("rider.manage")
