"""Pieces that go from place to place: a lot keeps its owner, its date and its terms wherever it lies."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_rows
from gallery.inventory.errors import BelowReservedError, InvalidQuantityError
from gallery.inventory.models import Place, PlaceKind, StockItem
from gallery.inventory.services import ledger
from gallery.inventory.states import MovementReason


def on_the_way_to(session: Session, gallery_id: int) -> Place:
    """Return the place that holds what is on its way to the gallery; made where there is none yet."""
    wanted = select(Place).where(Place.gallery_id == gallery_id, Place.kind == PlaceKind.TRANSIT)
    if (found := session.scalar(wanted)) is not None:
        return found
    gallery = session.get(Gallery, gallery_id)
    if gallery is None:
        raise NotFoundError("Gallery")
    home = session.scalars(select(Place).where(Place.gallery_id == gallery_id, Place.kind == PlaceKind.GALLERY)).one()
    place = Place(
        kind=PlaceKind.TRANSIT,
        gallery_id=gallery_id,
        name=gallery.name,
        district_code=home.district_code,
        village_code=home.village_code,
        is_active=False,
    )
    session.add(place)
    session.flush()  # callers link to the id
    return place


def lock_ends(session: Session, stock_item_ids: Iterable[int], place_ids: Iterable[int]) -> None:
    """The rows, and those of the same lots at the other places, are there and locked: before several are moved.

    Lowest id first, so that two papers about the same lots queue for each other.
    """
    ids = set(stock_item_ids)
    lots = session.execute(select(StockItem.variant_id, StockItem.lot_id).where(StockItem.id.in_(ids)).distinct()).all()
    places = sorted(set(place_ids))
    for place_id in places:
        for variant_id, lot_id in sorted(lots):
            _stand_row(session, variant_id, place_id, lot_id)
    there = select(StockItem.id).where(
        StockItem.lot_id.in_({lot_id for _variant, lot_id in lots}), StockItem.place_id.in_(places)
    )
    lock_rows(session, StockItem, ids.union(session.scalars(there)))


def move_pieces(
    session: Session,
    stock_item_id: int,
    to_place_id: int,
    pieces: int,
    *,
    document: str,
    request_key: str,
    actor: Actor,
) -> StockItem:
    """The pieces are on hand at the other place, in the same lot, and not here any more; the row there is returned.

    Both movements carry the document. The same request key moves once. :class:`BelowReservedError` where the pieces
    are held by somebody. Moving several rows in one transaction: lock them all first, lowest id first.
    """
    if pieces < 1:
        raise InvalidQuantityError(str(pieces))
    source = session.get_one(StockItem, stock_item_id)
    target = StockItem.variant_id == source.variant_id, StockItem.lot_id == source.lot_id
    _stand_row(session, source.variant_id, to_place_id, source.lot_id)
    there = session.scalars(select(StockItem.id).where(*target, StockItem.place_id == to_place_id)).one()
    rows = lock_rows(session, StockItem, [stock_item_id, there])
    here, other = rows[stock_item_id], rows[there]
    if ledger.known_keys(session, [f"{request_key}:out"]):
        return other
    ledger.free_expired(session, [here])
    if here.on_hand - pieces < here.reserved:
        raise BelowReservedError(on_hand=here.on_hand, reserved=here.reserved, delta=-pieces)
    for row, delta, reason, side in (
        (here, -pieces, MovementReason.TRANSFER_OUT, "out"),
        (other, pieces, MovementReason.TRANSFER_IN, "in"),
    ):
        row.on_hand += delta
        ledger.append(
            session,
            row,
            delta,
            reason,
            document=document,
            request_key=f"{request_key}:{side}",
            actor_id=actor.user_id,
        )
    ledger.announce(session, [here, other])
    return other


def _stand_row(session: Session, variant_id: int, place_id: int, lot_id: int) -> None:
    """The place has a row for the lot; without a piece where there was none."""
    key = {"variant_id": variant_id, "place_id": place_id, "lot_id": lot_id}
    ledger.insert_once(session, StockItem, **key, on_hand=0, reserved=0, shelf="")
