"""What stands in other people's JSON, read without trust: whatever comes, the result can be stored and shown."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.delivery.courier import RiderSeen
from gallery.delivery.errors import CourierRefusedError

NOTE_LIMIT: Final = 200
URL_LIMIT: Final = 1_000
MOST_IDR: Final = 1_000_000_000
EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(days=366)
MILLISECONDS: Final = 10**11  # so many seconds are the year 5138
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
# "2024-05-31T16:14.00Z", as Lalamove writes it: hours and minutes, and a fraction of nothing.
_MINUTES: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(?:\.\d+)?Z")


def part(value: Any, *names: str) -> dict[str, Any]:
    """Return the object that lies under these names one in another; an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; what is something else is left out."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(value: Any, limit: int = NOTE_LIMIT) -> str:
    """Return a text or a whole number as one line that every database takes; nothing else is text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    whole = str(value) if isinstance(value, str) or abs(value) < 10**40 else ""
    line = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} else sign for sign in whole[: limit * 4]
    )
    return " ".join(line.split())[:limit]


def first(fields: Mapping[str, Any], *names: str) -> str:
    """Return the text under the first of these names that has one."""
    return next((said for name in names if (said := text(fields.get(name)))), "")


def reference(value: Any) -> str:
    """Return an id that may stand in a path of an address, or nothing."""
    found = text(value)
    return found if _REFERENCE.fullmatch(found) else ""


def path(value: str) -> str:
    """Return an id for an address of the courier's; :class:`CourierRefusedError` if it would lead elsewhere."""
    if not reference(value):
        raise CourierRefusedError("no_reference", value)
    return value


def web_address(value: Any) -> str:
    """Return an address that may be shown as a link, or nothing."""
    found = text(value, URL_LIMIT + 1)
    try:
        parts = urlsplit(found)
    except ValueError:
        return ""
    is_fit = parts.scheme in {"http", "https"} and parts.netloc and len(found) <= URL_LIMIT and " " not in found
    return found if is_fit else ""


def rupiah(value: Any, exponent: int = 0) -> Rupiah | None:
    """Return an amount, sent as a number or as text in units of 10^-exponent; parts of a rupiah count as a whole one.

    None for what is no amount, is negative, or is more than a billion.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value)[:40]).scaleb(-exponent)
        whole = int(amount.to_integral_value("ROUND_CEILING"))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return Rupiah(whole) if 0 <= whole <= MOST_IDR else None


def when(value: Any) -> datetime | None:
    """Return a moment: ISO 8601 (without a zone: WIB), Lalamove's minutes, or seconds or milliseconds since 1970.

    None for what is none, or lies before 2020 or more than a year ahead.
    """
    moment = _when(value)
    return moment if moment is not None and EARLIEST <= moment <= clock.now() + AHEAD else None


def _when(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1_000 if value > MILLISECONDS else value, UTC)
        said = text(value)
        if minutes := _MINUTES.fullmatch(said):
            return datetime.fromisoformat(minutes[1]).replace(tzinfo=UTC)
        moment = datetime.fromisoformat(said)
        return (moment if moment.tzinfo else moment.replace(tzinfo=clock.LOCAL_ZONE)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def rider(name: Any, phone: Any, plate: Any, photo: Any) -> RiderSeen | None:
    """Return who is coming, none if the courier has not said so yet."""
    seen = RiderSeen(text(name), text(phone), text(plate), web_address(photo))
    return None if seen == RiderSeen() else seen


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a header, whatever the case of its name."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def digest(*parts: str | bytes) -> str:
    """Return a short name for these parts together: the same parts, the same name."""
    whole = hashlib.sha256()
    for one in parts:
        raw = one.encode(errors="replace") if isinstance(one, str) else one
        whole.update(len(raw).to_bytes(8, "big") + raw)
    return whole.hexdigest()[:40]


def digits(phone: str) -> str:
    """+62811… as 62811…."""
    return re.sub(r"\D", "", phone)


def domestic(phone: str) -> str:
    """+62811… as 0811…."""
    return re.sub(r"^62", "0", digits(phone))


def members(source: str) -> dict[str, str]:
    """Return the text of each member of a JSON object as it was sent; :class:`ValueError` if a name comes twice.

    Otherwise somebody could add a second member beside the one that is signed, and readers would believe that one.
    """
    decoder, found, at = json.JSONDecoder(), dict[str, str](), _past(source, 0, "{")
    while True:
        name, at = decoder.raw_decode(source, _skip(source, at))
        start = _skip(source, _past(source, at, ":"))
        _value, at = decoder.raw_decode(source, start)
        if name in found:
            raise ValueError(name)
        found[name] = source[start:at]
        at = _skip(source, at)
        if source[at : at + 1] != ",":
            return found
        at += 1


def _skip(source: str, at: int) -> int:
    while at < len(source) and source[at] in " \t\r\n":
        at += 1
    return at


def _past(source: str, at: int, sign: str) -> int:
    at = _skip(source, at)
    if source[at : at + 1] != sign:
        raise ValueError(sign)
    return at + 1
