"""Import of spreadsheets: template, upload, preview, sending, progress, result."""

import hashlib
from typing import Any, Final

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from gallery.accounts.permissions import Scope
from gallery.catalog.queries import categories
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.sheets import Limits, UnreadableSheetError, refuse_at_once
from gallery.regions.models import Region
from gallery.regions.queries import districts
from gallery.submissions import queries
from gallery.submissions.models import Submission
from gallery.submissions.queries import SubmissionLine
from gallery.submissions.services import faulty, receiving
from gallery.submissions.services.columns import BY_KEY
from gallery.submissions.services.directory import names_of
from gallery.submissions.services.photos import PhotoBox
from gallery.submissions.states import RowOutcome, SubmissionStatus
from gallery.web.downloads import download
from gallery.web.guards import accepts_upload, requires
from gallery.web.session import current_actor
from gallery.web.sheet_template import TemplateLists, csv_template, xlsx_template
from gallery.web.sheet_texts import cell_text, file_text, zip_text
from gallery.web.staff.submissions_forms import PhotosForm, UploadForm

bp = Blueprint("submissions", __name__, url_prefix="/impor")
MEGABYTE: Final = 1024 * 1024
FILES_MB: Final = 30
MAX_UPLOAD: Final = FILES_MB * MEGABYTE + 64 * 1024  # what is typed beside the files
SHEET_BYTES: Final = Limits().file_bytes
RUNNING: Final = frozenset({SubmissionStatus.CHECKING, SubmissionStatus.IMPORTING})
HAS_ROWS: Final = frozenset({SubmissionStatus.READY, SubmissionStatus.DONE})
LAST_PAGE: Final = 10_000


@bp.get("/")
@requires("submission.view")
def index() -> ResponseReturnValue:
    page = _page()
    lines, has_more = queries.submissions(db.session(), _scope("submission.view"), page)
    return render_template("staff/submissions/index.html", lines=lines, pager=_pager(page, has_more))


@bp.route("/baru", methods=["GET", "POST"])
@requires("submission.upload")
@accepts_upload(MAX_UPLOAD)
def upload() -> ResponseReturnValue:
    form, own = UploadForm(), _districts()
    form.district.choices = [(region.code, region.name) for region in own]
    names = [category.name for category in categories(db.session())]
    form.category.choices = [("", _("Dari berkasnya")), *((name, name) for name in names)]
    if form.validate_on_submit() and (public_id := _take_in(form)):
        return redirect(url_for(".show", public_id=public_id), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("staff/submissions/upload.html", form=form, districts=own, files_mb=FILES_MB), status


@bp.get("/templat")
@requires("submission.upload")
def template() -> ResponseReturnValue:
    """Download the sheet to fill in, with the drop-downs of one district."""
    region = next((one for one in _districts() if one.code == request.args.get("wilayah")), None)
    if region is None:
        raise NotFoundError("district")
    name = f"templat-produk-{region.code}"
    if request.args.get("jenis") == "csv":
        return download(csv_template(), f"{name}.csv", "text/csv; charset=utf-8")
    subdistricts, villages = names_of(db.session(), region.code)
    names = [category.name for category in categories(db.session())]
    return download(xlsx_template(TemplateLists(region.name, subdistricts, villages, names)), f"{name}.xlsx")


@bp.get("/<public_id>")
@requires("submission.view")
def show(public_id: str) -> ResponseReturnValue:
    return _show(_line(public_id), PhotosForm())


@bp.get("/<public_id>/kemajuan")
@requires("submission.view")
def progress(public_id: str) -> ResponseReturnValue:
    """Answer how far the running job is, for the page's script."""
    submission = _line(public_id).submission
    is_running = submission.status in RUNNING
    done, total = _progress(submission)
    # A job that has gone silent loads the page again, which then offers to go on.
    finished = not is_running or receiving.is_silent(submission)
    answer = jsonify(done=done, total=total, text=_progress_text(submission), finished=finished)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<public_id>/kirim")
@requires("submission.upload")
def send(public_id: str) -> ResponseReturnValue:
    submission_id = _line(public_id, "submission.upload").submission.id
    with transaction() as session:
        receiving.send(session, submission_id, actor=current_actor())
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/lanjutkan")
@requires("submission.upload")
def resume(public_id: str) -> ResponseReturnValue:
    submission_id = _line(public_id, "submission.upload").submission.id
    with transaction() as session:
        receiving.resume(session, submission_id, actor=current_actor())
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/batal")
@requires("submission.upload")
def cancel(public_id: str) -> ResponseReturnValue:
    submission_id = _line(public_id, "submission.upload").submission.id
    with transaction() as session:
        receiving.cancel(session, submission_id, actor=current_actor())
    flash(_("Lembar kerja dibatalkan. Tidak ada yang disimpan."))
    return redirect(url_for(".index"), 303)


@bp.post("/<public_id>/foto")
@requires("submission.upload")
@accepts_upload(MAX_UPLOAD)
def photos(public_id: str) -> ResponseReturnValue:
    line, form = _line(public_id, "submission.upload"), PhotosForm()
    if not form.validate_on_submit() or (zipped := _photos(form.photos)) is None:
        return _show(line, form), 422
    submission_id = line.submission.id
    with receiving.stored(adapters.files(), zipped), transaction() as session:
        receiving.add_photos(session, submission_id, zipped, actor=current_actor())
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>/salah.xlsx")
@requires("submission.view")
def wrong(public_id: str) -> ResponseReturnValue:
    """Download the rows that were not taken, as they were typed, with a column of reasons."""
    submission = _line(public_id).submission
    if submission.status not in HAS_ROWS or submission.files_deleted_at is not None:
        raise NotFoundError("rows")
    keys = receiving.stored_keys(db.session(), submission)
    problems = queries.wrong_rows(db.session(), submission.id)
    data = receiving.open_sheet(adapters.files(), adapters.cipher(), keys.sheet)
    reasons = {number: _reasons(found) for number, found in problems.items()}
    sheet = faulty.faulty_rows(data, reasons, _limits(), title=_("Alasan"))
    return download(sheet, f"perbaiki-{submission.public_id}.xlsx")


def _show(line: SubmissionLine, form: PhotosForm) -> str:
    submission = line.submission
    shown, page = _outcome(submission), _page()
    has_rows = submission.status in HAS_ROWS
    rows, has_more = queries.rows(db.session(), submission.id, shown, page) if has_rows else ([], False)
    done, total = _progress(submission)
    return render_template(
        "staff/submissions/show.html",
        line=line,
        submission=submission,
        form=form,
        problem=file_text(submission.problem) if submission.problem else "",
        is_running=submission.status in RUNNING,
        is_silent=receiving.is_silent(submission),
        can_upload=_may(submission),
        files_mb=FILES_MB,
        done=done,
        total=total,
        progress_text=_progress_text(submission),
        shown=shown,
        tabs=_tabs(submission, shown),
        rows=rows,
        columns=[key for key in ("business", "product", "variant", "price") if _has(submission, key)],
        heading=lambda key: _heading(submission, key),
        cell_text=cell_text,
        pager=_pager(page, has_more, tampil=shown.value if shown else "semua"),
    )


def _take_in(form: UploadForm) -> str | None:
    """Take in what was uploaded and return the submission's id, or None with the reason in the form."""
    data: bytes = form.sheet.data.read(SHEET_BYTES + 1)
    form.sheet.data.close()  # a large upload is a file on disk until then
    try:
        refuse_at_once(data, _limits())
    except UnreadableSheetError as error:
        form.sheet.errors = [file_text({"code": error.problem.value, "facts": error.facts})]
        return None
    zipped = None
    if form.photos.data and form.photos.data.filename:
        zipped = _photos(form.photos)
        if zipped is None:
            return None
    name, digest = _file_name(form.sheet.data.filename), hashlib.sha256(data).hexdigest()
    sheet = receiving.sealed_sheet(adapters.cipher(), data, digest, name)
    with receiving.stored(adapters.files(), sheet, zipped) as placed, transaction() as session:
        submission = receiving.receive(
            session, form.district.data, sheet, zipped, defaults=form.defaults(), actor=current_actor()
        )
        placed.is_needed = receiving.stored_keys(session, submission).sheet == sheet.key
        return submission.public_id


def _file_name(name: str | None) -> str:
    """Return what the officer calls the file, fit to be shown: the last part, without control characters."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip() or _("Lembar kerja")


def _photos(field: Any) -> receiving.Upload | None:
    """Return a photo ZIP that can be opened, or say in the field why not."""
    upload = field.data
    data = upload.read()
    upload.close()
    try:
        PhotoBox(data)
    except UnreadableSheetError as error:
        field.errors = [zip_text({"code": error.problem.value, "facts": error.facts})]
        return None
    digest = hashlib.sha256(data).hexdigest()
    return receiving.photo_zip(data, digest, str(upload.filename or ""))


def _line(public_id: str, permission: str = "submission.view") -> SubmissionLine:
    return queries.submission(db.session(), public_id, _scope(permission))


def _scope(permission: str) -> Scope:
    return current_actor().scope(permission)


def _may(submission: Submission) -> bool:
    scope = _scope("submission.upload")
    return scope.everything or submission.district_code in scope.districts


def _districts() -> list[Region]:
    scope = _scope("submission.upload")
    return [one for one in districts(db.session()) if scope.everything or one.code in scope.districts]


def _limits() -> Limits:
    return Limits(data_rows=current_app.config["IMPORT_MAX_ROWS"])


def _page() -> int:
    return min(max(request.args.get("hal", 1, type=int), 1), LAST_PAGE)


def _pager(page: int, has_more: bool, **given: str) -> dict[str, Any]:  # noqa: FBT001 - what a query says
    here = dict(request.view_args or {}) | given
    return {
        "previous_url": url_for(str(request.endpoint), **here, hal=page - 1) if page > 1 else "",
        "next_url": url_for(str(request.endpoint), **here, hal=page + 1) if has_more else "",
        "text": _("Halaman %(page)s", page=page) if page > 1 or has_more else "",
    }


def _outcome(submission: Submission) -> RowOutcome:
    """Return which rows to show: the asked ones, else what needs a person's eye most."""
    asked = request.args.get("tampil")
    if asked in {one.value for one in RowOutcome}:
        return RowOutcome(asked)
    counts = _counts(submission)
    order = (RowOutcome.WRONG, RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.UNCHANGED)
    return next((outcome for outcome in order if counts[outcome]), RowOutcome.NEW)


def _counts(submission: Submission) -> dict[RowOutcome, int]:
    return {
        RowOutcome.NEW: submission.new_rows,
        RowOutcome.CHANGED: submission.changed_rows,
        RowOutcome.UNCHANGED: submission.unchanged_rows,
        RowOutcome.WRONG: submission.wrong_rows,
    }


def _tabs(submission: Submission, shown: RowOutcome) -> list[dict[str, Any]]:
    texts = {
        RowOutcome.WRONG: _("Salah"),
        RowOutcome.NEW: _("Baru"),
        RowOutcome.CHANGED: _("Berubah"),
        RowOutcome.UNCHANGED: _("Tetap"),
    }
    counts = _counts(submission)
    return [
        {
            "url": url_for(".show", public_id=submission.public_id, tampil=outcome.value),
            "text": text,
            "count": counts[outcome],
            "kind": "err" if outcome is RowOutcome.WRONG and counts[outcome] else "",
            "current": outcome is shown,
        }
        for outcome, text in texts.items()
    ]


def _progress(submission: Submission) -> tuple[int, int]:
    if submission.status is SubmissionStatus.IMPORTING:
        return submission.done_rows, submission.new_rows + submission.changed_rows + submission.failed_rows
    return submission.done_rows, submission.total_rows


def _progress_text(submission: Submission) -> str:
    done, total = _progress(submission)
    if not total:
        return _("Menunggu giliran …")
    numbers = {"done": format_decimal(done), "total": format_decimal(total)}
    return ngettext("%(done)s dari %(total)s baris", "%(done)s dari %(total)s baris", total, **numbers)


def _heading(submission: Submission, key: str) -> str:
    """Return what the sheet itself calls a column, else what the template calls it."""
    return dict(submission.columns).get(key) or (BY_KEY[key].heading if key in BY_KEY else "")


def _has(submission: Submission, key: str) -> bool:
    return key in dict(submission.columns) or key in submission.defaults


def _reasons(problems: list[dict[str, Any]]) -> str:
    lines = []
    for problem in problems:
        if not problem.get("note"):
            heading = BY_KEY[problem["key"]].heading if problem["key"] in BY_KEY else problem["key"]
            lines.append(f"{heading}: {cell_text(problem)}")
    return "\n".join(lines)
