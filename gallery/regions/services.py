"""Loading regions from a file of the shape of ``data/regions.csv``."""

import csv
from collections.abc import Iterable
from importlib import resources
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.regions.models import Region, RegionLevel

# The names that the file uses, parents before children; "district" is the English word of idn-area-data for kecamatan.
LEVELS: Final = {
    "province": RegionLevel.PROVINCE,
    "regency": RegionLevel.REGENCY,
    "district": RegionLevel.SUBDISTRICT,
    "village": RegionLevel.VILLAGE,
}


def shipped_regions() -> list[dict[str, str]]:
    """Return the rows of the shipped file (Kemendagri codes; MIT data of cahyadsn/wilayah)."""
    text = resources.files("gallery.regions").joinpath("data/regions.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def load_regions(session: Session, rows: Iterable[dict[str, str]]) -> int:
    """Insert or update regions by code and return how many rows were read; none is ever deleted."""
    given = list(rows)
    known = {region.code: region for region in session.scalars(select(Region))}  # kept: else each is asked for alone
    for name, level in LEVELS.items():
        for row in (row for row in given if row["level"] == name):
            region = _region(row, level)
            if region.code in known:
                session.merge(region)
            else:
                session.add(region)
        session.flush()  # a child's foreign key needs its parent
    return len(given)


def _region(row: dict[str, str], level: RegionLevel) -> Region:
    return Region(
        code=row["code"],
        level=level,
        type=row["type"],
        name=row["name"],
        parent_code=row["parent_code"] or None,
        bps_code=row["bps_code"] or None,
        postal_code=row["postal_code"] or None,
        lat=float(row["lat"]) if row["lat"] else None,
        lon=float(row["lon"]) if row["lon"] else None,
        island=row["island"] or None,
        island_group=row["island_group"] or None,
    )
