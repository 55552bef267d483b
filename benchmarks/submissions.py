"""How long the dry run and the import of a sheet take, and how much memory: ``python -m benchmarks.submissions``.

A fresh process on a fresh SQLite database; the bars are 10 s and 300 MB for the preview of 10,000 rows. Hostile files
(a stray cell in XFD1048576, a million empty rows, a bomb) are measured too: they must end soon and
small.
"""

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from config import Settings
from gallery.app import create_app
from gallery.core import outbox
from gallery.core.db import db, transaction
from gallery.core.sheets import UnreadableSheetError, read_table
from gallery.jobs import submissions as jobs
from gallery.regions.services import load_regions, shipped_regions
from gallery.submissions.models import Submission
from gallery.submissions.services import receiving
from gallery.submissions.services.columns import IN_TEMPLATE
from tests.factories.submissions import make_officer, send_in

COLUMNS = 24


def big(rows: int) -> bytes:
    """Return a sheet of that many products of 400 makers, typed as people type."""

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("Produk")
    for index, column in enumerate(IN_TEMPLATE):
        sheet.write_string(0, index, column.heading)
    prices = ("Rp 25.000,00", "25 rb", 25000, "1,5 jt")
    for number in range(1, rows + 1):
        maker = number % 400
        values = {
            "business": f"UMKM {maker}", "owner": f"Pemilik {maker}", "phone": f"8120000{maker:04}",
            "product": f"Produk {number}", "category": "Makanan ringan", "price": prices[number % 4],
            "net_weight": "1/4 kg", "ship_weight": 300, "summary": "Camilan khas Bangka yang gurih dan renyah.",
            "description": f"Dibuat dari ikan segar dan sagu pilihan, nomor {number}. " * 4,
            "ingredients": "ikan tenggiri; tapioka; garam", "allergens": "ikan", "shelf_life": "3 bulan",
            "storage": "Kering", "shipping_class": "Biasa", "pirt": "2153276010281-29", "stock": number % 50,
        }  # fmt: skip
        for index, column in enumerate(IN_TEMPLATE):
            if (value := values.get(column.key)) is not None:
                sheet.write(number, index, value)
    book.close()
    return out.getvalue()


def stray() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for column, heading in enumerate(("Nama UMKM", "Nama Produk", "Kategori", "Harga (Rp)")):
        sheet.write(0, column, heading)
        sheet.write(1, column, "isi")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    return out.getvalue()


def patched(xml: bytes) -> bytes:
    """Return a small workbook whose sheet is this XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(stray())) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return out.getvalue()


def empty_rows() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d"/></row>' % (n, n) for n in range(1, 1_000_001))
    return patched(
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )


def bomb() -> bytes:
    return patched(b"<worksheet>" + b" " * (300 * 1024 * 1024) + b"</worksheet>")


def peak_mb() -> int:
    """The most this program has used; getrusage() would count what its parent used before it started this one."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024


def measured(name: str, work: Callable[[], object]) -> None:
    before, started = peak_mb(), time.perf_counter()
    found = work()
    print(f"{name}: {time.perf_counter() - started:.2f} s, peak {peak_mb()} MB (before: {before} MB) {found}")


def measure_preview(rows: int = 10_000) -> tuple[float, int]:
    """Seconds and megabytes of the preview of a sheet, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.submissions", "preview", "--rows", str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r"preview of .*?: ([0-9.]+) s, peak ([0-9]+) MB", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout[-1000:])
    return float(found[1]), int(found[2])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("what", nargs="?", default="preview", choices=["preview", "import", "stray", "empty", "bomb"])
    options.add_argument("--rows", type=int, default=10_000)
    given = options.parse_args()
    if given.what not in {"preview", "import"}:
        data = in_child({"stray": stray, "empty": empty_rows, "bomb": bomb}[given.what])
        measured(given.what, lambda: refused(data))
        return
    data = in_child(lambda: big(given.rows))
    with tempfile.TemporaryDirectory() as folder:
        run(folder, data, send=given.what == "import")


def in_child(make: Callable[[], bytes]) -> bytes:
    """Make a file in another process: its memory is not what is measured."""
    with tempfile.NamedTemporaryFile() as file:
        child = os.fork()
        if child == 0:
            with open(file.name, "wb") as out:  # noqa: PTH123
                out.write(make())
            os._exit(0)
        os.waitpid(child, 0)
        return file.read()


def refused(data: bytes) -> str:

    try:
        table = read_table(data)
    except UnreadableSheetError as error:
        return str(error)
    return f"{len(table.rows)} rows, left out: {table.ignored}"


def run(folder: str, data: bytes, *, send: bool) -> None:

    app = create_app(Settings(ENVIRONMENT="testing", DATA_DIR=folder, EXTERNAL_URL="http://localhost"))
    with app.app_context():
        db.create_all()
        with transaction() as session:
            load_regions(session, shipped_regions())
        officer = make_officer()
        submission_id = send_in(data, officer=officer)
        db.session.remove()
        measured(f"preview of {len(data) // 1024} kB", outbox.run_one)
        submission = db.session.get(Submission, submission_id)
        print(submission.status, submission.new_rows, "new", submission.wrong_rows, "wrong", submission.problem or "")
        if send:
            db.session.rollback()
            with transaction() as session:
                receiving.send(session, submission_id, actor=officer)

            def turns() -> int:
                while db.session.get(Submission, submission_id).status.value == "importing":
                    db.session.remove()
                    jobs.import_rows({"submission_id": submission_id, "user_id": officer.user_id})
                return db.session.get(Submission, submission_id).done_rows

            measured("import", turns)
            db.session.remove()
            again = send_in(data, officer=officer, defaults={"address": "-"})
            db.session.remove()
            measured("preview of the same sheet again", lambda: jobs.check({"submission_id": again}))
            submission = db.session.get(Submission, again)
            print(submission.status, submission.unchanged_rows, "unchanged", submission.changed_rows, "changed")


if __name__ == "__main__":
    main()
