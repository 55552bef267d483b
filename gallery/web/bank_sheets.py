"""Columns of the bank's lines as a workbook."""

from typing import Final

from flask_babel import lazy_gettext as _l

from gallery.settlement.queries.bank_lines import LineRow
from gallery.web.exports import Column, Export
from gallery.web.words import word


def _what(row: LineRow) -> str:
    if row.line.kind is not None:
        return str(word(row.line.kind).text)
    return str(word(row.match.suggested).text) if row.match and row.match.suggested else ""


def _document(row: LineRow) -> str:
    if row.document is not None:
        return row.document.number
    return row.match.candidates[0].number if row.match and row.match.candidates else ""


BANK_LINES: Final[Export[LineRow]] = Export(
    _l("Mutasi bank"),
    "mutasi-bank",
    (
        Column(_l("Tanggal"), lambda row: row.line.day, 12),
        Column(_l("Rekening"), lambda row: row.line.statement.bank_account.bank_name, 22),
        Column(_l("Keterangan"), lambda row: row.line.description, 48),
        Column(_l("Nomor referensi"), lambda row: row.line.reference, 20),
        Column(_l("Masuk"), lambda row: max(row.line.amount_idr, 0), 16),
        Column(_l("Keluar"), lambda row: max(-row.line.amount_idr, 0), 16),
        Column(_l("Saldo"), lambda row: row.line.balance_idr, 16),
        Column(_l("Keadaan"), lambda row: str(word(row.line.status).text), 16),
        Column(_l("Jenis"), _what, 26),
        Column(_l("Dokumen"), _document, 24),
        Column(_l("Catatan"), lambda row: row.line.note, 30),
        Column(_l("Berkas"), lambda row: row.line.statement.file_name, 26),
        Column(_l("Baris"), lambda row: row.line.row),
    ),
)
