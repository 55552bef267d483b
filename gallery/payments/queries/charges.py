"""Reads of what gateways were asked for: charges, disputes, messages, and the refunds that go through them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.orders.queries import order_in_scope
from gallery.payments.gateway import ChargeKnown
from gallery.payments.models import GatewayCharge, GatewayDispute, GatewayNotice, Payment, Refund
from gallery.payments.states import BY_GATEWAY, ChargeStatus, DisputeStatus, Gateway

LIVE: Final = frozenset({ChargeStatus.WANTED, ChargeStatus.OPEN, ChargeStatus.PROCESSING})
MOST_TROUBLES: Final = 200


def known(charge: GatewayCharge) -> ChargeKnown:
    """Return the charge as its gateway is asked about it."""
    return ChargeKnown(charge.reference, charge.remote_id, charge.transaction_id, charge.amount_idr)


def refund_key(refund: Refund) -> str:
    """Return the key under which a gateway is asked for this refund: the same until it has said no, then another one.

    A gateway answers an old key with its old answer, even when the reason for it is gone.
    """
    return f"{refund.public_id}-{refund.status_changed_at:%Y%m%d%H%M%S}"


def newest_charge(session: Session, payment_id: int) -> GatewayCharge | None:
    """Return the latest attempt of a payment."""
    return session.scalars(_of(payment_id).order_by(GatewayCharge.attempt.desc()).limit(1)).first()


def charges_of(session: Session, payment_id: int) -> Sequence[GatewayCharge]:
    """Return all attempts of a payment, the first one first."""
    return session.scalars(_of(payment_id).order_by(GatewayCharge.attempt)).all()


def live_charges(session: Session, payment_id: int) -> Sequence[GatewayCharge]:
    """Return the attempts that may still be paid."""
    return session.scalars(_of(payment_id).where(GatewayCharge.status.in_(LIVE)).order_by(GatewayCharge.id)).all()


def live_charges_of_order(session: Session, order_id: int) -> Sequence[tuple[int, Gateway]]:
    """Return the attempts that may still be paid for an order: their ids, and where."""
    wanted = select(GatewayCharge.id, GatewayCharge.gateway).join(Payment, Payment.id == GatewayCharge.payment_id)
    wanted = wanted.where(Payment.order_id == order_id, GatewayCharge.status.in_(LIVE))
    return [(charge_id, gateway) for charge_id, gateway in session.execute(wanted.order_by(GatewayCharge.id))]


def has_due_charges(session: Session, now: datetime) -> bool:
    """Tell whether a gateway is to be asked about a charge."""
    return (
        session.scalars(select(GatewayCharge.id).where(GatewayCharge.next_ask_at <= now).limit(1)).first() is not None
    )


def has_due_refunds(session: Session, now: datetime) -> bool:
    """Tell whether the sending of a refund has to be looked after."""
    return session.scalars(select(Refund.id).where(Refund.next_try_at <= now).limit(1)).first() is not None


def waiting_notices(now: datetime) -> Select[GatewayNotice]:
    """Select the messages whose turn it is, the oldest first."""
    is_due = GatewayNotice.next_at.is_(None) | (GatewayNotice.next_at <= now)
    return select(GatewayNotice).where(GatewayNotice.judged_at.is_(None), is_due).order_by(GatewayNotice.id)


def has_waiting_notices(session: Session, now: datetime) -> bool:
    """Tell whether a message waits to be judged."""
    return session.scalars(waiting_notices(now).limit(1)).first() is not None


def paying_charge(session: Session, payment_id: int) -> GatewayCharge | None:
    """Return the attempt that paid the payment; none where it was paid by other means, or not yet."""
    wanted = _of(payment_id).where(GatewayCharge.status == ChargeStatus.PAID, GatewayCharge.is_extra.is_(False))
    return session.scalars(wanted).one_or_none()


def charge_about(session: Session, gateway: Gateway, about: str) -> int | None:
    """Return the charge that a gateway's message names: by our reference, its page, or its transaction."""
    names = (GatewayCharge.reference, GatewayCharge.remote_id, GatewayCharge.transaction_id)
    wanted = select(GatewayCharge.id).where(GatewayCharge.gateway == gateway, or_(*(name == about for name in names)))
    return session.scalars(wanted.order_by(GatewayCharge.id).limit(1)).first() if about else None


def disputes_of(session: Session, charge_ids: Sequence[int]) -> Sequence[GatewayDispute]:
    """Return the disputes of some charges, the first one first."""
    wanted = select(GatewayDispute).where(GatewayDispute.charge_id.in_(charge_ids))
    return session.scalars(wanted.order_by(GatewayDispute.id)).all()


def given_back(session: Session, payment_id: int) -> int:
    """Return what is or was owed back of the payment itself, in rupiah; extra charges have a purse of their own."""
    total = select(func.coalesce(func.sum(Refund.amount_idr), 0)).where(Refund.payment_id == payment_id)
    return session.scalar(total.where(_own_purse())) or 0


def given_back_of_extra(session: Session, charge_id: int) -> int:
    """Return what is or was owed back of a charge that came twice, in rupiah."""
    total = select(func.coalesce(func.sum(Refund.amount_idr), 0)).where(Refund.charge_id == charge_id)
    return session.scalar(total) or 0


def lost_at_gateway(session: Session, payment_id: int) -> int:
    """Return what was given back at the gallery's cost, past the order, and is not covered by a later refund."""
    lost = select(func.coalesce(func.sum(Refund.amount_idr), 0)).where(
        Refund.payment_id == payment_id, Refund.reason.in_(BY_GATEWAY), _own_purse()
    )
    covered = select(func.coalesce(func.sum(Refund.covered_idr), 0)).where(Refund.payment_id == payment_id)
    return (session.scalar(lost) or 0) - (session.scalar(covered) or 0)


def refunds_to_send(session: Session, now: datetime, *, limit: int) -> Sequence[Refund]:
    """Return refunds that a gateway is to be asked for, or about, now."""
    due = select(Refund).where(Refund.next_try_at <= now).order_by(Refund.next_try_at)
    return session.scalars(due.limit(limit).with_for_update(skip_locked=True)).all()


def needs_person() -> ColumnElement[bool]:
    """Condition on :class:`GatewayCharge`, as its own ``needs_person``."""
    return GatewayCharge.trouble.is_not(None) & (GatewayCharge.trouble_note == "")


def troubles_in_scope(session: Session, scope: Scope, *, limit: int = MOST_TROUBLES) -> Sequence[GatewayCharge]:
    """Return the charges that a person has to look at, the oldest first."""
    wanted = (
        select(GatewayCharge)
        .join(GatewayCharge.payment)
        .join(Payment.order)
        .where(needs_person(), order_in_scope(scope))
        .options(contains_eager(GatewayCharge.payment).contains_eager(Payment.order))
    )
    return session.scalars(wanted.order_by(GatewayCharge.trouble_at, GatewayCharge.id).limit(limit)).all()


def open_disputes_in_scope(session: Session, scope: Scope, *, limit: int = MOST_TROUBLES) -> Sequence[GatewayDispute]:
    """Return the disputes that wait for an answer, the most urgent first."""
    wanted = (
        select(GatewayDispute)
        .join(GatewayDispute.charge)
        .join(GatewayCharge.payment)
        .join(Payment.order)
        .where(GatewayDispute.status == DisputeStatus.OPEN, order_in_scope(scope))
        .options(
            contains_eager(GatewayDispute.charge).contains_eager(GatewayCharge.payment).contains_eager(Payment.order)
        )
    )
    return session.scalars(wanted.order_by(GatewayDispute.answer_by, GatewayDispute.id).limit(limit)).all()


def troubles(session: Session, scope: Scope) -> int:
    """Return how many charges and disputes wait for a person, in one read."""
    disputed = select(GatewayDispute.id).where(
        GatewayDispute.charge_id == GatewayCharge.id, GatewayDispute.status == DisputeStatus.OPEN
    )
    wanted = (
        select(func.count())
        .select_from(GatewayCharge)
        .join(GatewayCharge.payment)
        .join(Payment.order)
        .where(needs_person() | disputed.exists(), order_in_scope(scope))
    )
    return session.scalar(wanted) or 0


def charge_in_scope(session: Session, public_id: str, scope: Scope) -> GatewayCharge:
    """Return one charge with its payment and order; :class:`NotFoundError` outside the scope."""
    wanted = (
        select(GatewayCharge)
        .join(GatewayCharge.payment)
        .join(Payment.order)
        .where(GatewayCharge.public_id == public_id, order_in_scope(scope))
        .options(contains_eager(GatewayCharge.payment).contains_eager(Payment.order))
    )
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFoundError("GatewayCharge")
    return found


def _of(payment_id: int) -> Select[GatewayCharge]:
    return select(GatewayCharge).where(GatewayCharge.payment_id == payment_id)


def _own_purse() -> ColumnElement[bool]:
    """Refunds of the payment itself; a charge that came twice gives back what it brought, and nothing else."""
    extra = select(GatewayCharge.id).where(GatewayCharge.id == Refund.charge_id, GatewayCharge.is_extra.is_(True))
    return ~extra.exists()
