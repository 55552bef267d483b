"""All documents that make entries, in the order in which they are posted."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gallery.settlement.models import JournalEntry
from gallery.settlement.queries import bank, cash, counter, couriers, gateways, goods, lost_pieces, online
from gallery.settlement.queries.drafts import Source

SOURCES: Final[tuple[Source, ...]] = (
    *online.SOURCES,
    *gateways.SOURCES,
    *couriers.SOURCES,
    *counter.SOURCES,
    *goods.SOURCES,
    *lost_pieces.SOURCES,
    *bank.SOURCES,
    *cash.SOURCES,
)


def unposted(session: Session, source: Source, limit: int) -> Sequence[int]:
    """Return documents without their entry, oldest first."""
    return session.scalars(_unposted(source).limit(limit)).all()


def _unposted(source: Source) -> Select[int]:
    key = source.ids.selected_columns[0]
    posted = select(JournalEntry.id).where(JournalEntry.kind == source.kind, JournalEntry.source_id == key).exists()
    return source.ids.where(~posted).order_by(key)
