"""Addresses of everything on sale, for short links and for search engines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.listing.models import ListingEntry
from gallery.registry.models import Business

BLOCK: Final = 10_000


class Address(NamedTuple):
    """What an address is made of, and since when its page stands."""

    public_id: str
    slug: str
    since: datetime


def product_blocks(session: Session) -> int:
    """Return in how many blocks of ids the products lie."""
    last = session.execute(select(func.max(ListingEntry.product_id))).scalar()
    return 0 if last is None else last // BLOCK + 1


def product_addresses(session: Session, block: int) -> Sequence[Address]:
    """Return the products of one block; a block beyond the last one has none."""
    if block >= product_blocks(session):
        return []  # its numbers might be larger than the column can hold
    columns = (ListingEntry.public_id, ListingEntry.slug, ListingEntry.published_at)
    in_block = ListingEntry.product_id.between(block * BLOCK, (block + 1) * BLOCK - 1)
    return [Address(*row) for row in session.execute(select(*columns).where(in_block))]


def business_addresses(session: Session, limit: int = BLOCK) -> Sequence[Address]:
    """Return the MSMEs that have something on sale, the newest first."""
    columns = (Business.public_id, Business.slug, Business.created_at)
    selling = Business.id.in_(select(ListingEntry.business_id))
    rows = session.execute(
        select(*columns).where(selling, Business.is_active).order_by(Business.id.desc()).limit(limit)
    )
    return [Address(*row) for row in rows]
