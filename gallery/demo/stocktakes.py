"""Two stocktakes: one owner's goods counted and approved last month, and the gallery of Tanjungpandan half counted."""

from datetime import timedelta
from itertools import count
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.demo import accounts
from gallery.demo.foundation import place_of_gallery
from gallery.demo.world import World
from gallery.inventory.models import Lot, StockItem
from gallery.inventory.states import MovementReason
from gallery.stocktake import services
from gallery.stocktake.models import Stocktake, StocktakeLine
from gallery.stocktake.queries import figures
from gallery.stocktake.states import StocktakeStatus

COUNTED_OF_OPEN: Final = 0.6
WRONG: Final = {3: -2, 7: 1}
"""Lines (by their place in the list) that were counted otherwise than the books say."""
_keys = count(1)


def plan(world: World) -> None:
    """Put both on the agenda, each step in its own transaction as at work."""
    first = world.ago(18, 8)
    world.agenda.at(first, _open_owner)
    world.agenda.at(first + timedelta(minutes=25), lambda session: _count(session, "PGK", 1.0))
    world.agenda.at(first + timedelta(minutes=40), lambda session: _close(session, "PGK"))
    world.agenda.at(first + timedelta(minutes=55), _explain)
    world.agenda.at(first + timedelta(hours=1), _approve)
    second = world.now - timedelta(hours=2)
    world.agenda.at(second, _open_gallery)
    world.agenda.at(second + timedelta(minutes=50), lambda session: _count(session, "TJP", COUNTED_OF_OPEN))


def _open_owner(session: Session) -> None:
    """Open one for the owner with the most articles in the gallery."""
    place = place_of_gallery(session, "PGK")
    rows = (
        select(Lot.business_id)
        .join(StockItem, StockItem.lot_id == Lot.id)
        .where(StockItem.place_id == place.id, StockItem.on_hand > 0)
    )
    owner = session.scalars(rows.group_by(Lot.business_id).order_by(func.count().desc(), Lot.business_id)).first()
    actor = accounts.actor(session, "staf.pgk")
    services.open_stocktake(session, place.id, business_id=owner, note="Hitung bulanan", actor=actor)


def _open_gallery(session: Session) -> None:
    place = place_of_gallery(session, "TJP")
    services.open_stocktake(session, place.id, note="Hitung triwulan", actor=accounts.actor(session, "galeri.tjp"))


def _count(session: Session, gallery: str, share: float) -> None:
    stocktake = _running(session, gallery)
    actor = accounts.actor(session, f"staf.{gallery.lower()}")
    lines = figures(session, stocktake)
    for number, figure in enumerate(lines[: max(1, round(len(lines) * share))]):
        pieces = max(0, figure.expected + WRONG.get(number % 10, 0))
        services.count_pieces(
            session, stocktake.id, figure.line.stock_item_id, pieces, client_key=f"demo-{next(_keys)}", actor=actor
        )


def _close(session: Session, gallery: str) -> None:
    actor = accounts.actor(session, f"staf.{gallery.lower()}")
    services.close_count(session, _running(session, gallery).id, actor=actor)


def _explain(session: Session) -> None:
    stocktake = _running(session, "PGK")
    actor = accounts.actor(session, "galeri.pgk")
    for figure in figures(session, stocktake):
        if figure.trouble:
            services.explain_line(
                session,
                stocktake.id,
                figure.line.id,
                reason=MovementReason.LOST,
                note="Tidak ketemu di rak",
                deferred=figure.counted is None,
                actor=actor,
            )


def _approve(session: Session) -> None:
    stocktake = _running(session, "PGK")
    services.approve_stocktake(session, stocktake.id, tills_connected=True, actor=accounts.actor(session, "galeri.pgk"))


def _running(session: Session, gallery: str) -> Stocktake:
    place = place_of_gallery(session, gallery)
    rows = select(Stocktake).where(
        Stocktake.place_id == place.id,
        Stocktake.status.in_((StocktakeStatus.COUNTING, StocktakeStatus.REVIEWING)),
        select(StocktakeLine.id).where(StocktakeLine.stocktake_id == Stocktake.id).exists(),
    )
    return session.scalars(rows.order_by(Stocktake.id.desc())).one()
