"""Tables in and out: hostile XLSX and CSV uploads are read within limits, exports never carry a live formula."""

from gallery.core.sheets.model import Cell, CellError, Limits, SheetProblem, Table, UnreadableSheetError
from gallery.core.sheets.reading import read_table, refuse_at_once
from gallery.core.sheets.writing import Sheet, csv_table, xlsx_book, xlsx_table

__all__ = [
    "Cell",
    "CellError",
    "Limits",
    "Sheet",
    "SheetProblem",
    "Table",
    "UnreadableSheetError",
    "csv_table",
    "read_table",
    "refuse_at_once",
    "xlsx_book",
    "xlsx_table",
]
