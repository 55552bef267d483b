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
from gallery.delivery.errors import ParcelNotReadyError
from gallery.delivery.models import EventOutcome, Shipment, ShipmentEvent
from gallery.delivery.services.locking import last_shipment, locked_parcel, locked_shipment
from gallery.delivery.states import (
    BEFORE_PICK_UP,
    SHIPMENT,
    UNDER_WAY,
    FailureReason,
    ShipmentStatus,
)
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from gallery.orders.states import ParcelStatus

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

    A message that changes nothing is kept with the reason. Raises :class:`NotFoundError` for an unknown booking.
    """
    shipment_id = session.scalar(select(Shipment.id).where(Shipment.booking_ref == update.booking_ref))
    if shipment_id is None:
        raise NotFoundError("Shipment")
    parcel, shipment = locked_shipment(session, shipment_id)
    known = session.scalar(
        select(ShipmentEvent).where(
            ShipmentEvent.shipment_id == shipment.id, ShipmentEvent.event_key == update.event_key
        )
    )
    if known is not None:
        return Applied(shipment, known.outcome, is_repeated=True)
    outcome = _judge(session, parcel, shipment, update.status)
    if outcome is EventOutcome.APPLIED:
        _apply(session, parcel, shipment, update, proof_file_id=proof_file_id, actor=actor)
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
    actor: Actor,
) -> Applied:
    """Let staff say what the courier could not say himself; the note tells why and is kept with the name's label."""
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
    )
    audit.record(session, actor, "shipment.override", f"shipment:{shipment.public_id}", status=status.value)
    return apply_update(session, update, actor=actor)


def return_to_stock(session: Session, parcel_id: int, *, note: str, actor: Actor) -> Parcel:
    """A failed parcel is back and its pieces are on hand; :class:`ParcelNotReadyError` unless it failed."""
    parcel = locked_parcel(session, parcel_id)
    if parcel.status not in {ParcelStatus.FAILED, ParcelStatus.RETURNED}:
        raise ParcelNotReadyError(parcel.public_id)
    shipment = last_shipment(session, parcel)
    if shipment is not None and shipment.status is _S.FAILED:
        override(session, shipment.id, _S.RETURNED, note=note, actor=actor)
    orders.return_parcel(session, parcel.id, actor=actor)
    return parcel


def close(session: Session, shipment: Shipment, status: ShipmentStatus) -> None:
    """End an attempt: the parcel is free for another one."""
    move(shipment, SHIPMENT, status, clock.now())
    shipment.open_key = None
    shipment.ended_at = clock.now()
    session.flush()  # the unique open_key must be free before another attempt is added


def _judge(session: Session, parcel: Parcel, shipment: Shipment, target: ShipmentStatus) -> EventOutcome:
    newest = session.scalar(select(func.max(Shipment.id)).where(Shipment.parcel_id == parcel.id))
    if newest != shipment.id or shipment.status is _S.CANCELLED:
        return EventOutcome.SUPERSEDED
    try:
        decision = SHIPMENT.decide(shipment.status, target)
    except InvalidTransitionError:
        return EventOutcome.IMPOSSIBLE
    if decision is Decision.STALE:
        return EventOutcome.STALE
    # The order may have been cancelled or settled at the desk meanwhile: then no courier moves it any more.
    return EventOutcome.APPLIED if parcel.status in _BRINGING else EventOutcome.IMPOSSIBLE


def _apply(
    session: Session,
    parcel: Parcel,
    shipment: Shipment,
    update: CourierUpdate,
    *,
    proof_file_id: int | None,
    actor: Actor,
) -> None:
    skipped_pick_up = shipment.status in BEFORE_PICK_UP
    if update.status in UNDER_WAY:
        move(shipment, SHIPMENT, update.status, clock.now())
    else:
        close(session, shipment, update.status)
    if update.status is _S.ACCEPTED:
        shipment.accepted_at = update.occurred_at
    if update.status is _S.PICKED_UP or (skipped_pick_up and update.status in {_S.DELIVERED, _S.FAILED}):
        shipment.picked_up_at = update.occurred_at
        orders.hand_over_parcel(session, parcel.id, actor=actor, courier=shipment.courier.value)
    if update.status is _S.DELIVERED:
        shipment.recipient_name = update.recipient_name
        shipment.proof_file_id = proof_file_id
        orders.deliver_parcel(session, parcel.id, actor=actor)
    if update.status is _S.FAILED:
        shipment.failure_reason = _reason(update.reason)
        orders.fail_parcel(session, parcel.id, actor=actor, reason=shipment.failure_reason.value)
    shipment.note = update.note or shipment.note
    audit.record(session, actor, f"shipment.{update.status.value}", f"shipment:{shipment.public_id}")


def _reason(text: str) -> FailureReason:
    return FailureReason(text) if text in set(FailureReason) else FailureReason.OTHER


def _label(actor: Actor, shipment: Shipment) -> str:
    return shipment.courier.value if not actor.is_signed_in and not actor.is_system else actor.label
