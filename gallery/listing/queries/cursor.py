"""Where a page of products starts: a place in the sort order, not a number of rows to skip."""

import re
from typing import Final, NamedTuple

_FORM: Final = re.compile(r"([1-9]\d{0,5})([as])(\d{1,16})-(\d{1,18})")


class Cursor(NamedTuple):
    """Page ``number`` holds what comes after, or before, the product with this key and id."""

    number: int
    is_before: bool
    key: int
    product_id: int

    def __str__(self) -> str:
        return f"{self.number}{'s' if self.is_before else 'a'}{self.key}-{self.product_id}"


def parse(text: str) -> Cursor | None:
    """Return the cursor of an address, or nothing for anything that is none: that is the first page."""
    match = _FORM.fullmatch(text)
    return Cursor(int(match[1]), match[2] == "s", int(match[3]), int(match[4])) if match else None
