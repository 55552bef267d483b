"""Counting: pieces seen on a shelf are added up, whoever sees them; goods the books do not know are noted."""

from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.inventory.errors import InvalidQuantityError
from gallery.inventory.models import Lot, StockItem, StockMovement
from gallery.stocktake.errors import OutOfScopeError, OwnCountError, StocktakeClosedError
from gallery.stocktake.models import Stocktake, StocktakeCount, StocktakeFound, StocktakeLine
from gallery.stocktake.queries import Article, articles, in_scope, unknown_article
from gallery.stocktake.services.plan import line_of
from gallery.stocktake.states import StocktakeStatus

Row = TypeVar("Row", StocktakeCount, StocktakeFound)
LONGEST_DELAY: Final = timedelta(hours=12)
"""How long a scan may wait on a phone without signal."""
MOST_PIECES: Final = 100_000


def count_pieces(
    session: Session,
    stocktake_id: int,
    stock_item_id: int,
    pieces: int,
    *,
    client_key: str,
    delay: timedelta = timedelta(0),
    actor: Actor,
) -> StocktakeCount:
    """The pieces are added to what was counted of this row in its running round; 0 says that none was there.

    Counts of several people add up. The same client key counts once. ``delay`` is how long ago the pieces were seen.
    A count from before the recount began belongs to the round before and changes nothing any more. Negative pieces
    take back own ones (:class:`OwnCountError`).
    """
    stocktake = _counting(session, stocktake_id)
    if (done := _known(session, StocktakeCount, stocktake_id, client_key)) is not None:
        return done
    if abs(pieces) > MOST_PIECES:
        raise InvalidQuantityError(str(pieces))
    line = _line(session, stocktake, stock_item_id)
    seen_at = _seen_at(stocktake, delay)
    counter_id = _person(actor)
    count = StocktakeCount(
        stocktake_id=stocktake_id,
        line_id=line.id,
        round=line.round if seen_at >= line.round_at else line.round - 1,
        counter_id=counter_id,
        pieces=pieces,
        client_key=client_key,
        counted_at=seen_at,
    )
    if pieces < 0 and _own(session, count) + pieces < 0:
        raise OwnCountError(str(pieces))
    line.deferred = False
    session.add(count)
    session.flush()
    return count


def enter_found(  # noqa: PLR0913 - what is written on the goods
    session: Session,
    stocktake_id: int,
    variant_id: int,
    pieces: int,
    *,
    expires_on: date | None = None,
    lot_code: str = "",
    lot_id: int | None = None,
    shelf: str = "",
    note: str,
    client_key: str,
    actor: Actor,
) -> StocktakeFound | StocktakeCount:
    """Pieces of a lot that the gallery's books do not know are noted, to be received on approval.

    Where the books do know the lot they are counted like all others. ``lot_id`` names a lot of another place.
    """
    stocktake = _counting(session, stocktake_id)
    if (done := _known(session, StocktakeFound, stocktake_id, client_key)) is not None:
        return done
    if not 0 < pieces <= MOST_PIECES:
        raise InvalidQuantityError(str(pieces))
    lot = session.get(Lot, lot_id) if lot_id is not None else None
    if lot is not None:
        variant_id, expires_on, lot_code = lot.variant_id, lot.expires_on, lot.code
    known = Lot.id == lot.id if lot else and_(Lot.code == lot_code, Lot.expires_on == expires_on)
    if (item_id := _row_here(session, stocktake, variant_id, known)) is not None:
        return count_pieces(session, stocktake_id, item_id, pieces, client_key=client_key, actor=actor)
    article = _stranger(session, stocktake, variant_id)
    found = StocktakeFound(
        stocktake_id=stocktake_id,
        variant_id=variant_id,
        article=article.name,
        owner=article.owner,
        lot_code=lot_code,
        expires_on=expires_on,
        intake=lot.intake if lot else "",
        shelf=shelf or stocktake.shelf,
        price_idr=article.price_idr,
        pieces=pieces,
        note=note,
        counter_id=_person(actor),
        client_key=client_key,
        found_at=clock.now(),
        refused=False,
    )
    session.add(found)
    session.flush()
    return found


def _counting(session: Session, stocktake_id: int) -> Stocktake:
    """Return the stocktake, locked: nobody ends the counting while a scan is written."""
    stocktake = lock_row(session, Stocktake, stocktake_id)
    if stocktake.status is not StocktakeStatus.COUNTING:
        raise StocktakeClosedError(stocktake.public_id)
    return stocktake


def _known(session: Session, model: type[Row], stocktake_id: int, client_key: str) -> Row | None:
    return session.scalar(select(model).where(model.stocktake_id == stocktake_id, model.client_key == client_key))


def _stranger(session: Session, stocktake: Stocktake, variant_id: int) -> Article:
    article = unknown_article(session, variant_id)
    if article is None:
        raise NotFoundError("Variant")
    if stocktake.business_id not in (None, article.business_id):
        raise OutOfScopeError("")
    return article


def _row_here(session: Session, stocktake: Stocktake, variant_id: int, lot: ColumnElement[bool]) -> int | None:
    rows = select(StockItem.id).join(Lot, Lot.id == StockItem.lot_id).order_by(StockItem.id)
    here = StockItem.place_id == stocktake.place_id, StockItem.variant_id == variant_id
    return session.scalars(rows.where(*here, lot)).first()


def _line(session: Session, stocktake: Stocktake, stock_item_id: int) -> StocktakeLine:
    """Return the row's line; goods that came after the freeze moment, or had no piece then, get one now."""
    wanted = select(StocktakeLine).where(
        StocktakeLine.stocktake_id == stocktake.id, StocktakeLine.stock_item_id == stock_item_id
    )
    if (line := session.scalar(wanted)) is not None:
        return line
    found = articles(session, and_(StockItem.id == stock_item_id, StockItem.place_id == stocktake.place_id))
    if not found:
        raise NotFoundError("StockItem")
    if not in_scope(stocktake, found[0]):
        raise OutOfScopeError(found[0].shelf)
    frozen = select(func.coalesce(func.sum(StockMovement.pieces), 0)).where(
        StockMovement.stock_item_id == stock_item_id, StockMovement.id <= stocktake.frozen_movement_id
    )
    line = line_of(stocktake, found[0], int(session.scalars(frozen).one()))
    session.add(line)
    session.flush()
    return line


def _seen_at(stocktake: Stocktake, delay: timedelta) -> datetime:
    """Return when the pieces were seen: by our clock, because a phone's may be wrong."""
    now = clock.now()
    return max(now - min(max(delay, timedelta(0)), LONGEST_DELAY), stocktake.frozen_at)


def _own(session: Session, count: StocktakeCount) -> int:
    mine = select(func.coalesce(func.sum(StocktakeCount.pieces), 0)).where(
        StocktakeCount.line_id == count.line_id,
        StocktakeCount.round == count.round,
        StocktakeCount.counter_id == count.counter_id,
    )
    return int(session.scalars(mine).one())


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotFoundError("User")  # pieces are counted by people
    return actor.user_id
