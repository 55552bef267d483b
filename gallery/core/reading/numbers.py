"""Money, weights, lengths and counts, as typed: ``Rp 25.000,00``, ``25 rb``, ``1/4 kg``."""

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from gallery.core.money import Rupiah
from gallery.core.reading.base import MisreadError, refuse_date, refuse_error
from gallery.core.sheets import Cell

LOWEST_PRICE, HIGHEST_PRICE = 100, 1_000_000_000
HEAVIEST_G = 100_000
LONGEST_MM = 5_000
MOST_PIECES = 100_000
MOST_DAYS = 3_650
MAX_LENGTH = 60
ABOUT = re.compile(r"\A(?:±|\+/-|~|kurang lebih|sekitar|kira-kira|k/l)\s*")

SCIENTIFIC = re.compile(r"[0-9][0-9.,]*\s*[eE]\s*\+?\s*[0-9]+\Z")
NUMBER = r"[0-9][0-9.,]*|[.,][0-9]+"
PRICE = re.compile(
    rf"(?:(?:rp|idr)\.?\s*)?(?P<number>{NUMBER})\s*(?P<scale>rb|ribu|rbu|k|jt|juta|jta|m|miliar)?\.?"
    r"\s*(?:rupiah|idr)?\s*(?:\(?(?:/|per)\s*(?P<per>[a-z]+)\)?)?\Z"
)
SCALES = {"rb": 1_000, "rbu": 1_000, "ribu": 1_000, "k": 1_000, "jt": 10**6, "jta": 10**6, "juta": 10**6}
DASHED = re.compile(r"[.,]-+(?=\s*(?:\(?(?:/|per\b).*)?\Z)")  # Rp 25.000,- and 25.000,- / bungkus
BY_WEIGHT = frozenset({"kg", "kilo", "kilogram", "ons", "gram", "gr", "g", "liter", "lusin", "kodi"})
RANGE = re.compile(rf"(?:{NUMBER})\s*(?:rb|ribu|k|jt|juta)?\s*(?:-|–|s/d|sd|sampai)\s*(?:rp\.?\s*)?(?:{NUMBER})")
SPACED = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))")  # 25 000
WEIGHTS = {
    "g": 1, "gr": 1, "gram": 1, "grm": 1, "grams": 1, "kg": 1000, "kilo": 1000, "kilogram": 1000, "ons": 100,
    "ml": 1, "cc": 1, "l": 1000, "lt": 1000, "ltr": 1000, "liter": 1000,
}  # fmt: skip
VOLUMES = frozenset({"ml", "cc", "l", "lt", "ltr", "liter"})
LENGTHS = {"mm": 1, "cm": 10, "m": 1000, "meter": 1000}
MEASURE = re.compile(
    rf"(?P<whole>{NUMBER})(?:\s*/\s*(?P<under>[0-9]+))?\s*(?P<unit>[a-z]*)\.?(?:\s*(?:/|per)\s*(?P<per>[a-z]+))?\Z"
)
COUNT = re.compile(rf"(?P<number>{NUMBER})\s*(?P<unit>[a-z]*)\.?\Z")


def rupiah(cell: Cell) -> Rupiah:
    """Return whole rupiah of a price; a fraction, a range, a price per kilogram and anything doubtful is refused."""
    if (number := _number(cell)) is None:
        words = _words(cell)
        words = SPACED.sub("", DASHED.sub("", words.removeprefix("@")).strip())
        match = PRICE.match(words)
        if match is None:
            raise _no_number(words)
        if match["per"] in BY_WEIGHT:
            raise MisreadError("price_per_measure", unit=match["per"])
        scale = SCALES.get(match["scale"] or "", 1_000_000_000 if match["scale"] in {"m", "miliar"} else 1)
        number = decimal(match["number"]) * scale
    if number != number.to_integral_value():
        raise MisreadError("fraction")
    if number < LOWEST_PRICE:
        raise MisreadError("price_too_low", lowest=LOWEST_PRICE, guess=int(number) * 1000)
    if number > HIGHEST_PRICE:
        raise MisreadError("price_too_high", highest=HIGHEST_PRICE)
    return Rupiah(int(number))


def grams(cell: Cell, *, unit: str = "g", volume_counts: bool = True) -> int:
    """Return grams. A bare number is in ``unit``; 0.25 in a gram column is refused with the likely meaning.

    A volume counts as its weight in water where ``volume_counts``; for shipping that would be wrong.
    """
    return _measure(cell, WEIGHTS, unit, HEAVIEST_G, "weight", frozenset() if volume_counts else VOLUMES)


def millimetres(cell: Cell, *, unit: str = "cm") -> int:
    """Return millimetres; a bare number is in ``unit``."""
    return _measure(cell, LENGTHS, unit, LONGEST_MM, "length", frozenset())


def pieces(cell: Cell, *, most: int = MOST_PIECES) -> int:
    """Return a count; ``12 pcs`` is 12."""
    return _count(cell, most)


def days(cell: Cell, *, most: int = MOST_DAYS) -> int:
    """Return a number of days; ``3 bulan`` is 90, ``1 minggu`` 7, ``1 tahun`` 365."""
    return _count(cell, most, {"minggu": 7, "mgg": 7, "bulan": 30, "bln": 30, "tahun": 365, "thn": 365, "th": 365})


def decimal(words: str, *, thousands: bool = True) -> Decimal:
    """Read ``25.000``, ``25,000``, ``25.000,50``, ``1,5``: the last of two marks is the decimal one.

    A single mark before exactly three digits separates thousands (``25.000``), unless ``thousands`` is off.
    """
    marks = [mark for mark in words if mark in ".,"]
    if len(set(marks)) == 2:  # noqa: PLR2004 - both kinds of mark
        last = marks[-1]
        other = "." if last == "," else ","
        if marks.count(last) > 1 or not _grouped(words.split(last, maxsplit=1)[0].split(other)):
            raise MisreadError("not_a_number")
        plain = words.replace(other, "").replace(last, ".")
    elif len(marks) > 1:
        groups = words.split(marks[0])
        if not _grouped(groups):
            raise MisreadError("not_a_number")
        plain = "".join(groups)
    elif marks:
        groups = words.split(marks[0])
        plain = "".join(groups) if thousands and _grouped(groups) and groups[0] != "0" else ".".join(groups)
    else:
        plain = words
    try:
        return Decimal(plain)
    except InvalidOperation as error:
        raise MisreadError("not_a_number") from error


def _grouped(groups: list[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])  # noqa: PLR2004 - thousands


def _number(cell: Cell) -> Decimal | None:
    """Return the value of a numeric cell, None for text; refuse everything that is neither."""
    refuse_error(cell)
    refuse_date(cell)
    if isinstance(cell, bool):
        raise MisreadError("not_a_number")
    if isinstance(cell, int | float):
        if not math.isfinite(cell):
            raise MisreadError("not_a_number")
        if cell < 0:
            raise MisreadError("negative")
        return Decimal(str(cell))
    return None


def _words(cell: Cell) -> str:
    words = unicodedata.normalize("NFKC", str(cell)).replace("\u2044", "/").replace("\xa0", " ").strip().casefold()
    words = " ".join(words.lstrip("'’`").split())  # what is left of a mark that keeps a number as text
    if len(words) > MAX_LENGTH:
        raise MisreadError("not_a_number")
    if re.match(r"(?:rp\.?\s*|idr\s*)?[-–\u2212]\s*(?:rp\.?\s*)?[0-9]", words) or re.match(
        r"\([\srp.]*[0-9][^)]*\)\Z", words
    ):
        raise MisreadError("negative")
    if SCIENTIFIC.match(words):
        raise MisreadError("rounded_number")
    return words


def _no_number(words: str) -> MisreadError:
    return MisreadError("range") if RANGE.search(words) else MisreadError("not_a_number")


def _measure(cell: Cell, units: dict[str, int], unit: str, most: int, code: str, refused: frozenset[str]) -> int:
    if (number := _number(cell)) is not None:
        value, named = Fraction(number), ""
    else:
        words = ABOUT.sub("", _words(cell))
        match = MEASURE.match(words)
        if match is None or match["per"] in units:
            raise _no_number(words)
        named = match["unit"]
        if named and named not in units:
            raise MisreadError("unknown_unit", unit=named, units=", ".join(units))
        if named in refused:
            raise MisreadError("volume_not_weight", unit=named)
        exact = units.get(named or unit, 1) > 1  # "1,250 kg" is one and a quarter, "1.250 g" more than a thousand
        value = Fraction(decimal(match["whole"], thousands=not exact))
        if match["under"]:
            if not int(match["under"]):
                raise MisreadError("not_a_number")
            value /= int(match["under"])
    total = value * units[named or unit]
    if 0 < total < 1:
        raise MisreadError(f"{code}_too_small", guess=round(value * 1000))
    if total == 0:
        raise MisreadError("zero")
    if total > most:
        raise MisreadError(f"{code}_too_big", most=most)
    return round(total)


def _count(cell: Cell, most: int, scales: dict[str, int] | None = None) -> int:
    scale = 1
    if (number := _number(cell)) is None:
        words = ABOUT.sub("", _words(cell))
        match = COUNT.match(words)
        if match is None:
            raise _no_number(words)
        number = decimal(match["number"])
        scale = (scales or {}).get(match["unit"], 1)
    number *= scale
    if number != number.to_integral_value():
        raise MisreadError("fraction")
    if number > most:
        raise MisreadError("count_too_big", most=most)
    return int(number)
