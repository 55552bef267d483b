"""A packed parcel is given to somebody: a rider, a carrier, or the buyer at the desk."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.delivery.courier import Booking
from gallery.delivery.errors import CourierBookedError, ParcelNotReadyError, RiderUnavailableError, ShipmentOpenError
from gallery.delivery.models import CourierBooking, Rider, Shipment
from gallery.delivery.services.locking import last_shipment, locked_parcel, locked_shipment, open_shipment
from gallery.delivery.services.taking_back import end_cancelled, withdraw_booking
from gallery.delivery.services.updates import close
from gallery.delivery.states import BEFORE_PICK_UP, MAY_EXIST, ONLINE, Courier, ShipmentStatus
from gallery.orders import services as orders
from gallery.orders.errors import OrderUnpaidError
from gallery.orders.models import Parcel
from gallery.orders.states import OrderStatus, ParcelStatus

_TO_GIVE = frozenset({ParcelStatus.PACKED, ParcelStatus.FAILED})


def offer_to_rider(
    session: Session, parcel_id: int, rider_id: int, *, needs_pin: bool = False, actor: Actor
) -> Shipment:
    """The rider is asked; whoever was asked before and has not picked up is out of it. Asking twice asks once.

    ``needs_pin``: the buyer has to tell a number at the door.

    Raises :class:`ParcelNotReadyError`, :class:`OrderUnpaidError`, :class:`RiderUnavailableError`, and
    :class:`ShipmentOpenError` when somebody is on the way with it.
    """
    parcel = locked_parcel(session, parcel_id)
    rider = session.get(Rider, rider_id)
    if rider is None or not rider.is_active:
        raise RiderUnavailableError(str(rider_id))
    require_ready(parcel, is_rider=True)
    current = open_shipment(session, parcel)
    if current is not None and current.rider_id == rider.id:
        return current
    if current is not None:
        withdraw_open(session, current, actor)
    shipment = new_shipment(parcel, Courier.LOCAL_RIDER, ShipmentStatus.OFFERED)
    shipment.open_key, shipment.needs_pin = parcel.id, needs_pin
    shipment.rider_id, shipment.rider_name, shipment.rider_plate = rider.id, rider.name, rider.plate
    return add_shipment(session, shipment, actor)


def record_booking(session: Session, shipment_id: int, booking: Booking) -> Shipment:
    """Keep what the courier promised; afterwards its messages find the shipment by the booking's reference."""
    _parcel, shipment = locked_shipment(session, shipment_id)
    shipment.booking_ref = booking.booking_ref
    shipment.tracking_number = booking.tracking_number or shipment.tracking_number
    return shipment


def withdraw(session: Session, shipment_id: int, *, actor: Actor) -> Shipment:
    """Nobody is asked any more: the parcel waits for another courier. Refused once it was picked up.

    A rider who declined meanwhile is no longer asked: nothing is left to withdraw. An online courier is asked to take
    the booking back, and the attempt ends when it agrees.
    """
    _parcel, shipment = locked_shipment(session, shipment_id)
    if shipment.status in {ShipmentStatus.CANCELLED, ShipmentStatus.DECLINED}:
        return shipment
    if shipment.courier in ONLINE:
        booking_id = session.scalars(select(CourierBooking.id).where(CourierBooking.shipment_id == shipment.id)).one()
        withdraw_booking(session, booking_id, actor=actor)
    else:
        withdraw_open(session, shipment, actor)
    return shipment


def send_by_carrier(session: Session, parcel_id: int, *, carrier: str, tracking_number: str, actor: Actor) -> Shipment:
    """The parcel is with the carrier and has left the stock; the same number twice is one shipment."""
    parcel = locked_parcel(session, parcel_id)
    last = last_shipment(session, parcel)
    if last is not None and last.tracking_number == tracking_number and last.carrier == carrier:
        return last
    require_ready(parcel)
    current = open_shipment(session, parcel)
    if current is not None:
        withdraw_open(session, current, actor)
    shipment = new_shipment(parcel, Courier.EXPEDITION, ShipmentStatus.PICKED_UP)
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
    return add_shipment(session, shipment, actor)


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
    require_ready(parcel)
    current = open_shipment(session, parcel)
    if current is not None:
        withdraw_open(session, current, actor)
    shipment = new_shipment(parcel, Courier.PICKUP, ShipmentStatus.DELIVERED)
    shipment.recipient_name = recipient_name
    shipment.picked_up_at = shipment.ended_at = clock.now()
    orders.hand_over_parcel(session, parcel.id, actor=actor, courier=Courier.PICKUP.value)
    orders.deliver_parcel(session, parcel.id, actor=actor)
    return add_shipment(session, shipment, actor)


def require_ready(parcel: Parcel, *, is_rider: bool = False) -> None:
    """Raise :class:`ParcelNotReadyError` or :class:`OrderUnpaidError` unless the parcel can be given to somebody.

    Only a local rider takes one that is paid at the door.
    """
    if parcel.status not in _TO_GIVE:
        raise ParcelNotReadyError(parcel.public_id)
    if parcel.order.status is not OrderStatus.PAID and not (is_rider and parcel.order.is_paid_at_door):
        raise OrderUnpaidError(parcel.order.public_id)


def withdraw_open(session: Session, shipment: Shipment, actor: Actor) -> None:
    """End an attempt that nobody has begun to carry out.

    Raises :class:`ShipmentOpenError` once it was picked up, :class:`CourierBookedError` while an online courier has
    the order or may have it: it is asked to take it back first.
    """
    if shipment.status not in BEFORE_PICK_UP:
        raise ShipmentOpenError(shipment.public_id)
    if shipment.courier in ONLINE:
        booking = session.scalars(select(CourierBooking).where(CourierBooking.shipment_id == shipment.id)).one()
        if booking.status in MAY_EXIST or booking.is_in_doubt:
            raise CourierBookedError(shipment.public_id)
        end_cancelled(session, shipment, booking)
        return
    close(session, shipment, ShipmentStatus.CANCELLED)
    audit.record(session, actor, "shipment.withdrawn", f"shipment:{shipment.public_id}")


def new_shipment(parcel: Parcel, courier: Courier, status: ShipmentStatus) -> Shipment:
    """Return an attempt that is not in the session yet."""
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


def add_shipment(session: Session, shipment: Shipment, actor: Actor) -> Shipment:
    """The attempt stands, and the audit trail says so."""
    session.add(shipment)
    session.flush()  # the caller links to it
    audit.record(session, actor, "shipment.created", f"shipment:{shipment.public_id}", courier=shipment.courier.value)
    return shipment
