"""What a list shows, as a workbook: the page's own view answers it, so the filter and the scope are those of the page.

A list declares its columns beside its query; its page has ``export_button()`` (templates/components/ui.html), which
adds ``?unduh=…`` to the address and leaves out which page of the list is shown.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from flask import Response, request
from flask_babel import gettext as _

from gallery.core import clock
from gallery.core.sheets import Cell, Sheet, xlsx_book
from gallery.web.downloads import download
from gallery.web.filters import angka

R = TypeVar("R")
MOST_ROWS: Final = 20_000
LIMIT: Final = MOST_ROWS + 1
"""How many rows a list is asked for: with the one too many the workbook says that it ends early."""


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column: numbers and money stay numbers, days and moments are dates, everything else is text."""

    heading: Any
    value: Callable[[R], Cell | None]
    width: int = 12


@dataclass(frozen=True)
class Export(Generic[R]):
    """The columns of a list; ``file_name`` is ASCII of our own making."""

    title: Any
    file_name: str
    columns: Sequence[Column[R]]

    def answer(self, rows: Iterable[R], *more: Sheet) -> Response:
        """Answer with the first 20,000 rows, and ``more`` tables after them, as a download."""
        return download(xlsx_book([self.sheet(rows), *more]), f"{self.file_name}-{clock.today():%Y%m%d}.xlsx")

    def sheet(self, rows: Iterable[R]) -> Sheet:
        """Return the first 20,000 rows as a table, for a workbook that begins with another one."""
        return Sheet(
            str(self.title),
            [str(column.heading) for column in self.columns],
            self._cells(rows),
            widths=[column.width for column in self.columns],
        )

    def _cells(self, rows: Iterable[R]) -> Iterator[list[Cell | None]]:
        remaining = iter(rows)
        for row in islice(remaining, MOST_ROWS):
            yield [column.value(row) for column in self.columns]
        if next(remaining, None) is not None:
            yield [_("Hanya %(n)s baris pertama. Persempit saringannya untuk sisanya.", n=angka(MOST_ROWS))]


def is_asked(what: str = "xlsx") -> bool:
    """Whether the address asks for this list as a workbook; a page with several lists names each."""
    return request.args.get("unduh") == what
