"""What movements name as their reason on paper: "order:7k2m…" is a row of the table of orders.

Packages above this one keep the documents, so their tables are known by name only, in ``DOCUMENTS``.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from gallery.core.db import Base
from gallery.inventory.models import StockMovement
from gallery.inventory.states import DocumentKind

DOCUMENTS: Final[dict[str, str]] = {
    DocumentKind.ORDER: "order",
    DocumentKind.SALE: "counter_sale",
    DocumentKind.COUNTER_RETURN: "counter_return",
    DocumentKind.REFUND: "refund",
    DocumentKind.RECEIPT: "receipt",
    DocumentKind.RETURN: "owner_return",
    DocumentKind.WRITE_OFF: "write_off",
    DocumentKind.TRANSFER: "transfer",
    DocumentKind.STOCKTAKE: "stocktake",
    DocumentKind.SUBMISSION: "submission",
}
"""Kind of document → its table, with the columns ``public_id`` and mostly ``number``."""
ON_PAPER: Final = frozenset({"surat-titip"})
"""Kinds that exist only on paper: what was brought before notes were written here."""


def missing_documents(session: Session) -> list[tuple[int, str]]:
    """Return movements (id, document) whose document does not exist, each document once, oldest movement first."""
    first: dict[str, int] = {}
    rows = session.execute(
        select(StockMovement.id, StockMovement.document)
        .where(StockMovement.document.is_not(None))
        .order_by(StockMovement.id)
        .execution_options(yield_per=1_000)
    )
    for movement_id, document in rows:
        first.setdefault(document or "", movement_id)
    known = document_numbers(session, first)
    lost = [
        (movement_id, document)
        for document, movement_id in first.items()
        if document not in known and not _unchecked(document)
    ]
    return sorted(lost)


def document_numbers(session: Session, documents: Iterable[str]) -> dict[str, str]:
    """Return those of the documents that exist, with the number people know them by ("" where there is none)."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        kind, _, public_id = document.partition(":")
        by_kind[kind].add(public_id)
    found: dict[str, str] = {}
    for kind, wanted in by_kind.items():
        if (table := _table(kind)) is None:
            continue
        number = table.c.number if "number" in table.c else table.c.public_id
        for part in _parts(sorted(wanted)):
            rows = session.execute(select(table.c.public_id, number).where(table.c.public_id.in_(part)))
            found |= {f"{kind}:{public_id}": text or "" for public_id, text in rows}
    return found


def _unchecked(document: str) -> bool:
    kind = document.partition(":")[0]
    return kind in ON_PAPER or (kind in DOCUMENTS and _table(kind) is None)


def _table(kind: str) -> Table | None:
    return Base.metadata.tables.get(DOCUMENTS.get(kind, ""))


def _parts(rows: list[str]) -> Iterable[list[str]]:
    return (rows[start : start + 500] for start in range(0, len(rows), 500))
