"""An order ends without being fulfilled; its payment ends with it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.states import Decision, move
from gallery.orders import services as orders
from gallery.orders.models import Order
from gallery.orders.states import OrderStatus
from gallery.payments.errors import PaymentUnderReviewError
from gallery.payments.models import Payment
from gallery.payments.services.locking import locked
from gallery.payments.services.refunds import owe
from gallery.payments.states import PAYMENT, PaymentStatus


def cancel_order(session: Session, order_id: int, *, reason: str, by_buyer: bool, actor: Actor) -> Decision:
    """The order is cancelled, its pieces are free, and what was paid is owed back.

    A buyer whose proof is being checked waits for that first (:class:`PaymentUnderReviewError`).
    """
    _, payment = _locked(session, order_id)
    if by_buyer and payment.status is PaymentStatus.UNDER_REVIEW:
        raise PaymentUnderReviewError(payment.public_id)
    decision = orders.cancel(session, order_id, reason=reason, by_buyer=by_buyer, actor=actor)
    if decision is Decision.APPLY:
        if payment.status is PaymentStatus.PAID:
            owe(session, payment, payment.amount_idr, reason="order_cancelled")
        else:
            _close(payment, PaymentStatus.CANCELLED)
    return decision


def expire_order(session: Session, order_id: int) -> Decision:
    """The deadline passed unpaid: order and payment are closed. A proof that waits for the staff keeps both open."""
    order, payment = _locked(session, order_id)
    if payment.status is not PaymentStatus.PENDING:
        return Decision.STALE
    if order.status not in (OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE):
        return Decision.STALE
    if order.expires_at is None or order.expires_at > clock.now():
        return Decision.STALE
    decision = orders.expire(session, order_id, actor=Actor.system())
    if decision is Decision.APPLY:
        _close(payment, PaymentStatus.EXPIRED)
    return decision


def _locked(session: Session, order_id: int) -> tuple[Order, Payment]:
    payment_id = session.scalars(select(Payment.id).where(Payment.order_id == order_id)).one()
    return locked(session, payment_id)


def _close(payment: Payment, status: PaymentStatus) -> None:
    move(payment, PAYMENT, status, clock.now())
    payment.open_key = None
