"""Numbers in addresses: no larger than what a column of the database holds, else the page does not exist."""

from typing import Any, Final

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST: Final = 2**31 - 1


class RowNumber(IntegerConverter):
    """What ``<int:…>`` means here."""

    def __init__(self, url_map: Map, *, max: int = LARGEST, **named: Any) -> None:  # noqa: A002
        super().__init__(url_map, max=max, **named)


def init_app(app: Flask) -> None:
    """Take the place of Werkzeug's own; before any page is registered."""
    app.url_map.converters["int"] = RowNumber
