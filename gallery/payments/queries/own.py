"""What is kept about the payments of one buyer, for that buyer."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.core.files import StoredFile
from gallery.orders.models import Order
from gallery.payments.models import Payment, PaymentProof, Refund


@dataclass(frozen=True, slots=True)
class OwnPayment:
    """A payment with the number of its order, the proofs that were sent (with their files), and what was paid back."""

    payment: Payment
    order_number: str
    proofs: list[tuple[PaymentProof, StoredFile]] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)


def payments_of_buyer(session: Session, user_id: int) -> list[OwnPayment]:
    """Return all payments of the account's orders, newest first, in three reads."""
    rows = session.execute(
        select(Payment, Order.number)
        .join(Order, Order.id == Payment.order_id)
        .where(Order.buyer_id == user_id)
        .order_by(Payment.id.desc())
    )
    found = {payment.id: OwnPayment(payment, number) for payment, number in rows}
    mine = select(Payment.id).join(Order, Order.id == Payment.order_id).where(Order.buyer_id == user_id)
    proofs = select(PaymentProof, StoredFile).join(StoredFile, StoredFile.id == PaymentProof.file_id)
    for proof, file in session.execute(proofs.where(PaymentProof.payment_id.in_(mine)).order_by(PaymentProof.id)):
        found[proof.payment_id].proofs.append((proof, file))
    for refund in session.scalars(select(Refund).where(Refund.payment_id.in_(mine)).order_by(Refund.id)):
        found[refund.payment_id].refunds.append(refund)
    return list(found.values())
