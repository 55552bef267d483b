"""One spreadsheet for each district as districts really send them, with its photo ZIP.

Every sheet is untidy in a way of its own: title rows, other headings, prices in words, numbers that lost their zeros, a
NIK that a spreadsheet program turned into 1.9E+15, dates as text, doubles, places that do not exist, totals at the
bottom, photos whose names differ in case. The same call always makes the same bytes.
"""

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

from gallery.demo import data, invented
from gallery.demo.foundation import ADMIN_PHONES
from gallery.demo.pictures.products import photo
from gallery.registry.identity import NIK_LENGTH

Cell = str | int | float | None
Row = list[Cell]
PHOTO_WIDTH: Final = 640
ZIP_DATE: Final = (2026, 11, 20, 8, 0, 0)
PRICE_WORDS: Final = ("Rp {:,.2f}", "{:.0f} rb", "Rp{:,.0f}", "{:.0f}ribu", "{:,.0f},-")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sheet and its photos, as one district sends them."""

    district_code: str
    sheet_name: str
    sheet: bytes
    photos_name: str
    photos: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One product as the companion knows it, before it is typed."""

    number: int
    row: dict[str, str]

    @property
    def phone(self) -> str:
        known = _phones().get(self.row["business"])
        return "0" + (known or invented.phone(ADMIN_PHONES + 50 + self.number)).removeprefix("+62")

    @property
    def nik(self) -> str:
        return invented.nik(500 + self.number, is_female=self.number % 2 == 0)

    @property
    def price(self) -> int:
        return int(self.row["price"])

    @property
    def photo_name(self) -> str:
        words = self.row["product"].split()
        return f"{'-'.join(words[:3]).lower()}.jpg"

    @property
    def price_words(self) -> str:
        """Return the price as somebody writes it: ``Rp 25.000,00`` or ``25 rb``."""
        style = PRICE_WORDS[self.number % len(PRICE_WORDS)]
        amount = self.price / 1000 if "r" in style.lower().replace("rp", "") and self.price % 1000 == 0 else self.price
        if amount != self.price:
            return style.format(amount)
        plain = style if "," in style else "Rp{:,.0f}"
        return plain.format(self.price).translate(str.maketrans(",.", ".,"))


def _phones() -> dict[str, str]:
    return {row["name"]: invented.phone(number) for number, row in enumerate(data.rows("businesses.csv"), start=1)}


def samples(photo_width: int = PHOTO_WIDTH) -> list[Sample]:
    """Return the samples of all districts."""
    entries: dict[str, list[Entry]] = {}
    for number, row in enumerate(data.rows("samples.csv")):
        entries.setdefault(row["district"], []).append(Entry(number, row))
    return [_sample(code, rows, photo_width) for code, rows in entries.items()]


def _sample(code: str, entries: list[Entry], photo_width: int) -> Sample:
    name, make = SHEETS[code]
    extension = "csv" if make is _south_bangka else "xlsx"
    folder = "Foto Produk/" if code == "19.06" else ""
    return Sample(code, f"{name}.{extension}", make(entries), f"foto-{name}.zip", _photos(entries, folder, photo_width))


def _photos(entries: list[Entry], folder: str, width: int) -> bytes:
    """Pack the pictures; every second name is in capitals, and a Mac has left its traces."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for entry in entries:
            name = entry.photo_name.upper() if entry.number % 2 else entry.photo_name
            picture = photo(int(entry.row["photo"]), take=1, width=width)
            archive.writestr(zipfile.ZipInfo(f"{folder}{name}", ZIP_DATE), picture)
        archive.writestr(zipfile.ZipInfo(f"__MACOSX/{folder}._x", ZIP_DATE), b"\x00\x05\x16\x07")
        archive.writestr(zipfile.ZipInfo(f"{folder}Thumbs.db", ZIP_DATE), b"\xd0\xcf\x11\xe0")
    return out.getvalue()


def _xlsx(rows: list[Row], merged: tuple[str, ...] = ()) -> bytes:
    """Write a workbook; ``merged`` are ranges that somebody merged to make it look nice."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Data UMKM")
        title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        for span in merged:
            sheet.merge_range(span, "", title)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if cell is not None:
                    sheet.write(y, x, cell)
    return out.getvalue()


def _bangka(entries: list[Entry]) -> bytes:
    """Title rows, own headings, telephones without their zero, a NIK as 1.9E+15, prices in words."""
    heading: Row = ["No", "Nama Usaha", "Pemilik", "No HP", "NIK", "Kec.", "Nama Barang", "Jenis", "Harga Jual", "Netto",
                    "Bahan", "Daya Tahan", "Stok", "Foto"]  # fmt: skip
    rows: list[Row] = [
        ["PEMERINTAH KABUPATEN BANGKA"],
        ["DAFTAR PRODUK UMKM UNGGULAN TRIWULAN IV"],
        [],
        heading,
    ]
    for turn, one in enumerate(entries, start=1):
        nik: Cell = float(one.nik[: NIK_LENGTH - 1]) if turn == 2 else one.nik  # noqa: PLR2004
        rows.append([
            turn, one.row["business"], one.row["owner"], int(one.phone.removeprefix("0")), nik, one.row["subdistrict"],
            one.row["product"], one.row["category"], one.price_words, f"{one.row['weight']} gr", one.row["ingredients"],
            f"{one.row['shelf']} hari", int(one.row["stock"]), one.photo_name,
        ])  # fmt: skip
    return _xlsx(rows, ("A1:N1", "A2:N2"))


def _belitung(entries: list[Entry]) -> bytes:
    """Another spelling of the capital, dates as text, a licence that is a decree, one price missing."""
    rows: list[Row] = [["Nama UMKM", "Nama Pemilik", "No. WA", "Kecamatan", "Nama Produk", "Kategori", "Harga (Rp)",
                        "Berat Bersih (gram)", "Komposisi", "No. P-IRT", "Izin Berlaku s.d.", "No. Halal", "Stok",
                        "Foto"]]  # fmt: skip
    for turn, one in enumerate(entries):
        place = "Tanjung Pandan" if one.row["subdistrict"] == "Tanjungpandan" else one.row["subdistrict"].upper()
        pirt = invented.pirt(600 + one.number, "02", 2, 2029).number if turn != 3 else "123"  # noqa: PLR2004
        halal = "KH-00123456789" if turn == 1 else ""
        price: Cell = "" if turn == 3 else one.price  # noqa: PLR2004
        rows.append([
            one.row["business"], one.row["owner"], f"{one.phone[:4]}-{one.phone[4:8]}-{one.phone[8:]}", place,
            f"  {one.row['product']} ", one.row["category"].lower(), price, int(one.row["weight"]),
            one.row["ingredients"], pirt, "31 Desember 2029", halal, one.row["stock"], one.photo_name,
        ])  # fmt: skip
    return _xlsx(rows)


def _south_bangka(entries: list[Entry]) -> bytes:
    """A CSV of an old office computer: semicolons, cp1252, typographic signs."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Nama Usaha", "Nama Pemilik", "HP", "Kecamatan", "Produk", "Kategori", "Harga", "Berat", "Komposisi",
                     "Masa Simpan", "Stok", "Foto"])  # fmt: skip
    for one in entries:
        writer.writerow([
            one.row["business"], one.row["owner"], one.phone, one.row["subdistrict"],
            f"{one.row['product']} \u2013 asli", one.row["category"], one.price_words, f"{one.row['weight']} gram",
            f"\u201c{one.row['ingredients']}\u201d", f"\u00b1 {one.row['shelf']} hari", one.row["stock"], one.photo_name,
        ])  # fmt: skip
    return out.getvalue().encode("cp1252")


def _central_bangka(entries: list[Entry]) -> bytes:
    """The same product twice, a subdistrict that does not exist, a price below zero, a telephone too short."""
    rows: list[Row] = [["Kode", "UMKM", "Pemilik", "No HP", "Kecamatan", "Desa", "Nama Produk", "Kategori", "Harga",
                        "Berat (gram)", "Komposisi", "Masa Simpan (hari)", "Stok", "Foto"]]  # fmt: skip
    for turn, one in enumerate([*entries, entries[-1]], start=1):
        place = "Pangkalan Lama" if turn == 3 else one.row["subdistrict"]  # noqa: PLR2004
        phone: Cell = "08123" if turn == 4 else one.phone  # noqa: PLR2004
        price: Cell = -one.price if turn == 2 else one.price  # noqa: PLR2004
        rows.append([
            f"BT-{one.number}", one.row["business"], one.row["owner"], phone, place, "", one.row["product"],
            one.row["category"], price, int(one.row["weight"]), one.row["ingredients"], one.row["shelf"],
            f"{one.row['stock']} pcs", one.photo_name,
        ])  # fmt: skip
    return _xlsx(rows)


def _west_bangka(entries: list[Entry]) -> bytes:
    """Muntok for Mentok, makers written once for several rows, empty rows between, ranges merged."""
    rows: list[Row] = [
        ["DATA IKM KABUPATEN BANGKA BARAT"],
        [],
        ["Nama IKM", "Pelaku Usaha", "Kontak", "Kec", "Nama Produk", "Kelompok", "Harga Satuan", "Isi", "Bahan Baku",
         "Legalitas", "Persediaan", "Gambar"],
    ]  # fmt: skip
    for one in entries:
        place = "Muntok" if one.row["subdistrict"] == "Mentok" else f"Kec. {one.row['subdistrict']}"
        rows += [
            [
                one.row["business"].upper(), one.row["owner"], f"+62 {one.phone[1:4]} {one.phone[4:8]} {one.phone[8:]}",
                place, one.row["product"], one.row["category"], one.price_words, f"{one.row['weight']}g",
                one.row["ingredients"].replace(", ", "/"), "sedang diurus", f"{one.row['stock']} buah",
                one.photo_name.removesuffix(".jpg"),
            ],
            [],
        ]  # fmt: skip
    return _xlsx(rows, ("A1:L1",))


def _east_belitung(entries: list[Entry]) -> bytes:
    """Headings in the fifth row, a total below, a note far to the right, photos in a folder of the ZIP."""
    rows: list[Row] = [["Lampiran Surat"], ["Nomor : 500/contoh/2026"], ["Perihal : Usulan produk galeri"], []]
    rows.append(["No.", "Nama Usaha", "Nama", "Telepon", "Kecamatan", "Nama Barang", "Kategori Produk", "Harga", "Berat",
                 "Keterangan", "Jumlah Stok", "Nama File Foto"])  # fmt: skip
    for turn, one in enumerate(entries, start=1):
        rows.append([
            turn, one.row["business"], one.row["owner"], one.phone.replace("0", "62", 1), one.row["subdistrict"],
            one.row["product"], one.row["category"], f"{one.price / 1000:g}k" if turn == 1 else one.price,
            f"{int(one.row['weight']) / 1000:g} kg".replace(".", ","), f"Bahan: {one.row['ingredients']}",
            int(one.row["stock"]), f"IMG/{one.photo_name}",
        ])  # fmt: skip
    rows += [[], ["", "JUMLAH", "", "", "", "", "", sum(one.price for one in entries)]]
    rows[6] = [*rows[6], *[None] * 12, "mohon dicek lagi"]
    return _xlsx(rows)


def _pangkalpinang(entries: list[Entry]) -> bytes:
    """Almost as the template wants it; only the last category is none."""
    rows: list[Row] = [["Kode Produk", "Nama UMKM", "Nama Pemilik", "No. HP/WA", "Kecamatan", "Nama Produk", "Kategori",
                        "Harga (Rp)", "Berat Bersih (gram)", "Ringkasan", "Komposisi", "Masa Simpan (hari)", "Foto",
                        "Stok di Rumah"]]  # fmt: skip
    for turn, one in enumerate(entries, start=1):
        category = "Cemilan manis" if turn == len(entries) else one.row["category"]
        rows.append([
            f"PGK-{one.number}", one.row["business"], one.row["owner"], one.phone, one.row["subdistrict"],
            one.row["product"], category, one.price, int(one.row["weight"]), f"{one.row['product']} buatan sendiri.",
            one.row["ingredients"], one.row["shelf"], one.photo_name, int(one.row["stock"]),
        ])  # fmt: skip
    return _xlsx(rows)


SHEETS: Final[dict[str, tuple[str, Callable[[list[Entry]], bytes]]]] = {
    "19.01": ("produk-bangka", _bangka),
    "19.02": ("produk-belitung", _belitung),
    "19.03": ("produk-bangka-selatan", _south_bangka),
    "19.04": ("produk-bangka-tengah", _central_bangka),
    "19.05": ("produk-bangka-barat", _west_bangka),
    "19.06": ("produk-belitung-timur", _east_belitung),
    "19.71": ("produk-pangkalpinang", _pangkalpinang),
}
