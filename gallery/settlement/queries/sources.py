"""All documents that make entries, in the order in which they are posted."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import select
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


def unposted(session: Session, source: Source, limit: int, *, but: Collection[int] = ()) -> Sequence[int]:
    """Return documents without their entry, oldest first, ``but`` those."""
    key = source.ids.selected_columns[0]
    posted = select(JournalEntry.id).where(JournalEntry.kind == source.kind, JournalEntry.source_id == key).exists()
    wanted = source.ids.where(~posted)
    if but:
        wanted = wanted.where(key.not_in(but))
    return session.scalars(wanted.order_by(key).limit(limit)).all()
