"""Entries of pieces that a count, a transfer or a correction lost, where the gallery carries losses.

Losses with minutes of their own are in :mod:`goods`, what broke in a buyer's hands in :mod:`counter` and :mod:`online`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from gallery.consignment.models import LotTerms, Transfer
from gallery.consignment.queries.goods import owed_for_piece
from gallery.consignment.queries.requests import names_of
from gallery.consignment.states import LossBearer
from gallery.core.money import Rupiah
from gallery.inventory.models import Place, PlaceKind, StockItem, StockMovement
from gallery.inventory.states import DocumentKind, MovementReason
from gallery.settlement.queries.drafts import Draft, Source
from gallery.settlement.states import EntryKind
from gallery.stocktake.models import Stocktake


def _lost(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    return [
        _draft(EntryKind.PIECES_LOST, row, [(row[0].price_idr or 0, -row[0].pieces)], *facts)
        for row, facts in _rows(session, ids)
    ]


def _found(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """What turns up again was paid for: the owner gives that back, at the price of the loss, and can sell it again."""
    rows = _rows(session, ids)
    again = _found_again(session, {movement.stock_item_id for (movement, *_), _facts in rows})
    return [_draft(EntryKind.PIECES_FOUND, row, again.get(row[0].id, []), *facts) for row, facts in rows]


Row = tuple[StockMovement, StockItem, Place, LotTerms]


def _rows(session: Session, ids: Sequence[int]) -> list[tuple[Row, tuple[str, str]]]:
    """Return the movements with the name of their goods and the number of their document."""
    rows: list[Row] = [
        (movement, item, place, terms)
        for movement, item, place, terms in session.execute(
            select(StockMovement, StockItem, Place, LotTerms)
            .join(StockItem, StockItem.id == StockMovement.stock_item_id)
            .join(Place, Place.id == StockItem.place_id)
            .join(LotTerms, LotTerms.lot_id == StockItem.lot_id)
            .where(StockMovement.id.in_(ids))
            .order_by(StockMovement.id)
        )
    ]
    names = names_of(session, {item.variant_id for _, item, _, _ in rows})
    numbers = _numbers(session, {movement.document for movement, *_ in rows if movement.document})
    return [(row, (names[row[1].variant_id], numbers.get(row[0].document or "", ""))) for row in rows]


def _numbers(session: Session, documents: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, model in ((DocumentKind.STOCKTAKE, Stocktake), (DocumentKind.TRANSFER, Transfer)):
        mine = [document.removeprefix(kind.prefix) for document in documents if document.startswith(kind.prefix)]
        numbers = session.execute(select(model.public_id, model.number).where(model.public_id.in_(mine)))
        found |= {kind.of(public_id): number or "" for public_id, number in numbers}
    return found


def _draft(kind: EntryKind, row: Row, prices: Sequence[tuple[int, int]], name: str, number: str) -> Draft:
    """``prices``: selling price of a piece, and how many were lost at it; negative were found again."""
    movement, item, place, terms = row
    here = place.gallery_id if place.kind is PlaceKind.GALLERY else terms.gallery_id  # on the way: who took them in
    at = movement.happened_at
    draft = Draft(kind, movement.id, movement.document or f"stock_item:{item.id}", at, number, here)
    for price_idr, pieces in prices:
        worth = owed_for_piece(terms, Rupiah(price_idr))
        draft.replace_lost(item, business_id=terms.business_id, name=name, pieces=pieces, worth_idr=worth)
    return draft


def _found_again(session: Session, item_ids: set[int]) -> Mapping[int, list[tuple[int, int]]]:
    """Say of each correction upwards which paid losses of its row it undoes, the latest first."""
    movements = session.scalars(
        select(StockMovement)
        .where(StockMovement.stock_item_id.in_(item_ids), or_(_IS_LOST, _IS_CORRECTION))
        .order_by(StockMovement.stock_item_id, StockMovement.id)
    )
    missing: dict[int, list[tuple[int, int]]] = {}
    undone: dict[int, list[tuple[int, int]]] = {}
    for movement in movements:
        lost = missing.setdefault(movement.stock_item_id, [])
        if movement.pieces < 0:
            lost.append((movement.price_idr or 0, -movement.pieces))
            continue
        left = movement.pieces
        while left and lost:
            price_idr, pieces = lost.pop()
            now = min(left, pieces)
            left -= now
            undone.setdefault(movement.id, []).append((price_idr, -now))
            if pieces > now:
                lost.append((price_idr, pieces - now))
    return undone


def _is_lost(movement: type[StockMovement]) -> ColumnElement[bool]:
    """What was taken for lost and may turn up again; broken and expired goods do not."""
    return and_(movement.price_idr.is_not(None), movement.reason == MovementReason.LOST)


_BORNE: Final = (
    select(LotTerms.lot_id)
    .join(StockItem, StockItem.lot_id == LotTerms.lot_id)
    .where(StockItem.id == StockMovement.stock_item_id, LotTerms.loss_bearer == LossBearer.GALLERY)
    .exists()
)
_IS_LOST: Final = _is_lost(StockMovement)
_IS_CORRECTION: Final = and_(StockMovement.pieces > 0, StockMovement.reason == MovementReason.COUNT_CORRECTION)
_IN_A_SALE: Final = or_(
    StockMovement.document.startswith(DocumentKind.COUNTER_RETURN.prefix),
    StockMovement.document.startswith(DocumentKind.REFUND.prefix),
)
_earlier = aliased(StockMovement)
_LOST_BEFORE: Final = (
    select(_earlier.id)
    .where(_earlier.stock_item_id == StockMovement.stock_item_id, _earlier.id < StockMovement.id, _is_lost(_earlier))
    .exists()
)
SOURCES: Final = (
    Source(
        EntryKind.PIECES_LOST,
        select(StockMovement.id).where(
            StockMovement.price_idr.is_not(None), or_(StockMovement.document.is_(None), ~_IN_A_SALE), _BORNE
        ),
        _lost,
    ),
    Source(EntryKind.PIECES_FOUND, select(StockMovement.id).where(_IS_CORRECTION, _LOST_BEFORE, _BORNE), _found),
)
