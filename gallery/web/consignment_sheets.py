"""Columns of the workbooks about consigned goods: notes and their lines, unpackings, receipts."""

from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.consignment.queries.notes import NoteLineRow, NoteRow
from gallery.consignment.queries.receipts import ReceiptRow
from gallery.consignment.queries.receiving import CountedLine, ReceivingRow
from gallery.web.exports import Column, Export
from gallery.web.filters import local
from gallery.web.words import word

NOTES: Final[Export[NoteRow]] = Export(
    _l("Surat titip"),
    "surat-titip",
    (
        Column(_l("Nomor"), lambda row: row.note.number or _("Draf"), 22),
        Column(_l("Pengirim"), lambda row: row.sender, 32),
        Column(_l("Galeri"), lambda row: row.gallery.name, 30),
        Column(_l("Keadaan"), lambda row: str(word(row.note.status).text), 20),
        Column(_l("Dikirim"), lambda row: local(row.note.sent_at) if row.note.sent_at else None, 18),
        Column(_l("Perkiraan tiba"), lambda row: row.note.arrives_on, 14),
        Column(_l("Dibawa oleh"), lambda row: row.note.brought_by, 22),
        Column(_l("Jumlah UMKM"), lambda row: row.owners),
        Column(_l("Baris"), lambda row: row.lines),
        Column(_l("Jumlah barang"), lambda row: row.pieces),
    ),
)
NOTE_LINES: Final[Export[NoteLineRow]] = Export(
    _l("Isi surat titip"),
    "isi-surat-titip",
    (
        Column(_l("Barang"), lambda row: row.name, 40),
        Column(_l("UMKM"), lambda row: row.business_name, 30),
        Column(_l("Kode produksi"), lambda row: row.line.lot_code, 16),
        Column(_l("Kedaluwarsa"), lambda row: row.line.expires_on, 14),
        Column(_l("Harga titip"), lambda row: row.line.consignor_price_idr),
        Column(_l("Jumlah"), lambda row: row.line.pieces),
        Column(_l("Sudah tiba"), lambda row: row.came),
    ),
)
RECEIVINGS: Final[Export[ReceivingRow]] = Export(
    _l("Sedang diterima"),
    "penerimaan-titipan",
    (
        Column(_l("Surat titip"), lambda row: (row.note.number if row.note else None) or _("tanpa surat"), 22),
        Column(_l("Galeri"), lambda row: row.gallery.name, 30),
        Column(_l("Dibuka oleh"), lambda row: row.opened_by, 24),
        Column(_l("Sejak"), lambda row: local(row.receiving.opened_at), 18),
        Column(_l("Terhitung"), lambda row: row.pieces),
    ),
)
RECEIVING_LINES: Final[Export[CountedLine]] = Export(
    _l("Barang titipan"),
    "barang-diterima",
    (
        Column(_l("Barang"), lambda one: one.name, 40),
        Column(_l("Pemilik"), lambda one: one.business.name, 30),
        Column(_l("Menurut surat"), lambda one: one.line.expected),
        Column(_l("Diterima"), lambda one: one.taken),
        Column(_l("Ditolak"), lambda one: one.rejected),
        Column(_l("Kedaluwarsa"), lambda one: one.line.expires_on, 14),
        Column(_l("Kode produksi"), lambda one: one.line.lot_code, 16),
        Column(_l("Rak"), lambda one: one.line.shelf, 8),
        Column(_l("Harga jual"), lambda one: one.variant.price_idr),
        Column(_l("Hak penitip"), lambda one: one.owed_idr),
    ),
)
RECEIPTS: Final[Export[ReceiptRow]] = Export(
    _l("Tanda terima"),
    "tanda-terima-titipan",
    (
        Column(_l("Nomor"), lambda row: row.receipt.number, 22),
        Column(_l("Tanggal"), lambda row: local(row.receipt.issued_at), 18),
        Column(_l("Penitip"), lambda row: row.business.name, 32),
        Column(_l("Galeri"), lambda row: row.gallery.name, 30),
        Column(_l("Diserahkan oleh"), lambda row: row.receipt.brought_by, 22),
        Column(_l("Baris"), lambda row: row.lines),
        Column(_l("Diterima"), lambda row: row.pieces),
        Column(_l("Ditolak"), lambda row: row.rejected),
        Column(_l("Hak penitip"), lambda row: row.owed_idr),
    ),
)
