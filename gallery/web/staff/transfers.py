"""Transfers between galleries: draft, sending with a delivery note, receiving with a count."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.consignment.models import Transfer
from gallery.consignment.queries import goods, leaving
from gallery.consignment.services import transfers
from gallery.consignment.services.transfers import Counted
from gallery.consignment.states import MissingAs, TransferStatus
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.web import errors, exports, goods_out
from gallery.web.goods_out_forms import SendForm, TransferForm
from gallery.web.goods_out_sheets import TRANSFERS
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("transfers", __name__, url_prefix="/galeri/pindah")


@bp.get("/")
@requires("stock.transfer")
def index() -> ResponseReturnValue:
    status = goods_out.chosen_status(TransferStatus, TransferStatus.SENT)
    scope = current_actor().scope("stock.transfer")
    if exports.is_asked():
        return TRANSFERS.answer(leaving.transfers(db.session(), scope, status, size=exports.LIMIT).rows)
    page = leaving.transfers(db.session(), scope, status, number=goods_out.page_number())
    context = goods_out.list_context(page, TransferStatus, status)
    return render_template("staff/transfers/index.html", galleries=_mine(), **context)


@bp.route("/baru", methods=["GET", "POST"])
@requires("stock.transfer")
def create() -> ResponseReturnValue:
    """Ask which pieces go to which gallery."""
    mine, place = goods_out.my_galleries("stock.transfer")
    text = request.args.get("q", "").strip()[:80]
    rows = goods.goods_at(db.session(), place.id, text=text, limit=100)
    form = TransferForm().prepare([row for row in goods.galleries(db.session()) if row.id != place.id])
    if form.validate_on_submit():
        pieces, is_right = goods_out.picked(request.form)
        try:
            if not is_right:
                raise ValueError  # noqa: TRY301 - said below, like the other mistakes
            with transaction() as session:
                made = transfers.draft_transfer(
                    session,
                    place.id,
                    form.to.data,
                    {key: count for key, count in pieces.items() if count},
                    note=form.note.data or "",
                    request_key=f"transfer:{form.request_key.data}",
                    actor=current_actor(),
                ).public_id
        except ValueError:
            form.form_errors.append(_("Tulis jumlahnya dengan angka."))
        except GalleryError as error:
            form.form_errors.append(errors.text_of(error.code))
        else:
            flash(_("Draf surat jalan tersimpan. Barangnya masih dijual sampai dikirim."))
            return redirect(url_for(".show", public_id=made), 303)
    status = 422 if form.is_submitted() else 200
    context = {"typed": request.form, "places": mine, "place": place, "rows": rows, "text": text}
    return render_template("staff/transfers/create.html", form=form, asked="", **context), status


@bp.get("/<public_id>")
@requires("stock.transfer")
def show(public_id: str) -> ResponseReturnValue:
    return _page(public_id, SendForm())


@bp.route("/<public_id>/ubah", methods=["GET", "POST"])
@requires("stock.transfer")
def edit(public_id: str) -> ResponseReturnValue:
    """Change the draft: its own goods, and more that are found by a word; 0 takes goods out."""
    row = _find(public_id, sender=True)
    if row.status is not TransferStatus.DRAFT:
        return _page(public_id, SendForm())
    row_id, place, text = row.id, row.from_place, request.args.get("q", "").strip()[:80]
    drafted = {line.stock_item_id: line.pieces for line in row.lines}
    form = TransferForm(to=row.to_place_id, note=row.note)
    form.prepare([one for one in goods.galleries(db.session()) if one.id != place.id])
    if form.validate_on_submit():
        pieces, is_right = goods_out.picked(request.form)
        wanted = {key: count for key, count in (drafted | pieces).items() if count}
        if is_right and _save(form, row_id, wanted):
            return redirect(url_for(".show", public_id=public_id), 303)
        if not is_right:
            form.form_errors.append(_("Tulis jumlahnya dengan angka."))
    row = _find(public_id, sender=True)
    rows = [*goods.goods_of_items(db.session(), drafted).values()]
    if text:
        rows += [
            one for one in goods.goods_at(db.session(), place.id, text=text, limit=100) if one.item.id not in drafted
        ]
    typed = request.form or {f"{goods_out.PREFIX}{key}": count for key, count in drafted.items()}
    status = 422 if form.is_submitted() else 200
    context = {"row": row, "typed": typed, "rows": rows, "text": text, "asked": ""}
    return render_template("staff/transfers/edit.html", form=form, **context), status


def _save(form: TransferForm, transfer_id: int, pieces: dict[int, int]) -> bool:
    """Write the draft; tell whether that was possible, and say on the form why not."""
    try:
        with transaction() as session:
            note = form.note.data or ""
            transfers.edit_transfer(session, transfer_id, form.to.data, pieces, note=note, actor=current_actor())
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return False
    flash(_("Draf diperbarui."))
    return True


@bp.post("/<public_id>/kirim")
@requires("stock.transfer")
def send(public_id: str) -> ResponseReturnValue:
    row = _find(public_id, sender=True)
    form = SendForm()
    if not form.validate_on_submit():
        return _page(public_id, form), 422
    row_id = row.id
    try:
        with transaction() as session:
            transfers.send_transfer(session, row_id, carried_by=str(form.carried_by.data), actor=current_actor())
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return _page(public_id, form), error.status
    flash(_("Barang di jalan. Cetak surat jalannya dan titipkan kepada pembawa."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/terima")
@requires("stock.transfer")
def receive(public_id: str) -> ResponseReturnValue:
    row = _find(public_id, sender=False)
    counted, _is_right = goods_out.picked(request.form)
    found = {}
    for line in row.lines:
        missing = request.form.get(f"missing-{line.id}", "")
        if line.id in counted:
            note = request.form.get(f"note-{line.id}", "").strip()[:200]
            found[line.id] = Counted(counted[line.id], MissingAs(missing) if missing in set(MissingAs) else None, note)
    form, row_id = SendForm(), row.id
    try:
        with transaction() as session:
            transfers.receive_transfer(session, row_id, found, actor=current_actor())
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return _page(public_id, form), error.status
    flash(_("Barang diterima dan masuk stok galeri ini."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/batalkan")
@requires("stock.transfer")
def cancel(public_id: str) -> ResponseReturnValue:
    row_id = _find(public_id, sender=True).id
    with transaction() as session:
        transfers.cancel_transfer(session, row_id, actor=current_actor())
    flash(_("Draf dibatalkan."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>/surat-jalan.pdf")
@requires("stock.transfer")
def paper(public_id: str) -> ResponseReturnValue:
    return goods_out.transfer_paper(leaving.transfer(db.session(), public_id, current_actor().scope("stock.transfer")))


def _mine() -> frozenset[int]:
    return current_actor().scope("stock.transfer").galleries


def _find(public_id: str, *, sender: bool) -> Transfer:
    """The transfer, for staff of the side that may act: the sender sends, the other gallery receives."""
    row = leaving.transfer(db.session(), public_id, current_actor().scope("stock.transfer"))
    place = row.from_place if sender else row.to_place
    if place.gallery_id not in _mine():
        raise NotFoundError("Transfer")
    return row


def _page(public_id: str, form: SendForm) -> str:
    row = leaving.transfer(db.session(), public_id, current_actor().scope("stock.transfer"))
    here = goods.goods_of_lines(db.session(), row.lines)
    return render_template(
        "staff/transfers/show.html",
        row=row,
        goods=here,
        form=form,
        typed=request.form,
        missing=list(MissingAs),
        sends=row.from_place.gallery_id in _mine(),
        receives=row.to_place.gallery_id in _mine(),
    )
