"""What a read table consists of, and why a file may be refused."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from gallery.core.errors import GalleryError


@dataclass(frozen=True)
class CellError:
    """A formula that failed: ``#REF!``, ``#DIV/0!``."""

    text: str

    def __str__(self) -> str:
        return self.text


Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | CellError
Row = list[Cell]


class SheetProblem(StrEnum):
    """Why a whole file is refused; the words are chosen by the page."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_BIG_UNPACKED = "too_big_unpacked"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MUCH_TEXT = "too_much_text"
    OLD_EXCEL = "old_excel"
    OPEN_DOCUMENT = "open_document"
    OTHER_KIND = "other_kind"
    PASSWORD = "password"  # noqa: S105 - the name of a problem
    DTD = "dtd"
    DAMAGED = "damaged"
    NO_SHEET = "no_sheet"
    NO_HEADER = "no_header"


class UnreadableSheetError(GalleryError):
    """The file can not be read, or is not allowed to be; ``facts`` fill the sentence."""

    code: ClassVar[str] = "unreadable_sheet"
    status: ClassVar[int] = 422

    def __init__(self, problem: SheetProblem, **facts: int | str) -> None:
        super().__init__(f"{problem} {facts}" if facts else str(problem))
        self.problem = problem
        self.facts = facts


@dataclass(frozen=True)
class Limits:
    """How much of a stranger's file is looked at."""

    file_bytes: int = 10 * 1024 * 1024
    members: int = 200
    unpacked_bytes: int = 64 * 1024 * 1024
    data_rows: int = 10_000
    columns: int = 50
    text_chars: int = 16_000_000
    heading_rows: int = 20  # titles, notes and the heading itself stand above the data

    @property
    def value_rows(self) -> int:
        return self.data_rows + self.heading_rows

    @property
    def last_row(self) -> int:
        """Values below this row are left out: a table may have gaps, but not a million empty rows."""
        return max(2_000, 4 * self.value_rows)


@dataclass
class Table:
    """The rows of one sheet that hold something, each with the number the user sees in Excel."""

    name: str
    rows: list[tuple[int, Row]]
    kind: str  # "xlsx" or "csv"
    ignored: list[str] = field(default_factory=list)  # some cells outside the table, by address
    ignored_count: int = 0
    encoding: str = "utf-8"
