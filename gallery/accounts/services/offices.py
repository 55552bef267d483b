"""The offices that come with the software: OPDs of the province, and each district's office for MSMEs."""

import csv
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Office
from gallery.accounts.states import OfficeKind

SEAT = "19.71"
"""District of the provincial government: where its offices stand."""


def load_offices(session: Session, *, seat: str = SEAT, village_code: str | None = None) -> int:
    """Add offices that are not there yet, by kind and name, and return how many were added; none is ever changed."""
    known = {(kind, name) for kind, name in session.execute(select(Office.kind, Office.name))}
    opds = [
        Office(kind=OfficeKind.OPD, name=row["name"], short=row["short"], district_code=seat, village_code=village_code)
        for row in _rows("gallery.accounts", "data/opd.csv")
    ]
    districts = [
        Office(
            kind=OfficeKind.DISTRICT_OFFICE,
            name=f"{row['msme_office'].split(' (')[0]} {row['name']}",
            short=row["msme_office"].partition("(")[2].rstrip(")").replace("nama perlu dicek", "") or "Dinas KUKM",
            district_code=row["code"],
        )
        for row in _rows("gallery.regions", "data/regencies.csv")
    ]
    added = [office for office in (*opds, *districts) if (office.kind, office.name) not in known]
    session.add_all(added)
    session.flush()
    return len(added)


def _rows(package: str, path: str) -> list[dict[str, str]]:
    text = resources.files(package).joinpath(path).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
