"""Previous and next page, as the ``pager`` macro reads them; numbers and days in addresses."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from flask import request, url_for
from flask_babel import gettext as _


@dataclass(frozen=True)
class Pager:
    """Addresses of the neighbouring pages; none where there is none. ``text`` stands between them."""

    previous_url: str | None = None
    next_url: str | None = None
    text: str = ""


class Numbered(Protocol):
    """One page of a list: the first one is 1."""

    @property
    def number(self) -> int: ...

    @property
    def pages(self) -> int: ...


def pager_of(page: Numbered, *, endpoint: str = "", **query: Any) -> Pager:
    """Return the neighbours of a page of a numbered list, below this request's endpoint or the one that is named.

    ``query`` is what the address keeps besides the number; what is empty is left out, as the number of the first page.
    """

    def at(number: int) -> str | None:
        if not 0 < number <= page.pages:
            return None
        given = {name: value for name, value in query.items() if value and name != "hal"}
        return url_for(endpoint or str(request.endpoint), hal=number if number > 1 else None, **given)

    text = _("Halaman %(n)s dari %(all)s", n=page.number, all=page.pages)
    return Pager(at(page.number - 1), at(page.number + 1), text if page.pages > 1 else "")


def number_in(text: str) -> int | None:
    """Return the row number that an address names; none for anything else, which is the first page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - fits a column


def day_in(text: str) -> date | None:
    """Return the day that an address names; none for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
