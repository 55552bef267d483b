"""One line of an unpacking: pieces that are not taken with their picture, too short a date, another date."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.consignment import services
from gallery.consignment.errors import CountBelowZeroError
from gallery.consignment.queries import receiving as queries
from gallery.consignment.queries.receiving import CountedLine, ReceivingRow
from gallery.consignment.services import Count, LineFacts
from gallery.consignment.states import ReceivingStatus, RejectedAs
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.image_facts import ImageError
from gallery.web.errors import text_of
from gallery.web.goods_pictures import UPLOAD_BYTES, clean_picture, with_picture
from gallery.web.guards import accepts_upload, requires
from gallery.web.media import private_file
from gallery.web.session import current_actor
from gallery.web.staff.receiving_forms import ExceptionForm, LineForm, RejectForm

bp = Blueprint("receiving_lines", __name__, url_prefix="/titipan/terima/<public_id>/baris/<line>")
PERMISSION = "consignment.receive"


@bp.get("/")
@requires(PERMISSION)
def show(public_id: str, line: str) -> ResponseReturnValue:
    row, counted = _find(public_id, line)
    # Where all that was announced is counted, a piece that is found bad now is one of them.
    form = RejectForm(data={"counted": 0 < counted.line.expected <= counted.taken})
    return _render(row, counted, form, ExceptionForm(formdata=None))


@bp.post("/tolak")
@requires(PERMISSION)
@accepts_upload(UPLOAD_BYTES)
def reject(public_id: str, line: str) -> ResponseReturnValue:
    """Note pieces that are not taken; the picture is kept as a clean copy."""
    row, counted = _find(public_id, line)
    form = RejectForm()
    if not form.validate_on_submit():
        return _render(row, counted, form, ExceptionForm(formdata=None)), 422
    try:
        _book(row, line, form, clean_picture(form.foto.data))
    except ImageError as error:
        form.foto.errors = [text_of(error.code)]
        return _render(row, counted, form, ExceptionForm(formdata=None)), 422
    except CountBelowZeroError:
        form.pieces.errors = [_("Yang terhitung diterima hanya %(n)s barang.", n=counted.taken)]
        return _render(row, counted, form, ExceptionForm(formdata=None)), 422
    except GalleryError as error:
        form.pieces.errors = [text_of(error.code)]
        return _render(row, counted, form, ExceptionForm(formdata=None)), error.status
    flash(_("Dicatat: %(n)s ditolak.", n=form.pieces.data))
    return redirect(url_for("staff.receiving.show", public_id=public_id, baris=line) + f"#b-{line}", 303)


@bp.post("/terima-pendek")
@requires("consignment.approve")
def accept(public_id: str, line: str) -> ResponseReturnValue:
    """The manager takes too short a date, with a reason."""
    row, counted = _find(public_id, line, "consignment.approve")
    form = ExceptionForm()
    if not form.validate_on_submit():
        return _render(row, counted, RejectForm(formdata=None), form), 422
    with transaction() as session:
        services.accept_short_life(session, row.receiving.id, line, form.reason.data, actor=current_actor())
    flash(_("Tanggal yang pendek diterima dengan alasan."))
    return redirect(url_for("staff.receiving.show", public_id=public_id, baris=line) + f"#b-{line}", 303)


@bp.post("/tambah")
@requires(PERMISSION)
def another(public_id: str, line: str) -> ResponseReturnValue:
    """The same article with another date: one more line."""
    row, counted = _find(public_id, line)
    with transaction() as session:
        facts = LineFacts(shelf=counted.line.shelf, consignor_price_idr=counted.line.consignor_price_idr)
        added = services.add_line(session, row.receiving.id, counted.variant.id, facts, actor=current_actor()).public_id
    return redirect(url_for("staff.receiving.show", public_id=public_id, baris=added) + f"#b-{added}", 303)


@bp.get("/foto/<photo>.jpg")
@requires(PERMISSION)
def photo(public_id: str, line: str, photo: str) -> ResponseReturnValue:
    """The picture of pieces that were not taken; for the gallery alone."""
    _find(public_id, line)
    file = queries.rejection_photo(db.session(), photo, current_actor().scope(PERMISSION))
    return private_file(file.key, file.media_type, "barang-ditolak.jpg")


def _book(row: ReceivingRow, line: str, form: RejectForm, picture: bytes | None) -> None:
    def count(file_id: int | None) -> Count:
        reason = RejectedAs(form.reason.data)
        return Count(f"reject:{form.key.data}", int(form.pieces.data), reason, form.note.data or "", file_id)

    with with_picture(picture, "rejected", "rejected_goods") as (session, file_id):
        if form.counted.data:
            taken_back = Count(f"recount:{form.key.data}", -int(form.pieces.data))
            services.count_line(session, row.receiving.id, line, taken_back, actor=current_actor())
        services.count_line(session, row.receiving.id, line, count(file_id), actor=current_actor())


def _find(public_id: str, line: str, permission: str = PERMISSION) -> tuple[ReceivingRow, CountedLine]:
    row = queries.receiving(db.session(), public_id, current_actor().scope(permission))
    found = queries.counted_lines(db.session(), row.receiving, line=line)
    if not found:
        raise NotFoundError("ReceivingLine")
    return row, found[0]


def _render(row: ReceivingRow, counted: CountedLine, form: RejectForm, exception: ExceptionForm) -> str:
    can_approve = current_actor().scope("consignment.approve")
    return render_template(
        "staff/receiving_lines/show.html",
        row=row,
        one=counted,
        form=form,
        exception=exception,
        line_form=LineForm(formdata=None),
        rejections=queries.rejections(db.session(), counted.line.id),
        may_approve=can_approve.everything or row.receiving.gallery_id in can_approve.galleries,
        is_open=row.receiving.status is ReceivingStatus.OPEN,
    )
