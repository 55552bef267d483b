"""Statements of online couriers: read from their sheets, matched with what we booked, accepted where they differ."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.sheets import SheetProblem, UnreadableSheetError
from gallery.delivery.errors import StatementLineSettledError
from gallery.delivery.queries import costs
from gallery.delivery.queries.costs import OPEN_LINES, StatementSummary
from gallery.delivery.services import statements as services
from gallery.delivery.services.sheet_rows import RowProblem
from gallery.delivery.services.statements import StatementSheet
from gallery.delivery.states import Courier, StatementOutcome
from gallery.web import errors
from gallery.web.courier_sheets import file_problem, problem_text
from gallery.web.guards import accepts_upload, requires
from gallery.web.paging import number_in, pager_of
from gallery.web.session import current_actor
from gallery.web.staff.couriers_forms import AcceptForm, StatementForm
from gallery.web.words import word

bp = Blueprint("statements", __name__, url_prefix="/kurir-daring/tagihan")
PERMISSION: Final = "courier.statement"
MAX_UPLOAD: Final = 3 * 1024 * 1024


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    return _index(StatementForm().prepare())


@bp.post("/")
@requires(PERMISSION)
@accepts_upload(MAX_UPLOAD)
def upload() -> ResponseReturnValue:
    """Read a statement; the same file again leads to what was read the first time."""
    form = StatementForm().prepare()
    if not form.validate_on_submit():
        return _index(form), 422
    try:
        sheet = services.read_statement(
            Courier(form.courier.data), form.read(services.LIMITS.file_bytes), form.file_name, form.own_headings
        )
    except UnreadableSheetError as error:
        is_strange = error.problem is SheetProblem.NO_HEADER
        form.sheet.errors = [_strange(error) if is_strange else file_problem(error)]
        return _index(form, asks_headings=is_strange), 422
    if sheet.problems and not (form.skip.data and sheet.charges):
        form.form_errors = [
            ngettext(
                "%(num)s baris tidak terbaca. Belum ada yang disimpan.",
                "%(num)s baris tidak terbaca. Belum ada yang disimpan.",
                len(sheet.problems),
            )
        ]
        return _index(form, sheet.problems), 422
    return redirect(url_for(".show", public_id=_imported(sheet)), 303)


@bp.get("/<public_id>")
@requires(PERMISSION)
def show(public_id: str) -> ResponseReturnValue:
    return _show(costs.statement(db.session(), public_id))


@bp.post("/<public_id>/terima/<int:line_id>")
@requires(PERMISSION)
def accept(public_id: str, line_id: int) -> ResponseReturnValue:
    """Say that a charge is right although it is not what we expected."""
    summary, form = costs.statement(db.session(), public_id), AcceptForm()
    line = costs.statement_line(db.session(), summary.statement.id, line_id)
    if line is None:
        raise NotFoundError("CourierStatementLine")
    if not form.validate_on_submit():
        return _show(summary, form, line_id), 422
    try:
        with transaction() as session:
            services.accept_line(session, line_id, note=str(form.note.data), actor=current_actor())
    except StatementLineSettledError as error:
        flash(errors.text_of(error.code), "warning")
    else:
        flash(_("Tagihan baris %(row)s diterima.", row=line.row_number))
    return redirect(url_for(".show", public_id=public_id, **_kept()), 303)


def _strange(error: UnreadableSheetError) -> str:
    return _(
        "Judul kolom berkas ini tidak dikenal. Yang terbaca: %(found)s. Tulis di bawah kolom mana yang berisi nomor "
        "dan mana yang berisi jumlah, lalu pilih berkasnya lagi.",
        found=error.facts["found"] or "–",
    )


def _imported(sheet: StatementSheet) -> str:
    with transaction() as session:
        imported = services.import_statement(session, sheet, actor=current_actor())
        public_id = imported.statement.public_id
    if imported.is_known:
        flash(_("Berkas ini sudah pernah dibaca. Tidak ada yang berubah."), "warning")
    else:
        flash(ngettext("%(num)s tagihan dibaca.", "%(num)s tagihan dibaca.", len(sheet.charges)))
    if sheet.problems:
        flash(
            ngettext(
                "%(num)s baris tidak terbaca dan dilewati.",
                "%(num)s baris tidak terbaca dan dilewati.",
                len(sheet.problems),
            ),
            "warning",
        )
    return public_id


def _index(form: StatementForm, problems: Sequence[RowProblem] = (), *, asks_headings: bool = False) -> str:
    return render_template(
        "staff/statements/index.html",
        summaries=costs.statements(db.session()),
        form=form,
        problems=problems,
        problem_text=problem_text,
        asks_headings=asks_headings or bool(form.number_heading.data or form.amount_heading.data),
    )


def _show(summary: StatementSummary, form: AcceptForm | None = None, line_id: int = 0) -> str:
    outcome = _outcome()
    number = number_in(request.args.get("hal", "")) or 1
    page = costs.statement_lines(db.session(), summary.statement.id, outcome, number=number)
    return render_template(
        "staff/statements/show.html",
        summary=summary,
        statement=summary.statement,
        page=page,
        links=pager_of(page, endpoint=".show", public_id=summary.statement.public_id, **_kept()),
        tabs=_tabs(summary, outcome),
        open_lines=OPEN_LINES,
        form=form,
        form_of=lambda line: (form if form and line.id == line_id else AcceptForm(formdata=None)).named(
            f"alasan-{line.id}"
        ),
        failed_line=line_id,
        kept=_kept(),
        may_open=current_actor().can("shipment.hand_over"),
    )


def _outcome() -> StatementOutcome | None:
    asked = request.args.get("hasil", "")
    return StatementOutcome(asked) if asked in set(StatementOutcome) else None


def _tabs(summary: StatementSummary, current: StatementOutcome | None) -> list[dict[str, object]]:
    def tab(outcome: StatementOutcome | None, text: object, count: int) -> dict[str, object]:
        query: dict[str, Any] = {"hasil": outcome.value} if outcome else {}
        url = url_for(".show", public_id=summary.statement.public_id, **query)
        kind = "warn" if outcome in OPEN_LINES and count else ""
        return {"url": url, "text": text, "current": outcome is current, "count": count, "kind": kind}

    outcomes = [tab(outcome, word(outcome).text, summary.counts.get(outcome, 0)) for outcome in StatementOutcome]
    return [tab(None, _("Semua"), summary.lines), *outcomes]


def _kept() -> dict[str, Any]:
    return {name: request.args[name] for name in ("hasil", "hal") if request.args.get(name)}
