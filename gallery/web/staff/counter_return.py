"""Returns of counter sales: find the receipt by its number, take pieces back, give the money back."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.counter import queries, services
from gallery.counter.models import CounterSale
from gallery.counter.services import Back
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.web import errors, exports
from gallery.web.counter_papers import last_return_day
from gallery.web.counter_sheets import BACK, back_rows
from gallery.web.filters import rupiah
from gallery.web.guards import requires
from gallery.web.paging import Pager, number_in
from gallery.web.session import current_actor
from gallery.web.staff.counter_return_forms import ReturnForm

bp = Blueprint("counter_return", __name__, url_prefix="/kasir/retur")
SELL: Final = "counter.sell"
MANAGE: Final = "counter.discount"
LONGEST: Final = 60


@bp.get("/")
@requires(SELL)
def find() -> ResponseReturnValue:
    """Scan or type the number on the receipt; a found one goes straight on. Below it is what came back lately."""
    scope, number = current_actor().scope(SELL), number_in(request.args.get("hal", "")) or 1
    if exports.is_asked():
        return BACK.answer(back_rows(queries.counter_returns(db.session(), scope=scope, size=exports.LIMIT)[0]))
    text = request.args.get("nomor", "").strip()[:LONGEST]
    found = queries.sale_by_number(db.session(), text, scope=scope) if text else None
    if found is not None:
        return redirect(url_for(".take", sale_id=found.public_id), 303)
    returns, more = queries.counter_returns(db.session(), scope=scope, page=number)
    links = Pager(
        url_for(".find", hal=number - 1) if number > 1 else None, url_for(".find", hal=number + 1) if more else None
    )
    return render_template("staff/counter_return/find.html", text=text, returns=returns, pager_links=links)


@bp.route("/<sale_id>", methods=["GET", "POST"])
@requires(SELL)
def take(sale_id: str) -> ResponseReturnValue:
    """Whole or in part: pieces for each line, sound or damaged, the reason, and how the money goes back."""
    sale = queries.sale(db.session(), sale_id, scope=current_actor().scope(SELL))
    form = ReturnForm().prepare(queries.open_shifts(db.session(), sale.gallery_id))
    problems: list[Any] = []
    last_day = last_return_day(sale)
    is_late = clock.today() > last_day
    may_take = not is_late or _may_go_beyond(sale.gallery_id)
    if form.is_submitted() and not may_take:
        problems = [_("Masa retur struk ini sudah lewat. Minta kepala galeri mencatatnya.")]
    elif form.validate_on_submit():
        if queries.return_exists(db.session(), f"return:{form.request_key.data}"):
            return redirect(url_for("staff.counter_sale.receipt", sale_id=sale_id), 303)
        back, problems = _back(sale)
        if not problems and (number := _book(form, sale.id, back, problems)):
            flash(number)
            return redirect(url_for("staff.counter_sale.receipt", sale_id=sale_id), 303)
    db.session.rollback()
    sale = queries.sale(db.session(), sale_id, scope=current_actor().scope(SELL))
    page = render_template(
        "staff/counter_return/take.html",
        form=form,
        sale=sale,
        problems=problems,
        typed=request.form,
        has_shift=bool(form.shift.choices),
        last_day=last_day,
        is_late=is_late,
        may_take=may_take,
    )
    return page, 422 if form.is_submitted() else 200


def _may_go_beyond(gallery_id: int) -> bool:
    """Whether this person may take goods back after the buyer's time: who may also give a discount there."""
    scope = current_actor().scope(MANAGE)
    return scope.everything or gallery_id in scope.galleries


def _back(sale: CounterSale) -> tuple[dict[int, Back], list[Any]]:
    back = {}
    for line in sale.lines:
        text = request.form.get(f"kembali-{line.id}", "").strip() or "0"
        left = line.pieces - line.returned_pieces
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= left):  # noqa: PLR2004 - up to 999
            return {}, [_("%(name)s: tulis 0 sampai %(n)s.", name=line.name, n=left)]
        back[line.id] = Back(int(text), is_damaged=f"rusak-{line.id}" in request.form)
    return back, []


def _book(form: ReturnForm, sale_id: int, back: dict[int, Back], problems: list[Any]) -> str:
    """Book the return and say so; empty where it was refused, with the reason in ``problems``."""
    try:
        with transaction() as session:
            made = services.return_sale(
                session,
                sale_id,
                form.shift.data,
                back,
                reason=ReturnReason(form.reason.data),
                note=form.note.data or "",
                refund_method=RefundMethod(form.method.data),
                request_key=f"return:{form.request_key.data}",
                actor=current_actor(),
            )
            return _(
                "Retur %(number)s dicatat. Kembalikan %(amount)s.", number=made.number, amount=rupiah(made.refund_idr)
            )
    except GalleryError as error:
        problems.append(errors.text_of(error.code))
        return ""
