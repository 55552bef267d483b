"""What was counted against what the books say for the moment of the count. Nothing here is for counters' eyes.

Pieces move while the gallery is open. A line's expected figure is that of the freeze moment plus every movement booked
since then that *happened* up to the last scan of the line. The difference to the count is what is wrong with the
books, whatever moves afterwards: on approval it is added to what is on hand by then.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.inventory.models import Reservation, StockItem, StockMovement
from gallery.inventory.states import DocumentKind, MovementReason, ReservationStatus
from gallery.stocktake.models import Stocktake, StocktakeCount, StocktakeLine
from gallery.stocktake.states import StocktakeStatus, Trouble

LEASE: Final = DocumentKind.LEASE.prefix
BY_HAND: Final = frozenset({MovementReason.COUNT_CORRECTION, MovementReason.LOST})
"""Movements that correct the books; no piece goes anywhere."""


def document_of(stocktake: Stocktake) -> str:
    """How movements name the stocktake."""
    return DocumentKind.STOCKTAKE.of(stocktake.public_id)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line with its figures in pieces; ``counted`` is none where nobody counted in this round."""

    line: StocktakeLine
    counted: int | None
    moved: int
    """Sum of the movements between the freeze moment and the count (or now)."""
    has_moved: bool
    on_hand: int
    reserved: int
    trouble: Trouble | None

    @property
    def expected(self) -> int:
        return self.line.book_pieces + self.moved

    @property
    def delta(self) -> int:
        return 0 if self.counted is None else self.counted - self.expected

    @property
    def value_idr(self) -> int:
        """The difference at selling price."""
        return self.delta * self.line.price_idr

    @property
    def reason(self) -> MovementReason | None:
        """What the difference is put down to; a surplus can only be a wrong count."""
        return MovementReason.COUNT_CORRECTION if self.delta > 0 else self.line.reason


@dataclass(frozen=True, slots=True)
class _Counted:
    pieces: int
    first_at: datetime
    last_at: datetime


def figures(session: Session, stocktake: Stocktake, *, tills_connected: bool = False) -> list[Figure]:
    """Return all lines with their figures, in the order of shelves and names."""
    lines = session.scalars(
        select(StocktakeLine)
        .where(StocktakeLine.stocktake_id == stocktake.id)
        .order_by(StocktakeLine.shelf, StocktakeLine.article, StocktakeLine.id)
    ).all()
    if stocktake.status is StocktakeStatus.APPROVED:
        return [_booked(line) for line in lines]
    counted = _counted(session, stocktake.id)
    movements = _movements(session, stocktake)
    stock = _stock(session, stocktake.id)
    held, leased = _held(session, stocktake.id)
    return [
        _figure(
            line,
            counted.get(line.id),
            movements[line.stock_item_id],
            stock[line.stock_item_id],
            held[line.stock_item_id],
            till_open=leased[line.stock_item_id] > 0 and not tills_connected,
        )
        for line in lines
    ]


def _figure(
    line: StocktakeLine,
    counted: _Counted | None,
    movements: Collection[StockMovement],
    on_hand: int,
    reserved: int,
    *,
    till_open: bool,
) -> Figure:
    until = counted.last_at if counted else clock.now()
    moved = sum(row.pieces for row in movements if row.happened_at <= until)
    pieces = counted.pieces if counted else None
    figure = Figure(line, pieces, moved, bool(movements), on_hand, reserved, None)
    trouble = None if line.deferred else _trouble(figure, counted, movements, till_open=till_open)
    return Figure(line, pieces, moved, bool(movements), on_hand, reserved, trouble)


def _trouble(
    figure: Figure, counted: _Counted | None, movements: Iterable[StockMovement], *, till_open: bool
) -> Trouble | None:
    if counted is None:
        return Trouble.UNCOUNTED  # also where the books say that nothing is left: they may be wrong
    if any(counted.first_at < row.happened_at <= counted.last_at for row in movements):
        return Trouble.MOVED_WHILE_COUNTED
    if any(row.happened_at > counted.last_at and _by_hand(row) for row in movements):
        return Trouble.CORRECTED_SINCE
    if figure.delta and figure.on_hand + figure.delta < figure.reserved:
        return Trouble.RESERVED
    if figure.delta and figure.reason is None:
        return Trouble.NO_REASON
    return Trouble.TILL_OPEN if till_open else None


def _by_hand(movement: StockMovement) -> bool:
    return movement.reason in BY_HAND or (movement.document or "").startswith(DocumentKind.STOCKTAKE.prefix)


def _booked(line: StocktakeLine) -> Figure:
    """Return the figures as they were approved."""
    expected = line.book_pieces if line.expected_pieces is None else line.expected_pieces
    moved = expected - line.book_pieces
    return Figure(line, line.counted_pieces, moved, moved != 0, 0, 0, None)


def _counted(session: Session, stocktake_id: int) -> dict[int, _Counted]:
    rows = session.execute(
        select(
            StocktakeCount.line_id,
            func.sum(StocktakeCount.pieces),
            func.min(StocktakeCount.counted_at),
            func.max(StocktakeCount.counted_at),
        )
        .join(
            StocktakeLine,
            and_(StocktakeLine.id == StocktakeCount.line_id, StocktakeLine.round == StocktakeCount.round),
        )
        .where(StocktakeCount.stocktake_id == stocktake_id)
        .group_by(StocktakeCount.line_id)
    )
    return {line_id: _Counted(int(pieces), first, last) for line_id, pieces, first, last in rows}


def _movements(session: Session, stocktake: Stocktake) -> dict[int, list[StockMovement]]:
    found: dict[int, list[StockMovement]] = defaultdict(list)
    rows = session.scalars(
        select(StockMovement)
        .join(StocktakeLine, StocktakeLine.stock_item_id == StockMovement.stock_item_id)
        .where(StocktakeLine.stocktake_id == stocktake.id, StockMovement.id > stocktake.frozen_movement_id)
        .order_by(StockMovement.id)
    )
    for row in rows:
        found[row.stock_item_id].append(row)
    return found


def _stock(session: Session, stocktake_id: int) -> dict[int, int]:
    rows = session.execute(
        select(StockItem.id, StockItem.on_hand)
        .join(StocktakeLine, StocktakeLine.stock_item_id == StockItem.id)
        .where(StocktakeLine.stocktake_id == stocktake_id)
    )
    return dict(rows.all())


def _held(session: Session, stocktake_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """Return pieces held by anybody, and those of them that tills hold, by stock item."""
    held: dict[int, int] = defaultdict(int)
    leased: dict[int, int] = defaultdict(int)
    rows = session.execute(
        select(Reservation.stock_item_id, Reservation.holder, Reservation.pieces)
        .join(StocktakeLine, StocktakeLine.stock_item_id == Reservation.stock_item_id)
        .where(
            StocktakeLine.stocktake_id == stocktake_id,
            Reservation.status == ReservationStatus.ACTIVE,
            (Reservation.expires_at.is_(None)) | (Reservation.expires_at > clock.now()),
        )
    )
    for item_id, holder, pieces in rows:
        held[item_id] += pieces
        if holder.startswith(LEASE):
            leased[item_id] += pieces
    return held, leased
