"""Money that is owed back, until staff note that it was sent."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.orders.models import OrderLine, Parcel
from gallery.payments.models import Payment, Refund
from gallery.payments.services.locking import locked
from gallery.payments.states import REFUND, PaymentStatus, RefundStatus


def owe(session: Session, payment: Payment, amount_idr: Rupiah, *, reason: str) -> Refund:
    """The amount is due; never more in sum than was paid. The caller holds the payment's lock."""
    owed = session.scalar(select(func.coalesce(func.sum(Refund.amount_idr), 0)).where(Refund.payment_id == payment.id))
    refund = Refund(
        payment_id=payment.id, amount_idr=Rupiah(min(amount_idr, payment.amount_idr - (owed or 0))), reason=reason
    )
    session.add(refund)
    session.flush()
    emit(session, "refund.due", refund_id=refund.id)
    return refund


def owe_for_parcel(session: Session, parcel_id: int) -> Refund | None:
    """The goods of a parcel that came back are owed to the buyer; asked twice, owed once."""
    parcel = session.get_one(Parcel, parcel_id)
    payment_id = session.scalars(select(Payment.id).where(Payment.order_id == parcel.order_id)).one()
    _, payment = locked(session, payment_id)
    reason = f"parcel_returned:{parcel.public_id}"
    known = session.scalar(select(Refund).where(Refund.payment_id == payment.id, Refund.reason == reason))
    if known is not None or payment.status is not PaymentStatus.PAID:
        return known
    goods = session.scalars(select(func.sum(OrderLine.subtotal_idr)).where(OrderLine.parcel_id == parcel.id)).one()
    return owe(session, payment, Rupiah(goods), reason=reason)


def finish_refund(session: Session, refund_id: int, *, note: str, actor: Actor) -> Decision:
    """The money was sent back; ``note`` says how. A second click changes nothing."""
    payment_id = session.scalars(select(Refund.payment_id).where(Refund.id == refund_id)).one()
    locked(session, payment_id)
    refund = session.get_one(Refund, refund_id, populate_existing=True)
    decision = move(refund, REFUND, RefundStatus.DONE, clock.now())
    if decision is Decision.APPLY:
        refund.done_by, refund.note = actor.user_id, note
        audit.record(session, actor, "refund.done", f"refund:{refund.public_id}", amount_idr=refund.amount_idr)
    return decision
