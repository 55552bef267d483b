"""Between counting and approval: reasons, lines left alone, and what is counted again."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.core.states import move
from gallery.inventory.states import MovementReason
from gallery.stocktake.errors import ReasonNotAllowedError, StocktakeClosedError
from gallery.stocktake.models import Stocktake, StocktakeFound, StocktakeLine
from gallery.stocktake.states import STOCKTAKE, VARIANCE_REASONS, StocktakeStatus


def explain_line(
    session: Session,
    stocktake_id: int,
    line_id: int,
    *,
    reason: MovementReason | None,
    note: str = "",
    deferred: bool = False,
    actor: Actor,
) -> StocktakeLine:
    """The line has a reason for its shortage, or is left as it is (``deferred``): nothing of it will be booked."""
    stocktake = _reviewing(session, stocktake_id)
    if reason not in (None, *VARIANCE_REASONS):
        raise ReasonNotAllowedError(str(reason))
    line = session.get(StocktakeLine, line_id)
    if line is None or line.stocktake_id != stocktake_id:
        raise NotFoundError("StocktakeLine")
    line.reason, line.note, line.deferred = reason, note, deferred
    if deferred:
        audit.record(session, actor, "stocktake.line_deferred", f"stocktake:{stocktake.public_id}", line=line.id)
    return line


def recount_lines(session: Session, stocktake_id: int, line_ids: Collection[int], *, actor: Actor) -> Stocktake:
    """Counting is open again; of these lines only what is counted from now on counts."""
    stocktake = lock_row(session, Stocktake, stocktake_id)
    if stocktake.status is not StocktakeStatus.COUNTING:
        move(stocktake, STOCKTAKE, StocktakeStatus.COUNTING, clock.now())
    lines = session.scalars(
        select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake_id, StocktakeLine.id.in_(line_ids))
    ).all()
    for line in lines:
        line.round += 1
        line.round_at = clock.now()
        line.reason, line.deferred = None, False
    audit.record(session, actor, "stocktake.recount", f"stocktake:{stocktake.public_id}", lines=len(lines))
    return stocktake


def refuse_found(session: Session, stocktake_id: int, found_id: int, *, refused: bool, actor: Actor) -> StocktakeFound:
    """The found goods will not be received (or will be, again)."""
    stocktake = lock_row(session, Stocktake, stocktake_id)
    if stocktake.status not in (StocktakeStatus.COUNTING, StocktakeStatus.REVIEWING):
        raise StocktakeClosedError(stocktake.public_id)
    found = session.get(StocktakeFound, found_id)
    if found is None or found.stocktake_id != stocktake_id:
        raise NotFoundError("StocktakeFound")
    found.refused = refused
    if refused:
        audit.record(session, actor, "stocktake.found_refused", f"stocktake:{stocktake.public_id}", found=found.id)
    return found


def _reviewing(session: Session, stocktake_id: int) -> Stocktake:
    stocktake = lock_row(session, Stocktake, stocktake_id)
    if stocktake.status is not StocktakeStatus.REVIEWING:
        raise StocktakeClosedError(stocktake.public_id)
    return stocktake
