"""What people bring along: a messy spreadsheet, phone pictures, a proof of transfer."""

import io
import zipfile
from pathlib import Path

from openpyxl import Workbook
from PIL import Image, ImageDraw

HEADINGS = (
    "No", "Nama Usaha", "Pemilik", "No WA", "Kec", "Desa", "Nama Barang", "Kategori", "Harga", "Netto", "Berat kirim",
    "Komposisi", "Masa Simpan", "PIRT", "Nama file foto", "Stok",
)  # fmt: skip


def messy_sheet(path: Path, name: str, photo: str) -> Path:
    """A district's list as it really looks: title rows, own headings, money and numbers as typed, one row unusable."""
    book = Workbook()
    sheet = book.active
    sheet.title = "DATA UMKM 2026"
    sheet.append(["DAFTAR PRODUK UMKM KABUPATEN BANGKA"])
    sheet.append(["Dinas Koperasi dan UKM"])
    sheet.append([])
    sheet.append(list(HEADINGS))
    sheet.append(
        [1, "Dapur Bu Rusmini", "Rusmini Handayani", 84012345678, "BELINYU", "kuto panji", f"{name} panggang ",
         "makanan ringan", "Rp 25.000,00", "250 gr", "0,3 kg", "ikan tenggiri, sagu, garam", "3 bulan", "", photo, "5"]
    )  # fmt: skip
    sheet.append(
        [2, "Dapur Bu Rusmini", "Rusmini Handayani", 84012345678, "Belinyu", "Kuto Panji", f"{name} goreng",
         "Makanan ringan", "gratis", "250", "300", "ikan", "90", "", "", ""]
    )  # fmt: skip
    sheet.cell(row=40, column=22).value = "dicek Pak Kabid"
    book.save(path)
    return path


def photo_zip(path: Path, name: str, colour: tuple[int, int, int]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"foto produk/{name}", picture(colour))
    return path


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (1600, 1200)) -> bytes:
    """A picture as a phone makes it, different for each colour."""
    image = Image.new("RGB", size, (236, 231, 220))
    draw = ImageDraw.Draw(image)
    for number in range(12):
        x, y = 200 + number % 4 * 320, 200 + number // 4 * 300
        draw.ellipse((x, y, x + 260, y + 220), fill=tuple(max(0, part - number * 6) for part in colour))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def picture_file(path: Path, colour: tuple[int, int, int]) -> Path:
    path.write_bytes(picture(colour))
    return path


def film_of_label(modules: str, frames: int = 10) -> bytes:
    """Motion JPEG of a price label on a table, with "1" for each bar of its code."""
    image = Image.new("L", (640, 480), 120)
    draw = ImageDraw.Draw(image)
    draw.rectangle((110, 120, 530, 360), fill=245)
    for place, module in enumerate(modules):
        if module == "1":
            draw.rectangle((177 + 3 * place, 190, 179 + 3 * place, 310), fill=20)
    out = io.BytesIO()
    for _ in range(frames):
        image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()
