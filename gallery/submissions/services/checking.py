"""The dry run: read the file, judge every row, write the outcome down. Nothing of the catalogue is touched."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from gallery.catalog.facts import PhotoFacts, changes, name_key
from gallery.catalog.queries import known_products
from gallery.core import clock
from gallery.core.reading import is_blank, plain_key
from gallery.core.sheets import Cell, Limits, SheetProblem, Table, UnreadableSheetError, read_table
from gallery.core.states import move
from gallery.submissions.models import Submission, SubmissionRow
from gallery.submissions.services.columns import EXAMPLE_MARK
from gallery.submissions.services.layouts import Heading, need_heading, records, score
from gallery.submissions.services.matching import Match, Register, gaps_of_new, merged_business, nibs_elsewhere, wanted
from gallery.submissions.services.photos import AMBIGUOUS, MISSING, PhotoBox, ZippedPhoto
from gallery.submissions.services.rows import ReadRow, RowReader
from gallery.submissions.states import SUBMISSION, RowOutcome, SubmissionStatus

LISTED: Final = 20
TOTALS: Final = frozenset(
    {"total", "jumlah", "grand total", "sub total", "subtotal", "total keseluruhan", "jumlah total"}
)


@dataclass
class Unit:
    """The rows of one product (its variants), written together or not at all."""

    rows: list[ReadRow]
    business_id: int | None = None
    product_id: int | None = None
    outcome: RowOutcome = RowOutcome.NEW

    @property
    def number(self) -> int:
        return self.rows[0].number

    @property
    def is_wrong(self) -> bool:
        return any(row.is_wrong for row in self.rows)


@dataclass
class Checked:
    """A whole sheet after the dry run."""

    layout: str
    columns: list[list[str]]
    units: list[Unit]
    notices: dict[str, Any] = field(default_factory=dict)

    def rows(self) -> Iterable[tuple[Unit, ReadRow]]:
        return sorted(((unit, row) for unit in self.units for row in unit.rows), key=lambda pair: pair[1].number)


def read_sheet(data: bytes, limits: Limits) -> tuple[Table, Heading]:
    """Return the table and its heading; raise :class:`UnreadableSheetError` with the reason for the whole file."""
    table = read_table(data, limits, score)
    heading = need_heading(table)
    if len(table.rows) > limits.data_rows:
        rows = sum(not _passed_over(cells) for _, cells in records(table, heading))
        if rows > limits.data_rows:
            raise UnreadableSheetError(SheetProblem.TOO_MANY_ROWS, limit=limits.data_rows)
    return table, heading


def read_rows(
    table: Table, heading: Heading, reader: RowReader, progress: Callable[[int, int], None]
) -> tuple[list[ReadRow], Counter[str]]:
    """Read every data row and return them with counts of what was passed over: examples, totals and remarks."""
    found: list[ReadRow] = []
    passed: Counter[str] = Counter()
    every = max(1, len(table.rows) // 20)
    for number, cells in records(table, heading):
        if kind := _passed_over(cells):
            passed[kind] += 1
            continue
        found.append(reader.read(number, cells))
        if len(found) % every == 0:
            progress(len(found), len(table.rows) - heading.row - 1)
    return found, passed


def _passed_over(cells: Mapping[str, Cell]) -> str:
    if plain_key(str(cells.get("code", ""))) == EXAMPLE_MARK.casefold():
        return "examples"
    if not is_blank(cells.get("product")):
        return ""
    if {plain_key(cell) for cell in cells.values() if isinstance(cell, str)} & TOTALS:
        return "totals"
    # "Mengetahui, Kepala Dinas" and the like below the table: too little for a row that somebody forgot to fill in.
    return "remarks" if sum(not is_blank(cell) for cell in cells.values()) == 1 else ""


def judge(session: Session, district_code: str, rows: Sequence[ReadRow], box: PhotoBox | None) -> list[Unit]:
    """Group rows into products, match them with what we have, and set each unit's outcome."""
    register = Register(session, district_code)
    units = _units(rows)
    nibs = {row.facts["business"]["nib"] for row in rows if "nib" in row.facts["business"]}
    _match_businesses(register, units, nibs_elsewhere(session, district_code, nibs))
    known = known_products(session, {unit.business_id for unit in units if unit.business_id})
    for unit in units:
        pictures = _pictures(unit, box)
        if unit.is_wrong:
            unit.outcome = RowOutcome.WRONG
            _tell_siblings(unit)
        elif unit.business_id is not None:
            said = [row.facts for row in unit.rows]
            found = known.find(unit.business_id, wanted(said, None, pictures))
            if found is not None:
                unit.product_id = found.id
                differs = changes(found.facts, wanted(said, found.facts, pictures))
                unit.outcome = RowOutcome.CHANGED if differs else RowOutcome.UNCHANGED
                if differs:
                    unit.rows[0].add("product", "changes", note=True, fields=sorted(differs))
    return units


def store(session: Session, submission: Submission, checked: Checked) -> None:
    """Write the outcome of the dry run; a run before that was cut off leaves nothing behind."""
    session.execute(delete(SubmissionRow).where(SubmissionRow.submission_id == submission.id))
    counts: dict[RowOutcome, int] = defaultdict(int)
    values = []
    for unit, row in checked.rows():
        counts[unit.outcome] += 1
        values.append(
            {
                "submission_id": submission.id,
                "row_number": row.number,
                "unit": unit.number,
                "outcome": unit.outcome,
                "cells": row.cells,
                "facts": row.facts,
                "problems": sorted(row.problems, key=lambda problem: bool(problem.get("note"))),
                "business_id": unit.business_id,
                "product_id": unit.product_id,
            }
        )
    if values:
        session.execute(insert(SubmissionRow), values)
    submission.layout, submission.columns, submission.notices = checked.layout, checked.columns, checked.notices
    submission.total_rows = submission.done_rows = len(values)
    submission.new_rows, submission.changed_rows = counts[RowOutcome.NEW], counts[RowOutcome.CHANGED]
    submission.unchanged_rows, submission.wrong_rows = counts[RowOutcome.UNCHANGED], counts[RowOutcome.WRONG]
    move(submission, SUBMISSION, SubmissionStatus.READY, clock.now())


def notices(table: Table, heading: Heading, passed: Counter[str], box: PhotoBox | None) -> dict[str, Any]:
    """Return what was left out of account, for the page to say so."""
    said: dict[str, Any] = dict(passed)
    said |= {key: found for key, found in (("unknown", heading.unknown), ("doubled", heading.doubled)) if found}
    if table.ignored_count:
        said["strays"], said["stray_count"] = table.ignored, table.ignored_count
    if box is not None:
        unused = box.unused()
        said["photos_used"] = box.used()
        if unused:
            said["photos_unused"], said["photos_unused_count"] = unused[:LISTED], len(unused)
        if box.refused:
            said["photos_refused"], said["photos_refused_count"] = box.refused[:LISTED], len(box.refused)
    return said


def _units(rows: Sequence[ReadRow]) -> list[Unit]:
    """Rows of one maker and one product name are variants of it; the same variant twice is a mistake."""
    units: dict[tuple[str, str], Unit] = {}
    alone: list[Unit] = []
    codes: dict[tuple[str, str], tuple[int, str]] = {}
    for row in rows:
        business, product = row.facts["business"].get("name"), row.facts["product"].get("name")
        if not business or not product:
            alone.append(Unit([row]))
            continue
        maker, name = plain_key(business), name_key(product)
        unit = units.setdefault((maker, name), Unit([]))
        variant = name_key(row.facts["variant"].get("name", ""))
        for other in unit.rows:
            if name_key(other.facts["variant"].get("name", "")) == variant:
                row.add("product", "duplicate_row", row=other.number)
                break
        if code := row.facts["product"].get("code"):
            first = codes.setdefault((maker, code), (row.number, name))
            if first[1] != name:
                row.add("code", "duplicate_code", row=first[0])
        unit.rows.append(row)
    return sorted([*units.values(), *alone], key=lambda unit: unit.number)


def _match_businesses(register: Register, units: Sequence[Unit], foreign_nibs: set[str]) -> None:
    makers: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if name := unit.rows[0].facts["business"].get("name"):
            makers[plain_key(name)].append(unit)
    for ones in makers.values():
        rows = [row for unit in ones for row in unit.rows]
        facts = merged_business([row.facts["business"] for row in rows])
        match = register.find(facts)
        for unit in ones:
            unit.business_id = match.business_id
        for row in rows:
            row.facts["business"] = facts  # what one row of a maker says holds for all of them
            _tell(row, match, facts)
            if match.business_id is None and facts.get("nib") in foreign_nibs:
                row.add("nib", "nib_elsewhere")


def _tell(row: ReadRow, match: Match, facts: dict[str, Any]) -> None:
    """Write down why the maker of this row can not be named, or what a new one still needs."""
    if match.code:
        row.add(match.key, match.code, **match.facts)
    elif match.business_id is None:
        known = {problem["key"] for problem in row.problems}
        for key in gaps_of_new(facts):
            if key not in known:
                row.add(key, "needed_for_new")


def _tell_siblings(unit: Unit) -> None:
    """Say on the faultless rows of a product that one of its other rows holds it back."""
    wrong = [row.number for row in unit.rows if row.is_wrong]
    for row in unit.rows:
        if not row.is_wrong:
            row.add("product", "sibling_wrong", row=wrong[0])


def _pictures(unit: Unit, box: PhotoBox | None) -> list[PhotoFacts] | None:
    """Return the pictures of a unit by their hashes; a name without a good picture is said, but stops nothing."""
    found: list[PhotoFacts] = []
    for row in unit.rows:
        for name in row.facts["photos"]:
            photo = _picture(row, name, box)
            if photo is not None and all(other.sha256 != photo.sha256 for other in found):
                found.append(PhotoFacts(0, photo.sha256))
    return found or None


def _picture(row: ReadRow, name: str, box: PhotoBox | None) -> ZippedPhoto | None:
    shown = name.rpartition("/")[2]
    if box is None:
        row.add("photos", "no_photo_zip", note=True, name=shown)
        return None
    photo = box.find(name)
    if photo is None:
        why = box.why_not(name)
        if why == MISSING:
            row.add("photos", "photo_missing", note=True, name=shown)
        elif why == AMBIGUOUS:
            row.add("photos", "photo_ambiguous", note=True, name=shown)
        else:
            row.add("photos", "photo_unusable", note=True, name=shown, why=why)
    return photo
