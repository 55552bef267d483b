"""What an order would be now: parcels, prices, and everything that speaks against it."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.checkout.errors import LineProblem
from gallery.checkout.queries.cart import CartLineView
from gallery.checkout.queries.parcels import Pick, PlaceFacts, Wish, allocate
from gallery.core.money import Rupiah
from gallery.delivery.courier import Quote
from gallery.delivery.queries import LOCAL_ONLY, quotes
from gallery.delivery.states import Courier
from gallery.inventory.models import Place, PlaceKind
from gallery.orders.states import FulfilmentKind
from gallery.regions.models import Region

MOST_DETOURS: Final = 3
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
    """What one place sends. ``quote`` is none where nobody brings it, or while the destination is open."""

    place_id: int
    place_name: str
    lines: tuple[PlannedLine, ...]
    quote: Quote | None = None

    @property
    def weight_g(self) -> int:
        return sum(part.line.ship_weight_g * part.quantity for part in self.lines)

    @property
    def stays_on_island(self) -> bool:
        return any(part.line.shipping_class in LOCAL_ONLY for part in self.lines)


@dataclass(frozen=True, slots=True)
class Review:
    """The whole picture. An order can be placed when ``is_ready``."""

    lines: tuple[CartLineView, ...]
    parcels: tuple[PlannedParcel, ...]
    destination: Destination
    withdrawn: tuple[LineProblem, ...] = ()
    short: tuple[LineProblem, ...] = ()
    price_changed: tuple[LineProblem, ...] = ()

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

    @property
    def seen(self) -> str:
        """Fingerprint of what the button promised: lines, prices, total. It decides nothing but "did it change?"."""
        facts = [f"{line.variant_id}:{line.quantity}:{line.price_idr}" for line in self.lines]
        text = "|".join([*sorted(facts), str(self.shipping_idr), str(self.total_idr)])
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def review(session: Session, lines: Sequence[CartLineView], destination: Destination, *, at: datetime) -> Review:
    """Split the lines into parcels, ask what each costs, and name what is withdrawn, short or dearer; ≤ 7 reads."""
    withdrawn = tuple(_problem(line) for line in lines if not line.is_sellable)
    changed = tuple(_problem(line) for line in lines if line.is_sellable and line.price_changed)
    wanted = [line for line in lines if line.is_sellable]
    places = _places(session, {place for line in wanted for place in line.stock})
    parcels, missing = _planned(session, wanted, places, destination, at)
    short = tuple(_problem(line, missing[line.variant_id]) for line in wanted if line.variant_id in missing)
    return Review(tuple(lines), tuple(parcels), destination, withdrawn, short, changed)


def _planned(
    session: Session,
    lines: Sequence[CartLineView],
    places: Mapping[int, tuple[Place, PlaceFacts]],
    destination: Destination,
    at: datetime,
) -> tuple[list[PlannedParcel], dict[int, int]]:
    """Try again without the places from which nobody comes, as long as others can send everything."""
    facts = {place_id: fact for place_id, (_, fact) in places.items()}
    wishes = [Wish(line.variant_id, line.quantity, line.stock, line.shipping_class in LOCAL_ONLY) for line in lines]
    island, only_place = _bounds(session, destination, places)
    without: set[int] = set()
    first: tuple[list[PlannedParcel], dict[int, int]] | None = None
    for _ in range(MOST_DETOURS):
        picks, missing = allocate(wishes, facts, island=island, only_place=only_place, without=without)
        parcels = _priced(session, _grouped(picks, lines, places), destination, at)
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
    return [PlannedParcel(place_id, places[place_id][0].name, tuple(part)) for place_id, part in sorted(parts.items())]


def _priced(
    session: Session, parcels: list[PlannedParcel], destination: Destination, at: datetime
) -> list[PlannedParcel]:
    if not parcels or not destination.is_complete:
        return parcels
    if destination.kind is FulfilmentKind.PICKUP:
        return [_with(parcel, PICK_UP) for parcel in parcels]
    weights = {parcel.place_id: parcel.weight_g for parcel in parcels}
    offers = quotes(session, weights=weights, village_code=str(destination.village_code), at=at)
    return [_with(parcel, _cheapest(parcel, offers[parcel.place_id])) for parcel in parcels]


def _cheapest(parcel: PlannedParcel, offers: Sequence[Quote]) -> Quote | None:
    """A rider on the same road, else the cheapest carrier; what must stay fresh never goes by carrier."""
    usable = [
        offer
        for offer in offers
        if offer.courier is not Courier.PICKUP and not (parcel.stays_on_island and offer.courier is Courier.EXPEDITION)
    ]
    return min(usable, key=lambda offer: (offer.price_idr, offer.service), default=None)


def _with(parcel: PlannedParcel, quote: Quote | None) -> PlannedParcel:
    return PlannedParcel(parcel.place_id, parcel.place_name, parcel.lines, quote)


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
