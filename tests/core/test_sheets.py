"""Spreadsheets from strangers: read within the limits, or refused with one typed reason; never anything else."""

import contextlib
import datetime as dt
import io
import random
import tracemalloc
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.core.sheets import CellError, Limits, SheetProblem, UnreadableSheetError, csv_table, read_table, xlsx_table
from gallery.core.sheets.container import Container

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def book(fill) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    fill(workbook, workbook.add_worksheet("Satu"))
    workbook.close()
    return out.getvalue()


def cells(*values) -> bytes:
    """A workbook from (address, value) pairs."""
    return book(lambda _book, sheet: [sheet.write(address, value) for address, value in values])


def replaced(data: bytes, parts: dict[str, bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """The same archive with other parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, parts.get(name, source.read(name)))
        for name, content in (extra or {}).items():
            target.writestr(name, content)
    return out.getvalue()


def with_sheet(xml: str | bytes) -> bytes:
    text = xml.encode() if isinstance(xml, str) else xml
    return replaced(cells(("A1", "x")), {"xl/worksheets/sheet1.xml": text})


def problem_of(data: bytes, **limits) -> SheetProblem:
    with pytest.raises(UnreadableSheetError) as refusal:
        read_table(data, Limits(**limits))
    return refusal.value.problem


def test_rows_keep_the_numbers_of_the_spreadsheet_and_blank_ones_are_left_out():
    table = read_table(cells(("B2", "nama"), ("C2", 25000), ("A9", "akhir")))
    assert table.rows == [(2, ["", "nama", 25000.0]), (9, ["akhir"])]


def test_formulas_are_read_by_their_value_and_failed_ones_are_marked():
    def fill(_workbook, sheet):
        sheet.write_formula("A1", "=1+1", None, 2)
        sheet.write_formula("B1", "=1/0", None, "#DIV/0!")
        sheet.write_formula("A3", "=X!A1", None, "#REF!")

    assert read_table(book(fill)).rows == [(1, [2.0, CellError("#DIV/0!")]), (3, [CellError("#REF!")])]


def test_a_merged_cell_counts_for_every_row_it_covers():
    def fill(_workbook, sheet):
        sheet.merge_range("A2:A4", "UMKM Ani")
        for row in (1, 2, 3, 4):
            sheet.write(row, 1, f"produk {row}")

    rows = read_table(book(fill)).rows
    assert rows[:3] == [(n + 1, ["UMKM Ani", f"produk {n}"]) for n in (1, 2, 3)]
    assert rows[3] == (5, ["", "produk 4"])


def test_merged_cells_over_a_million_rows_add_no_rows():
    xml = f'<worksheet {NAMESPACE}><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
    xml += '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    assert read_table(with_sheet(xml)).rows == [(1, [1.0])]


@pytest.mark.parametrize("address", ["A1048576", "XFD1", "XFD1048576"])
def test_a_stray_cell_far_away_costs_no_memory_and_is_reported(address):
    data = cells(("A1", "nama"), ("A2", "isi"), (address, "x"))
    tracemalloc.start()
    table = read_table(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [row for _, row in table.rows] == [["nama"], ["isi"]]
    assert (table.ignored, table.ignored_count) == ([address], 1)
    assert peak < 20_000_000


def test_only_cells_beyond_the_columns_are_left_out():
    table = read_table(cells(*((f"{letters}1", letters) for letters in ("A", "AX", "AY", "BZ"))))
    assert (table.rows[0][1][0], table.rows[0][1][49], len(table.rows[0][1])) == ("A", "AX", 50)
    assert table.ignored == ["AY1", "BZ1"]


def test_a_million_empty_rows_are_no_rows():
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(1, 60_001))
    assert read_table(with_sheet(f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>")).rows == []


def test_too_many_rows_are_refused_and_blank_ones_do_not_count():
    filled = [(f"A{n}", n) for n in range(1, 62, 2)]
    assert len(read_table(cells(*filled), Limits(data_rows=30, heading_rows=1)).rows) == 31
    assert problem_of(cells(*filled), data_rows=29, heading_rows=1) is SheetProblem.TOO_MANY_ROWS
    csv = b"a,b\n" * 32
    assert problem_of(csv, data_rows=30, heading_rows=1) is SheetProblem.TOO_MANY_ROWS


def test_rows_below_the_last_one_count_too():
    xml = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(900_000, 900_100))
    data = with_sheet(f"<worksheet {NAMESPACE}><sheetData>{xml}</sheetData></worksheet>")
    assert problem_of(data, data_rows=50, heading_rows=1) is SheetProblem.TOO_MANY_ROWS


def test_a_bomb_is_refused_while_it_inflates():
    assert problem_of(with_sheet(b"<worksheet>" + b" " * 70_000_000)) is SheetProblem.TOO_BIG_UNPACKED


def test_a_bomb_that_lies_about_its_size_is_refused_too():
    data = bytearray(with_sheet(b"<worksheet>" + b" " * 70_000_000))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")  # the size that the directory states
    assert problem_of(bytes(data)) in {SheetProblem.TOO_BIG_UNPACKED, SheetProblem.DAMAGED}


def test_too_many_members_are_refused_before_they_are_listed():
    extra = {f"xl/media/{n}.bin": b"" for n in range(600)}
    assert problem_of(replaced(cells(("A1", 1)), {}, extra)) is SheetProblem.TOO_MANY_PARTS


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_a_dtd_is_refused_in_every_part(part):
    data = cells(("A1", "teks"))
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        xml = source.read(part)
    at = xml.index(b"?>") + 2
    evil = xml[:at] + b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + xml[at:]
    assert problem_of(replaced(data, {part: evil})) is SheetProblem.DTD


def test_one_long_text_used_by_every_cell_is_counted_as_often_as_it_is_used():
    strings = f"<sst {NAMESPACE}><si><t>{'x' * 30_000}</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1_001))
    data = replaced(
        cells(("A1", "x")),
        {
            "xl/sharedStrings.xml": strings.encode(),
            "xl/worksheets/sheet1.xml": f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>".encode(),
        },
    )
    assert problem_of(data) is SheetProblem.TOO_MUCH_TEXT


@pytest.mark.parametrize(
    "xml",
    [
        "<worksheet><sheetData><row r='1'><c r='A2'><v>1</v></c></row></sheetData></worksheet>",
        "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>99</v></c></row></sheetData></worksheet>",
        "<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></row></sheetData></worksheet>",
        "<worksheet><sheetData>",
        "",
        "bukan xml",
        "<worksheet>\x00</worksheet>",
    ],
)
def test_broken_sheets_are_damaged(xml):
    assert problem_of(with_sheet(xml)) is SheetProblem.DAMAGED


def nested(count: int) -> bytes:
    return b"<worksheet>" + b"<a>" * count + b"</a>" * count + b"</worksheet>"


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml"]
)
@pytest.mark.parametrize(
    "xml",
    [nested(500_000), b"<a " + b"".join(b'b%d=""' % n + b" " for n in range(200_000)) + b"/>"],
    ids=["depth", "attributes"],
)
def test_xml_that_is_small_as_bytes_and_large_as_objects_is_refused(part, xml):
    data = replaced(cells(("A1", "x")), {part: xml})
    tracemalloc.start()
    assert problem_of(data) is SheetProblem.DAMAGED
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_millions_of_empty_cells_or_texts_are_refused(monkeypatch):
    from gallery.core.sheets import xml_scan

    monkeypatch.setattr(xml_scan, "MAX_CELLS", 1_000)
    monkeypatch.setattr(xml_scan, "MAX_STRINGS", 1_000)
    empty = "<worksheet><sheetData><row>" + "<c/>" * 1_001 + "</row></sheetData></worksheet>"
    assert problem_of(with_sheet(empty)) is SheetProblem.TOO_BIG_UNPACKED
    strings = f"<sst {NAMESPACE}>{'<si/>' * 1_001}</sst>".encode()
    assert problem_of(replaced(cells(("A1", "x")), {"xl/sharedStrings.xml": strings})) is SheetProblem.TOO_MUCH_TEXT


def test_four_million_lines_of_csv_take_no_more_than_their_own_size():
    data = b"ab\n" * 3_000_000
    tracemalloc.start()
    assert problem_of(data) is SheetProblem.TOO_MANY_ROWS
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80_000_000


def test_rows_and_cells_without_addresses_are_counted():
    xml = f"<worksheet {NAMESPACE}><sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    assert read_table(with_sheet(xml + "</sheetData></worksheet>")).rows == [(1, [1.0, 2.0]), (2, [3.0])]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", SheetProblem.EMPTY),
        (b"\xef\xbb\xbf \r\n", SheetProblem.EMPTY),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, SheetProblem.OLD_EXCEL),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), SheetProblem.PASSWORD),
        (b"%PDF-1.4", SheetProblem.OTHER_KIND),
        (b"<html><table><tr><td>1", SheetProblem.OTHER_KIND),
        (b"PK\x03\x04", SheetProblem.DAMAGED),
        (b"PK\x05\x06" + b"\0" * 18, SheetProblem.OTHER_KIND),
        (bytes(range(256)) * 8, SheetProblem.OTHER_KIND),
        (b"a" * (10 * 1024 * 1024 + 1), SheetProblem.TOO_BIG),
    ],
)
def test_what_is_no_table_is_told_by_its_content(data, problem):
    assert problem_of(data) is problem


def test_an_open_document_is_named():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        box.writestr("content.xml", "<x/>")
    assert problem_of(out.getvalue()) is SheetProblem.OPEN_DOCUMENT


def test_a_locked_member_asks_for_no_password():
    data = bytearray(cells(("A1", 1)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + offset] |= 1
    assert problem_of(bytes(data)) is SheetProblem.PASSWORD


def test_two_members_of_one_name_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box:
        box.writestr("xl/workbook.xml", "<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            box.writestr("xl/workbook.xml", "<b/>")
    with pytest.raises(UnreadableSheetError):
        Container(out.getvalue(), members=10, unpacked_bytes=1000)


def test_hidden_sheets_are_not_read_and_the_fuller_one_is_chosen():
    def fill(workbook, first):
        first.write("A1", "Petunjuk")
        data, hidden = workbook.add_worksheet("Data"), workbook.add_worksheet("Rahasia")
        for column in range(8):
            data.write(0, column, column)
            for row in range(20):
                hidden.write(row, column, "x")
        hidden.hide()

    assert read_table(book(fill)).name == "Data"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"a;b\n"]))
def test_any_bytes_are_read_or_refused(data, start):
    with contextlib.suppress(UnreadableSheetError):
        read_table(start + data)


def test_any_damage_to_a_workbook_is_read_or_refused():
    dice = random.Random(7)
    whole = cells(*((f"{letter}{row}", f"{letter}{row}") for letter in "ABC" for row in range(1, 30)))
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            read_table(bytes(data[: dice.randint(len(data) // 2, len(data))] if dice.random() < 0.3 else data))
        except UnreadableSheetError:
            continue


def test_any_damage_inside_the_xml_is_read_or_refused():
    dice = random.Random(11)
    data = cells(*((f"{letter}{row}", row) for letter in "ABC" for row in range(1, 30)))
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        xml = source.read("xl/worksheets/sheet1.xml")
    for _ in range(150):
        broken = bytearray(xml)
        for _ in range(dice.randint(1, 4)):
            broken[dice.randrange(len(broken))] = dice.choice(b'0123456789AZ<>/"= rvc')
        try:
            read_table(with_sheet(bytes(broken)))
        except UnreadableSheetError:
            continue


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_in_every_dress(delimiter, encoding):
    lines = [["Nama Produk", "Harga"], ["Kue “lapis” café", "Rp 25.000,00"], ['bumbu; "pedas", sekali', "1,5 jt"]]
    quoted = [delimiter.join('"' + value.replace('"', '""') + '"' for value in line) for line in lines]
    table = read_table("\r\n".join(quoted).encode(encoding))
    assert [row for _, row in table.rows] == lines


def test_csv_that_excel_marked_with_its_separator():
    assert read_table(b"sep=;\r\na;b\r\n1,5;2\r\n").rows == [(2, ["a", "b"]), (3, ["1,5", "2"])]


def test_csv_protection_of_numbers_is_undone():
    assert read_table(b'hp;kode\n\'+62812;="0812"\n').rows[1][1] == ["+62812", "0812"]


def test_a_workbook_called_csv_and_the_reverse_are_told_apart_by_content():
    assert read_table(cells(("A1", "x"))).kind == "xlsx"
    assert read_table(b"a,b\n1,2\n").kind == "csv"


EVIL = ["=1+1", "+62812", "-5", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")', "http://x.example", "{=1}"]


def test_written_workbooks_hold_no_live_cell():
    data = xlsx_table("Nama [x]:*?/\\ yang panjang sekali melewati batas", ["Nilai"], [[value] for value in EVIL])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    found = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in found] == EVIL
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.hyperlink is None for cell in found)
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        assert b"<f>" not in box.read("xl/worksheets/sheet1.xml")


def test_written_csv_holds_no_live_cell_and_reads_back_as_it_was():
    data = csv_table(["Nilai"], [[value] for value in EVIL[:6]])
    for line in data.decode("utf-8-sig").splitlines()[1:]:
        assert line.strip('"')[0] not in "=+-@\t\r"
    assert [row[0] for _, row in read_table(csv_table(["n", "x"], [[v, "1"] for v in EVIL[:4]])).rows[1:]] == EVIL[:4]


def test_every_type_is_written_as_itself():
    row = [
        1,
        2.5,
        True,
        dt.date(2026, 11, 24),
        dt.datetime(2026, 11, 24, 14, 5, tzinfo=dt.UTC),
        None,
        float("nan"),
        "x" * 40_000,
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_table("T", list("abcdefgh"), [row]))).active
    found = [cell.value for cell in sheet[2]]
    assert found[:3] == [1, 2.5, True]
    assert found[3] == dt.datetime(2026, 11, 24)  # noqa: DTZ001 - openpyxl gives a naive one
    assert found[5:7] == [None, "nan"]
    assert len(found[7]) == 32_767
