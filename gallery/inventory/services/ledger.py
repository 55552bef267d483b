"""What every change of stock shares: the movement, the news of it, and holds that ran out."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.models import Variant
from gallery.core import clock
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.inventory.models import Reservation, StockItem, StockMovement
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
) -> StockMovement:
    """Write the movement that explains a change of ``on_hand``; it is never edited afterwards."""
    movement = StockMovement(
        stock_item_id=item.id,
        pieces=pieces,
        reason=reason,
        document=document,
        note=note,
        request_key=request_key,
        actor_id=actor_id,
    )
    session.add(movement)
    return movement


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


def end_hold(item: StockItem, hold: Reservation, status: ReservationStatus) -> None:
    """Close a hold on its locked row: the pieces are free again, or gone with the parcel."""
    move(hold, RESERVATION, status, clock.now())
    item.reserved -= hold.pieces
