"""Loading regions from a file of the shape of ``data/regions.csv``."""

import csv
from collections.abc import Iterable
from importlib import resources
from typing import Final

from sqlalchemy.orm import Session

from gallery.regions.models import Region, RegionLevel

LEVELS: Final = tuple(RegionLevel)  # parents before children


def shipped_regions() -> list[dict[str, str]]:
    """Return the rows of the shipped file (Kemendagri codes; MIT data of cahyadsn/wilayah)."""
    text = resources.files("gallery.regions").joinpath("data/regions.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def load_regions(session: Session, rows: Iterable[dict[str, str]]) -> int:
    """Insert or update regions by code and return how many rows were read; none is ever deleted."""
    ordered = sorted(rows, key=lambda row: LEVELS.index(RegionLevel(row["level"])))
    for level in LEVELS:
        for row in (row for row in ordered if row["level"] == level):
            session.merge(
                Region(
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
                )
            )
        session.flush()  # a child's foreign key needs its parent
    return len(ordered)
