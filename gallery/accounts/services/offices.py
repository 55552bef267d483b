"""Offices: those that come with the software (OPDs, each district's office for MSMEs), and those people add."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gallery.accounts.errors import OfficeTakenError
from gallery.accounts.models import Office
from gallery.accounts.permissions import Actor
from gallery.accounts.states import OfficeKind
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.regions.models import Region, RegionLevel
from gallery.regions.queries import district_of

SEAT = "19.71"
"""District of the provincial government: where its offices stand."""


def load_offices(session: Session, *, seat: str = SEAT, village_code: str | None = None) -> int:
    """Add offices that are not there yet, by kind and name, and return how many were added; none is ever changed.

    ``village_code`` is where the province's offices stand; without it no buyer is offered them.
    """
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


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """What people say about an office; one that is not active is offered to nobody from today on."""

    name: str
    short: str
    village_code: str
    address: str
    phone: str | None = None
    is_active: bool = True


def save_office(session: Session, facts: OfficeFacts, *, office_id: int | None = None, actor: Actor) -> Office:
    """There is an OPD with these facts, or the office that exists has them.

    The name of one that exists stays, so that orders of the past go on naming it as it was called. Raises
    :class:`OfficeTakenError` for a second one of that name, :class:`NotFoundError` for a village that does not exist.
    """
    village = session.get(Region, facts.village_code)
    if village is None or village.level is not RegionLevel.VILLAGE:
        raise NotFoundError("Region")
    office = _new_office(session, facts) if office_id is None else session.get_one(Office, office_id)
    office.short, office.address, office.phone = facts.short, facts.address, facts.phone
    office.district_code, office.village_code = district_of(village.code), village.code
    today = clock.today()
    if facts.is_active:
        office.valid_until = None
    elif office.valid_until is None or office.valid_until >= today:
        office.valid_until = today - timedelta(days=1)
    session.flush()  # callers link to the id
    told = {"village_code": village.code, "is_active": facts.is_active}
    audit.record(session, actor, "office.saved", f"office:{office.public_id}", **told)
    return office


def _new_office(session: Session, facts: OfficeFacts) -> Office:
    same = select(Office.id).where(Office.kind == OfficeKind.OPD, Office.name == facts.name)
    still = or_(Office.valid_until.is_(None), Office.valid_until >= clock.today())
    if session.scalar(same.where(still)) is not None:
        raise OfficeTakenError(facts.name)
    office = Office(kind=OfficeKind.OPD, name=facts.name, short=facts.short, district_code="")
    session.add(office)
    return office
