"""Cash at the door: a rider is given it with the parcel, or the parcel comes back and nobody pays."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.states import Decision, move
from gallery.orders import services as orders
from gallery.orders.models import Order
from gallery.payments.errors import PaymentClosedError
from gallery.payments.models import Payment
from gallery.payments.services.locking import locked
from gallery.payments.states import PAYMENT, PaymentMethod, PaymentStatus


def lock_at_door(session: Session, order_id: int) -> Payment:
    """Lock order and payment of an order that is paid at the door, before its parcel is locked."""
    payment_id = session.scalars(select(Payment.id).where(Payment.order_id == order_id)).one()
    return locked(session, payment_id)[1]


def collect_cash(session: Session, order_id: int, rider_id: int, *, actor: Actor) -> Decision:
    """The rider was given all of the money: the order is paid, and the rider owes it to the gallery. Twice is once.

    Raises :class:`PaymentClosedError` unless it was to be paid at the door.
    """
    payment = lock_at_door(session, order_id)
    if payment.method is not PaymentMethod.CASH_ON_DELIVERY:
        raise PaymentClosedError(payment.status)
    now = clock.now()
    if move(payment, PAYMENT, PaymentStatus.PAID, now) is Decision.STALE:
        return Decision.STALE
    payment.paid_at, payment.collector_id = now, rider_id
    facts = {"amount_idr": payment.amount_idr, "rider_id": rider_id}
    audit.record(session, actor, "payment.collected", f"payment:{payment.public_id}", **facts)
    orders.mark_paid(session, order_id, actor=actor)
    return Decision.APPLY


def close_unpaid(session: Session, order_id: int) -> Decision:
    """The parcel came back and the order is over: nobody pays for it any more."""
    payment = lock_at_door(session, order_id)
    order = session.get_one(Order, order_id)
    if payment.status is PaymentStatus.PAID or order.is_paid_at_door:
        return Decision.STALE
    return move(payment, PAYMENT, PaymentStatus.CANCELLED, clock.now())
