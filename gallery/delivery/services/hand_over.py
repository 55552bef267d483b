"""A packed parcel is given to somebody: a rider, a carrier, or the buyer at the desk."""

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.delivery.courier import Booking
from gallery.delivery.errors import ParcelNotReadyError, RiderUnavailableError, ShipmentOpenError
from gallery.delivery.models import Rider, Shipment
from gallery.delivery.services.locking import last_shipment, locked_parcel, locked_shipment, open_shipment
from gallery.delivery.services.updates import close
from gallery.delivery.states import BEFORE_PICK_UP, Courier, ShipmentStatus
from gallery.orders import services as orders
from gallery.orders.errors import OrderUnpaidError
from gallery.orders.models import Parcel
from gallery.orders.states import OrderStatus, ParcelStatus

_TO_GIVE = frozenset({ParcelStatus.PACKED, ParcelStatus.FAILED})


def offer_to_rider(session: Session, parcel_id: int, rider_id: int, *, actor: Actor) -> Shipment:
    """The rider is asked; whoever was asked before and has not picked up is out of it. Asking twice asks once.

    Raises :class:`ParcelNotReadyError`, :class:`OrderUnpaidError`, :class:`RiderUnavailableError`, and
    :class:`ShipmentOpenError` when somebody is on the way with it.
    """
    parcel = locked_parcel(session, parcel_id)
    rider = session.get(Rider, rider_id)
    if rider is None or not rider.is_active:
        raise RiderUnavailableError(str(rider_id))
    _require_ready(parcel)
    current = open_shipment(session, parcel)
    if current is not None and current.rider_id == rider.id:
        return current
    if current is not None:
        _withdraw(session, current, actor)
    shipment = _new(parcel, Courier.LOCAL_RIDER, ShipmentStatus.OFFERED)
    shipment.open_key = parcel.id
    shipment.rider_id, shipment.rider_name, shipment.rider_plate = rider.id, rider.name, rider.plate
    return _added(session, shipment, actor)


def record_booking(session: Session, shipment_id: int, booking: Booking) -> Shipment:
    """Keep what the courier promised; afterwards its messages find the shipment by the booking's reference."""
    _parcel, shipment = locked_shipment(session, shipment_id)
    shipment.booking_ref = booking.booking_ref
    shipment.tracking_number = booking.tracking_number or shipment.tracking_number
    return shipment


def withdraw(session: Session, shipment_id: int, *, actor: Actor) -> Shipment:
    """Nobody is asked any more: the parcel waits for another courier. Refused once it was picked up."""
    _parcel, shipment = locked_shipment(session, shipment_id)
    if shipment.status is not ShipmentStatus.CANCELLED:
        _withdraw(session, shipment, actor)
    return shipment


def send_by_carrier(session: Session, parcel_id: int, *, carrier: str, tracking_number: str, actor: Actor) -> Shipment:
    """The parcel is with the carrier and has left the stock; the same number twice is one shipment."""
    parcel = locked_parcel(session, parcel_id)
    last = last_shipment(session, parcel)
    if last is not None and last.tracking_number == tracking_number and last.carrier == carrier:
        return last
    _require_ready(parcel)
    current = open_shipment(session, parcel)
    if current is not None:
        _withdraw(session, current, actor)
    shipment = _new(parcel, Courier.EXPEDITION, ShipmentStatus.PICKED_UP)
    shipment.open_key = parcel.id
    shipment.carrier, shipment.tracking_number = carrier, tracking_number
    shipment.picked_up_at = clock.now()
    orders.hand_over_parcel(
        session,
        parcel.id,
        actor=actor,
        courier=Courier.EXPEDITION.value,
        carrier=carrier,
        tracking_number=tracking_number,
    )
    return _added(session, shipment, actor)


def correct_tracking(session: Session, shipment_id: int, tracking_number: str, *, actor: Actor) -> Shipment:
    """A mistyped number is mended; the audit trail keeps that it was."""
    _parcel, shipment = locked_shipment(session, shipment_id)
    if shipment.courier is not Courier.EXPEDITION:
        raise NotFoundError("Shipment")
    if shipment.tracking_number != tracking_number:
        facts = {"before": shipment.tracking_number, "after": tracking_number}
        audit.record(session, actor, "shipment.tracking_corrected", f"shipment:{shipment.public_id}", **facts)
        shipment.tracking_number = tracking_number
    return shipment


def hand_to_buyer(session: Session, parcel_id: int, *, recipient_name: str, actor: Actor) -> Shipment:
    """The buyer took the parcel at the desk and the order follows; taking it twice is taking it once.

    Raises :class:`OrderUnpaidError` while cash is still due, :class:`ParcelNotReadyError` unless it is packed.
    """
    parcel = locked_parcel(session, parcel_id)
    last = last_shipment(session, parcel)
    if parcel.status is ParcelStatus.DELIVERED and last is not None and last.courier is Courier.PICKUP:
        return last
    _require_ready(parcel)
    current = open_shipment(session, parcel)
    if current is not None:
        _withdraw(session, current, actor)
    shipment = _new(parcel, Courier.PICKUP, ShipmentStatus.DELIVERED)
    shipment.recipient_name = recipient_name
    shipment.picked_up_at = shipment.ended_at = clock.now()
    orders.hand_over_parcel(session, parcel.id, actor=actor, courier=Courier.PICKUP.value)
    orders.deliver_parcel(session, parcel.id, actor=actor)
    return _added(session, shipment, actor)


def _require_ready(parcel: Parcel) -> None:
    if parcel.status not in _TO_GIVE:
        raise ParcelNotReadyError(parcel.public_id)
    if parcel.order.status is not OrderStatus.PAID:
        raise OrderUnpaidError(parcel.order.public_id)


def _withdraw(session: Session, shipment: Shipment, actor: Actor) -> None:
    if shipment.status not in BEFORE_PICK_UP:
        raise ShipmentOpenError(shipment.public_id)
    close(session, shipment, ShipmentStatus.CANCELLED)
    audit.record(session, actor, "shipment.withdrawn", f"shipment:{shipment.public_id}")


def _new(parcel: Parcel, courier: Courier, status: ShipmentStatus) -> Shipment:
    key = public_id()
    return Shipment(
        public_id=key,
        booking_ref=key,
        parcel_id=parcel.id,
        courier=courier,
        status=status,
        status_changed_at=clock.now(),
        price_idr=Rupiah(parcel.shipping_idr),
    )


def _added(session: Session, shipment: Shipment, actor: Actor) -> Shipment:
    session.add(shipment)
    session.flush()  # the caller links to it
    audit.record(session, actor, "shipment.created", f"shipment:{shipment.public_id}", courier=shipment.courier.value)
    return shipment
