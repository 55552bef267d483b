"""A bank's statement as a table of unknown origin: which columns it has, and what each of its lines moves."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Final

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.core.reading import MisreadError, digits_of, is_blank, plain_key
from gallery.core.reading import day as read_day
from gallery.core.reading.base import CONTROL, refuse_date, refuse_error
from gallery.core.reading.numbers import decimal
from gallery.core.sheets import Cell, Limits, SheetProblem, Table, UnreadableSheetError, read_table
from gallery.delivery.services.sheet_rows import RowProblem
from gallery.settlement.facts import (
    BY_HAND,
    CREDIT_MARKS,
    DEBIT_MARKS,
    PENDING_WORDS,
    SILENT_WORDS,
    STATEMENT_FIELDS,
    STATEMENTS,
    StatementLayout,
)

LIMITS: Final = Limits(file_bytes=2 * 1024 * 1024, data_rows=5_000, columns=40, heading_rows=30)
LONGEST: Final = 400
SHOWN: Final = 60
MOST_IDR: Final = 10**13
YEAR_FIRST: Final = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
NO_YEAR: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})\Z")
CLOCK: Final = re.compile(r"[ t,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d+)?(?:\s*(?:wib|am|pm|z))?\Z", re.IGNORECASE)
FULL_DAY: Final = re.compile(
    r"\b(\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|\d{1,2} [A-Za-z]{3,9} \d{4})\b"
)
MONEY: Final = re.compile(
    r"(?P<open>\()?\s*(?P<front>[+-]|db|dr|cr)?\s*(?:rp|idr)?\.?\s*(?P<minus>-)?\s*(?P<number>[0-9][0-9.,]*)\s*(?:,-)?"
    r"\s*(?P<close>\))?\s*(?P<back>[+-]|db|dr|cr|d|c|k)?\.?\Z"
)
ACCOUNT_WORDS: Final = ("rek", "account", "acc no", "norek")
SHORTEST_ACCOUNT: Final = 8


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line; ``amount_idr`` is positive for what came in."""

    row: int
    day: dt.date
    amount_idr: Rupiah
    balance_idr: Rupiah | None
    description: str
    reference: str


@dataclass(frozen=True, slots=True)
class BankSheet:
    """What a file says. ``problems`` are rows that can not be read; ``gaps`` rows whose balance does not follow.

    ``lines`` stand as in the file. ``pending``: lines that the bank has not booked yet; they come with the next file.
    """

    layout: str
    sha256: str
    lines: Sequence[SheetLine]
    problems: Sequence[RowProblem]
    gaps: Sequence[int]
    pending: int
    accounts: Sequence[str]  # numbers that it names as those of the account
    closing_idr: Rupiah | None

    @property
    def from_day(self) -> dt.date:
        return min(line.day for line in self.lines)

    @property
    def to_day(self) -> dt.date:
        return max(line.day for line in self.lines)


@dataclass(slots=True)
class _Columns:
    """Where each field stands, below which of the read rows, and who says so."""

    layout: StatementLayout
    start: int
    places: Mapping[str, Sequence[int]]
    text: str = ""
    year_of: Sequence[dt.date] = field(default_factory=tuple)

    def cell(self, row: Sequence[Cell], name: str) -> Cell:
        places = self.places.get(name, ())
        return row[places[0]] if places and places[0] < len(row) else ""

    def words(self, row: Sequence[Cell], name: str) -> str:
        """Return the field's texts, joined and tidy."""
        found = [_tidy(row[place]) for place in self.places.get(name, ()) if place < len(row)]
        return " ".join(dict.fromkeys(words for words in found if words))[:LONGEST]


def read_statement(data: bytes, *, bank_code: str = "", chosen: Mapping[str, int] | None = None) -> BankSheet:
    """Return what a spreadsheet says; ``chosen`` is the column of each field where an officer said so.

    Raises :class:`UnreadableSheetError`, with ``NO_HEADER`` where no bank's headings are found: somebody chooses then.
    """
    table = read_table(data, LIMITS)
    columns = _chosen(table, chosen) if chosen else _found(table, bank_code)
    lines, problems, pending = list[SheetLine](), list[RowProblem](), 0
    for number, row in table.rows[columns.start :]:
        if _is_continuation(columns, row):
            if lines:
                lines[-1] = _longer(lines[-1], columns.words(row, "description"))
            continue
        if plain_key(str(columns.cell(row, "day"))) in PENDING_WORDS:
            pending += 1
            continue
        if _is_silent(columns, row):
            continue
        try:
            line = _line(columns, number, row)
        except MisreadError as error:
            shown = " ".join(str(columns.cell(row, name)) for name in ("day", "amount", "debit", "credit"))
            problems.append(RowProblem(number, "", " ".join(shown.split())[:SHOWN], error.code, error.facts))
            continue
        if line is not None:
            lines.append(line)
    if not lines and not problems:
        raise UnreadableSheetError(SheetProblem.EMPTY)
    ordered, gaps = _checked(lines)
    return BankSheet(
        columns.layout.key,
        hashlib.sha256(data).hexdigest(),
        lines,
        problems,
        gaps,
        pending,
        _accounts(table, columns),
        ordered[-1].balance_idr if ordered else None,
    )


def first_rows(data: bytes, count: int = 12) -> list[list[str]]:
    """Return the beginning of a table for an officer who says what its columns are."""
    rows = read_table(data, LIMITS).rows[:count]
    return [[_tidy(cell)[:SHOWN] for cell in row] for _number, row in rows]


def _found(table: Table, bank_code: str) -> _Columns:
    """Find the heading row; of the layouts that fit it the one with the most columns, the account's own bank first."""
    best: tuple[tuple[int, bool], _Columns] | None = None
    for index, (_number, row) in enumerate(table.rows[: LIMITS.heading_rows]):
        keys = [plain_key(cell) if isinstance(cell, str) else "" for cell in row]
        for layout in STATEMENTS:
            places = _places(layout, keys)
            if not ("day" in places and "description" in places and _has_amount(places)):
                continue
            rank = (len(places), layout.bank_code == bank_code and bool(bank_code))
            if best is None or rank > best[0]:
                best = (rank, _Columns(layout, index + 1, places))
        if best is not None:
            break
    if best is None:
        first = table.rows[0][1] if table.rows else []
        found = ", ".join(str(cell)[:30] for cell in first[:8] if str(cell).strip())
        raise UnreadableSheetError(SheetProblem.NO_HEADER, needed="Tanggal, Keterangan, Debit, Kredit", found=found)
    columns = best[1]
    columns.year_of = _days_above(table, columns.start)
    return columns


def _places(layout: StatementLayout, keys: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for name, headings in layout.headings().items():
        known = [place for heading in map(plain_key, headings) for place, key in enumerate(keys) if key == heading]
        if known:
            places[name] = sorted(set(known)) if name == "description" else known[:1]
    if "amount" in places and "mark" not in places:
        after = places["amount"][0] + 1
        if after < len(keys) and not keys[after]:
            places["mark"] = [after]
    if "debit" in places and "credit" in places:
        places.pop("amount", None)
        places.pop("mark", None)
    return places


def _has_amount(places: Mapping[str, object]) -> bool:
    return "amount" in places or {"debit", "credit"} <= set(places)


def _chosen(table: Table, chosen: Mapping[str, int]) -> _Columns:
    """Take an officer's word for the columns; the lines begin with the first row that has a day and an amount."""
    places = {name: [chosen[name]] for name in STATEMENT_FIELDS if name in chosen}
    layout = StatementLayout(BY_HAND, "", "", day=(), description=(), balance=(), plain_is_credit="mark" in places)
    columns = _Columns(layout, 0, places)
    for index, (number, row) in enumerate(table.rows):
        columns.year_of = _days_above(table, index)
        try:
            if _line(columns, number, row) is not None:
                columns.start = index
                return columns
        except MisreadError:
            continue
    raise UnreadableSheetError(SheetProblem.EMPTY)


def _line(columns: _Columns, number: int, row: Sequence[Cell]) -> SheetLine | None:
    """Return what a row moves; none where it moves nothing."""
    day = _day(columns.cell(row, "day"), columns.year_of)
    amount = _amount(columns, row)
    if not amount:
        return None
    balance = columns.cell(row, "balance")
    return SheetLine(
        number,
        day,
        Rupiah(amount),
        None if is_blank(balance) else Rupiah(_whole(*_money(balance))),
        columns.words(row, "description"),
        columns.words(row, "reference")[:SHOWN],
    )


def _amount(columns: _Columns, row: Sequence[Cell]) -> int:
    if "amount" not in columns.places:
        debit, credit = _side(columns.cell(row, "debit")), _side(columns.cell(row, "credit"))
        if debit and credit:
            raise MisreadError("both_sides")
        return abs(credit) - abs(debit)
    value, sign = _money(columns.cell(row, "amount"))
    mark = plain_key(str(columns.cell(row, "mark")))
    if mark in DEBIT_MARKS:
        return -abs(_whole(value, 1))
    if mark in CREDIT_MARKS:
        return abs(_whole(value, 1))
    if not sign and columns.places.get("mark") and not columns.layout.plain_is_credit and value:
        raise MisreadError("no_side")
    return _whole(value, sign)


def _side(cell: Cell) -> int:
    return 0 if is_blank(cell) else _whole(*_money(cell))


def _money(cell: Cell) -> tuple[Decimal, int]:
    """Return an amount and its sign: -1, 1, or 0 where nothing says so."""
    refuse_error(cell)
    refuse_date(cell)
    if isinstance(cell, bool) or is_blank(cell):
        raise MisreadError("needed" if is_blank(cell) else "not_a_number")
    if isinstance(cell, int | float):
        try:
            value = Decimal(str(cell))
            return (abs(value), -1 if value < 0 else 0) if value.is_finite() else _no_number()
        except ArithmeticError as error:
            raise MisreadError("not_a_number") from error
    words = " ".join(str(cell).replace("\xa0", " ").replace("\u2212", "-").casefold().split()).strip("'")
    match = MONEY.match(words) if len(words) < SHOWN else None
    if match is None:
        return _no_number()
    marks = {match["front"], match["back"]}
    minus = match["minus"] or (match["open"] and match["close"]) or marks & {"-", "db", "dr", "d"}
    plus = marks & {"+", "cr", "c", "k"}
    return decimal(match["number"].rstrip(".,")), -1 if minus else 1 if plus else 0


def _no_number() -> tuple[Decimal, int]:
    raise MisreadError("not_a_number")


def _whole(value: Decimal, sign: int) -> int:
    """Return whole rupiah: banks book sen of interest, and this book has none."""
    if value > MOST_IDR:
        raise MisreadError("not_a_number")
    return int(value.to_integral_value()) * (sign or 1)


def _day(cell: Cell, known: Sequence[dt.date]) -> dt.date:
    words = CLOCK.sub("", str(cell).strip().lstrip("'")) if isinstance(cell, str) else ""
    if match := NO_YEAR.match(words):
        return _with_year(int(match[1]), int(match[2]), known)
    compact = str(int(cell)) if isinstance(cell, int | float) and not isinstance(cell, bool) else words
    if match := YEAR_FIRST.match(compact):
        words = f"{match[1]}-{match[2]}-{match[3]}"
        return read_day(words)
    return read_day(words or cell)


def _with_year(number: int, month: int, known: Sequence[dt.date]) -> dt.date:
    """Return the day of the year that the file's period names; without one the last such day that is not to come."""
    first = min(known, default=None)
    last = max(known, default=clock.today() + dt.timedelta(days=1))
    for year in range(last.year, last.year - 2, -1):
        try:
            day = dt.date(year, month, number)
        except ValueError:
            continue
        if day <= last and (first is None or first <= day or len(known) == 1):
            return day
    raise MisreadError("not_a_date")


def _days_above(table: Table, start: int) -> list[dt.date]:
    """Return the days that stand above the lines: a statement's period."""
    found = []
    for _number, row in table.rows[: max(start - 1, 0)]:
        for cell in row:
            if isinstance(cell, dt.date):
                found.append(read_day(cell))
            for words in FULL_DAY.findall(cell) if isinstance(cell, str) else ():
                try:
                    found.append(read_day(words))
                except MisreadError:
                    continue
    return found


def _is_silent(columns: _Columns, row: Sequence[Cell]) -> bool:
    """Whether a row is no line: sums, balances and what else stands below and between."""
    day_key = plain_key(str(columns.cell(row, "day")))
    description = plain_key(columns.words(row, "description"))
    if any(day_key.startswith(words) for words in SILENT_WORDS):
        return True
    amounts = [columns.cell(row, name) for name in ("amount", "debit", "credit")]
    if all(is_blank(cell) for cell in amounts):
        return True
    return not day_key and (not description or any(description.startswith(words) for words in SILENT_WORDS))


def _is_continuation(columns: _Columns, row: Sequence[Cell]) -> bool:
    """Whether a row only goes on with the words of the line above it."""
    others = [columns.cell(row, name) for name in STATEMENT_FIELDS if name not in {"description", "reference"}]
    return all(is_blank(cell) for cell in others) and bool(columns.words(row, "description"))


def _longer(line: SheetLine, words: str) -> SheetLine:
    description = f"{line.description} {words}".strip()[:LONGEST]
    return SheetLine(line.row, line.day, line.amount_idr, line.balance_idr, description, line.reference)


def _checked(lines: Sequence[SheetLine]) -> tuple[Sequence[SheetLine], list[int]]:
    """Return the lines with the newest last, and the rows whose balance is not the one before with the amount."""
    if not lines:
        return lines, []
    if lines[0].day != lines[-1].day:
        ordered = lines if lines[0].day < lines[-1].day else list(reversed(lines))
        return ordered, _gaps(ordered)
    backwards = list(reversed(lines))
    return min(((ordered, _gaps(ordered)) for ordered in (lines, backwards)), key=lambda found: len(found[1]))


def _gaps(lines: Sequence[SheetLine]) -> list[int]:
    found = []
    for before, line in pairwise(lines):
        if before.balance_idr is None or line.balance_idr is None:
            continue
        # Sen are left out of each, so two roundings may differ by one.
        if abs(before.balance_idr + line.amount_idr - line.balance_idr) > 1:
            found.append(line.row)
    return found


def _accounts(table: Table, columns: _Columns) -> list[str]:
    """Return the account numbers that the rows above the lines, or a column of their own, name."""
    found = [number for _row, row in table.rows[: columns.start] for number in _numbers_beside(row)]
    heading = table.rows[columns.start - 1][1] if columns.start else []
    for place, cell in enumerate(heading):
        if plain_key(str(cell)) in {"norek", "no rek", "no rekening", "nomor rekening", "account no", "account number"}:
            rows = table.rows[columns.start :]
            found += [digits_of(_tidy(row[place])) for _number, row in rows[:1] if place < len(row)]
    return list(dict.fromkeys(number for number in found if len(number) >= SHORTEST_ACCOUNT))


def _numbers_beside(row: Iterable[Cell]) -> list[str]:
    words = [_tidy(cell) for cell in row]
    text = " ".join(words)
    if not any(plain_key(text).startswith(word) or f" {word}" in plain_key(text) for word in ACCOUNT_WORDS):
        return []
    return [digits_of(found) for found in re.findall(r"[0-9][0-9 .-]{6,30}[0-9]", FULL_DAY.sub(" ", text))]


def _tidy(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(CONTROL.sub("", str(cell)).split())
