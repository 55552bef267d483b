"""What riders were given at the door and have not handed over."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from gallery.core.money import Rupiah
from gallery.payments.models import Payment, RemittanceLine
from gallery.payments.states import PaymentStatus


def is_with_rider() -> ColumnElement[bool]:
    """Condition on :class:`Payment`: a rider has the money."""
    handed_over = select(RemittanceLine.id).where(RemittanceLine.payment_id == Payment.id)
    return Payment.collector_id.is_not(None) & (Payment.status == PaymentStatus.PAID) & ~handed_over.exists()


def sum_carried(session: Session, rider_id: int | None) -> Rupiah:
    """Return what the rider has with him."""
    total = select(func.coalesce(func.sum(Payment.amount_idr), 0)).where(Payment.collector_id == rider_id)
    return Rupiah(session.scalar(total.where(is_with_rider())) or 0)
