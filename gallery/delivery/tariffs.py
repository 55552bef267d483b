"""What a local rider and a parcel carrier cost: pure arithmetic in whole metres, grams and rupiah."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from gallery.core.money import BasisPoints, Rupiah

EARTH_RADIUS_M: Final = 6_371_008.8
METRES_PER_KM: Final = 1_000
GRAMS_PER_KG: Final = 1_000
ONE_IN_BPS: Final = 10_000
ROUNDING_IDR: Final = 500


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class WeightStep:
    """What is added once a parcel is heavier than ``over_g``."""

    over_g: int
    add_idr: Rupiah


@dataclass(frozen=True, slots=True)
class RiderTariff:
    """The rates of one place of origin; ``None`` as a limit means there is none."""

    base_idr: Rupiah
    base_m: int
    per_km_idr: Rupiah
    minimum_idr: Rupiah
    road_factor_bps: BasisPoints
    weight_steps: tuple[WeightStep, ...] = ()
    max_m: int | None = None
    max_g: int | None = None

    def price(self, road_m: int, weight_g: int) -> Rupiah | None:
        """Give what the buyer pays, or None where this tariff does not reach so far or carry so much."""
        if (self.max_m is not None and road_m > self.max_m) or (self.max_g is not None and weight_g > self.max_g):
            return None
        beyond_m = max(0, road_m - self.base_m)
        way = self.base_idr + _divide_up(self.per_km_idr * beyond_m, METRES_PER_KM)
        return round_up(Rupiah(max(way, self.minimum_idr) + self._surcharge(weight_g)))

    def _surcharge(self, weight_g: int) -> int:
        """Only the highest step that is exceeded counts: steps are totals, not sums."""
        exceeded = [step for step in self.weight_steps if weight_g > step.over_g]
        return max(exceeded, key=lambda step: step.over_g).add_idr if exceeded else 0


@dataclass(frozen=True, slots=True)
class CarrierRate:
    """What a parcel carrier asks between two islands."""

    first_kg_idr: Rupiah
    next_kg_idr: Rupiah
    grace_g: int = 0

    @classmethod
    def flat(cls, per_kg_idr: Rupiah) -> Self:
        return cls(first_kg_idr=per_kg_idr, next_kg_idr=per_kg_idr)

    def price(self, weight_g: int) -> Rupiah:
        """Price by started kilogram, at least one; ``grace_g`` is what carriers forgive per parcel."""
        kilograms = max(1, _divide_up(weight_g - self.grace_g, GRAMS_PER_KG))
        return Rupiah(self.first_kg_idr + (kilograms - 1) * self.next_kg_idr)


def weight_steps(rows: Sequence[Mapping[str, Any]]) -> tuple[WeightStep, ...]:
    """Read the steps as they are stored, lightest first."""
    steps = (WeightStep(int(row["over_g"]), Rupiah(int(row["add_idr"]))) for row in rows)
    return tuple(sorted(steps, key=lambda step: step.over_g))


def straight_m(origin: Point, destination: Point) -> int:
    """Great-circle distance (haversine) in whole metres."""
    lat1, lat2 = math.radians(origin.lat), math.radians(destination.lat)
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(destination.lon - origin.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return round(2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord))))


def road_m(origin: Point, destination: Point, factor: BasisPoints) -> int:
    """Give the way by road as the straight line made longer by the factor, rounded up."""
    return _divide_up(straight_m(origin, destination) * factor, ONE_IN_BPS)


def round_up(amount: Rupiah) -> Rupiah:
    """Round up to what can be paid with small change."""
    return Rupiah(_divide_up(amount, ROUNDING_IDR) * ROUNDING_IDR)


def by_road(origin_island: str | None, destination_island: str | None, main_island: str | None) -> bool:
    """Tell whether a rider can get there: both on the same island, and that is the main one of its group.

    Islets (``main_island`` differs from their own name) have no road net a rider could use.
    """
    return origin_island is not None and origin_island == destination_island == main_island


def _divide_up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
