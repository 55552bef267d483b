"""Reads of the register."""

from collections.abc import Collection, Sequence
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


def registered(session: Session, business_ids: Collection[int]) -> list[Business]:
    """Return these businesses with their owners, by name."""
    rows = select(Business).options(joinedload(Business.owner)).where(Business.id.in_(business_ids))
    return list(session.scalars(rows.order_by(Business.name)))


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
