"""What follows from orders and payments: deadlines, tidying, mails to the buyer."""

import logging
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.checkout import services as checkout
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.core.outbox import emit, every, handles
from gallery.inventory import services as inventory
from gallery.jobs.payments import close_pages
from gallery.orders.models import Order, Parcel
from gallery.payments import services as payments
from gallery.payments.models import Payment, Refund
from gallery.payments.queries import overdue_orders, payment_of
from gallery.payments.states import Gateway, PaymentMethod

log = logging.getLogger("gallery.jobs")
LINK_PURPOSE: Final = "order"  # the same as the pages': gallery/web/order_links.py


@every(minutes=1)
def expire_unpaid() -> None:
    """Close what was not paid in time, each order in a transaction of its own: one that fails hinders no other.

    A gateway is asked before: what was paid on its page in the last moment is paid.
    """
    overdue = overdue_orders(db.session(), clock.now())
    db.session.rollback()
    silent: set[Gateway] = set()
    for order_id in overdue:
        try:
            close_pages(order_id, silent)
            with transaction() as session:
                payments.expire_order(session, order_id)
        except (GalleryError, SQLAlchemyError):
            log.exception("order not expired")


@every(minutes=10)
def tidy_reservations() -> None:
    with transaction() as session:
        inventory.release_expired(session)


@every(hours=24)
def tidy_carts() -> None:
    with transaction() as session:
        checkout.sweep_carts(session)


@handles("parcel.returned")
def owe_for_returned(payload: dict[str, Any]) -> None:
    with transaction() as session:
        payments.owe_for_parcel(session, payload["parcel_id"])


@handles("order.placed")
def tell_placed(payload: dict[str, Any]) -> None:
    _tell(payload["order_id"], "order_placed")


@handles("order.paid")
def tell_paid(payload: dict[str, Any]) -> None:
    """Who paid at the door has the parcel in hand, and is told that the order is completed."""
    if payment_of(db.session(), payload["order_id"]).method is PaymentMethod.CASH_ON_DELIVERY:
        db.session.rollback()
        return
    _tell(payload["order_id"], "payment_verified")


@handles("order.expired")
def tell_expired(payload: dict[str, Any]) -> None:
    _tell(payload["order_id"], "order_expired")


@handles("order.cancelled")
def tell_cancelled(payload: dict[str, Any]) -> None:
    order = db.session.get_one(Order, payload["order_id"])
    _tell(order.id, "order_cancelled", reason=order.cancel_reason, note=order.cancel_note)


@handles("order.completed")
def tell_completed(payload: dict[str, Any]) -> None:
    _tell(payload["order_id"], "order_completed")


@handles("payment.rejected")
def tell_rejected(payload: dict[str, Any]) -> None:
    payment = db.session.get_one(Payment, payload["payment_id"])
    _tell(payment.order_id, "payment_rejected", reason=payment.reject_reason, note=payment.reject_note)


@handles("refund.due")
def tell_refund(payload: dict[str, Any]) -> None:
    refund = db.session.get_one(Refund, payload["refund_id"])
    payment = db.session.get_one(Payment, refund.payment_id)
    is_by_gateway = refund.charge_id is not None
    _tell(payment.order_id, "refund_due", refund_idr=refund.amount_idr, is_by_gateway=is_by_gateway)


@handles("parcel.handed_over")
def tell_handed_over(payload: dict[str, Any]) -> None:
    parcel = db.session.get_one(Parcel, payload["parcel_id"])
    if parcel.service != "pickup":  # who stands at the counter needs no mail
        _tell(parcel.order_id, "parcel_handed_over")


@handles("delivery.cancel_refused")
def tell_cancel_refused(payload: dict[str, Any]) -> None:
    """The courier comes nevertheless; the buyer's page says so too, as long as it is on its way."""
    _tell(payload["order_id"], "courier_keeps_coming")


def _tell(order_id: int, template: str, **facts: Any) -> None:
    """Ask for a mail to the buyer who left an address; everybody else follows the order by its link."""
    order = db.session.get_one(Order, order_id)
    to, locale = order.contact_email, order.locale  # a guest reads the language the order was placed in
    if order.buyer_id is not None:
        locale = db.session.get_one(User, order.buyer_id).language or locale
    if to is None:
        db.session.rollback()
        return
    said = _facts(db.session(), order) | facts
    with transaction() as session:
        emit(session, "mail.send", to=to, template=template, locale=locale, facts=said)


def _facts(session: Session, order: Order) -> dict[str, Any]:
    payment = payment_of(session, order.id)
    account = payment.bank_account
    return {
        "name": order.contact_name,
        "number": order.number,
        "public_id": order.public_id,
        "token": adapters.signer().sign(LINK_PURPOSE, order.public_id),
        "status": order.status.value,
        "amount_idr": payment.amount_idr,
        "method": payment.method.value,
        "until": payment.expires_at.isoformat() if payment.expires_at else None,
        "bank": f"{account.bank_name} {account.number} ({account.holder})" if account else "",
        "lines": [f"{line.quantity} × {line.product_name} {line.variant_name}".strip() for line in order.lines],
    }
