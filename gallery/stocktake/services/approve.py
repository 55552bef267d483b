"""A second person approves: the books become what was counted, once, with minutes."""

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.locks import lock_row, lock_rows
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.inventory.models import Lot, Place, StockItem, StockMovement
from gallery.inventory.states import MovementReason, PaperKind
from gallery.stocktake.errors import FoundIsKnownError, SecondPersonError, UnsettledLinesError
from gallery.stocktake.models import Stocktake, StocktakeCount, StocktakeFound, StocktakeLine
from gallery.stocktake.queries import Figure, document_of, figures, found_goods, minutes_facts
from gallery.stocktake.states import STOCKTAKE, StocktakeStatus


def approve_stocktake(session: Session, stocktake_id: int, *, tills_connected: bool, actor: Actor) -> Stocktake:
    """The differences are booked, found goods received, and the minutes have a number; nothing of it a second time.

    ``tills_connected`` says that no till has sales that it has not sent. :class:`SecondPersonError` for whoever
    opened it or counted; :class:`UnsettledLinesError` names every line that needs a decision,
    :class:`FoundIsKnownError` found goods that were received meanwhile. Then nothing was booked.
    """
    stocktake = lock_row(session, Stocktake, stocktake_id)
    if STOCKTAKE.decide(stocktake.status, StocktakeStatus.APPROVED) is Decision.STALE:
        return stocktake  # sent twice
    _refuse_involved(session, stocktake, actor)
    found = [row for row in found_goods(session, stocktake) if not row.refused]
    _lock_stock(session, stocktake)
    _refuse_known(session, stocktake, found)
    lines = figures(session, stocktake, tills_connected=tills_connected)
    if troubles := {figure.line.id: figure.trouble for figure in lines if figure.trouble}:
        raise UnsettledLinesError(troubles)
    now = clock.now()
    for figure in sorted(lines, key=lambda figure: figure.line.stock_item_id):
        _book(session, stocktake, figure, actor)
    for row in found:
        _receive(session, stocktake, row, actor)
    move(stocktake, STOCKTAKE, StocktakeStatus.APPROVED, now)
    stocktake.approved_by, stocktake.approved_at = actor.user_id, now
    audit.record(
        session,
        actor,
        "stocktake.approved",
        f"stocktake:{stocktake.public_id}",
        lines=len(lines),
        differing=sum(1 for figure in lines if figure.delta),
        pieces=sum(figure.delta for figure in lines),
        value_idr=sum(figure.value_idr for figure in lines),
        found=len(found),
    )
    _issue_minutes(session, stocktake)
    return stocktake


def _refuse_involved(session: Session, stocktake: Stocktake, actor: Actor) -> None:
    counted = select(StocktakeCount.counter_id).where(StocktakeCount.stocktake_id == stocktake.id)
    noted = select(StocktakeFound.counter_id).where(StocktakeFound.stocktake_id == stocktake.id)
    involved = {stocktake.opened_by, *session.scalars(counted.union(noted))}
    if actor.user_id is None or actor.user_id in involved:
        raise SecondPersonError(stocktake.public_id)


def _lock_stock(session: Session, stocktake: Stocktake) -> None:
    """Nothing of the stocktake's place in its lines moves until the books are right."""
    ids = select(StocktakeLine.stock_item_id).where(StocktakeLine.stocktake_id == stocktake.id)
    lock_rows(session, StockItem, session.scalars(ids).all())


def _refuse_known(session: Session, stocktake: Stocktake, found: Sequence[StocktakeFound]) -> None:
    """Goods that somebody received after they were found would be on hand twice."""
    for row in found:
        booked = (
            select(func.count())
            .select_from(StockMovement)
            .join(StockItem, StockItem.id == StockMovement.stock_item_id)
            .join(Lot, Lot.id == StockItem.lot_id)
            .where(
                StockItem.place_id == stocktake.place_id,
                and_(Lot.variant_id == row.variant_id, Lot.code == row.lot_code, Lot.expires_on == row.expires_on),
                Lot.intake == row.intake,
                StockMovement.recorded_at > row.found_at,
            )
        )
        if session.scalars(booked).one():
            raise FoundIsKnownError(row.article)


def _book(session: Session, stocktake: Stocktake, figure: Figure, actor: Actor) -> None:
    line = figure.line
    line.expected_pieces = figure.expected
    if figure.counted is None or line.deferred:
        return
    line.counted_pieces, line.reason = figure.counted, figure.reason if figure.delta else None
    if figure.delta:
        inventory.adjust(
            session,
            line.stock_item_id,
            figure.delta,
            reason=figure.reason or MovementReason.COUNT_CORRECTION,
            note=line.note,
            document=document_of(stocktake),
            request_key=f"stocktake:{stocktake.public_id}:{line.id}",
            actor=actor,
        )


def _receive(session: Session, stocktake: Stocktake, row: StocktakeFound, actor: Actor) -> None:
    movement = inventory.receive(
        session,
        row.variant_id,
        stocktake.place_id,
        row.pieces,
        expires_on=row.expires_on,
        lot_code=row.lot_code,
        intake=row.intake,
        shelf=row.shelf,
        reason=MovementReason.COUNT_CORRECTION,
        document=document_of(stocktake),
        request_key=f"stocktake:{stocktake.public_id}:found:{row.id}",
        actor=actor,
    )
    row.stock_item_id = movement.stock_item_id


def _issue_minutes(session: Session, stocktake: Stocktake) -> None:
    """Give the minutes their number; every stock row is locked already."""
    place = session.get_one(Place, stocktake.place_id)
    session.flush()
    facts = minutes_facts(session, stocktake)
    paper = inventory.issue_paper(
        session,
        PaperKind.STOCKTAKE,
        stocktake.public_id,
        facts,
        gallery_id=place.gallery_id or 0,
        summary={"lines": len(facts["lines"]), "pieces": facts["difference"]},
    )
    stocktake.number = paper.number
