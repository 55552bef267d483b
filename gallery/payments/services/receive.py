"""Money comes in: the buyer sends a proof, staff verify or reject it, or take cash at the counter."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.files import StoredFile
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.inventory.errors import InsufficientStockError, ReservationLostError
from gallery.orders import services as orders
from gallery.orders.models import Order
from gallery.orders.queries import holder
from gallery.orders.states import EventKind, OrderStatus
from gallery.payments.errors import PaymentClosedError, TooManyProofsError
from gallery.payments.models import Payment, PaymentProof
from gallery.payments.services.locking import locked
from gallery.payments.services.refunds import owe
from gallery.payments.states import PAYMENT, TRANSFER_TIME, PaymentMethod, PaymentStatus

MOST_PROOFS: Final = 5
REVIEW_HOLD: Final = timedelta(hours=72)  # how long the pieces wait for the staff
SECOND_TRY: Final = timedelta(hours=12)  # at least this long to send a better proof
_TAKES_PROOF: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.UNDER_REVIEW, PaymentStatus.EXPIRED})
_OPEN_ORDER: Final = frozenset({OrderStatus.AWAITING_PAYMENT, OrderStatus.CASH_DUE})


def attach_proof(session: Session, payment_id: int, file: StoredFile, *, actor: Actor) -> bool:
    """The proof waits for the staff, and the pieces wait with it; tell whether the picture is a new one.

    The same picture sent twice is one proof, and the second file is not recorded. Also after the deadline: staff then
    find the money or not. Raises :class:`PaymentClosedError` or :class:`TooManyProofsError`.
    """
    order, payment = locked(session, payment_id)
    if payment.method is not PaymentMethod.BANK_TRANSFER or payment.status not in _TAKES_PROOF:
        raise PaymentClosedError(payment.status)
    known = _hashes(session, payment)
    if file.sha256 in known and payment.status is PaymentStatus.UNDER_REVIEW:
        session.delete(file)
        return False
    if len(known) >= MOST_PROOFS:
        raise TooManyProofsError(str(payment.id))
    now = clock.now()
    session.add(PaymentProof(payment_id=payment.id, file_id=file.id, sent_at=now))
    move(payment, PAYMENT, PaymentStatus.UNDER_REVIEW, now)
    payment.proof_sent_at, payment.reject_reason = now, ""
    _hold_until(session, order, payment, max(now + REVIEW_HOLD, order.expires_at or now))
    orders.note_event(session, order, EventKind.PROOF_SENT, actor=actor)
    return True


def verify(session: Session, payment_id: int, *, actor: Actor) -> Decision:
    """The money is there: the order is paid. A second officer's click changes nothing (``STALE``).

    Money for an order that was cancelled, or whose pieces somebody else has by now, is owed back.
    """
    order, payment = locked(session, payment_id)
    now = clock.now()
    if move(payment, PAYMENT, PaymentStatus.PAID, now) is Decision.STALE:
        return Decision.STALE
    payment.paid_at, payment.verified_by, payment.open_key = now, actor.user_id, None
    audit.record(session, actor, "payment.verified", f"payment:{payment.public_id}", amount_idr=payment.amount_idr)
    if order.status is OrderStatus.CANCELLED:
        owe(session, payment, payment.amount_idr, reason="paid_after_cancellation")
        return Decision.APPLY
    try:
        orders.mark_paid(session, order.id, actor=actor)
    except InsufficientStockError:
        # What mark_paid released stays released: the order can not be filled any more.
        orders.expire(session, order.id, actor=Actor.system())
        owe(session, payment, payment.amount_idr, reason="paid_too_late")
    return Decision.APPLY


def receive_cash(session: Session, payment_id: int, *, actor: Actor) -> Decision:
    """The buyer paid at the counter. Afterwards the parcel may be handed over."""
    _, payment = locked(session, payment_id)
    if payment.method is not PaymentMethod.CASH_AT_PICKUP:
        raise PaymentClosedError(payment.status)
    return verify(session, payment_id, actor=actor)


def reject(session: Session, payment_id: int, *, reason: str, actor: Actor) -> Decision:
    """The proof does not show the money; the buyer reads why and may send another one."""
    order, payment = locked(session, payment_id)
    target = PaymentStatus.EXPIRED if order.status is OrderStatus.EXPIRED else PaymentStatus.PENDING
    if payment.status is target and payment.reject_reason:
        return Decision.STALE  # another officer was faster
    if payment.status is not PaymentStatus.UNDER_REVIEW:
        raise PaymentClosedError(payment.status)
    now = clock.now()
    move(payment, PAYMENT, target, now)
    payment.reject_reason = reason
    _hold_until(session, order, payment, max(now + SECOND_TRY, order.placed_at + TRANSFER_TIME))
    orders.note_event(session, order, EventKind.PROOF_REJECTED, actor=actor)
    audit.record(session, actor, "payment.rejected", f"payment:{payment.public_id}")
    emit(session, "payment.rejected", payment_id=payment.id)
    return Decision.APPLY


def _hold_until(session: Session, order: Order, payment: Payment, deadline: datetime) -> None:
    """Move the deadline of order, payment and pieces; an order that is closed gets none."""
    if order.status not in _OPEN_ORDER:
        return
    order.expires_at = payment.expires_at = deadline
    try:
        inventory.extend(session, holder(order), deadline)
    except ReservationLostError:
        return  # seen again when the money is verified: reserved anew, or owed back


def _hashes(session: Session, payment: Payment) -> Sequence[str]:
    sent = select(StoredFile.sha256).join(PaymentProof, PaymentProof.file_id == StoredFile.id)
    return session.scalars(sent.where(PaymentProof.payment_id == payment.id)).all()
