"""The proof of the stock: chain, ledger, rows, documents and anchors against each other. Repairs nothing.

An *anchor* is an entry of the audit trail with the heads of the chains at that time. The trail is sealed with a key
that the database does not have, so movements that were rewritten with all their hashes no longer lead to the anchors,
and a chain that was cut off is shorter than they say.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.core import audit
from gallery.core.audit import AuditEntry
from gallery.inventory.models import StockLink, StockMovement
from gallery.inventory.queries import audit_stock, broken_links, chain_heads, missing_documents, pieces_off
from gallery.orders.queries import audit_holds
from gallery.stocktake.models import StockAudit, Stocktake, StocktakeFound, StocktakeLine
from gallery.stocktake.states import StocktakeStatus

ANCHOR: Final = "stock.chain"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree. ``row`` names the table and the row: "stock_movement 12"."""

    what: str
    row: str
    expected: str = ""
    found: str = ""

    def __str__(self) -> str:
        figures = f": {self.expected} expected, {self.found} found" if self.expected or self.found else ""
        return f"{self.row} – {self.what}{figures}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven: so many movements, these chains; nothing is found where everything agrees."""

    movements: int
    heads: dict[int, tuple[int, str]]
    findings: list[Finding]


def prove_stock(session: Session, audit_key: bytes) -> Proof:
    """Prove the books; call it with ``snapshot()``, so that sales meanwhile are no findings."""
    findings = [
        *_chain(session),
        *_anchors(session),
        *_trail(session, audit_key),
        *(
            Finding(f"drift_{d.what}", f"stock_item {d.stock_item_id}", str(d.expected), str(d.found))
            for d in audit_stock(session)
        ),
        *(
            Finding("hold", f"order {d.order}, variant {d.variant_id}", str(d.needed), str(d.held))
            for d in audit_holds(session)
        ),
        *(
            Finding("document_missing", f"stock_movement {row}", document)
            for row, document in missing_documents(session)
        ),
        *(
            Finding("document_pieces", f"{off.document}, {off.row}, {off.reason}", str(off.expected), str(off.found))
            for off in pieces_off(session)
        ),
        *_stocktakes(session),
        *_found(session),
    ]
    movements = session.scalar(select(func.count()).select_from(StockMovement)) or 0
    return Proof(movements, chain_heads(session), findings)


def last_audit(session: Session) -> StockAudit | None:
    """Return the newest run."""
    return session.scalars(select(StockAudit).order_by(StockAudit.ran_at.desc(), StockAudit.id.desc())).first()


def anchored_heads(session: Session) -> dict[int, tuple[int, str]]:
    """Return length and hash that were anchored last for each place."""
    newest: dict[int, tuple[int, str]] = {}
    for _entry, _at, place_id, length, head in _all_anchors(session):
        newest[place_id] = (length, head)
    return newest


def _chain(session: Session) -> Iterator[Finding]:
    for link in broken_links(session):
        if link.why == "head":
            yield Finding("chain_head", f"stock_chain of place {link.place_id}", "", f"link {link.number}")
        elif link.why == "missing":
            yield Finding("chain_gap", f"stock_link {link.number} of place {link.place_id}")
        else:
            yield Finding(f"chain_{link.why}", f"stock_movement {link.movement_id}", "", f"link {link.number}")


def _all_anchors(session: Session) -> Iterator[tuple[int, datetime, int, int, str]]:
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == ANCHOR).order_by(AuditEntry.id))
    for entry in entries:
        heads: dict[str, Any] = entry.facts.get("heads", {})
        for place_id, (length, head) in sorted(heads.items(), key=lambda row: int(row[0])):
            yield entry.id, entry.at, int(place_id), int(length), str(head)


def _anchors(session: Session) -> Iterator[Finding]:
    """Every anchor is looked at, not only the newest: that one could have been written by whoever changed the chain."""
    anchors = list(_all_anchors(session))
    wanted: dict[int, set[int]] = defaultdict(set)
    for _entry, _at, place_id, length, _head in anchors:
        wanted[place_id].add(length)
    hashes: dict[tuple[int, int], str] = {}
    for place_id, numbers in wanted.items():
        rows = select(StockLink.number, StockLink.hash).where(StockLink.place_id == place_id)
        for number, text in session.execute(rows.execution_options(yield_per=1_000)):
            if number in numbers:
                hashes[place_id, number] = text
    bad: set[int] = set()
    for entry, at, place_id, length, head in anchors:
        found = hashes.get((place_id, length))
        if found != head and place_id not in bad:
            bad.add(place_id)  # the first that does not hold says until when the chain was whole
            what = "anchor_cut" if found is None else "anchor_changed"
            yield Finding(what, f"stock_link {length} of place {place_id}", f"audit_entry {entry} of {at:%Y-%m-%d}")


def _trail(session: Session, audit_key: bytes) -> Iterator[Finding]:
    """Anchors are worth what the audit trail is worth."""
    if broken := audit.broken_seal(session, audit_key):
        yield Finding("audit_trail", broken)


def _stocktakes(session: Session) -> Iterator[Finding]:
    """What was approved has been booked, line by line."""
    booked = select(StockMovement.request_key, StockMovement.pieces)
    booked = booked.where(StockMovement.request_key.startswith("stocktake:"))
    moved = dict(session.execute(booked).all())
    rows = session.execute(
        select(Stocktake.public_id, StocktakeLine)
        .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
        .where(Stocktake.status == StocktakeStatus.APPROVED, StocktakeLine.counted_pieces.is_not(None))
        .order_by(StocktakeLine.id)
    )
    for public_id, line in rows:
        wanted = (line.counted_pieces or 0) - (line.expected_pieces or 0)
        found = moved.get(f"stocktake:{public_id}:{line.id}", 0)
        if wanted != found:
            yield Finding("stocktake_line", f"stocktake_line {line.id}", str(wanted), str(found))


def _found(session: Session) -> Iterator[Finding]:
    """What a count found and the books did not know was received, unless refused."""
    booked = select(StockMovement.request_key, StockMovement.pieces)
    booked = booked.where(StockMovement.request_key.like("stocktake:%:found:%"))
    moved = dict(session.execute(booked).all())
    rows = session.execute(
        select(Stocktake.public_id, StocktakeFound)
        .join(Stocktake, Stocktake.id == StocktakeFound.stocktake_id)
        .where(Stocktake.status == StocktakeStatus.APPROVED)
        .order_by(StocktakeFound.id)
    )
    for public_id, row in rows:
        wanted = 0 if row.refused else row.pieces
        found = moved.get(f"stocktake:{public_id}:found:{row.id}", 0)
        if wanted != found:
            yield Finding("stocktake_line", f"stocktake_found {row.id}", str(wanted), str(found))
