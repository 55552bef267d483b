"""What every change of stock shares: the movement and its link, the news of it, and holds that ran out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.models import Variant
from gallery.core import clock
from gallery.core.db import Base, at_the_end, insert_into
from gallery.core.locks import lock_rows
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.inventory.errors import LotBlockedError
from gallery.inventory.models import Lot, Reservation, StockChain, StockItem, StockLink, StockMovement
from gallery.inventory.queries import link_hash, sellable_lot
from gallery.inventory.states import RESERVATION, MovementReason, ReservationStatus


def append(
    session: Session,
    item: StockItem,
    pieces: int,
    reason: MovementReason,
    *,
    document: str | None = None,
    note: str = "",
    request_key: str | None,
    actor_id: int | None,
    happened_at: datetime | None = None,
) -> StockMovement:
    """Write the movement that explains a change of ``on_hand``; it is never edited afterwards.

    ``happened_at`` is given where the pieces moved before we learnt of it (sales of a till without a connection).
    """
    movement = StockMovement(
        stock_item_id=item.id,
        pieces=pieces,
        reason=reason,
        document=document,
        note=note,
        request_key=request_key,
        actor_id=actor_id,
        happened_at=happened_at or clock.now(),
        recorded_at=clock.now(),
    )
    session.add(movement)
    at_the_end(session, link_movements, movement)
    return movement


def link_movements(session: Session, movements: Sequence[StockMovement]) -> None:
    """Each movement has its link in the chain of its place. Runs at the end of the transaction that moved pieces."""
    session.flush()  # links need the ids
    items = {
        item.id: item
        for item in session.scalars(select(StockItem).where(StockItem.id.in_({row.stock_item_id for row in movements})))
    }
    places = {item.place_id for item in items.values()}
    for place_id in sorted(places):
        insert_once(session, StockChain, place_id=place_id, length=0, head="")
    ids = session.scalars(select(StockChain.id).where(StockChain.place_id.in_(places))).all()
    chains = {chain.place_id: chain for chain in lock_rows(session, StockChain, ids).values()}
    for movement in sorted(movements, key=lambda row: row.id):
        item = items[movement.stock_item_id]
        chain = chains[item.place_id]
        chain.length += 1
        chain.head = link_hash(chain.head, chain.length, movement, item)
        session.add(
            StockLink(movement_id=movement.id, place_id=item.place_id, number=chain.length, hash=chain.head),
        )
    session.flush()


def insert_once(session: Session, model: type[Base], **values: Any) -> None:
    """Insert unless an equal row is there: PostgreSQL waits for a concurrent inserter and then does nothing."""
    session.execute(insert_into(session, model).values(**values).on_conflict_do_nothing())


def known_keys(session: Session, keys: Iterable[str]) -> set[str]:
    """Return those of the request keys that already moved pieces."""
    known = session.scalars(select(StockMovement.request_key).where(StockMovement.request_key.in_(list(keys))))
    return {key for key in known if key is not None}


def announce(session: Session, items: Iterable[StockItem]) -> None:
    """Tell after commit whose stock changed, so that lists and pages follow."""
    variant_ids = sorted({item.variant_id for item in items})
    if variant_ids:
        products = session.scalars(select(Variant.product_id).where(Variant.id.in_(variant_ids)).distinct())
        emit(session, "stock.changed", variant_ids=variant_ids, product_ids=sorted(products))


def free_expired(session: Session, items: Iterable[StockItem]) -> None:
    """Release the holds on these locked rows that ran out, so that they never block a buyer."""
    by_id = {item.id: item for item in items}
    now = clock.now()
    expired = select(Reservation).where(
        Reservation.stock_item_id.in_(by_id),
        Reservation.status == ReservationStatus.ACTIVE,
        Reservation.expires_at <= now,
    )
    for hold in session.scalars(expired).all():
        end_hold(by_id[hold.stock_item_id], hold, ReservationStatus.RELEASED)


def refuse_unsellable(session: Session, items: Iterable[StockItem]) -> None:
    """Nothing happens where every lot may be sold; :class:`LotBlockedError` names the first that may not."""
    lots = {item.lot_id for item in items}
    bad = session.scalars(select(Lot.id).where(Lot.id.in_(lots), ~sellable_lot()).order_by(Lot.id)).first()
    if bad is not None:
        raise LotBlockedError(bad)


def consume_hold(
    session: Session,
    item: StockItem,
    hold: Reservation,
    *,
    document: str,
    actor_id: int | None,
    happened_at: datetime | None = None,
    reason: MovementReason = MovementReason.SOLD,
) -> None:
    """The pieces of a hold have left its locked row."""
    end_hold(item, hold, ReservationStatus.CONSUMED)
    item.on_hand -= hold.pieces
    append(
        session,
        item,
        -hold.pieces,
        reason,
        document=document,
        request_key=f"consume:{hold.id}",
        actor_id=actor_id,
        happened_at=happened_at,
    )


def first_expiring(items: Iterable[StockItem], expiry: Mapping[int, date | None]) -> list[StockItem]:
    """Sort rows by the date of their lot (lot id: date); goods without a date come last."""
    return sorted(items, key=lambda row: (expiry[row.lot_id] or date.max, row.id))


def shrink_hold(item: StockItem, hold: Reservation, pieces: int) -> None:
    """The hold keeps that many pieces of its locked row, none of them ends it."""
    if pieces == 0:
        end_hold(item, hold, ReservationStatus.RELEASED)
    else:
        item.reserved -= hold.pieces - pieces
        hold.pieces = pieces


def end_hold(item: StockItem, hold: Reservation, status: ReservationStatus) -> None:
    """Close a hold on its locked row: the pieces are free again, or gone with the parcel."""
    move(hold, RESERVATION, status, clock.now())
    item.reserved -= hold.pieces
