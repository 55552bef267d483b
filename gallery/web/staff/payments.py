"""Transfers to check: the proof beside the amount, verify or reject; money that is owed back."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.states import Decision
from gallery.orders.states import OrderStatus
from gallery.payments import services
from gallery.payments.errors import PaymentClosedError
from gallery.payments.models import Payment
from gallery.payments.queries import (
    Tab,
    next_to_check,
    payment_in_scope,
    payments_in_scope,
    proof_file,
    refund_in_scope,
    refunds_in_scope,
    refunds_of,
    tab_counts,
)
from gallery.payments.states import PaymentMethod, RefundStatus
from gallery.web.guards import requires
from gallery.web.paging import Pager
from gallery.web.session import current_actor
from gallery.web.staff.payments_forms import REASONS, RefundForm, RejectForm

bp = Blueprint("payments", __name__, url_prefix="/pembayaran")
PERMISSION: Final = "payment.verify"
_TABS: Final = (
    (Tab.TO_CHECK, "", _l("Perlu diperiksa")),
    (Tab.WAITING, "menunggu", _l("Menunggu transfer")),
    (Tab.CASH, "tunai", _l("Bayar saat ambil")),
    (Tab.LATE, "terlambat", _l("Lewat batas")),
    (Tab.PAID, "lunas", _l("Lunas")),
)
LONGEST_SEARCH: Final = 60


@bp.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    session, scope = db.session(), current_actor().scope(PERMISSION)
    wanted, search = request.args.get("keadaan", ""), request.args.get("q", "").strip()[:LONGEST_SEARCH]
    tab = next((tab for tab, slug, _text in _TABS if slug == wanted), Tab.TO_CHECK)
    page = payments_in_scope(session, scope, tab, search=search, number=_number(request.args.get("hal", "")))

    def address(number: int) -> str:
        return url_for(".index", keadaan=wanted or None, q=search or None, hal=number if number > 1 else None)

    return render_template(
        "staff/payments/index.html",
        payments=page.payments,
        total=page.total,
        tabs=_tab_links(tab),
        search=search,
        tab=wanted,
        now=clock.now(),
        page=Pager(
            address(page.number - 1) if page.number > 1 else None,
            address(page.number + 1) if page.number < page.pages else None,
            _("Halaman %(n)s dari %(total)s", n=page.number, total=page.pages) if page.pages > 1 else "",
        ),
    )


@bp.get("/<public_id>")
@requires(PERMISSION)
def show(public_id: str) -> ResponseReturnValue:
    return _render(_payment(public_id), RejectForm())


@bp.post("/<public_id>/terima")
@requires(PERMISSION)
def verify(public_id: str) -> ResponseReturnValue:
    """The money is on the account. Of two officers at once one books it, the other reads that it is done."""
    payment = _payment(public_id)
    with transaction() as session:
        decision = services.verify(session, payment.id, actor=current_actor())
    payment = _payment(public_id)
    if decision is Decision.STALE:
        flash(_("Pembayaran ini sudah diterima petugas lain. Tidak ada yang berubah."), "info")
    elif payment.order.status is OrderStatus.PAID:
        flash(_("Pembayaran %(number)s diterima. Pesanannya siap dikemas.", number=payment.order.number))
    else:
        flash(
            _(
                "Uang untuk %(number)s tercatat, tetapi barangnya sudah tidak ada. Kembalikan uangnya kepada pembeli.",
                number=payment.order.number,
            ),
            "warning",
        )
    return _onward(payment)


@bp.post("/<public_id>/tolak")
@requires(PERMISSION)
def reject(public_id: str) -> ResponseReturnValue:
    payment, form = _payment(public_id), RejectForm()
    if not form.validate_on_submit():
        return _render(payment, form), 422
    reason = form.keterangan.data or str(REASONS[str(form.alasan.data)])
    try:
        with transaction() as session:
            decision = services.reject(session, payment.id, reason=reason, actor=current_actor())
    except PaymentClosedError:
        flash(_("Pembayaran ini sudah diputuskan petugas lain. Tidak ada yang berubah."), "info")
    else:
        if decision is Decision.STALE:
            flash(_("Bukti ini sudah ditolak petugas lain. Tidak ada yang berubah."), "info")
        else:
            flash(_("Bukti ditolak. Pembeli membaca alasannya dan dapat mengirim bukti lain."))
    return _onward(_payment(public_id))


@bp.get("/<public_id>/bukti/<int(max=2147483647):proof_id>.jpg")
@requires(PERMISSION)
def proof(public_id: str, proof_id: int) -> ResponseReturnValue:
    file = proof_file(db.session(), _payment(public_id).id, proof_id)
    with adapters.files().open(file.key) as picture:
        data = picture.read()
    return Response(data, mimetype=file.media_type, headers={"Cache-Control": "private, no-store"})


@bp.get("/pengembalian/")
@requires(PERMISSION)
def refunds() -> ResponseReturnValue:
    is_done = request.args.get("keadaan") == "selesai"
    status = RefundStatus.DONE if is_done else RefundStatus.DUE
    rows = refunds_in_scope(db.session(), current_actor().scope(PERMISSION), status=status)
    return render_template("staff/payments/refunds.html", rows=rows, is_done=is_done, form=RefundForm())


@bp.post("/pengembalian/<public_id>/selesai")
@requires(PERMISSION)
def finish_refund(public_id: str) -> ResponseReturnValue:
    form, scope = RefundForm(), current_actor().scope(PERMISSION)
    refund = refund_in_scope(db.session(), public_id, scope)
    if not form.validate_on_submit():
        rows = refunds_in_scope(db.session(), scope)
        answer = render_template("staff/payments/refunds.html", rows=rows, is_done=False, form=form, failed=public_id)
        return answer, 422
    with transaction() as session:
        decision = services.finish_refund(session, refund.id, note=str(form.cara.data), actor=current_actor())
    if decision is Decision.STALE:
        flash(_("Pengembalian ini sudah dicatat petugas lain. Tidak ada yang berubah."), "info")
    else:
        flash(_("Pengembalian dana tercatat."))
    return redirect(url_for(".refunds"), 303)


def _payment(public_id: str) -> Payment:
    db.session.rollback()  # a decision was just made: read what stands now
    return payment_in_scope(db.session(), public_id, current_actor().scope(PERMISSION))


def _render(payment: Payment, form: RejectForm) -> str:
    session, scope = db.session(), current_actor().scope(PERMISSION)
    return render_template(
        "staff/payments/show.html",
        payment=payment,
        order=payment.order,
        form=form,
        refunds=refunds_of(session, payment.id),
        following=next_to_check(session, scope, after=payment),
        is_transfer=payment.method is PaymentMethod.BANK_TRANSFER,
    )


def _onward(payment: Payment) -> ResponseReturnValue:
    """Go on to the proof that waits longest, else back to the list."""
    following = next_to_check(db.session(), current_actor().scope(PERMISSION), after=payment)
    if following is None:
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", public_id=following.public_id), 303)


def _tab_links(current: Tab) -> list[dict[str, Any]]:
    session, scope = db.session(), current_actor().scope(PERMISSION)
    counts = tab_counts(session, scope)
    due = len(refunds_in_scope(session, scope))
    links = [
        {
            "url": url_for(".index", keadaan=slug or None),
            "text": text,
            "current": tab is current,
            "count": counts[tab] if tab is not Tab.PAID else None,
            "kind": "warn" if tab is Tab.TO_CHECK and counts[tab] else "",
        }
        for tab, slug, text in _TABS
    ]
    return [
        *links,
        {"url": url_for(".refunds"), "text": _("Pengembalian dana"), "current": False, "count": due, "kind": ""},
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1  # noqa: PLR2004
