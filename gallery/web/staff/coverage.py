"""Where online couriers go: the table that checkout asks, edited row by row or with a sheet."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.sheets import UnreadableSheetError
from gallery.delivery.queries import coverage as queries
from gallery.delivery.queries.coverage import CoverageFilter
from gallery.delivery.queries.riders import islands, subdistricts
from gallery.delivery.services import coverage_sheet as services
from gallery.delivery.services.coverage_sheet import CoverageFacts
from gallery.delivery.services.sheet_rows import RowProblem
from gallery.delivery.states import ONLINE, Courier, CoverageSource
from gallery.regions.queries import districts
from gallery.web import exports
from gallery.web.courier_sheets import COVERAGE, file_problem, problem_text
from gallery.web.guards import accepts_upload, requires
from gallery.web.paging import number_in, pager_of
from gallery.web.session import current_actor
from gallery.web.staff.couriers_forms import COURIERS, CoverageForm, SheetForm

bp = Blueprint("coverage", __name__, url_prefix="/kurir-daring/jangkauan")
PERMISSION: Final = "courier.coverage"
MAX_UPLOAD: Final = 3 * 1024 * 1024


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    if exports.is_asked():
        return COVERAGE.answer(queries.all_coverage(db.session(), _wanted()))
    return _page()


@bp.post("/")
@requires(PERMISSION)
def add() -> ResponseReturnValue:
    """Say whether a courier goes from an island to a subdistrict."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form=form), 422
    with transaction() as session:
        services.set_coverage(session, form.facts(), actor=current_actor())
    flash(_("Jangkauan tersimpan. Yang diisi petugas tidak diubah oleh jawaban kurir."))
    return _back()


@bp.post("/ubah")
@requires(PERMISSION)
def change() -> ResponseReturnValue:
    """Turn one row over, or forget it so that it is learnt anew."""
    row_id, verb = number_in(request.form.get("id", "")), request.form.get("tindakan")
    row = queries.coverage_row(db.session(), row_id) if row_id is not None else None
    if row is None or verb not in {"ya", "tidak", "lupa"}:
        raise NotFoundError("CourierCoverage")
    with transaction() as session:
        if verb == "lupa":
            services.forget_coverage(session, row.id, actor=current_actor())
        else:
            way = row.subdistrict_code, row.origin_island, row.courier, row.service
            services.set_coverage(session, CoverageFacts(*way, is_covered=verb == "ya"), actor=current_actor())
    flash(_("Baris dihapus. Jangkauannya diketahui lagi dari jawaban kurir.") if verb == "lupa" else _("Tersimpan."))
    return _back()


@bp.post("/unggah")
@requires(PERMISSION)
@accepts_upload(MAX_UPLOAD)
def upload() -> ResponseReturnValue:
    """Read a sheet: all of it, or (where asked for) only the rows that are right."""
    form = SheetForm()
    if not form.validate_on_submit():
        return _page(sheet_form=form), 422
    data = form.read(services.LIMITS.file_bytes)
    try:
        sheet = services.read_coverage(db.session(), data)
    except UnreadableSheetError as error:
        form.sheet.errors = [file_problem(error)]
        return _page(sheet_form=form), 422
    if sheet.problems and not (form.skip.data and sheet.rows):
        form.form_errors = [
            ngettext(
                "%(num)s baris tidak terbaca. Belum ada yang disimpan.",
                "%(num)s baris tidak terbaca. Belum ada yang disimpan.",
                len({problem.number for problem in sheet.problems}),
            )
        ]
        return _page(sheet_form=form, problems=sheet.problems), 422
    with transaction() as session:
        changed = services.import_coverage(session, sheet.rows, actor=current_actor())
    flash(
        _(
            "%(rows)s baris terbaca, %(changed)s di antaranya baru atau berubah.",
            rows=len(sheet.rows),
            changed=changed,
        )
    )
    if sheet.problems:
        return _page(problems=sheet.problems)
    return _back()


def _page(
    *,
    form: CoverageForm | None = None,
    sheet_form: SheetForm | None = None,
    problems: Sequence[RowProblem] = (),
) -> str:
    wanted = _wanted()
    page = queries.coverage_page(db.session(), wanted, number=number_in(request.args.get("hal", "")) or 1)
    return render_template(
        "staff/coverage/index.html",
        page=page,
        links=pager_of(page, endpoint=".index", **_kept()),
        wanted=wanted,
        districts=districts(db.session()),
        couriers=COURIERS,
        sources=list(CoverageSource),
        form=form or _form(),
        sheet_form=sheet_form or SheetForm(formdata=None),
        services=queries.known_services(db.session()),
        problems=problems,
        problem_text=problem_text,
        failed_form=form or sheet_form,
        kept=_kept(),
    )


def _form() -> CoverageForm:
    return CoverageForm().prepare(subdistricts(db.session()), islands(db.session()))


def _wanted() -> CoverageFilter:
    courier, source = request.args.get("kurir", ""), request.args.get("sumber", "")
    return CoverageFilter(
        district=request.args.get("wilayah", "")[:5],
        courier=Courier(courier) if courier in ONLINE else None,
        source=CoverageSource(source) if source in set(CoverageSource) else None,
        is_covered={"ya": True, "tidak": False}.get(request.args.get("dilayani", "")),
    )


def _kept() -> dict[str, Any]:
    """Return where in the table the page stands, for the addresses of its forms."""
    names = ("wilayah", "kurir", "sumber", "dilayani", "hal")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _back() -> ResponseReturnValue:
    return redirect(url_for(".index", **_kept()), 303)
