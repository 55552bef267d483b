"""Lots that nobody may buy: blocking, and what becomes of pieces that orders already hold."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.locks import lock_rows
from gallery.inventory.models import Lot, Reservation, StockItem
from gallery.inventory.queries import sellable_lot
from gallery.inventory.services import ledger
from gallery.inventory.services.hold import take_from
from gallery.inventory.services.set_aside import PAPERS
from gallery.inventory.states import LotBlock, ReservationStatus


@dataclass(frozen=True, slots=True)
class Unserved:
    """Pieces a holder ("order:…", "lease:…") still has in a lot that may not be sold."""

    holder: str
    stock_item_id: int
    pieces: int


def block_lot(session: Session, lot_id: int, *, reason: LotBlock, note: str, actor: Actor) -> list[Unserved]:
    """The lot is sold in no channel from now on, in no place. Holds move to other lots of the same place.

    Returns what no other lot could serve: these orders need a person.
    """
    lot = session.get_one(Lot, lot_id)
    here = select(StockItem.place_id).where(StockItem.lot_id == lot_id)
    mine = select(StockItem.id).where(StockItem.variant_id == lot.variant_id, StockItem.place_id.in_(here))
    items = lock_rows(session, StockItem, session.scalars(mine).all())  # sales of the lot are over, or wait for us
    session.refresh(lot)  # who blocked or unblocked it while we waited is known now
    lot.blocked_as, lot.blocked_at, lot.block_note = reason, clock.now(), note
    audit.record(session, actor, "lot.blocked", f"lot:{lot.id}", reason=reason.value)
    session.flush()
    left = _reseat(session, items, {lot_id})
    ledger.announce(session, items.values())
    return left


def unblock_lot(session: Session, lot_id: int, *, actor: Actor) -> None:
    """The lot may be sold again, if its date allows."""
    lot = session.get_one(Lot, lot_id)
    items = lock_rows(session, StockItem, session.scalars(select(StockItem.id).where(StockItem.lot_id == lot_id)).all())
    session.refresh(lot)  # as in block_lot
    lot.blocked_as, lot.blocked_at, lot.block_note = None, None, ""
    audit.record(session, actor, "lot.unblocked", f"lot:{lot.id}")
    ledger.announce(session, items.values())


def reseat_unsellable(session: Session, place_id: int) -> list[Unserved]:
    """Holds on lots of the place that ran out or were blocked are moved to lots that may be sold, as far as they go."""
    bad = (
        select(StockItem.variant_id, StockItem.lot_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(StockItem.place_id == place_id, StockItem.reserved > 0, ~sellable_lot())
    )
    rows = session.execute(bad).all()
    variants = {row.variant_id for row in rows}
    mine = select(StockItem.id).where(StockItem.variant_id.in_(variants), StockItem.place_id == place_id)
    items = lock_rows(session, StockItem, session.scalars(mine).all())
    left = _reseat(session, items, {row.lot_id for row in rows})
    ledger.announce(session, items.values())
    return left


def _reseat(session: Session, items: dict[int, StockItem], lots: set[int]) -> list[Unserved]:
    ledger.free_expired(session, items.values())
    mine = select(Lot.id, Lot.expires_on).where(Lot.id.in_({i.lot_id for i in items.values()}), sellable_lot())
    good = {row.id: row.expires_on for row in session.execute(mine)}
    others = ledger.first_expiring((i for i in items.values() if i.lot_id in good), good)
    bad = [item.id for item in items.values() if item.lot_id in lots]
    # What was put aside for its owner or for waste is that very lot: no other piece can stand for it.
    papers = or_(*(Reservation.holder.startswith(prefix, autoescape=True) for prefix in PAPERS))
    holds = select(Reservation).where(
        Reservation.stock_item_id.in_(bad), Reservation.status == ReservationStatus.ACTIVE, ~papers
    )
    left = []
    for hold in session.scalars(holds.order_by(Reservation.id).execution_options(populate_existing=True)).all():
        item = items[hold.stock_item_id]
        rows = [row for row in others if (row.variant_id, row.place_id) == (item.variant_id, item.place_id)]
        moved = list(take_from(hold.holder, rows, hold.pieces, hold.expires_at))
        session.add_all(moved)
        rest = hold.pieces - sum(part.pieces for part in moved)
        if moved:
            ledger.shrink_hold(item, hold, rest)
        if rest:
            left.append(Unserved(hold.holder, item.id, rest))
    session.flush()
    return left
