"""Papers about pieces: numbered without gaps, and recognised again by their check code."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.core import clock
from gallery.core.locks import lock_row
from gallery.inventory.models import Paper, PaperCounter
from gallery.inventory.services import ledger
from gallery.inventory.states import PAPER_PREFIX, PaperKind

PROVINCE: Final = "PROV"  # who issues what no gallery does
# Papers for the books of an office are numbered by the year of the budget, all others by the month.
YEARLY: Final = frozenset({PaperKind.INVOICE, PaperKind.PAYMENT_RECEIPT, PaperKind.ORDER_LETTER, PaperKind.HAND_OVER})


def next_number(session: Session, gallery_code: str, kind: PaperKind) -> str:
    """Return the next number of that kind at the gallery in this month, or year: "TTB-PGK-202611-0001".

    Without gaps: its row stays locked until the transaction ends, so ask when all stock rows are locked already.
    """
    period = f"{clock.today():%Y}" if kind in YEARLY else f"{clock.today():%Y%m}"
    mine = {"gallery_code": gallery_code, "kind": kind, "month": period}
    ledger.insert_once(session, PaperCounter, **mine, last=0)
    counter = lock_row(session, PaperCounter, session.scalars(select(PaperCounter.id).filter_by(**mine)).one())
    counter.last += 1
    return f"{PAPER_PREFIX[kind]}-{gallery_code}-{period}-{counter.last:04d}"


def issue_paper(
    session: Session,
    kind: PaperKind,
    subject: str,
    facts: Mapping[str, Any],
    *,
    gallery_id: int | None,
    summary: Mapping[str, Any] | None = None,
    number: str | None = None,
) -> Paper:
    """There is one paper of that kind about the subject (a public id), with number, check code and digest.

    ``facts`` is everything that is printed, ``summary`` the counts and sums that the public page may show ("lines",
    "pieces", "total_idr"): never a person. Call it after all stock rows are locked, under a lock of the subject.
    """
    found = session.scalar(select(Paper).where(Paper.kind == kind, Paper.subject == subject))
    if found is not None:
        return found
    issuer = session.get_one(Gallery, gallery_id).code if gallery_id is not None else PROVINCE
    paper = Paper(
        kind=kind,
        subject=subject,
        number=number or next_number(session, issuer, kind),
        gallery_id=gallery_id,
        digest=digest_of(facts),
        summary=dict(summary or {}),
    )
    session.add(paper)
    session.flush()  # callers link to the id
    return paper


def digest_of(facts: Mapping[str, Any]) -> str:
    """SHA-256 of the facts in one canonical form; dates and times are written as ISO 8601."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
