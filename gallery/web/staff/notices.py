"""The inbox of couriers' notices: those that a person has to see to, read, judged again, closed with a reason."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.queries import board
from gallery.delivery.services import wire
from gallery.delivery.states import ONLINE, Courier
from gallery.web.guards import requires
from gallery.web.paging import number_in, pager_of
from gallery.web.parcel_forms import SettleForm
from gallery.web.session import current_actor
from gallery.web.staff.couriers_forms import COURIERS

bp = Blueprint("notices", __name__, url_prefix="/kurir-daring/kabar")
PERMISSION: Final = "courier.notice"


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    needs_person, courier = request.args.get("tampil") != "semua", request.args.get("kurir", "")
    page = board.notices(
        db.session(),
        needs_person=needs_person,
        courier=Courier(courier) if courier in ONLINE else None,
        number=number_in(request.args.get("hal", "")) or 1,
    )
    tabs = [
        {"url": url_for(".index"), "text": _("Perlu dilihat"), "current": needs_person},
        {"url": url_for(".index", tampil="semua"), "text": _("Semua kabar"), "current": not needs_person},
    ]
    return render_template(
        "staff/notices/index.html",
        page=page,
        tabs=tabs,
        links=pager_of(page, endpoint=".index", **_kept()),
        couriers=COURIERS,
        courier=courier,
        kept=_kept(),
    )


@bp.get("/<int:notice_id>")
@requires(PERMISSION)
def show(notice_id: int) -> ResponseReturnValue:
    return _page(notice_id, is_open=False)


@bp.post("/<int:notice_id>/buka")
@requires(PERMISSION)
def open_(notice_id: int) -> ResponseReturnValue:
    """Show the personal data in it; the audit trail knows who read them."""
    board.notice(db.session(), notice_id)
    with transaction() as session:
        wire.note_opened(session, f"courier_notice:{notice_id}", actor=current_actor())
    return _page(notice_id, is_open=True)


@bp.post("/<int:notice_id>/nilai")
@requires(PERMISSION)
def judge_again(notice_id: int) -> ResponseReturnValue:
    """Let it be judged once more, as after a mistake of ours was mended; what happened happens no second time."""
    board.notice(db.session(), notice_id)
    with transaction() as session:
        services.replay(session, notice_id=notice_id)
    flash(_("Kabar ini dinilai lagi sebentar lagi."))
    return redirect(url_for(".show", notice_id=notice_id), 303)


@bp.post("/<int:notice_id>/tutup")
@requires(PERMISSION)
def close(notice_id: int) -> ResponseReturnValue:
    board.notice(db.session(), notice_id)
    form = SettleForm()
    if not form.validate_on_submit():
        return _page(notice_id, is_open=False, form=form), 422
    with transaction() as session:
        services.close_notice(session, notice_id, note=str(form.note.data), actor=current_actor())
    flash(_("Kabar ini ditutup."))
    return redirect(url_for(".index"), 303)


def _page(notice_id: int, *, is_open: bool, form: SettleForm | None = None) -> str:
    line = board.notice(db.session(), notice_id)
    return render_template(
        "staff/notices/show.html",
        line=line,
        notice=line.notice,
        said=wire.said_by(line.notice, adapters.cipher(), is_open=is_open),
        is_open=is_open,
        form=form or SettleForm(formdata=None),
        may_open_parcel=current_actor().can("shipment.hand_over"),
    )


def _kept() -> dict[str, Any]:
    return {name: request.args[name] for name in ("tampil", "kurir") if request.args.get(name)}
