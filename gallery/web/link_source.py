"""Where a buyer came from: the name that a printed or shared link carries as ``?s=``."""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from gallery.web.guards import form_page

NAME: Final = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)


def checked(given: str) -> str | None:
    """Return the name if it is one, else None."""
    return given if NAME.fullmatch(given) else None


def of_form_page() -> str | None:
    """Return the source in the address of the page whose form was sent.

    That page is the same for everybody and kept, so its form can not carry it; the browser says where it stood.
    """
    query = urlsplit(form_page() or "").query
    return checked(parse_qs(query).get("s", [""])[0])
