"""Holds for orders: reserve, extend, release, consume, take back. A holder is a text such as "order:7k2m…"."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, tuple_
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
    items = first_out_items(session, tuple_(StockItem.variant_id, StockItem.place_id).in_(sums))
    first_out: dict[Key, list[StockItem]] = defaultdict(list)
    for item in items:
        first_out[item.variant_id, item.place_id].append(item)
    _refuse_shortage(sums, first_out)
    holds = [hold for key, pieces in sums.items() for hold in take_from(holder, first_out[key], pieces, expires_at)]
    session.add_all(holds)
    session.flush()
    ledger.announce(session, items)
    return holds


def first_out_items(session: Session, which: ColumnElement[bool]) -> list[StockItem]:
    """Lock the rows that may be sold, first expiring first; holds that ran out are released on the way.

    Lots are asked again after the lock: one that was recalled while we waited is not sold.
    """
    wanted = select(StockItem.id).join(Lot, Lot.id == StockItem.lot_id).where(which, sellable_lot())
    items = lock_rows(session, StockItem, session.scalars(wanted).all())
    dates = select(StockItem.id, Lot.expires_on).join(Lot, Lot.id == StockItem.lot_id)
    rows = session.execute(dates.where(StockItem.id.in_(items), sellable_lot()))
    expiry: dict[int, date | None] = {row.id: row.expires_on for row in rows}
    ledger.free_expired(session, items.values())
    return ledger.first_expiring((items[key] for key in expiry), {items[key].lot_id: on for key, on in expiry.items()})


def reserve_items(
    session: Session, holder: str, pieces: Mapping[int, int], *, expires_at: datetime | None
) -> list[Reservation]:
    """Hold these pieces of these very rows (stock item id: pieces) or none (:class:`InsufficientStockError`)."""
    items = {item.id: item for item in first_out_items(session, StockItem.id.in_(pieces))}
    short = []
    for item_id, wanted in pieces.items():
        item = items.get(item_id)
        free = item.on_hand - item.reserved if item else 0
        if wanted < 1:
            raise InvalidQuantityError(str(wanted))
        if free < wanted:
            row = item or session.get_one(StockItem, item_id)
            short.append(Shortage(row.variant_id, row.place_id, wanted=wanted, available=free))
    if short:
        raise InsufficientStockError(short)
    holds = [hold for key, count in pieces.items() for hold in take_from(holder, [items[key]], count, expires_at)]
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
    """The holder's pieces have left the place: on hand falls, the movement says with which document. Once only.

    Pieces of a lot that was blocked or ran out meanwhile go to nobody (:class:`LotBlockedError`).
    """
    holds, items = _locked(session, holder, place_id)
    active = [hold for hold in holds if hold.status is ReservationStatus.ACTIVE]
    gone = [hold for hold in holds if hold.status is ReservationStatus.CONSUMED]
    if not active and not gone:
        raise ReservationLostError(holder)
    ledger.refuse_unsellable(session, (items[hold.stock_item_id] for hold in active))
    for hold in active:
        ledger.consume_hold(
            session, items[hold.stock_item_id], hold, document=document or holder, actor_id=actor.user_id
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


def take_from(
    holder: str, items: Sequence[StockItem], pieces: int, expires_at: datetime | None
) -> Iterable[Reservation]:
    """Yield new holds on these locked rows, in their order, until the pieces are found or the rows are empty."""
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
