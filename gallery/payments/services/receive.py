"""Money comes in: the buyer sends a proof, staff verify or reject it, or take cash at the counter."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.files import StoredFile
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.inventory.errors import InsufficientStockError
from gallery.orders import services as orders
from gallery.orders.models import Order
from gallery.orders.states import EventKind, OrderStatus
from gallery.payments.errors import PaymentClosedError, TooManyProofsError
from gallery.payments.models import Payment, PaymentProof
from gallery.payments.services.charges import close_live
from gallery.payments.services.deadline import hold_until
from gallery.payments.services.locking import locked
from gallery.payments.services.refunds import owe
from gallery.payments.states import CASH, PAYMENT, TRANSFER_TIME, PaymentMethod, PaymentStatus, RejectReason

MOST_PROOFS: Final = 5
REVIEW_HOLD: Final = timedelta(hours=72)  # how long the pieces wait for the staff
SECOND_TRY: Final = timedelta(hours=12)  # at least this long to send a better proof
_TAKES_PROOF: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.UNDER_REVIEW, PaymentStatus.EXPIRED})
_TAKES_NO_PROOF: Final = CASH | {PaymentMethod.ONLINE}
_NOT_BY_STAFF: Final = frozenset({PaymentMethod.CASH_ON_DELIVERY, PaymentMethod.ONLINE})


def attach_proof(
    session: Session, payment_id: int, file: StoredFile, *, look: bytes | None = None, actor: Actor
) -> bool:
    """The proof waits for the staff, and the pieces wait with it; tell whether the picture is a new one.

    The same picture sent twice is one proof, and the second file is not recorded. Also after the deadline: staff then
    find the money or not. ``look`` is that of the picture (:mod:`gallery.core.picture_look`).
    Raises :class:`PaymentClosedError` or :class:`TooManyProofsError`.
    """
    order, payment = locked(session, payment_id)
    if payment.method in _TAKES_NO_PROOF or payment.status not in _TAKES_PROOF:
        raise PaymentClosedError(payment.status)
    known = _hashes(session, payment)
    if file.sha256 in known and payment.status is PaymentStatus.UNDER_REVIEW:
        session.delete(file)
        return False
    if len(known) >= MOST_PROOFS:
        raise TooManyProofsError(str(payment.id))
    now = clock.now()
    session.add(PaymentProof(payment_id=payment.id, file_id=file.id, sent_at=now, look=look))
    move(payment, PAYMENT, PaymentStatus.UNDER_REVIEW, now)
    payment.proof_sent_at, payment.reject_reason, payment.reject_note = now, None, ""
    hold_until(session, order, payment, max(now + REVIEW_HOLD, order.expires_at or now))
    orders.note_event(session, order, EventKind.PROOF_SENT, actor=actor)
    return True


def verify(session: Session, payment_id: int, *, received_idr: int | None = None, actor: Actor) -> Decision:
    """The money is there: the order is paid. A second officer's click changes nothing (``STALE``).

    How much came is kept where it is known. Whoever only read it in the account says so with ``confirm``.

    Money for an order that was cancelled, or whose pieces somebody else has by now, is owed back. Cash at the door is
    noted by whoever brings the parcel, money on a gateway's page by that gateway (:class:`PaymentClosedError`).
    """
    order, payment = locked(session, payment_id)
    if payment.method in _NOT_BY_STAFF and payment.status is not PaymentStatus.PAID:
        raise PaymentClosedError(payment.status)
    decision = take_money(session, order, payment, actor=actor)
    if decision is Decision.APPLY and received_idr is not None:
        payment.received_idr = Rupiah(received_idr)
    return decision


def take_money(session: Session, order: Order, payment: Payment, *, actor: Actor) -> Decision:
    """The payment is paid, the order too while it can be, else the money is owed back. The caller holds both locks.

    Pages of gateways that are still open are closed.
    """
    now = clock.now()
    if move(payment, PAYMENT, PaymentStatus.PAID, now) is Decision.STALE:
        return Decision.STALE
    payment.paid_at, payment.verified_by, payment.open_key = now, actor.user_id, None
    audit.record(session, actor, "payment.verified", f"payment:{payment.public_id}", amount_idr=payment.amount_idr)
    close_live(session, payment)
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


def reject(session: Session, payment_id: int, *, reason: RejectReason, note: str = "", actor: Actor) -> Decision:
    """The proof does not show the money; the buyer reads why and may send another one."""
    order, payment = locked(session, payment_id)
    target = PaymentStatus.EXPIRED if order.status is OrderStatus.EXPIRED else PaymentStatus.PENDING
    if payment.status is target and payment.reject_reason:
        return Decision.STALE  # another officer was faster
    if payment.status is not PaymentStatus.UNDER_REVIEW:
        raise PaymentClosedError(payment.status)
    now = clock.now()
    move(payment, PAYMENT, target, now)
    payment.reject_reason, payment.reject_note = reason, note
    payment.seen_by = payment.seen_at = payment.received_idr = None
    hold_until(session, order, payment, max(now + SECOND_TRY, order.placed_at + TRANSFER_TIME))
    orders.note_event(session, order, EventKind.PROOF_REJECTED, actor=actor)
    audit.record(session, actor, "payment.rejected", f"payment:{payment.public_id}")
    emit(session, "payment.rejected", payment_id=payment.id)
    return Decision.APPLY


def _hashes(session: Session, payment: Payment) -> Sequence[str]:
    sent = select(StoredFile.sha256).join(PaymentProof, PaymentProof.file_id == StoredFile.id)
    return session.scalars(sent.where(PaymentProof.payment_id == payment.id)).all()
