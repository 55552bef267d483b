"""Staff say that a transfer came; a large one counts when two of them say so."""

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.money import Rupiah
from gallery.core.states import Decision, move
from gallery.orders.models import Order
from gallery.payments.errors import AmountDiffersError, OtherAmountSeenError
from gallery.payments.models import Payment
from gallery.payments.services.deadline import hold_until
from gallery.payments.services.locking import locked
from gallery.payments.services.open import CODES
from gallery.payments.services.receive import REVIEW_HOLD, verify
from gallery.payments.states import PAYMENT, TRANSFERS, PaymentStatus


def needs_second_look(payment: Payment, limit_idr: int) -> bool:
    """Whether nothing but what staff read in the account says that the money came, and it is much."""
    return payment.method in TRANSFERS and payment.amount_idr > limit_idr


def confirm(session: Session, payment_id: int, *, received_idr: int, limit_idr: int, actor: Actor) -> Decision:
    """The officer read this amount in the account: the payment is paid or, above the limit, waits for another officer.

    The same officer again changes nothing, or corrects the amount; nothing changes either once it is paid (``STALE``).
    Raises :class:`AmountDiffersError` for an amount that can not be this payment (the buyer may have left out or
    mistyped the unique digits), :class:`OtherAmountSeenError` where the first officer read another one, and what
    :func:`verify` does.
    """
    order, payment = locked(session, payment_id)
    if payment.status is PaymentStatus.PAID:
        return Decision.STALE
    if received_idr - (payment.amount_idr - payment.unique_code) not in range(CODES.stop):
        raise AmountDiffersError(order.number)
    if needs_second_look(payment, limit_idr):
        if payment.seen_by in (None, actor.user_id):
            return _see(session, order, payment, Rupiah(received_idr), actor)
        if payment.received_idr != received_idr:
            raise OtherAmountSeenError(order.number)
    return verify(session, payment_id, received_idr=received_idr, actor=actor)


def _see(session: Session, order: Order, payment: Payment, received_idr: Rupiah, actor: Actor) -> Decision:
    """One officer saw the money: the payment is checked like a proof, and the pieces wait as long as for one."""
    if payment.seen_by is not None and payment.received_idr == received_idr:
        return Decision.STALE
    now = clock.now()
    payment.seen_by, payment.seen_at, payment.received_idr = actor.user_id, now, received_idr
    if payment.status is not PaymentStatus.CANCELLED:
        move(payment, PAYMENT, PaymentStatus.UNDER_REVIEW, now)
    hold_until(session, order, payment, max(now + REVIEW_HOLD, order.expires_at or now))
    audit.record(session, actor, "payment.seen", f"payment:{payment.public_id}", received_idr=received_idr)
    return Decision.APPLY
