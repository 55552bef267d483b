"""The order of locks that all payment services keep."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core.locks import lock_row
from gallery.orders.models import Order
from gallery.payments.models import Payment


def locked(session: Session, payment_id: int) -> tuple[Order, Payment]:
    """Lock order and payment, in that order."""
    order_id = session.scalars(select(Payment.order_id).where(Payment.id == payment_id)).one()
    order = lock_row(session, Order, order_id)
    return order, lock_row(session, Payment, payment_id)
