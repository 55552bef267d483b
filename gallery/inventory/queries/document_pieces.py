"""Pieces that documents name line by line, against the movements made in their name, by stock row and reason.

Packages above this one keep the documents, so their tables are known by name only, as in :mod:`documents`. Counts are
compared where they are kept; web orders and refunds name articles and not lots, so they are compared by article.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, case, func, select
from sqlalchemy.orm import Session

from gallery.core.db import Base
from gallery.inventory.models import PlaceKind, StockItem, StockMovement
from gallery.inventory.queries.documents import document_numbers
from gallery.inventory.states import DocumentKind, MovementReason

_R = MovementReason
BY_ARTICLE: Final = (DocumentKind.ORDER, DocumentKind.REFUND)
BY_ROW: Final = (
    *(DocumentKind.SALE, DocumentKind.COUNTER_RETURN, DocumentKind.RECEIPT),
    *(DocumentKind.RETURN, DocumentKind.WRITE_OFF, DocumentKind.TRANSFER),
)
Lines = tuple[MovementReason | None, Select[Any]]  # rows of (document, stock item or article, signed pieces[, reason])
Comparison = tuple[str, Sequence[DocumentKind], Callable[[], Iterator[Lines]], Any]
Key = tuple[str, int | None, MovementReason]


@dataclass(frozen=True, slots=True)
class PiecesOff:
    """A document and the movements in its name do not say the same; ``row`` is "stock_item 5" or "variant 7"."""

    document: str
    row: str
    reason: MovementReason
    expected: int
    found: int


def pieces_off(session: Session) -> Iterator[PiecesOff]:
    """Compare every document with its movements, and every movement with its document; those without one are left out.

    That a document is missing altogether is told by :func:`missing_documents`.
    """
    by_row: Comparison = ("stock_item", BY_ROW, _lines_by_row, StockMovement.stock_item_id)
    by_article: Comparison = ("variant", BY_ARTICLE, _lines_by_article, StockItem.variant_id)
    for table, kinds, lines, column in (by_row, by_article):
        sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
        for reason, rows in lines():
            for line in session.execute(rows.execution_options(yield_per=1_000)):
                document, row, pieces, *own = tuple(line)
                sums[document, row, reason or own[0]][0] += int(pieces)
        for kind in kinds:
            for document, row, reason, pieces in session.execute(_moved(kind, column)):
                sums[document, row, reason][1] += int(pieces)
        off = {key: both for key, both in sums.items() if both[0] != both[1]}
        known = document_numbers(session, {document for document, _row, _reason in off})
        for (document, row, reason), (expected, found) in sorted(off.items(), key=lambda one: str(one[0])):
            if document in known:
                yield PiecesOff(document, f"{table} {row}", reason, expected, found)


def _moved(kind: DocumentKind, column: Any) -> Select[Any]:
    return (
        select(StockMovement.document, column, StockMovement.reason, func.sum(StockMovement.pieces))
        .join(StockItem, StockItem.id == StockMovement.stock_item_id)
        .where(StockMovement.document.startswith(kind.prefix))
        .group_by(StockMovement.document, column, StockMovement.reason)
        .execution_options(yield_per=1_000)
    )


def _lines_by_row() -> Iterator[Lines]:
    sale, sold = _table("counter_sale"), _table("counter_sale_line")
    rows = select(_name(DocumentKind.SALE, sale), sold.c.stock_item_id, -sold.c.pieces)
    yield _R.SOLD, rows.join(sold, sold.c.sale_id == sale.c.id)

    given, back = _table("counter_return"), _table("counter_return_line")
    for reason, pieces, condition in (
        (_R.BUYER_RETURN, back.c.pieces, back.c.pieces > 0),
        (_R.DAMAGED, -back.c.pieces, back.c.is_damaged),
    ):
        rows = select(_name(DocumentKind.COUNTER_RETURN, given), sold.c.stock_item_id, pieces)
        rows = rows.join(back, back.c.return_id == given.c.id).join(sold, sold.c.id == back.c.sale_line_id)
        yield reason, rows.where(condition)

    receipt, line, item, place = _table("receipt"), _table("receipt_line"), _table("stock_item"), _table("place")
    shelf = (place.c.gallery_id == receipt.c.gallery_id) & (place.c.kind == PlaceKind.GALLERY)
    rows = select(_name(DocumentKind.RECEIPT, receipt), item.c.id, line.c.pieces)
    rows = rows.join(line, line.c.receipt_id == receipt.c.id).join(place, shelf)
    rows = rows.outerjoin(item, (item.c.lot_id == line.c.lot_id) & (item.c.place_id == place.c.id))
    yield _R.RECEIVED, rows.where(line.c.pieces > 0)

    leaving, line = _table("owner_return"), _table("owner_return_line")
    rows = select(_name(DocumentKind.RETURN, leaving), line.c.stock_item_id, -line.c.pieces)
    yield (
        _R.OWNER_RETURN,
        rows.join(line, line.c.return_id == leaving.c.id).where(leaving.c.status == "handed_over"),
    )

    minutes, line = _table("write_off"), _table("write_off_line")
    rows = select(_name(DocumentKind.WRITE_OFF, minutes), line.c.stock_item_id, -line.c.pieces, line.c.reason)
    yield None, rows.join(line, line.c.write_off_id == minutes.c.id).where(minutes.c.status == "approved")
    yield from _transfers()


def _transfers() -> Iterator[Lines]:
    """Out of the one gallery onto the way; from there to the other one, back, or lost."""
    head, line, place = _table("transfer"), _table("transfer_line"), _table("place")
    item, there, to = _table("stock_item"), _table("stock_item").alias(), place.alias()
    document = _name(DocumentKind.TRANSFER, head)
    missing = line.c.pieces - line.c.received_pieces
    went_back = case((line.c.missing_as == "went_back", missing), else_=0)
    lost = case((line.c.missing_as == "lost", missing), else_=0)
    is_gone, is_there = head.c.status.in_(["sent", "received"]), head.c.status == "received"

    def rows(row: Any, pieces: Any, condition: Any) -> Select[Any]:
        found = select(document, row, pieces).join(line, line.c.transfer_id == head.c.id)
        return found.join(item, item.c.id == line.c.stock_item_id).where(condition)

    def at(where: Any, pieces: Any, condition: Any) -> Select[Any]:
        found = rows(there.c.id, pieces, condition)
        return found.join(place, where).outerjoin(
            there, (there.c.lot_id == item.c.lot_id) & (there.c.place_id == place.c.id)
        )

    arrives = place.c.id == head.c.to_place_id
    on_the_way = (place.c.kind == PlaceKind.TRANSIT) & (
        place.c.gallery_id == select(to.c.gallery_id).where(to.c.id == head.c.to_place_id).scalar_subquery()
    )
    yield _R.TRANSFER_OUT, rows(item.c.id, -line.c.pieces, is_gone)
    yield _R.TRANSFER_IN, at(on_the_way, line.c.pieces, is_gone)
    yield _R.TRANSFER_OUT, at(on_the_way, -line.c.received_pieces - went_back, is_there)
    yield _R.LOST, at(on_the_way, -lost, is_there & (lost > 0))
    yield _R.TRANSFER_IN, at(arrives, line.c.received_pieces, is_there & (line.c.received_pieces > 0))
    yield _R.TRANSFER_IN, rows(item.c.id, went_back, is_there & (went_back > 0))


def _lines_by_article() -> Iterator[Lines]:
    order, parcel, line = _table("order"), _table("parcel"), _table("order_line")
    left = "handed_over", "delivered", "failed", "returned"
    for reason, pieces, states in ((_R.SOLD, -line.c.quantity, left), (_R.BUYER_RETURN, line.c.quantity, left[-1:])):
        rows = select(_name(DocumentKind.ORDER, order), line.c.variant_id, pieces)
        rows = rows.join(parcel, parcel.c.order_id == order.c.id).join(line, line.c.parcel_id == parcel.c.id)
        yield reason, rows.where(parcel.c.status.in_(states))

    refund, back = _table("refund"), _table("refund_line")
    for reason, pieces, goods in (
        (_R.BUYER_RETURN, back.c.pieces, ("shelf", "damaged")),
        (_R.DAMAGED, -back.c.pieces, ("damaged",)),
    ):
        rows = select(_name(DocumentKind.REFUND, refund), line.c.variant_id, pieces)
        rows = rows.join(back, back.c.refund_id == refund.c.id).join(line, line.c.id == back.c.order_line_id)
        yield reason, rows.where(refund.c.goods.in_(goods))


def _name(kind: DocumentKind, table: Table) -> ColumnElement[str]:
    return kind.prefix + table.c.public_id


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
