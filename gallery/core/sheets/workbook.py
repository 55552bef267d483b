"""XLSX: checked member by member, then parsed by calamine from a fresh container made of the checked parts only."""

import io
import posixpath
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gallery.core.sheets.container import Container
from gallery.core.sheets.model import Cell, CellError, Limits, Row, SheetProblem, Table, UnreadableSheetError
from gallery.core.sheets.xml_scan import Scan, SheetScanner, check_xml, parser_for, run, string_lengths, watch

HEAD_ROWS = 30
MAX_SHEETS = 50
MAX_FILLED = 500_000
SMALL_PART = 8 * 1024 * 1024
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
Score = Callable[[str, list[tuple[int, Row]]], int]


@dataclass
class _Book:
    sheets: list[tuple[str, str]]  # visible sheets: name, member
    strings: bytes
    styles: bytes
    lengths: list[int]
    is_1904: bool


def read_workbook(data: bytes, limits: Limits, score: Score) -> Table:
    """Read the sheet to which ``score`` gives the most points, from its name and its first rows."""
    box = Container(data, members=limits.members, unpacked_bytes=limits.unpacked_bytes)
    if "xl/workbook.xml" not in box:
        raise _not_a_workbook(box)
    book = _open(box)
    parts: dict[str, bytes] = {}
    best: tuple[int, str, str] | None = None
    for name, member in book.sheets[:MAX_SHEETS]:
        if member not in box:
            continue
        if member not in parts:
            parts[member] = box.read(member)
        head = _rows(book, SheetScanner(parts[member], limits, book.lengths, HEAD_ROWS).result())
        points = score(name, head)
        if best is None or points > best[0]:
            best = (points, name, member)
    if best is None:
        raise UnreadableSheetError(SheetProblem.NO_SHEET)
    chosen = parts[best[2]]
    parts.clear()
    scan = SheetScanner(chosen, limits, book.lengths).result()
    rows = _rows(book, scan)
    return Table(name=best[1], rows=rows, kind="xlsx", ignored=scan.strays, ignored_count=scan.stray_count)


def _not_a_workbook(box: Container) -> UnreadableSheetError:
    names = box.names()
    if "mimetype" in names and b"opendocument" in box.read("mimetype", at_most=1024):
        return UnreadableSheetError(SheetProblem.OPEN_DOCUMENT)
    if "xl/workbook.bin" in names:
        return UnreadableSheetError(SheetProblem.OLD_EXCEL)
    return UnreadableSheetError(SheetProblem.OTHER_KIND)


def _open(box: Container) -> _Book:
    workbook = box.read("xl/workbook.xml", at_most=SMALL_PART)
    relations = _relations(box)
    sheets: list[tuple[str, str]] = []
    is_1904 = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal is_1904
        name = tag.rpartition(":")[2]
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            if relation in relations:
                sheets.append((attributes.get("name", ""), relations[relation][1]))
        elif name == "workbookPr":
            is_1904 = attributes.get("date1904", "0") in {"1", "true"}

    parser = parser_for(workbook)
    watch(parser, start)
    run(parser, workbook)
    by_kind = dict(relations.values())
    strings = box.read(by_kind["sharedStrings"]) if by_kind.get("sharedStrings") in box.names() else b""
    styles = box.read(by_kind["styles"], at_most=SMALL_PART) if by_kind.get("styles") in box.names() else b""
    if styles:
        check_xml(styles)
    return _Book(sheets, strings, styles, string_lengths(strings) if strings else [], is_1904)


def _relations(box: Container) -> dict[str, tuple[str, str]]:
    """Return id → (kind, member) of the parts of the workbook."""
    member = "xl/_rels/workbook.xml.rels"
    if member not in box:
        return {}
    xml = box.read(member, at_most=SMALL_PART)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, path)

    parser = parser_for(xml)
    watch(parser, start)
    run(parser, xml)
    return found


def _rows(book: _Book, scan: Scan) -> list[tuple[int, Row]]:
    """Parse one measured sheet; rows that hold nothing are left out, merged cells are filled downwards."""
    import python_calamine  # noqa: PLC0415 - loaded with the first sheet

    if not scan.value_rows:
        return []
    try:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(_lean(book, scan.xml))).get_sheet_by_index(0)
        rows = _filled(sheet.to_python(skip_empty_area=False), scan)
    except (python_calamine.CalamineError, ValueError, OverflowError, OSError) as error:
        raise UnreadableSheetError(SheetProblem.DAMAGED) from error
    except BaseException as error:  # a panic of the Rust parser is no Exception, yet it is only a broken file
        if type(error).__name__ == "PanicException":
            raise UnreadableSheetError(SheetProblem.DAMAGED) from error
        raise
    _fill_merged(rows, scan)
    return list(rows.items())


def _filled(rows: Iterable[list[Any]], scan: Scan) -> dict[int, Row]:
    """Number the rows as Excel does and put the failed formulas back in, which calamine reads as empty."""
    numbered = enumerate(rows, start=1)
    found: dict[int, Row] = {number: values for number, values in numbered if any(value != "" for value in values)}
    for (index, column), text in scan.errors.items():
        row = found.setdefault(index + 1, [])
        row.extend([""] * (column + 1 - len(row)))
        row[column] = CellError(text or "#ERROR!")
    for row in found.values():
        while row and _blank(row[-1]):
            row.pop()
    return {number: found[number] for number in sorted(found) if found[number]}


def _blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _fill_merged(rows: dict[int, Row], scan: Scan) -> None:
    """Give every row below the top of a merged block the value of the top, where the row holds anything else."""
    budget = MAX_FILLED
    for top, left, bottom, _right in scan.merges:
        source = rows.get(top + 1)
        if source is None or left >= len(source) or _blank(source[left]):
            continue
        for number in range(top + 2, min(bottom, top + scan.value_rows) + 2):
            budget -= 1
            if budget < 0:
                return
            row = rows.get(number)
            if row is None:
                continue
            row.extend([""] * (left + 1 - len(row)))
            row[left] = source[left]


def _lean(book: _Book, sheet: bytes) -> bytes:
    """Return a container with nothing in it but what was checked."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><workbookPr date1904='
        f'"{int(book.is_1904)}"/><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{RELATION}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r3" Type="{RELATION}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as lean:
        for name, text in parts.items():
            lean.writestr(name, text)
        lean.writestr("xl/worksheets/sheet1.xml", sheet)
        if book.styles:
            lean.writestr("xl/styles.xml", book.styles)
        if book.strings:
            lean.writestr("xl/sharedStrings.xml", book.strings)
    return out.getvalue()
