"""Addresses: numbers no larger than what a column of the database holds, and a start that writes none of them yet."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

from flask import Flask
from werkzeug.routing import IntegerConverter, Map, Rule

LARGEST: Final = 2**31 - 1


class RowNumber(IntegerConverter):
    """What ``<int:…>`` means here: a larger number is a page that does not exist."""

    def __init__(self, url_map: Map, *, max: int = LARGEST, **named: Any) -> None:  # noqa: A002
        super().__init__(url_map, max=max, **named)


class LateRule(Rule):
    """Compiles what writes its address when the first one is wanted.

    Werkzeug does it for every rule at the start: a sixth of the start, most of it for pages that nobody links to today.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        compiled = cache(partial(super()._compile_builder, append_unknown))

        def write(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return write


def init_app(app: Flask) -> None:
    """Take the place of Werkzeug's own; before any page is registered."""
    app.url_rule_class = LateRule
    app.url_map.converters["int"] = RowNumber
