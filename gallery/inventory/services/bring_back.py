"""Pieces that a buyer brings back one by one, after they had arrived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core.locks import lock_rows
from gallery.inventory.errors import InvalidQuantityError
from gallery.inventory.models import StockItem, StockMovement
from gallery.inventory.services.receive import adjust
from gallery.inventory.states import MovementReason


@dataclass(frozen=True, slots=True)
class Brought:
    """So many pieces of a variant, after ``before`` others for which money was given back earlier."""

    before: int
    pieces: int


def bring_back(
    session: Session,
    sold_to: str,
    place_id: int,
    back: Mapping[int, Brought],
    *,
    document: str,
    is_damaged: bool,
    actor: Actor,
) -> None:
    """The pieces (variant id: how many) are in the lots again that ``sold_to`` took them from at the place.

    Damaged ones are written off at once. Never more than were sold there (:class:`InvalidQuantityError`).
    """
    sold = _sold(session, sold_to, place_id, back)
    lots = {key: _cut(sold.get(key, ()), one) for key, one in back.items()}
    lock_rows(session, StockItem, {item_id for some in lots.values() for item_id, _ in some})
    for item_id, pieces in sorted(lot for some in lots.values() for lot in some):
        moves = [(pieces, MovementReason.BUYER_RETURN, "in")]
        if is_damaged:
            moves.append((-pieces, MovementReason.DAMAGED, "out"))
        for delta, reason, side in moves:
            key = f"{document}:{item_id}:{side}"
            adjust(session, item_id, delta, reason=reason, document=document, request_key=key, actor=actor)


def _sold(
    session: Session, document: str, place_id: int, variants: Mapping[int, Brought]
) -> dict[int, Sequence[tuple[int, int]]]:
    """Return by variant (stock item, pieces) of what was sold, oldest movement first."""
    rows = session.execute(
        select(StockItem.variant_id, StockItem.id, -StockMovement.pieces)
        .join(StockMovement, StockMovement.stock_item_id == StockItem.id)
        .where(
            StockMovement.document == document,
            StockMovement.reason == MovementReason.SOLD,
            StockItem.place_id == place_id,
            StockItem.variant_id.in_(variants),
        )
        .order_by(StockMovement.id)
    ).all()
    return {key: [(item_id, pieces) for variant, item_id, pieces in rows if variant == key] for key in variants}


def _cut(sold: Sequence[tuple[int, int]], one: Brought) -> list[tuple[int, int]]:
    """Take the pieces out of the lots, after those before them."""
    found, skip, left = [], one.before, one.pieces
    for item_id, pieces in sold:
        gone = min(skip, pieces)
        skip -= gone
        now = min(left, pieces - gone)
        left -= now
        if now:
            found.append((item_id, now))
    if left:
        raise InvalidQuantityError(str(one.pieces))
    return found
