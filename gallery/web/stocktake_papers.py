"""What of a stocktake leaves the screen: the minutes (berita acara) as PDF, and the lines as a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from gallery.consignment.queries import terms_of_lots
from gallery.consignment.queries.goods import owed_for_piece
from gallery.core.sheets import Cell, xlsx_table
from gallery.inventory.models import Paper
from gallery.inventory.states import PaperKind
from gallery.stocktake import queries
from gallery.stocktake.models import StocktakeFound, StocktakeLine
from gallery.stocktake.queries import Figure, StocktakeRow
from gallery.web.consignment_papers import check_url, grouped
from gallery.web.exports import Column, Export
from gallery.web.filters import angka, local, rupiah, tanggal, tanggal_pendek, waktu
from gallery.web.printing import render_pdf
from gallery.web.words import word

KIND: Final = PaperKind.STOCKTAKE
STOCKTAKES: Final[Export[StocktakeRow]] = Export(
    _l("Stok opname"),
    "stok-opname",
    (
        Column(_l("Dimulai"), lambda row: local(row.stocktake.frozen_at), 18),
        Column(_l("Galeri"), lambda row: row.place.name, 30),
        Column(_l("Rak"), lambda row: row.stocktake.shelf, 8),
        Column(_l("Pemilik"), lambda row: row.owner, 30),
        Column(_l("Status"), lambda row: str(word(row.stocktake.status).text), 18),
        Column(_l("Baris"), lambda row: row.lines),
        Column(_l("Dihitung"), lambda row: row.counted),
        Column(
            _l("Disetujui"), lambda row: local(row.stocktake.approved_at) if row.stocktake.approved_at else None, 18
        ),
        Column(_l("Berita acara"), lambda row: row.stocktake.number, 22),
        Column(_l("Catatan"), lambda row: row.stocktake.note, 32),
    ),
)


def owed_values(session: Session, figures: Sequence[Figure]) -> dict[int, int]:
    """What the gallery would owe the owners for each line's difference, by line: at the terms frozen with each lot."""
    lots = {figure.line.lot_id for figure in figures if figure.delta}
    terms = terms_of_lots(session, lots) if lots else {}
    return {
        figure.line.id: figure.delta * owed_for_piece(terms.get(figure.line.lot_id), figure.line.price_idr)
        for figure in figures
    }


def minutes(session: Session, row: StocktakeRow, paper: Paper) -> bytes:
    """Return the minutes of an approved stocktake: every line, what was booked, and room for signatures."""
    stocktake = row.stocktake
    figures = queries.figures(session, stocktake)
    owed = owed_values(session, figures)
    found = [one for one in queries.found_goods(session, stocktake) if not one.refused]
    people = queries.people(session, stocktake)
    counters = ", ".join(name for name, _number in queries.counters(session, stocktake.id))
    missing = -sum(figure.delta for figure in figures if figure.delta < 0)
    surplus = sum(figure.delta for figure in figures if figure.delta > 0) + sum(one.pieces for one in found)
    return render_pdf(
        "stocktake.typ",
        {
            "title": _("Berita Acara Stok Opname"),
            "number": stocktake.number,
            "facts": [
                [_("Tempat"), _where(row)],
                [_("Catatan disimpan"), waktu(stocktake.frozen_at)],
                [_("Disetujui"), waktu(stocktake.approved_at)],
                [_("Dihitung oleh"), counters or "–"],
            ],
            "head": [_("Barang"), _("Sistem"), _("Fisik"), _("Selisih"), _("Nilai"), _("Keterangan")],
            "lines": [_line(figure, owed[figure.line.id]) for figure in figures],
            "found_title": _("Temuan yang diterima ke stok"),
            "found": [[one.article, _lot(one), angka(one.pieces), one.note] for one in found],
            "sums": [
                [_("Baris dihitung"), angka(len(figures))],
                [_("Barang kurang"), angka(missing)],
                [_("Barang lebih"), angka(surplus)],
                [_("Selisih menurut harga jual"), _money(sum(figure.value_idr for figure in figures))],
                [_("Selisih menurut hak pemilik"), _money(sum(owed.values()))],
            ],
            "explanation": _(
                "Sistem adalah catatan saat disimpan ditambah barang masuk dan keluar sampai barangnya dihitung."
            ),
            "signatures": [
                [_("Penghitung"), counters.split(", ")[0] if counters else ""],
                [_("Dibuka oleh"), people.get("opened", "")],
                [_("Disetujui oleh"), people.get("approved", "")],
            ],
            "check": _(
                "Kode periksa %(code)s, lihat %(url)s",
                code=grouped(paper.check_code),
                url=check_url(paper.check_code),
            ),
            "footer": tanggal(stocktake.approved_at),
        },
    )


def sheet(session: Session, row: StocktakeRow, *, with_figures: bool) -> bytes:
    """Return all lines; without figures a sheet on which pieces are written down."""
    goods = [_("Rak"), _("Barang"), _("Pemilik"), _("Kode produksi"), _("Kedaluwarsa")]
    if not with_figures:
        return xlsx_table(_("Lembar hitung"), [*goods, _("Fisik")], _blank(session, row), widths=[8, 40, 30, 16, 14])
    figures = [
        *(_("Catatan"), _("Bergerak"), _("Seharusnya"), _("Fisik"), _("Selisih"), _("Harga jual"), _("Nilai selisih")),
        *(_("Hak pemilik"), _("Sebab"), _("Keterangan")),
    ]
    return xlsx_table(_("Stok opname"), [*goods, *figures], _full(session, row), widths=[8, 40, 30, 16, 14])


def _blank(session: Session, row: StocktakeRow) -> Iterator[list[Cell | None]]:
    for figure in queries.figures(session, row.stocktake):
        yield [*_goods(figure), None]


def _full(session: Session, row: StocktakeRow) -> Iterator[list[Cell | None]]:
    figures = queries.figures(session, row.stocktake)
    owed = owed_values(session, figures)
    for figure in figures:
        line = figure.line
        yield [
            *_goods(figure),
            *(line.book_pieces, figure.moved, figure.expected, figure.counted, figure.delta),
            *(line.price_idr, figure.value_idr, owed[line.id]),
            *(_reason(figure), line.note),
        ]
    for one in queries.found_goods(session, row.stocktake):
        if not one.refused:
            goods = [one.shelf, one.article, one.owner, one.lot_code, one.expires_on]
            yield [*goods, 0, 0, 0, one.pieces, one.pieces, one.price_idr, None, None, _("Temuan"), one.note]


def _goods(figure: Figure) -> list[Cell | None]:
    line = figure.line
    return [line.shelf, line.article, line.owner, line.lot_code, line.expires_on]


def _line(figure: Figure, owed_idr: int) -> list[str]:
    line = figure.line
    counted = "–" if figure.counted is None else angka(figure.counted)
    delta = f"{figure.delta:+d}" if figure.delta else "0"
    owner = _("hak pemilik %(amount)s", amount=_money(owed_idr)) if figure.delta else ""
    remark = " · ".join(text for text in (_reason(figure), line.note, owner) if text)
    return [line.article, _lot(line), angka(figure.expected), counted, delta, _money(figure.value_idr), remark]


def _reason(figure: Figure) -> str:
    if figure.line.deferred:
        return _("Ditunda")
    if figure.counted is None:
        return _("Tidak dihitung")
    return str(word(figure.reason).text) if figure.delta and figure.reason else ""


def _lot(one: StocktakeLine | StocktakeFound) -> str:
    """Whose goods these are, with what tells their lot."""
    expiry = tanggal_pendek(one.expires_on) if one.expires_on else ""
    return " · ".join(text for text in (one.owner, one.lot_code, expiry) if text)


def _where(row: StocktakeRow) -> str:
    shelf = _("rak %(shelf)s", shelf=row.stocktake.shelf) if row.stocktake.shelf else ""
    return " · ".join(text for text in (row.place.name, shelf, row.owner) if text)


def _money(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{rupiah(abs(amount))}"
