"""Numbers that name a person or a business: their shape, and what may be shown of them."""

import re
from datetime import date
from typing import Final

from gallery.registry.errors import InvalidNibError, InvalidNikError

NIK_LENGTH: Final = 16
NIB_LENGTH: Final = 13
FEMALE_DAY_OFFSET: Final = 40


def normal_nik(text: str) -> str:
    """Return 16 ASCII digits, or raise :class:`InvalidNikError`.

    PPKKCC DDMMYY SSSS; a woman's day is 40 more. There is no check digit, and the region is that of the first issue,
    perhaps a code of old: an unknown region is no error (lokal-id, stdnum).
    """
    digits = re.sub(r"[ .\-]", "", text)
    if not re.fullmatch(rf"[0-9]{{{NIK_LENGTH}}}", digits):
        raise InvalidNikError("length")
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    try:  # both centuries have the same leap years, but 1900, of which nobody is alive
        date(2000 + year, month, day - FEMALE_DAY_OFFSET if day > FEMALE_DAY_OFFSET else day)
    except ValueError as error:
        raise InvalidNikError("date") from error
    if digits[12:] == "0000" or digits[2:4] == "00" or digits[4:6] == "00":
        raise InvalidNikError("serial")
    return digits


def mask_nik(nik: str) -> str:
    """Return ``1901**********01``: the regency and two last digits."""
    return f"{nik[:4]}{'*' * (NIK_LENGTH - 6)}{nik[-2:]}"


def normal_nib(text: str) -> str:
    """Return 13 digits, or raise :class:`InvalidNibError`."""
    digits = re.sub(r"[ .\-]", "", text)
    if not re.fullmatch(rf"[0-9]{{{NIB_LENGTH}}}", digits):
        raise InvalidNibError
    return digits


def mask_account(number: str) -> str:
    """Return ``******3456``: the last four digits of a bank account."""
    return f"{'*' * max(len(number) - 4, 0)}{number[-4:]}"
