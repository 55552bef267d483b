"""What the kuitansi of a counter sale says. Values for templates/print/order_papers.typ."""

from collections.abc import Sequence

from flask_babel import gettext as _

from gallery.core.db import db
from gallery.counter.models import CounterReturn, CounterSale
from gallery.counter.queries import Kuitansi
from gallery.regions.queries import district_of, region
from gallery.web.filters import angka, daerah_pendek, rupiah, tanggal, waktu
from gallery.web.order_paper_sheets import STAMP_DUTY_ABOVE_IDR, checked, tax_note
from gallery.web.printing import render_pdf
from gallery.web.spelled import spelled
from gallery.web.words import word

MOST_NAMES = 3


def kuitansi_pdf(sale: CounterSale, made: Kuitansi, returns: Sequence[CounterReturn]) -> bytes:
    """Return the kuitansi on A4; what the buyer brought back since is said beside the sum."""
    gallery = sale.shift.till.gallery
    subtitle = _("Nota %(number)s", number=sale.number)
    if made.before is not None:
        subtitle += f" · {_('menggantikan %(number)s', number=made.before.number)}"
    ways = ", ".join(str(word(tender.method).text) for tender in sale.tenders)
    sheet = {
        **checked(made.paper),
        "title": _("Kuitansi"),
        "subtitle": subtitle,
        "form": "receipt",
        "facts": [
            [_("Sudah terima dari"), made.payer, ""],
            [_("Uang sejumlah"), spelled(sale.total_idr), "amount"],
            [_("Untuk pembayaran"), _purpose(sale), ""],
            [_("Cara bayar"), f"{ways}, {waktu(sale.happened_at)}", ""],
        ],
        "amount": rupiah(sale.total_idr),
        "taxes": [[_("DPP"), ""], [_("PPN"), ""], [_("PPh Pasal 22"), ""]],
        "tax-note": tax_note(),
        "remarks": [
            _(
                "%(amount)s dikembalikan kepada pembeli pada %(day)s",
                amount=rupiah(row.refund_idr),
                day=tanggal(row.happened_at),
            )
            for row in returns
        ],
        "place-date": f"{_place(gallery.village_code, gallery.name)}, {tanggal(sale.happened_at)}",
        "signatures": [[_("Yang menerima"), sale.cashier_name or gallery.name, gallery.name]],
        "duty": _("Meterai Rp10.000") if sale.total_idr > STAMP_DUTY_ABOVE_IDR else "",
    }
    title = _("Kuitansi %(number)s", number=made.paper.number)
    return render_pdf("order_papers.typ", {"title": title, "papers": [sheet]})


def _purpose(sale: CounterSale) -> str:
    names = "; ".join(line.name for line in sale.lines[:MOST_NAMES])
    more = _("dan %(n)s lainnya", n=len(sale.lines) - MOST_NAMES) if len(sale.lines) > MOST_NAMES else ""
    return _(
        "%(pieces)s barang UMKM menurut nota %(number)s: %(names)s",
        pieces=angka(sum(line.pieces for line in sale.lines)),
        number=sale.number,
        names=f"{names} {more}".strip(),
    )


def _place(village_code: str, otherwise: str) -> str:
    district = region(db.session(), district_of(village_code))
    return daerah_pendek(district.name) if district is not None else otherwise
