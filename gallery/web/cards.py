"""Rendered cards and parts of the frame, remembered: they depend on nothing but their arguments."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from flask import Flask, current_app, request
from markupsafe import Markup

MOST: Final = 3_000  # about 6 MB
MOST_FRAGMENTS: Final = 300  # about 2 MB


def remembered_cards(macro: Callable[..., str], entries: Iterable[Any], eager: int, *arguments: Any) -> Markup:
    """Render a card for each entry, or take it as it was rendered for an equal one in the same language.

    The macro gets the entry, whether it is one of the first ``eager``, and the arguments.
    """
    kept: dict[Any, str] = current_app.extensions["cards"]
    language = request.script_root
    cards = []
    for number, entry in enumerate(entries):
        key = (language, entry, number < eager, arguments)
        card = kept.get(key)
        if card is None:
            if len(kept) >= MOST:
                kept.clear()
            card = kept[key] = macro(entry, number < eager, *arguments)
        cards.append(card)
    return Markup("".join(cards))  # noqa: S704 - a macro's output is escaped


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
    """Give templates ``remembered_cards`` and ``remembered``."""
    app.extensions["cards"] = {}
    app.extensions["fragments"] = {}
    app.jinja_env.globals.update(remembered_cards=remembered_cards, remembered=remembered)
