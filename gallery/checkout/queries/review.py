"""What an order would be now: parcels, prices, and everything that speaks against it."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.checkout.errors import LineProblem
from gallery.checkout.queries.cart import CartLineView
from gallery.checkout.queries.parcels import Pick, PlaceFacts, Wish, allocate
from gallery.core.money import Rupiah
from gallery.delivery.courier import Quote
from gallery.delivery.limits import LOCAL_ONLY, Load, box_of, limit_of
from gallery.delivery.queries import Ask, quotes
from gallery.delivery.states import Courier
from gallery.inventory.models import Place, PlaceKind
from gallery.orders.states import FulfilmentKind
from gallery.regions.models import Region

MOST_DETOURS: Final = 3
DAY_MINUTES: Final = 24 * 60
UNTOLD_DAYS: Final = 99
SHORT_LIST: Final = 4
PICK_UP: Final = Quote(Courier.PICKUP, Courier.PICKUP.value, Rupiah(0))


@dataclass(frozen=True, slots=True)
class Destination:
    """Where it shall go; incomplete while the buyer still chooses (no village, no gallery)."""

    kind: FulfilmentKind
    village_code: str | None = None
    gallery_id: int | None = None

    @property
    def is_complete(self) -> bool:
        chosen = self.gallery_id if self.kind is FulfilmentKind.PICKUP else self.village_code
        return chosen is not None


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """The part of a cart line that goes into one parcel."""

    line: CartLineView
    quantity: int

    @property
    def subtotal_idr(self) -> Rupiah:
        return Rupiah(self.line.price_idr * self.quantity)


@dataclass(frozen=True, slots=True)
class PlannedParcel:
    """What one place sends. ``quote`` is the chosen one of ``offers``, which are there cheapest first.

    It is none where nobody brings it, or while the destination is open.
    """

    place_id: int
    place_public_id: str
    place_name: str
    lines: tuple[PlannedLine, ...]
    offers: tuple[Quote, ...] = ()
    quote: Quote | None = None

    @property
    def weight_g(self) -> int:
        return sum(part.line.ship_weight_g * part.quantity for part in self.lines)

    @property
    def load(self) -> Load:
        return Load(
            self.weight_g,
            Rupiah(sum(part.subtotal_idr for part in self.lines)),
            frozenset(part.line.shipping_class for part in self.lines),
            box_of([(part.line.box_cm, part.quantity) for part in self.lines]),
            is_food=all(part.line.is_food for part in self.lines),
        )

    @property
    def fastest(self) -> Quote | None:
        """The offer that surely arrives first, where there is a choice; of equal ones the cheapest."""
        return min(self.offers, key=arrival, default=None) if len(self.offers) > 1 else None


def shortlist(parcel: PlannedParcel) -> tuple[Quote, ...]:
    """Return the offers that a buyer should see without opening anything: the cheapest few, the fastest, the chosen."""
    if len(parcel.offers) <= SHORT_LIST + 1:
        return parcel.offers
    marked = (parcel.fastest, parcel.quote)
    return tuple(offer for n, offer in enumerate(parcel.offers) if n < SHORT_LIST or offer in marked)


def arrival(offer: Quote) -> tuple[int, int]:
    """Order offers by when the parcel is there at the latest: days, then minutes; a rider of today has all day.

    A carrier that does not say how long it takes comes last.
    """
    is_untold = not offer.days_max and not offer.minutes_max and not limit_of(offer.service).is_instant
    return (UNTOLD_DAYS if is_untold else offer.days_max, offer.minutes_max or DAY_MINUTES)


@dataclass(frozen=True, slots=True)
class Review:
    """The whole picture. An order can be placed when ``is_ready``.

    ``asks`` are questions to online couriers whose answers are not known yet and might bring more offers.
    """

    lines: tuple[CartLineView, ...]
    parcels: tuple[PlannedParcel, ...]
    destination: Destination
    withdrawn: tuple[LineProblem, ...] = ()
    short: tuple[LineProblem, ...] = ()
    price_changed: tuple[LineProblem, ...] = ()
    asks: tuple[Ask, ...] = ()

    @property
    def goods_idr(self) -> Rupiah:
        return Rupiah(sum(line.subtotal_idr for line in self.lines))

    @property
    def shipping_idr(self) -> Rupiah | None:
        """The price of all parcels; none while it is not known."""
        prices = [parcel.quote.price_idr for parcel in self.parcels if parcel.quote is not None]
        return Rupiah(sum(prices)) if self.parcels and len(prices) == len(self.parcels) else None

    @property
    def total_idr(self) -> Rupiah:
        return Rupiah(self.goods_idr + (self.shipping_idr or 0))

    @property
    def undeliverable(self) -> tuple[PlannedParcel, ...]:
        if not self.destination.is_complete:
            return ()
        return tuple(parcel for parcel in self.parcels if parcel.quote is None)

    @property
    def is_ready(self) -> bool:
        return bool(self.lines and not self.withdrawn and not self.short and self.shipping_idr is not None)

    def with_quotes(self, quotes: Sequence[Quote]) -> "Review":
        """Return the same plan with one of these offers for each parcel, in their order."""
        pairs = zip(self.parcels, quotes, strict=True)
        return replace(self, parcels=tuple(replace(parcel, offers=(quote,), quote=quote) for parcel, quote in pairs))

    @property
    def seen(self) -> str:
        """Fingerprint of what the button promised: lines, prices, couriers, total.

        It decides nothing but "did it change?".
        """
        facts = [f"{line.variant_id}:{line.quantity}:{line.price_idr}" for line in self.lines]
        services = sorted(parcel.quote.service for parcel in self.parcels if parcel.quote is not None)
        text = "|".join([*sorted(facts), *services, str(self.shipping_idr), str(self.total_idr)])
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def review(
    session: Session,
    lines: Sequence[CartLineView],
    destination: Destination,
    *,
    at: datetime,
    chosen: Mapping[str, str] = MappingProxyType({}),
    online: Collection[Courier] = (),
) -> Review:
    """Split the lines into parcels, ask what each costs, and name what is withdrawn, short or dearer; ≤ 7 reads.

    ``chosen`` names a service for the parcel of a place (by public id); where it is not offered the cheapest goes.
    ``online`` are the couriers that can be asked; what they answered of late is there after four reads more.
    """
    withdrawn = tuple(_problem(line) for line in lines if not line.is_sellable)
    changed = tuple(_problem(line) for line in lines if line.is_sellable and line.price_changed)
    wanted = [line for line in lines if line.is_sellable]
    places = _places(session, {place for line in wanted for place in line.stock})
    pricing = _Pricing(session, destination, at, chosen, online)
    parcels, missing = _planned(session, wanted, places, pricing)
    short = tuple(_problem(line, missing[line.variant_id]) for line in wanted if line.variant_id in missing)
    asks = tuple({(ask.courier, ask.way): ask for ask in pricing.asks}.values())
    return Review(tuple(lines), tuple(parcels), destination, withdrawn, short, changed, asks)


def _planned(
    session: Session,
    lines: Sequence[CartLineView],
    places: Mapping[int, tuple[Place, PlaceFacts]],
    pricing: "_Pricing",
) -> tuple[list[PlannedParcel], dict[int, int]]:
    """Try again without the places from which nobody comes, as long as others can send everything."""
    facts = {place_id: fact for place_id, (_, fact) in places.items()}
    wishes = [Wish(line.variant_id, line.quantity, line.stock, line.shipping_class in LOCAL_ONLY) for line in lines]
    destination = pricing.destination
    island, only_place = _bounds(session, destination, places)
    without: set[int] = set()
    first: tuple[list[PlannedParcel], dict[int, int]] | None = None
    for _ in range(MOST_DETOURS):
        picks, missing = allocate(wishes, facts, island=island, only_place=only_place, without=without)
        parcels = pricing.priced(_grouped(picks, lines, places))
        first = first or (parcels, missing)
        stuck = {parcel.place_id for parcel in parcels if parcel.quote is None} if destination.is_complete else set()
        if not stuck and not missing:
            return parcels, missing
        without |= stuck
        if missing or not stuck:
            break
    return first or ([], {})


def _bounds(
    session: Session, destination: Destination, places: Mapping[int, tuple[Place, PlaceFacts]]
) -> tuple[str | None, int | None]:
    """Return the buyer's island, and the one place allowed for a pick-up (0: the gallery has nothing of it)."""
    if destination.kind is FulfilmentKind.PICKUP and destination.gallery_id is not None:
        here = [place.id for place, _ in places.values() if place.gallery_id == destination.gallery_id]
        return None, next(iter(here), 0)
    if destination.village_code is None:
        return None, None
    region = session.get(Region, destination.village_code)
    return (region.island_group if region else None), None


def _grouped(
    picks: Sequence[Pick], lines: Sequence[CartLineView], places: Mapping[int, tuple[Place, PlaceFacts]]
) -> list[PlannedParcel]:
    by_variant = {line.variant_id: line for line in lines}
    parts: dict[int, list[PlannedLine]] = defaultdict(list)
    for pick in picks:
        parts[pick.place_id].append(PlannedLine(by_variant[pick.variant_id], pick.pieces))
    named = {place_id: places[place_id][0] for place_id in parts}
    return [
        PlannedParcel(place_id, named[place_id].public_id, named[place_id].name, tuple(part))
        for place_id, part in sorted(parts.items())
    ]


@dataclass
class _Pricing:
    """Asks what parcels cost, and gathers the questions that stayed open on the way."""

    session: Session
    destination: Destination
    at: datetime
    chosen: Mapping[str, str]
    online: Collection[Courier]
    asks: list[Ask] = field(default_factory=list)

    def priced(self, parcels: list[PlannedParcel]) -> list[PlannedParcel]:
        if not parcels or not self.destination.is_complete:
            return parcels
        if self.destination.kind is FulfilmentKind.PICKUP:
            return [replace(parcel, quote=PICK_UP) for parcel in parcels]
        found = quotes(
            self.session,
            loads={parcel.place_id: parcel.load for parcel in parcels},
            village_code=str(self.destination.village_code),
            at=self.at,
            online=self.online,
        )
        self.asks += [ask for offers in found.values() for ask in offers.asks]
        return [
            _offered(parcel, found[parcel.place_id].quotes, self.chosen.get(parcel.place_public_id))
            for parcel in parcels
        ]


def _offered(parcel: PlannedParcel, found: Sequence[Quote], wanted: str | None) -> PlannedParcel:
    """The parcel with everything that brings it, cheapest first: the wanted service of them, or else the first."""
    brought = [offer for offer in found if offer.courier is not Courier.PICKUP]
    offers = sorted(brought, key=lambda offer: (offer.price_idr, arrival(offer), offer.service))
    quote = next((offer for offer in offers if offer.service == wanted), offers[0] if offers else None)
    return replace(parcel, offers=tuple(offers), quote=quote)


def _places(session: Session, place_ids: Collection[int]) -> dict[int, tuple[Place, PlaceFacts]]:
    rows = session.execute(
        select(Place, Region.island_group)
        .outerjoin(Region, Region.code == Place.village_code)
        .where(Place.id.in_(place_ids))
    )
    return {place.id: (place, PlaceFacts(place.id, place.kind is PlaceKind.GALLERY, island)) for place, island in rows}


def _problem(line: CartLineView, missing: int = 0) -> LineProblem:
    name = f"{line.product_name} {line.variant_name}".strip()
    return LineProblem(
        variant_id=line.variant_id,
        name=name,
        wanted=line.quantity,
        available=max(0, line.quantity - missing) if line.is_sellable else 0,
        seen_idr=line.price_seen_idr,
        now_idr=line.price_idr,
    )
