"""Returns to owners: choose the owner and the pieces, hand them over, print the receipt."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.consignment.queries import goods, leaving
from gallery.consignment.services import returns
from gallery.consignment.states import OwnerReturnStatus
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.web import errors, exports, goods_out
from gallery.web.goods_out_forms import HandOverForm, ReturnForm
from gallery.web.goods_out_sheets import RETURNS
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("returns", __name__, url_prefix="/titipan/retur")


@bp.get("/")
@requires("consignment.view")
def index() -> ResponseReturnValue:
    status = goods_out.chosen_status(OwnerReturnStatus, OwnerReturnStatus.PREPARED)
    scope = current_actor().scope("consignment.view")
    if exports.is_asked():
        return RETURNS.answer(leaving.returns(db.session(), scope, status, size=exports.LIMIT).rows)
    page = leaving.returns(db.session(), scope, status, number=goods_out.page_number())
    return render_template("staff/returns/index.html", **goods_out.list_context(page, OwnerReturnStatus, status))


@bp.get("/baru")
@requires("consignment.return")
def choose() -> ResponseReturnValue:
    """Ask whose goods go back."""
    return goods_out.choose_owner("staff/returns/choose.html")


@bp.route("/baru/<owner>", methods=["GET", "POST"])
@requires("consignment.return")
def create(owner: str) -> ResponseReturnValue:
    """Ask which pieces go back."""
    place, business_id, rows = goods_out.owner_goods(owner)
    form = ReturnForm()
    pieces, is_right = goods_out.picked(request.form)
    if form.validate_on_submit():
        if not is_right:
            form.form_errors.append(_("Tulis jumlahnya dengan angka."))
        else:
            try:
                with transaction() as session:
                    made = returns.prepare_return(
                        session,
                        place.id,
                        business_id,
                        {key: count for key, count in pieces.items() if count},
                        note=form.note.data or "",
                        request_key=f"return:{form.request_key.data}",
                        actor=current_actor(),
                    ).public_id
            except GalleryError as error:
                form.form_errors.append(errors.text_of(error.code))
            else:
                flash(_("Barang disisihkan. Kabari pemiliknya untuk mengambil."))
                return redirect(url_for(".show", public_id=made), 303)
    status = 422 if form.is_submitted() else 200
    asked = request.args.get("barang", "")
    context = {"typed": request.form, "asked": asked, "place": place, "rows": rows}
    return render_template("staff/returns/create.html", form=form, **context), status


@bp.get("/<public_id>")
@requires("consignment.view")
def show(public_id: str) -> ResponseReturnValue:
    return _page(public_id, HandOverForm())


@bp.post("/<public_id>/serahkan")
@requires("consignment.return")
def hand_over(public_id: str) -> ResponseReturnValue:
    row_id = leaving.owner_return(db.session(), public_id, current_actor().scope("consignment.return")).id
    form = HandOverForm()
    if not form.validate_on_submit():
        return _page(public_id, form), 422
    try:
        with transaction() as session:
            returns.hand_over_return(session, row_id, collected_by=str(form.collected_by.data), actor=current_actor())
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return _page(public_id, form), error.status
    flash(_("Barang sudah diserahkan kepada %(name)s.", name=form.collected_by.data))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/batalkan")
@requires("consignment.return")
def cancel(public_id: str) -> ResponseReturnValue:
    row_id = leaving.owner_return(db.session(), public_id, current_actor().scope("consignment.return")).id
    with transaction() as session:
        returns.cancel_return(session, row_id, actor=current_actor())
    flash(_("Pengembalian dibatalkan. Barangnya dapat dijual lagi."))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.get("/<public_id>/nota.pdf")
@requires("consignment.view")
def paper(public_id: str) -> ResponseReturnValue:
    return goods_out.return_paper(
        leaving.owner_return(db.session(), public_id, current_actor().scope("consignment.view"))
    )


def _page(public_id: str, form: HandOverForm) -> str:
    row = leaving.owner_return(db.session(), public_id, current_actor().scope("consignment.view"))
    here = goods.goods_of_lines(db.session(), row.lines)
    return render_template("staff/returns/show.html", row=row, goods=here, form=form)
