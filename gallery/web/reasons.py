"""Why something was refused or cancelled, worded for who reads it."""

from typing import Any, Final

from flask import Flask

from gallery.web.language import lazy_gettext as _l
from gallery.web.wording import Word
from gallery.web.words import WORDS

OTHER: Final = "other"
_TO_BUYER: Final[dict[str, Any]] = {
    "changed_mind": _l("Anda berubah pikiran."),
    "buyer_asked": _l("Atas permintaan Anda."),
    "unreachable": _l("Kami tidak dapat menghubungi Anda."),
}


def reason_text(kind: str, code: str | None, note: str = "", *, to_buyer: bool = False) -> str:
    """Why, in the reader's language, with what the one who did it added.

    ``to_buyer`` speaks to the buyer where the usual sentence speaks about them.
    """
    if code == OTHER and note:
        return note
    text = WORDS[kind].get(code, Word(code)).text if code else ""
    if to_buyer and kind == "CancelReason" and code in _TO_BUYER:
        text = _TO_BUYER[code]
    return f"{text} {note}".strip()


def init_app(app: Flask) -> None:
    """Give templates ``reason_text("RejectReason", code, note)``."""
    app.jinja_env.globals["reason_text"] = reason_text
