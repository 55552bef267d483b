"""The chain of movements of each place: what a link is, and which one is broken."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.inventory.models import StockChain, StockItem, StockLink, StockMovement

NO_HEAD: Final = (0, "")


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place in a chain that does not hold; ``movement_id`` is none where a link is missing."""

    place_id: int
    number: int
    movement_id: int | None
    why: str  # changed | missing | unlinked | head

    def __str__(self) -> str:
        return f"place {self.place_id}, link {self.number}, movement {self.movement_id or '-'}: {self.why}"


def link_hash(previous: str, number: int, movement: StockMovement, item: StockItem) -> str:
    """SHA-256 of the movement, whose pieces it moved, and the hash before it."""
    canonical = json.dumps(
        [
            *(number, item.place_id, item.id, item.variant_id, item.lot_id),
            *(movement.id, movement.pieces, str(movement.reason.value), movement.document, movement.note),
            *(movement.actor_id, movement.request_key),
            # As they are read back, whatever zone they were given in.
            *(at.astimezone(UTC).isoformat() for at in (movement.happened_at, movement.recorded_at)),
            *([] if movement.price_idr is None else [movement.price_idr]),
        ],
        separators=(",", ":"),
    )
    return hashlib.sha256((previous + canonical).encode()).hexdigest()


def chain_heads(session: Session) -> dict[int, tuple[int, str]]:
    """Return length and newest hash by place, to be noted outside the stock tables."""
    rows = session.execute(select(StockChain.place_id, StockChain.length, StockChain.head))
    return {place_id: (length, head) for place_id, length, head in rows}


def broken_links(session: Session) -> list[BrokenLink]:
    """Return the first broken link of every place whose chain does not hold; reads all movements, a row at a time."""
    broken = [
        BrokenLink(place_id, 0, movement_id, "unlinked")
        for place_id, movement_id in session.execute(
            select(StockItem.place_id, StockMovement.id)
            .join(StockItem, StockItem.id == StockMovement.stock_item_id)
            .outerjoin(StockLink, StockLink.movement_id == StockMovement.id)
            .where(StockLink.movement_id.is_(None))
            .order_by(StockMovement.id)
        )
    ]
    heads = chain_heads(session)
    places = {*heads, *session.scalars(select(StockLink.place_id).distinct())}  # a chain may have lost its head
    broken += [link for place in sorted(places) if (link := _first(session, place, heads.get(place, NO_HEAD)))]
    return broken


def _first(session: Session, place_id: int, head: tuple[int, str]) -> BrokenLink | None:
    rows = (
        select(StockLink, StockMovement, StockItem)
        .outerjoin(StockMovement, StockMovement.id == StockLink.movement_id)
        .outerjoin(StockItem, StockItem.id == StockMovement.stock_item_id)
        .where(StockLink.place_id == place_id)
        .order_by(StockLink.number)
        .execution_options(yield_per=500, populate_existing=True)
    )
    previous, number = "", 0
    with session.execute(rows) as chain:  # closed even where we stop at the first broken link
        for number, (link, movement, item) in enumerate(chain, start=1):
            if link.number != number or movement is None or item is None:
                return BrokenLink(place_id, number, link.movement_id, "missing")
            if item.place_id != place_id or link.hash != link_hash(previous, number, movement, item):
                return BrokenLink(place_id, number, link.movement_id, "changed")
            previous = link.hash
    return None if (number, previous) == head else BrokenLink(place_id, number, None, "head")
