"""Previous and next page, as the ``pager`` macro reads them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pager:
    """Addresses of the neighbouring pages; none where there is none. ``text`` stands between them."""

    previous_url: str | None = None
    next_url: str | None = None
    text: str = ""
