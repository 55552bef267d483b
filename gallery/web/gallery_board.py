"""The figures of the galleries' dashboard as one workbook: a sheet for each chart and table of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.reporting.queries import DaySales, ExpiryBucket, OwnerShare, Pace
from gallery.web.exports import Column, Export


@dataclass(frozen=True)
class Board:
    """All figures. ``shares`` are (owner, pieces sold, pieces on hand)."""

    days: Sequence[DaySales]
    districts: Sequence[OwnerShare]
    owners: Sequence[OwnerShare]
    shares: Sequence[tuple[str, int, int]]
    buckets: Sequence[ExpiryBucket]
    fast: Sequence[Pace]
    slow: Sequence[Pace]

    def workbook(self) -> Response:
        """Answer with the figures as a download."""
        return _DAYS.answer(
            self.days,
            _DISTRICTS.sheet(self.districts),
            _OWNERS.sheet(self.owners),
            _SHARES.sheet(self.shares),
            _BUCKETS.sheet(self.buckets),
            _FAST.sheet(self.fast),
            _SLOW.sheet(self.slow),
        )


def within(bucket: ExpiryBucket) -> str:
    """Say when the pieces of a bucket expire."""
    return _("Sampai %(days)s hari", days=bucket.within_days) if bucket.within_days else _("Sudah lewat")


_DAYS: Final[Export[DaySales]] = Export(
    _l("Penjualan per hari"),
    "ringkasan-galeri",
    (
        Column(_l("Tanggal"), lambda row: row.day),
        Column(_l("Terjual di kasir"), lambda row: row.counter_pieces, 16),
        Column(_l("Nilai di kasir"), lambda row: row.counter_idr, 16),
        Column(_l("Terjual online"), lambda row: row.online_pieces, 16),
        Column(_l("Nilai online"), lambda row: row.online_idr, 16),
    ),
)
_ON_SHELF: Final[tuple[Column[OwnerShare], ...]] = (
    Column(_l("Barang"), lambda row: row.pieces),
    Column(_l("Nilai"), lambda row: row.value_idr, 16),
)
_DISTRICTS: Final[Export[OwnerShare]] = Export(
    _l("Nilai di rak per daerah"), "", (Column(_l("Kabupaten/kota"), lambda row: row.name, 28), *_ON_SHELF)
)
_OWNERS: Final[Export[OwnerShare]] = Export(
    _l("Nilai di rak per pemilik"), "", (Column(_l("Pemilik"), lambda row: row.name, 36), *_ON_SHELF)
)
_SHARES: Final[Export[tuple[str, int, int]]] = Export(
    _l("Bagian yang terjual, 90 hari"),
    "",
    (
        Column(_l("Pemilik"), lambda row: row[0], 36),
        Column(_l("Terjual"), lambda row: row[1]),
        Column(_l("Ada"), lambda row: row[2]),
        Column(_l("Bagian terjual (%)"), lambda row: round(100 * row[1] / (row[1] + row[2])), 18),
    ),
)
_BUCKETS: Final[Export[ExpiryBucket]] = Export(
    _l("Akan kedaluwarsa"),
    "",
    (
        Column(_l("Waktu"), within, 20),
        Column(_l("Barang"), lambda row: row.pieces),
        Column(_l("Nilai"), lambda row: row.value_idr, 16),
    ),
)
_ARTICLE: Final[tuple[Column[Pace], ...]] = (
    Column(_l("Produk"), lambda row: row.product_name, 36),
    Column(_l("Varian"), lambda row: row.variant_name, 18),
    Column(_l("Pemilik"), lambda row: row.business_name, 28),
    Column(_l("Ada"), lambda row: row.on_hand),
)
_FAST: Final[Export[Pace]] = Export(
    _l("Paling cepat habis"),
    "",
    (
        *_ARTICLE,
        Column(_l("Terjual 30 hari"), lambda row: row.sold, 16),
        Column(_l("Cukup untuk (hari)"), lambda row: row.cover_days, 18),
    ),
)
_SLOW: Final[Export[Pace]] = Export(
    _l("Tidak bergerak 60 hari"), "", (*_ARTICLE, Column(_l("Nilai"), lambda row: row.value_idr, 16))
)
