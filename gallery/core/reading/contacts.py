"""Numbers that identify: telephone, NIK, NIB. Spreadsheets take their zeros and round them; neither is guessed."""

import re

from gallery.core.reading.base import MisreadError, digits_of, refuse_date, refuse_error
from gallery.core.reading.numbers import SCIENTIFIC
from gallery.core.sheets import Cell

SHORTEST_PHONE, LONGEST_PHONE = 9, 13  # digits after 62
NIK_LENGTH, NIB_LENGTH = 16, 13
EXACT = 10**15  # Excel keeps 15 digits and writes zeros for the rest
FEMALE_DAY = 40
LAST_DAY, LAST_MONTH = 31, 12
TWO_NUMBERS = re.compile(r"[0-9]{6,}.*(?:/|,|;|&|\bdan\b|\batau\b).*[0-9]{6,}")


def phone(cell: Cell) -> str:
    """Return E.164. ``812…`` gets its lost zero back; two numbers in one cell are refused."""
    words = _identifier(cell)
    if TWO_NUMBERS.search(words):
        raise MisreadError("two_phones")
    if re.search(r"[A-Za-z]{3,}", re.sub(r"(?i)\b(?:hp|wa|telp?|whatsapp|no)\b", "", words)):
        raise MisreadError("not_a_phone")
    digits = digits_of(words)
    if digits.startswith("0062"):
        digits = digits[4:]
    elif digits.startswith("62"):
        digits = digits[2:]
    elif words.lstrip(" (").startswith("+"):
        raise MisreadError("foreign_phone")
    national = digits.removeprefix("0")
    if not SHORTEST_PHONE <= len(national) <= LONGEST_PHONE or national[:1] in {"0", "1"}:
        raise MisreadError("not_a_phone")
    return f"+62{national}"


def nik(cell: Cell) -> str:
    """Return 16 digits. What a spreadsheet rounded (``1.9E+15``) can not be restored and is refused."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT:
        raise MisreadError("nik_rounded")
    words = _identifier(cell, scientific="nik_rounded")
    digits = digits_of(words)
    if len(digits) != NIK_LENGTH or re.search(r"[A-Za-z]", words):
        raise MisreadError("nik_length", length=len(digits))
    day, month = int(digits[6:8]), int(digits[8:10])
    day -= FEMALE_DAY if day > FEMALE_DAY else 0
    if not (1 <= day <= LAST_DAY and 1 <= month <= LAST_MONTH) or digits[12:] == "0000":
        raise MisreadError("nik_pattern")
    return digits


def nib(cell: Cell) -> str:
    """Return 13 digits; a number cell that lost its one leading zero gets it back."""
    words = _identifier(cell)
    digits = digits_of(words)
    if not isinstance(cell, str) and len(digits) == NIB_LENGTH - 1:
        digits = f"0{digits}"
    if len(digits) != NIB_LENGTH or re.search(r"[A-Za-z]{4,}", words):
        raise MisreadError("nib_length", length=len(digits))
    return digits


def _identifier(cell: Cell, *, scientific: str = "rounded_number") -> str:
    refuse_error(cell)
    refuse_date(cell)
    if isinstance(cell, bool):
        raise MisreadError("not_a_number")
    if isinstance(cell, int | float):
        if cell < 0 or not float(cell).is_integer() or cell >= EXACT:
            raise MisreadError("not_a_number")
        return str(int(cell))
    words = str(cell).strip()
    if SCIENTIFIC.match(words):
        raise MisreadError(scientific)
    return words
