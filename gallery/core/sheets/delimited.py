"""CSV as people save it: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252; with or without quotes."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from gallery.core.sheets.model import Limits, Row, SheetProblem, Table, UnreadableSheetError
from gallery.core.sheets.xml_scan import SHOWN_STRAYS, column_letters

DELIMITERS = ";,\t|"
SAMPLE_LINES = 30
SAMPLE_CHARS = 200_000
CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
FIELD_LIMIT = 131_072
WIDE_SHARE = 0.2


def read_delimited(data: bytes, limits: Limits) -> Table:
    text, encoding = decode(data)
    skip = 0
    if match := re.match(r"sep=([^\r\n])[ \t]*\r?\n", text, re.IGNORECASE):  # Excel's own first line
        text, delimiter, skip = text[match.end() :], match[1], 1
    else:
        # Not all of it: a list of four million short lines would be larger than everything else together.
        delimiter = _delimiter(text[:SAMPLE_CHARS].splitlines(keepends=True)[:SAMPLE_LINES])
    table = Table(name="", rows=[], kind="csv", encoding=encoding)
    try:
        for number, values in _numbered(text, delimiter, skip):
            _take(table, number, values, limits)
    except csv.Error as error:
        raise UnreadableSheetError(SheetProblem.DAMAGED) from error
    return table


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and the encoding that was found; bytes that are no text are refused."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _checked(data.decode(encoding, errors="replace")), encoding
    sample = data[:4096]
    nulls = sample.count(0)
    if nulls > len(sample) * WIDE_SHARE:  # UTF-16 without its mark: every second byte of Latin text is zero
        encoding = "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
        return _checked(data.decode(encoding, errors="replace")), encoding
    try:
        return _checked(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        # Windows-1252 has five holes; there Latin-1 stands in.
        codec = "cp1252" if not re.search(b"[\x81\x8d\x8f\x90\x9d]", data) else "latin-1"
        return _checked(data.decode(codec)), codec


def _checked(text: str) -> str:
    if len(CONTROL.findall(text[:20_000])) > len(text[:20_000]) // 100:
        raise UnreadableSheetError(SheetProblem.OTHER_KIND)
    return CONTROL.sub("", text)


def _delimiter(lines: list[str]) -> str:
    """Choose the delimiter with which most lines have the same number of fields, and more than one."""
    best, chosen = (0, 0), ","
    for candidate in DELIMITERS:
        counts: dict[int, int] = {}
        try:
            for row in csv.reader(lines, delimiter=candidate):
                counts[len(row)] = counts.get(len(row), 0) + 1
        except csv.Error:
            continue
        width, times = max(counts.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
        if width > 1 and (times, width) > best:
            best, chosen = (times, width), candidate
    return chosen


def _numbered(text: str, delimiter: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of its row as Excel would show it (a quoted field may hold line ends)."""
    csv.field_size_limit(FIELD_LIMIT)
    yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1 + skip)


def _take(table: Table, number: int, values: list[str], limits: Limits) -> None:
    if len(values) > limits.columns:
        extra = [index for index, value in enumerate(values) if index >= limits.columns and value.strip()]
        table.ignored_count += len(extra)
        room = SHOWN_STRAYS - len(table.ignored)
        table.ignored += [f"{column_letters(index)}{number}" for index in extra[:room]]
        values = values[: limits.columns]
    row: Row = [_unprotected(value) for value in values]
    while row and not str(row[-1]).strip():
        row.pop()
    if row:
        table.rows.append((number, row))
        if len(table.rows) > limits.value_rows:
            raise UnreadableSheetError(SheetProblem.TOO_MANY_ROWS, limit=limits.data_rows)


def _unprotected(value: str) -> str:
    """Undo what exports add so that a spreadsheet program leaves a value alone: ``'+62…`` and ``="0812"``."""
    if value.startswith("'") and value[1:2] in {"=", "+", "-", "@", "\t", "\r"}:
        return value[1:]
    if match := re.fullmatch(r'="([^"]*)"', value):
        return match[1]
    return value
