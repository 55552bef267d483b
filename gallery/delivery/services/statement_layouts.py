"""How each courier's statement calls its columns: data, so that another spreadsheet is another row here.

Couriers publish no format of what they send a merchant, and rename columns freely: each field has the headings under
which it was seen in their dashboards and documents, compared without case, accents and punctuation. Which ones a new
file uses is told by its heading row; a heading that nobody knows is passed over. Whoever has a file of other headings
types which ones hold the number and the amount.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gallery.core.reading import plain_key
from gallery.core.sheets import Cell, SheetProblem, Table, UnreadableSheetError
from gallery.delivery.states import Courier

HEADING_ROWS: Final = 15
MOST_SHOWN: Final = 20
_NUMBERS: Final = ("booking_ref", "tracking_number", "key")


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """Headings by field: the first one that the sheet has is taken."""

    booking_ref: Sequence[str]
    tracking_number: Sequence[str]
    key: Sequence[str]
    charged_on: Sequence[str]
    service: Sequence[str]
    amount: Sequence[str]

    def headings(self) -> Mapping[str, Sequence[str]]:
        """Return the headings of each field, as they are written."""
        fields = ("booking_ref", "tracking_number", "key", "charged_on", "service", "amount")
        return {name: getattr(self, name) for name in fields}


_TRACKING: Final = ("Waybill ID", "Nomor resi", "No. Resi", "Resi", "Waybill", "AWB", "Tracking ID", "Tracking number")
_KEY: Final = ("Reference ID", "Referensi", "Nomor referensi", "Merchant order ID", "Metadata", "Nomor pesanan")
_DAY: Final = (
    "Tanggal",
    "Date",
    "Created at",
    "Order date",
    "Tanggal pesanan",
    "Transaction date",
    "Tanggal transaksi",
)
_SERVICE: Final = ("Layanan", "Service", "Courier service", "Service type", "Kurir", "Courier", "Jenis layanan")
_AMOUNT: Final = ("Total tagihan", "Total", "Total biaya", "Total fee", "Jumlah", "Amount", "Biaya", "Ongkir", "Harga")
LAYOUTS: Final[Mapping[Courier, StatementLayout]] = {
    Courier.BITESHIP: StatementLayout(
        booking_ref=("Order ID", "ID pesanan", "Biteship order ID", "ID order"),
        tracking_number=_TRACKING,
        key=_KEY,
        charged_on=_DAY,
        service=("Courier type", "Tipe kurir", *_SERVICE),
        amount=("Price", "Final price", "Shipping fee", "Shipment fee", "Biaya kirim", *_AMOUNT),
    ),
    Courier.LALAMOVE: StatementLayout(
        booking_ref=("Order ID", "Order ref", "Order no", "No. Pesanan", "Nomor order", "ID pesanan"),
        tracking_number=_TRACKING,
        key=_KEY,
        charged_on=("Delivery date", "Order time", "Waktu pesanan", *_DAY),
        service=("Vehicle type", "Kendaraan", *_SERVICE),
        amount=("Total amount", "Total price", "Net total", "Price", *_AMOUNT),
    ),
    Courier.GRAB_EXPRESS: StatementLayout(
        booking_ref=("Delivery ID", "Booking ID", "Booking code", "Kode booking", "ID pengiriman", "Order ID"),
        tracking_number=_TRACKING,
        key=_KEY,
        charged_on=("Booking date", "Pick up time", "Waktu pemesanan", *_DAY),
        service=_SERVICE,
        amount=("Fare", "Total fare", "Tarif", "Net fare", *_AMOUNT),
    ),
}


@dataclass(frozen=True, slots=True)
class OwnHeadings:
    """What somebody typed about a file whose headings nobody knows; what is empty is looked for as usual.

    ``number`` heads the column of numbers of whatever kind: the courier's, ours, or the waybill.
    """

    number: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading stands among the read rows, and in which column each field is."""

    row: int
    places: Mapping[str, int]

    def cell(self, row: Sequence[Cell], name: str) -> Cell:
        """Return the row's cell of a field; empty where the sheet has no such column or the row ends before it."""
        place = self.places.get(name, len(row))
        return row[place] if place < len(row) else ""


def need_heading(table: Table, courier: Courier, own: OwnHeadings = OwnHeadings()) -> Heading:
    """Return where the fields stand; :class:`UnreadableSheetError` unless there is an amount and a number to match."""
    layout = LAYOUTS[courier]
    wanted = dict(layout.headings())
    if own.number:
        wanted |= dict.fromkeys(_NUMBERS, (own.number,))
    if own.amount:
        wanted["amount"] = (own.amount,)
    for index, (_number, row) in enumerate(table.rows[:HEADING_ROWS]):
        columns = {plain_key(cell): place for place, cell in reversed(list(enumerate(row))) if isinstance(cell, str)}
        places = {}
        for name, headings in wanted.items():
            known = [columns[key] for key in map(plain_key, headings) if key in columns]
            if known:
                places[name] = known[0]
        if "amount" in places and any(name in places for name in _NUMBERS):
            return Heading(index, places)
    raise UnreadableSheetError(
        SheetProblem.NO_HEADER,
        needed=f"{layout.booking_ref[0]} / {layout.tracking_number[0]} / {layout.key[0]}, {layout.amount[0]}",
        found=", ".join(_likely_headings(table)),
    )


def _likely_headings(table: Table) -> list[str]:
    """Return the texts of the row that looks most like a heading: of the first rows the one with most pure words."""
    rows = [[str(cell).strip()[:30] for cell in row if _is_word(cell)] for _number, row in table.rows[:HEADING_ROWS]]
    return max(rows, key=len, default=[])[:MOST_SHOWN]


def _is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(cell.strip()) and not any(map(str.isdecimal, cell))
