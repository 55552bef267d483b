"""The rows that were not taken, as a sheet to mend: every cell as it was typed, with the reasons before them."""

from collections.abc import Iterator, Mapping
from typing import Final

from gallery.core.sheets import Cell, Limits, read_table, xlsx_table
from gallery.submissions.services.layouts import frames, need_heading, score

REASON_WIDTH: Final = 60


def faulty_rows(data: bytes, reasons: Mapping[int, str], limits: Limits, *, title: str) -> bytes:
    """Return an XLSX with the sheet's own heading; uploaded again after mending, the reasons are passed over."""
    table = read_table(data, limits, score)
    heading = need_heading(table)
    titles = [str(cell) for cell in table.rows[heading.row][1]]

    wanted = reasons.keys() | frames(table, heading, reasons)

    def rows() -> Iterator[list[Cell]]:
        for number, row in table.rows[heading.row + 1 :]:
            if number in wanted:
                yield [reasons.get(number, ""), *(_typed(cell) for cell in row)]

    return xlsx_table(table.name or "Produk", [title, *titles], rows(), widths=[REASON_WIDTH])


def _typed(cell: Cell) -> Cell:
    # 15 digits are all that a number cell keeps: longer ones, and whole numbers, go out as they look.
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell  # noqa: PLR2004
