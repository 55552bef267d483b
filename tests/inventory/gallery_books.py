"""What became of the pieces of each lot, added up from papers and sales: not one movement is read for it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from gallery.consignment.models import (
    ConsignmentNote,
    OwnerReturn,
    OwnerReturnLine,
    ReceiptLine,
    Transfer,
    TransferLine,
    WriteOff,
    WriteOffLine,
)
from gallery.consignment.states import MissingAs, OwnerReturnStatus, TransferStatus, WriteOffStatus
from gallery.counter.models import CounterReturn, CounterReturnLine, CounterSale, CounterSaleLine
from gallery.inventory.models import Lot, Paper, PaperCounter, Place, PlaceKind, Reservation, StockItem
from gallery.inventory.states import PAPER_PREFIX, ReservationStatus
from gallery.stocktake.models import Stocktake, StocktakeFound, StocktakeLine
from gallery.stocktake.states import StocktakeStatus


@dataclass
class Books:
    """Pieces of one lot, or of one owner."""

    received: int = 0
    sold: int = 0
    came_back: int = 0
    returned: int = 0
    written_off: int = 0
    corrected: int = 0
    on_shelf: int = 0
    in_transit: int = 0

    @property
    def on_hand(self) -> int:
        return self.on_shelf + self.in_transit

    @property
    def expected(self) -> int:
        gone = self.sold + self.returned + self.written_off
        return self.received - gone + self.came_back + self.corrected

    def add(self, other: "Books") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def by_lot(session: Session, came_back: Collection[str]) -> dict[int, Books]:
    """Return the books by lot; ``came_back`` names the web orders whose parcels came back."""
    books: dict[int, Books] = defaultdict(Books)

    def note(column: str, rows: Any) -> None:
        for lot_id, pieces in session.execute(rows):
            setattr(books[lot_id], column, getattr(books[lot_id], column) + int(pieces))

    note("received", select(ReceiptLine.lot_id, ReceiptLine.pieces).where(ReceiptLine.lot_id.is_not(None)))
    _sales(note, came_back)
    _leaving(note)
    _counts(note)
    on_hand = select(StockItem.lot_id, func.sum(StockItem.on_hand)).join(Place, Place.id == StockItem.place_id)
    on_hand = on_hand.group_by(StockItem.lot_id)
    note("on_shelf", on_hand.where(Place.kind != PlaceKind.TRANSIT))
    note("in_transit", on_hand.where(Place.kind == PlaceKind.TRANSIT))
    return dict(books)


def by_owner(session: Session, came_back: Collection[str]) -> dict[int, Books]:
    """Return the books by business."""
    owners = dict(session.execute(select(Lot.id, Lot.business_id)).all())
    found: dict[int, Books] = defaultdict(Books)
    for lot_id, books in by_lot(session, came_back).items():
        found[owners[lot_id]].add(books)
    return dict(found)


def _sales(note: Any, came_back: Collection[str]) -> None:
    note("sold", select(CounterSaleLine.lot_id, CounterSaleLine.pieces))
    back = select(CounterSaleLine.lot_id, CounterReturnLine.pieces)
    back = back.join(CounterSaleLine, CounterSaleLine.id == CounterReturnLine.sale_line_id)
    note("came_back", back)
    note("written_off", back.where(CounterReturnLine.is_damaged))
    shipped = select(StockItem.lot_id, Reservation.pieces).join(StockItem, StockItem.id == Reservation.stock_item_id)
    shipped = shipped.where(Reservation.holder.like("order:%"), Reservation.status == ReservationStatus.CONSUMED)
    note("sold", shipped)
    note("came_back", shipped.where(Reservation.holder.in_(came_back)))


def _leaving(note: Any) -> None:
    for column, head, line, is_done in (
        ("returned", OwnerReturn, OwnerReturnLine, OwnerReturn.status == OwnerReturnStatus.HANDED_OVER),
        ("written_off", WriteOff, WriteOffLine, WriteOff.status == WriteOffStatus.APPROVED),
    ):
        rows = select(StockItem.lot_id, line.pieces).join(StockItem, StockItem.id == line.stock_item_id)
        key = line.return_id if head is OwnerReturn else line.write_off_id
        note(column, rows.join(head, head.id == key).where(is_done))
    lost = select(StockItem.lot_id, TransferLine.pieces - TransferLine.received_pieces)
    lost = lost.join(StockItem, StockItem.id == TransferLine.stock_item_id)
    lost = lost.join(Transfer, Transfer.id == TransferLine.transfer_id)
    lost = lost.where(Transfer.status == TransferStatus.RECEIVED, TransferLine.missing_as == MissingAs.LOST)
    note("written_off", lost)


def _counts(note: Any) -> None:
    approved = Stocktake.status == StocktakeStatus.APPROVED
    delta = case((StocktakeLine.deferred, 0), else_=StocktakeLine.counted_pieces - StocktakeLine.expected_pieces)
    counted = select(StocktakeLine.lot_id, delta).join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
    note("corrected", counted.where(approved, StocktakeLine.counted_pieces.is_not(None)))
    found = select(StockItem.lot_id, StocktakeFound.pieces)
    found = found.join(StockItem, StockItem.id == StocktakeFound.stock_item_id)
    found = found.join(Stocktake, Stocktake.id == StocktakeFound.stocktake_id)
    note("corrected", found.where(approved, StocktakeFound.refused.is_(False)))


def gaps_in_numbers(session: Session) -> list[str]:
    """Return series of paper numbers that do not run from 1 to the last one, each once."""
    used: list[str] = []
    for column in (Paper.number, CounterSale.number, CounterReturn.number, ConsignmentNote.number):
        used += session.scalars(select(column).where(column.is_not(None)))
    series: dict[str, set[int]] = defaultdict(set)
    for number in used:
        name, _, last = number.rpartition("-")
        series[name].add(int(last))
    wrong = []
    for row in session.scalars(select(PaperCounter)):
        name = f"{PAPER_PREFIX[row.kind]}-{row.gallery_code}-{row.month}"
        if series[name] != set(range(1, row.last + 1)):
            wrong.append(name)
    return wrong
