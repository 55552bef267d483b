"""An order is paid, cancelled or expires. Payments call these; nobody else decides about money."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.locks import lock_row, lock_rows
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.inventory.errors import ReservationLostError
from gallery.orders.errors import CancellationRefusedError
from gallery.orders.models import Order, OrderEvent, Parcel
from gallery.orders.queries import holder, wanted_of
from gallery.orders.states import ORDER, PARCEL, CancelReason, EventKind, OrderStatus, ParcelStatus

BUYER_MAY_CANCEL = frozenset({ParcelStatus.TO_PACK, ParcelStatus.CANCELLED})
STAFF_MAY_CANCEL = BUYER_MAY_CANCEL | {ParcelStatus.PACKED}


def note_event(
    session: Session,
    order: Order,
    kind: EventKind,
    *,
    actor: Actor,
    parcel_id: int | None = None,
    **facts: Any,
) -> None:
    """Add one entry to the timeline that buyer and staff see; no personal data in the facts."""
    session.add(
        OrderEvent(
            order_id=order.id, parcel_id=parcel_id, kind=kind, at=clock.now(), actor_id=actor.user_id, facts=facts
        )
    )


def mark_paid(session: Session, order_id: int, *, actor: Actor) -> Decision:
    """The order is paid and its pieces are kept for good.

    When the hold had run out the pieces are reserved anew, an expired order comes back to life; raises
    :class:`gallery.inventory.errors.InsufficientStockError` when somebody else has them, and nothing is held then.
    """
    order = lock_row(session, Order, order_id)
    if ORDER.decide(order.status, OrderStatus.PAID) is Decision.STALE:
        return Decision.STALE
    parcels = _locked_parcels(session, order)
    _keep_for_good(session, order)
    for parcel in parcels:
        if parcel.status is ParcelStatus.CANCELLED:
            move(parcel, PARCEL, ParcelStatus.TO_PACK, clock.now())
    move(order, ORDER, OrderStatus.PAID, clock.now())
    order.expires_at = None
    note_event(session, order, EventKind.PAID, actor=actor)
    audit.record(session, actor, "order.paid", f"order:{order.public_id}")
    emit(session, "order.paid", order_id=order.id)
    return Decision.APPLY


def cancel(
    session: Session, order_id: int, *, reason: CancelReason, note: str = "", by_buyer: bool, actor: Actor
) -> Decision:
    """The order is cancelled and its pieces are free. Refused (:class:`CancellationRefusedError`) once a parcel left.

    A buyer may cancel until packing begins, staff until a parcel is handed over. Emits ``order.cancelled``.
    """
    order = lock_row(session, Order, order_id)
    if ORDER.decide(order.status, OrderStatus.CANCELLED) is Decision.STALE:
        return Decision.STALE
    parcels = _locked_parcels(session, order)
    allowed = BUYER_MAY_CANCEL if by_buyer else STAFF_MAY_CANCEL
    if any(parcel.status not in allowed for parcel in parcels):
        raise CancellationRefusedError(order.public_id)
    _close(session, order, parcels, OrderStatus.CANCELLED)
    order.cancel_reason, order.cancel_note = reason, note
    note_event(session, order, EventKind.CANCELLED, actor=actor, by_buyer=by_buyer)
    audit.record(session, actor, "order.cancelled", f"order:{order.public_id}", by_buyer=by_buyer)
    emit(session, "order.cancelled", order_id=order.id)
    return Decision.APPLY


def expire(session: Session, order_id: int, *, actor: Actor) -> Decision:
    """The order was not paid in time: it is closed and its pieces are free. Emits ``order.expired``."""
    order = lock_row(session, Order, order_id)
    if ORDER.decide(order.status, OrderStatus.EXPIRED) is Decision.STALE:
        return Decision.STALE
    _close(session, order, _locked_parcels(session, order), OrderStatus.EXPIRED)
    note_event(session, order, EventKind.EXPIRED, actor=actor)
    emit(session, "order.expired", order_id=order.id)
    return Decision.APPLY


def _close(session: Session, order: Order, parcels: list[Parcel], status: OrderStatus) -> None:
    now = clock.now()
    for parcel in parcels:
        move(parcel, PARCEL, ParcelStatus.CANCELLED, now)
    inventory.release(session, holder(order))
    move(order, ORDER, status, now)
    order.expires_at = None


def _keep_for_good(session: Session, order: Order) -> None:
    try:
        inventory.extend(session, holder(order), None)
    except ReservationLostError:
        inventory.release(session, holder(order))
        inventory.reserve(session, holder(order), wanted_of(session, order.id), expires_at=None)


def _locked_parcels(session: Session, order: Order) -> list[Parcel]:
    ids = session.scalars(select(Parcel.id).where(Parcel.order_id == order.id)).all()
    return list(lock_rows(session, Parcel, ids).values())
