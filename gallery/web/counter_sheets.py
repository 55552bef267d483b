"""Columns of the workbooks about the counter: shifts, what was sold, what came back, cash without a sale."""

from collections.abc import Iterable, Iterator
from typing import Final

from flask_babel import lazy_gettext as _l

from gallery.counter.models import CashMovement, CounterReturn, CounterReturnLine, CounterSale, CounterSaleLine, Shift
from gallery.web.exports import Column, Export
from gallery.web.filters import local
from gallery.web.words import word

SHIFTS: Final[Export[Shift]] = Export(
    _l("Giliran kasir"),
    "giliran-kasir",
    (
        Column(_l("Dibuka"), lambda row: local(row.opened_at), 18),
        Column(_l("Kasir"), lambda row: row.till.name, 16),
        Column(_l("Galeri"), lambda row: row.till.gallery.name, 30),
        Column(_l("Keadaan"), lambda row: str(word(row.status).text), 14),
        Column(_l("Ditutup"), lambda row: local(row.closed_at) if row.closed_at else None, 18),
        Column(_l("Uang awal"), lambda row: row.opening_cash_idr),
        # What should be in the drawer is told when it is counted, not before.
        Column(_l("Seharusnya di laci"), lambda row: row.expected_cash_idr, 18),
        Column(_l("Dihitung"), lambda row: row.counted_cash_idr),
        Column(
            _l("Selisih"),
            lambda row: (
                None
                if row.counted_cash_idr is None or row.expected_cash_idr is None
                else row.counted_cash_idr - row.expected_cash_idr
            ),
        ),
        Column(_l("Keterangan selisih"), lambda row: row.closing_note, 32),
    ),
)

SoldRow = tuple[CounterSale, CounterSaleLine, str]
SOLD: Final[Export[SoldRow]] = Export(
    _l("Penjualan kasir"),
    "penjualan-kasir",
    (
        Column(_l("Nomor"), lambda row: row[0].number, 22),
        Column(_l("Waktu"), lambda row: local(row[0].happened_at), 18),
        Column(_l("Kasir"), lambda row: row[2], 14),
        Column(_l("Barang"), lambda row: row[1].name, 36),
        Column(_l("Pemilik"), lambda row: row[1].business_name, 30),
        Column(_l("Kedaluwarsa"), lambda row: row[1].expires_on, 14),
        Column(_l("Jumlah"), lambda row: row[1].pieces),
        Column(_l("Harga"), lambda row: row[1].price_idr),
        Column(_l("Potongan"), lambda row: row[1].discount_idr),
        Column(_l("Dibayar"), lambda row: row[1].amount_idr),
        Column(_l("Kembali (retur)"), lambda row: row[1].returned_pieces, 14),
    ),
)

BackRow = tuple[CounterReturn, CounterReturnLine]
BACK: Final[Export[BackRow]] = Export(
    _l("Retur penjualan kasir"),
    "retur-kasir",
    (
        Column(_l("Nomor"), lambda row: row[0].number, 22),
        Column(_l("Waktu"), lambda row: local(row[0].happened_at), 18),
        Column(_l("Struk"), lambda row: row[0].sale.number, 22),
        Column(_l("Barang"), lambda row: row[1].sale_line.name, 36),
        Column(_l("Pemilik"), lambda row: row[1].sale_line.business_name, 30),
        Column(_l("Jumlah"), lambda row: row[1].pieces),
        Column(_l("Rusak"), lambda row: row[1].is_damaged),
        Column(_l("Uang kembali"), lambda row: row[1].amount_idr),
        Column(_l("Sebab"), lambda row: str(word(row[0].reason).text), 20),
        Column(_l("Keterangan"), lambda row: row[0].note, 32),
    ),
)
CASH: Final[Export[CashMovement]] = Export(
    _l("Kas masuk dan keluar"),
    "kas-kasir",
    (
        Column(_l("Waktu"), lambda row: local(row.happened_at), 18),
        Column(_l("Untuk apa"), lambda row: str(word(row.reason).text), 24),
        Column(_l("Jumlah"), lambda row: row.amount_idr),
        Column(_l("Keterangan"), lambda row: row.note, 36),
    ),
)


def back_rows(returns: Iterable[CounterReturn]) -> Iterator[BackRow]:
    """Each line of these returns with its return."""
    return ((row, line) for row in returns for line in row.lines)
