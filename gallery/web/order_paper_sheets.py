"""What an order's papers say: order letter, invoice (nota), receipt (kuitansi). Values for templates/print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app
from flask_babel import gettext as _

from gallery.accounts.models import Gallery, Office, User
from gallery.catalog.facts import full_name
from gallery.core.db import db
from gallery.inventory.models import Paper
from gallery.orders.models import Order
from gallery.payments.models import Payment, Refund
from gallery.payments.queries.papers import Budget
from gallery.payments.states import PaymentStatus, RefundStatus
from gallery.regions.queries import district_of, region
from gallery.regions.queries import full_name as full_region_name
from gallery.web.barcodes import qr_svg
from gallery.web.consignment_papers import check_url, grouped
from gallery.web.filters import angka, daerah_pendek, rupiah, tanggal, telepon, waktu
from gallery.web.links import external
from gallery.web.spelled import spelled
from gallery.web.words import word

# Papers that state the receipt of more than this bear stamp duty (UU 10/2020, article 3 (2) g and 5).
STAMP_DUTY_ABOVE_IDR: Final = 5_000_000
EMPTY: Final = "–"


@dataclass(frozen=True, slots=True)
class Told:
    """All that an order's papers are made of."""

    order: Order
    payment: Payment
    office: Office | None
    gallery: Gallery | None  # that issues them; none: the province
    budget: Budget | None
    refunds: Sequence[Refund]
    verified_by: User | None

    @property
    def issuer(self) -> str:
        return self.gallery.name if self.gallery is not None else str(_site().owner)

    @property
    def is_paid(self) -> bool:
        return self.payment.status is PaymentStatus.PAID


def nip_text(nip: str) -> str:
    """A NIP as officials write it: ``19800101 200501 1 001``; empty once it was forgotten."""
    return " ".join(part for part in (nip[:8], nip[8:14], nip[14:15], nip[15:]) if part)


def order_letter(told: Told, budget: Budget, paper: Paper, before: Paper | None) -> dict[str, Any]:
    """The office orders; its official signs."""
    order = told.order
    facts = [
        [_("Tanggal"), tanggal(budget.letter_date or paper.issued_at)],
        [_("Dari"), _buyer(told)],
        [_("Kepada"), _issuer(told)],
        *([[_("Nomor surat kantor"), budget.letter_number]] if budget.letter_number else []),
        [_("Kegiatan"), budget.activity],
        [_("Kode rekening"), budget.account_code],
        [_("Dikirim ke"), _destination(told)],
    ]
    sums = [[_("Nilai barang"), rupiah(order.goods_idr)], [_("Ongkos kirim"), rupiah(order.shipping_idr)]]
    note = _("Mohon dikirimkan barang di atas dengan harga dan ongkos kirim yang tertulis.")
    return {
        **_frame(_("Surat pesanan"), told, paper, before),
        "form": "sheet",
        "facts": facts,
        **_lines(order),
        "totals": [*sums, [_("Jumlah"), rupiah(order.total_idr)]],
        "spelled": _terbilang(order.total_idr),
        "note": note,
        "signatures": [_officer(budget), [_("Penyedia"), told.issuer]],
    }


def invoice(told: Told, paper: Paper) -> dict[str, Any]:
    """What was ordered, what it costs, and whether it is paid."""
    order, payment = told.order, told.payment
    sums = [[_("Nilai barang"), rupiah(order.goods_idr)], [_("Ongkos kirim"), rupiah(order.shipping_idr)]]
    if payment.unique_code:
        sums.append([_("Pembulatan (kode unik)"), rupiah(payment.unique_code)])
    sums += [[_("PPN"), EMPTY], [_("Total"), rupiah(payment.amount_idr)]]
    npwp = [[_("NPWP"), told.budget.npwp]] if told.budget is not None and told.budget.npwp else []
    return {
        **_frame(_("Nota pesanan"), told, paper, None),
        "state": _state(told),
        "form": "sheet",
        "facts": [
            [_("Tanggal pesanan"), tanggal(order.placed_at)],
            [_("Penjual"), _issuer(told)],
            [_("Pembeli"), _buyer(told)],
            *npwp,
            [_("Dikirim ke"), _destination(told)],
            [_("Cara bayar"), _way(payment)],
            [_("Dibayar"), waktu(payment.paid_at) if told.is_paid else _("Belum")],
            *([[_("Dikembalikan"), "; ".join(_refund_texts(told))]] if told.refunds else []),
        ],
        **_lines(order),
        "totals": sums,
        "spelled": _terbilang(payment.amount_idr),
        "note": tax_note(),
        "signatures": [[_("Hormat kami"), told.issuer]],
    }


def receipt(told: Told, paper: Paper, before: Paper | None) -> dict[str, Any]:
    """Who gave how much money for what; only of payments that are in."""
    order, payment, budget = told.order, told.payment, told.budget
    payer = _buyer(told) if budget is None else _("Bendahara pengeluaran %(office)s", office=_buyer(told))
    facts = [
        [_("Sudah terima dari"), payer, ""],
        [_("Uang sejumlah"), spelled(payment.amount_idr), "amount"],
        [_("Untuk pembayaran"), _purpose(order), ""],
        [_("Cara bayar"), f"{_way(payment)}, {waktu(payment.paid_at)}", ""],
    ]
    if budget is not None:
        facts += [[_("Kegiatan"), budget.activity, ""], [_("Kode rekening"), budget.account_code, ""]]
        facts += [[_("NPWP"), budget.npwp, ""]] if budget.npwp else []
    received = [_("Yang menerima"), told.verified_by.name if told.verified_by is not None else told.issuer]
    if told.verified_by is not None:
        received.append(told.issuer)
    return {
        **_frame(_("Kuitansi"), told, paper, before),
        "form": "receipt",
        "facts": facts,
        "amount": rupiah(payment.amount_idr),
        "taxes": [[_("DPP"), ""], [_("PPN"), ""], [_("PPh Pasal 22"), ""]],
        "tax-note": tax_note(),
        "remarks": _refund_texts(told),
        "place-date": f"{_place(told)}, {tanggal(payment.paid_at)}",
        "signatures": [*([_officer(budget), _treasurer(budget)] if budget is not None else []), received],
        "duty": _("Meterai Rp10.000") if payment.amount_idr > STAMP_DUTY_ABOVE_IDR else "",
    }


def roll(told: Told, paper: Paper, width_mm: int) -> dict[str, Any]:
    """The receipt on a roll, for cash that was taken at pick-up."""
    order, payment = told.order, told.payment
    sums = [[_("Ongkos kirim"), rupiah(order.shipping_idr)]] if order.shipping_idr else []
    sums += [[_("Pembulatan (kode unik)"), rupiah(payment.unique_code)]] if payment.unique_code else []
    return {
        "width": width_mm,
        "title": f"{_('Kuitansi')} {paper.number}",
        "gallery": told.issuer,
        "address": told.gallery.address if told.gallery is not None else "",
        "phone": telepon(told.gallery.phone) if told.gallery is not None else "",
        "number": f"{_('Kuitansi')} {paper.number}",
        "date": waktu(payment.paid_at),
        "cashier": f"{_('Sudah terima dari')} {_buyer(told)}",
        "lines": [
            {
                "name": full_name(line.product_name, line.variant_name),
                "detail": f"{line.quantity} × {rupiah(line.price_idr)}",
                "amount": rupiah(line.subtotal_idr),
            }
            for line in order.lines
        ],
        "sums": sums,
        "total": [_("Total"), rupiah(payment.amount_idr)],
        "paid": [[_way(payment), rupiah(payment.amount_idr), ""]],
        "change": [_("Pesanan"), order.number],
        "thanks": f"{_terbilang(payment.amount_idr)}.",
        "rule": " ".join(_refund_texts(told)),
        "qr": qr_svg(check_url(paper.check_code)),
        "check": [_("Periksa di %(address)s", address=external("/periksa")), grouped(paper.check_code)],
    }


def _frame(title: str, told: Told, paper: Paper, before: Paper | None) -> dict[str, Any]:
    subtitle = _("Pesanan %(number)s", number=told.order.number)
    if before is not None:
        subtitle += f" · {_('menggantikan %(number)s', number=before.number)}"
    return {**checked(paper), "title": title, "subtitle": subtitle}


def checked(paper: Paper) -> dict[str, Any]:
    """The paper's number, and how anybody may check it."""
    return {
        "number": paper.number,
        "page": _("Halaman"),
        "check": {
            "title": _("Keaslian surat ini dapat diperiksa di"),
            "address": external("/periksa"),
            "code": grouped(paper.check_code),
            "digest": paper.digest,
        },
        "qr": qr_svg(check_url(paper.check_code)),
    }


def _lines(order: Order) -> dict[str, Any]:
    """The lines of one MSME stand together."""
    lines = sorted(order.lines, key=lambda line: (line.business_name, line.id))
    return {
        "columns": [
            ["no", _("No."), "r"],
            ["owner", _("UMKM"), "l"],
            ["name", _("Barang"), "l"],
            ["pieces", _("Jumlah"), "r"],
            ["price", _("Harga"), "r"],
            ["sum", _("Nilai"), "r"],
        ],
        "rows": [
            {
                "no": str(number),
                "owner": line.business_name,
                "name": full_name(line.product_name, line.variant_name),
                "pieces": angka(line.quantity),
                "price": rupiah(line.price_idr),
                "sum": rupiah(line.subtotal_idr),
                "detail": "",
            }
            for number, line in enumerate(lines, start=1)
        ],
    }


def _state(told: Told) -> str:
    if told.is_paid:
        return _("LUNAS")
    return str(word(told.order.status).text)


def _way(payment: Payment) -> str:
    way = str(word(payment.method).text)
    return way if payment.bank_account is None else f"{way}, {payment.bank_account.bank_name}"


def _buyer(told: Told) -> str:
    return told.office.name if told.office is not None else told.order.contact_name


def _issuer(told: Told) -> str:
    gallery = told.gallery
    if gallery is None:
        site = _site()
        return ", ".join(part for part in (str(site.owner), telepon(site.phone) if site.phone else "") if part)
    return f"{gallery.name}, {gallery.address}, {telepon(gallery.phone)}"


def _destination(told: Told) -> str:
    order = told.order
    if order.village_code is None:
        return _("diambil di %(gallery)s", gallery=told.issuer)
    area = full_region_name(db.session(), order.village_code)
    parts = (order.contact_name, order.office_room, order.address, area)
    return ", ".join(part for part in parts if part)


def _purpose(order: Order) -> str:
    pieces = sum(line.quantity for line in order.lines)
    names = "; ".join(full_name(line.product_name, line.variant_name) for line in order.lines[:3])
    more = _("dan %(n)s lainnya", n=len(order.lines) - 3) if len(order.lines) > 3 else ""  # noqa: PLR2004
    return _(
        "%(pieces)s barang UMKM pesanan %(number)s: %(names)s",
        pieces=angka(pieces),
        number=order.number,
        names=f"{names} {more}".strip(),
    )


def _place(told: Told) -> str:
    if told.gallery is None:
        return str(_site().region)
    district = region(db.session(), district_of(told.gallery.village_code))
    return daerah_pendek(district.name) if district is not None else told.gallery.name


def _officer(budget: Budget) -> list[str]:
    return [budget.officer_post, budget.officer_name, f"NIP {nip_text(budget.officer_nip) or EMPTY}"]


def _treasurer(budget: Budget) -> list[str]:
    return [_("Bendahara pengeluaran"), budget.treasurer_name, f"NIP {nip_text(budget.treasurer_nip) or EMPTY}"]


def _refund_texts(told: Told) -> list[str]:
    """Money that went back, or will, said as it stands on the day of printing."""
    found = []
    for refund in told.refunds:
        amount, day = rupiah(refund.amount_idr), tanggal(refund.status_changed_at)
        if refund.status is RefundStatus.DONE:
            found.append(_("%(amount)s dikembalikan kepada pembeli pada %(day)s", amount=amount, day=day))
        else:
            found.append(_("%(amount)s akan dikembalikan kepada pembeli", amount=amount))
    return found


def _terbilang(amount_idr: int) -> str:
    return f"{_('Terbilang')}: {spelled(amount_idr)}"


def tax_note() -> str:
    """Why no tax is named."""
    return _("Penjual bukan Pengusaha Kena Pajak (PKP): PPN tidak dipungut. Baris pajak diisi bendahara bila wajib.")


def _site() -> Any:
    return current_app.jinja_env.globals["site"]
