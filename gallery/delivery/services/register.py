"""The register of riders and the tariffs they ride by."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.money import BasisPoints, Rupiah
from gallery.delivery.errors import CarrierTariffTakenError, NoCoverageError, PhoneTakenError
from gallery.delivery.models import CarrierTariff, Rider, RiderArea, Tariff
from gallery.delivery.tariffs import WeightStep
from gallery.inventory.models import Place
from gallery.regions.models import Region, RegionLevel


@dataclass(frozen=True, slots=True)
class RiderFacts:
    """What the register says about a rider. ``phone`` is E.164."""

    name: str
    phone: str
    plate: str
    gallery_id: int | None
    subdistricts: Collection[str]
    is_active: bool = True


def save_rider(session: Session, facts: RiderFacts, *, rider_id: int | None = None, actor: Actor) -> Rider:
    """The register says this; unknown subdistricts raise :class:`NotFoundError`, a used number PhoneTakenError."""
    taken = select(Rider.id).where(Rider.phone == facts.phone)
    if rider_id is not None:
        taken = taken.where(Rider.id != rider_id)
    if session.scalar(taken) is not None:
        raise PhoneTakenError
    rider = session.get(Rider, rider_id) if rider_id is not None else Rider()
    if rider is None:
        raise NotFoundError("Rider")
    rider.name, rider.phone, rider.plate = facts.name, facts.phone, facts.plate
    rider.gallery_id, rider.is_active = facts.gallery_id, facts.is_active
    session.add(rider)
    _set_areas(session, rider, set(facts.subdistricts))
    session.flush()  # the audit row names the public id
    action = "rider.changed" if rider_id is not None else "rider.added"
    audit.record(session, actor, action, f"rider:{rider.public_id}", is_active=facts.is_active)
    return rider


def _set_areas(session: Session, rider: Rider, wanted: set[str]) -> None:
    known = select(Region.code).where(Region.code.in_(wanted), Region.level == RegionLevel.SUBDISTRICT)
    if set(session.scalars(known)) != wanted:
        raise NotFoundError("Region")
    kept = [area for area in rider.areas if area.subdistrict_code in wanted]
    fresh = wanted - {area.subdistrict_code for area in kept}
    rider.areas = [*kept, *(RiderArea(subdistrict_code=code) for code in sorted(fresh))]


@dataclass(frozen=True, slots=True)
class TariffFacts:
    """The rates of one place."""

    base_idr: Rupiah
    base_km: int
    per_km_idr: Rupiah
    minimum_idr: Rupiah
    road_factor_bps: BasisPoints
    weight_steps: tuple[WeightStep, ...]
    max_km: int
    max_weight_g: int
    cut_off_hour: int
    is_active: bool


def save_tariff(session: Session, place_id: int, facts: TariffFacts, *, actor: Actor) -> Tariff:
    """Riders of this place ride by these rates; :class:`NoCoverageError` where no road net begins."""
    place = session.get(Place, place_id)
    if place is None:
        raise NotFoundError("Place")
    village = session.get(Region, place.village_code) if place.village_code else None
    if village is None or village.island is None or village.island != village.island_group:
        raise NoCoverageError(place.public_id)
    tariff = session.scalar(select(Tariff).where(Tariff.place_id == place_id)) or Tariff(place_id=place_id)
    values = asdict(facts) | {"weight_steps": [asdict(step) for step in facts.weight_steps]}
    for name, value in values.items():
        setattr(tariff, name, value)
    tariff.updated_at = clock.now()
    session.add(tariff)
    session.flush()  # checked by the database before the audit row is written
    audit.record(session, actor, "tariff.changed", f"place:{place.public_id}", **values)
    return tariff


@dataclass(frozen=True, slots=True)
class CarrierFacts:
    """What a carrier asks from one island to another."""

    carrier: str
    service: str
    origin_island: str
    destination_island: str
    first_kg_idr: Rupiah
    next_kg_idr: Rupiah
    grace_g: int
    days_min: int
    days_max: int
    is_active: bool


def save_carrier_tariff(
    session: Session, facts: CarrierFacts, *, tariff_id: int | None = None, actor: Actor
) -> CarrierTariff:
    """The carrier asks this; :class:`CarrierTariffTakenError` when the way already has a row of that service."""
    same = select(CarrierTariff.id).where(
        CarrierTariff.carrier == facts.carrier,
        CarrierTariff.service == facts.service,
        CarrierTariff.origin_island == facts.origin_island,
        CarrierTariff.destination_island == facts.destination_island,
    )
    if session.scalar(same) not in {None, tariff_id}:
        raise CarrierTariffTakenError
    tariff = session.get(CarrierTariff, tariff_id) if tariff_id is not None else CarrierTariff()
    if tariff is None:
        raise NotFoundError("CarrierTariff")
    values = asdict(facts)
    for name, value in values.items():
        setattr(tariff, name, value)
    session.add(tariff)
    session.flush()  # the audit row names the id
    audit.record(session, actor, "carrier_tariff.changed", f"carrier_tariff:{tariff.id}", **values)
    return tariff
