"""Reads of the register."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.registry.models import Business, Person

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class BusinessPage:
    """One page of the register by name; ``next_cursor`` continues it."""

    rows: Sequence[Business]
    next_cursor: str | None


def business_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a business lies in the scope: everywhere, its district, or itself."""
    if scope.everything:
        return true()
    inside: list[ColumnElement[bool]] = []
    if scope.districts:
        inside.append(Business.district_code.in_(scope.districts))
    if scope.businesses:
        inside.append(Business.id.in_(scope.businesses))
    return or_(*inside) if inside else false()


def business(session: Session, public_id: str, *, scope: Scope) -> Business:
    """Return one business with its owner; what is outside the scope does not exist."""
    row = session.scalar(
        select(Business)
        .options(joinedload(Business.owner))
        .where(Business.public_id == public_id, business_in_scope(scope))
    )
    if row is None:
        raise NotFoundError("business")
    return row


def businesses(session: Session, *, scope: Scope) -> list[Business]:
    """Return the active businesses of a scope by name, for a choice in a form."""
    rows = select(Business).where(business_in_scope(scope), Business.is_active).order_by(Business.name)
    return list(session.scalars(rows))


def business_page(
    session: Session, *, scope: Scope, text: str = "", district: str = "", cursor: str | None = None
) -> BusinessPage:
    """Return 50 businesses by name. ``cursor`` is "<id>" of the last row seen; a wrong one gives the first page."""
    rows = select(Business).options(joinedload(Business.owner)).where(business_in_scope(scope))
    if district:
        rows = rows.where(Business.district_code == district)
    if text:
        like = f"%{text.lower()}%"
        rows = rows.join(Person).where(or_(func.lower(Business.name).like(like), func.lower(Person.name).like(like)))
    last = session.get(Business, int(cursor)) if cursor and cursor.isdecimal() and len(cursor) < 10 else None  # noqa: PLR2004
    if last is not None:
        rows = rows.where(Business.name >= last.name, or_(Business.name > last.name, Business.id > last.id))
    found = session.scalars(rows.order_by(Business.name, Business.id).limit(PAGE_SIZE + 1)).all()
    more = len(found) > PAGE_SIZE
    return BusinessPage(found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].id) if more else None)


def match_business(
    session: Session, *, district_code: str, name: str, phone: str | None, nib: str | None
) -> Business | None:
    """Find the business that a row of a district's list means: the same NIB, else the same name and number.

    The name is compared without case and blanks. A name alone does not make two businesses one.
    """
    in_district = Business.district_code == district_code
    if nib:
        row = session.scalar(select(Business).where(Business.nib == nib, in_district))
        if row is not None:
            return row
    if not phone:
        return None
    candidates = session.scalars(select(Business).where(in_district, Business.phone == phone))
    wanted = _folded(name)
    return next((row for row in candidates if _folded(row.name) == wanted), None)


def _folded(name: str) -> str:
    return "".join(name.casefold().split())
