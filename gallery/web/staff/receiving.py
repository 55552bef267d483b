"""Unpacking consigned goods: scan, count, set aside, finish. Every scan is kept on the server at once."""

from datetime import date
from typing import Any, Final

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.accounts.permissions import Scope
from gallery.consignment import services
from gallery.consignment.errors import NothingReceivedError, Problem, ReceivingIncompleteError
from gallery.consignment.queries import notes, receipts
from gallery.consignment.queries import receiving as queries
from gallery.consignment.queries.receiving import CountedLine, Found, ReceivingRow
from gallery.consignment.services import Clash, Count
from gallery.consignment.states import ReceivingStatus
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.money import Rupiah
from gallery.inventory.codes import read_code
from gallery.inventory.models import Lot, PlaceKind
from gallery.inventory.queries import places
from gallery.web import exports
from gallery.web.consignment_sheets import NOTES, RECEIVING_LINES, RECEIVINGS
from gallery.web.errors import text_of
from gallery.web.filters import tanggal_pendek
from gallery.web.guards import requires
from gallery.web.headers import uses_camera
from gallery.web.session import current_actor
from gallery.web.staff.receiving_forms import FinishForm, LineForm, OpenForm, ScanForm

bp = Blueprint("receiving", __name__, url_prefix="/titipan/terima")
PERMISSION = "consignment.receive"


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    """What galleries wait for, what is being unpacked, and goods without a note."""
    scope = _scope()
    if exports.is_asked("jalan"):
        return RECEIVINGS.answer(queries.open_receivings(db.session(), scope, limit=exports.LIMIT))
    if exports.is_asked("tunggu"):
        return NOTES.answer(notes.expected_notes(db.session(), scope, limit=exports.LIMIT))
    return render_template(
        "staff/receiving/index.html",
        expected=notes.expected_notes(db.session(), scope),
        running=queries.open_receivings(db.session(), scope),
        form=_open_form(),
    )


@bp.post("/")
@requires(PERMISSION)
def begin() -> ResponseReturnValue:
    """Open the unpacking of a note (field ``surat``), or of goods without one."""
    scope, name = _scope(), request.form.get("surat", "")[:20]
    form = _open_form()
    if name:
        note = notes.note(db.session(), name, scope).note
        gallery_id, note_id, key = note.gallery_id, note.id, None
    elif form.validate_on_submit():
        gallery_id, note_id, key = form.gallery.data, None, f"open:{form.key.data}"
    else:
        return redirect(url_for("staff.receiving.index"), 303)
    with transaction() as session:
        opened = services.open_receiving(
            session, gallery_id, note_id=note_id, request_key=key, actor=current_actor()
        ).public_id
    return redirect(url_for("staff.receiving.show", public_id=opened), 303)


@bp.get("/<public_id>")
@requires(PERMISSION)
@uses_camera
def show(public_id: str) -> ResponseReturnValue:
    row = _row(public_id)
    if exports.is_asked():
        return RECEIVING_LINES.answer(queries.counted_lines(db.session(), row.receiving))
    return render(row, last=request.args.get("baris", ""))


@bp.post("/<public_id>/pindai")
@requires(PERMISSION)
def scan(public_id: str) -> ResponseReturnValue:
    """Count what was scanned. Answers JSON to the script of the page, else goes back to the page."""
    row, form = _row(public_id), ScanForm()
    if not form.validate_on_submit():
        return _answer(row, "", text_of("error"), 422)
    pieces, code = form.pieces_and_code
    chosen = request.form.get("pilih", "")[:20]
    found = _chosen(row, chosen) if chosen else _meant(row, code)
    if len(found) != 1:
        text = _("Tidak ada barang yang cocok dengan “%(code)s”.", code=code) if not found else ""
        return _answer(row, "", text, 422, found=found, pieces=pieces)
    try:
        with transaction() as session:
            line = services.count_variant(
                session,
                row.receiving.id,
                found[0].variant_id,
                Count(f"scan:{form.key.data}", pieces),
                actor=current_actor(),
            ).public_id
    except GalleryError as error:
        return _answer(row, "", text_of(error.code), error.status)
    return _answer(row, line, found[0].name, 200)


@bp.post("/<public_id>/baris/<line>")
@requires(PERMISSION)
def save(public_id: str, line: str) -> ResponseReturnValue:
    """Book the difference between the typed and the shown total, and what else is known of the line."""
    row, form = _row(public_id), LineForm()
    counted = _line(row, line)
    if not form.validate_on_submit():
        text = next((str(errors[0]) for errors in form.errors.values()), text_of("error"))
        return _answer(row, line, text, 422)
    try:
        with transaction() as session:
            if form.delta:
                count = Count(f"line:{form.key.data}", form.delta)
                services.count_line(session, row.receiving.id, line, count, actor=current_actor())
            clashes = services.merge_line(
                session, row.receiving.id, line, form.facts, seen=form.seen, actor=current_actor()
            )
    except GalleryError as error:
        return _answer(row, line, text_of(error.code), error.status)
    if clashes:
        return _answer(row, line, " ".join(_clash_text(counted.name, clash) for clash in clashes), 409)
    return _answer(row, line, counted.name, 200)


@bp.post("/<public_id>/selesai")
@requires(PERMISSION)
def finish(public_id: str) -> ResponseReturnValue:
    """Take everything into stock and write the receipts; problems are listed above the page."""
    row, form = _row(public_id), FinishForm()
    if not form.validate_on_submit():
        return render(row, form=form), 422
    try:
        with transaction() as session:
            made = services.finish_receiving(
                session, row.receiving.id, brought_by=form.brought_by.data, actor=current_actor()
            )
            count = len(made)
    except ReceivingIncompleteError as error:
        return render(_row(public_id), problems=error.problems), error.status
    except NothingReceivedError as error:
        return render(_row(public_id), text=text_of(error.code)), error.status
    flash(_("Barang masuk stok. Tanda terima: %(n)s.", n=count))
    return redirect(url_for("staff.receiving.done", public_id=public_id), 303)


@bp.get("/<public_id>/hasil")
@requires(PERMISSION)
def done(public_id: str) -> ResponseReturnValue:
    """The receipts that came out of it."""
    row = _row(public_id)
    found = receipts.receipts_of(db.session(), [row.receiving.id], _scope())
    return render_template("staff/receiving/done.html", row=row, receipts=found)


@bp.post("/<public_id>/batal")
@requires(PERMISSION)
def abandon(public_id: str) -> ResponseReturnValue:
    row = _row(public_id)
    with transaction() as session:
        services.abandon_receiving(session, row.receiving.id, actor=current_actor())
    flash(_("Penerimaan dibatalkan. Tidak ada barang yang masuk stok."))
    return redirect(url_for("staff.receiving.index"), 303)


def render(
    row: ReceivingRow,
    *,
    form: FinishForm | None = None,
    problems: list[Problem] | None = None,
    text: str = "",
    last: str = "",
    found: list[Found] | None = None,
    pieces: int = 1,
) -> str:
    """The page of one unpacking."""
    lines = queries.counted_lines(db.session(), row.receiving)
    wrong: dict[str, list[Problem]] = {}
    for problem in problems or []:
        wrong.setdefault(problem.line, []).append(problem)
    return render_template(
        "staff/receiving/show.html",
        row=row,
        lines=lines,
        wrong=wrong,
        text=text,
        last=next((one for one in lines if one.line.public_id == last), None),
        found=found,
        pieces=pieces,
        scan=ScanForm(formdata=None),
        line_form=LineForm(formdata=None),
        finish=form or FinishForm(formdata=None, brought_by=row.receiving.brought_by),
        owed_idr=Rupiah(sum(one.taken * (one.owed_idr or 0) for one in lines)),
        is_open=row.receiving.status is ReceivingStatus.OPEN,
    )


def _answer(
    row: ReceivingRow, line: str, text: str, status: int, *, found: list[Found] | None = None, pieces: int = 1
) -> ResponseReturnValue:
    """Tell the page's script what the line is now; without a script go back to the page, or show what is wrong."""
    is_script = request.accept_mimetypes.best == "application/json"
    if is_script and status == 200:  # noqa: PLR2004
        return jsonify(_facts(_line(row, line)))
    if is_script:
        # Several may be meant: only a person can say which, on the page.
        now = _facts(_line(row, line)) if line else None
        return jsonify(error=text or _("Ada beberapa yang cocok."), choices=len(found or []), now=now), status
    if status == 200:  # noqa: PLR2004
        address = url_for("staff.receiving.show", public_id=row.receiving.public_id, baris=line)
        return redirect(f"{address}#b-{line}", 303)
    return render(_row(row.receiving.public_id), text=text, found=found, pieces=pieces), status


def _facts(one: CountedLine) -> dict[str, Any]:
    return {
        "line": one.line.public_id,
        "name": one.name,
        "taken": one.taken,
        "rejected": one.rejected,
        "expected": one.line.expected,
        "text": _("%(name)s: %(n)s diterima", name=one.name, n=one.taken)
        if not one.line.expected
        else _("%(name)s: %(n)s dari %(all)s diterima", name=one.name, n=one.taken, all=one.line.expected),
        "short": one.is_short,
        "fields": {
            "expires_on": str(one.line.expires_on or ""),
            "lot_code": one.line.lot_code,
            "shelf": one.line.shelf,
            "price": str(one.line.consignor_price_idr or ""),
        },
    }


FIELDS: Final[dict[str, Any]] = {
    "lot_code": _l("kode produksi"),
    "expires_on": _l("kedaluwarsa"),
    "shelf": _l("rak"),
    "consignor_price_idr": _l("harga titip"),
}


def _clash_text(name: str, clash: Clash) -> str:
    theirs, mine = (
        tanggal_pendek(value) if isinstance(value, date) else str(value or _("kosong"))
        for value in (clash.theirs, clash.mine)
    )
    return _(
        "%(name)s: rekan Anda sudah menulis %(field)s “%(theirs)s”. Tulisan Anda, “%(mine)s”, belum disimpan; "
        "ketik lagi bila memang itu yang benar.",
        name=name,
        field=FIELDS[clash.field],
        theirs=theirs,
        mine=mine,
    )


def _meant(row: ReceivingRow, code: str) -> list[Found]:
    if not code:
        return []
    read = read_code(code)
    if read is None:
        return list(queries.variants_meant(db.session(), row.receiving, text=code))
    if read.gtin is not None:
        return list(queries.variants_meant(db.session(), row.receiving, gtin=read.gtin))
    variant_id = read.variant_id
    if read.lot_id is not None:  # a label of an earlier delivery
        lot = db.session.get(Lot, read.lot_id)
        variant_id = lot.variant_id if lot else None
    if variant_id is None:
        return []
    return list(queries.variants_meant(db.session(), row.receiving, variant_id=variant_id))


def _chosen(row: ReceivingRow, name: str) -> list[Found]:
    return list(queries.variants_meant(db.session(), row.receiving, public_id=name))


def _line(row: ReceivingRow, line: str) -> CountedLine:
    found = queries.counted_lines(db.session(), row.receiving, line=line)
    if not found:
        raise NotFoundError("ReceivingLine")
    return found[0]


def _row(public_id: str) -> ReceivingRow:
    return queries.receiving(db.session(), public_id, _scope())


def _scope() -> Scope:
    return current_actor().scope(PERMISSION)


def _open_form() -> OpenForm:
    form = OpenForm()
    own = [place for place in places(db.session(), scope=_scope()) if place.kind is PlaceKind.GALLERY]
    if not own:
        abort(404)
    form.gallery.choices = [(place.gallery_id, place.name) for place in own]
    return form
