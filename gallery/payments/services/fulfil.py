"""What a gateway says becomes truth, here and nowhere else: the job of its messages, its page's way back, the poller.

The gateway was asked outside of any transaction; its answer is held against what we wanted, and counts once.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.orders.models import Order
from gallery.payments.gateway import ChargeSeen, DisputeSeen, RefundSeen
from gallery.payments.models import GatewayCharge, GatewayDispute, Payment, Refund
from gallery.payments.queries.charges import LIVE, given_back, given_back_of_extra, refund_key
from gallery.payments.services.charges import LONGEST_WORD, locked_charge, next_ask, note_trouble, note_unknown
from gallery.payments.services.deadline import hold_until
from gallery.payments.services.receive import REVIEW_HOLD, take_money
from gallery.payments.states import (
    AT_GATEWAY,
    CHARGE,
    DISPUTE,
    DISPUTE_LOST,
    PAID_TWICE,
    REFUND,
    ChargeStatus,
    ChargeTrouble,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
)

CURRENCY: Final = "idr"
SYSTEM: Final = Actor.system()


def take_answer(session: Session, charge_id: int, seen: ChargeSeen | None) -> bool:
    """What the gateway answered counts: :func:`fulfil`, or that it knows nothing of it."""
    return note_unknown(session, charge_id) if seen is None else fulfil(session, charge_id, seen)


def fulfil(session: Session, charge_id: int, seen: ChargeSeen) -> bool:
    """What the gateway says now is what we know of the charge; tell whether something changed.

    Paid: the order is paid, once; money that came twice, or too late, is owed back. Refunds and disputes that are told
    are booked once each. Other money, or money for something else, books nothing and is put before a person.
    """
    order, payment, charge = locked_charge(session, charge_id)
    charge.tries, charge.said = 0, seen.said[:LONGEST_WORD]
    is_live_there = seen.status in LIVE
    if seen.reference != charge.reference or not _take_names(session, charge, seen):
        changed = note_trouble(session, charge, ChargeTrouble.FOREIGN)
    elif seen.status is ChargeStatus.PAID:
        changed = _take_paid(session, order, payment, charge, seen)
    else:
        changed = _follow(session, order, payment, charge, seen.status)
    charge.next_ask_at = next_ask(charge, is_live_there=is_live_there)
    session.flush()
    return changed


def _take_names(session: Session, charge: GatewayCharge, seen: ChargeSeen) -> bool:
    """Keep the gateway's names of page and money; tell whether they can be this charge's."""
    if seen.remote_id and charge.remote_id is None:
        taken = select(GatewayCharge.id).where(
            GatewayCharge.gateway == charge.gateway, GatewayCharge.remote_id == seen.remote_id
        )
        if session.scalar(taken) is not None:
            return False
        charge.remote_id = seen.remote_id
    charge.transaction_id = seen.transaction_id or charge.transaction_id
    return True


def _follow(session: Session, order: Order, payment: Payment, charge: GatewayCharge, status: ChargeStatus) -> bool:
    """Take over a state in which no money has come; what was paid stays paid, whatever an older answer says."""
    if status not in CHARGE.moves[charge.status] or status is ChargeStatus.REFUSED:
        return False
    move(charge, CHARGE, status, clock.now())
    if status is ChargeStatus.PROCESSING and payment.status is PaymentStatus.PENDING:
        hold_until(session, order, payment, max(order.placed_at + REVIEW_HOLD, order.expires_at or order.placed_at))
    return True


def _take_paid(session: Session, order: Order, payment: Payment, charge: GatewayCharge, seen: ChargeSeen) -> bool:
    changed = False
    if charge.status is not ChargeStatus.PAID:
        if seen.currency != CURRENCY or seen.amount_idr != charge.amount_idr:
            charge.paid_idr = seen.amount_idr if seen.currency == CURRENCY else None
            return note_trouble(session, charge, ChargeTrouble.AMOUNT)
        _book(session, order, payment, charge, seen)
        changed = True
    for refund in seen.refunds:
        changed |= _take_refund(session, payment, charge, refund)
    return _take_disputes(session, payment, charge, seen.disputes) or changed


def _book(session: Session, order: Order, payment: Payment, charge: GatewayCharge, seen: ChargeSeen) -> None:
    """The money came: it pays the order, or all of it is owed back because the order was paid already."""
    move(charge, CHARGE, ChargeStatus.PAID, clock.now())
    charge.paid_at, charge.paid_idr = seen.paid_at or clock.now(), charge.amount_idr
    charge.is_extra = payment.status is PaymentStatus.PAID
    session.flush()
    if not charge.is_extra:
        take_money(session, order, payment, actor=SYSTEM)
        return
    audit.record(session, SYSTEM, "charge.extra", f"charge:{charge.reference}", amount_idr=charge.amount_idr)
    refund = Refund(payment_id=payment.id, charge_id=charge.id, amount_idr=charge.amount_idr, reason=PAID_TWICE)
    session.add(refund)
    session.flush()
    emit(session, "refund.due", refund_id=refund.id)


def _take_refund(session: Session, payment: Payment, charge: GatewayCharge, seen: RefundSeen) -> bool:
    """One refund as the gateway tells it: one that we asked for, or one that somebody made in its dashboard."""
    ours = _our_refund(session, charge, seen)
    if ours is not None:
        return _follow_refund(session, charge, ours, seen)
    if not seen.is_done or seen.is_failed:
        return False
    return _gone(session, payment, charge, seen.amount_idr, reason=AT_GATEWAY, remote_id=seen.remote_id)


def _our_refund(session: Session, charge: GatewayCharge, seen: RefundSeen) -> Refund | None:
    of_charge = select(Refund).where(Refund.charge_id == charge.id)
    found = session.scalar(of_charge.where(Refund.remote_id == seen.remote_id))
    if found is None and seen.key:
        sending = of_charge.where(Refund.public_id == seen.key.partition("-")[0])
        found = session.scalar(sending.where(Refund.status == RefundStatus.SENDING))
        return found if found is not None and refund_key(found) == seen.key else None
    return found


def _follow_refund(session: Session, charge: GatewayCharge, refund: Refund, seen: RefundSeen) -> bool:
    if seen.is_failed:
        return note_refund_failed(session, charge, refund, seen.said)
    if seen.amount_idr != refund.amount_idr:
        return note_trouble(session, charge, ChargeTrouble.AMOUNT)
    refund.remote_id = seen.remote_id
    return note_refund_done(session, refund) if seen.is_done else False


def note_refund_done(session: Session, refund: Refund) -> bool:
    """The gateway gave the money back; tell whether that is new. The caller holds the payment's lock."""
    if refund.status is RefundStatus.DONE:
        return False
    move(refund, REFUND, RefundStatus.DONE, clock.now())
    refund.next_try_at, refund.said = None, ""
    audit.record(session, SYSTEM, "refund.done", f"refund:{refund.public_id}", amount_idr=refund.amount_idr)
    return True


def note_refund_failed(session: Session, charge: GatewayCharge, refund: Refund, said: str) -> bool:
    """The gateway could not give it back: it is due again. After it had said that it did, a person has to look."""
    if refund.status is RefundStatus.DONE:
        return note_trouble(session, charge, ChargeTrouble.REFUND_FAILED)
    if refund.status is RefundStatus.DUE:
        return False
    move(refund, REFUND, RefundStatus.DUE, clock.now())
    refund.said, refund.next_try_at, refund.remote_id = said[:LONGEST_WORD], None, None
    return True


def _take_disputes(session: Session, payment: Payment, charge: GatewayCharge, disputes: Iterable[DisputeSeen]) -> bool:
    changed = False
    for seen in disputes:
        row = session.scalar(select(GatewayDispute).where(GatewayDispute.remote_id == seen.remote_id))
        if row is None:
            facts = {"amount_idr": seen.amount_idr, "opened_at": seen.opened_at}
            row = GatewayDispute(charge_id=charge.id, remote_id=seen.remote_id, **facts)
            session.add(row)
            session.flush()
            audit.record(session, SYSTEM, "dispute.opened", f"dispute:{row.public_id}", amount_idr=row.amount_idr)
            changed = True
        row.reason, row.answer_by = seen.reason, seen.answer_by
        if seen.status in DISPUTE.moves[row.status] and move(row, DISPUTE, seen.status, clock.now()) is Decision.APPLY:
            audit.record(session, SYSTEM, f"dispute.{seen.status}", f"dispute:{row.public_id}")
            changed = True
            if seen.status is DisputeStatus.LOST:
                _gone(session, payment, charge, row.amount_idr, reason=DISPUTE_LOST, dispute_id=row.id)
    return changed


def _gone(
    session: Session,
    payment: Payment,
    charge: GatewayCharge,
    amount_idr: Rupiah,
    *,
    reason: str,
    remote_id: str | None = None,
    dispute_id: int | None = None,
) -> bool:
    """Money left that nobody here sent: it settles what was due of the same amount, else the gallery carries it."""
    due = select(Refund).where(
        Refund.charge_id == charge.id, Refund.status == RefundStatus.DUE, Refund.amount_idr == amount_idr
    )
    refund = session.scalars(due.order_by(Refund.id).limit(1)).first()
    if refund is None:
        before = given_back_of_extra(session, charge.id) if charge.is_extra else given_back(session, payment.id)
        if amount_idr > charge.amount_idr - before:
            return note_trouble(session, charge, ChargeTrouble.OVER_REFUNDED)
        refund = Refund(
            payment_id=payment.id,
            charge_id=charge.id,
            amount_idr=amount_idr,
            reason=reason,
            is_borne_by_gallery=True,
        )
        session.add(refund)
        session.flush()
    refund.remote_id, refund.dispute_id = remote_id, dispute_id
    return note_refund_done(session, refund)
