"""A day's money at the bank, in the journal and at the gateways, and all that does not fit."""

from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from gallery.core import clock
from gallery.core.db import db
from gallery.settlement.queries.reconciliation import Difference, reconcile
from gallery.settlement.states import DifferenceKind
from gallery.web import exports
from gallery.web.exports import Column, Export
from gallery.web.guards import requires
from gallery.web.paging import day_in
from gallery.web.words import word

bp = Blueprint("reconciliation", __name__, url_prefix="/rekonsiliasi")
PERMISSION: Final = "bank.statement"
DIFFERENCES: Final[Export[Difference]] = Export(
    _l("Selisih"),
    "selisih",
    (
        Column(_l("Selisih"), lambda row: str(word(row.kind).text), 44),
        Column(_l("Dokumen"), lambda row: row.document, 40),
        Column(_l("Siapa"), lambda row: row.who, 26),
        Column(_l("Tanggal"), lambda row: row.day, 12),
        Column(_l("Jumlah"), lambda row: row.amount_idr, 16),
    ),
)
_K = DifferenceKind
_PAGE: Final = {
    _K.LINE_OPEN: "staff.bank_lines.show",
    _K.PAYOUT_UNSEEN: "staff.payouts.show",
    _K.TRANSFER_UNSEEN: "staff.payments.show",
    _K.REFUND_UNSEEN: "staff.payments.show",
    _K.GATEWAY_MISSING: "staff.payments.show",
    _K.GATEWAY_TROUBLE: "staff.payments.show",
    _K.CASH_LATE: "staff.payments.show",
}


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    yesterday = clock.today() - timedelta(days=1)
    day = min(day_in(request.args.get("tanggal", "")) or yesterday, clock.today())
    found = reconcile(db.session(), day)
    if exports.is_asked():
        return DIFFERENCES.answer(found.differences)
    groups: dict[DifferenceKind, list[Difference]] = {}
    for one in found.differences:
        groups.setdefault(one.kind, []).append(one)
    values: dict[str, Any] = {"found": found, "groups": groups, "day": day, "url_of": _url_of}
    values |= {"before": day - timedelta(days=1), "after": day + timedelta(days=1), "today": clock.today()}
    return render_template("staff/reconciliation/index.html", **values)


def _url_of(one: Difference) -> str:
    page = _PAGE.get(one.kind)
    return url_for(page, public_id=one.public_id) if page and one.public_id else ""
