"""Pieces that come in, and corrections by hand. Both append a movement, both are done once per request key."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product, Variant
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.inventory.errors import BelowReservedError, InvalidQuantityError
from gallery.inventory.models import Lot, StockItem, StockMovement
from gallery.inventory.services import ledger
from gallery.inventory.states import LOSSES, MovementReason


def receive(  # noqa: PLR0913 - what a receipt states
    session: Session,
    variant_id: int,
    place_id: int,
    pieces: int,
    *,
    expires_on: date | None = None,
    lot_code: str | None = None,
    intake: str = "",
    shelf: str = "",
    reason: MovementReason = MovementReason.RECEIVED,
    document: str | None = None,
    request_key: str | None = None,
    actor: Actor,
) -> StockMovement:
    """The pieces are on hand at the place, in their lot. The same request key changes nothing twice.

    Consigned goods name their receipt line as ``intake``, so that each line has a lot, and terms, of its own.
    """
    if pieces < 1:
        raise InvalidQuantityError(str(pieces))
    lot_id = _lot_id(session, variant_id, lot_code or "", expires_on, intake)
    item = locked_item(session, variant_id, place_id, lot_id)
    done = _done(session, request_key)
    if done is not None:
        return done
    item.on_hand += pieces
    item.shelf = shelf or item.shelf
    movement = ledger.append(
        session, item, pieces, reason, document=document, request_key=request_key, actor_id=actor.user_id
    )
    ledger.announce(session, [item])
    return movement


def adjust(
    session: Session,
    stock_item_id: int,
    pieces_delta: int,
    *,
    reason: MovementReason,
    note: str = "",
    document: str | None = None,
    request_key: str | None = None,
    actor: Actor,
) -> StockMovement:
    """On hand is corrected by the difference; never below what is reserved (:class:`BelowReservedError`).

    Counts, transfers and counter returns come here with their ``document``. What is lost keeps the price of the day.
    """
    if pieces_delta == 0:
        raise InvalidQuantityError("0")
    item = lock_row(session, StockItem, stock_item_id)
    done = _done(session, request_key)
    if done is not None:
        return done
    ledger.free_expired(session, [item])
    if item.on_hand + pieces_delta < item.reserved:
        raise BelowReservedError(on_hand=item.on_hand, reserved=item.reserved, delta=pieces_delta)
    item.on_hand += pieces_delta
    variant = session.get_one(Variant, item.variant_id)
    movement = ledger.append(
        session,
        item,
        pieces_delta,
        reason,
        document=document,
        note=note,
        request_key=request_key,
        actor_id=actor.user_id,
    )
    if pieces_delta < 0 and reason in LOSSES:
        movement.price_idr = variant.price_idr  # before it is written: nothing of it changes afterwards
    audit.record(session, actor, "stock.adjusted", f"stock_item:{item.id}", pieces=pieces_delta, reason=reason.value)
    ledger.announce(session, [item])
    return movement


def _done(session: Session, request_key: str | None) -> StockMovement | None:
    """Find the movement this request already made; asked under the item's lock, so two senders cannot both miss it."""
    if request_key is None:
        return None
    return session.scalar(select(StockMovement).where(StockMovement.request_key == request_key))


def _lot_id(session: Session, variant_id: int, code: str, expires_on: date | None, intake: str) -> int:
    """Find or make the lot; of two who make it at once, one finds the other's (the row is unique)."""
    wanted = select(Lot.id).where(
        Lot.variant_id == variant_id, Lot.code == code, Lot.expires_on == expires_on, Lot.intake == intake
    )
    found = session.scalar(wanted)
    if found is not None:
        return found
    owner = session.scalar(
        select(Product.business_id).join(Variant, Variant.product_id == Product.id).where(Variant.id == variant_id)
    )
    if owner is None:
        raise NotFoundError("Variant")
    ledger.insert_once(
        session,
        Lot,
        variant_id=variant_id,
        business_id=owner,
        code=code,
        expires_on=expires_on,
        intake=intake,
        block_note="",
        created_at=clock.now(),
    )
    return session.scalars(wanted).one()


def locked_item(session: Session, variant_id: int, place_id: int, lot_id: int) -> StockItem:
    """Return the row of the lot at the place, locked; made without a piece where there is none yet."""
    wanted = select(StockItem.id).where(
        StockItem.variant_id == variant_id, StockItem.place_id == place_id, StockItem.lot_id == lot_id
    )
    found = session.scalar(wanted)
    if found is None:
        ledger.insert_once(
            session, StockItem, variant_id=variant_id, place_id=place_id, lot_id=lot_id, on_hand=0, reserved=0, shelf=""
        )
        found = session.scalars(wanted).one()
    return lock_row(session, StockItem, found)
