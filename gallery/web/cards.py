"""Rendered cards and parts of the frame, remembered: they depend on nothing but their arguments."""

from collections.abc import Callable
from typing import Any, Final

from flask import Flask, current_app, request
from markupsafe import Markup

MOST: Final = 3_000  # about 6 MB
MOST_FRAGMENTS: Final = 300  # about 1 MB


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


def remembered(macro: Callable[..., str], *arguments: Any) -> str:
    """Render a macro that depends on its arguments, the language and the settings alone, or return it as rendered.

    The macro's template must be imported without context: then it is one object, and another one once it is edited.
    """
    kept: dict[Any, str] = current_app.extensions["fragments"]
    key = (macro, request.script_root, arguments)
    fragment = kept.get(key)
    if fragment is None:
        if len(kept) >= MOST_FRAGMENTS:
            kept.clear()
        fragment = kept[key] = Markup(macro(*arguments))  # noqa: S704 - a macro's output is escaped
    return fragment


def init_app(app: Flask) -> None:
    """Give templates ``remembered_card`` and ``remembered``."""
    app.extensions["cards"] = {}
    app.extensions["fragments"] = {}
    app.jinja_env.globals.update(remembered_card=remembered_card, remembered=remembered)
