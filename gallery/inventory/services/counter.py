"""Sales over the counter: pieces leave at once, free ones first, then those that the till had leased."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.locks import lock_rows
from gallery.inventory.errors import InsufficientStockError, InvalidQuantityError, ReservationLostError, Shortage
from gallery.inventory.models import Reservation, StockItem
from gallery.inventory.services import ledger
from gallery.inventory.services.hold import first_out_items
from gallery.inventory.states import MovementReason, ReservationStatus


@dataclass(frozen=True, slots=True)
class Pick:
    """Pieces of a variant that are sold now; with ``lot_id`` of that very lot, else of the one expiring first."""

    variant_id: int
    pieces: int
    lot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """Pieces that left one stock row."""

    stock_item_id: int
    variant_id: int
    lot_id: int
    pieces: int


def sell(
    session: Session, place_id: int, picks: Sequence[Pick], *, document: str, lease: str | None = None, actor: Actor
) -> list[Sold]:
    """The pieces have left the place, or none has (:class:`InsufficientStockError` names what fell short).

    Pieces nobody holds go first, then those held by ``lease``: a till's own lease never blocks the till.
    The caller makes sure that the same document is sold once.
    """
    if any(pick.pieces < 1 for pick in picks):
        raise InvalidQuantityError("0")
    named = [StockItem.lot_id == pick.lot_id for pick in picks if pick.lot_id]
    loose = [StockItem.variant_id == pick.variant_id for pick in picks if not pick.lot_id]
    items = first_out_items(session, and_(StockItem.place_id == place_id, or_(*named, *loose)))
    leased = _leased(session, lease, [item.id for item in items])
    free = {item.id: item.on_hand - item.reserved for item in items}
    held = {key: sum(hold.pieces for hold in holds) for key, holds in leased.items()}
    from_free, from_held = _divide(place_id, picks, items, free, held)
    for item in items:
        if pieces := from_free[item.id]:
            item.on_hand -= pieces
            ledger.append(
                session,
                item,
                -pieces,
                MovementReason.SOLD,
                document=document,
                request_key=f"sold:{document}:{item.id}",
                actor_id=actor.user_id,
            )
        _draw(session, item, leased.get(item.id, ()), from_held[item.id], document=document, actor=actor)
    ledger.announce(session, items)
    total = from_free + from_held
    return [Sold(item.id, item.variant_id, item.lot_id, total[item.id]) for item in items if total[item.id]]


def sell_held(
    session: Session,
    holder: str,
    pieces: Mapping[int, int],
    *,
    document: str,
    happened_at: datetime,
    or_free: bool = False,
    actor: Actor,
) -> list[Sold]:
    """Pieces that a till had leased (stock item id: pieces) were sold at ``happened_at``, without a connection.

    What stays of the lease stays held. Lots that ran out or were recalled since are booked too: the pieces are gone.
    :class:`ReservationLostError` where the lease holds less; with ``or_free`` pieces of the very same row that nobody
    holds make up for it. Nothing is changed then.
    """
    items = lock_rows(session, StockItem, pieces)
    ledger.free_expired(session, items.values())
    leased = _leased(session, holder, items)
    held = {key: min(wanted, sum(hold.pieces for hold in leased.get(key, ()))) for key, wanted in pieces.items()}
    for key, wanted in pieces.items():
        free = items[key].on_hand - items[key].reserved if or_free else 0
        if wanted < 1 or wanted - held[key] > free:
            raise ReservationLostError(holder)
    for key, wanted in sorted(pieces.items()):
        item = items[key]
        _draw(session, item, leased.get(key, ()), held[key], document=document, actor=actor, happened_at=happened_at)
        if rest := wanted - held[key]:
            item.on_hand -= rest
            ledger.append(
                session,
                item,
                -rest,
                MovementReason.SOLD,
                document=document,
                request_key=f"sold:{document}:{key}",
                actor_id=actor.user_id,
                happened_at=happened_at,
            )
    ledger.announce(session, items.values())
    return [Sold(key, items[key].variant_id, items[key].lot_id, count) for key, count in sorted(pieces.items())]


def _leased(session: Session, holder: str | None, item_ids: Iterable[int]) -> dict[int, list[Reservation]]:
    found: dict[int, list[Reservation]] = defaultdict(list)
    if holder is not None:
        holds = select(Reservation).where(
            Reservation.holder == holder,
            Reservation.status == ReservationStatus.ACTIVE,
            Reservation.stock_item_id.in_(list(item_ids)),
        )
        for hold in session.scalars(holds.order_by(Reservation.id).execution_options(populate_existing=True)):
            found[hold.stock_item_id].append(hold)
    return found


def _divide(
    place_id: int, picks: Sequence[Pick], items: Sequence[StockItem], free: dict[int, int], held: dict[int, int]
) -> tuple[Counter[int], Counter[int]]:
    """Say how many pieces come from which row; named lots are served before those who take any."""
    from_free: Counter[int] = Counter()
    from_held: Counter[int] = Counter()
    short = []
    for pick in sorted(picks, key=lambda pick: pick.lot_id is None):
        rows = [i for i in items if i.variant_id == pick.variant_id and pick.lot_id in (None, i.lot_id)]
        missing = pick.pieces
        for source, taken in ((free, from_free), (held, from_held)):
            for item in rows:
                part = min(missing, source.get(item.id, 0))
                if part > 0:
                    source[item.id] -= part
                    taken[item.id] += part
                    missing -= part
        if missing:
            short.append(Shortage(pick.variant_id, place_id, wanted=pick.pieces, available=pick.pieces - missing))
    if short:
        raise InsufficientStockError(short)
    return from_free, from_held


def _draw(
    session: Session,
    item: StockItem,
    holds: Iterable[Reservation],
    pieces: int,
    *,
    document: str,
    actor: Actor,
    happened_at: datetime | None = None,
) -> None:
    """Take pieces out of holds on the locked row; a hold that is not used up keeps the rest."""
    for hold in holds:
        if not pieces:
            return
        part = min(pieces, hold.pieces)
        pieces -= part
        used = hold if part == hold.pieces else _split(session, hold, part)
        ledger.consume_hold(session, item, used, document=document, actor_id=actor.user_id, happened_at=happened_at)


def _split(session: Session, hold: Reservation, pieces: int) -> Reservation:
    hold.pieces -= pieces
    part = Reservation(
        holder=hold.holder,
        stock_item_id=hold.stock_item_id,
        pieces=pieces,
        status=ReservationStatus.ACTIVE,
        status_changed_at=clock.now(),
        expires_at=hold.expires_at,
    )
    session.add(part)
    session.flush()  # its movement names the id
    return part
