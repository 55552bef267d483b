"""Stocktakes for lists and pages, and their lines as counters may see them: without a figure of the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.core.words import has_words
from gallery.inventory.models import Place
from gallery.inventory.queries import place_in_scope
from gallery.registry.models import Business
from gallery.stocktake.models import Stocktake, StocktakeCount, StocktakeFound, StocktakeLine
from gallery.stocktake.queries.figures import Figure, figures
from gallery.stocktake.states import StocktakeStatus

PAGE_SIZE: Final = 50
OPEN: Final = (StocktakeStatus.COUNTING, StocktakeStatus.REVIEWING)


@dataclass(frozen=True, slots=True)
class StocktakeRow:
    """One row of the list; ``owner`` is empty unless one owner's goods are counted."""

    stocktake: Stocktake
    place: Place
    owner: str
    lines: int
    counted: int


@dataclass(frozen=True, slots=True)
class StocktakePage:
    """One page; ``next_cursor`` continues it."""

    rows: Sequence[StocktakeRow]
    next_cursor: str | None


def stocktakes(
    session: Session, *, scope: Scope, status: StocktakeStatus | None = None, before: int = 0, limit: int = PAGE_SIZE
) -> StocktakePage:
    """Return 50 stocktakes (or ``limit``), newest first; ``before`` is the id of the last one seen."""
    rows = (
        select(Stocktake, Place, Business.name)
        .join(Place, Place.id == Stocktake.place_id)
        .outerjoin(Business, Business.id == Stocktake.business_id)
        .where(place_in_scope(scope))
    )
    if status is not None:
        rows = rows.where(Stocktake.status == status)
    if before:
        rows = rows.where(Stocktake.id < before)
    found = session.execute(rows.order_by(Stocktake.id.desc()).limit(limit + 1)).all()
    shown = found[:limit]
    done = _progress(session, [stocktake.id for stocktake, _place, _owner in shown])
    return StocktakePage(
        [StocktakeRow(one, place, owner or "", *done.get(one.id, (0, 0))) for one, place, owner in shown],
        str(shown[-1][0].id) if len(found) > limit else None,
    )


def stocktake(session: Session, public_id: str, *, scope: Scope) -> StocktakeRow:
    """Return one stocktake, or raise :class:`NotFoundError` when it lies outside the scope."""
    row = session.execute(
        select(Stocktake, Place, Business.name)
        .join(Place, Place.id == Stocktake.place_id)
        .outerjoin(Business, Business.id == Stocktake.business_id)
        .where(Stocktake.public_id == public_id, place_in_scope(scope))
    ).first()
    if row is None:
        raise NotFoundError("Stocktake")
    found, place, owner = row
    return StocktakeRow(found, place, owner or "", *_progress(session, [found.id]).get(found.id, (0, 0)))


def _progress(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return how many lines there are, and how many of them were counted in their running round."""
    seen = (
        select(StocktakeCount.id)
        .where(StocktakeCount.line_id == StocktakeLine.id, StocktakeCount.round == StocktakeLine.round)
        .correlate(StocktakeLine)
        .exists()
    )
    rows = session.execute(
        select(StocktakeLine.stocktake_id, func.count(), func.count().filter(seen))
        .where(StocktakeLine.stocktake_id.in_(ids))
        .group_by(StocktakeLine.stocktake_id)
    )
    return {stocktake_id: (lines, counted) for stocktake_id, lines, counted in rows}


class BlindFilter(StrEnum):
    """What a counter's list is narrowed to."""

    UNCOUNTED = "uncounted"
    RECOUNT = "recount"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class BlindLine:
    """A line as counters see it. ``mine`` are the pieces that this counter counted in the running round."""

    line: StocktakeLine
    is_counted: bool
    mine: int


@dataclass(frozen=True, slots=True)
class BlindList:
    """One page; ``next_after`` continues it."""

    lines: Sequence[BlindLine]
    next_after: int | None


def blind_lines(
    session: Session, stocktake_id: int, counter_id: int | None, *, narrow: BlindFilter, text: str = "", skip: int = 0
) -> BlindList:
    """Return 50 lines in the order of shelves and names."""
    running = and_(StocktakeCount.line_id == StocktakeLine.id, StocktakeCount.round == StocktakeLine.round)
    is_counted = select(StocktakeCount.id).where(running).correlate(StocktakeLine).exists()
    mine = (
        select(func.coalesce(func.sum(StocktakeCount.pieces), 0))
        .where(running, StocktakeCount.counter_id == counter_id)
        .correlate(StocktakeLine)
        .scalar_subquery()
    )
    rows = select(StocktakeLine, is_counted, mine).where(StocktakeLine.stocktake_id == stocktake_id)
    rows = rows.where(is_counted if narrow is BlindFilter.COUNTED else ~is_counted)
    if narrow is BlindFilter.RECOUNT:
        rows = rows.where(StocktakeLine.round > 1)
    rows = rows.where(has_words(text, StocktakeLine.article, StocktakeLine.owner))
    rows = rows.order_by(StocktakeLine.shelf, StocktakeLine.article, StocktakeLine.id)
    found = session.execute(rows.offset(skip).limit(PAGE_SIZE + 1)).all()
    lines = [BlindLine(line, counted, int(pieces)) for line, counted, pieces in found[:PAGE_SIZE]]
    return BlindList(lines, skip + PAGE_SIZE if len(found) > PAGE_SIZE else None)


@dataclass(frozen=True, slots=True)
class OwnCount:
    """One of a counter's newest counts, with what it counted of the line in all."""

    count: StocktakeCount
    line: StocktakeLine
    total: int


def newest_counts(session: Session, stocktake_id: int, counter_id: int | None, *, limit: int = 8) -> list[OwnCount]:
    """Return what the counter counted last, newest first."""
    other = StocktakeCount.__table__.alias("other")
    total = (
        select(func.coalesce(func.sum(other.c.pieces), 0))
        .where(
            other.c.line_id == StocktakeCount.line_id,
            other.c.round == StocktakeLine.round,
            other.c.counter_id == StocktakeCount.counter_id,
        )
        .correlate(StocktakeCount, StocktakeLine)
        .scalar_subquery()
    )
    rows = (
        select(StocktakeCount, StocktakeLine, total)
        .join(StocktakeLine, StocktakeLine.id == StocktakeCount.line_id)
        .where(StocktakeCount.stocktake_id == stocktake_id, StocktakeCount.counter_id == counter_id)
    )
    found = session.execute(rows.order_by(StocktakeCount.id.desc()).limit(limit))
    return [OwnCount(count, line, int(pieces)) for count, line, pieces in found]


def found_goods(session: Session, stocktake: Stocktake) -> list[StocktakeFound]:
    """Return what counters found that the books do not know, refused ones included."""
    rows = select(StocktakeFound).where(StocktakeFound.stocktake_id == stocktake.id)
    return list(session.scalars(rows.order_by(StocktakeFound.id)))


def counters(session: Session, stocktake_id: int) -> list[tuple[str, int]]:
    """Return who counted, with how many scans or entries each, most first."""
    rows = session.execute(
        select(User.name, func.count())
        .join(StocktakeCount, StocktakeCount.counter_id == User.id)
        .where(StocktakeCount.stocktake_id == stocktake_id)
        .group_by(User.id, User.name)
        .order_by(func.count().desc(), User.name)
    )
    return [(name, number) for name, number in rows]


def people(session: Session, stocktake: Stocktake) -> dict[str, str]:
    """Return the names of those who opened, closed and approved it, by what they did."""
    ids = {"opened": stocktake.opened_by, "closed": stocktake.closed_by, "approved": stocktake.approved_by}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(set(ids.values()) - {None})))
    names = dict(rows.all())
    return {what: names[user_id] for what, user_id in ids.items() if user_id in names}


def minutes_facts(session: Session, stocktake: Stocktake) -> dict[str, Any]:
    """Return what the minutes of an approved stocktake state; the same for ever."""
    lines = figures(session, stocktake)
    found = [row for row in found_goods(session, stocktake) if not row.refused]
    return {
        "stocktake": stocktake.public_id,
        "frozen_at": stocktake.frozen_at.isoformat(),
        "approved_at": stocktake.approved_at.isoformat() if stocktake.approved_at else "",
        "lines": [_fact(figure) for figure in lines],
        "found": [[row.id, row.article, row.owner, row.pieces, row.note] for row in found],
        "difference": sum(figure.delta for figure in lines) + sum(row.pieces for row in found),
    }


def _fact(figure: Figure) -> list[Any]:
    line = figure.line
    reason = line.reason.value if line.reason else ""
    return [line.id, line.article, figure.expected, figure.counted, figure.delta, reason, line.note, line.deferred]
