"""Ways on which an office tries a courier out: from each gallery to a neighbour, and over the sea."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.delivery.courier import BookingRequest, Item, Location, Quote, QuoteRequest, Stop
from gallery.delivery.queries.quotes import subdistrict_of
from gallery.delivery.tariffs import Point
from gallery.regions.models import Region, RegionLevel

WEIGHT_G: Final = 500
VALUE_IDR: Final = Rupiah(50_000)
GOODS: Final = (Item("Uji coba", 1, VALUE_IDR, WEIGHT_G),)
ANYBODY: Final = "+6281100000000"


@dataclass(frozen=True, slots=True)
class Trial:
    """A way to ask a price for, and what is needed to order it; no buyer is in it."""

    origin: str
    destination: str
    request: QuoteRequest
    sender: Stop

    def parcel(self, key: str, quote: Quote) -> BookingRequest:
        """Return a parcel of nothing for this way, at this price."""
        end = self.request.destination
        return BookingRequest(
            key=key,
            pick_up=self.sender,
            drop_off=Stop("Uji coba", ANYBODY, f"{self.destination} {end.postal_code}", "", end),
            weight_g=WEIGHT_G,
            value_idr=VALUE_IDR,
            price_idr=quote.price_idr,
            service=quote.service,
            quote_ref=quote.quote_ref,
            items=GOODS,
            order_number=key,
            note="Uji coba sistem, jangan diambil",
        )


def trials(session: Session) -> list[Trial]:
    """Return two ways from each open gallery: to the nearest village of another subdistrict, and to another island.

    Places without coordinates or postal code are left out: no courier can be asked about them.
    """
    rows = select(Region).where(
        Region.level == RegionLevel.VILLAGE,
        Region.island == Region.island_group,
        Region.lat.is_not(None),
        Region.lon.is_not(None),
        Region.postal_code.is_not(None),
    )
    villages = [(village, _location(village)) for village in session.scalars(rows.order_by(Region.code))]
    here = {village.code: (village, location) for village, location in villages}
    found = []
    for gallery in session.scalars(select(Gallery).where(Gallery.is_active).order_by(Gallery.id)):
        if gallery.village_code in here:
            found += _from(gallery, *here[gallery.village_code], villages)
    return found


def _from(
    gallery: Gallery, village: Region, start: Location, villages: Iterable[tuple[Region, Location]]
) -> list[Trial]:
    away = [pair for pair in villages if subdistrict_of(pair[0].code) != subdistrict_of(village.code)]
    near = [pair for pair in away if pair[1].island == start.island]
    far = [pair for pair in away if pair[1].island != start.island]
    sender = Stop(gallery.name, gallery.phone or ANYBODY, gallery.address, "", start)
    return [
        Trial(
            origin=village.name,
            destination=there.name,
            request=QuoteRequest(
                start,
                end,
                WEIGHT_G,
                clock.now(),
                items=GOODS,
                value_idr=VALUE_IDR,
                origin_address=village.name,
                destination_address=there.name,
            ),
            sender=sender,
        )
        for there, end in (min(group, key=lambda pair: _degrees(start, pair[1])) for group in (near, far) if group)
    ]


def _location(village: Region) -> Location:
    point = None if village.lat is None or village.lon is None else Point(village.lat, village.lon)
    return Location(village.code, village.postal_code or "", village.island, village.island_group, point)


def _degrees(one: Location, other: Location) -> float:
    if one.point is None or other.point is None:
        return math.inf
    return math.dist((one.point.lat, one.point.lon), (other.point.lat, other.point.lon))
