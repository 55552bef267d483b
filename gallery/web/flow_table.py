"""The table of what became of each piece, on screen and as XLSX, for staff and for owners."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from gallery.core import clock
from gallery.core.sheets import Cell, Sheet, xlsx_book
from gallery.reporting.queries import Flow, Period
from gallery.web.downloads import download
from gallery.web.paging import Pager, day_in, number_in

LONGEST = timedelta(days=731)
PAGE_SIZE = 50


def asked_period() -> Period:
    """The days in the address (``dari``, ``sampai``); without them, or where they make no sense, this month so far."""
    today = clock.today()
    first = day_in(request.args.get("dari", "")) or today.replace(day=1)
    last = day_in(request.args.get("sampai", "")) or today
    if first > last or last - first > LONGEST:
        return Period(today.replace(day=1), today)
    return Period(first, last)


def flows_page(flows: Sequence[Flow], period: Period, **query: Any) -> dict[str, Any]:
    """Template context of one page of the table; its sums stay those of all pages."""
    pages = max(1, -(-len(flows) // PAGE_SIZE))
    number = min(number_in(request.args.get("hal", "")) or 1, pages)
    given = {"dari": period.first.isoformat(), "sampai": period.last.isoformat(), **query}

    def at(wanted: int) -> str | None:
        return url_for(str(request.endpoint), hal=wanted, **given) if 0 < wanted <= pages else None

    text = _("Halaman %(n)s dari %(all)s", n=number, all=pages)
    shown = flows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return {"flows": flows, "shown": shown, "pager_links": Pager(at(number - 1), at(number + 1), text)}


def flows_sheet(flows: Sequence[Flow], period: Period) -> Response:
    """Answer with the table as a workbook."""
    sheet = sheet_of(f"{period.first:%d-%m-%Y} - {period.last:%d-%m-%Y}", flows)
    return download(xlsx_book([sheet]), f"arus-barang-{period.first:%Y%m%d}-{period.last:%Y%m%d}.xlsx")


def sheet_of(name: str, flows: Sequence[Flow]) -> Sheet:
    """Return the table as a sheet of a workbook."""
    headings = [
        *(_("Pemilik"), _("Produk"), _("Varian"), _("Tempat"), _("Awal"), _("Diterima"), _("Terjual di kasir")),
        *(_("Terjual online"), _("Kembali dari pembeli"), _("Dikembalikan ke pemilik"), _("Dihapus")),
        *(_("Di antaranya kedaluwarsa"), _("Pindah galeri"), _("Koreksi"), _("Akhir")),
    ]
    rows: list[list[Cell | None]] = [
        [
            *(flow.business_name, flow.product_name, flow.variant_name, place_words(flow), flow.opening, flow.received),
            *(flow.sold_at_counter, flow.sold_online, flow.came_back, flow.returned, flow.written_off, flow.expired),
            *(flow.moved, flow.corrected, flow.closing),
        ]
        for flow in flows
    ]
    return Sheet(name, headings, rows, widths=(28, 32, 14, 30))


def place_words(flow: Flow) -> str:
    """Where the pieces are, in the reader's words."""
    return _("Dalam perjalanan ke %(place)s", place=flow.place_name) if flow.is_on_the_way else flow.place_name
