"""What couriers and staff say about a shipment: applied once, kept always."""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import InvalidTransitionError, NotFoundError
from gallery.core.states import Decision, move
from gallery.delivery.courier import CourierUpdate
from gallery.delivery.errors import BadUpdateError, CashNotReceivedError, ParcelNotReadyError
from gallery.delivery.models import EventOutcome, Shipment, ShipmentEvent
from gallery.delivery.services.locking import last_shipment, locked_parcel, locked_shipment
from gallery.delivery.states import (
    BEFORE_PICK_UP,
    FINAL,
    SHIPMENT,
    FailureReason,
    ShipmentStatus,
)
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from gallery.orders.states import ParcelStatus
from gallery.payments import services as payments

_S = ShipmentStatus
_BRINGING: Final = frozenset({ParcelStatus.PACKED, ParcelStatus.HANDED_OVER, ParcelStatus.FAILED})


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of an update; ``is_repeated`` when this very message had come before."""

    shipment: Shipment
    outcome: EventOutcome
    is_repeated: bool = False


def apply_update(session: Session, update: CourierUpdate, *, actor: Actor, proof_file_id: int | None = None) -> Applied:
    """Apply a courier's message once, however often and in whatever order it comes; the order follows.

    A message that changes nothing is kept with the reason. Raises :class:`NotFoundError` for an unknown booking, and
    :class:`CashNotReceivedError` for a parcel that was handed over without the money it is paid with at the door.
    """
    # An online courier's attempt has no reference until it is booked: no message can mean it.
    named = select(Shipment.id).where(Shipment.booking_ref == update.booking_ref, Shipment.booking_ref != "")
    shipment_id = session.scalar(named)
    if shipment_id is None:
        raise NotFoundError("Shipment")
    return apply_to(session, shipment_id, update, actor=actor, proof_file_id=proof_file_id)


def apply_to(
    session: Session,
    shipment_id: int,
    update: CourierUpdate,
    *,
    actor: Actor,
    proof_file_id: int | None = None,
    is_confirmed: bool = False,
) -> Applied:
    """Apply a message to this shipment. ``is_confirmed``: the courier was asked, so it may also move backwards.

    Raises :class:`BadUpdateError` for a word that we do not know: nothing can be made of it.
    """
    if update.status is None:
        raise BadUpdateError(update.said)
    parcel, shipment = locked_shipment(session, shipment_id)
    known = session.scalar(
        select(ShipmentEvent).where(
            ShipmentEvent.shipment_id == shipment.id, ShipmentEvent.event_key == update.event_key
        )
    )
    if known is not None:
        return Applied(shipment, known.outcome, is_repeated=True)
    outcome = _judge(session, parcel, shipment, update.status, is_confirmed=is_confirmed)
    if outcome is EventOutcome.APPLIED:
        if update.status is _S.DELIVERED and parcel.order.is_paid_at_door and not update.is_cash_received:
            raise CashNotReceivedError(parcel.public_id)
        before = shipment.status
        _move(session, shipment, update.status)
        _keep(shipment, update, update.status, proof_file_id)
        _take_along(session, parcel, shipment, before, actor=actor)
        audit.record(session, actor, f"shipment.{update.status.value}", f"shipment:{shipment.public_id}")
    session.add(
        ShipmentEvent(
            shipment_id=shipment.id,
            event_key=update.event_key,
            status=update.status,
            outcome=outcome,
            actor_label=_label(actor, shipment),
            note=update.note,
            occurred_at=update.occurred_at,
        )
    )
    session.flush()  # a second message in this transaction must see the first
    return Applied(shipment, outcome)


def override(
    session: Session,
    shipment_id: int,
    status: ShipmentStatus,
    *,
    note: str,
    recipient_name: str = "",
    reason: FailureReason | None = None,
    is_cash_received: bool = False,
    actor: Actor,
) -> Applied:
    """Let staff say what the courier could not say himself; the note tells why and is kept with the name's label.

    ``is_cash_received``: the rider has the money of an order that is paid at the door.
    """
    shipment = session.get(Shipment, shipment_id)
    if shipment is None:
        raise NotFoundError("Shipment")
    update = CourierUpdate(
        event_key=f"staff:{secrets.token_hex(8)}",
        booking_ref=shipment.booking_ref,
        status=status,
        occurred_at=clock.now(),
        recipient_name=recipient_name,
        reason=reason or "",
        note=note,
        is_cash_received=is_cash_received,
    )
    audit.record(session, actor, "shipment.override", f"shipment:{shipment.public_id}", status=status.value)
    return apply_to(session, shipment.id, update, actor=actor)


def return_to_stock(session: Session, parcel_id: int, *, note: str, actor: Actor) -> Parcel:
    """A failed parcel is back and its pieces are on hand; :class:`ParcelNotReadyError` unless it failed.

    What was to be paid for it at the door is not owed any more.
    """
    parcel = locked_parcel(session, parcel_id)
    if parcel.status not in {ParcelStatus.FAILED, ParcelStatus.RETURNED}:
        raise ParcelNotReadyError(parcel.public_id)
    shipment = last_shipment(session, parcel)
    if shipment is not None and shipment.status in {_S.FAILED, _S.RETURNING}:
        override(session, shipment.id, _S.RETURNED, note=note, actor=actor)
    was_unpaid = parcel.order.is_paid_at_door
    orders.return_parcel(session, parcel.id, actor=actor)
    if was_unpaid:
        payments.close_unpaid(session, parcel.order_id)
    return parcel


def close(session: Session, shipment: Shipment, status: ShipmentStatus) -> None:
    """End an attempt: the parcel is free for another one."""
    move(shipment, SHIPMENT, status, clock.now())
    shipment.open_key = None
    shipment.ended_at = clock.now()
    session.flush()  # the unique open_key must be free before another attempt is added


def _judge(
    session: Session, parcel: Parcel, shipment: Shipment, target: ShipmentStatus, *, is_confirmed: bool
) -> EventOutcome:
    newest = session.scalar(select(func.max(Shipment.id)).where(Shipment.parcel_id == parcel.id))
    if newest != shipment.id or shipment.status is _S.CANCELLED:
        return EventOutcome.SUPERSEDED
    try:
        decision = SHIPMENT.decide(shipment.status, target, is_confirmed=is_confirmed)
    except InvalidTransitionError:
        return EventOutcome.IMPOSSIBLE
    if decision is Decision.STALE:
        return EventOutcome.STALE
    if target in {_S.DECLINED, _S.CANCELLED}:  # nobody comes, whatever the parcel waits for
        return EventOutcome.APPLIED
    # The order may have been cancelled or settled at the desk meanwhile: then no courier moves it any more.
    return EventOutcome.APPLIED if parcel.status in _BRINGING else EventOutcome.IMPOSSIBLE


def _move(session: Session, shipment: Shipment, status: ShipmentStatus) -> None:
    if status in FINAL:
        close(session, shipment, status)
    else:
        # Whether it may go backwards was judged before.
        move(shipment, SHIPMENT, status, clock.now(), is_confirmed=True)


def _keep(shipment: Shipment, update: CourierUpdate, status: ShipmentStatus, proof_file_id: int | None) -> None:
    """Write down when it happened, and what is known about it."""
    if status is _S.OFFERED:  # the rider gave it up, and another one is looked for
        shipment.accepted_at, shipment.rider_name, shipment.rider_plate = None, "", ""
    elif status in BEFORE_PICK_UP:
        shipment.accepted_at = shipment.accepted_at or update.occurred_at
    elif status not in {_S.DECLINED, _S.CANCELLED}:
        shipment.picked_up_at = shipment.picked_up_at or update.occurred_at
    if status is _S.DELIVERED:
        shipment.recipient_name = update.recipient_name
        shipment.proof_file_id = proof_file_id
        if update.place is not None:
            shipment.proof_lat, shipment.proof_lon = update.place.lat, update.place.lon
    if status in {_S.FAILED, _S.RETURNING}:
        shipment.failure_reason = _reason(update.reason)
    shipment.note = update.note or shipment.note


def _take_along(session: Session, parcel: Parcel, shipment: Shipment, before: ShipmentStatus, *, actor: Actor) -> None:
    """The parcel follows its shipment; a step that nobody told of is made up for."""
    status = shipment.status
    if status in BEFORE_PICK_UP or status in {_S.DECLINED, _S.CANCELLED}:
        return
    if before in BEFORE_PICK_UP:
        orders.hand_over_parcel(session, parcel.id, actor=actor, courier=shipment.courier.value)
    if status is _S.DELIVERED:
        if parcel.order.is_paid_at_door and shipment.rider_id is not None:
            payments.collect_cash(session, parcel.order_id, shipment.rider_id, actor=actor)
        orders.deliver_parcel(session, parcel.id, actor=actor)
    if status in {_S.FAILED, _S.RETURNING, _S.RETURNED} and parcel.status is ParcelStatus.HANDED_OVER:
        reason = shipment.failure_reason or FailureReason.OTHER
        orders.fail_parcel(session, parcel.id, actor=actor, reason=reason.value)


def _reason(text: str) -> FailureReason:
    return FailureReason(text) if text in set(FailureReason) else FailureReason.OTHER


def _label(actor: Actor, shipment: Shipment) -> str:
    return shipment.courier.value if not actor.is_signed_in and not actor.is_system else actor.label
