"""How the documents of movements are called on screen, and where their pages are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import current_app, url_for
from sqlalchemy.orm import Session

from gallery.inventory.queries import document_numbers
from gallery.web.session import current_actor
from gallery.web.words import WORDS

PAGES: Final[dict[str, tuple[str, str]]] = {
    "sale": ("staff.counter_sale.receipt", "sale_id"),
    "receipt": ("staff.receipts.show", "public_id"),
    "return": ("staff.returns.show", "public_id"),
    "write_off": ("staff.write_offs.show", "public_id"),
    "transfer": ("staff.transfers.show", "public_id"),
    "stocktake": ("staff.stocktakes.show", "public_id"),
}
"""Kind → endpoint and the name of its argument; other documents have no page of their own for staff."""


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """What a document is called ("Penjualan kasir NP-PGK-…"), and its page; empty where there is none."""

    text: str
    url: str


def document_words(session: Session, documents: Iterable[str | None]) -> dict[str, DocumentWords]:
    """Return the words for each document, with one read for each kind."""
    wanted = {document for document in documents if document}
    numbers = document_numbers(session, wanted)
    return {document: _words(document, numbers.get(document)) for document in wanted}


def _words(document: str, number: str | None) -> DocumentWords:
    kind, _, public_id = document.partition(":")
    known = WORDS["StockDocument"].get(kind)
    text = f"{known.text} {number or public_id}" if known else document
    endpoint, argument = PAGES.get(kind, ("", ""))
    view = current_app.view_functions.get(endpoint)
    permission = getattr(view, "permission", None)
    if view is None or number is None or permission is None or not current_actor().can(permission):
        return DocumentWords(text, "")
    return DocumentWords(text, url_for(endpoint, **{argument: public_id}))  # type: ignore[arg-type]
