"""The directory of MSMEs: those that have something on sale, by name, and one of them with its story."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gallery.catalog.queries import MakerView, maker_columns
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.listing.models import ListingEntry
from gallery.regions.models import Region
from gallery.registry.models import Business

PAGE_SIZE: Final = 24


@dataclass(frozen=True, slots=True)
class BusinessCard(MakerView):
    """An MSME as the directory shows it."""

    photo_key: str | None


@dataclass(frozen=True, slots=True)
class BusinessPage:
    """One page of the directory; ``next_after`` is the public id after which the next one starts."""

    businesses: Sequence[BusinessCard]
    next_after: str | None


def business_directory(
    session: Session, *, district_code: str | None = None, after: str | None = None, limit: int = PAGE_SIZE
) -> BusinessPage:
    """Return MSMEs with products on sale by name, from the one after ``after`` on; an unknown cursor starts anew."""
    statement = _cards().where(Business.is_active, exists().where(ListingEntry.business_id == Business.id))
    if district_code:
        statement = statement.where(Business.district_code == district_code)
    if after and (
        row := session.execute(select(Business.name, Business.id).where(Business.public_id == after)).first()
    ):
        name, id_ = row
        statement = statement.where(Business.name >= name, or_(Business.name > name, Business.id > id_))
    rows = session.execute(statement.order_by(Business.name, Business.id).limit(limit + 1)).all()
    cards = [BusinessCard(*row) for row in rows[:limit]]
    return BusinessPage(cards, cards[-1].public_id if len(rows) > limit else None)


def business_card(session: Session, public_id: str) -> BusinessCard:
    """Return one active MSME, or raise :class:`NotFoundError`."""
    row = session.execute(_cards().where(Business.public_id == public_id, Business.is_active)).first()
    if row is None:
        raise NotFoundError(public_id)
    return BusinessCard(*row)


def business_count(session: Session, *, district_code: str | None = None) -> int:
    """Return how many MSMEs have something on sale."""
    statement = select(func.count()).select_from(Business)
    statement = statement.where(Business.is_active, exists().where(ListingEntry.business_id == Business.id))
    if district_code:
        statement = statement.where(Business.district_code == district_code)
    return session.execute(statement).scalar_one()


def _cards() -> Select[Any]:
    district, village = aliased(Region), aliased(Region)
    products = select(func.count()).where(ListingEntry.business_id == Business.id).scalar_subquery()
    return (
        select(*maker_columns(district, village, products), StoredFile.key)
        .join(district, district.code == Business.district_code)
        .outerjoin(village, village.code == Business.village_code)
        .outerjoin(StoredFile, StoredFile.id == Business.photo_file_id)
    )
