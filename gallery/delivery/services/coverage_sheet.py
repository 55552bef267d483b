"""Where online couriers go, as people know it: one row changed on the page, or a whole sheet read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.reading import Choices, MisreadError, is_blank, plain_key, text
from gallery.core.sheets import Cell, Limits, SheetProblem, Table, UnreadableSheetError, read_table
from gallery.delivery.models import CourierCoverage
from gallery.delivery.services.sheet_rows import RowProblem
from gallery.delivery.states import ONLINE, Courier, CoverageSource
from gallery.inventory.services.ledger import insert_once
from gallery.regions.models import Region, RegionLevel

HEADINGS: Final = ("Kode kecamatan", "Kecamatan", "Kabupaten/kota", "Dari pulau", "Kurir", "Layanan", "Dilayani")
"""Of the sheet that goes out and comes back; the names of places stand there for people only."""
LIMITS: Final = Limits(file_bytes=2 * 1024 * 1024, data_rows=5_000, columns=20)
LONGEST_SERVICE: Final = 60
_COLUMNS: Final = {
    "kode kecamatan": "subdistrict", "kode": "subdistrict", "dari pulau": "island", "pulau asal": "island",
    "pulau": "island", "kurir": "courier", "layanan": "service", "dilayani": "covered", "terjangkau": "covered",
}  # fmt: skip
_NEEDED: Final = frozenset({"subdistrict", "island", "courier", "covered"})
_HEADING_ROWS: Final = 15
_YES_NO: Final = Choices([("ya", True), ("tidak", False)], {"y": True, "1": True, "t": False, "0": False})
COURIERS: Final = Choices(
    [("Biteship", Courier.BITESHIP), ("Lalamove", Courier.LALAMOVE), ("GrabExpress", Courier.GRAB_EXPRESS)],
    {courier.value: courier for courier in ONLINE} | {"grab": Courier.GRAB_EXPRESS},
)
"""How the sheet names the couriers: proper names, the same in every language."""


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """Whether the courier's ``service`` ("" for all of them) goes from an island to a subdistrict."""

    subdistrict_code: str
    origin_island: str
    courier: Courier
    service: str
    is_covered: bool

    @property
    def way(self) -> tuple[str, str, Courier, str]:
        """What there is one row of."""
        return self.subdistrict_code, self.origin_island, self.courier, self.service


@dataclass(frozen=True, slots=True)
class CoverageSheet:
    """What a sheet says, row by row; ``problems`` are the rows that say nothing we understand."""

    rows: Sequence[CoverageFacts]
    problems: Sequence[RowProblem]


def service_named(courier: Courier, name: str) -> str:
    """Return a service as parcels remember it: "gojek.instant" of Biteship is "biteship:gojek.instant".

    Raises :class:`MisreadError` for the name of another courier's service.
    """
    whose, colon, _rest = name.partition(":")
    if not name or not colon:
        return f"{courier.value}:{name}" if name else ""
    if whose != courier.value:
        raise MisreadError("unknown_choice")
    return name


def set_coverage(session: Session, facts: CoverageFacts, *, actor: Actor) -> CourierCoverage:
    """People say so from now on, until people say otherwise; :class:`NotFoundError` for a place that is none."""
    places = _Places(session)
    if facts.subdistrict_code not in places.subdistricts or facts.origin_island not in places.islands:
        raise NotFoundError("Region")
    row, _changed = _put(session, facts, CoverageSource.MANUAL)
    way = {"courier": facts.courier.value, "service": facts.service, "is_covered": facts.is_covered}
    audit.record(session, actor, "courier.coverage_set", f"region:{facts.subdistrict_code}", **way)
    return row


def forget_coverage(session: Session, coverage_id: int, *, actor: Actor) -> None:
    """Nobody says anything about this way any more: it is learnt anew from the courier's next answer."""
    row = session.get(CourierCoverage, coverage_id)
    if row is None:
        raise NotFoundError("CourierCoverage")
    audit.record(session, actor, "courier.coverage_forgotten", f"region:{row.subdistrict_code}", service=row.service)
    session.execute(delete(CourierCoverage).where(CourierCoverage.id == coverage_id))


def read_coverage(session: Session, data: bytes) -> CoverageSheet:
    """Return what a spreadsheet of unknown origin says; nothing is written.

    Raises :class:`UnreadableSheetError` for what is no such sheet at all.
    """
    table = read_table(data, LIMITS)
    first, places_of = _heading(table)
    reader, rows, problems = _Reader(_Places(session)), list[CoverageFacts](), list[RowProblem]()
    seen: dict[tuple[str, str, Courier, str], int] = {}
    for number, row in table.rows[first + 1 :]:
        cells = {key: row[place] if place < len(row) else "" for key, place in places_of.items()}
        if all(is_blank(cell) for cell in cells.values()):
            continue
        facts, wrong = reader.read(number, cells)
        if facts is not None and facts.way in seen:
            wrong = [RowProblem(number, "", "", "duplicate_row", {"row": seen[facts.way]})]
            facts = None
        problems += wrong
        if facts is not None:
            seen[facts.way] = number
            rows.append(facts)
    return CoverageSheet(rows, problems)


def import_coverage(session: Session, rows: Sequence[CoverageFacts], *, actor: Actor) -> int:
    """The table says what these rows say; return how many of them are news. The same rows twice change nothing."""
    changed = sum(_put(session, facts, CoverageSource.IMPORTED)[1] for facts in rows)
    if changed:
        audit.record(session, actor, "courier.coverage_imported", "region:all", rows=len(rows), changed=changed)
    return changed


def _put(session: Session, facts: CoverageFacts, source: CoverageSource) -> tuple[CourierCoverage, bool]:
    names = ("subdistrict_code", "origin_island", "courier", "service")
    key = {name: getattr(facts, name) for name in names}
    wanted = select(CourierCoverage).filter_by(**key)
    row = session.scalar(wanted)
    if row is None:
        insert_once(session, CourierCoverage, **key, is_covered=facts.is_covered, source=source)
        return session.scalars(wanted).one(), True
    is_news = row.is_covered is not facts.is_covered or row.source is CoverageSource.LEARNT
    if is_news:
        row.is_covered, row.source = facts.is_covered, source
        row.seen_at, row.expires_at = clock.now(), None
    return row, is_news


def _heading(table: Table) -> tuple[int, dict[str, int]]:
    for index, (_number, row) in enumerate(table.rows[:_HEADING_ROWS]):
        keys = [plain_key(cell) if isinstance(cell, str) else "" for cell in row]
        found = {_COLUMNS[key]: place for place, key in reversed(list(enumerate(keys))) if key in _COLUMNS}
        if found.keys() >= _NEEDED:
            return index, found
    first = table.rows[0][1] if table.rows else []
    raise UnreadableSheetError(
        SheetProblem.NO_HEADER,
        needed=", ".join(heading for heading in HEADINGS if _COLUMNS.get(plain_key(heading)) in _NEEDED),
        found=", ".join(str(cell)[:30] for cell in first[:8] if str(cell).strip()),
    )


class _Places:
    """The names that a row may use."""

    def __init__(self, session: Session) -> None:
        codes = select(Region.code).where(Region.level == RegionLevel.SUBDISTRICT)
        islands = select(Region.island).where(Region.level == RegionLevel.VILLAGE, Region.island.is_not(None))
        self.subdistricts = frozenset(session.scalars(codes))
        self.islands = {str(name): str(name) for name in session.scalars(islands.distinct())}
        self.by_key = {plain_key(name): name for name in self.islands}


class _Reader:
    """One row at a time, every cell for itself: all that is wrong with a row is said at once."""

    def __init__(self, places: _Places) -> None:
        self._places = places

    def read(self, number: int, cells: Mapping[str, Cell]) -> tuple[CoverageFacts | None, list[RowProblem]]:
        found: dict[str, Any] = {}
        problems = []
        for key, heading, read in (
            ("subdistrict", "Kode kecamatan", self._subdistrict),
            ("island", "Dari pulau", self._island),
            ("courier", "Kurir", self._courier),
            ("service", "Layanan", self._service),
            ("covered", "Dilayani", self._covered),
        ):
            cell = cells.get(key, "")
            try:
                found[key] = read(cell)
            except MisreadError as error:
                problems.append(RowProblem(number, heading, str(cell)[:60], error.code, error.facts))
        if problems:
            return None, problems
        try:
            service = service_named(found["courier"], found["service"])
        except MisreadError as error:
            return None, [RowProblem(number, "Layanan", found["service"], error.code, error.facts)]
        way = found["subdistrict"], found["island"], found["courier"], service
        return CoverageFacts(*way, is_covered=found["covered"]), []

    def _subdistrict(self, cell: Cell) -> str:
        code = text(_needed(cell), longest=20)
        if code not in self._places.subdistricts:
            raise MisreadError("unknown_choice")
        return code

    def _island(self, cell: Cell) -> str:
        name = self._places.by_key.get(plain_key(text(_needed(cell), longest=60)))
        if name is None:
            raise MisreadError("unknown_choice")
        return name

    def _courier(self, cell: Cell) -> Courier:
        return COURIERS.find(_needed(cell))

    def _service(self, cell: Cell) -> str:
        return "" if is_blank(cell) else text(cell, longest=LONGEST_SERVICE)

    def _covered(self, cell: Cell) -> bool:
        return cell if isinstance(cell, bool) else bool(_YES_NO.find(_needed(cell)))


def _needed(cell: Cell) -> Cell:
    if is_blank(cell):
        raise MisreadError("needed")
    return cell
