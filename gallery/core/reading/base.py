"""The shared ground of all readers: cells of a sheet, and the typed refusal."""

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from typing import Any

from gallery.core.sheets import Cell, CellError

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
NO_ANSWER = frozenset(
    {"-", "--", "—", "n/a", "na", "null", "none", "nihil", "kosong", "tidak ada", "tdk ada", "belum ada"}
)


class MisreadError(Exception):
    """The cell does not say what its column asks for. ``code`` chooses the words, ``facts`` fill them."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def is_blank(cell: Cell | None) -> bool:
    """Tell whether the cell says nothing; a dash or "tidak ada" says nothing too."""
    if cell is None:
        return True
    return isinstance(cell, str) and (not (word := cell.strip().casefold()) or word in NO_ANSWER)


def text(cell: Cell, *, longest: int = 200) -> str:
    """Return tidy text: NFC, no control or direction characters, single spaces inside lines."""
    refuse_error(cell)
    if isinstance(cell, bool):
        raw = "Ya" if cell else "Tidak"
    elif isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004 - exact in Excel
        raw = str(int(cell))
    else:
        raw = str(cell)
    lines = CONTROL.sub("", unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    tidy = "\n".join(" ".join(line.split()) for line in lines).strip()
    if len(tidy) > longest:
        raise MisreadError("too_long", limit=longest, length=len(tidy))
    return tidy


def refuse_error(cell: Cell) -> None:
    """Refuse a failed formula: its cell shows ``#REF!`` and means nothing."""
    if isinstance(cell, CellError):
        raise MisreadError("formula_error", formula=cell.text)


def refuse_date(cell: Cell) -> None:
    """Refuse what Excel has made a date of, as it does with ``1/4``."""
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        raise MisreadError("is_date")


@lru_cache(maxsize=8_192)  # a sheet says the same makers, villages and categories over and over
def plain_key(words: str) -> str:
    """Return letters and digits only, lower-case, without accents: how names are compared."""
    plain = unicodedata.normalize("NFKD", words.replace("&", " dan ")).casefold()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).split())


def digits_of(words: str) -> str:
    """Return the ASCII digits of a text."""
    return re.sub(r"[^0-9]", "", words)
