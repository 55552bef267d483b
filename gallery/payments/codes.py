"""QRIS: the text inside a merchant's QR code, read, checked, and made into one for a single amount.

EMVCo "Merchant Presented Mode" 1.1, in Indonesia's national form: fields of two digits of name, two of length, value;
the last one is a CRC-16/CCITT-FALSE over everything before it, its own name and length included.
"""

import binascii
from dataclasses import dataclass
from typing import Final

from gallery.core.money import Rupiah
from gallery.payments.errors import BadQrisError

NATIONAL: Final = "ID.CO.QRIS.WWW"
_INITIATION, _STATIC, _DYNAMIC = "01", "11", "12"
_CURRENCY, _AMOUNT, _COUNTRY, _NAME, _CITY, _EXTRA, _CRC = "53", "54", "58", "59", "60", "62", "63"
_IDR: Final = "360"
_REFERENCE: Final = "05"
_LONGEST: Final = 99
_LONGEST_REFERENCE: Final = 25


@dataclass(frozen=True, slots=True)
class Qris:
    """A code that was checked. ``nmid`` is the national merchant id; ``amount_idr`` none: the buyer types it."""

    payload: str
    merchant: str
    city: str
    nmid: str
    is_static: bool
    amount_idr: int | None


def read_qris(text: str) -> Qris:
    """Return what the code says; raise :class:`BadQrisError` for anything that is no complete, unchanged QRIS."""
    payload = text.strip()
    fields = _fields(payload)
    if list(fields)[-1:] != [_CRC] or not payload.isascii():
        raise BadQrisError("ends")
    if _crc(payload[:-4]) != fields[_CRC]:
        raise BadQrisError("crc")
    if fields.get("00") != "01" or fields.get(_COUNTRY) != "ID" or fields.get(_CURRENCY) != _IDR:
        raise BadQrisError("not_qris")
    national = next(
        (_fields(value) for name, value in fields.items() if "26" <= name <= "51" and NATIONAL in value), {}
    )
    amount = fields.get(_AMOUNT, "")
    if not (nmid := national.get("02", "")) or not fields.get(_NAME):
        raise BadQrisError("not_qris")
    return Qris(
        payload,
        fields[_NAME],
        fields.get(_CITY, ""),
        nmid,
        fields.get(_INITIATION) == _STATIC,
        int(amount) if amount.isdigit() else None,
    )


def for_amount(static: str, amount_idr: Rupiah, reference: str = "") -> str:
    """Return the merchant's own static code for one amount; accounts and names in it stay as they are.

    ``reference`` is told to the merchant's acquirer where that passes it on. Raises :class:`BadQrisError`.
    """
    found = read_qris(static)
    if not found.is_static or amount_idr <= 0:
        raise BadQrisError("not_static")
    fields = _fields(found.payload)
    fields[_INITIATION], fields[_AMOUNT] = _DYNAMIC, str(amount_idr)
    if reference:
        extra = _fields(fields.get(_EXTRA, ""))
        extra[_REFERENCE] = reference[:_LONGEST_REFERENCE]
        fields[_EXTRA] = _text(dict(sorted(extra.items())))
    del fields[_CRC]
    body = f"{_text(dict(sorted(fields.items())))}{_CRC}04"
    return body + _crc(body)


def _fields(text: str) -> dict[str, str]:
    """Return the fields in their order; names that come twice, or lengths that lead past the end, are refused."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        name, length = text[at : at + 2], text[at + 2 : at + 4]
        if len(name + length) != 4 or not (name + length).isascii() or not (name + length).isdigit():  # noqa: PLR2004
            raise BadQrisError("format")
        value = text[at + 4 : at + 4 + int(length)]
        if len(value) != int(length) or name in found:
            raise BadQrisError("format")
        found[name] = value
        at += 4 + int(length)
    return found


def _text(fields: dict[str, str]) -> str:
    if any(len(value) > _LONGEST for value in fields.values()):
        raise BadQrisError("format")
    return "".join(f"{name}{len(value):02}{value}" for name, value in fields.items())


def _crc(text: str) -> str:
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"
