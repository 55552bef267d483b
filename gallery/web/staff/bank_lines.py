"""Lines of the bank's statements: what is sure, what a person confirms, what nobody knows yet."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from gallery.accounts.queries import galleries
from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.core.states import Decision
from gallery.settlement import services
from gallery.settlement.queries import bank_lines as queries
from gallery.settlement.queries.bank_lines import Asked, LineRow, Tab
from gallery.settlement.states import BankLineKind, BankLineStatus
from gallery.web import errors, exports
from gallery.web.bank_sheets import BANK_LINES
from gallery.web.decisions import decide
from gallery.web.guards import requires
from gallery.web.paging import number_in, pager_of
from gallery.web.session import current_actor
from gallery.web.staff.bank_lines_forms import AsideForm, OwnForm, UploadForm

bp = Blueprint("bank_lines", __name__, url_prefix="/mutasi")
PERMISSION: Final = "bank.statement"
LONGEST_SEARCH: Final = 60
_TABS: Final = (
    (Tab.LIKELY, "", _l("Mungkin")),
    (Tab.OPEN, "belum", _l("Belum cocok")),
    (Tab.SURE, "pasti", _l("Cocok pasti")),
    (Tab.DONE, "selesai", _l("Selesai")),
)
_WITH_DOCUMENT: Final = frozenset(
    {BankLineKind.PAYMENT, BankLineKind.OWNER_PAYOUT, BankLineKind.REFUND, BankLineKind.COURIER_PAID}
)


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    if exports.is_asked():
        return BANK_LINES.answer(queries.lines(db.session(), _asked(), limit=exports.LIMIT).rows)
    return render_index(UploadForm().use(queries.accounts(db.session())))


@bp.get("/<public_id>")
@requires(PERMISSION)
def show(public_id: str) -> ResponseReturnValue:
    return _show(_row(public_id))


@bp.post("/<public_id>/cocok")
@requires(PERMISSION)
def match(public_id: str) -> ResponseReturnValue:
    """Somebody says which document the line is; of two officers at once one books it."""
    row = _row(public_id)
    kind, document_id = request.form.get("jenis", ""), number_in(request.form.get("dokumen", ""))
    if kind not in _WITH_DOCUMENT or document_id is None:
        raise NotFoundError("document")
    wanted, found_id = BankLineKind(kind), document_id

    def step(session: Session) -> Decision:
        return services.match_line(session, row.line.id, wanted, found_id, actor=current_actor())

    return _step(row, step, _("Baris ini dicocokkan."))


@bp.post("/<public_id>/catat")
@requires(PERMISSION)
def book(public_id: str) -> ResponseReturnValue:
    """The line has no document in this book: somebody says what it is."""
    row = _row(public_id)
    form = _own_form(row)
    if not form.validate_on_submit():
        return _show(row, own_form=form), 422
    facts = form.facts()

    def step(session: Session) -> Decision:
        return services.book_line(session, row.line.id, facts, actor=current_actor())

    return _step(row, step, _("Baris ini dicatat."))


@bp.post("/<public_id>/sisihkan")
@requires(PERMISSION)
def ignore(public_id: str) -> ResponseReturnValue:
    row, form = _row(public_id), AsideForm()
    if not form.validate_on_submit():
        return _show(row, aside_form=form), 422

    def step(session: Session) -> Decision:
        return services.ignore_line(session, row.line.id, note=str(form.alasan.data), actor=current_actor())

    return _step(row, step, _("Baris ini disisihkan. Anda bisa membukanya lagi."))


@bp.post("/<public_id>/buka")
@requires(PERMISSION)
def reopen(public_id: str) -> ResponseReturnValue:
    row = _row(public_id)

    def step(session: Session) -> Decision:
        decision = services.reopen_line(session, row.line.id, actor=current_actor())
        services.note_certainties(session, [row.line.id])
        return decision

    return _step(row, step, _("Baris ini menunggu lagi."), stay=True)


def render_index(form: UploadForm) -> str:
    """Show the lists with this upload form."""
    session, asked = db.session(), _asked()
    page = queries.lines(session, asked, number=number_in(request.args.get("hal", "")) or 1)
    return render_template(
        "staff/bank_lines/index.html",
        rows=page.rows,
        total=page.total,
        page=pager_of(page, endpoint="staff.bank_lines.index", **_kept()),
        tabs=_tab_links(asked),
        asked=asked,
        kept=_kept(),
        form=form,
        accounts=form.rekening.choices,
        statements=queries.statements(session),
        chosen=next((one for one in queries.statements(session) if one.id == asked.statement_id), None),
    )


def _asked() -> Asked:
    wanted, file = request.args.get("keadaan", ""), request.args.get("berkas", "")
    statement = queries.statement(db.session(), file) if file else None
    return Asked(
        next((tab for tab, slug, _text in _TABS if slug == wanted), Tab.LIKELY),
        number_in(request.args.get("rekening", "")),
        statement.id if statement else None,
        request.args.get("q", "").strip()[:LONGEST_SEARCH],
    )


def _kept() -> dict[str, str]:
    return {name: request.args[name] for name in ("keadaan", "rekening", "berkas", "q") if request.args.get(name)}


def _tab_links(asked: Asked) -> list[dict[str, Any]]:
    counts = queries.tab_counts(db.session(), asked)
    kept: dict[str, Any] = {name: value for name, value in _kept().items() if name != "keadaan"}
    return [
        {
            "url": url_for("staff.bank_lines.index", keadaan=slug or None, **kept),
            "text": text,
            "current": tab is asked.tab,
            "count": counts[tab],
            "kind": "warn" if tab in {Tab.LIKELY, Tab.OPEN} and counts[tab] else "",
        }
        for tab, slug, text in _TABS
    ]


def _row(public_id: str) -> LineRow:
    db.session.rollback()  # a decision was just made: read what stands now
    return queries.line(db.session(), public_id)


def _own_form(row: LineRow) -> OwnForm:
    suggested = row.match.suggested if row.match else None
    return OwnForm().use(row.line.amount_idr, galleries(db.session()), suggested)


def _show(row: LineRow, **given: Any) -> str:
    session = db.session()
    search = request.args.get("pesanan", "").strip()[:LONGEST_SEARCH]
    may_search = row.line.status is not BankLineStatus.MATCHED and row.line.amount_idr > 0
    values: dict[str, Any] = {
        "row": row,
        "line": row.line,
        "search": search,
        "transfers": queries.transfers_found(session, search) if may_search else [],
        "may_search": may_search,
        "own_form": given.get("own_form") or _own_form(row),
        "aside_form": AsideForm(formdata=None),
        "decided_by": queries.name_of(session, row.line.matched_by),
        "following": queries.next_open(session, row.line),
        "problem": "",
    }
    return render_template("staff/bank_lines/show.html", **(values | given))


def _step(row: LineRow, step: Callable[[Session], Decision], done: str, *, stay: bool = False) -> ResponseReturnValue:
    public_id = row.line.public_id
    if (refused := decide(step, done)) is not None:
        return _show(_row(public_id), problem=errors.text_of(refused.code)), refused.status
    following = None if stay else queries.next_open(db.session(), _row(public_id).line)
    if stay or following is None:
        return redirect(url_for(".show", public_id=public_id) if stay else url_for(".index"), 303)
    return redirect(url_for(".show", public_id=following.public_id), 303)
