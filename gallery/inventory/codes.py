"""What a scanner reads at the counter: our own numbers for variants and lots, and makers' numbers.

EAN-13 as in the GS1 General Specifications, section 7.9 (check digit) and 2.1.11 (prefixes 20-29: numbers that are
only valid inside a company). 28… names a lot, 29… a variant.
"""

from dataclasses import dataclass
from typing import Final

LOT_PREFIX: Final = "28"
VARIANT_PREFIX: Final = "29"
_LENGTHS: Final = (8, 12, 13, 14)  # GTIN-8, UPC, EAN-13, GTIN-14


@dataclass(frozen=True, slots=True)
class Scan:
    """What a code names: exactly one of the three."""

    variant_id: int | None = None
    lot_id: int | None = None
    gtin: str | None = None  # a maker's number, 13 digits or fewer, as stored in ``Variant.barcode``


def check_digit(digits: str) -> str:
    """Return the check digit that belongs behind these digits: weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def variant_code(variant_id: int) -> str:
    """Return the EAN-13 that names the variant inside our galleries."""
    return _internal(VARIANT_PREFIX, variant_id)


def lot_code(lot_id: int) -> str:
    """Return the EAN-13 that names the lot inside our galleries: the label of a piece."""
    return _internal(LOT_PREFIX, lot_id)


def is_gtin(text: str) -> bool:
    """Whether the text is a trade item number with a right check digit."""
    return text.isascii() and text.isdigit() and len(text) in _LENGTHS and check_digit(text[:-1]) == text[-1]


def read_code(text: str) -> Scan | None:
    """Say what a scanned or typed code names; None where it is no code of these kinds."""
    digits = "".join(text.split())
    if not is_gtin(digits):
        return None
    if len(digits) == 13 and digits.startswith(LOT_PREFIX):  # noqa: PLR2004 - EAN-13
        return Scan(lot_id=int(digits[2:12]))
    if len(digits) == 13 and digits.startswith(VARIANT_PREFIX):  # noqa: PLR2004 - EAN-13
        return Scan(variant_id=int(digits[2:12]))
    return Scan(gtin=digits)


def _internal(prefix: str, number: int) -> str:
    digits = f"{prefix}{number:010d}"
    return digits + check_digit(digits)
