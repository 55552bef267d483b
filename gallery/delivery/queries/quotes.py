"""What it costs to send a parcel from one of our places to a village, and by whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.catalog.states import ShippingClass
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.delivery.courier import Item, Location, Quote, QuoteRequest
from gallery.delivery.limits import LOCAL_ONLY, Load, limit_of
from gallery.delivery.models import CarrierTariff, Rider, RiderArea, Tariff
from gallery.delivery.queries.online import Ask, online_book, way_of
from gallery.delivery.states import Courier
from gallery.delivery.tariffs import (
    METRES_PER_KM,
    CarrierRate,
    Point,
    RiderTariff,
    by_road,
    road_m,
    weight_steps,
)
from gallery.inventory.models import Place, PlaceKind
from gallery.regions.models import Region

WIB: Final = ZoneInfo("Asia/Jakarta")
SUBDISTRICT_LENGTH: Final = 8  # "19.71.05" of "19.71.05.1001"


def subdistrict_of(village_code: str) -> str:
    return village_code[:SUBDISTRICT_LENGTH]


def quote(
    session: Session,
    *,
    place_id: int,
    village_code: str,
    weight_g: int,
    at: datetime,
    classes: Collection[ShippingClass] = (),
) -> list[Quote]:
    """Return every way to send a parcel from this place: riders, then carriers by price, then pick-up.

    Riders only by road on one island, where somebody serves the subdistrict and the place has a tariff. Frozen and
    ready-to-eat goods never go by carrier.
    """
    load = Load(weight_g, classes=frozenset(classes))
    return quotes(session, loads={place_id: load}, village_code=village_code, at=at)[place_id].quotes


@dataclass(frozen=True, slots=True)
class Offers:
    """What takes a load now; ``asks`` are the questions to online couriers whose answers are not known yet."""

    quotes: list[Quote]
    asks: list[Ask]


def quotes(
    session: Session,
    *,
    loads: Mapping[int, Load],
    village_code: str,
    at: datetime,
    online: Collection[Courier] = (),
) -> dict[int, Offers]:
    """Return what takes the loads of several places (by place id) to one village, in five reads for all of them.

    ``online`` are the couriers that this installation can ask; they need four reads more.
    """
    places = _starts(session, loads)
    there = session.get(Region, village_code)
    requests = {place_id: _request(start, there, loads[place_id], at) for place_id, start in places.items()}
    book = _price_book(session, places, village_code)
    ways = online_book(
        session,
        online,
        subdistrict_code=subdistrict_of(village_code),
        gallery_ids={start.place.gallery_id for start in places.values()},
        ways={way_of(request, loads[place_id]) for place_id, request in requests.items()},
    )
    found: dict[int, Offers] = {}
    for place_id, start in places.items():
        place, request, load = start.place, requests[place_id], loads[place_id]
        by_them, asks = ways.offers(request, load, place.gallery_id)
        at_the_desk = [PICK_UP] if place.kind is PlaceKind.GALLERY else []
        by_us = [*book.by_rider(request), *book.by_carrier(request), *at_the_desk]
        found[place_id] = Offers([*(one for one in by_us if limit_of(one.service).takes(load)), *by_them], asks)
    return found


class _Start(NamedTuple):
    """A place with its village, and the point of its own door where a gallery gave one."""

    place: Place
    village: Region | None
    door: Point | None


def _starts(session: Session, place_ids: Collection[int]) -> dict[int, _Start]:
    rows = session.execute(
        select(Place, Region, Gallery.lat, Gallery.lon)
        .outerjoin(Region, Region.code == Place.village_code)
        .outerjoin(Gallery, Gallery.id == Place.gallery_id)
        .where(Place.id.in_(place_ids))
    )
    found = {
        place.id: _Start(place, village, None if lat is None or lon is None else Point(lat, lon))
        for place, village, lat, lon in rows
    }
    if len(found) != len(place_ids):
        raise NotFoundError("Place")
    return found


def _request(start: _Start, there: Region | None, load: Load, at: datetime) -> QuoteRequest:
    here = start.village
    return QuoteRequest(
        origin=_location(here, start.place.id, start.door),
        destination=_location(there),
        weight_g=load.weight_g,
        at=at,
        is_local_only=not LOCAL_ONLY.isdisjoint(load.classes),
        items=(Item("Paket", 1, load.value_idr, load.weight_g, is_food=load.is_food),),
        origin_address=here.name if here else "",
        destination_address=there.name if there else "",
    )


def rider_quotes(session: Session, request: QuoteRequest) -> list[Quote]:
    """Return what a local rider asks for this way: one quote or none."""
    place_id = request.origin.place_id
    return (
        _price_book(session, [place_id], request.destination.village_code).by_rider(request)
        if place_id is not None
        else []
    )


PICK_UP: Final = Quote(Courier.PICKUP, Courier.PICKUP.value, Rupiah(0))


@dataclass(frozen=True)
class _PriceBook:
    """The rows that decide about ways to one village."""

    tariffs: dict[int, Tariff]
    carriers: Sequence[CarrierTariff]
    is_served: bool

    def by_rider(self, request: QuoteRequest) -> list[Quote]:
        origin, destination = request.origin, request.destination
        tariff = self.tariffs.get(origin.place_id or 0)
        if tariff is None or not self.is_served or origin.point is None or destination.point is None:
            return []
        if not by_road(origin.island, destination.island, destination.main_island):
            return []
        metres = road_m(origin.point, destination.point, tariff.road_factor_bps)
        price = _rates(tariff).price(metres, request.weight_g)
        if price is None:
            return []
        day = 0 if request.at.astimezone(WIB).hour < tariff.cut_off_hour else 1
        return [Quote(Courier.LOCAL_RIDER, Courier.LOCAL_RIDER.value, price, "", metres, day, day)]

    def by_carrier(self, request: QuoteRequest) -> list[Quote]:
        way = (request.origin.island, request.destination.island)
        fitting = [row for row in self.carriers if (row.origin_island, row.destination_island) == way]
        offers = [
            Quote(
                Courier.EXPEDITION,
                f"{Courier.EXPEDITION}:{row.carrier} {row.service}",
                CarrierRate(row.first_kg_idr, row.next_kg_idr, row.grace_g).price(request.weight_g),
                f"{row.carrier} {row.service}",
                None,
                row.days_min,
                row.days_max,
            )
            for row in fitting
        ]
        return sorted(offers, key=lambda offer: (offer.price_idr, offer.service))


def _price_book(session: Session, place_ids: Collection[int], village_code: str) -> _PriceBook:
    tariffs = session.scalars(select(Tariff).where(Tariff.place_id.in_(place_ids), Tariff.is_active))
    serving = (
        select(Rider.id)
        .join(RiderArea, RiderArea.rider_id == Rider.id)
        .where(Rider.is_active, RiderArea.subdistrict_code == subdistrict_of(village_code))
    )
    island = select(Region.island).where(Region.code == village_code).scalar_subquery()
    carriers = select(CarrierTariff).where(CarrierTariff.destination_island == island, CarrierTariff.is_active)
    return _PriceBook(
        tariffs={tariff.place_id: tariff for tariff in tariffs},
        carriers=session.scalars(carriers).all(),
        is_served=session.scalar(serving.limit(1)) is not None,
    )


def _rates(tariff: Tariff) -> RiderTariff:
    return RiderTariff(
        base_idr=tariff.base_idr,
        base_m=tariff.base_km * METRES_PER_KM,
        per_km_idr=tariff.per_km_idr,
        minimum_idr=tariff.minimum_idr,
        road_factor_bps=tariff.road_factor_bps,
        weight_steps=weight_steps(tariff.weight_steps),
        max_m=tariff.max_km * METRES_PER_KM,
        max_g=tariff.max_weight_g,
    )


def _location(region: Region | None, place_id: int | None = None, door: Point | None = None) -> Location:
    if region is None:
        return Location("", "", None, None, None, place_id)
    middle = Point(region.lat, region.lon) if region.lat is not None and region.lon is not None else None
    return Location(region.code, region.postal_code or "", region.island, region.island_group, door or middle, place_id)
