"""Write-offs: report what is expired, damaged, lost or recalled; a second person approves; minutes as PDF."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.consignment.queries import goods, leaving
from gallery.consignment.services import write_offs
from gallery.consignment.services.write_offs import Loss
from gallery.consignment.states import WriteOffStatus
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.core.image_facts import ImageError
from gallery.inventory.states import MovementReason
from gallery.web import errors, exports, goods_out
from gallery.web.goods_out_forms import LOSSES, DecisionForm, WriteOffForm, loss_choices
from gallery.web.goods_out_sheets import WRITE_OFFS
from gallery.web.goods_pictures import UPLOAD_BYTES, clean_picture, picture_file, with_picture
from gallery.web.guards import accepts_upload, requires
from gallery.web.session import current_actor

bp = Blueprint("write_offs", __name__, url_prefix="/titipan/penarikan")


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    status = goods_out.chosen_status(WriteOffStatus, WriteOffStatus.WAITING)
    scope = current_actor().scope("consignment.view")
    if exports.is_asked():
        return WRITE_OFFS.answer(leaving.write_offs(db.session(), scope, status, size=exports.LIMIT).rows)
    page = leaving.write_offs(db.session(), scope, status, number=goods_out.page_number())
    return render_template("staff/write_offs/index.html", **goods_out.list_context(page, WriteOffStatus, status))


@bp.get("/baru")
@requires("consignment.return")
def choose() -> ResponseReturnValue:
    """Ask whose goods are lost."""
    return goods_out.choose_owner("staff/write_offs/choose.html")


@bp.route("/baru/<owner>", methods=["GET", "POST"])
@requires("consignment.return")
@accepts_upload(UPLOAD_BYTES)
def create(owner: str) -> ResponseReturnValue:
    """Ask which pieces, and why."""
    place, business_id, rows = goods_out.owner_goods(owner)
    form = WriteOffForm()
    if form.validate_on_submit() and (losses := _losses(form)) is not None:
        place_id = place.id
        try:
            picture = clean_picture(form.foto.data)
            with with_picture(picture, "write-off", "write_off") as (session, file_id):
                made = write_offs.prepare_write_off(
                    session,
                    place_id,
                    business_id,
                    losses,
                    note=form.note.data or "",
                    photo_file_id=file_id,
                    request_key=f"write_off:{form.request_key.data}",
                    actor=current_actor(),
                ).public_id
        except ImageError as error:
            form.foto.errors = [errors.text_of(error.code)]
        except GalleryError as error:
            form.form_errors.append(errors.text_of(error.code))
        else:
            flash(_("Barang disisihkan dan menunggu persetujuan orang kedua."))
            return redirect(url_for(".show", public_id=made), 303)
    status = 422 if form.is_submitted() else 200
    context = {"typed": request.form, "asked": request.args.get("barang", ""), "place": place, "rows": rows}
    return render_template("staff/write_offs/create.html", form=form, reasons=loss_choices(), **context), status


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    return _page(public_id, DecisionForm())


@bp.get("/<public_id>/foto.jpg")
@requires("consignment.view")
def photo(public_id: str) -> ResponseReturnValue:
    """What happened to the goods, for whoever decides about them."""
    row = leaving.write_off(db.session(), public_id, current_actor().scope("consignment.view"))
    return picture_file(row.photo_file_id, f"penarikan-{public_id}.jpg")


@bp.post("/<public_id>/setujui")
@requires("consignment.approve")
def approve(public_id: str) -> ResponseReturnValue:
    row_id = leaving.write_off(db.session(), public_id, current_actor().scope("consignment.approve")).id
    form = DecisionForm()
    try:
        with transaction() as session:
            write_offs.approve_write_off(session, row_id, note=form.note.data or "", actor=current_actor())
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return _page(public_id, form), error.status
    flash(_("Disetujui. Barangnya keluar dari stok."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/tolak")
@requires("consignment.return")
def refuse(public_id: str) -> ResponseReturnValue:
    row_id = leaving.write_off(db.session(), public_id, current_actor().scope("consignment.return")).id
    form = DecisionForm()
    with transaction() as session:
        write_offs.refuse_write_off(session, row_id, note=form.note.data or "", actor=current_actor())
    flash(_("Tidak disetujui. Barangnya kembali ke stok."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>/berita-acara.pdf")
@requires("consignment.view")
def paper(public_id: str) -> ResponseReturnValue:
    return goods_out.write_off_paper(
        leaving.write_off(db.session(), public_id, current_actor().scope("consignment.view"))
    )


def _losses(form: WriteOffForm) -> list[Loss] | None:
    """What was chosen; None, and said on the form, where something is not right."""
    pieces, is_right = goods_out.picked(request.form)
    allowed = {reason.value for reason in LOSSES}
    reasons = {key: request.form.get(f"reason-{key}", "") for key, count in pieces.items() if count}
    if not is_right:
        form.form_errors.append(_("Tulis jumlahnya dengan angka."))
        return None
    if not set(reasons.values()) <= allowed:
        form.form_errors.append(_("Pilih sebab untuk setiap barang yang ditarik."))
        return None
    return [Loss(key, pieces[key], MovementReason(reason)) for key, reason in reasons.items()]


def _page(public_id: str, form: DecisionForm) -> str:
    row = leaving.write_off(db.session(), public_id, current_actor().scope("consignment.view"))
    here = goods.goods_of_lines(db.session(), row.lines)
    is_mine = row.prepared_by == current_actor().user_id
    return render_template("staff/write_offs/show.html", row=row, goods=here, form=form, is_mine=is_mine)
