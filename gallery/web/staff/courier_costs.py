"""What online couriers cost against what buyers paid, by month and by parcel."""

from datetime import date
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from gallery.core import clock
from gallery.core.db import db
from gallery.delivery.queries import costs
from gallery.web import exports
from gallery.web.courier_names import service_text
from gallery.web.courier_sheets import COSTS
from gallery.web.guards import requires
from gallery.web.paging import day_in
from gallery.web.session import current_actor

bp = Blueprint("courier_costs", __name__, url_prefix="/kurir-daring/biaya")
PERMISSION: Final = "courier.manage"


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    scope, month = current_actor().scope(PERMISSION), _month()
    rows = costs.parcel_costs(db.session(), scope, month)
    if exports.is_asked():
        return COSTS.answer(rows)
    months = costs.month_costs(db.session(), scope)
    return render_template(
        "staff/courier_costs/index.html",
        rows=rows[: costs.PAGE_SIZE],
        total=len(rows),
        months=months,
        month=month,
        chosen=next((one for one in months if one.month == month), None),
        service_text=service_text,
        may_open=current_actor().can("shipment.hand_over"),
    )


def _month() -> date:
    """The month in the address ("2026-11"); without one, this month."""
    return day_in(f"{request.args.get('bulan', '')}-01") or clock.today().replace(day=1)
