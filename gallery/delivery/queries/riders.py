"""The register of local riders, and the tariffs they ride by."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased, selectinload

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.delivery.models import CarrierTariff, Rider, RiderArea, Shipment, Tariff
from gallery.delivery.queries.quotes import subdistrict_of
from gallery.delivery.states import UNDER_WAY, ShipmentStatus
from gallery.inventory.models import Place, PlaceKind
from gallery.inventory.queries import place_in_scope
from gallery.payments.models import Payment
from gallery.payments.queries.cash import is_with_rider
from gallery.regions.models import Region, RegionLevel

PAGE_SIZE: Final = 50


def rider_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`Rider`: kept by a gallery the actor answers for."""
    return true() if scope.everything else Rider.gallery_id.in_(scope.galleries)


@dataclass(frozen=True, slots=True)
class RiderPage:
    """One page of the register, active riders first, by name."""

    rows: Sequence[Rider]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def riders(session: Session, scope: Scope, *, search: str = "", number: int = 1) -> RiderPage:
    """Return one page of the register with areas; a page that does not exist is the first one."""
    wanted = select(Rider).where(rider_in_scope(scope))
    if search:
        wanted = wanted.where(
            or_(Rider.name.icontains(search, autoescape=True), Rider.plate.icontains(search, autoescape=True))
        )
    total = session.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    page = wanted.options(selectinload(Rider.areas)).order_by(Rider.is_active.desc(), Rider.name, Rider.id)
    return RiderPage(session.scalars(page.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all(), total, number)


def rider(session: Session, public_id: str, scope: Scope) -> Rider:
    """Return one rider; :class:`NotFoundError` outside the scope."""
    found = session.scalar(select(Rider).where(Rider.public_id == public_id, rider_in_scope(scope)))
    if found is None:
        raise NotFoundError("Rider")
    return found


def open_jobs(session: Session, rider_ids: Sequence[int]) -> dict[int, int]:
    """Return how many parcels each rider has to bring now."""
    rows = session.execute(
        select(Shipment.rider_id, func.count())
        .where(Shipment.rider_id.in_(rider_ids), Shipment.status.in_(UNDER_WAY))
        .group_by(Shipment.rider_id)
    )
    return {rider_id: count for rider_id, count in rows if rider_id is not None}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rider who could take a parcel; ``declined`` says that this one has refused it before.

    ``carried_idr`` is what buyers paid at the door and the rider has not handed over.
    """

    public_id: str
    name: str
    plate: str
    phone: str
    covers: bool
    jobs: int
    declined: bool
    carried_idr: int = 0


def candidates(
    session: Session, parcel_id: int, *, origin_village: str | None, destination_village: str | None
) -> list[Candidate]:
    """Return active riders of the island of origin: who serves the destination first, then the least busy.

    Who has declined this parcel comes last: asking again is possible, but seldom the first thought.
    """
    island = select(Region.island).where(Region.code == origin_village).scalar_subquery()
    on_island = (
        select(RiderArea.rider_id)
        .join(Region, Region.parent_code == RiderArea.subdistrict_code)
        .where(Region.level == RegionLevel.VILLAGE, Region.island == island)
    )
    serving = select(RiderArea.rider_id).where(RiderArea.subdistrict_code == subdistrict_of(destination_village or ""))
    covers = case((Rider.id.in_(serving), 1), else_=0)
    jobs = (
        select(func.count())
        .where(Shipment.rider_id == Rider.id, Shipment.status.in_(UNDER_WAY))
        .correlate(Rider)
        .scalar_subquery()
    )
    refusing = select(Shipment.rider_id).where(
        Shipment.parcel_id == parcel_id,
        Shipment.status == ShipmentStatus.DECLINED,
        Shipment.rider_id.is_not(None),
    )
    declined = case((Rider.id.in_(refusing), 1), else_=0)
    carried = (
        select(func.coalesce(func.sum(Payment.amount_idr), 0))
        .where(Payment.collector_id == Rider.id, is_with_rider())
        .correlate(Rider)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Rider.public_id, Rider.name, Rider.plate, Rider.phone, covers, jobs, declined, carried)
        .where(Rider.is_active, Rider.id.in_(on_island))
        .order_by(declined, covers.desc(), jobs, Rider.name)
    )
    return [
        Candidate(p, n, plate, phone, bool(c), int(j), bool(d), int(carried_idr))
        for p, n, plate, phone, c, j, d, carried_idr in rows
    ]


def subdistricts(session: Session) -> list[tuple[Region, list[Region]]]:
    """Return each regency with its subdistricts, for the rider's area."""
    rows = session.scalars(
        select(Region).where(Region.level.in_([RegionLevel.REGENCY, RegionLevel.SUBDISTRICT])).order_by(Region.code)
    ).all()
    below: dict[str | None, list[Region]] = {}
    for region in rows:
        below.setdefault(region.parent_code, []).append(region)
    return [(row, below.get(row.code, [])) for row in rows if row.level is RegionLevel.REGENCY]


def names_of(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the names of regions."""
    rows = session.execute(select(Region.code, Region.name).where(Region.code.in_(codes)))
    return {code: name for code, name in rows}  # noqa: C416 - rows are not typed as pairs


def galleries(session: Session, scope: Scope) -> Sequence[Gallery]:
    """Return the galleries that may keep a rider's entry."""
    mine = true() if scope.everything else Gallery.id.in_(scope.galleries)
    return session.scalars(select(Gallery).where(mine, Gallery.is_active).order_by(Gallery.name)).all()


def places_with_tariff(session: Session, scope: Scope) -> list[tuple[Place, Tariff | None]]:
    """Return every active place with its tariff, if it has one: galleries first."""
    rows = session.execute(
        select(Place, Tariff)
        .outerjoin(Tariff, Tariff.place_id == Place.id)
        .where(place_in_scope(scope), Place.is_active)
        .order_by(case((Place.kind == PlaceKind.GALLERY, 0), else_=1), Place.name, Place.id)
    )
    return [(place, tariff) for place, tariff in rows]


def place_with_tariff(session: Session, place_public_id: str, scope: Scope) -> tuple[Place, Tariff | None]:
    """Return one place and its tariff; :class:`NotFoundError` outside the scope."""
    row = session.execute(
        select(Place, Tariff)
        .outerjoin(Tariff, Tariff.place_id == Place.id)
        .where(Place.public_id == place_public_id, place_in_scope(scope))
    ).first()
    if row is None:
        raise NotFoundError("Place")
    place, tariff = row
    return place, tariff


def carrier_tariffs(session: Session) -> Sequence[CarrierTariff]:
    """Return what carriers ask, by way and price."""
    return session.scalars(
        select(CarrierTariff).order_by(
            CarrierTariff.origin_island, CarrierTariff.destination_island, CarrierTariff.first_kg_idr
        )
    ).all()


def carrier_tariff(session: Session, tariff_id: int) -> CarrierTariff:
    """Return one price of a carrier, or raise :class:`NotFoundError`."""
    found = session.get(CarrierTariff, tariff_id)
    if found is None:
        raise NotFoundError("CarrierTariff")
    return found


def islands(session: Session) -> Sequence[str]:
    """Return the names of the islands, the main ones first."""
    is_main = func.max(case((Region.island == Region.island_group, 1), else_=0))
    named = select(Region.island).where(Region.level == RegionLevel.VILLAGE, Region.island.is_not(None))
    rows = session.scalars(named.group_by(Region.island).order_by(is_main.desc(), Region.island))
    return [name for name in rows if name]


def carriers(session: Session) -> Sequence[str]:
    """Return the names of carriers that can be chosen."""
    return session.scalars(
        select(CarrierTariff.carrier).where(CarrierTariff.is_active).distinct().order_by(CarrierTariff.carrier)
    ).all()


def villages_of_island(session: Session, village_code: str | None) -> list[tuple[str, str]]:
    """Return code and full name of the villages that share an island with this one, for a trial calculation."""
    island = select(Region.island).where(Region.code == village_code).scalar_subquery()
    parent = aliased(Region)
    rows = session.execute(
        select(Region.code, Region.name, parent.name)
        .join(parent, parent.code == Region.parent_code)
        .where(Region.level == RegionLevel.VILLAGE, Region.island == island)
        .order_by(parent.name, Region.name)
    )
    return [(code, f"{subdistrict}: {name}") for code, name, subdistrict in rows]
