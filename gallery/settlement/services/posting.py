"""Documents become entries of the journal, each once, by whoever comes first."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.db import insert_into
from gallery.settlement.models import JournalEntry, JournalLine, OwnerShare
from gallery.settlement.queries.drafts import Draft, Share, Source
from gallery.settlement.queries.sources import SOURCES, unposted

BATCH: Final = 200


def post_due(session: Session, window_days: int, limit: int = BATCH) -> int:
    """Post up to ``limit`` documents of each kind that have no entry yet; return how many entries were made.

    One document that makes no entry keeps all others from being posted: see :func:`post_documents`.
    """
    return sum(
        post_documents(session, source, ids, window_days)
        for source in SOURCES
        if (ids := unposted(session, source, limit))
    )


def post_documents(session: Session, source: Source, ids: Sequence[int], window_days: int) -> int:
    """Post these documents of one kind; return how many entries were made.

    ``window_days`` is the buyers' time to bring something back: shares are due after it. Raises ``ValueError`` for an
    entry that does not add up: none of these is posted then.
    """
    return sum(_posted(session, draft) for draft in source.drafts(session, ids, window_days))


def _posted(session: Session, draft: Draft) -> bool:
    """Add the entry unless another worker did; PostgreSQL waits for that one to decide."""
    if sum(draft.lines.values()):
        raise ValueError(f"{draft.kind} of {draft.document} does not add up: {draft.lines}")
    entry_id = session.scalar(
        insert_into(session, JournalEntry)
        .values(
            kind=draft.kind,
            source_id=draft.source_id,
            document=draft.document,
            number=draft.number,
            gallery_id=draft.gallery_id,
            happened_at=draft.happened_at,
            recorded_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[JournalEntry.kind, JournalEntry.source_id])
        .returning(JournalEntry.id)
    )
    if entry_id is None:
        return False
    lines = [
        {"entry_id": entry_id, "account": account, "party": party, "amount_idr": amount}
        for (account, party), amount in draft.lines.items()
    ]
    if lines:
        session.execute(insert(JournalLine), lines)
    if draft.shares:
        session.execute(insert(OwnerShare), [_row(entry_id, draft, one) for one in draft.shares])
    return True


def _row(entry_id: int, draft: Draft, one: Share) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "business_id": one.business_id,
        "gallery_id": one.gallery_id,
        "channel": one.channel,
        "kind": one.kind,
        "variant_id": one.variant_id,
        "lot_id": one.lot_id,
        "name": one.name,
        "pieces": one.pieces,
        "price_idr": one.price_idr,
        "gross_idr": one.gross_idr,
        "commission_idr": one.commission_idr,
        "share_idr": one.share_idr,
        "happened_at": draft.happened_at,
        "due_on": one.due_on,
    }
