"""Port: what the gallery asks of any courier, in the gallery's own words.

An adapter talks to one courier. No method is called inside a transaction: the caller commits what it wants, calls,
and commits what came of it. Every method may be called twice with the same key and must then answer the same.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from gallery.core.money import Rupiah
from gallery.delivery.states import Courier, ShipmentStatus
from gallery.delivery.tariffs import Point

# The signed link of a rider's page: what it is signed for, and how long it opens anything.
RIDER_LINK: Final = "rider"
RIDER_LINK_LIFE: Final = timedelta(days=30)
NOTHING: Final = Rupiah(0)
DAY_MIN: Final = 24 * 60
POINT_DIGITS: Final = 4  # about ten metres: enough for a proof, and no trace of anybody
# Read by riders, so always in their language.
FRAGILE: Final = "Pecah belah: jangan dibanting atau ditumpuk."
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
class Item:
    """Goods of one kind inside a parcel; ``value_idr`` and ``weight_g`` of one piece."""

    name: str
    quantity: int
    value_idr: Rupiah
    weight_g: int
    is_food: bool = True


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """``origin_address`` and ``destination_address`` are names of places only: nobody's door is told for a price."""

    origin: Location
    destination: Location
    weight_g: int
    at: datetime
    is_local_only: bool = False  # frozen, or eaten today
    items: tuple[Item, ...] = ()
    size_cm: tuple[int, int, int] | None = None
    value_idr: Rupiah = NOTHING
    origin_address: str = ""
    destination_address: str = ""
    within_s: float | None = None  # a later answer is of no use; none: as long as the courier may take

    @property
    def is_by_road(self) -> bool:
        """Whether a motorcycle can go the whole way: one island, no islet, both ends on the map."""
        ends = (self.origin, self.destination)
        islands = {island for end in ends for island in (end.island, end.main_island)}
        return len(islands) == 1 and None not in islands and all(end.point is not None for end in ends)


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
    minutes_min: int = 0  # of an instant courier, from booking to the door; 0: not told
    minutes_max: int = 0
    expires_at: datetime | None = None  # until then the courier holds this price; none: it is not promised
    quote_ref: str = ""  # what the adapter needs to book at this price, opaque to everybody else

    @property
    def takes_min(self) -> int | None:
        """The minutes that it takes at the longest; none where that is not told."""
        return self.minutes_max or self.days_max * DAY_MIN or None


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
    """``key`` is our own reference of this attempt: the same key never books twice; a new attempt has a new key.

    ``service`` and ``quote_ref`` are those of the :class:`Quote` that was chosen.
    """

    key: str
    pick_up: Stop
    drop_off: Stop
    weight_g: int
    value_idr: Rupiah
    price_idr: Rupiah
    service: str = ""
    quote_ref: str = ""
    items: tuple[Item, ...] = ()
    size_cm: tuple[int, int, int] | None = None
    order_number: str = ""
    note: str = ""
    is_fragile: bool = False

    @property
    def instructions(self) -> str:
        """What the rider should read: first that it breaks, then the buyer's own note."""
        return " ".join(part for part in (FRAGILE if self.is_fragile else "", self.note) if part)


@dataclass(frozen=True, slots=True)
class RiderSeen:
    """Who the courier says is coming."""

    name: str = ""
    phone: str = ""
    plate: str = ""
    photo_url: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """What a courier promised, or what it says now about what it promised.

    ``courier_token`` opens the rider's own page, for couriers that have none. ``status`` is none for a word that
    we do not know: ``said`` keeps it. ``key`` is our own reference where the courier gives it back.
    """

    booking_ref: str
    tracking_number: str = ""
    tracking_url: str = ""
    courier_token: str = ""
    key: str = ""
    status: ShipmentStatus | None = None
    said: str = ""
    price_idr: Rupiah | None = None
    rider: RiderSeen | None = None
    occurred_at: datetime | None = None
    expected_at: datetime | None = None
    recipient_name: str = ""
    proof_url: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CourierUpdate:
    """One notification, already authenticated and translated by an adapter.

    An online courier's notification is a hint: ``status`` none says only that something about the booking changed
    (a price, a rider, a word that we do not know). ``replaces_ref`` names the booking that this one continues.
    ``is_cash_received``: a rider was given all that the buyer had to pay at the door.
    """

    event_key: str
    booking_ref: str
    status: ShipmentStatus | None
    occurred_at: datetime
    recipient_name: str = ""
    reason: str = ""
    note: str = ""
    said: str = ""
    rider: RiderSeen | None = None
    price_idr: Rupiah | None = None
    tracking_number: str = ""
    tracking_url: str = ""
    replaces_ref: str = ""
    rank: int = 0  # among notices of the same moment the higher one is the later
    is_cash_received: bool = False
    place: Point | None = None  # where it was handed over, to :data:`POINT_DIGITS`


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call to a courier and its answer as they went over the wire: without secrets, but people are in it.

    ``what`` is "POST /v1/orders", ``status_code`` none when no answer came, ``error`` why it is of no use. Both texts
    are cut at 20,000 characters.
    """

    courier: Courier
    what: str
    at: datetime
    status_code: int | None
    duration_ms: int
    error: str
    request: str
    answer: str


_heard: ContextVar[list[Exchange] | None] = ContextVar("heard", default=None)


@contextmanager
def exchanges() -> Iterator[list[Exchange]]:
    """Collect what this thread says to couriers inside, failed calls too, so that the caller can keep it afterwards."""
    heard: list[Exchange] = []
    before = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(before)


def report(exchange: Exchange) -> None:
    """Let whoever listens (:func:`exchanges`) have this call; adapters do so after each one."""
    if (heard := _heard.get()) is not None:
        heard.append(exchange)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of an adapter about its own settings; ``detail`` holds no secret."""

    what: str
    is_ok: bool
    detail: str = ""


class CourierGateway(Protocol):
    """Implemented in gallery.integrations; the contract tests run against every implementation.

    What can go wrong is told by type, because what to do next depends on nothing else:
    :class:`CourierRefusedError` (a sure no: nothing was booked, another attempt is safe),
    :class:`CourierBusyError` (a sure not-yet: nothing was booked, ask again after ``retry_after_s``),
    :class:`CourierUnsureError` (the answer was lost: it may be booked; ask :meth:`find`, never :meth:`book` again).
    """

    courier: Courier
    finds_by_ordering: bool  # :meth:`find` makes the order where none was made: a rider may come of it

    def quote(self, request: QuoteRequest) -> list[Quote]:
        """Return every service that goes this way now, cheapest first; none is an empty list, not an error."""
        ...

    def book(self, request: BookingRequest) -> Booking:
        """Order the way, or return the booking already made under this key; raise one of the three errors."""
        ...

    def find(self, request: BookingRequest) -> Booking | None:
        """Return what was booked under this key after a lost answer, or none when surely nothing was.

        Raises :class:`CourierUnsureError` while it can not be known (some couriers have no way to ask).
        """
        ...

    def look(self, booking_ref: str) -> Booking:
        """Return what the courier itself says about a booking now; raise one of the three errors."""
        ...

    def cancel(self, booking_ref: str) -> None:
        """Take the booking back; :class:`CourierRefusedError` when it is too late for that."""
        ...

    def proof(self, proof_url: str) -> bytes:
        """Return the picture taken at the door; :class:`CourierRefusedError` for an address not the courier's own."""
        ...

    def read_updates(self, headers: Mapping[str, str], body: bytes, path: str) -> list[CourierUpdate]:
        """Return what the courier sent to this path of ours; a probe or a matter that is not ours is an empty list.

        Raises :class:`BadUpdateError` unless the courier sent this.
        """
        ...


class OnlineGateway(CourierGateway, Protocol):
    """A company with a server of its own. ``is_sandbox``: its orders are simulated and cost nothing."""

    is_sandbox: bool

    def check(self) -> list[Check]:
        """Say what can be known about the settings without an order; a call that fails is a finding, or raised."""
        ...
