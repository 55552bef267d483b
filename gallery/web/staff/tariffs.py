"""What riders ask from each place, what carriers ask between islands, and a trial calculation."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.delivery import queries, services
from gallery.delivery.courier import Quote
from gallery.delivery.errors import CarrierTariffTakenError, NoCoverageError
from gallery.delivery.queries import riders
from gallery.web import errors
from gallery.web.guards import requires
from gallery.web.session import current_actor
from gallery.web.staff.tariffs_forms import FRESH, CarrierTariffForm, TariffForm, form_data

bp = Blueprint("tariffs", __name__, url_prefix="/tarif")
HEAVIEST_G = 100_000


@bp.get("/")
@requires("tariff.manage")
def index() -> ResponseReturnValue:
    return render_template(
        "staff/tariffs/index.html",
        places=riders.places_with_tariff(db.session(), _scope()),
        carriers=riders.carrier_tariffs(db.session()),
        may_price_carriers=_scope().everything,
    )


@bp.route("/<public_id>", methods=["GET", "POST"])
@requires("tariff.manage")
def edit(public_id: str) -> ResponseReturnValue:
    place, tariff = riders.place_with_tariff(db.session(), public_id, _scope())
    place_id = place.id
    form = TariffForm(data=form_data(tariff) if tariff else FRESH)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                services.save_tariff(session, place_id, form.facts(), actor=current_actor())
        except NoCoverageError as error:
            form.form_errors.append(errors.text_of(error.code))
        else:
            flash(_("Tarif tersimpan. Pesanan baru memakai tarif ini."))
            return redirect(url_for(".edit", public_id=public_id), 303)
    page = render_template(
        "staff/tariffs/edit.html",
        form=form,
        place=place,
        tariff=tariff,
        village=request.args.get("desa", ""),
        weight_g=_weight(),
        quotes=_trial(place_id),
        villages=riders.villages_of_island(db.session(), place.village_code),
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/ekspedisi/baru", methods=["GET", "POST"])
@requires("tariff.manage")
def add_carrier() -> ResponseReturnValue:
    return _edit_carrier(None)


@bp.route("/ekspedisi/<int:tariff_id>", methods=["GET", "POST"])
@requires("tariff.manage")
def edit_carrier(tariff_id: int) -> ResponseReturnValue:
    return _edit_carrier(tariff_id)


def _edit_carrier(tariff_id: int | None) -> ResponseReturnValue:
    if not _scope().everything:
        raise NotFoundError("CarrierTariff")  # prices between islands are the province's
    tariff = riders.carrier_tariff(db.session(), tariff_id) if tariff_id is not None else None
    form = CarrierTariffForm(obj=tariff) if tariff else CarrierTariffForm(data={"grace_g": 300})
    form.offer_islands(riders.islands(db.session()))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                services.save_carrier_tariff(session, form.facts(), tariff_id=tariff_id, actor=current_actor())
        except CarrierTariffTakenError as error:
            form.form_errors.append(errors.text_of(error.code))
        else:
            flash(_("Tarif ekspedisi tersimpan."))
            return redirect(url_for(".index"), 303)
    page = render_template("staff/tariffs/carrier.html", form=form, tariff=tariff)
    return page, 422 if form.is_submitted() else 200


def _trial(place_id: int) -> list[Quote] | None:
    village = request.args.get("desa", "")
    if not village:
        return None
    return queries.quote(db.session(), place_id=place_id, village_code=village, weight_g=_weight(), at=clock.now())


def _weight() -> int:
    return min(max(request.args.get("berat", 1_000, type=int), 1), HEAVIEST_G)


def _scope() -> Scope:
    return current_actor().scope("tariff.manage")
