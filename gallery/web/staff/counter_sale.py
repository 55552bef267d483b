"""The screen of a till: scan, change, discount, pay; and the receipt."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.counter import queries, services
from gallery.counter.errors import SaleShortError, ScanRefusedError, TenderError
from gallery.counter.models import Shift
from gallery.counter.queries import Article
from gallery.counter.services import Payment
from gallery.counter.states import SaleOrigin, ShiftStatus
from gallery.inventory.codes import variant_code
from gallery.inventory.queries import paper_of
from gallery.inventory.states import PaperKind
from gallery.web import errors
from gallery.web.approval import approver
from gallery.web.counter_papers import check_lines, qr_inline, receipt_pdf, return_rule
from gallery.web.counter_texts import refusal_text
from gallery.web.filters import rupiah
from gallery.web.guards import requires
from gallery.web.headers import uses_camera
from gallery.web.money_typed import quick_amounts, typed_rupiah
from gallery.web.printing import pdf_response
from gallery.web.session import current_actor
from gallery.web.till_device import hold, is_elsewhere, this_device

bp = Blueprint("counter_sale", __name__, url_prefix="/kasir")
SELL: Final = "counter.sell"
VIEW: Final = "counter.view"
LONGEST: Final = 80
WIDTHS: Final = {"58": 58, "80": 80}


@bp.get("/<shift_id>/")
@requires(SELL)
@uses_camera
def show(shift_id: str) -> ResponseReturnValue:
    shift = _shift(shift_id)
    if shift.status is not ShiftStatus.OPEN:
        return redirect(url_for("staff.counter.shift", shift_id=shift_id), 303)
    return _screen(shift)


@bp.post("/<shift_id>/pindai")
@requires(SELL)
def scan(shift_id: str) -> ResponseReturnValue:
    """What was scanned or typed goes into the running sale; an empty entry leads to the payment."""
    text = request.form.get("kode", "").strip()
    if not text:
        _shift(shift_id)  # not found where it is another gallery's, whatever is sent
        return redirect(url_for(".show", shift_id=shift_id, _anchor="bayar"), 303)
    try:
        with transaction() as session:
            found = services.enter(session, _held(session, shift_id).id, text).choices
    except ScanRefusedError as error:
        return _screen(_shift(shift_id), [refusal_text(error.refusal)])
    except GalleryError as error:
        return _screen(_shift(shift_id), [errors.text_of(error.code)])
    return _screen(_shift(shift_id), choices=found) if found else _back(shift_id)


@bp.post("/<shift_id>/baris")
@requires(SELL)
def line(shift_id: str) -> ResponseReturnValue:
    """Change the pieces of one line: by a button, or by what was typed into it."""
    pieces = request.form.get("jumlah") or request.form.get("jumlah_baru", "")
    if not _is_count(pieces) or not _is_count(request.form.get("baris", "")):
        return _screen(_shift(shift_id), [_("Jumlahnya 0 sampai 999.")])
    try:
        with transaction() as session:
            services.change_line(session, _held(session, shift_id).id, int(request.form["baris"]), int(pieces))
    except ScanRefusedError as error:
        return _screen(_shift(shift_id), [refusal_text(error.refusal)])
    except GalleryError as error:
        return _screen(_shift(shift_id), [errors.text_of(error.code)])
    return _back(shift_id)


@bp.post("/<shift_id>/kosongkan")
@requires(SELL)
def clear(shift_id: str) -> ResponseReturnValue:
    try:
        with transaction() as session:
            services.clear(session, _held(session, shift_id).id)
    except GalleryError as error:
        return _screen(_shift(shift_id), [errors.text_of(error.code)])
    return _back(shift_id)


@bp.post("/<shift_id>/potongan")
@requires(SELL)
def discount(shift_id: str) -> ResponseReturnValue:
    """Take something off: "5.000" or "10%". Who may not give a discount needs the password of somebody who may."""
    shift = _shift(shift_id)
    amount = _discount_of(request.form.get("potongan", ""), services.subtotal(shift))
    if amount is None:
        return _screen(shift, [_("Tulis potongannya dengan rupiah atau persen.")])
    who = _who_approves() if amount else current_actor()
    if who is None:
        return _screen(_shift(shift_id), [_("Nomor, surel, atau kata sandi kepala galeri tidak cocok.")])
    try:
        with transaction() as session:
            services.set_discount(
                session,
                _held(session, shift_id).id,
                amount,
                reason=request.form.get("alasan", "").strip()[:LONGEST],
                approver=who,
            )
    except GalleryError as error:
        return _screen(_shift(shift_id), [errors.text_of(error.code)])
    return _back(shift_id)


@bp.post("/<shift_id>/bayar")
@requires(SELL)
@uses_camera
def pay(shift_id: str) -> ResponseReturnValue:
    """The running sale is paid; the same key leads to the same receipt."""
    form = request.form
    try:
        payment, total = _payment()
        with transaction() as session:
            number, key = _held(session, shift_id).id, form.get("kunci", "")[:LONGEST]
            done = services.complete_sale(session, number, key, payment, total_idr=total, actor=current_actor())
            sale_id = done.public_id
    except (ValueError, GalleryError) as error:
        return _screen(_shift(shift_id), _why_unpaid(error))
    if form.get("cetak"):
        return redirect(url_for(".receipt", sale_id=sale_id, cetak=1), 303)
    return redirect(url_for(".show", shift_id=shift_id, selesai=sale_id), 303)


@bp.post("/<shift_id>/ambil-alih")
@requires(SELL)
def take_over(shift_id: str) -> ResponseReturnValue:
    """Let this device sell for the shift from now on, and the other one no more."""
    shift = _shift(shift_id)
    number, problem = shift.id, ""
    is_own = shift.hold is None or shift.hold.held_by == current_actor().user_id
    who = current_actor() if is_own else _who_approves()
    if who is None:
        problem = _("Nomor, surel, atau kata sandi kepala galeri tidak cocok.")
    else:
        try:
            with transaction() as session:
                services.take_over_till(session, number, this_device(), approver=who, actor=current_actor())
        except GalleryError as error:
            problem = errors.text_of(error.code)
    if problem:
        return _elsewhere(_shift(shift_id), problem), 422
    flash(_("Kasir ini sekarang dipakai di perangkat ini."))
    return redirect(url_for(".show", shift_id=shift_id), 303)


@bp.get("/struk/<sale_id>")
@requires(VIEW)
def receipt(sale_id: str) -> ResponseReturnValue:
    """The receipt, made for 58 mm paper; ``?cetak=1`` opens the browser's print dialog."""
    sale = queries.sale(db.session(), sale_id, scope=current_actor().scope(VIEW))
    till, paper = sale.shift.till, paper_of(db.session(), PaperKind.SALE, sale_id)
    return render_template(
        "staff/counter_sale/receipt.html",
        sale=sale,
        gallery=till.gallery,
        till=till,
        qr=qr_inline(sale.number),
        check=check_lines(paper),
        rule=return_rule(),
        is_open=sale.shift.status is ShiftStatus.OPEN,
        printed_as=queries.provisional_number(sale) if sale.origin is SaleOrigin.OFFLINE else "",
        returns=queries.returns_of_sale(db.session(), sale.id),
        prints=request.args.get("cetak") == "1",
    )


@bp.get("/struk/<sale_id>.pdf")
@requires(VIEW)
def receipt_file(sale_id: str) -> ResponseReturnValue:
    """The receipt as PDF, 58 or 80 mm wide."""
    sale = queries.sale(db.session(), sale_id, scope=current_actor().scope(VIEW))
    width = WIDTHS.get(request.args.get("lebar", ""), 58)
    paper = paper_of(db.session(), PaperKind.SALE, sale_id)
    return pdf_response(receipt_pdf(sale, width, paper), f"{sale.number}.pdf")


def _shift(public_id: str) -> Shift:
    db.session.rollback()  # what a transaction just changed is read again
    return _own(db.session(), public_id)


def _own(session: Session, public_id: str) -> Shift:
    return queries.shift(session, public_id, scope=current_actor().scope(SELL))


def _held(session: Session, shift_id: str) -> Shift:
    """The shift, where it is this device's to sell."""
    return hold(session, _own(session, shift_id))


def _elsewhere(shift: Shift, problem: str = "") -> str:
    """Who sells for the shift on which other device, and how this one takes over."""
    is_own = shift.hold is not None and shift.hold.held_by == current_actor().user_id
    needs_approval = not (is_own or current_actor().can("counter.discount"))
    return render_template(
        "staff/counter_sale/elsewhere.html",
        shift=shift,
        hold=shift.hold,
        needs_approval=needs_approval,
        problem=problem,
    )


def _back(shift_id: str) -> ResponseReturnValue:
    """After a change: the new screen to a script, a redirect to a plain form."""
    if _is_script():
        return _screen(_shift(shift_id))
    return redirect(url_for(".show", shift_id=shift_id), 303)


def _screen(shift: Shift, problems: Sequence[Any] = (), choices: Sequence[Article] = ()) -> ResponseReturnValue:
    """The whole page, or only the running sale where a script asks for it; none of it where it is another device's."""
    if is_elsewhere(shift):
        return _elsewhere(shift)
    total = services.subtotal(shift) - shift.discount_idr
    finished = None
    if not _is_script() and (done := request.args.get("selesai")):
        finished = queries.sale(db.session(), done, scope=current_actor().scope(SELL))
    page = render_template(
        "staff/counter_sale/running.html" if _is_script() else "staff/counter_sale/show.html",
        shift=shift,
        till=shift.till,
        lines=shift.basket,
        last=max(shift.basket, key=lambda row: (row.touched_at, row.id), default=None),
        subtotal=services.subtotal(shift),
        total=total,
        quick=quick_amounts(total) if total > 0 else [],
        problems=problems,
        choices=[(row, variant_code(row.variant_id)) for row in choices],
        finished=finished,
        may_discount=current_actor().can("counter.discount"),
    )
    return make_response(page, 409 if problems else 200)


def _is_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004 - an id, or up to 999


def _discount_of(text: str, subtotal_idr: int) -> int | None:
    text = text.strip()
    if text.endswith("%"):
        share = text[:-1].strip()
        return subtotal_idr * int(share) // 100 if share.isascii() and share.isdigit() and len(share) < 4 else None  # noqa: PLR2004
    try:
        return typed_rupiah(text) or 0
    except ValueError:
        return None


def _payment() -> tuple[Payment, int]:
    """Return how the buyer pays, and the total that the page showed; :class:`ValueError` says what is typed wrong."""
    form = request.form
    try:
        cash = typed_rupiah(form.get("tunai_cepat") or form.get("tunai"))
        payment = Payment(cash, typed_rupiah(form.get("qris")) or 0, form.get("rujukan", "").strip()[:LONGEST])
        total = typed_rupiah(form.get("total")) or 0
    except ValueError as error:
        raise ValueError(_("Tulis uangnya dengan angka, misalnya 50.000.")) from error
    if payment.qris_idr and not payment.qris_reference:
        raise ValueError(_("Tulis nomor rujukan QRIS dari pemberitahuan bank."))
    return payment, total


def _why_unpaid(error: ValueError | GalleryError) -> list[str]:
    if isinstance(error, TenderError) and error.missing_idr:
        return [_("Uangnya kurang %(amount)s.", amount=rupiah(error.missing_idr))]
    if isinstance(error, SaleShortError):
        return [refusal_text(refusal) for refusal in error.refusals]
    return [errors.text_of(error.code) if isinstance(error, GalleryError) else str(error)]


def _who_approves() -> Actor | None:
    if current_actor().can("counter.discount"):
        return current_actor()
    return approver(request.form.get("penyetuju", ""), request.form.get("sandi", ""))
