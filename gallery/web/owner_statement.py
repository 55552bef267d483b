"""An owner's statement, for the owner and for officers: on the page, as PDF, as a workbook."""

from datetime import date, timedelta
from typing import Any, Final

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory.models import Paper
from gallery.inventory.queries import paper_of
from gallery.inventory.services import issue_paper
from gallery.inventory.states import PaperKind
from gallery.registry.models import Business
from gallery.settlement.queries import Statement, balance_of, statement
from gallery.settlement.queries.payouts import payouts_of
from gallery.settlement.queries.statements import StatementLine
from gallery.settlement.states import Channel, ShareKind
from gallery.web.exports import Column, Export
from gallery.web.filters import angka, local, rupiah, tanggal, tanggal_pendek
from gallery.web.flow_table import asked_period
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
    """Return what the statement's page shows: the balance today, the period's lines, the owner's transfers."""
    first, last = asked_days()
    session = db.session()
    printed = statement(session, business.id, first, last)
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
        "payouts": payouts_of(session, business.id),
    }


def sheet(business: Business) -> Response:
    """Answer with the period's lines as a workbook."""
    first, last = asked_days()
    return LINES.answer(statement(db.session(), business.id, first, last).lines)


def pdf(business: Business) -> Response:
    """Answer with the statement on paper; it has a number and a check code once :func:`issue` made them."""
    first, last = asked_days()
    printed = statement(db.session(), business.id, first, last)
    paper = paper_of(db.session(), PaperKind.STATEMENT, _subject(business, printed))
    name = f"laporan-{first:%Y%m%d}-{last:%Y%m%d}.pdf"
    return pdf_response(render_pdf("money.typ", _facts(business, printed, paper)), name)


def issue(business: Business) -> None:
    """The statement of a period that is over has its number and check code; asked twice it has the same."""
    first, last = asked_days()
    if last >= clock.today():
        return
    with transaction() as session:
        printed = statement(session, business.id, first, last)
        lines = [[line.number, line.share.pieces, line.share.share_idr] for line in printed.lines]
        issue_paper(
            session,
            PaperKind.STATEMENT,
            _subject(business, printed),
            {"business": business.public_id, "lines": lines, "closing_idr": printed.closing_idr},
            gallery_id=None,
            summary={"lines": len(lines), "total_idr": printed.share_idr},
        )


def _subject(business: Business, printed: Statement) -> str:
    """Name the paper by its period and its sums: a late entry makes another paper, not another text of this one."""
    days = f"{printed.first:%Y%m%d}:{printed.last:%Y%m%d}"
    return f"{business.public_id}:{days}:{printed.closing_idr}:{len(printed.lines)}"


def _facts(business: Business, printed: Statement, paper: Paper | None) -> dict[str, Any]:
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
        "head": [_("Waktu"), _("Barang"), _("Jumlah"), _("Penjualan"), _("Potongan galeri"), _("Hak UMKM")],
        "numbers_from": 2,
        "lines": [_printed(line) for line in printed.lines],
        "sums": [
            [_("Sisa hak sebelum masa ini"), rupiah(printed.opening_idr)],
            [_("Penjualan"), rupiah(printed.gross_idr)],
            [_("Potongan galeri"), rupiah(-printed.commission_idr)],
            [_("Hak UMKM masa ini"), rupiah(printed.share_idr)],
            [_("Sudah ditransfer"), rupiah(-printed.paid_idr)],
            [_("Sisa hak pada akhir masa"), rupiah(printed.closing_idr)],
        ],
        "explanation": "" if paper else _("Belum bernomor: angkanya masih dapat berubah."),
        "signatures": [],
    }


def _printed(line: StatementLine) -> list[str]:
    share = line.share
    kind = "" if share.kind is ShareKind.SOLD else f" · {word(share.kind).text}"
    return [
        tanggal_pendek(share.happened_at),
        f"{share.name}\n{line.number} · {word(share.channel).text}{kind}",
        angka(share.pieces),
        rupiah(share.gross_idr),
        rupiah(-share.commission_idr),
        rupiah(share.share_idr),
    ]


def _months() -> list[date]:
    """Return the first days of this month and the eleven before it, newest first."""
    found = [clock.today().replace(day=1)]
    while len(found) < 12:  # noqa: PLR2004 - a year
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
