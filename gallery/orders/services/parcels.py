"""A parcel is packed, leaves, arrives, fails or comes back; the order follows.

A caller that holds a shipment's lock has locked order and parcel before (ranks 10, 25, 30).
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.orders.errors import OrderUnpaidError
from gallery.orders.models import Order, Parcel
from gallery.orders.queries import holder
from gallery.orders.services.lifecycle import note_event
from gallery.orders.states import ORDER, PARCEL, EventKind, OrderStatus, ParcelStatus

ENDED = frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED, ParcelStatus.CANCELLED})


def pack_parcel(session: Session, parcel_id: int, *, actor: Actor) -> Decision:
    """The parcel is packed. Only for paid orders, or those that are paid in cash at pick-up or at the door."""
    order, parcel = _locked(session, parcel_id)
    if order.status not in (OrderStatus.PAID, OrderStatus.CASH_DUE):
        raise OrderUnpaidError(order.public_id)
    return _moved(session, order, parcel, ParcelStatus.PACKED, EventKind.PACKED, actor=actor)


def hand_over_parcel(session: Session, parcel_id: int, *, actor: Actor, **facts: str) -> Decision:
    """The parcel has left its place, with a courier or with the buyer: its pieces leave the stock.

    Only of paid orders, or of those that are paid at the door.
    """
    order, parcel = _locked(session, parcel_id)
    if order.status is not OrderStatus.PAID and not order.is_paid_at_door:
        raise OrderUnpaidError(order.public_id)
    decision = _moved(session, order, parcel, ParcelStatus.HANDED_OVER, EventKind.HANDED_OVER, actor=actor, **facts)
    if decision is Decision.APPLY:
        inventory.consume(session, holder(order), place_id=parcel.place_id, document=holder(order), actor=actor)
    return decision


def deliver_parcel(session: Session, parcel_id: int, *, actor: Actor, **facts: str) -> Decision:
    """The buyer has the parcel, and has paid. The last one completes the order."""
    order, parcel = _locked(session, parcel_id)
    if order.is_paid_at_door:
        raise OrderUnpaidError(order.public_id)
    decision = _moved(session, order, parcel, ParcelStatus.DELIVERED, EventKind.DELIVERED, actor=actor, **facts)
    _complete_when_all_ended(session, order, actor)
    return decision


def fail_parcel(session: Session, parcel_id: int, *, actor: Actor, **facts: str) -> Decision:
    """The courier could not bring it: it is tried again (hand over) or comes back (return)."""
    order, parcel = _locked(session, parcel_id)
    return _moved(session, order, parcel, ParcelStatus.FAILED, EventKind.FAILED, actor=actor, **facts)


def return_parcel(session: Session, parcel_id: int, *, actor: Actor) -> Decision:
    """The parcel is back at its place and its pieces are on hand again; payments owe the goods' price back.

    An order that was to be paid at the door is over with it: nobody has paid.
    """
    order, parcel = _locked(session, parcel_id)
    decision = _moved(session, order, parcel, ParcelStatus.RETURNED, EventKind.RETURNED, actor=actor)
    if decision is Decision.APPLY:
        inventory.take_back(session, holder(order), place_id=parcel.place_id, document=holder(order), actor=actor)
        _complete_when_all_ended(session, order, actor)
    return decision


def _locked(session: Session, parcel_id: int) -> tuple[Order, Parcel]:
    order_id = session.scalar(select(Parcel.order_id).where(Parcel.id == parcel_id))
    if order_id is None:
        raise NotFoundError("Parcel")
    order = lock_row(session, Order, order_id)
    return order, lock_row(session, Parcel, parcel_id)


def _moved(
    session: Session,
    order: Order,
    parcel: Parcel,
    target: ParcelStatus,
    event: EventKind,
    *,
    actor: Actor,
    **facts: str,
) -> Decision:
    decision = move(parcel, PARCEL, target, clock.now())
    if decision is Decision.APPLY:
        note_event(session, order, event, actor=actor, parcel_id=parcel.id, **facts)
        audit.record(session, actor, f"parcel.{target.value}", f"parcel:{parcel.public_id}")
        emit(session, f"parcel.{target.value}", parcel_id=parcel.id, order_id=order.id)
    return decision


def _complete_when_all_ended(session: Session, order: Order, actor: Actor) -> None:
    session.flush()  # the parcel's new state is counted below
    states = set(session.scalars(select(Parcel.status).where(Parcel.order_id == order.id)))
    if not (order.status is OrderStatus.PAID or order.is_paid_at_door) or not states <= ENDED:
        return
    if ParcelStatus.DELIVERED in states:
        move(order, ORDER, OrderStatus.COMPLETED, clock.now())
        note_event(session, order, EventKind.COMPLETED, actor=actor)
        emit(session, "order.completed", order_id=order.id)
    else:
        move(order, ORDER, OrderStatus.CANCELLED, clock.now())
        note_event(session, order, EventKind.CANCELLED, actor=actor, by_buyer=False)
        emit(session, "order.cancelled", order_id=order.id)
