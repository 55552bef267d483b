"""The stock card (kartu stok): opening, every movement with its balance, closing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.core import clock
from gallery.inventory.models import Lot, Place, StockItem, StockMovement

CARD_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class CardLine:
    """A movement, with what was there after it. ``who`` is empty for the system."""

    movement: StockMovement
    lot: Lot
    place: Place
    who: str
    balance: int


@dataclass(frozen=True, slots=True)
class StockCard:
    """A page of a card. ``opening`` and ``closing`` are those of the whole period, in pieces, as booked.

    ``carried`` is the balance before the first line of this page; ``next_after`` continues the card.
    """

    opening: int
    came: int
    went: int
    carried: int
    lines: Sequence[CardLine]
    next_after: int | None

    @property
    def closing(self) -> int:
        return self.opening + self.came - self.went


def stock_card(
    session: Session,
    item_ids: Collection[int],
    *,
    since: date | None = None,
    until: date | None = None,
    after: int = 0,
    limit: int | None = CARD_SIZE,
) -> StockCard:
    """Return the movements of these rows that were booked from ``since`` to ``until`` (both included), oldest first.

    ``after`` is the id of the last movement of the page before; no ``limit`` gives all.
    """
    mine = StockMovement.stock_item_id.in_(item_ids)
    inside: list[ColumnElement[bool]] = [mine]
    if since is not None:
        inside.append(StockMovement.recorded_at >= clock.midnight(since))
    if until is not None:
        inside.append(StockMovement.recorded_at < clock.midnight(until + timedelta(days=1)))
    before = StockMovement.recorded_at < clock.midnight(since) if since is not None else StockMovement.id < 0
    opening, carried = _sum(session, mine, before), 0
    if after:
        carried = _sum(session, *inside, StockMovement.id <= after)
    came, went = session.execute(
        select(
            func.coalesce(func.sum(StockMovement.pieces).filter(StockMovement.pieces > 0), 0),
            func.coalesce(func.sum(-StockMovement.pieces).filter(StockMovement.pieces < 0), 0),
        ).where(*inside)
    ).one()
    rows = (
        select(StockMovement, Lot, Place, User.name)
        .join(StockItem, StockItem.id == StockMovement.stock_item_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .outerjoin(User, User.id == StockMovement.actor_id)
        .where(*inside, StockMovement.id > after)
        .order_by(StockMovement.id)
    )
    found = session.execute(rows.limit(limit + 1) if limit else rows).all()
    shown = found[:limit] if limit else found
    balance = opening + carried
    lines = []
    for movement, lot, place, who in shown:
        balance += movement.pieces
        lines.append(CardLine(movement, lot, place, who or "", balance))
    more = limit is not None and len(found) > limit
    return StockCard(opening, int(came), int(went), opening + carried, lines, lines[-1].movement.id if more else None)


def _sum(session: Session, *conditions: ColumnElement[bool]) -> int:
    pieces = select(func.coalesce(func.sum(StockMovement.pieces), 0)).where(and_(*conditions))
    return int(session.scalars(pieces).one())
