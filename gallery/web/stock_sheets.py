"""Columns of the workbooks about stock, for gallery staff and for owners."""

from typing import Final

from flask_babel import lazy_gettext as _l

from gallery.catalog.facts import full_name
from gallery.inventory.models import StockMovement
from gallery.inventory.queries import StockLine
from gallery.web.exports import Column, Export
from gallery.web.filters import local
from gallery.web.stock_documents import DocumentWords
from gallery.web.words import word

STOCK: Final[Export[StockLine]] = Export(
    _l("Stok"),
    "stok",
    (
        Column(_l("Produk"), lambda line: full_name(line.product_name, line.variant_name), 40),
        Column(_l("Pemilik"), lambda line: line.business_name, 30),
        Column(_l("Tempat"), lambda line: line.place.name, 30),
        Column(_l("Rak"), lambda line: line.item.shelf, 8),
        Column(_l("Kode produksi"), lambda line: line.lot.code, 16),
        Column(_l("Kedaluwarsa"), lambda line: line.lot.expires_on, 14),
        Column(
            _l("Ditahan karena"), lambda line: str(word(line.lot.blocked_as).text) if line.lot.blocked_as else "", 18
        ),
        Column(_l("Ada"), lambda line: line.item.on_hand),
        Column(_l("Dipesan"), lambda line: line.item.reserved),
        Column(_l("Bebas"), lambda line: line.item.on_hand - line.item.reserved),
    ),
)


def movements_of(documents: dict[str, DocumentWords]) -> Export[StockMovement]:
    """Columns of the movements of one stock row; ``documents`` are the words for what they name."""
    return Export(
        _l("Mutasi stok"),
        "mutasi-stok",
        (
            Column(_l("Waktu"), lambda row: local(row.happened_at), 18),
            Column(_l("Sebab"), lambda row: str(word(row.reason).text), 24),
            Column(_l("Barang"), lambda row: row.pieces),
            Column(_l("Dokumen"), lambda row: documents[row.document].text if row.document else "", 36),
            Column(_l("Keterangan"), lambda row: row.note, 36),
        ),
    )
