"""What proves that goods of high value reached their buyer: a number told at the door, or the buyer's own word.

The number is for local riders, who type it into their page. It is made from the parcel's public id with the
installation's secret, so it is stored nowhere: it can be shown to the buyer again, and a copy of the database does not
tell it. Riders of online couriers know no page of ours: there the buyer says on the order's page that the goods are
there, which takes the same secret, the link of the order or the account. Who says nothing is asked by staff.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.crypto import FieldCipher
from gallery.core.errors import NotFoundError
from gallery.core.outbox import emit
from gallery.delivery.errors import ParcelNotReadyError
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.services.locking import locked_booking, locked_shipment
from gallery.delivery.services.taking_back import SYSTEM
from gallery.delivery.states import ONLINE, ShipmentStatus

DIGITS: Final = 6
MOST_TRIES: Final = 5
PURPOSE: Final = "delivery_pin"
MAY_HAVE_ARRIVED: Final = frozenset(
    {ShipmentStatus.PICKED_UP, ShipmentStatus.IN_TRANSIT, ShipmentStatus.ON_HOLD, ShipmentStatus.DELIVERED}
)
"""The courier's word may come later than the goods."""


def pin_of(parcel_public_id: str, cipher: FieldCipher) -> str:
    """Return the six digits that the buyer of this parcel tells at the door."""
    return f"{int(cipher.blind_index(parcel_public_id, PURPOSE), 16) % 10**DIGITS:0{DIGITS}}"


def check_pin(session: Session, shipment_id: int, pin: str, *, cipher: FieldCipher) -> bool:
    """Tell whether this is the buyer's number, and keep that it was told. After five wrong ones none is right.

    Staff may still say in the rider's place what happened, with a reason.
    """
    parcel, shipment = locked_shipment(session, shipment_id)
    if not shipment.needs_pin or shipment.pin_proved_at is not None:
        return True
    if shipment.pin_tries >= MOST_TRIES:
        return False
    if pin.strip() == pin_of(parcel.public_id, cipher):
        shipment.pin_proved_at = clock.now()
        return True
    shipment.pin_tries += 1
    audit.record(session, SYSTEM, "shipment.pin_wrong", f"shipment:{shipment.public_id}", tries=shipment.pin_tries)
    return False


def confirm_receipt(session: Session, shipment_id: int, *, actor: Actor) -> Shipment:
    """The buyer of goods of high value has them; twice is once. The courier is asked where it thinks they are.

    Raises :class:`NotFoundError` where a number is told at the door or nothing has to be proved, and
    :class:`ParcelNotReadyError` while nobody has picked them up, or when they did not arrive.
    """
    _parcel, shipment = locked_shipment(session, shipment_id)
    booking_id = session.scalar(select(CourierBooking.id).where(CourierBooking.shipment_id == shipment.id))
    if not shipment.needs_pin or shipment.courier not in ONLINE or booking_id is None:
        raise NotFoundError("Shipment")
    if shipment.pin_proved_at is not None:
        return shipment
    if shipment.status not in MAY_HAVE_ARRIVED:
        raise ParcelNotReadyError(shipment.public_id)
    shipment.pin_proved_at = clock.now()
    audit.record(session, actor, "shipment.receipt_confirmed", f"shipment:{shipment.public_id}")
    if shipment.status is not ShipmentStatus.DELIVERED:
        emit(session, "delivery.look", booking_id=booking_id)
    return shipment


def confirm_for_buyer(session: Session, booking_id: int, *, note: str, actor: Actor) -> None:
    """Staff asked the buyer, who has the goods; the audit trail keeps how that is known."""
    _parcel, shipment, _booking = locked_booking(session, booking_id)
    if shipment.waits_for_buyer:
        shipment.pin_proved_at = clock.now()
        audit.record(session, actor, "shipment.receipt_confirmed", f"shipment:{shipment.public_id}", note=note)
