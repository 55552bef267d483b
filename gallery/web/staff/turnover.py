"""Turnover of each MSME in a year, how near it is to being taxed, and whether its statement is on file."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.core.db import db
from gallery.core.image_facts import ImageTooLargeError
from gallery.registry.models import Business
from gallery.settlement.queries import turnover as queries
from gallery.settlement.queries.turnover import Asked, Order, Turnover
from gallery.web import exports, turnover_work
from gallery.web.exports import Column, Export
from gallery.web.filters import local
from gallery.web.guards import accepts_upload, requires
from gallery.web.paging import number_in, pager_of
from gallery.web.session import current_actor
from gallery.web.turnover_work import StatementForm

bp = Blueprint("turnover", __name__, url_prefix="/omzet")
LONGEST_SEARCH: Final = 60
_ORDERS: Final = {"": Order.TURNOVER, "nama": Order.NAME, "wilayah": Order.DISTRICT}
_SHEET: Final[Export[Turnover]] = Export(
    _l("Omzet UMKM"),
    "omzet-umkm",
    (
        Column(_l("UMKM"), lambda row: row.name, 36),
        Column(_l("Kabupaten/kota"), lambda row: row.district, 28),
        Column(_l("Kasir"), lambda row: row.counter_idr, 16),
        Column(_l("Online"), lambda row: row.online_idr, 16),
        Column(_l("Omzet"), lambda row: row.gross_idr, 18),
        Column(_l("Persen dari Rp500 juta"), lambda row: row.percent_used, 14),
        Column(_l("Kembali dari pembeli"), lambda row: row.returned_idr, 16),
        Column(_l("Surat pernyataan"), lambda row: local(row.statement_at) if row.statement_at else None, 18),
    ),
)


@bp.get("/")
@requires("turnover.view")
def index() -> ResponseReturnValue:
    session, scope, asked = db.session(), current_actor().scope("turnover.view"), _asked()
    if exports.is_asked():
        return _SHEET.answer(queries.turnovers(session, scope, asked, limit=exports.LIMIT).rows)
    page = queries.turnovers(session, scope, asked, number=number_in(request.args.get("hal", "")) or 1)
    order = next(key for key, value in _ORDERS.items() if value is asked.order)
    return render_template(
        "staff/turnover/index.html",
        rows=page.rows,
        total=page.total,
        asked=asked,
        order=order,
        years=turnover_work.years(),
        districts=queries.districts_in_scope(session, scope),
        limits=queries,
        page=pager_of(
            page,
            tahun=asked.year,
            q=asked.search,
            wilayah=asked.district,
            urut=order,
            surat="belum" if asked.only_missing else "",
        ),
    )


@bp.get("/<public_id>")
@requires("turnover.view")
def show(public_id: str) -> ResponseReturnValue:
    return _page(_business(public_id), StatementForm())


def _too_large(public_id: str) -> ResponseReturnValue:
    """Say on the page itself that the file is too large; nothing of it was read."""
    return _page(_business(public_id, "turnover.file"), turnover_work.refused_form()), ImageTooLargeError.status


@bp.post("/<public_id>")
@requires("turnover.file")
@accepts_upload(turnover_work.FORM_BYTES, too_large=_too_large)
def file_statement(public_id: str) -> ResponseReturnValue:
    """Keep the signed statement of the year in the address."""
    business, form = _business(public_id, "turnover.file"), StatementForm()
    if not turnover_work.file_statement(business, form):
        return _page(business, form), 422
    flash(_("Surat pernyataan tersimpan."))
    return redirect(url_for(".show", public_id=public_id, tahun=turnover_work.asked_year()), 303)


@bp.get("/<public_id>/surat")
@requires("turnover.view")
def letter(public_id: str) -> ResponseReturnValue:
    return turnover_work.letter(_business(public_id))


@bp.get("/<public_id>/formulir.pdf")
@requires("turnover.view")
def paper(public_id: str) -> ResponseReturnValue:
    return turnover_work.template_pdf(_business(public_id))


def _business(public_id: str, permission: str = "turnover.view") -> Business:
    return queries.statement_business(db.session(), public_id, current_actor().scope(permission))


def _page(business: Business, form: StatementForm) -> str:
    given: dict[str, Any] = turnover_work.context(business, form)
    return render_template("staff/turnover/show.html", may_file=current_actor().can("turnover.file"), **given)


def _asked() -> Asked:
    args = request.args
    return Asked(
        turnover_work.asked_year(),
        args.get("q", "").strip()[:LONGEST_SEARCH],
        args.get("wilayah", "")[:LONGEST_SEARCH],
        args.get("surat", "") == "belum",
        _ORDERS.get(args.get("urut", ""), Order.TURNOVER),
    )
