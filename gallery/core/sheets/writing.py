"""Tables out. Text stays text: no cell that leaves here is ever a formula or a link."""

import csv
import datetime as dt
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gallery.core.sheets.model import Cell

LIVE = ("=", "+", "-", "@", "\t", "\r")
MAX_CELL = 32_767
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
WIDEST = 60
FIRST_YEAR = 1900  # of Excel's calendar
FORBIDDEN_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook. ``widths`` are those of the first columns; the others are as wide as their heading."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell | None]]
    widths: Sequence[int] = ()


def xlsx_table(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell | None]], *, widths: Sequence[int] = ()
) -> bytes:
    """Return a workbook of one sheet."""
    return xlsx_book([Sheet(name, headings, rows, widths)])


def xlsx_book(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets, each with a bold, frozen, filterable heading; every text is written as text."""
    import xlsxwriter  # type: ignore[import-untyped] # noqa: PLC0415 - loaded with the first table

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        "text": book.add_format({"num_format": "@"}),
        "lines": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    }
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name.translate(FORBIDDEN_IN_NAME)[:31] or "Data"), sheet, bold, formats)
    book.close()
    return out.getvalue()


def _write_sheet(page: Any, sheet: Sheet, bold: Any, formats: dict[str, object]) -> None:
    for column, heading in enumerate(sheet.headings):
        width = sheet.widths[column] if column < len(sheet.widths) else min(max(12, len(heading) + 2), WIDEST)
        page.set_column(column, column, width)
        page.write_string(0, column, heading, bold)
    page.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            write_cell(page, last, column, value, formats)
    if sheet.headings:
        page.autofilter(0, 0, max(last, 1), len(sheet.headings) - 1)


def write_cell(sheet: Any, row: int, column: int, value: Cell | None, formats: dict[str, object]) -> None:
    """Write one value by its own type; anything that is not a number, a date or yes/no is text."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.datetime) and value.year >= FIRST_YEAR:
        sheet.write_datetime(row, column, value.replace(tzinfo=None), formats["moment"])
    elif isinstance(value, dt.date) and value.year >= FIRST_YEAR:
        sheet.write_datetime(row, column, value, formats["date"])
    else:
        words = str(value)[:MAX_CELL]
        sheet.write_string(row, column, words, formats["lines" if "\n" in words else "text"])


def csv_table(headings: Sequence[str], rows: Iterable[Sequence[Cell | None]], *, delimiter: str = ";") -> bytes:
    """Return UTF-8 with its mark, so that Excel reads accents; dangerous beginnings get an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([safe_text(heading) for heading in headings])
    for row in rows:
        writer.writerow([safe_text(value) if isinstance(value, str) else _plain(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def safe_text(value: str) -> str:
    """Return the text with an apostrophe before it when a spreadsheet program would run it."""
    return f"'{value}" if value.startswith(LIVE) else value


def _plain(value: Cell | None) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return safe_text(str(value)) if not isinstance(value, int | float) else str(value)
