"""Orders from the place's side: what to pack, what is ready, what the buyer fetches and pays at the desk."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.consignment.queries.recall import stranded_orders
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.delivery import services as delivery
from gallery.delivery.errors import CourierLeavingError
from gallery.delivery.queries.parcels import ORDER_TABS, Tab
from gallery.delivery.states import Courier
from gallery.orders.errors import OrderUnpaidError
from gallery.orders.models import Parcel
from gallery.orders.states import CancelReason, OrderStatus, ParcelStatus
from gallery.payments import queries as payments_of
from gallery.payments import services as payments
from gallery.web import errors, hand_over_note, parcels
from gallery.web.guards import requires
from gallery.web.parcel_forms import CancelForm, FetchForm
from gallery.web.session import current_actor

bp = Blueprint("orders", __name__, url_prefix="/pesanan")


@bp.get("/")
@requires("order.view")
def index() -> ResponseReturnValue:
    return render_template(
        "staff/orders/index.html",
        **parcels.list_page("order.view", ORDER_TABS, Tab.TO_PACK),
        may_pack=_may_pack(),
        stranded=stranded_orders(db.session(), current_actor().scope("order.view")),
    )


@bp.post("/kemas")
@requires("order.pack")
def pack() -> ResponseReturnValue:
    """Mark the ticked parcels as packed."""
    parcels.flash_packed(parcels.pack(request.form.getlist("id")))
    return redirect(url_for(".index", tab=request.form.get("tab") or None), 303)


@bp.post("/daftar-ambil")
@requires("order.pack")
def pick_list() -> ResponseReturnValue:
    """Show what to take from the shelves for the ticked parcels; nothing is written."""
    return render_template("staff/orders/pick_list.html", **parcels.pick_list(request.form.getlist("id")))


@bp.post("/isi-paket.pdf")
@requires("order.pack")
def slips() -> ResponseReturnValue:
    """Packing slips of the ticked parcels; nothing is written."""
    return parcels.slips_pdf(request.form.getlist("id"))


@bp.get("/<public_id>")
@requires("order.view")
def show(public_id: str) -> ResponseReturnValue:
    return _page(parcels.find(public_id, "order.view"))


@bp.get("/<public_id>/isi-paket.pdf")
@requires("order.pack")
def slip(public_id: str) -> ResponseReturnValue:
    return parcels.slips_pdf([parcels.find(public_id, "order.pack").public_id])


@bp.post("/<public_id>/kemas")
@requires("order.pack")
def pack_one(public_id: str) -> ResponseReturnValue:
    parcels.flash_packed(parcels.pack([parcels.find(public_id, "order.pack").public_id]))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/serahkan")
@requires("order.pack")
def hand_to_buyer(public_id: str) -> ResponseReturnValue:
    """The buyer took the parcel, and paid for it first when cash was due: both or nothing."""
    parcel = parcels.find(public_id, "order.pack")
    cash_due = parcel.order.status is OrderStatus.CASH_DUE
    form = FetchForm(cash_due=cash_due)
    if not form.validate_on_submit():
        return _page(parcel, fetch_form=form), 422
    try:
        with transaction() as session:
            if cash_due:
                payment = payments_of.payment_of(session, parcel.order_id)
                payments.receive_cash(session, payment.id, actor=current_actor())
            delivery.hand_to_buyer(
                session, parcel.id, recipient_name=str(form.recipient_name.data), actor=current_actor()
            )
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return _page(parcel, fetch_form=form), error.status
    flash(_("Paket sudah diserahkan kepada %(name)s.", name=form.recipient_name.data))
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/berita-acara")
@requires("order.view")
def make_note(public_id: str) -> ResponseReturnValue:
    """Make the hand-over note of an office's order, and show it."""
    order_id = parcels.find(public_id, "order.view").order_id
    try:
        hand_over_note.issue(order_id)
    except OrderUnpaidError as error:
        flash(errors.text_of(error.code), "error")
        return redirect(url_for(".show", public_id=public_id), 303)
    return redirect(url_for(".note", public_id=public_id), 303)


@bp.get("/<public_id>/berita-acara.pdf")
@requires("order.view")
def note(public_id: str) -> ResponseReturnValue:
    return hand_over_note.answer(parcels.find(public_id, "order.view").order)


@bp.post("/<public_id>/batalkan")
@requires("order.cancel")
def cancel(public_id: str) -> ResponseReturnValue:
    """Cancel the whole order; what was paid is owed back."""
    parcel = parcels.find(public_id, "order.cancel")
    form = CancelForm()
    if not form.validate_on_submit():
        return _page(parcel, cancel_form=form), 422
    try:
        with transaction() as session:
            is_free = delivery.release_order(session, parcel.order_id, actor=current_actor())
        if not is_free:
            raise CourierLeavingError(public_id)
        with transaction() as session:
            payments.cancel_order(
                session,
                parcel.order_id,
                reason=CancelReason(form.reason.data),
                note=str(form.note.data),
                by_buyer=False,
                actor=current_actor(),
            )
    except GalleryError as error:
        form.form_errors.append(errors.text_of(error.code))
        return _page(parcel, cancel_form=form), error.status
    flash(_("Pesanan dibatalkan."))
    return redirect(url_for(".show", public_id=public_id), 303)


def _page(parcel: Parcel, **forms: Any) -> str:
    order = parcel.order
    actor = current_actor()
    is_fetched = parcel.service == Courier.PICKUP.value
    gives = "order.pack" if is_fetched else "shipment.hand_over"
    return render_template(
        "staff/orders/show.html",
        **parcels.parcel_page(parcel),
        form=next(iter(forms.values()), None),
        fetch_form=forms.get("fetch_form") or FetchForm(cash_due=order.status is OrderStatus.CASH_DUE),
        cancel_form=forms.get("cancel_form") or CancelForm(),
        may_pack=_may_pack() and parcel.status is ParcelStatus.TO_PACK and _is_packable(order.status),
        may_hand_over=actor.can(gives) and parcel.status in {ParcelStatus.PACKED, ParcelStatus.FAILED},
        may_cancel=actor.can("order.cancel") and order.status in _CANCELLABLE,
        is_fetched=is_fetched,
        may_have_note=hand_over_note.is_possible(order),
        has_note=hand_over_note.issued(order) is not None,
        cash_due=order.status is OrderStatus.CASH_DUE,
    )


_CANCELLABLE = frozenset({OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE, OrderStatus.PAID})


def _is_packable(status: OrderStatus) -> bool:
    return status in {OrderStatus.PAID, OrderStatus.CASH_DUE}


def _may_pack() -> bool:
    return current_actor().can("order.pack")
