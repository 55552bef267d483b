"""Numbers that belong to nobody: telephone, NIK, NIB, bank accounts, licences. Each is of the right shape.

- Telephone: +62 840 …; no operator has 0840, so it can not ring (``phonenumbers`` calls it possible, not valid).
- E-mail: ``.example`` is reserved by RFC 2606 and can not receive mail.
- NIK: begins with 1999, a regency that does not exist.
- NIB, accounts: begin with zeros, which are not given out. P-IRT: region 1999.
"""

from datetime import date
from typing import Final

from gallery.catalog.facts import LicenceFacts
from gallery.catalog.licences import parse
from gallery.catalog.states import LicenceKind

MAIL_DOMAIN: Final = "galeri.example"
UNUSED_REGION: Final = "199901"
FEMALE_DAY: Final = 40


def phone(number: int) -> str:
    """Return an E.164 number that can not ring."""
    return f"+62840{10_000_000 + number * 7_919 % 80_000_000:08d}"


def email(name: str) -> str:
    """Return the address of somebody: ``andini.prameswari@galeri.example``."""
    first, *rest = name.lower().split()
    return f"{'.'.join([first, *rest[-1:]])}@{MAIL_DOMAIN}"


def nik(number: int, *, is_female: bool) -> str:
    """Return the NIK of an invented person, born between 1958 and 1999."""
    day, month, year = number * 7 % 28 + 1, number * 5 % 12 + 1, 58 + number * 11 % 42
    return f"{UNUSED_REGION}{day + (FEMALE_DAY if is_female else 0):02d}{month:02d}{year:02d}{number % 9998 + 1:04d}"


def nib(number: int) -> str:
    return f"0000{number * 104_729 % 1_000_000_000:09d}"


def bank_account(number: int) -> str:
    return f"0000{number * 15_485_863 % 100_000_000:08d}"


def pirt(number: int, food: str, package: int, year: int) -> LicenceFacts:
    """Return a P-IRT number: packaging, kind of food, region, product, producer, year of expiry."""
    text = f"{package}{food}1999{number % 99 + 1:02d}{number:04d}-{year % 100:02d}"
    return _licence(LicenceKind.PIRT, text)


def bpom(number: int, kind: str = "MD") -> LicenceFacts:
    digits = 9 if kind == "TR" else 12
    return _licence(LicenceKind.BPOM, f"{kind} {number:0{digits}d}")


def halal(number: int, issued: date) -> LicenceFacts:
    """Return a halal certificate of a province that does not exist."""
    return _licence(LicenceKind.HALAL, f"ID99{number:011d}{issued:%m%y}")


def pkrt(number: int) -> LicenceFacts:
    return _licence(LicenceKind.PKRT, f"PKD {number:011d}")


def teran_indication() -> LicenceFacts:
    """Return the one real number of the demo: the public registration of the name Madu Teran Belitong Timur."""
    return _licence(LicenceKind.GI, "IDG000000134")


def _licence(kind: LicenceKind, text: str) -> LicenceFacts:
    parsed = parse(kind, text)
    return LicenceFacts(parsed.kind, parsed.number, parsed.expires_on)
