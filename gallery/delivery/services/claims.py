"""A parcel that a courier lost: the buyer gets the money back, the goods leave the books, the courier is to pay."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.delivery.errors import ParcelNotReadyError
from gallery.delivery.models import CourierClaim
from gallery.delivery.services.locking import locked_parcel, locked_shipment
from gallery.delivery.services.updates import override
from gallery.delivery.states import BEFORE_PICK_UP, CLAIM, SHIPMENT, ClaimStatus, FailureReason, ShipmentStatus
from gallery.inventory import services as inventory
from gallery.inventory.models import Reservation, StockItem
from gallery.inventory.states import ReservationStatus
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from gallery.orders.queries import holder
from gallery.orders.states import ParcelStatus

NEVER_CARRIED: Final = BEFORE_PICK_UP | {ShipmentStatus.DELIVERED, ShipmentStatus.DECLINED, ShipmentStatus.CANCELLED}


def claim_lost(session: Session, shipment_id: int, *, amount_idr: Rupiah, note: str, actor: Actor) -> CourierClaim:
    """The courier lost the parcel: the sale is undone, its pieces are put aside as lost, and a claim is open.

    The buyer's refund follows (``parcel.returned``), and the minutes that take the pieces out (``delivery.lost``).
    Claiming twice claims once. Raises :class:`ParcelNotReadyError` unless the courier had the parcel.
    """
    parcel, shipment = locked_shipment(session, shipment_id)
    known = session.scalar(select(CourierClaim).where(CourierClaim.shipment_id == shipment.id))
    if known is not None:
        return known
    if shipment.status in NEVER_CARRIED or parcel.status not in {ParcelStatus.HANDED_OVER, ParcelStatus.FAILED}:
        raise ParcelNotReadyError(parcel.public_id)
    if shipment.status is not ShipmentStatus.FAILED and ShipmentStatus.FAILED in SHIPMENT.moves[shipment.status]:
        override(session, shipment.id, ShipmentStatus.FAILED, note=note, reason=FailureReason.LOST, actor=actor)
    elif parcel.status is ParcelStatus.HANDED_OVER:
        orders.fail_parcel(session, parcel.id, actor=actor, reason=FailureReason.LOST.value)
    shipment.failure_reason, shipment.open_key = FailureReason.LOST, None
    claim = CourierClaim(shipment_id=shipment.id, amount_idr=amount_idr, note=note, opened_by=actor.user_id)
    session.add(claim)
    session.flush()  # its public id names who holds the pieces
    orders.return_parcel(session, parcel.id, actor=actor)
    inventory.set_aside(session, holder_of(claim), pieces_of(session, parcel))
    facts = {"amount_idr": amount_idr, "courier": shipment.courier.value}
    audit.record(session, actor, "courier.claimed", f"shipment:{shipment.public_id}", **facts)
    emit(session, "delivery.lost", claim_id=claim.id, actor_id=actor.user_id)
    return claim


def settle_claim(session: Session, claim_id: int, status: ClaimStatus, *, note: str, actor: Actor) -> CourierClaim:
    """The courier paid, or refused to; twice is once."""
    found = session.get(CourierClaim, claim_id)
    if found is None:
        raise NotFoundError("CourierClaim")
    locked_parcel(session, found.shipment.parcel_id)
    claim = session.get_one(CourierClaim, claim_id, populate_existing=True)
    if move(claim, CLAIM, status, clock.now()) is Decision.APPLY:
        claim.note = note or claim.note
        audit.record(session, actor, f"courier.claim_{status.value}", f"courier_claim:{claim.public_id}", note=note)
    return claim


def holder_of(claim: CourierClaim) -> str:
    return f"courier_claim:{claim.public_id}"


def pieces_of(session: Session, parcel: Parcel) -> dict[int, int]:
    """Return how many pieces of which stock rows went with this parcel (stock item id: pieces)."""
    rows = session.execute(
        select(Reservation.stock_item_id, Reservation.pieces)
        .join(StockItem, StockItem.id == Reservation.stock_item_id)
        .where(
            Reservation.holder == holder(parcel.order),
            Reservation.status == ReservationStatus.CONSUMED,
            StockItem.place_id == parcel.place_id,
        )
    )
    found: dict[int, int] = {}
    for item_id, pieces in rows:
        found[item_id] = found.get(item_id, 0) + pieces
    return found
