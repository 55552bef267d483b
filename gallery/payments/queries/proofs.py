"""Proofs that were sent before, for another order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.core.files import StoredFile
from gallery.core.picture_look import is_alike
from gallery.orders.models import Order
from gallery.orders.queries import order_in_scope
from gallery.payments.models import Payment, PaymentProof

REMEMBERED: Final = timedelta(days=180)
MOST: Final = 3_000  # looks that are compared: 3 MB


@dataclass(frozen=True, slots=True)
class Double:
    """A proof of another order that is the same picture, or looks like it. ``payment_public_id`` within the scope."""

    proof_id: int
    order_number: str
    payment_public_id: str | None
    is_same: bool


def doubles_of(session: Session, payment: Payment, scope: Scope) -> Sequence[Double]:
    """Return proofs of other orders like those of this payment, the same pictures first, in at most three reads."""
    own = session.execute(
        select(StoredFile.sha256, PaymentProof.look)
        .join(PaymentProof, PaymentProof.file_id == StoredFile.id)
        .where(PaymentProof.payment_id == payment.id)
    ).all()
    if not own:
        return []
    sums, looks = {sha256 for sha256, _ in own}, [look for _, look in own if look]
    rows = session.execute(
        select(PaymentProof.id, StoredFile.sha256, PaymentProof.look)
        .join(StoredFile, StoredFile.id == PaymentProof.file_id)
        .where(PaymentProof.payment_id != payment.id, PaymentProof.sent_at > clock.now() - REMEMBERED)
        .order_by(PaymentProof.id.desc())
        .limit(MOST)
    ).all()
    same = {proof_id for proof_id, sha256, _ in rows if sha256 in sums}
    alike = {proof_id for proof_id, _, look in rows if look and any(is_alike(look, mine) for mine in looks)}
    if not same | alike:
        return []
    found = session.execute(
        select(PaymentProof.id, Order.number, Payment.public_id, order_in_scope(scope))
        .join(Payment, Payment.id == PaymentProof.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(PaymentProof.id.in_(same | alike))
        .order_by(PaymentProof.id)
    )
    doubles = [
        Double(proof_id, number, public_id if in_scope else None, proof_id in same)
        for proof_id, number, public_id, in_scope in found
    ]
    return sorted(doubles, key=lambda double: not double.is_same)
