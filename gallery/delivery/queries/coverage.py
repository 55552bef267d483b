"""The table of where online couriers go: a filtered page of it, and all of it for a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from gallery.core import clock
from gallery.delivery.models import CourierCoverage
from gallery.delivery.states import Courier, CoverageSource
from gallery.regions.models import Region

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class CoverageFilter:
    """What to show: of a district, of a courier, from a source, only where it goes or does not; "" and none are all."""

    district: str = ""
    courier: Courier | None = None
    source: CoverageSource | None = None
    is_covered: bool | None = None


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One way, with the names of its places. ``expires_at`` none: people said so, and it has no end."""

    id: int
    subdistrict_code: str
    subdistrict: str
    district: str
    origin_island: str
    courier: Courier
    service: str
    is_covered: bool
    source: CoverageSource
    seen_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """One page of the table."""

    rows: Sequence[CoverageRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def coverage_page(session: Session, wanted: CoverageFilter, *, number: int = 1) -> CoveragePage:
    """Return one page by subdistrict; what was learnt and holds no more is left out. No such page is the first."""
    total = session.scalar(select(func.count(CourierCoverage.id)).where(*_conditions(wanted))) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    rows = session.execute(_rows(wanted).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return CoveragePage([CoverageRow(*row) for row in rows], total, number)


def all_coverage(session: Session, wanted: CoverageFilter) -> Sequence[CoverageRow]:
    """Return every row that the filter lets through, for the sheet."""
    return [CoverageRow(*row) for row in session.execute(_rows(wanted))]


def coverage_row(session: Session, row_id: int) -> CourierCoverage | None:
    """Return one row as it stands, or none when it is gone."""
    return session.get(CourierCoverage, row_id)


def known_services(session: Session) -> Sequence[str]:
    """Return the services that the table names, for the form's suggestions."""
    named = select(CourierCoverage.service).where(CourierCoverage.service != "")
    return session.scalars(named.distinct().order_by(CourierCoverage.service)).all()


def _rows(wanted: CoverageFilter) -> Any:
    subdistrict, district = aliased(Region), aliased(Region)
    return (
        select(
            CourierCoverage.id,
            CourierCoverage.subdistrict_code,
            subdistrict.name,
            district.name,
            CourierCoverage.origin_island,
            CourierCoverage.courier,
            CourierCoverage.service,
            CourierCoverage.is_covered,
            CourierCoverage.source,
            CourierCoverage.seen_at,
            CourierCoverage.expires_at,
        )
        .join(subdistrict, subdistrict.code == CourierCoverage.subdistrict_code)
        .join(district, district.code == subdistrict.parent_code)
        .where(*_conditions(wanted))
        .order_by(
            CourierCoverage.subdistrict_code,
            CourierCoverage.courier,
            CourierCoverage.service,
            CourierCoverage.origin_island,
        )
    )


def _conditions(wanted: CoverageFilter) -> list[ColumnElement[bool]]:
    found = [or_(CourierCoverage.expires_at.is_(None), CourierCoverage.expires_at > clock.now())]
    if wanted.district:
        found.append(CourierCoverage.subdistrict_code.startswith(f"{wanted.district}.", autoescape=True))
    if wanted.courier is not None:
        found.append(CourierCoverage.courier == wanted.courier)
    if wanted.source is not None:
        found.append(CourierCoverage.source == wanted.source)
    if wanted.is_covered is not None:
        found.append(CourierCoverage.is_covered.is_(wanted.is_covered))
    return found
