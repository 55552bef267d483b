"""Reads of regions."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from gallery.regions.models import Region, RegionLevel

DISTRICT_CODE_LENGTH = 5  # "19.71"
SUBDISTRICT_CODE_LENGTH = 8  # "19.71.05"


def district_of(code: str) -> str:
    """Return the code of the regency or city that a code lies in: the first five characters."""
    return code[:DISTRICT_CODE_LENGTH]


def subdistrict_of(village_code: str) -> str:
    """Return the code of the subdistrict of a village."""
    return village_code[:SUBDISTRICT_CODE_LENGTH]


def districts(session: Session) -> list[Region]:
    """Return the regencies and cities by code."""
    rows = select(Region).where(Region.level == RegionLevel.REGENCY).order_by(Region.code)
    return list(session.scalars(rows))


def children(session: Session, code: str) -> list[Region]:
    """Return the regions directly below one, by name."""
    return list(session.scalars(select(Region).where(Region.parent_code == code).order_by(Region.name)))


def region(session: Session, code: str) -> Region | None:
    """Return one region, or None for a code that does not exist."""
    return session.get(Region, code)


def full_name(session: Session, village_code: str) -> str:
    """Return "village, subdistrict, district" for printing an address; "" for an unknown code."""
    village, subdistrict, district = aliased(Region), aliased(Region), aliased(Region)
    found = session.execute(
        select(village.name, subdistrict.name, district.name)
        .join(subdistrict, subdistrict.code == village.parent_code)
        .join(district, district.code == subdistrict.parent_code)
        .where(village.code == village_code)
    ).first()
    return ", ".join(found) if found else ""


def full_names(session: Session, village_codes: Collection[str]) -> dict[str, str]:
    """Return "village, subdistrict, district" of several villages by code, in one read."""
    village, subdistrict, district = aliased(Region), aliased(Region), aliased(Region)
    rows = session.execute(
        select(village.code, village.name, subdistrict.name, district.name)
        .join(subdistrict, subdistrict.code == village.parent_code)
        .join(district, district.code == subdistrict.parent_code)
        .where(village.code.in_(village_codes))
    )
    return {code: ", ".join(names) for code, *names in rows}


def villages_by_subdistrict(session: Session, districts_in: frozenset[str] | None) -> list[tuple[str, list[Region]]]:
    """Return ("district, subdistrict", villages) for these districts (None = all), for a grouped choice."""
    names: dict[str, str] = {code: name for code, name in session.execute(select(Region.code, Region.name))}  # noqa: C416
    rows = select(Region).where(Region.level == RegionLevel.VILLAGE).order_by(Region.code)
    groups: dict[str, list[Region]] = {}
    for village in session.scalars(rows):
        if districts_in is None or district_of(village.code) in districts_in:
            groups.setdefault(subdistrict_of(village.code), []).append(village)
    return [(f"{names[district_of(code)]}, {names[code]}", rows) for code, rows in groups.items()]
