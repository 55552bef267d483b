"""Statements as the portals of five banks give them: what stands above, between and below the lines too."""

import io

import xlsxwriter

HEADS = {
    "bri": ["TGL_TRAN", "TGL_EFEKTIF", "JAM_TRAN", "SEQ", "DESK_TRAN",
            "MUTASI_DEBET", "MUTASI_KREDIT", "SALDO_AKHIR_MUTASI"],
    "mandiri": ["Account No", "Date", "Val. Date", "Transaction Code", "Description", "Description", "Reference No.",
                "Debit", "Credit", "Balance"],
    "bni": ["Post Date", "Value Date", "Branch", "Journal No.", "Description", "Amount", "Db/Cr", "Balance"],
    "bca": ["Tanggal Transaksi", "Keterangan", "Cabang", "Jumlah", "", "Saldo"],
    "sumsel-babel": ["Tanggal", "No. Bukti", "Keterangan", "Debet", "Kredit", "Saldo"],
}  # fmt: skip
OPENING = 5_000_000


def english(amount: int) -> str:
    return f"{abs(amount):,}.00"


def indonesian(amount: int) -> str:
    return f"{abs(amount):,}".replace(",", ".") + ",00"


def rows_of(bank: str, lines, *, number: str = "1400000001", opening: int = OPENING):
    """The rows of a file for (day, description, amount) lines; Mandiri's has the newest line first."""
    body, balance = [], opening
    for place, (day, words, amount) in enumerate(lines, 1):
        balance += amount
        body.append(_ROWS[bank](day, words, amount, balance, place, number))
    above, below = _AROUND[bank](lines, balance, number)
    if bank == "mandiri":
        body.reverse()
    return [*above, HEADS[bank], *body, *below]


def _bri(day, words, amount, balance, place, _number):
    plain = [f"{abs(amount)}.00" if amount < 0 else "0.00", f"{amount}.00" if amount > 0 else "0.00"]
    return [f"{day:%Y-%m-%d} 00:00:00", f"{day:%d/%m/%y}", "10:02:11", str(place), words, *plain, f"{balance}.00"]


def _mandiri(day, words, amount, balance, place, number):
    sides = [english(amount) if amount < 0 else ".00", english(amount) if amount > 0 else ".00"]
    days = [f"{day:%d/%m/%y}", f"{day:%d/%m/%y}"]
    return [number, *days, "8712", words, "DARI MCM", f"REF{place}", *sides, english(balance)]


def _bni(day, words, amount, balance, place, _number):
    stamp = f"{day:%d/%m/%y} 10.11.12"
    mark = "C" if amount > 0 else "D"
    return [stamp, stamp, "PANGKALPINANG", f"98{place}", words, english(amount), mark, english(balance)]


def _bca(day, words, amount, balance, _place, _number):
    return [f"'{day:%d/%m}", words, "0000", english(amount), "CR" if amount > 0 else "DB", english(balance)]


def _sumsel(day, words, amount, balance, place, _number):
    month = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")[day.month - 1]
    sides = [indonesian(amount) if amount < 0 else "", indonesian(amount) if amount > 0 else ""]
    return [f"{day.day:02} {month} {day.year}", f"B{place}", words, *sides, "Rp " + indonesian(balance)]


_ROWS = {"bri": _bri, "mandiri": _mandiri, "bni": _bni, "bca": _bca, "sumsel-babel": _sumsel}


def _none(_lines, _balance, _number):
    return [], []


def _bca_around(lines, balance, number):
    first, last = min(day for day, _w, _a in lines), max(day for day, _w, _a in lines)
    above = [
        ["Informasi Rekening - Mutasi Rekening"],
        [f"No. rekening : {number}"],
        ["Nama : GALERI UMKM CONTOH"],
        [f"Periode : {first:%d/%m/%Y} - {last:%d/%m/%Y}"],
        ["Kode Mata Uang : Rp"],
    ]
    below = [
        ["PEND", "TRSF E-BANKING CR BELUM DIBUKUKAN", "0000", "10,000.00", "CR", english(balance)],
        ["Saldo Awal : 5,000,000.00"],
        ["Mutasi Debet : 0.00", "", "0"],
        ["Saldo Akhir : " + english(balance)],
    ]
    return above, below


def _sumsel_around(lines, balance, number):
    last = max(day for day, _w, _a in lines)
    above = [
        ["BANK SUMSEL BABEL", "", "", "", "", ""],
        ["Nomor Rekening", number],
        ["Saldo Awal", "", "", "", "", indonesian(OPENING)],
    ]
    below = [["", "", "TOTAL", indonesian(1), indonesian(2), ""], [f"Saldo Akhir {last:%d/%m/%Y}", "", "", "", "", ""]]
    return above, below


def _bni_around(_lines, _balance, number):
    return [["Account No", number], ["Currency", "IDR"]], [["Ending Balance", "", "", "", "", "", "", "x"]]


_AROUND = {"bri": _none, "mandiri": _none, "bni": _bni_around, "bca": _bca_around, "sumsel-babel": _sumsel_around}
_DELIMITERS = {"bri": ",", "mandiri": ";", "bni": "\t", "bca": ",", "sumsel-babel": ";"}
_ENCODINGS = {"bri": "utf-8-sig", "mandiri": "cp1252", "bni": "utf-16", "bca": "utf-8", "sumsel-babel": "utf-8"}


def csv_of(bank: str, lines, **given) -> bytes:
    delimiter = _DELIMITERS[bank]
    text = "\r\n".join(
        delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row)
        for row in rows_of(bank, lines, **given)
    )
    return text.encode(_ENCODINGS[bank])


def xlsx_of(bank: str, lines, **given) -> bytes:
    return workbook(rows_of(bank, lines, **given))


def workbook(rows) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Mutasi")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell)
            else:
                sheet.write(number, column, cell)
    book.close()
    return out.getvalue()
