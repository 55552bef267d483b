"""What notes and receipts look like on paper, and the message that tells an owner of a receipt."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from gallery.catalog.facts import full_name
from gallery.consignment.models import ReceiptLine
from gallery.consignment.queries.notes import NoteLineRow, NoteRow
from gallery.consignment.queries.receipts import WholeReceipt
from gallery.web.barcodes import qr_svg
from gallery.web.filters import angka, rupiah, tanggal, tanggal_pendek, telepon
from gallery.web.links import external
from gallery.web.printing import render_pdf
from gallery.web.words import word


def grouped(check_code: str) -> str:
    """A check code as people read it out: "ABCDE-FGHJK"."""
    code = check_code.upper()
    return f"{code[:5]}-{code[5:]}"


def check_url(check_code: str) -> str:
    """The address that proves a paper."""
    return external(f"/periksa/{check_code}")


def receipt_pdf(whole: WholeReceipt) -> bytes:
    """The receipt on A4, for two signatures."""
    lines = [_receipt_row(number, line) for number, line in enumerate(whole.lines, start=1)]
    return render_pdf(
        "consignment.typ",
        _frame(_("Tanda terima barang titipan"), whole.receipt.number)
        | {
            "subtitle": _("Berita acara serah terima barang titip jual (konsinyasi)"),
            "facts": [
                [_("Tanggal"), tanggal(whole.receipt.issued_at)],
                [_("Galeri"), f"{whole.gallery.name}, {whole.gallery.address}"],
                [_("Penitip"), whole.business.name],
                [_("Pemilik"), whole.owner.name],
                [_("Surat titip"), whole.note.number if whole.note and whole.note.number else _("tanpa surat")],
            ],
            "columns": [
                ["no", _("No."), "r"],
                ["name", _("Barang"), "l"],
                ["lot", _("Kode produksi"), "l"],
                ["expires", _("Kedaluwarsa"), "l"],
                ["pieces", _("Jumlah"), "r"],
                ["consignor", _("Harga titip"), "r"],
                ["price", _("Harga jual"), "r"],
                ["sum", _("Hak penitip"), "r"],
            ],
            "rows": lines,
            "totals": [
                [_("Jumlah barang diterima"), angka(whole.facts["pieces"])],
                [_("Ditolak dan dibawa kembali"), angka(whole.facts["rejected"])],
                [_("Hak penitip bila semua terjual"), rupiah(whole.facts["owed_idr"])],
            ],
            "note": _(
                "Barang tetap milik penitip sampai terjual. Yang terjual dibayar menurut ketentuan titip jual yang "
                "berlaku pada tanggal tanda terima ini."
            ),
            "signatures": [
                [_("Yang menyerahkan"), whole.receipt.brought_by or whole.owner.name],
                [_("Yang menerima"), whole.issued_by or whole.gallery.name],
            ],
            "check": {
                "title": _("Keaslian surat ini dapat diperiksa di"),
                "address": external("/periksa"),
                "code": grouped(whole.paper.check_code),
                "digest": whole.paper.digest,
            },
            "qr": qr_svg(check_url(whole.paper.check_code)),
        },
    )


def note_pdf(row: NoteRow, lines: list[NoteLineRow]) -> bytes:
    """The note on A4; it goes with the goods."""
    note = row.note
    return render_pdf(
        "consignment.typ",
        _frame(_("Surat titip barang"), note.number or _("Draf"))
        | {
            "subtitle": row.sender,
            "facts": [
                [_("Tanggal"), tanggal(note.sent_at or note.created_at)],
                [_("Tujuan"), f"{row.gallery.name}, {row.gallery.address}"],
                [_("Perkiraan tiba"), tanggal(note.arrives_on) if note.arrives_on else "–"],
                [_("Dibawa oleh"), note.brought_by or "–"],
                [_("Keterangan"), note.remark or "–"],
            ],
            "columns": [
                ["no", _("No."), "r"],
                ["owner", _("UMKM"), "l"],
                ["name", _("Barang"), "l"],
                ["lot", _("Kode produksi"), "l"],
                ["expires", _("Kedaluwarsa"), "l"],
                ["pieces", _("Jumlah"), "r"],
            ],
            "rows": [
                {
                    "no": str(number),
                    "owner": one.business_name,
                    "name": one.name,
                    "lot": one.line.lot_code or "–",
                    "expires": tanggal_pendek(one.line.expires_on) if one.line.expires_on else "–",
                    "pieces": angka(one.line.pieces),
                    "detail": "",
                }
                for number, one in enumerate(lines, start=1)
            ],
            "totals": [
                [_("Jumlah UMKM"), angka(row.owners)],
                [_("Jumlah barang"), angka(sum(one.line.pieces for one in lines))],
            ],
            "note": _("Galeri menghitung barang saat tiba dan menerbitkan tanda terima untuk tiap UMKM."),
            "signatures": [[_("Yang mengirim"), note.brought_by or row.sender], [_("Yang menerima"), row.gallery.name]],
            "check": None,
            "qr": "",
        },
    )


def whatsapp_text(whole: WholeReceipt) -> str:
    """What the owner reads in WhatsApp; the link proves the paper and names nobody."""
    lines = [
        _(
            "Halo %(name)s, barang titipan Anda sudah kami terima di %(gallery)s.",
            name=whole.business.name,
            gallery=whole.gallery.name,
        ),
        _("Tanda terima %(number)s, %(day)s:", number=whole.receipt.number, day=tanggal(whole.receipt.issued_at)),
        *(
            f"• {angka(line.pieces)} × {full_name(line.product_name, line.variant_name)}"
            for line in whole.lines
            if line.pieces
        ),
    ]
    if whole.facts["rejected"]:
        lines.append(_("Ditolak dan dibawa kembali: %(n)s barang.", n=angka(whole.facts["rejected"])))
    lines.append(_("Hak Anda bila semua terjual: %(amount)s.", amount=rupiah(whole.facts["owed_idr"])))
    lines.append(_("Periksa: %(url)s", url=check_url(whole.paper.check_code)))
    return "\n".join(lines)


def _frame(title: str, number: str) -> dict[str, Any]:
    site: Any = current_app.jinja_env.globals["site"]
    return {
        "title": title,
        "number": number,
        "phone": telepon(site.phone) if site.phone else "",
        "page": _("Halaman"),
    }


def _receipt_row(number: int, line: ReceiptLine) -> dict[str, str]:
    detail = ""
    if line.rejected_pieces:
        reason = str(word(line.reject_reason).text) if line.reject_reason else ""
        detail = _("Ditolak %(n)s: %(reason)s", n=angka(line.rejected_pieces), reason=reason)
    return {
        "no": str(number),
        "name": full_name(line.product_name, line.variant_name),
        "lot": line.lot_code or "–",
        "expires": tanggal_pendek(line.expires_on) if line.expires_on else "–",
        "pieces": angka(line.pieces),
        "consignor": rupiah(line.consignor_price_idr),
        "price": rupiah(line.price_idr),
        "sum": rupiah(line.pieces * line.consignor_price_idr),
        "detail": detail,
    }
