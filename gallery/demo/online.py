"""Parcels that online couriers bring: booked and told of as the couriers would, though nobody is called."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.checkout.queries import Review
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.delivery import services as delivery
from gallery.delivery.courier import Booking, Quote, RiderSeen
from gallery.delivery.models import CourierBooking, Shipment
from gallery.delivery.states import Courier, ShipmentStatus
from gallery.demo import invented
from gallery.demo.world import World

OFFERS: Final = (
    Quote(Courier.BITESHIP, "biteship:gojek.instant", Rupiah(19_000), "Gojek Instant", minutes_min=60, minutes_max=180),
    Quote(Courier.BITESHIP, "biteship:grab.instant", Rupiah(20_500), "Grab Instant", minutes_min=60, minutes_max=180),
    Quote(Courier.LALAMOVE, "lalamove:MOTORCYCLE", Rupiah(18_000), "Lalamove", minutes_min=45, minutes_max=120),
)
DRIVERS: Final = (("Rian Saputra", "BN 2218 PK"), ("Yoga Pratama", "BN 4471 QA"), ("Dedi Kurniawan", "BN 6035 PB"))
DRIVER_NUMBERS: Final = 950
WAY: Final = (
    ShipmentStatus.ACCEPTED,
    ShipmentStatus.PICKING_UP,
    ShipmentStatus.PICKED_UP,
    ShipmentStatus.IN_TRANSIT,
)
DEARER: Final = Rupiah(14_000)
RULES: Final = delivery.Rules(max_extra_idr=Rupiah(5_000), pin_from_idr=Rupiah(0))
PIN_RULES: Final = delivery.Rules(max_extra_idr=Rupiah(5_000), pin_from_idr=Rupiah(1))
"""Of the orders that shall show the number which the buyer tells at the door."""


def chosen(plan: Review, number: int) -> Review:
    """Let the buyer have chosen an online courier for each parcel: the demo asks nobody for a price.

    Where no rider of the neighbourhood goes, no other goes either: over the sea it stays as it is.
    """
    if not all(any(offer.courier is Courier.LOCAL_RIDER for offer in parcel.offers) for parcel in plan.parcels):
        return plan
    offer = OFFERS[number % len(OFFERS)]
    return plan.with_quotes([offer] * len(plan.parcels))


def book(session: Session, parcel_id: int, number: int, *, with_pin: bool, actor: Actor) -> CourierBooking:
    """The courier has the order and looks for a rider."""
    booking = delivery.want_booking(session, parcel_id, PIN_RULES if with_pin else RULES, actor=actor)
    booking.not_before = None  # whatever the hour at which the demo is made
    delivery.start_sending(session, booking.id)
    ref = f"CONTOH{number:04d}{parcel_id:05d}"
    url = f"https://example.org/lacak/{ref.lower()}"
    found = Booking(ref, tracking_url=url, status=ShipmentStatus.OFFERED, price_idr=Rupiah(booking.quoted_idr))
    return delivery.record_booked(session, booking.id, found)


def ask_too_much(session: Session, parcel_id: int, *, actor: Actor) -> None:
    """The courier wants so much more than the buyer paid that somebody has to decide."""
    booking = delivery.want_booking(session, parcel_id, RULES, actor=actor)
    dearer = Quote(booking.courier, booking.service, Rupiah(booking.paid_idr + DEARER))
    delivery.record_price(session, booking.id, dearer)


def way_to(last: ShipmentStatus) -> list[ShipmentStatus]:
    """Return what the courier says until it says this."""
    if last is ShipmentStatus.OFFERED:
        return []
    if last in WAY:
        return list(WAY[: WAY.index(last) + 1])
    return [*WAY, last]


def tell(world: World, parcel_id: int, number: int, moment: datetime, status: ShipmentStatus) -> None:
    """Let the courier say this about its newest order of the parcel."""

    def say(session: Session) -> None:
        name, plate = DRIVERS[number % len(DRIVERS)]
        newest = (
            select(CourierBooking)
            .join(Shipment, Shipment.id == CourierBooking.shipment_id)
            .where(Shipment.parcel_id == parcel_id)
            .order_by(CourierBooking.id.desc())
        )
        booking = session.scalars(newest.limit(1)).one()
        said = Booking(
            str(booking.booking_ref),
            status=status,
            rider=RiderSeen(name, invented.phone(DRIVER_NUMBERS + number % len(DRIVERS)), plate),
            occurred_at=clock.now(),
            expected_at=world.now + timedelta(minutes=35),
        )
        delivery.hear(session, booking.id, said, actor=Actor.system())

    world.agenda.at(moment, say)
