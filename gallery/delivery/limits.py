"""What each service carries at most, and which goods it refuses.

The figures (motorcycles 20 kg and a bag of 70 × 50 × 50 cm, instant services up to Rp10.000.000, nothing with alcohol)
are not taken from any courier's documents, which state none that hold for Indonesia: they are what is usual, kept on
the careful side, so that too much is offered nowhere. The office compares them with its contracts; a row is all that
changes. What a Lalamove vehicle carries is asked of Lalamove besides, city by city, and the smaller figure counts.

Goods that spoil (frozen, ready to eat) travel only within hours. Liquids do not fly. Bulky goods need a boot. What
breaks goes with anybody: riders read it in their instructions, on the label and on the packing slip.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gallery.catalog.states import ShippingClass
from gallery.core.money import Rupiah

_C = ShippingClass
LOCAL_ONLY: Final = frozenset({_C.FROZEN, _C.READY_TO_EAT})
"""Goods that do not survive a night on the way: they stay on the island."""
Box = tuple[int, int, int]
"""Sides of a box in centimetres, the longest first."""


_NOTHING: Final = Rupiah(0)


@dataclass(frozen=True, slots=True)
class Load:
    """What has to be sent together; ``size_cm`` is none where somebody's goods were never measured."""

    weight_g: int
    value_idr: Rupiah = _NOTHING
    classes: frozenset[ShippingClass] = frozenset()
    size_cm: Box | None = None
    is_food: bool = False  # all of it is eaten or drunk


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a service takes; ``None`` says that nobody sets a limit here."""

    refused: frozenset[ShippingClass] = frozenset()
    max_g: int | None = None
    max_cm: Box | None = None
    max_value_idr: Rupiah | None = None
    is_instant: bool = False  # by road, within hours: never over the sea, never to an islet

    def takes(self, load: Load) -> bool:
        """Whether nothing about the load speaks against this service; an unknown size does not."""
        return (
            self.refused.isdisjoint(load.classes)
            and (self.max_g is None or load.weight_g <= self.max_g)
            and (self.max_value_idr is None or load.value_idr <= self.max_value_idr)
            and (self.max_cm is None or load.size_cm is None or _fits(load.size_cm, self.max_cm))
        )


_BIKE: Final = Limit(frozenset({_C.BULKY, _C.ALCOHOL}), 20_000, (70, 50, 50), Rupiah(10_000_000), is_instant=True)
_SMALL_BIKE: Final = Limit(_BIKE.refused, 20_000, (50, 40, 40), Rupiah(10_000_000), is_instant=True)
_CAR: Final = Limit(frozenset({_C.ALCOHOL}), 150_000, (170, 100, 60), Rupiah(20_000_000), is_instant=True)
_PARCEL: Final = Limit(LOCAL_ONLY | {_C.ALCOHOL}, 50_000, (120, 80, 80), Rupiah(50_000_000))
_AIR: Final = Limit(_PARCEL.refused | {_C.LIQUID}, 30_000, (100, 60, 60), Rupiah(20_000_000))
# Our own tables have their limits of weight and distance themselves, and their riders are asked one by one.
_NEIGHBOUR: Final = Limit(is_instant=True)
_CARRIER: Final = Limit(LOCAL_ONLY)

LIMITS: Final = {
    "local_rider": _NEIGHBOUR,
    "expedition": _CARRIER,
    "pickup": Limit(),
    "lalamove": _BIKE,
    "lalamove:motorcycle": _SMALL_BIKE,
    "lalamove:sedan": _CAR,
    "lalamove:mpv": _CAR,
    "lalamove:van": _CAR,
    "grab_express": _BIKE,
    "grab_express:instant_car": _CAR,
    "grab_express:same_day_car": _CAR,
    "biteship": _PARCEL,
    "biteship:gojek": _BIKE,
    "biteship:grab": _BIKE,
    "biteship:grab.instant_car": _CAR,
    "biteship:lalamove": _BIKE,
    "biteship:lalamove.motorcycle": _SMALL_BIKE,
    "biteship:borzo": _BIKE,
    "biteship:paxel": _BIKE,
    "biteship:jne.yes": _AIR,
    "biteship:sicepat.best": _AIR,
    "biteship:tiki.ons": _AIR,
}
"""Limits by service: the longest name that fits counts ("biteship:jne.reg" has none of its own, so "biteship")."""


def limit_of(service: str) -> Limit:
    """Return what a service takes; of a courier that is not in the table, what a parcel carrier takes."""
    courier, _colon, rest = service.lower().partition(":")
    company = f"{courier}:{rest.partition('.')[0]}"
    names = (f"{courier}:{rest}", company, courier)
    return next((LIMITS[name] for name in names if name in LIMITS), _PARCEL)


def limits_of(courier: str) -> list[Limit]:
    """Return the limits of all services of a courier."""
    return [limit for name, limit in LIMITS.items() if name.partition(":")[0] == courier]


def sides_of(length_mm: int | None, width_mm: int | None, height_mm: int | None) -> Box | None:
    """Return the box of one piece in whole centimetres, rounded up; none where it was never measured."""
    if not (length_mm and width_mm and height_mm):
        return None
    return (-(-length_mm // 10), -(-width_mm // 10), -(-height_mm // 10))


def box_of(pieces: Collection[tuple[Box | None, int]]) -> Box | None:
    """Return the box that all pieces (sides, how many) need: as long and wide as the largest, as high as the sum.

    None as soon as one of them has no measures.
    """
    length = width = height = volume = 0
    for sides, count in pieces:
        if sides is None:
            return None
        longest, middle, shortest = sorted(sides, reverse=True)
        length, width, height = max(length, longest), max(width, middle), max(height, shortest)
        volume += longest * middle * shortest * count
    if not volume:
        return None
    return _ordered(length, width, max(height, -(-volume // (length * width))))


def _fits(box: Box, most: Box) -> bool:
    return all(side <= limit for side, limit in zip(_ordered(*box), _ordered(*most), strict=True))


def _ordered(*sides: int) -> Box:
    longest, middle, shortest = sorted(sides, reverse=True)
    return longest, middle, shortest
