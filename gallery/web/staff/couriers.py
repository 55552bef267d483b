"""Settings of online couriers: which answer, who uses which, and when they may be called."""

from typing import Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.delivery.queries import couriers as queries
from gallery.delivery.queries.couriers import Holder
from gallery.delivery.services import settings
from gallery.delivery.states import ONLINE, Courier
from gallery.web.guards import requires
from gallery.web.session import current_actor
from gallery.web.staff.couriers_forms import COURIERS, HoursForm, UseForm

bp = Blueprint("couriers", __name__, url_prefix="/kurir-daring")
PERMISSION: Final = "courier.manage"


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    return render_template(
        "staff/couriers/index.html",
        states=queries.courier_states(db.session(), COURIERS, adapters.couriers()),
        holders=queries.holders(db.session(), _scope()),
        couriers=COURIERS,
        as_usual=queries.AS_USUAL,
    )


@bp.post("/coba")
@requires(PERMISSION)
def try_again() -> ResponseReturnValue:
    """The next caller asks this courier at once, although it failed of late."""
    name = request.form.get("kurir", "")
    if name not in ONLINE:
        raise NotFoundError("Courier")
    with transaction() as session:
        settings.try_again(session, Courier(name), actor=current_actor())
    flash(_("Layanan ini ditanya lagi pada permintaan berikutnya."))
    return redirect(url_for(".index"), 303)


@bp.route("/tempat/<public_id>", methods=["GET", "POST"])
@requires(PERMISSION)
def edit(public_id: str) -> ResponseReturnValue:
    """Who is used by one gallery, or by the MSMEs at home, and when a gallery may be called."""
    holder = queries.holder(db.session(), public_id, _scope())
    hours = {} if holder.gallery_id is None else queries.hours_of(db.session(), holder.gallery_id)
    use_form, hours_form = UseForm.of(holder.uses), HoursForm.of(hours)
    is_valid = use_form.validate_on_submit()
    if holder.gallery_id is not None:
        is_valid = hours_form.validate_on_submit() and is_valid
    if is_valid:
        _save(holder, use_form, hours_form)
        flash(_("Pengaturan kurir tersimpan. Paket yang sudah dipesankan kurir tidak berubah."))
        return redirect(url_for(".edit", public_id=public_id), 303)
    page = render_template(
        "staff/couriers/edit.html",
        holder=holder,
        form=use_form,
        hours_form=hours_form,
        couriers=COURIERS,
        with_key=adapters.couriers(),
        has_hours=bool(hours),
        most_extra_idr=current_app.config["COURIER_MAX_EXTRA_IDR"],
    )
    return page, 422 if use_form.is_submitted() else 200


def _save(holder: Holder, use_form: UseForm, hours_form: HoursForm) -> None:
    actor = current_actor()
    with transaction() as session:
        for courier in COURIERS:
            settings.save_use(session, holder.gallery_id, courier, use_form.facts(courier), actor=actor)
        if holder.gallery_id is not None:
            settings.save_hours(session, holder.gallery_id, hours_form.hours(), actor=actor)


def _scope() -> Scope:
    return current_actor().scope(PERMISSION)
