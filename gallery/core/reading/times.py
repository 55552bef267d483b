"""Days, as typed."""

import calendar
import datetime as dt
import re

from gallery.core.reading.base import MisreadError, refuse_error
from gallery.core.sheets import Cell

MONTHS = {
    "jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "agu": 8, "agt": 8,
    "ags": 8, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "nop": 11, "des": 12, "dec": 12,
}  # fmt: skip
EPOCH = dt.date(1899, 12, 30)  # day 0 of Excel's calendar, with its invented leap day of 1900
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_050  # 1950 to 2099
FIRST_YEAR, LAST_YEAR = 1950, 2099
CENTURY = 100
NUMERIC = re.compile(r"([0-9]{1,4})\s*[-/. ]\s*([0-9]{1,2})\s*[-/. ]\s*([0-9]{1,4})(?:[ t][0-9:.]+)?\Z")
WORDED = re.compile(r"(?:([0-9]{1,2})[\s\-/.]*)?([a-z]{3,10})[\s\-/.,]*([0-9]{4}|[0-9]{2})\Z")
MONTH_ONLY = re.compile(r"([0-9]{1,2})\s*[-/.]\s*([0-9]{4})\Z")
WEEKDAY = re.compile(r"\A(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu),?\s*")


def day(cell: Cell) -> dt.date:
    """Return a date of a date cell, an Excel serial number or text; day before month, as Indonesians write.

    A month alone (``11/2026``) means its last day, as on a licence.
    """
    refuse_error(cell)
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, bool | dt.time | dt.timedelta):
        raise MisreadError("not_a_date")
    if isinstance(cell, int | float):
        if not FIRST_SERIAL <= cell <= LAST_SERIAL:
            raise MisreadError("not_a_date")
        return EPOCH + dt.timedelta(days=int(cell))
    words = WEEKDAY.sub("", " ".join(str(cell).casefold().split()))
    return _numeric(words) or _worded(words) or _refuse()


def _refuse() -> dt.date:
    raise MisreadError("not_a_date")


def _numeric(words: str) -> dt.date | None:
    if match := NUMERIC.match(words):
        first, second, third = (int(part) for part in match.groups())
        if len(match[1]) == 4:  # noqa: PLR2004 - year first
            return _date(first, second, third)
        if second > 12 >= first:  # noqa: PLR2004 - 11/24/2026 can only be month first
            return _date(third, first, second)
        return _date(third, second, first)
    if match := MONTH_ONLY.match(words):
        return _month_end(int(match[2]), int(match[1]))
    return None


def _worded(words: str) -> dt.date | None:
    match = WORDED.match(words)
    month = MONTHS.get(match[2][:3]) if match else None
    if match is None or month is None:
        return None
    year = int(match[3])
    return _date(year, month, int(match[1])) if match[1] else _month_end(year, month)


def _date(year: int, month: int, number: int) -> dt.date:
    year += 2000 if year < CENTURY else 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise MisreadError("not_a_date")
    try:
        return dt.date(year, month, number)
    except ValueError as error:
        raise MisreadError("not_a_date") from error


def _month_end(year: int, month: int) -> dt.date:
    if not 1 <= month <= 12:  # noqa: PLR2004
        raise MisreadError("not_a_date")
    return _date(year, month, calendar.monthrange(max(year, 1), month)[1])
