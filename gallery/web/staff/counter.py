"""Tills and their shifts: open, cash in and out, close; what was sold on a day, and its sheet."""

from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError, NotFoundError
from gallery.core.files import StoredFile, new_key, put_for, record_file
from gallery.core.image_facts import ImageError
from gallery.core.image_process import clean_jpeg
from gallery.counter import queries, services
from gallery.counter.errors import DifferenceUnexplainedError
from gallery.counter.models import Shift, Till
from gallery.counter.states import CashReason, ShiftStatus
from gallery.inventory.queries import paper_of
from gallery.inventory.states import PaperKind
from gallery.web import errors, exports
from gallery.web.counter_papers import drawer_rows, sales_rows, shift_pdf
from gallery.web.counter_sheets import BACK, CASH, SHIFTS, SOLD, back_rows
from gallery.web.counter_texts import offline_text
from gallery.web.filters import rupiah
from gallery.web.guards import accepts_upload, requires
from gallery.web.media import private_file
from gallery.web.paging import Pager
from gallery.web.printing import pdf_response
from gallery.web.session import current_actor
from gallery.web.staff.counter_forms import CashForm, CloseForm, OpenForm, QrisForm, SettleForm, TillForm
from gallery.web.till_device import hold, this_device

bp = Blueprint("counter", __name__, url_prefix="/kasir")
SELL: Final = "counter.sell"
VIEW: Final = "counter.view"
MANAGE: Final = "counter.discount"
QRIS_BYTES: Final = 5 * 1024 * 1024
QRIS_SIDE: Final = 1000
MOST_DAYS: Final = 92


@bp.get("/")
@requires(VIEW)
def index() -> ResponseReturnValue:
    session, actor, page = db.session(), current_actor(), _page()
    if exports.is_asked():
        return SHIFTS.answer(queries.shifts(session, scope=actor.scope(VIEW), size=exports.LIMIT)[0])
    found, more = queries.shifts(session, scope=actor.scope(VIEW), page=page)
    return render_template(
        "staff/counter/index.html",
        tills=queries.tills(session, scope=actor.scope(SELL)) if actor.can(SELL) else [],
        places=queries.counter_places(session, scope=actor.scope(MANAGE)) if actor.can(MANAGE) else [],
        shifts=found,
        pager=_pager("index", page, more=more),
        may_sell=actor.can(SELL),
        till_form=TillForm(),
    )


@bp.route("/laci/<till_id>/buka", methods=["GET", "POST"])
@requires(SELL)
def open_(till_id: str) -> ResponseReturnValue:
    """Count the drawer and begin to sell."""
    till = queries.till(db.session(), till_id, scope=current_actor().scope(SELL))
    number, form = till.id, OpenForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                shift = services.open_shift(
                    session, number, opening_cash_idr=form.cash.rupiah or 0, actor=current_actor()
                )
                services.hold_till(session, shift.id, this_device(), actor=current_actor())
                shift_id = shift.public_id
            return redirect(url_for("staff.counter_sale.show", shift_id=shift_id), 303)
        except GalleryError as error:
            form.form_errors.append(errors.text_of(error.code))
    page = render_template("staff/counter/open.html", form=form, till=till)
    return page, 422 if form.is_submitted() else 200


@bp.get("/giliran/<shift_id>")
@requires(VIEW)
def shift(shift_id: str) -> ResponseReturnValue:
    """One shift: its sums, sales, returns and cash; what could not be booked stands on top."""
    found, session = _shift(shift_id, VIEW), db.session()
    returns, cash = queries.returns_of_shift(session, found.id), queries.cash_movements(session, found.id)
    if exports.is_asked():
        return SOLD.answer(queries.sold_in_shift(session, found.id))
    if exports.is_asked("retur"):
        return BACK.answer(back_rows(returns))
    if exports.is_asked("kas"):
        return CASH.answer(cash)
    sums = queries.shift_sums(session, found)
    return render_template(
        "staff/counter/shift.html",
        shift=found,
        names=_names(session, found),
        sales_rows=sales_rows(sums),
        drawer_rows=drawer_rows(found, sums)
        if found.status is ShiftStatus.CLOSED or current_actor().can(MANAGE)
        else [],
        cash=cash,
        sales=queries.sales_of_shift(session, found.id),
        returns=returns,
        unbooked=[(row, offline_text(row.why)) for row in queries.unbooked_sales(session, found.id)],
        settle_form=SettleForm(),
    )


@bp.get("/giliran/<shift_id>/lembar.pdf")
@requires(VIEW)
def sheet(shift_id: str) -> ResponseReturnValue:
    """The closing sheet, to be signed."""
    found, session = _shift(shift_id, VIEW), db.session()
    pdf = shift_pdf(
        found,
        queries.shift_sums(session, found),
        queries.sums_by_owner(session, found.id),
        queries.cash_movements(session, found.id),
        _names(session, found),
        paper_of(session, PaperKind.SHIFT, found.public_id),
    )
    return pdf_response(pdf, f"tutup-kasir-{found.public_id}.pdf")


@bp.post("/giliran/<shift_id>/beres/<int(max=2147483647):unbooked_id>")
@requires(SELL)
def settle(shift_id: str, unbooked_id: int) -> ResponseReturnValue:
    """A sale that could not be booked was seen to by a person."""
    found, form = _shift(shift_id, SELL), SettleForm()
    if unbooked_id not in {row.id for row in queries.unbooked_sales(db.session(), found.id)}:
        raise NotFoundError("UnbookedSale")
    if form.validate_on_submit():
        with transaction() as session:
            services.settle_unbooked(session, unbooked_id, note=str(form.note.data))
        flash(_("Dicatat."))
    else:
        flash(_("Tulis apa yang sudah dilakukan."), "error")
    return redirect(url_for(".shift", shift_id=shift_id), 303)


@bp.route("/<shift_id>/kas", methods=["GET", "POST"])
@requires(SELL)
def cash(shift_id: str) -> ResponseReturnValue:
    """Cash into and out of the drawer, with its reason."""
    found, form = _shift(shift_id, SELL), CashForm()
    number = found.id
    if form.validate_on_submit():
        try:
            with transaction() as session:
                services.move_cash(
                    session,
                    hold(session, queries.shift(session, shift_id, scope=current_actor().scope(SELL))).id,
                    form.signed,
                    reason=CashReason(form.reason.data),
                    note=form.note.data or "",
                    request_key=f"cash:{form.request_key.data}",
                    actor=current_actor(),
                )
            flash(_("Kas dicatat: %(amount)s.", amount=rupiah(form.signed)))
            return redirect(url_for("staff.counter_sale.show", shift_id=shift_id), 303)
        except GalleryError as error:
            form.amount.errors = [errors.text_of(error.code)]
    moved = queries.cash_movements(db.session(), number)
    page = render_template("staff/counter/cash.html", form=form, shift=_shift(shift_id, SELL), cash=moved)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<shift_id>/tutup", methods=["GET", "POST"])
@requires(SELL)
def close(shift_id: str) -> ResponseReturnValue:
    """Count the drawer without being told what should be in it; a difference is explained, then it is over."""
    found, form = _shift(shift_id, SELL), CloseForm()
    number = found.id
    if found.status is ShiftStatus.CLOSED:
        return redirect(url_for(".shift", shift_id=shift_id), 303)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                services.close_shift(
                    session,
                    hold(session, queries.shift(session, shift_id, scope=current_actor().scope(SELL))).id,
                    counted_idr=form.sum_idr or 0,
                    denominations=form.counted,
                    note=form.note.data or "",
                    actor=current_actor(),
                )
            flash(_("Kasir ditutup. Cetak lembarnya untuk ditandatangani."))
            return redirect(url_for(".shift", shift_id=shift_id), 303)
        except DifferenceUnexplainedError as error:
            form.note.errors = [
                _("Selisih %(amount)s. Hitung lagi, atau tulis sebabnya.", amount=rupiah(error.difference_idr))
            ]
        except GalleryError as error:
            form.form_errors.append(errors.text_of(error.code))
    unbooked = queries.unbooked_sales(db.session(), number)
    page = render_template(
        "staff/counter/close.html",
        form=form,
        shift=_shift(shift_id, SELL),
        values=[form[f"n{value}"] for value in services.DENOMINATIONS],
        unbooked=len(unbooked),
    )
    return page, 422 if form.is_submitted() else 200


@bp.get("/penjualan/")
@requires(VIEW)
def sales() -> ResponseReturnValue:
    session, scope, day, page = db.session(), current_actor().scope(VIEW), _day("tanggal"), _page()
    found, more = queries.sales_of_day(session, day, scope=scope, page=page)
    return render_template(
        "staff/counter/sales.html",
        day=day,
        today=clock.today(),
        sales=found,
        sums=queries.day_sums(session, day, scope=scope),
        pager=_pager("sales", page, more=more, tanggal=day.isoformat()),
    )


@bp.get("/penjualan.xlsx")
@requires(VIEW)
def export() -> ResponseReturnValue:
    """Every line sold from day to day; at most three months."""
    first, last = _day("dari"), _day("sampai")
    last = min(max(first, last), first + timedelta(days=MOST_DAYS))
    rows = queries.sold_rows(db.session(), first, last, scope=current_actor().scope(VIEW))
    return SOLD.answer(rows)


@bp.post("/laci")
@requires(MANAGE)
def add_till() -> ResponseReturnValue:
    """One more till for a gallery."""
    places = queries.counter_places(db.session(), scope=current_actor().scope(MANAGE))
    place = next((row for row in places if row.public_id == request.form.get("tempat")), None)
    form = TillForm()
    if place is None or not form.validate_on_submit():
        flash(_("Tulis nama kasirnya."), "error")
        return redirect(url_for(".index"), 303)
    place_id = place.id
    with transaction() as session:
        services.add_till(session, place_id, str(form.name.data), actor=current_actor())
    return redirect(url_for(".index"), 303)


@bp.route("/laci/<till_id>", methods=["GET", "POST"])
@requires(MANAGE)
@accepts_upload(QRIS_BYTES)
def till(till_id: str) -> ResponseReturnValue:
    """The static QRIS of a till: a picture that buyers scan."""
    found, form = queries.till(db.session(), till_id, scope=current_actor().scope(MANAGE)), QrisForm()
    number = found.id
    if form.validate_on_submit():
        try:
            upload = form.picture.data
            picture = clean_jpeg(upload.read() if upload else b"", getattr(upload, "filename", "") or "", QRIS_SIDE)
            _keep_qris(number, picture)
            flash(_("Gambar QRIS tersimpan."))
            return redirect(url_for(".till", till_id=till_id), 303)
        except ImageError as error:
            form.picture.errors = [errors.text_of(error.code)]
    return render_template("staff/counter/till.html", form=form, till=found), 422 if form.is_submitted() else 200


@bp.get("/laci/<till_id>/qris.jpg")
@requires(SELL)
def qris(till_id: str) -> ResponseReturnValue:
    found = queries.till(db.session(), till_id, scope=current_actor().scope(SELL))
    if found.qris_file_id is None:
        raise NotFoundError("qris")
    file = db.session.get_one(StoredFile, found.qris_file_id)
    return private_file(file.key, "image/jpeg", "qris.jpg")


def _keep_qris(till_id: int, picture: bytes) -> None:
    key = new_key("qris", "jpg")
    with put_for(adapters.files(), key, picture), transaction() as session:
        file = record_file(session, key, picture, media_type="image/jpeg", purpose="qris")
        session.get_one(Till, till_id).qris_file_id = file.id


def _shift(public_id: str, permission: str) -> Shift:
    return queries.shift(db.session(), public_id, scope=current_actor().scope(permission))


def _names(session: Session, found: Shift) -> tuple[str, str]:
    people = (session.get(User, user_id) if user_id else None for user_id in (found.opened_by, found.closed_by))
    opened, closed = (person.name if person else "–" for person in people)
    return opened, closed


def _page() -> int:
    text = request.args.get("hal", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004


def _pager(view: str, page: int, *, more: bool, **given: Any) -> Pager:
    def address(number: int) -> str:
        return url_for(f".{view}", hal=number if number > 1 else None, **given)

    return Pager(address(page - 1) if page > 1 else None, address(page + 1) if more else None)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return clock.today()
