"""Statements of five banks, messy as they are, become lines; what is no statement is refused with its reason."""

from datetime import UTC, date, datetime

import pytest

from gallery.core import clock
from gallery.core.sheets import SheetProblem, UnreadableSheetError
from gallery.payments.models import BankAccount
from gallery.settlement import services
from gallery.settlement.errors import OtherAccountError
from gallery.settlement.services.bank import fingerprints
from tests.settlement.bank_files import OPENING, csv_of, workbook, xlsx_of

BANKS = ("bri", "mandiri", "bni", "bca", "sumsel-babel")
LINES = [
    (date(2026, 11, 27), "TRSF E-BANKING CR 2711/FTSCY SITI AMINAH", 125_127),
    (date(2026, 11, 28), "BIAYA ADM", -12_500),
    (date(2026, 11, 29), "TRANSFER KE UD MAJU, TOBOALI", -1_250_000),
]


def told(sheet):
    return sorted((line.day, line.description.removesuffix(" DARI MCM"), line.amount_idr) for line in sheet.lines)


@pytest.mark.parametrize("make", [csv_of, xlsx_of], ids=["csv", "xlsx"])
@pytest.mark.parametrize("bank", BANKS)
def test_each_banks_file_is_known_by_its_headings(bank, make):
    sheet = services.read_statement(make(bank, LINES))
    assert sheet.layout == bank
    assert told(sheet) == LINES
    assert (sheet.problems, sheet.gaps) == ([], [])
    assert sheet.closing_idr == OPENING + sum(amount for _day, _words, amount in LINES)
    assert (sheet.from_day, sheet.to_day) == (date(2026, 11, 27), date(2026, 11, 29))
    assert sheet.pending == (1 if bank == "bca" else 0)


@pytest.mark.parametrize("bank", ["mandiri", "bni", "bca", "sumsel-babel"])
def test_a_file_says_of_which_account_it_is(bank):
    ours = BankAccount(number="1400-0000-01")
    services.check_account(services.read_statement(csv_of(bank, LINES)), ours)
    with pytest.raises(OtherAccountError) as caught:
        services.check_account(services.read_statement(csv_of(bank, LINES, number="7700000009")), ours)
    assert caught.value.number == "7700000009"


def test_a_csv_and_a_workbook_of_the_same_lines_bring_them_once():
    first, second = (services.read_statement(make("sumsel-babel", LINES)) for make in (csv_of, xlsx_of))
    assert fingerprints(first.lines) == fingerprints(second.lines)
    twice = services.read_statement(csv_of("bri", [LINES[0], LINES[0]]))
    assert len(set(fingerprints(twice.lines))) == 2  # two buyers may send the same sum on one day


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1.250.000,00", 1_250_000),
        ("1,250,000.00", 1_250_000),
        ("1250000.00 CR", 1_250_000),
        ("Rp 1.250.000", 1_250_000),
        ("1.250.000 DB", -1_250_000),
        ("(1,250,000.00)", -1_250_000),
        ("-1250000", -1_250_000),
        ("1.250.000,00-", -1_250_000),
        ("12.345,67", 12_346),  # interest comes with sen, and this book has none
        (1250000, 1_250_000),
        (-1250000.0, -1_250_000),
    ],
)
def test_amounts_as_banks_write_them(written, amount):
    data = workbook([["Tanggal", "Keterangan", "Jumlah"], ["29/11/2026", "X", written]])
    assert [line.amount_idr for line in services.read_statement(data).lines] == [amount]


@pytest.mark.parametrize(
    "written",
    ["29/11/2026", "29-11-26", "29 Nov 2026", "29 November 2026", "2026-11-29", "20261129", "'29/11",
     "29/11/26 10:05:12", "29 Nov 2026, 10.05", 46355],
)  # fmt: skip
def test_days_as_banks_write_them(written, monkeypatch):
    data = workbook([["Tanggal", "Keterangan", "Jumlah"], [written, "X", "1.000"]])
    with clock.at(datetime(2026, 11, 30, 3, tzinfo=UTC)):
        assert [line.day for line in services.read_statement(data).lines] == [date(2026, 11, 29)]


def test_a_day_without_a_year_is_of_the_period_or_of_the_past():
    rows = [["Periode : 20/12/2025 - 05/01/2026"], ["Tanggal", "Keterangan", "Jumlah"]]
    lines = [["28/12", "A", "1.000"], ["03/01", "B", "2.000"]]
    found = services.read_statement(workbook([*rows, *lines])).lines
    assert [line.day for line in found] == [date(2025, 12, 28), date(2026, 1, 3)]
    with clock.at(datetime(2026, 1, 5, 3, tzinfo=UTC)):
        found = services.read_statement(workbook([rows[1], *lines])).lines
    assert [line.day for line in found] == [date(2025, 12, 28), date(2026, 1, 3)]


def test_words_below_a_line_belong_to_it():
    rows = [["Tanggal", "Keterangan", "Debet", "Kredit"], ["29/11/2026", "SETORAN", "", "50.000"], ["", "DARI BU SITI"]]
    assert [line.description for line in services.read_statement(workbook(rows)).lines] == ["SETORAN DARI BU SITI"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["31/02/2026", "X", "", "50.000"], "not_a_date"),
        (["29/11/2026", "X", "", "lima puluh ribu"], "not_a_number"),
        (["29/11/2026", "X", "10.000", "50.000"], "both_sides"),
    ],
)
def test_a_broken_row_is_told_with_its_number(row, code):
    heading = ["Tanggal", "Keterangan", "Debet", "Kredit"]
    sheet = services.read_statement(workbook([heading, ["29/11/2026", "A", "", "1.000"], row]))
    assert [(problem.number, problem.code) for problem in sheet.problems] == [(3, code)]


def test_an_amount_without_a_side_is_not_guessed():
    rows = [
        ["Tanggal", "Keterangan", "Jumlah", "D/K"],
        ["29/11/2026", "A", "1.000", "D"],
        ["29/11/2026", "B", "2.000", ""],
    ]
    sheet = services.read_statement(workbook(rows))
    assert [(problem.number, problem.code) for problem in sheet.problems] == [(3, "no_side")]


def test_a_balance_that_does_not_follow_is_told():
    rows = [
        ["Tanggal", "Keterangan", "Debet", "Kredit", "Saldo"],
        ["28/11/2026", "A", "", "1.000", "11.000"],
        ["29/11/2026", "B", "", "2.000", "19.000"],
        ["29/11/2026", "C", "500", "", "18.500"],
    ]
    assert services.read_statement(workbook(rows)).gaps == [3]


def test_columns_chosen_by_hand():
    rows = [
        ["Bank Antah"],
        ["Kapan", "Apa", "Masuk atau keluar"],
        ["29/11/2026", "A", "1.000"],
        ["30/11/2026", "B", "-250"],
    ]
    with pytest.raises(UnreadableSheetError) as caught:
        services.read_statement(workbook(rows))
    assert caught.value.problem is SheetProblem.NO_HEADER
    assert services.first_rows(workbook(rows))[1] == ["Kapan", "Apa", "Masuk atau keluar"]
    sheet = services.read_statement(workbook(rows), chosen={"day": 0, "description": 1, "amount": 2})
    assert [(line.row, line.amount_idr) for line in sheet.lines] == [(3, 1_000), (4, -250)]
    assert sheet.layout == "pilihan"
    with pytest.raises(UnreadableSheetError):
        services.read_statement(workbook(rows), chosen={"day": 1, "description": 0, "amount": 2})


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff picture", b"%PDF-1.7", b"<html><table>", b"PK\x03\x04 broken",
     b"Tanggal,Keterangan,Jumlah\r\n", workbook([["=cmd|'/c calc'!A1"]]),
     b"Tanggal,Keterangan,Jumlah\r\n" + b"x" * 2 * 1024 * 1024],
)  # fmt: skip
def test_what_is_no_statement_is_refused(data):
    with pytest.raises(UnreadableSheetError):
        services.read_statement(data)
