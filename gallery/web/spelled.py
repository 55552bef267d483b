"""Amounts in words ("terbilang"), as Indonesian receipts write them beside the digits."""

from typing import Final

_DIGITS: Final = (
    "",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
)
_STEPS: Final = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1_000, "ribu"), (100, "ratus"))


def spelled(amount_idr: int) -> str:
    """Return the amount in words: 1,250,000 is "satu juta dua ratus lima puluh ribu rupiah"."""
    return f"{_words(amount_idr) or 'nol'} rupiah"


def _words(number: int) -> str:
    if number < len(_DIGITS):
        return _DIGITS[number]
    if number < 20:  # noqa: PLR2004 - belasan
        return f"{_DIGITS[number - 10]} belas"
    if number < 100:  # noqa: PLR2004
        return f"{_DIGITS[number // 10]} puluh {_words(number % 10)}".strip()
    for size, name in _STEPS:
        if number >= size:
            count, rest = divmod(number, size)
            head = f"se{name}" if count == 1 and size <= 1_000 else f"{_words(count)} {name}"  # noqa: PLR2004 - seribu
            return f"{head} {_words(rest)}".strip()
    raise AssertionError(number)
