"""Licence numbers as they are printed on labels: recognised, brought to one normal form, checked."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from gallery.catalog.errors import LicenceNumberError
from gallery.catalog.states import LicenceKind
from gallery.core import clock

PIRT_VALID_YEARS: Final = 5
HALAL_DIGITS: Final = 17
_PREFIX = re.compile(r"\b(NOMOR|NO|SERTIFIKAT|HALAL|BPJPH|BPOM|POM|KEMENKES|DEPKES|RI|IZIN|EDAR|PANGAN)\b[.:]?")
# Packaging 1-8, kind of food 01-15, region, product, producer, year of expiry.
_PIRT_NEW = re.compile(r"[1-8](0[1-9]|1[0-5])\d{10}\d{2}")
_PIRT_OLD = re.compile(r"[1-9]\d{11}")
_BPOM_FOOD = re.compile(r"M[DL](\d{12}|\d{15})")
_BPOM_COSMETIC = re.compile(r"N[A-E]\d{11}")
_BPOM_HERBAL = re.compile(r"(TR|TI|HT|FF|SD|SI)\d{9}")
_HALAL = re.compile(r"ID\d{13,17}")
_SNI = re.compile(r"SNI( (ISO|IEC|ISO/IEC|CXS|CAC|ASTM))? \d[\d.\-/]{1,20}([:-](19|20)\d{2})?( AMD ?\d+(:\d{4})?)?")
_GI = re.compile(r"IDG\d{9}")
_PKRT = re.compile(r"PK[DL]\d{11}")


@dataclass(frozen=True, slots=True)
class LicenceNumber:
    """A number in normal form. ``expires_on`` is set where the number itself tells; ``doubts`` are for the reviewer."""

    kind: LicenceKind
    number: str
    expires_on: date | None = None
    doubts: tuple[str, ...] = ()


def parse(kind: LicenceKind, text: str) -> LicenceNumber:
    """Return the number of this kind that ``text`` means, or raise :class:`LicenceNumberError`."""
    cleaned = _cleaned(text)
    parser = {
        LicenceKind.PIRT: _pirt,
        LicenceKind.BPOM: _bpom,
        LicenceKind.HALAL: _halal,
        LicenceKind.SNI: _sni,
        LicenceKind.GI: _gi,
        LicenceKind.PKRT: _pkrt,
    }[kind]
    return parser(cleaned, text)


def recognise(text: str) -> LicenceNumber | None:
    """Return the licence that ``text`` is, whatever its kind, or None: for spreadsheets with one licence column."""
    says_sni = "SNI" in _cleaned(text)
    for kind in (
        LicenceKind.HALAL,
        LicenceKind.BPOM,
        LicenceKind.GI,
        LicenceKind.PKRT,
        LicenceKind.SNI,
        LicenceKind.PIRT,
    ):
        if kind is LicenceKind.SNI and not says_sni:  # its number alone could be anything
            continue
        try:
            return parse(kind, text)
        except LicenceNumberError:
            continue
    return None


def _cleaned(text: str) -> str:
    upper = unicodedata.normalize("NFKC", text).upper().replace("–", "-").replace("—", "-")
    return " ".join(_PREFIX.sub(" ", upper).split()).strip(" .:-")


def _compact(cleaned: str) -> str:
    return re.sub(r"[\s.\-/]", "", cleaned)


def _pirt(cleaned: str, text: str) -> LicenceNumber:
    digits = re.sub(r"^P?IRT:?", "", _compact(cleaned))
    if _PIRT_NEW.fullmatch(digits) and digits.isascii():
        year = 2000 + int(digits[-2:])
        if year > clock.today().year + PIRT_VALID_YEARS:
            raise LicenceNumberError(LicenceKind.PIRT, text, "year")
        return LicenceNumber(LicenceKind.PIRT, f"{digits[:13]}-{digits[13:]}", date(year, 12, 31))
    if _PIRT_OLD.fullmatch(digits) and digits.isascii():
        return LicenceNumber(LicenceKind.PIRT, digits, doubts=("old_form",))
    raise LicenceNumberError(LicenceKind.PIRT, text)


def _bpom(cleaned: str, text: str) -> LicenceNumber:
    number = _compact(cleaned)
    if number.isascii() and any(form.fullmatch(number) for form in (_BPOM_FOOD, _BPOM_COSMETIC, _BPOM_HERBAL)):
        return LicenceNumber(LicenceKind.BPOM, f"{number[:2]} {number[2:]}")
    raise LicenceNumberError(LicenceKind.BPOM, text)


def _halal(cleaned: str, text: str) -> LicenceNumber:
    number = _compact(cleaned)
    if number.startswith(("KH", "KEP")):  # the decree of the fatwa council, often mistaken for the certificate
        raise LicenceNumberError(LicenceKind.HALAL, text, "decree")
    if not (number.isascii() and _HALAL.fullmatch(number)):
        raise LicenceNumberError(LicenceKind.HALAL, text)
    doubts = () if len(number) == len("ID") + HALAL_DIGITS else ("length",)
    return LicenceNumber(LicenceKind.HALAL, number, doubts=doubts)


def _sni(cleaned: str, text: str) -> LicenceNumber:
    number = cleaned if cleaned.startswith("SNI") else f"SNI {cleaned}"
    number = re.sub(r"^SNI[\s.:-]*", "SNI ", number)
    if not (number.isascii() and _SNI.fullmatch(number)):
        raise LicenceNumberError(LicenceKind.SNI, text)
    return LicenceNumber(LicenceKind.SNI, number)


def _gi(cleaned: str, text: str) -> LicenceNumber:
    number = _compact(cleaned)
    if not (number.isascii() and _GI.fullmatch(number)):
        raise LicenceNumberError(LicenceKind.GI, text)
    return LicenceNumber(LicenceKind.GI, number)


def _pkrt(cleaned: str, text: str) -> LicenceNumber:
    number = _compact(cleaned)
    if not (number.isascii() and _PKRT.fullmatch(number)):
        raise LicenceNumberError(LicenceKind.PKRT, text)
    return LicenceNumber(LicenceKind.PKRT, f"{number[:3]} {number[3:]}")
