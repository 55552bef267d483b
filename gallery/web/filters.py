"""How money, days, hours, weights and numbers are written on screen, in the language of the page."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import gettext as _

from gallery.core import clock
from gallery.web.language import TIME_ZONE, current_language

WIB: tzinfo = ZoneInfo(TIME_ZONE)
MASK = "•"
GRAMS_PER_KG = 1000
HALF_A_DAY = timedelta(hours=12)


def rupiah(value: int | None) -> str:
    """``Rp25.000``; a dash for nothing known."""
    if value is None:
        return "–"
    sign = "-" if value < 0 else ""
    return f"{sign}Rp{_grouped(abs(value))}"


def angka(value: int) -> str:
    """A whole number with the thousands of the language: ``1.250``."""
    return _grouped(value)


def local(value: datetime) -> datetime:
    """The same instant on a clock in Pangkalpinang."""
    return value.astimezone(WIB)


def tanggal(value: date | datetime | None) -> str:
    """``24 November 2026``."""
    return _day(value, "d MMMM y")


def tanggal_pendek(value: date | datetime | None) -> str:
    """``24 Nov 2026``, for tables."""
    return _day(value, "d MMM y")


def hari(value: date | datetime | None) -> str:
    """``Selasa, 24 November 2026``."""
    return _day(value, "EEEE, d MMMM y")


def hari_tanggal(value: date | datetime | None) -> str:
    """``24``: the day of the month."""
    return _day(value, "d")


def bulan(value: date | datetime | None) -> str:
    """``November 2026``."""
    return _day(value, "MMMM y")


def bulan_pendek(value: date | datetime | None) -> str:
    """``Nov``."""
    return _day(value, "MMM")


def jam(value: datetime | None) -> str:
    """``14.05 WIB``."""
    return "–" if value is None else f"{_clock(value)} WIB"


def waktu(value: datetime | None) -> str:
    """``24 November 2026, 14.05 WIB``."""
    return "–" if value is None else f"{tanggal(value)}, {jam(value)}"


def tiba(value: datetime, now: datetime | None = None, *, by_day: bool = False) -> str:
    """When something should be there: the hour, from half a day on with its day, beyond two days the day alone.

    ``by_day``: who brings it promises days, so no hour is named.
    """
    now = clock.now() if now is None else now
    if by_day:
        day = tanggal(value)
        return day if clock.local_day(now) <= clock.local_day(value) else _("%(time)s, ternyata lebih lama", time=day)
    ahead = value - now
    if ahead < timedelta(0):
        return _("%(time)s, ternyata lebih lama", time=waktu(value) if ahead < -HALF_A_DAY else jam(value))
    if ahead > 4 * HALF_A_DAY:
        return tanggal(value)
    return waktu(value) if ahead > HALF_A_DAY else jam(value)


def dari_iso(text: str) -> datetime:
    """The instant of a text in a job's facts, to be written by the filters above."""
    return datetime.fromisoformat(text)


def iso(value: date | datetime | None) -> str:
    """For the ``datetime`` attribute of <time>."""
    if value is None:
        return ""
    return local(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def berat(grams: int | None) -> str:
    """``250 g``, ``1,5 kg``."""
    if grams is None:
        return "–"
    if grams < GRAMS_PER_KG:
        return f"{grams} g"
    return f"{format_decimal(grams / GRAMS_PER_KG, format='#,##0.##', locale=current_language())} kg"


def telepon(value: str | None) -> str:
    """A stored number (+6281234567890) as people write it: ``0812-3456-7890``."""
    if not value:
        return "–"
    digits = "".join(c for c in value if c.isdigit())
    national = f"0{digits[2:]}" if digits.startswith("62") else digits
    return "-".join(part for part in (national[:4], national[4:8], national[8:]) if part)


def wa(value: str | None, text: str = "") -> str:
    """The wa.me address of a stored number, with an optional prepared text."""
    digits = "".join(c for c in value or "" if c.isdigit())
    digits = f"62{digits[1:]}" if digits.startswith("0") else digits
    return f"https://wa.me/{digits}" + (f"?text={quote(text)}" if text else "")


def samar(value: str | None, visible: int = 4) -> str:
    """Everything but the last characters hidden: ``••••••••••••0123`` (NIK, account numbers)."""
    if not value:
        return "–"
    return MASK * max(0, len(value) - visible) + value[-visible:]


def samar_telepon(value: str | None) -> str:
    """``0812-••••-7890``."""
    written = telepon(value)
    head, *middle, tail = written.split("-") if written.count("-") > 1 else (written, "")
    return f"{head}-{MASK * 4}-{tail}" if middle or tail else MASK * len(head)


def samar_surel(value: str | None) -> str:
    """``d•••@contoh.id``."""
    if not value or "@" not in value:
        return "–"
    name, host = value.split("@", 1)
    return f"{name[:1]}{MASK * 3}@{host}"


def inisial(value: str) -> str:
    """Up to two capital initials: ``Sahang Jaya`` → ``SJ``."""
    return "".join(word[0] for word in value.split()[:2]).upper()


def daerah(name: str) -> str:
    """A district's name where there is little room: ``Kabupaten Bangka`` → ``Kab. Bangka``."""
    return f"Kab. {name.removeprefix('Kabupaten ')}" if name.startswith("Kabupaten ") else name


def daerah_pendek(name: str) -> str:
    """A district's bare name, on cards and maps: ``Kota Pangkal Pinang`` → ``Pangkal Pinang``."""
    return name.removeprefix("Kabupaten ").removeprefix("Kota ")


def sejak(value: datetime | None, now: datetime) -> str:
    """How long ago, roughly: ``baru saja``, ``5 menit lalu``, ``3 jam lalu``, else the date."""
    if value is None:
        return "–"
    minutes = int((now - value).total_seconds() // 60)
    if minutes < 1:
        return str(_("baru saja"))
    if minutes < 60:  # noqa: PLR2004
        return str(_("%(n)s menit lalu", n=minutes))
    if minutes < 24 * 60:
        return str(_("%(n)s jam lalu", n=minutes // 60))
    return tanggal(value)


def sisa(value: datetime | None, now: datetime) -> str:
    """How long still, rounded down: ``2 hari 3 jam``, ``3 jam 5 menit``, ``12 menit``; empty once it is over.

    ``static/js/left.js`` counts on in the same words.
    """
    minutes = 0 if value is None else int((value - now).total_seconds() // 60)
    if minutes < 1:
        return ""
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return str(_("%(n)s hari %(hours)s jam", n=days, hours=hours))
    if hours:
        return str(_("%(n)s jam %(minutes)s menit", n=hours, minutes=minutes))
    return str(_("%(n)s menit", n=minutes))


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function


FILTERS = (
    rupiah, angka, tanggal, tanggal_pendek, hari, jam, waktu, iso, berat, telepon, wa, samar, samar_telepon,
    samar_surel, inisial, sejak, sisa, daerah, hari_tanggal,
    bulan, bulan_pendek, daerah_pendek, dari_iso, tiba,
)  # fmt: skip


def _grouped(value: int) -> str:
    """Thousands as the language groups them; a listing prints fifty numbers, so not by Babel's patterns."""
    text = f"{value:,}"
    return text.replace(",", ".") if current_language() == "id" else text


def _day(value: date | datetime | None, pattern: str) -> str:
    if value is None:
        return "–"
    day = local(value).date() if isinstance(value, datetime) else value
    return _written(day, pattern, current_language())


@lru_cache(maxsize=2_000)
def _written(day: date, pattern: str, language: str) -> str:
    """A list names the same few days again and again, and Babel's patterns take their time."""
    return format_date(day, pattern, locale=language)


def _clock(value: datetime) -> str:
    pattern = "HH.mm" if current_language() == "id" else "HH:mm"
    return format_datetime(local(value), pattern, locale=current_language())
