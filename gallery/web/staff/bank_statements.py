"""A bank's statement: uploaded, looked at with what it would bring, and taken."""

import logging
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.files import StoredFile, new_key, put_for, record_file
from gallery.core.sheets import SheetProblem, UnreadableSheetError
from gallery.payments.models import BankAccount
from gallery.settlement import services
from gallery.settlement.errors import OtherAccountError
from gallery.settlement.facts import BY_HAND, STATEMENTS
from gallery.settlement.queries import bank_lines as queries
from gallery.settlement.services.bank import DRAFT_PURPOSE, FILE_PURPOSE
from gallery.settlement.services.bank_preview import preview
from gallery.settlement.services.bank_sheets import LIMITS, BankSheet
from gallery.settlement.states import Certainty
from gallery.web.bank_texts import file_problem, other_account, problem_text
from gallery.web.guards import accepts_upload, requires
from gallery.web.paging import number_in
from gallery.web.session import current_actor
from gallery.web.staff.bank_lines import render_index
from gallery.web.staff.bank_lines_forms import FIELD_OF, NO_COLUMN, ColumnsForm, UploadForm

log = logging.getLogger("gallery.web")
bp = Blueprint("bank_statements", __name__, url_prefix="/mutasi/berkas")
PERMISSION: Final = "bank.statement"
MAX_UPLOAD: Final = 3 * 1024 * 1024
SHOWN_ROWS: Final = 100
SETTLED_AT_ONCE: Final = 300  # the rest is settled by the worker
LONGEST_NAME: Final = 120


@bp.post("/")
@requires(PERMISSION)
@accepts_upload(MAX_UPLOAD)
def upload() -> ResponseReturnValue:
    """Keep the file to be looked at; nothing of it is taken yet."""
    form = UploadForm().use(queries.accounts(db.session()))
    if not form.validate_on_submit():
        return render_index(form), 422
    data = form.read(LIMITS.file_bytes)
    try:
        services.first_rows(data)
    except UnreadableSheetError as error:
        form.sheet.errors = [file_problem(error)]
        return render_index(form), 422
    key = new_key(FILE_PURPOSE, "sheet")
    with put_for(adapters.files(), key, data), transaction() as session:
        file = record_file(session, key, data, media_type="application/octet-stream", purpose=DRAFT_PURPOSE)
        public_id = file.public_id
    return redirect(url_for(".show", public_id=public_id, rekening=form.rekening.data, nama=form.file_name), 303)


@bp.get("/<public_id>")
@requires(PERMISSION)
def show(public_id: str) -> ResponseReturnValue:
    """Show what the file would bring, or ask what its columns are."""
    return _show(_file(public_id))


@bp.post("/<public_id>/ambil")
@requires(PERMISSION)
def take(public_id: str) -> ResponseReturnValue:
    """Take all lines of the file, each once, and settle what is sure."""
    file = _file(public_id)
    account = _account()
    data = _content(file)
    form = _columns_form(services.first_rows(data))
    try:
        sheet = _sheet(data, account, form)
        with transaction() as session:
            draft = session.get_one(StoredFile, file.id)
            imported = services.import_statement(session, sheet, account.id, draft, name=_name(), actor=current_actor())
            statement_id, statement = imported.statement.id, imported.statement.public_id
            services.note_certainties(session, queries.open_lines_of(session, statement_id))
    except (UnreadableSheetError, GalleryError) as error:
        if isinstance(error, NotFoundError):
            raise
        return _show(file, status=422)
    if imported.is_known:
        flash(_("Berkas ini sudah pernah diambil. Tidak ada yang berubah."), "info")
    else:
        _tell(_settled(statement_id), statement_id, imported.statement.known_lines)
    return redirect(url_for("staff.bank_lines.index", berkas=statement), 303)


def _settled(statement_id: int) -> int:
    """Settle each sure line in a transaction of its own: one that fails hinders no other, and no order waits long."""
    done = 0
    ids = list(queries.open_lines_of(db.session(), statement_id))
    sure = [key for key, match in _matches(ids).items() if match is Certainty.SURE][:SETTLED_AT_ONCE]
    for line_id in sure:
        try:
            with transaction() as session:
                done += services.settle_if_sure(session, line_id, actor=current_actor())
        except (GalleryError, SQLAlchemyError):
            log.exception("line of a bank's statement not settled")
    return done


def _matches(ids: list[int]) -> dict[int, Certainty | None]:
    found = queries.certainties(db.session(), ids)
    db.session.rollback()
    return found


def _tell(sure: int, statement_id: int, known: int) -> None:
    db.session.rollback()
    counts = queries.tab_counts(db.session(), queries.Asked(statement_id=statement_id))
    flash(
        _(
            "Mutasi diambil: %(sure)s cocok pasti, %(likely)s mungkin, %(open)s belum cocok, %(known)s sudah ada "
            "sebelumnya.",
            sure=sure,
            likely=counts[queries.Tab.LIKELY],
            open=counts[queries.Tab.OPEN],
            known=known,
        )
    )


def _show(file: StoredFile, status: int = 200) -> ResponseReturnValue:
    account, data = _account(), _content(file)
    rows = services.first_rows(data)
    form = _columns_form(rows)
    values: dict[str, Any] = {
        "file": file,
        "name": _name(),
        "account": account,
        "accounts": queries.accounts(db.session()),
        "kept": _kept(),
        "form": form,
        "rows": rows,
        "sheet": None,
        "found": None,
        "problem": "",
        "problem_text": problem_text,
        "shown_rows": SHOWN_ROWS,
        "layouts": {layout.key: layout.name for layout in STATEMENTS} | {BY_HAND: _("kolom pilihan sendiri")},
        "is_known": False,
    }
    try:
        sheet = _sheet(data, account, form)
        services.check_account(sheet, account)
        values |= {"sheet": sheet, "found": preview(db.session(), sheet, account.id)}
    except OtherAccountError as error:
        values["problem"] = other_account(error, account)
    except UnreadableSheetError as error:
        values["needs_columns"] = error.problem is SheetProblem.NO_HEADER or form.is_asked
        values["problem"] = "" if error.problem is SheetProblem.NO_HEADER else file_problem(error)
    return render_template("staff/bank_statements/show.html", **values), status


def _sheet(data: bytes, account: BankAccount, form: ColumnsForm) -> BankSheet:
    """Read the file as its headings, or an officer, say."""
    if form.is_asked:
        if not form.validate():
            raise UnreadableSheetError(SheetProblem.NO_HEADER, needed="", found="")
        return services.read_statement(data, bank_code=account.bank_code, chosen=form.chosen)
    return services.read_statement(data, bank_code=account.bank_code)


def _columns_form(rows: list[list[str]]) -> ColumnsForm:
    width = max((len(row) for row in rows), default=0)
    titles = []
    for place in range(width):
        words = next((row[place] for row in reversed(rows) if place < len(row) and row[place]), "")
        titles.append(_("Kolom %(n)s: %(words)s", n=place + 1, words=words[:30]))
    return ColumnsForm(formdata=request.values).use(titles)


def _file(public_id: str) -> StoredFile:
    return queries.draft_file(db.session(), public_id, (DRAFT_PURPOSE, FILE_PURPOSE))


def _content(file: StoredFile) -> bytes:
    with adapters.files().open(file.key) as stored:
        return stored.read()


def _account() -> BankAccount:
    wanted = number_in(request.values.get("rekening", ""))
    found = queries.accounts(db.session())
    return next((row for row in found if row.id == wanted), found[0]) if found else _no_account()


def _no_account() -> BankAccount:
    raise NotFoundError("BankAccount")


def _name() -> str:
    name = request.values.get("nama", "")[:LONGEST_NAME]
    return "".join(letter for letter in name if letter.isprintable()) or "-"


def _kept() -> dict[str, str]:
    """Return what the address says besides the account: the file's name and the columns."""
    asked = {name: request.values[name] for name in FIELD_OF if request.values.get(name, NO_COLUMN) != NO_COLUMN}
    return {"nama": _name(), **asked}
