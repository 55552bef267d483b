"""Transfers to check: the proof beside the amount, verify or reject; money that is owed back."""

from typing import Any, Final

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from gallery.accounts.models import User
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.states import Decision
from gallery.orders.states import OrderStatus
from gallery.payments import services
from gallery.payments.errors import (
    AmountDiffersError,
    GoodsOnShelfError,
    OtherAmountSeenError,
    ParcelNotDeliveredError,
    PaymentClosedError,
    RefundTooLargeError,
    RefundUnderwayError,
)
from gallery.payments.models import Payment
from gallery.payments.queries import (
    RefundPage,
    Tab,
    next_to_check,
    payment_in_scope,
    payments_in_scope,
    proof_file,
    refund_in_scope,
    refundable,
    refunds_due,
    refunds_in_scope,
    refunds_of,
    tab_counts,
)
from gallery.payments.queries.charges import charges_of, disputes_of, troubles
from gallery.payments.queries.proofs import doubles_of
from gallery.payments.states import CASH, GivenBackFor, PaymentMethod, PaymentStatus, RejectReason
from gallery.web import exports
from gallery.web.errors import text_of
from gallery.web.guards import requires
from gallery.web.paging import pager_of
from gallery.web.payment_sheets import PAYMENTS, REFUNDS, where_to, why
from gallery.web.session import current_actor
from gallery.web.staff.payments_forms import GiveBackForm, ReceivedForm, RefundForm, RejectForm, TroubleForm

bp = Blueprint("payments", __name__, url_prefix="/pembayaran")
PERMISSION: Final = "payment.verify"
_TABS: Final = (
    (Tab.TO_CHECK, "", _l("Perlu diperiksa")),
    (Tab.WAITING, "menunggu", _l("Menunggu transfer")),
    (Tab.CASH, "tunai", _l("Bayar tunai")),
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
    if exports.is_asked():
        return PAYMENTS.answer(payments_in_scope(session, scope, tab, search=search, limit=exports.LIMIT).payments)
    page = payments_in_scope(session, scope, tab, search=search, number=_number(request.args.get("hal", "")))

    return render_template(
        "staff/payments/index.html",
        payments=page.payments,
        total=page.total,
        tabs=_tab_links(tab),
        search=search,
        tab=wanted,
        where_to=where_to,
        page=pager_of(page, keadaan=wanted, q=search),
    )


@bp.get("/<public_id>")
@requires(PERMISSION)
def show(public_id: str) -> ResponseReturnValue:
    return _render(_payment(public_id))


@bp.post("/<public_id>/terima")
@requires(PERMISSION)
def verify(public_id: str) -> ResponseReturnValue:
    """The money is on the account. Of two officers at once one books it, the other reads that it is done."""
    payment, form = _payment(public_id), ReceivedForm()
    is_typed = "masuk" in request.form
    if is_typed and not form.validate_on_submit():
        return _render(payment, received_form=form), 422
    given = {"received_idr": form.received_idr if is_typed else payment.amount_idr, "limit_idr": _limit_idr()}
    try:
        with transaction() as session:
            decision = services.confirm(session, payment.id, **given, actor=current_actor())
    except PaymentClosedError:
        flash(_("Pembayaran ini tidak dicatat dari sini. Keadaannya tertulis di bawah."), "info")
        return redirect(url_for(".show", public_id=public_id), 303)
    except (AmountDiffersError, OtherAmountSeenError) as error:
        form.masuk.errors = [text_of(error.code)]
        return _render(_payment(public_id), received_form=form), error.status
    payment = _payment(public_id)
    if payment.status is not PaymentStatus.PAID:
        flash(_("Dicatat. Jumlahnya di atas batas, jadi petugas lain perlu memastikannya."))
    elif decision is Decision.STALE:
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
        return _render(payment, form=form), 422
    reason, note = RejectReason(form.alasan.data), str(form.keterangan.data)
    try:
        with transaction() as session:
            decision = services.reject(session, payment.id, reason=reason, note=note, actor=current_actor())
    except PaymentClosedError:
        flash(_("Pembayaran ini sudah diputuskan petugas lain. Tidak ada yang berubah."), "info")
    else:
        if decision is Decision.STALE:
            flash(_("Bukti ini sudah ditolak petugas lain. Tidak ada yang berubah."), "info")
        else:
            flash(_("Bukti ditolak. Pembeli membaca alasannya dan dapat mengirim bukti lain."))
    return _onward(_payment(public_id))


@bp.post("/<public_id>/kembalikan/<parcel_public_id>")
@requires(PERMISSION)
def give_back(public_id: str, parcel_public_id: str) -> ResponseReturnValue:
    """Pieces of a delivered parcel, or of its shipping, are owed back; sent twice it is owed once."""
    payment, form = _payment(public_id), GiveBackForm()
    chosen = next((one for one in refundable(db.session(), payment) if one.parcel.public_id == parcel_public_id), None)
    if chosen is None and not any(
        refund.request_key == form.kunci.data for refund in refunds_of(db.session(), payment.id)
    ):
        raise NotFoundError("Parcel")
    if not form.validate_on_submit():
        return _render(payment, give_back_form=form), 422
    if chosen is None:
        return redirect(url_for(".refunds"), 303)
    try:
        with transaction() as session:
            services.owe_lines(
                session,
                chosen.parcel.id,
                form.pieces,
                shipping_idr=form.shipping_idr,
                goods=form.goods,
                is_borne_by_gallery=form.penanggung.data == "galeri",
                reason=GivenBackFor(form.sebab.data),
                request_key=str(form.kunci.data),
                actor=current_actor(),
            )
    except (RefundTooLargeError, ParcelNotDeliveredError, GoodsOnShelfError) as error:
        form.form_errors.append(text_of(error.code))
        return _render(_payment(public_id), give_back_form=form), error.status
    flash(_("Dana dicatat untuk dikembalikan. Hubungi pembeli, lalu catat bila uangnya sudah dikirim."))
    return redirect(url_for(".refunds"), 303)


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
    session, scope, number = db.session(), current_actor().scope(PERMISSION), _number(request.args.get("hal", ""))
    if exports.is_asked():
        return REFUNDS.answer(refunds_in_scope(session, scope, is_done=is_done, limit=exports.LIMIT).rows)
    page = refunds_in_scope(session, scope, is_done=is_done, number=number)
    return _refunds(page, RefundForm(), is_done=is_done)


@bp.post("/pengembalian/<public_id>/selesai")
@requires(PERMISSION)
def finish_refund(public_id: str) -> ResponseReturnValue:
    form, scope = RefundForm(), current_actor().scope(PERMISSION)
    refund = refund_in_scope(db.session(), public_id, scope)
    if not form.validate_on_submit():
        return _refunds(refunds_in_scope(db.session(), scope, around=refund), form, failed=public_id), 422
    try:
        with transaction() as session:
            decision = services.finish_refund(session, refund.id, note=str(form.cara.data), actor=current_actor())
    except RefundUnderwayError as error:
        flash(text_of(error.code), "info")
        return redirect(url_for(".refunds"), 303)
    if decision is Decision.STALE:
        flash(_("Pengembalian ini sudah dicatat petugas lain. Tidak ada yang berubah."), "info")
    else:
        flash(_("Pengembalian dana tercatat."))
    return redirect(url_for(".refunds"), 303)


def _refunds(page: RefundPage, form: RefundForm, *, is_done: bool = False, failed: str = "") -> str:
    neighbours = pager_of(page, endpoint="staff.payments.refunds", keadaan="selesai" if is_done else "")
    return render_template(
        "staff/payments/refunds.html",
        rows=page.rows,
        page=neighbours,
        is_done=is_done,
        form=form,
        failed=failed,
        why=why,
    )


def _payment(public_id: str) -> Payment:
    db.session.rollback()  # a decision was just made: read what stands now
    return payment_in_scope(db.session(), public_id, current_actor().scope(PERMISSION))


def _render(payment: Payment, **forms: FlaskForm) -> str:
    """Show a payment; ``forms`` are those that were sent and have errors."""
    session, actor = db.session(), current_actor()
    scope = actor.scope(PERMISSION)
    charges = charges_of(session, payment.id) if payment.gateway is not None else []
    return render_template(
        "staff/payments/show.html",
        payment=payment,
        order=payment.order,
        needs_second=services.needs_second_look(payment, _limit_idr()),
        limit_idr=_limit_idr(),
        seen_by=session.get_one(User, payment.seen_by).name if payment.seen_by else "",
        is_seen_by_me=payment.seen_by is not None and payment.seen_by == actor.user_id,
        refunds=refunds_of(session, payment.id),
        doubles=doubles_of(session, payment, scope) if payment.proofs else (),
        charges=charges,
        disputes=disputes_of(session, [charge.id for charge in charges]),
        trouble_form=TroubleForm(formdata=None),
        refundable=refundable(session, payment),
        typed=request.form,
        following=next_to_check(session, scope, after=payment, officer_id=actor.user_id),
        is_transfer=payment.method not in CASH,
        is_online=payment.method is PaymentMethod.ONLINE,
        is_at_door=payment.method is PaymentMethod.CASH_ON_DELIVERY,
        **(
            {
                "form": RejectForm(formdata=None),
                "give_back_form": GiveBackForm(formdata=None),
                "received_form": ReceivedForm(formdata=None),
            }
            | forms
        ),
    )


def _onward(payment: Payment) -> ResponseReturnValue:
    """Go on to the proof that waits longest, else back to the list."""
    actor = current_actor()
    following = next_to_check(db.session(), actor.scope(PERMISSION), after=payment, officer_id=actor.user_id)
    if following is None:
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", public_id=following.public_id), 303)


def _limit_idr() -> int:
    return int(current_app.config["TRANSFER_LIMIT_IDR"])


def _tab_links(current: Tab) -> list[dict[str, Any]]:
    session, scope = db.session(), current_actor().scope(PERMISSION)
    counts = tab_counts(session, scope)
    due = refunds_due(session, scope)
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
        *gateway_tab(current=False),
    ]


def gateway_tab(*, current: bool) -> list[dict[str, Any]]:
    """Return the tab of what went wrong at gateways; none where there is no gateway and never was trouble."""
    count = troubles(db.session(), current_actor().scope(PERMISSION))
    if not count and not adapters.gateways():
        return []
    url = url_for("staff.gateways.index")
    return [{"url": url, "text": _("Bermasalah"), "current": current, "count": count, "kind": "warn" if count else ""}]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1  # noqa: PLR2004
