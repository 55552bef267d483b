"""``read_table``: bytes of unknown origin in, rows or one typed refusal out; never another exception."""

from gallery.core.sheets.delimited import read_delimited
from gallery.core.sheets.model import Limits, Row, SheetProblem, Table, UnreadableSheetError
from gallery.core.sheets.sniffing import kind_of
from gallery.core.sheets.workbook import Score, read_workbook


def most_filled(_name: str, head: list[tuple[int, Row]]) -> int:
    """Prefer the sheet with the most filled cells at its top."""
    return sum(1 for _, row in head for cell in row if cell != "")


def read_table(data: bytes, limits: Limits | None = None, score: Score = most_filled) -> Table:
    """Read XLSX or CSV, told apart by content; raise :class:`UnreadableSheetError` for everything else."""
    limits = limits or Limits()
    if refuse_at_once(data, limits) == "xlsx":
        return read_workbook(data, limits, score)
    return read_delimited(data, limits)


def refuse_at_once(data: bytes, limits: Limits) -> str:
    """Return ``xlsx`` or ``csv``; raise for what size and first bytes tell already, without opening it."""
    if len(data) > limits.file_bytes:
        raise UnreadableSheetError(SheetProblem.TOO_BIG, limit_mb=limits.file_bytes // (1024 * 1024))
    return kind_of(data)
