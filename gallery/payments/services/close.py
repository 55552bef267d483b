"""An order ends without being fulfilled; its payment ends with it."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.states import Decision, move
from gallery.orders import services as orders
from gallery.orders.models import Order
from gallery.orders.states import CancelReason, OrderStatus
from gallery.payments.errors import PaymentUnderReviewError
from gallery.payments.models import Payment
from gallery.payments.queries.charges import live_charges
from gallery.payments.services.charges import close_live
from gallery.payments.services.locking import locked
from gallery.payments.services.refunds import owe
from gallery.payments.states import PAYMENT, PaymentStatus

PATIENCE: Final = timedelta(hours=1)  # so long an order outlives its deadline while its gateway can not be asked


def cancel_order(
    session: Session, order_id: int, *, reason: CancelReason, note: str = "", by_buyer: bool, actor: Actor
) -> Decision:
    """The order is cancelled, its pieces are free, and what was paid is owed back.

    A buyer whose proof is being checked waits for that first (:class:`PaymentUnderReviewError`).
    """
    _, payment = _locked(session, order_id)
    if by_buyer and payment.status is PaymentStatus.UNDER_REVIEW:
        raise PaymentUnderReviewError(payment.public_id)
    decision = orders.cancel(session, order_id, reason=reason, note=note, by_buyer=by_buyer, actor=actor)
    if decision is Decision.APPLY:
        close_live(session, payment)
        if payment.status is PaymentStatus.PAID:
            owe(session, payment, payment.amount_idr, reason="order_cancelled")
        else:
            _close(payment, PaymentStatus.CANCELLED)
    return decision


def expire_order(session: Session, order_id: int) -> Decision:
    """The deadline passed unpaid: order and payment are closed.

    A proof that waits for the staff keeps both open, and so does a gateway's page that may have been paid in the last
    moment: until the gateway has said that it is closed, or could not be asked for an hour.
    """
    order, payment = _locked(session, order_id)
    if payment.status is not PaymentStatus.PENDING:
        return Decision.STALE
    if order.status not in (OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE):
        return Decision.STALE
    if order.expires_at is None or order.expires_at > clock.now():
        return Decision.STALE
    if order.expires_at > clock.now() - PATIENCE and live_charges(session, payment.id):
        return Decision.STALE
    decision = orders.expire(session, order_id, actor=Actor.system())
    if decision is Decision.APPLY:
        close_live(session, payment)
        _close(payment, PaymentStatus.EXPIRED)
    return decision


def _locked(session: Session, order_id: int) -> tuple[Order, Payment]:
    payment_id = session.scalars(select(Payment.id).where(Payment.order_id == order_id)).one()
    return locked(session, payment_id)


def _close(payment: Payment, status: PaymentStatus) -> None:
    move(payment, PAYMENT, status, clock.now())
    payment.open_key = None
