"""Holds for orders: reserve, extend, release, consume, take back. A holder is a text such as "order:7k2m…"."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.locks import lock_rows
from gallery.inventory.errors import InsufficientStockError, InvalidQuantityError, ReservationLostError, Shortage
from gallery.inventory.models import Lot, Reservation, StockItem
from gallery.inventory.queries import sellable_lot
from gallery.inventory.services import ledger
from gallery.inventory.states import MovementReason, ReservationStatus

Key = tuple[int, int]  # variant, place


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pieces of one variant that shall come from one place."""

    variant_id: int
    place_id: int
    pieces: int


def reserve(
    session: Session, holder: str, wanted: Sequence[Wanted], *, expires_at: datetime | None
) -> list[Reservation]:
    """Hold every line or none (:class:`InsufficientStockError` names all that fell short).

    Lots that expire first are taken first; lots past their date are never sold. Holds of others that ran out are
    released on the way.
    """
    sums = _summed(wanted)
    rows = session.execute(
        select(StockItem.id, Lot.expires_on)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(tuple_(StockItem.variant_id, StockItem.place_id).in_(sums), sellable_lot())
    )
    expiry: dict[int, date | None] = {row.id: row.expires_on for row in rows}
    items = lock_rows(session, StockItem, expiry)
    ledger.free_expired(session, items.values())
    first_out: dict[Key, list[StockItem]] = defaultdict(list)
    for item in sorted(items.values(), key=lambda row: (expiry[row.id] or date.max, row.id)):
        first_out[item.variant_id, item.place_id].append(item)
    _refuse_shortage(sums, first_out)
    holds = [hold for key, pieces in sums.items() for hold in _take(holder, first_out[key], pieces, expires_at)]
    session.add_all(holds)
    session.flush()
    ledger.announce(session, items.values())
    return holds


def extend(session: Session, holder: str, expires_at: datetime | None) -> None:
    """The holder's pieces are kept until then, or for good (None); :class:`ReservationLostError` if any is gone."""
    holds, _items = _locked(session, holder, place_id=None)
    if not holds or any(hold.status is ReservationStatus.RELEASED for hold in holds):
        raise ReservationLostError(holder)
    for hold in holds:
        hold.expires_at = expires_at


def release(session: Session, holder: str, *, place_id: int | None = None) -> None:
    """The holder holds nothing any more (at this place); what was consumed stays consumed."""
    holds, items = _locked(session, holder, place_id)
    freed = [hold for hold in holds if hold.status is ReservationStatus.ACTIVE]
    for hold in freed:
        ledger.end_hold(items[hold.stock_item_id], hold, ReservationStatus.RELEASED)
    ledger.announce(session, (items[hold.stock_item_id] for hold in freed))


def consume(
    session: Session, holder: str, *, place_id: int, document: str | None = None, actor: Actor
) -> list[Reservation]:
    """The holder's pieces have left the place: on hand falls, the movement says with which document. Once only."""
    holds, items = _locked(session, holder, place_id)
    active = [hold for hold in holds if hold.status is ReservationStatus.ACTIVE]
    gone = [hold for hold in holds if hold.status is ReservationStatus.CONSUMED]
    if not active and not gone:
        raise ReservationLostError(holder)
    for hold in active:
        item = items[hold.stock_item_id]
        ledger.end_hold(item, hold, ReservationStatus.CONSUMED)
        item.on_hand -= hold.pieces
        ledger.append(
            session,
            item,
            -hold.pieces,
            MovementReason.SOLD,
            document=document or holder,
            request_key=f"consume:{hold.id}",
            actor_id=actor.user_id,
        )
    ledger.announce(session, (items[hold.stock_item_id] for hold in active))
    return active


def take_back(session: Session, holder: str, *, place_id: int, document: str | None = None, actor: Actor) -> None:
    """Pieces the holder had consumed are on hand at the place again, in the lots they came from. Once only."""
    holds, items = _locked(session, holder, place_id)
    gone = [hold for hold in holds if hold.status is ReservationStatus.CONSUMED]
    keys = ledger.known_keys(session, (f"return:{hold.id}" for hold in gone))
    back = [hold for hold in gone if f"return:{hold.id}" not in keys]
    for hold in back:
        item = items[hold.stock_item_id]
        item.on_hand += hold.pieces
        ledger.append(
            session,
            item,
            hold.pieces,
            MovementReason.BUYER_RETURN,
            document=document or holder,
            request_key=f"return:{hold.id}",
            actor_id=actor.user_id,
        )
    ledger.announce(session, (items[hold.stock_item_id] for hold in back))


def release_expired(session: Session, *, limit: int = 500) -> int:
    """Tidy up: holds that ran out are marked so, and lists show the pieces again.

    Nobody waits for it to buy: queries compare the time themselves.
    """
    expired = select(Reservation.stock_item_id).where(
        Reservation.status == ReservationStatus.ACTIVE, Reservation.expires_at <= clock.now()
    )
    ids = session.scalars(expired.distinct().order_by(Reservation.stock_item_id).limit(limit)).all()
    items = lock_rows(session, StockItem, ids)
    ledger.free_expired(session, items.values())
    ledger.announce(session, items.values())
    return len(items)


def _summed(wanted: Iterable[Wanted]) -> dict[Key, int]:
    sums: Counter[Key] = Counter()
    for line in wanted:
        if line.pieces < 1:
            raise InvalidQuantityError(str(line.pieces))
        sums[line.variant_id, line.place_id] += line.pieces
    return dict(sorted(sums.items()))


def _refuse_shortage(sums: dict[Key, int], first_out: dict[Key, list[StockItem]]) -> None:
    free = {key: sum(item.on_hand - item.reserved for item in first_out[key]) for key in sums}
    short = [Shortage(*key, wanted=pieces, available=free[key]) for key, pieces in sums.items() if free[key] < pieces]
    if short:
        raise InsufficientStockError(short)


def _take(holder: str, items: list[StockItem], pieces: int, expires_at: datetime | None) -> Iterable[Reservation]:
    for item in items:
        part = min(pieces, item.on_hand - item.reserved)
        if part > 0:
            item.reserved += part
            pieces -= part
            yield Reservation(
                holder=holder,
                stock_item_id=item.id,
                pieces=part,
                expires_at=expires_at,
                status=ReservationStatus.ACTIVE,
                status_changed_at=clock.now(),
            )


def _locked(session: Session, holder: str, place_id: int | None) -> tuple[list[Reservation], dict[int, StockItem]]:
    """Lock the stock rows of a holder, then read its holds: nobody else can end them meanwhile."""
    mine = select(Reservation).where(Reservation.holder == holder).order_by(Reservation.id)
    if place_id is not None:
        mine = mine.join(StockItem, StockItem.id == Reservation.stock_item_id).where(StockItem.place_id == place_id)
    ids = session.scalars(mine.with_only_columns(Reservation.stock_item_id)).all()
    items = lock_rows(session, StockItem, ids)
    holds = session.scalars(mine.execution_options(populate_existing=True)).all()
    return list(holds), items
