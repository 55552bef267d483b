"""Port: what the gallery asks of any courier, in the gallery's own words.

An adapter talks to one courier. No method is called inside a transaction: the caller commits what it wants, calls,
and commits what came of it. Every method may be called twice with the same key and must then answer the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from gallery.core.money import Rupiah
from gallery.delivery.states import Courier, ShipmentStatus
from gallery.delivery.tariffs import Point

# The signed link of a rider's page: what it is signed for, and how long it opens anything.
RIDER_LINK: Final = "rider"
RIDER_LINK_LIFE: Final = timedelta(days=30)
FORM_TYPE: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a way begins or ends; ``place_id`` is set where it is one of our own places."""

    village_code: str
    postal_code: str
    island: str | None
    main_island: str | None  # of the group; another name than ``island`` means an islet without a road net
    point: Point | None
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    origin: Location
    destination: Location
    weight_g: int
    at: datetime
    is_local_only: bool = False  # frozen, or eaten today


@dataclass(frozen=True, slots=True)
class Quote:
    """One way to send a parcel. ``service`` names it among its like and is what an order remembers."""

    courier: Courier
    service: str
    price_idr: Rupiah
    carrier: str = ""  # a proper name, shown as it is
    distance_m: int | None = None
    days_min: int = 0
    days_max: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the courier rings, and whom to ask for."""

    name: str
    phone: str
    address: str
    landmark: str
    location: Location


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """``key`` is our shipment's public id: the same key never books twice."""

    key: str
    pick_up: Stop
    drop_off: Stop
    weight_g: int
    value_idr: Rupiah
    price_idr: Rupiah


@dataclass(frozen=True, slots=True)
class Booking:
    """What a courier promised. ``courier_token`` opens the rider's own page, for couriers that have none."""

    booking_ref: str
    tracking_number: str = ""
    tracking_url: str = ""
    courier_token: str = ""


@dataclass(frozen=True, slots=True)
class CourierUpdate:
    """One notification, already authenticated and translated by an adapter."""

    event_key: str
    booking_ref: str
    status: ShipmentStatus
    occurred_at: datetime
    recipient_name: str = ""
    reason: str = ""
    note: str = ""


class CourierGateway(Protocol):
    """Implemented in gallery.integrations; the contract tests run against every implementation."""

    courier: Courier

    def quote(self, request: QuoteRequest) -> list[Quote]:
        """Return every service that goes this way now, cheapest first; none is an empty list, not an error."""
        ...

    def book(self, request: BookingRequest) -> Booking:
        """Order the way, or return the booking already made under this key; raise :class:`GatewayError`."""
        ...

    def cancel(self, booking_ref: str) -> None:
        """Take the booking back if the courier still allows it; raise :class:`GatewayError`."""
        ...

    def read_update(self, headers: Mapping[str, str], body: bytes) -> CourierUpdate:
        """Raise :class:`BadUpdateError` unless the courier sent this."""
        ...
