"""Papers of the counter: the receipt on a 58 or 80 mm roll, and the closing sheet of a shift."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import segno
from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from gallery.core import clock
from gallery.counter.models import CashMovement, CounterSale, Shift
from gallery.counter.queries import OwnerSum, ShiftSums
from gallery.counter.services import DENOMINATIONS
from gallery.inventory.models import Paper
from gallery.web.barcodes import qr_svg
from gallery.web.consignment_papers import grouped
from gallery.web.filters import angka, jam, rupiah, tanggal, tanggal_pendek, telepon, waktu
from gallery.web.links import external
from gallery.web.printing import render_pdf
from gallery.web.words import word


def qr_inline(text: str) -> Markup:
    """Return a QR code to be put into a page; its size comes from the style sheet."""
    return Markup(segno.make(text, error="m").svg_inline(omitsize=True, border=0))  # noqa: S704 - drawn by us


def return_rule() -> str:
    """What the receipt says about returns."""
    days = current_app.config["RETURN_WINDOW_DAYS"]
    return _("Barang cacat dapat dikembalikan dalam %(n)s hari dengan nota ini.", n=days)


def last_return_day(sale: CounterSale) -> date:
    """The last day on which the receipt lets the buyer bring something back."""
    return clock.local_day(sale.happened_at) + timedelta(days=current_app.config["RETURN_WINDOW_DAYS"])


def check_lines(paper: Paper | None) -> list[str]:
    """Where anybody may ask whether the paper is ours, and its code; papers from before there were codes have none."""
    if paper is None:
        return []
    return [_("Periksa di %(address)s", address=external("/periksa")), grouped(paper.check_code)]


def receipt_pdf(sale: CounterSale, width_mm: int, paper: Paper | None) -> bytes:
    """Return the receipt for a roll of that width."""
    gallery = sale.shift.till.gallery
    subtotal = sum(line.pieces * line.price_idr for line in sale.lines)
    sums = [(_("Potongan"), rupiah(-sale.discount_idr))] if sale.discount_idr else []
    if sums:
        sums.insert(0, (_("Jumlah"), rupiah(subtotal)))
    paid = [(str(word(tender.method).text), rupiah(tender.given_idr), tender.reference) for tender in sale.tenders]
    return render_pdf(
        "receipt.typ",
        {
            "width": width_mm,
            "title": f"{_('Nota')} {sale.number}",
            "gallery": gallery.name,
            "address": gallery.address,
            "phone": telepon(gallery.phone),
            "number": sale.number,
            "date": waktu(sale.happened_at),
            "cashier": f"{sale.shift.till.name} · {sale.cashier_name}",
            "lines": [
                {
                    "name": line.name,
                    "detail": f"{line.pieces} × {rupiah(line.price_idr)}",
                    "amount": rupiah(line.pieces * line.price_idr),
                }
                for line in sale.lines
            ],
            "sums": sums,
            "total": [_("Total"), rupiah(sale.total_idr)],
            "paid": paid,
            "change": [_("Kembali"), rupiah(sale.change_idr)],
            "thanks": _("Terima kasih sudah belanja produk UMKM."),
            "rule": return_rule(),
            "qr": qr_svg(sale.number),
            "check": check_lines(paper),
        },
    )


def shift_pdf(
    shift: Shift,
    sums: ShiftSums,
    owners: Sequence[OwnerSum],
    cash: Sequence[CashMovement],
    names: tuple[str, str],
    paper: Paper | None,
) -> bytes:
    """Return the closing sheet of a shift on A4; ``names`` opened and closed it. It has a number once it is closed."""
    return render_pdf(
        "shift.typ",
        {
            "title": _("Laporan tutup kasir"),
            "gallery": shift.till.gallery.name,
            "till": shift.till.name,
            "day": tanggal(shift.opened_at),
            "number": paper.number if paper else "",
            "check": " · ".join(check_lines(paper)),
            "facts": [
                (_("Dibuka"), f"{waktu(shift.opened_at)} · {names[0]}"),
                (_("Ditutup"), f"{waktu(shift.closed_at)} · {names[1]}" if shift.closed_at else "–"),
            ],
            "words": _shift_words(),
            "sales": sales_rows(sums),
            "drawer": drawer_rows(shift, sums),
            "owners": [(row.business_name, angka(row.pieces), rupiah(row.amount_idr)) for row in owners],
            "cash": [
                (f"{jam(row.happened_at)} {word(row.reason).text} {row.note}".strip(), rupiah(row.amount_idr))
                for row in cash
            ],
            "count": [
                (
                    f"{shift.denominations[str(value)]} × {rupiah(value)}",
                    rupiah(value * shift.denominations[str(value)]),
                )
                for value in DENOMINATIONS
                if shift.denominations.get(str(value))
            ],
            "note": shift.closing_note,
            "printed": tanggal_pendek(shift.closed_at or shift.opened_at),
        },
    )


def _shift_words() -> dict[str, Any]:
    return {
        "drawer": _("Laci uang"),
        "sales": _("Penjualan"),
        "owners": _("Penjualan menurut pemilik barang"),
        "owner": _("Pemilik"),
        "pieces": _("Barang"),
        "amount": _("Jumlah"),
        "count": _("Hitungan uang"),
        "cash": _("Kas masuk dan keluar"),
        "note": _("Keterangan selisih"),
        "signs": [_("Kasir"), _("Kepala galeri")],
    }


def sales_rows(sums: ShiftSums) -> list[tuple[str, str]]:
    """What was sold and taken back, in words and amounts."""
    return [
        (_("%(n)s penjualan", n=angka(sums.sales)), rupiah(sums.sold_idr)),
        (_("di antaranya tunai"), rupiah(sums.cash_sales_idr)),
        (_("di antaranya QRIS"), rupiah(sums.qris_idr)),
        (_("Potongan yang diberikan"), rupiah(sums.discount_idr)),
        (_("%(n)s retur", n=angka(sums.returns)), rupiah(-sums.refunded_idr)),
    ]


def drawer_rows(shift: Shift, sums: ShiftSums) -> list[tuple[str, str]]:
    """From the opening cash to the difference."""
    rows = [
        (_("Uang awal"), rupiah(sums.opening_idr)),
        (_("Penjualan tunai"), rupiah(sums.cash_sales_idr)),
        (_("Retur tunai"), rupiah(-sums.cash_refunds_idr)),
        (_("Kas masuk"), rupiah(sums.cash_in_idr)),
        (_("Kas keluar"), rupiah(-sums.cash_out_idr)),
        (_("Seharusnya di laci"), rupiah(sums.cash_idr)),
    ]
    if shift.counted_cash_idr is not None and shift.expected_cash_idr is not None:
        rows += [
            (_("Dihitung"), rupiah(shift.counted_cash_idr)),
            (_("Selisih"), rupiah(shift.counted_cash_idr - shift.expected_cash_idr)),
        ]
    return rows
