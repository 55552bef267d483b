"""Open a stocktake with the books of this moment, end its counting, give it up."""

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.locks import lock_row, lock_rows
from gallery.core.states import move
from gallery.inventory.models import Lot, StockItem, StockMovement
from gallery.stocktake.errors import NothingToCountError
from gallery.stocktake.models import Stocktake, StocktakeLine
from gallery.stocktake.queries import Article, articles
from gallery.stocktake.states import STOCKTAKE, StocktakeStatus


def open_stocktake(
    session: Session, place_id: int, *, shelf: str = "", business_id: int | None = None, note: str = "", actor: Actor
) -> Stocktake:
    """The stocktake holds a line for each row with pieces, with what the books say now; counting may begin.

    :class:`NothingToCountError` where there is no piece.
    """
    wanted = [StockItem.place_id == place_id, StockItem.on_hand > 0]
    if shelf:
        wanted.append(func.lower(StockItem.shelf) == shelf.lower())
    if business_id is not None:
        wanted.append(Lot.business_id == business_id)
    ids = select(StockItem.id).join(Lot, Lot.id == StockItem.lot_id).where(*wanted)
    # Locked: no movement of these rows is under way, so the figures are those of one moment.
    items = lock_rows(session, StockItem, session.scalars(ids).all())
    if not any(item.on_hand for item in items.values()):
        raise NothingToCountError(shelf)
    now = clock.now()
    stocktake = Stocktake(
        place_id=place_id,
        shelf=shelf,
        business_id=business_id,
        note=note,
        status=StocktakeStatus.COUNTING,
        status_changed_at=now,
        frozen_at=now,
        frozen_movement_id=session.scalar(select(func.max(StockMovement.id))) or 0,
        opened_by=actor.user_id,
    )
    session.add(stocktake)
    session.flush()
    rows = articles(session, and_(StockItem.place_id == place_id, *wanted[1:]))
    session.add_all(line_of(stocktake, row, items[row.stock_item_id].on_hand) for row in rows)
    session.flush()
    audit.record(session, actor, "stocktake.opened", f"stocktake:{stocktake.public_id}", lines=len(rows))
    return stocktake


def line_of(stocktake: Stocktake, article: Article, book_pieces: int) -> StocktakeLine:
    """Return the line of an article with its words as they are now."""
    return StocktakeLine(
        stocktake_id=stocktake.id,
        stock_item_id=article.stock_item_id,
        lot_id=article.lot_id,
        article=article.name,
        owner=article.owner,
        lot_code=article.lot_code,
        expires_on=article.expires_on,
        shelf=article.shelf,
        price_idr=article.price_idr,
        book_pieces=book_pieces,
        round=1,
        round_at=stocktake.frozen_at,
        note="",
        deferred=False,
    )


def close_count(session: Session, stocktake_id: int, *, actor: Actor) -> Stocktake:
    """Nobody counts any more; the figures can be compared."""
    stocktake = lock_row(session, Stocktake, stocktake_id)
    move(stocktake, STOCKTAKE, StocktakeStatus.REVIEWING, clock.now())
    stocktake.closed_by = actor.user_id
    return stocktake


def cancel_stocktake(session: Session, stocktake_id: int, *, actor: Actor) -> Stocktake:
    """The stocktake is given up; the books stay as they are. Not after approval."""
    stocktake = lock_row(session, Stocktake, stocktake_id)
    move(stocktake, STOCKTAKE, StocktakeStatus.CANCELLED, clock.now())
    audit.record(session, actor, "stocktake.cancelled", f"stocktake:{stocktake.public_id}")
    return stocktake
