"""An owner's statement, for the owner and for officers: on the page, as PDF, as a workbook."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.sheets import Sheet
from gallery.inventory.models import Paper
from gallery.inventory.queries import paper_of
from gallery.inventory.services import issue_paper
from gallery.inventory.states import PaperKind
from gallery.registry.models import Business
from gallery.reporting.queries import Flow, Period, piece_flows
from gallery.settlement.queries import Statement, balance_of, statement
from gallery.settlement.queries.payouts import payouts_of
from gallery.settlement.queries.statements import StatementLine
from gallery.settlement.states import Channel, ShareKind
from gallery.web.exports import Column, Export
from gallery.web.filters import angka, local, rupiah, tanggal, tanggal_pendek
from gallery.web.flow_table import asked_period, place_words, sheet_of
from gallery.web.paging import day_in
from gallery.web.printing import pdf_response, render_pdf
from gallery.web.words import word

LINES: Final[Export[StatementLine]] = Export(
    _l("Laporan penjualan titipan"),
    "laporan-penjualan",
    (
        Column(_l("Waktu"), lambda line: local(line.share.happened_at), 18),
        Column(_l("Nomor"), lambda line: line.number, 24),
        Column(_l("Barang"), lambda line: line.share.name, 40),
        Column(_l("Saluran"), lambda line: str(word(line.share.channel).text), 12),
        Column(_l("Keterangan"), lambda line: str(word(line.share.kind).text), 18),
        Column(_l("Jumlah"), lambda line: line.share.pieces),
        Column(_l("Harga"), lambda line: line.share.price_idr),
        Column(_l("Penjualan"), lambda line: line.share.gross_idr),
        Column(_l("Potongan galeri"), lambda line: line.share.commission_idr),
        Column(_l("Hak UMKM"), lambda line: line.share.share_idr),
        Column(_l("Bisa dibayar mulai"), lambda line: line.share.due_on, 16),
    ),
)


def asked_days() -> tuple[date, date]:
    """Return the days in the address: a month (``bulan=2026-11``), else those of :func:`asked_period`."""
    first = day_in(f"{request.args.get('bulan', '')}-01")
    if first is not None and first <= clock.today():
        return first, min(clock.today(), _month_end(first))
    period = asked_period()
    return period.first, period.last


def asked_query() -> dict[str, Any]:
    """Return the days in the address for another address."""
    first, last = asked_days()
    return {"dari": first.isoformat(), "sampai": last.isoformat()}


def context(business: Business) -> dict[str, Any]:
    """Return what the statement's page shows: the balance today, the period's lines and pieces, the transfers."""
    first, last = asked_days()
    session = db.session()
    printed, flows = _read(business)
    return {
        "business": business,
        "balance": balance_of(session, business.id, clock.today()),
        "statement": printed,
        "is_over": last < clock.today(),
        "months": _months(),
        "month": f"{first:%Y-%m}" if first.day == 1 and last in (_month_end(first), clock.today()) else "",
        "sold_at_counter": printed.pieces(Channel.COUNTER, ShareKind.SOLD),
        "sold_online": printed.pieces(Channel.ONLINE, ShareKind.SOLD),
        "came_back": -printed.pieces(Channel.COUNTER, ShareKind.RETURNED)
        - printed.pieces(Channel.ONLINE, ShareKind.RETURNED),
        "flows": flows,
        "place_words": place_words,
        "piece_sums": [(term, angka(pieces)) for term, pieces in _piece_sums(printed, flows)],
        "payouts": payouts_of(session, business.id),
    }


def sheet(business: Business) -> Response:
    """Answer with a workbook: the period's lines, its sums, and what became of each article."""
    printed, flows = _read(business)
    rows: list[list[str | int]] = [[term, amount] for term, amount in _money_sums(printed)]
    rows += [[term, pieces] for term, pieces in _piece_sums(printed, flows)]
    rows += [[_("Transfer %(number)s", number=item.payout.number), item.amount_idr] for item in printed.payouts]
    rows += [[_("Ditolak bank: %(number)s", number=item.payout.number), -item.amount_idr] for item in printed.bounced]
    heading = f"{tanggal(printed.first)} – {tanggal(printed.last)}"
    sums = Sheet(_("Ringkasan"), [heading, _("Jumlah")], rows, widths=(44, 16))
    return LINES.answer(printed.lines, sums, sheet_of(_("Arus barang"), flows))


def pdf(business: Business) -> Response:
    """Answer with the statement on paper; it has a number and a check code once :func:`issue` made them."""
    printed, flows = _read(business)
    paper = paper_of(db.session(), PaperKind.STATEMENT, _subject(business, printed))
    name = f"laporan-{printed.first:%Y%m%d}-{printed.last:%Y%m%d}.pdf"
    return pdf_response(render_pdf("money.typ", _facts(business, printed, flows, paper)), name)


def issue(business: Business) -> None:
    """The statement of a period that is over has its number and check code; asked twice it has the same."""
    if asked_days()[1] >= clock.today():
        return
    with transaction() as session:
        printed, flows = _read(business)
        lines = [[line.number, line.share.pieces, line.share.share_idr] for line in printed.lines]
        issue_paper(
            session,
            PaperKind.STATEMENT,
            _subject(business, printed),
            {
                "business": business.public_id,
                "lines": lines,
                "pieces": [list(row) for row in _piece_sums(printed, flows)],
                "closing_idr": printed.closing_idr,
            },
            gallery_id=None,
            summary={"lines": len(lines), "total_idr": printed.share_idr},
        )


def _read(business: Business) -> tuple[Statement, Sequence[Flow]]:
    """Return money and pieces of the days in the address; pieces also of the owner's own premises."""
    first, last = asked_days()
    session = db.session()
    flows = piece_flows(session, Period(first, last), businesses=[business.id], with_premises=True)
    return statement(session, business.id, first, last), flows


def _money_sums(printed: Statement) -> list[tuple[str, int]]:
    return [
        (_("Sisa hak sebelum masa ini"), printed.opening_idr),
        (_("Penjualan"), printed.gross_idr),
        (_("Potongan galeri"), -printed.commission_idr),
        (_("Hak UMKM masa ini"), printed.share_idr),
        (_("Sudah ditransfer"), -printed.paid_idr),
        (_("Sisa hak pada akhir masa"), printed.closing_idr),
        (_("Di antaranya sudah bisa dibayar"), printed.due_idr),
        (_("Di antaranya menunggu masa pengembalian"), printed.not_due_idr),
    ]


def _piece_sums(printed: Statement, flows: Sequence[Flow]) -> list[tuple[str, int]]:
    """Return the pieces of the period by the stock ledger, and those between stock and buyer."""
    return [
        (_("Ada pada awal masa"), sum(flow.opening for flow in flows)),
        (_("Diterima"), sum(flow.received for flow in flows)),
        (_("Terjual di kasir"), sum(flow.sold_at_counter for flow in flows)),
        (_("Dikirim untuk pesanan online"), sum(flow.sold_online for flow in flows)),
        (_("Kembali dari pembeli"), sum(flow.came_back for flow in flows)),
        (_("Dikembalikan ke pemilik"), sum(flow.returned for flow in flows)),
        (_("Kedaluwarsa"), sum(flow.expired for flow in flows)),
        (_("Rusak, hilang, atau ditarik"), sum(flow.written_off - flow.expired for flow in flows)),
        (_("Pindah galeri dan koreksi hitung"), sum(flow.moved + flow.corrected for flow in flows)),
        (_("Ada pada akhir masa"), sum(flow.closing for flow in flows)),
        (_("Dalam perjalanan ke pembeli pada awal masa"), printed.on_way_before),
        (_("Dalam perjalanan ke pembeli pada akhir masa"), printed.on_way_after),
    ]


def _subject(business: Business, printed: Statement) -> str:
    """Name the paper by its period and its sums: a late entry makes another paper, not another text of this one."""
    days = f"{printed.first:%Y%m%d}:{printed.last:%Y%m%d}"
    return f"{business.public_id}:{days}:{printed.closing_idr}:{len(printed.lines)}"


def _facts(business: Business, printed: Statement, flows: Sequence[Flow], paper: Paper | None) -> dict[str, Any]:
    return {
        "title": _("Laporan penjualan titipan"),
        "number": paper.number if paper else _("Sementara"),
        "check": _("Kode periksa") if paper else "",
        "check_code": paper.check_code if paper else "",
        "footer": tanggal(clock.today()),
        "facts": [
            [_("UMKM"), business.name],
            [_("Masa"), f"{tanggal(printed.first)} – {tanggal(printed.last)}"],
        ],
        "head": [
            *(_("Waktu"), _("Barang"), _("Jumlah"), _("Harga"), _("Penjualan"), _("Potongan")),
            *(_("Hak UMKM"), _("Dibayar mulai")),
        ],
        "numbers_from": 2,
        "lines": [_printed(line) for line in printed.lines],
        "sums": [[term, rupiah(amount)] for term, amount in _money_sums(printed)],
        "pieces": {
            "title": _("Arus barang"),
            "sums": [[term, angka(pieces)] for term, pieces in _piece_sums(printed, flows)],
            "head": [
                *(_("Barang"), _("Awal"), _("Diterima"), _("Kasir"), _("Online"), _("Kembali"), _("Ke pemilik")),
                *(_("Kedaluwarsa"), _("Hilang"), _("Lainnya"), _("Akhir")),
            ],
            "lines": [_flow_printed(flow) for flow in flows],
        },
        "explanation": "" if paper else _("Belum bernomor: angkanya masih dapat berubah."),
        "signatures": [],
    }


def _flow_printed(flow: Flow) -> list[str]:
    name = f"{flow.product_name} {flow.variant_name}".strip()
    figures = (
        *(flow.opening, flow.received, flow.sold_at_counter, flow.sold_online, flow.came_back, flow.returned),
        *(flow.expired, flow.written_off - flow.expired, flow.moved + flow.corrected, flow.closing),
    )
    return [f"{name}\n{place_words(flow)}", *map(angka, figures)]


def _printed(line: StatementLine) -> list[str]:
    share = line.share
    kind = "" if share.kind is ShareKind.SOLD else f" · {word(share.kind).text}"
    return [
        tanggal_pendek(share.happened_at),
        f"{share.name}\n{line.number} · {word(share.channel).text}{kind}",
        angka(share.pieces),
        rupiah(share.price_idr),
        rupiah(share.gross_idr),
        rupiah(-share.commission_idr),
        rupiah(share.share_idr),
        tanggal_pendek(share.due_on),
    ]


def _months() -> list[date]:
    """Return the first days of this month and the eleven before it, newest first."""
    found = [clock.today().replace(day=1)]
    while len(found) < 12:  # noqa: PLR2004 - a year
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
