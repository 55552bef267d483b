"""Rendered cards, remembered: the same products stand on many pages, and a card depends on nothing but its entry."""

from collections.abc import Callable
from typing import Any, Final

from flask import Flask, current_app, request
from markupsafe import Markup

MOST: Final = 3_000  # about 6 MB


def remembered_card(macro: Callable[..., str], entry: Any, *arguments: Any) -> str:
    """Render a card, or return it as it was rendered for an equal entry in the same language."""
    kept: dict[Any, str] = current_app.extensions["cards"]
    # The photo is a dictionary, which has no hash; its text says the same.
    key = (request.script_root, entry._replace(photo=repr(entry.photo)), arguments)
    card = kept.get(key)
    if card is None:
        if len(kept) >= MOST:
            kept.clear()
        card = kept[key] = Markup(macro(entry, *arguments))  # noqa: S704 - a macro's output is escaped
    return card


def init_app(app: Flask) -> None:
    """Give templates ``remembered_card``."""
    app.extensions["cards"] = {}
    app.jinja_env.globals["remembered_card"] = remembered_card
