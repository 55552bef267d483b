"""One streaming pass over a sheet's XML: what is in it, and the same XML without the cells outside the limits.

A reader that builds the whole rectangle needs gigabytes for one stray cell in XFD1048576. So the XML is measured
first, byte for byte by expat, and what lies outside is cut out of it; the cut cells are reported, not hidden.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from gallery.core.sheets.model import Limits, SheetProblem, UnreadableSheetError

ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
SHOWN_STRAYS = 5
MAX_MERGES = 20_000
MAX_STRINGS = 1_000_000
MAX_CELLS = 5_000_000  # empty ones included: their number is the time a scan takes
DEEPEST = 64
PIECE = 64 * 1024
LONGEST_TAG = 512 * 1024
LETTERS = 26
MEGABYTE = 1024 * 1024


def column_letters(index: int) -> str:
    """Return ``AB`` for 27 (counted from 0)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, LETTERS)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * LETTERS + ord(letter) - 64
    return value - 1


class DtdError(Exception):
    """A document type declaration: entity bombs and outside references start with one."""


def parser_for(xml: bytes) -> Any:
    """Return an expat parser that takes UTF-8 only and refuses every DTD."""
    if b"\x00" in xml[:64]:  # UTF-16 and UTF-32: no spreadsheet program writes them
        raise UnreadableSheetError(SheetProblem.DAMAGED)
    parser = expat.ParserCreate(encoding="UTF-8")

    def refuse(*_: Any) -> None:
        raise DtdError

    parser.StartDoctypeDeclHandler = refuse
    return parser


def watch(parser: Any, start: Callable[[str, dict[str, str]], None] | None = None) -> None:
    """Set the handlers of a small part: elements are told to ``start``, and no depth exhausts the memory."""
    depth = 0

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnreadableSheetError(SheetProblem.DAMAGED)
        if start is not None:
            start(tag, attributes)

    def closed(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = opened, closed


def run(parser: Any, xml: bytes) -> None:
    """Parse piece by piece, with every failure turned into a refusal; no single tag may be larger than ``LONGEST_TAG``.

    A tag with millions of attributes is small as bytes and gigabytes as objects.
    """
    try:
        for start in range(0, len(xml), PIECE):
            parser.Parse(xml[start : start + PIECE], False)  # noqa: FBT003 - expat's own flag: more follows
            if start + PIECE - parser.CurrentByteIndex > LONGEST_TAG:
                raise UnreadableSheetError(SheetProblem.DAMAGED)
        parser.Parse(b"", True)  # noqa: FBT003 - that was all of it
    except DtdError as error:
        raise UnreadableSheetError(SheetProblem.DTD) from error
    except expat.ExpatError as error:
        raise UnreadableSheetError(SheetProblem.DAMAGED) from error


@dataclass
class Scan:
    """What one pass found. Rows and columns are counted from 0."""

    value_rows: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    stray_count: int = 0
    xml: bytes = b""


class EnoughError(Exception):
    """The head of the sheet has been seen."""


class SheetScanner:
    """Expat handlers. ``head_rows`` stops early: enough to see what a sheet is about."""

    def __init__(self, xml: bytes, limits: Limits, string_lengths: list[int], head_rows: int | None = None) -> None:
        self.data, self.limits, self.lengths = xml, limits, string_lengths
        self.head_rows = head_rows
        self.scan = Scan()
        self.row, self.column = -1, -1
        self.cell_type, self.in_value, self.has_value = "n", False, False
        self.row_counted = False
        self.cell_start = 0
        self.text: list[str] = []
        self.chars = self.cells = 0
        self.open_tags: list[str] = []
        self.cuts: list[tuple[int, int]] = []
        self.cut_from: int | None = None
        self.parser = parser_for(xml)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def result(self) -> Scan:
        try:
            run(self.parser, self.data)
        except EnoughError:
            stop = self.parser.CurrentByteIndex
            closers = "".join(f"</{tag}>" for tag in reversed(self.open_tags))
            self.scan.xml = self._without_cuts(stop) + closers.encode()
        else:
            self.scan.xml = self._without_cuts(len(self.data))
        return self.scan

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._start_cell(attributes)
        elif name in {"v", "t"}:
            self.in_value = self.has_value = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        self.open_tags.append(tag)
        if len(self.open_tags) > DEEPEST:
            raise UnreadableSheetError(SheetProblem.DAMAGED)

    def end(self, tag: str) -> None:
        self.open_tags.pop()
        name = tag.rpartition(":")[2]
        if name in {"v", "t"}:
            self.in_value = False
        elif name == "c":
            if self.has_value:
                self._end_cell()
            self.has_value = False
        elif name == "sheetData" and self.cut_from is not None:
            self.cuts.append((self.cut_from, self.parser.CurrentByteIndex))
            self.cut_from = None

    def characters(self, text: str) -> None:
        if self.in_value:
            self.text.append(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self.row = int(number) - 1 if number.isdecimal() and len(number) <= 7 else self.row + 1  # noqa: PLR2004
        self.column, self.row_counted = -1, False
        if self.head_rows is not None and self.row >= self.head_rows:
            raise EnoughError
        if self.row >= self.limits.last_row and self.cut_from is None:
            self.cut_from = self.parser.CurrentByteIndex

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise UnreadableSheetError(SheetProblem.TOO_BIG_UNPACKED, limit_mb=self.limits.unpacked_bytes // MEGABYTE)
        match = ADDRESS.match(attributes.get("r", ""))
        self.column = column_index(match[1]) if match else self.column + 1
        if match and int(match[2]) - 1 != self.row:  # a cell that claims another row than its own
            raise UnreadableSheetError(SheetProblem.DAMAGED)
        self.cell_type = attributes.get("t", "n")
        self.cell_start = self.parser.CurrentByteIndex

    def _end_cell(self) -> None:
        text = "".join(self.text)
        self.text.clear()
        if self.cut_from is not None or self.column >= self.limits.columns:
            self._stray()
            return
        if not self.row_counted:
            self.row_counted = True
            self._count_row()
        if self.cell_type == "s":
            index = int(text) if text.isdecimal() and len(text) <= 9 else -1  # noqa: PLR2004
            if not 0 <= index < len(self.lengths):
                raise UnreadableSheetError(SheetProblem.DAMAGED)
            self.chars += self.lengths[index]
        else:
            self.chars += len(text)
            if self.cell_type == "e":
                self.scan.errors[self.row, self.column] = text[:20]
        if self.chars > self.limits.text_chars:
            raise UnreadableSheetError(SheetProblem.TOO_MUCH_TEXT, limit=self.limits.text_chars)

    def _count_row(self) -> None:
        self.scan.value_rows += 1
        if self.scan.value_rows > self.limits.value_rows:
            raise UnreadableSheetError(SheetProblem.TOO_MANY_ROWS, limit=self.limits.data_rows)

    def _stray(self) -> None:
        if self.cut_from is None:
            end = self.data.index(b">", self.parser.CurrentByteIndex) + 1
            self.cuts.append((self.cell_start, end))
        elif not self.row_counted:
            self.row_counted = True
            self._count_row()
        self.scan.stray_count += 1
        if len(self.scan.strays) < SHOWN_STRAYS:
            self.scan.strays.append(f"{column_letters(self.column)}{self.row + 1}")

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        start, stop = ADDRESS.match(first), ADDRESS.match(last)
        if start and stop and len(self.scan.merges) < MAX_MERGES:
            self.scan.merges.append(
                (int(start[2]) - 1, column_index(start[1]), int(stop[2]) - 1, column_index(stop[1]))
            )

    def _without_cuts(self, stop: int) -> bytes:
        if not self.cuts and stop == len(self.data):
            return self.data
        parts, position = [], 0
        for start, end in self.cuts:
            parts.append(self.data[position:start])
            position = end
        parts.append(self.data[position:stop])
        return b"".join(parts)


def string_lengths(xml: bytes) -> list[int]:
    """Return the length of every shared string: one long one may be used by half a million cells."""
    lengths: list[int] = []
    parser = parser_for(xml)
    parser.buffer_text = True

    def start(tag: str, _attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "si":
            lengths.append(0)
            if len(lengths) > MAX_STRINGS:
                raise UnreadableSheetError(SheetProblem.TOO_MUCH_TEXT, limit=MAX_STRINGS)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    watch(parser, start)
    parser.CharacterDataHandler = characters
    run(parser, xml)
    return lengths


def check_xml(xml: bytes) -> None:
    """Refuse a part that is not well-formed or has a DTD."""
    parser = parser_for(xml)
    watch(parser)
    run(parser, xml)
