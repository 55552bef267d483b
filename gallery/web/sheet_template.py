"""The spreadsheet that districts fill in: drop-downs, notes, two examples that an upload passes over."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _

from gallery.core.sheets import csv_table
from gallery.submissions.services.columns import EXAMPLE_MARK, IN_TEMPLATE, SHIPPING, STORAGE

ROWS: Final = 2_000  # how far drop-downs and text formats reach
AS_TEXT: Final = frozenset({"code", "phone", "nik", "nib", "pirt", "bpom", "halal", "licence", "photos"})
AS_NUMBER: Final = frozenset({"price", "net_weight", "ship_weight", "shelf_life", "lead_time", "stock"})
FOR_NEW: Final = frozenset({"owner", "phone", "village"})
EXAMPLES: Final[tuple[dict[str, str | int], ...]] = (
    {
        "code": EXAMPLE_MARK, "business": "Kemplang Bu Contoh", "owner": "Nama Contoh", "phone": "081200000000",
        "address": "Jl. Contoh No. 1", "product": "Kemplang ikan tenggiri", "variant": "250 g", "unit": "bungkus",
        "category": "Makanan ringan", "price": 25000, "net_weight": 250, "ship_weight": 300,
        "summary": "Kerupuk ikan panggang khas Bangka.", "ingredients": "ikan tenggiri, tapioka, garam",
        "allergens": "ikan", "shelf_life": 90, "storage": "Kering", "shipping_class": "Biasa",
        "pirt": "2153276010281-29", "photos": "kemplang.jpg", "stock": 20,
    },
    {
        "code": EXAMPLE_MARK, "business": "Kemplang Bu Contoh", "product": "Kemplang ikan tenggiri",
        "variant": "500 g", "unit": "bungkus", "category": "Makanan ringan", "price": 48000, "net_weight": 500,
        "ship_weight": 580, "photos": "kemplang-besar.jpg; kemplang-isi.jpg", "stock": 10,
    },
)  # fmt: skip


@dataclass(frozen=True)
class TemplateLists:
    """What the drop-downs offer: the names of one district."""

    district: str
    subdistricts: Sequence[str]
    villages: Sequence[str]
    categories: Sequence[str]


def notes() -> dict[str, str]:
    """Return the note that each heading shows when it is chosen."""
    return {
        "code": _("Boleh kosong. Bila ada, produk yang sama dikenali dari kode ini walau namanya berubah."),
        "business": _("Wajib. Nama usaha seperti di papan nama atau kemasan."),
        "owner": _("Wajib untuk UMKM yang belum terdaftar. Cukup di satu baris."),
        "phone": _("Wajib untuk UMKM yang belum terdaftar. Boleh 0812…, 62812…, +62812…."),
        "nik": _("Boleh kosong. 16 angka. Kolom ini sudah berformat Teks: jangan diubah, agar tidak dibulatkan."),
        "nib": _("Boleh kosong. 13 angka."),
        "product": _("Wajib. Produk dengan beberapa ukuran: tulis satu baris untuk tiap ukuran, nama produknya sama."),
        "variant": _("Diisi bila satu produk punya beberapa ukuran atau rasa."),
        "category": _("Wajib. Pilih dari daftar."),
        "price": _("Wajib. Harga satu kemasan. Boleh 25000, 25.000, Rp 25.000,00 atau 25 rb."),
        "net_weight": _("Boleh 250, 250 gr, 0,25 kg atau 1/4 kg."),
        "ship_weight": _("Berat beserta kemasan. Bila kosong, kami hitung dari berat bersih."),
        "shelf_life": _("Boleh 90, 3 bulan atau 1 tahun."),
        "pirt": _("15 angka, misalnya 2153276010281-29. Tulis “belum” bila belum ada."),
        "halal": _("Nomor sertifikat BPJPH, berawalan ID. Bukan nomor ketetapan fatwa (KH)."),
        "licence": _("BPOM, SNI, indikasi geografis atau PKD/PKL, lengkap dengan awalannya."),
        "photos": _("Nama berkas foto di dalam ZIP. Beberapa foto dipisah titik koma."),
        "stock": _("Jumlah yang ada di rumah produksi sekarang. Hanya dipakai saat produk pertama kali masuk."),
    }


def xlsx_template(lists: TemplateLists) -> bytes:
    """Return the XLSX of one district."""
    import xlsxwriter  # type: ignore[import-untyped] # noqa: PLC0415 - loaded with the first template

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    sheet = book.add_worksheet("Produk")
    _help_sheet(book, lists)
    ranges = _list_sheet(book, lists)
    formats = _formats(book)
    words = notes()
    for index, column in enumerate(IN_TEMPLATE):
        kind = "needed" if column.needed else "for_new" if column.key in FOR_NEW else "heading"
        sheet.write_string(0, index, column.heading, formats[kind])
        body = formats["text"] if column.key in AS_TEXT else formats["number"] if column.key in AS_NUMBER else None
        sheet.set_column(index, index, column.width, body)
        if column.key in words:
            sheet.write_comment(0, index, words[column.key], {"x_scale": 2, "y_scale": 1.2})
        if column.key in ranges:
            sheet.data_validation(1, index, ROWS, index, _drop_down(ranges[column.key]))
        for row, example in enumerate(EXAMPLES, start=1):
            value = example.get(column.key, "")
            if isinstance(value, int):
                sheet.write_number(row, index, value, formats["example"])
            else:
                sheet.write_string(row, index, value, formats["example"])
    sheet.set_row(0, 34)
    sheet.freeze_panes(1, 2)
    sheet.activate()
    book.close()
    return out.getvalue()


def csv_template() -> bytes:
    """Return the same columns and examples as CSV with semicolons, as Indonesian Excel writes it."""
    rows = [[example.get(column.key, "") for column in IN_TEMPLATE] for example in EXAMPLES]
    return csv_table([column.heading for column in IN_TEMPLATE], rows)


def _formats(book: Any) -> dict[str, Any]:
    heading = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#9aa5b1"}
    return {
        "heading": book.add_format({**heading, "bg_color": "#eef1f4"}),
        "for_new": book.add_format({**heading, "bg_color": "#fff4d6"}),
        "needed": book.add_format({**heading, "bg_color": "#ffe3d3"}),
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "#,##0"}),
        "example": book.add_format({"italic": True, "font_color": "#6b7280"}),
    }


def _drop_down(source: str) -> dict[str, Any]:
    # A warning, not a ban: the reader understands more spellings than the list has.
    return {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}


def _list_sheet(book: Any, lists: TemplateLists) -> dict[str, str]:
    sheet = book.add_worksheet("Daftar")
    columns: dict[str, Sequence[str]] = {
        "subdistrict": lists.subdistricts,
        "village": lists.villages,
        "category": lists.categories,
        "storage": list(STORAGE.names.values()),
        "shipping_class": list(SHIPPING.names.values()),
    }
    ranges = {}
    for index, (key, values) in enumerate(columns.items()):
        sheet.write_string(0, index, next(column.heading for column in IN_TEMPLATE if column.key == key))
        for row, value in enumerate(values, start=1):
            sheet.write_string(row, index, value)
        if values:
            letter = "ABCDE"[index]
            ranges[key] = f"=Daftar!${letter}$2:${letter}${len(values) + 1}"
        sheet.set_column(index, index, 26)
    return ranges


def _help_sheet(book: Any, lists: TemplateLists) -> None:
    sheet = book.add_worksheet("Petunjuk")
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90, wrap)
    lines = [
        (_("Wilayah"), lists.district),
        (_("Baris contoh"), _("Baris dengan kode CONTOH dilewati saat diunggah. Boleh dihapus, boleh dibiarkan.")),
        (_("Warna judul"), _("Jingga: wajib. Kuning: wajib untuk UMKM yang belum terdaftar. Abu-abu: boleh kosong.")),
        (_("Sel kosong"), _("Sel kosong tidak menghapus data yang sudah ada.")),
        (_("Mengirim ulang"), _("Berkas yang sama boleh diunggah lagi: yang tidak berubah tidak disimpan dua kali.")),
        (_("Foto"), _("Kumpulkan foto dalam satu ZIP. Nama berkasnya dicocokkan dengan kolom Foto.")),
    ]
    words = notes()
    lines += [(column.heading, words[column.key]) for column in IN_TEMPLATE if column.key in words]
    for row, (title, text) in enumerate(lines):
        sheet.write_string(row, 0, title, bold)
        sheet.write_string(row, 1, text, wrap)
