"""What a run of the audit found is kept, and the heads of clean chains are anchored in the audit trail."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.stocktake.models import StockAudit
from gallery.stocktake.queries.audit import ANCHOR, Proof, anchored_heads

KEPT: Final = timedelta(days=400)
MOST_FINDINGS: Final = 50


def keep_audit(session: Session, proof: Proof) -> StockAudit:
    """There is a row about this run; of a clean one the heads that have moved are in the audit trail."""
    row = StockAudit(
        ran_at=clock.now(),
        is_clean=not proof.findings,
        movements=proof.movements,
        finding_count=len(proof.findings),
        findings=[
            {"what": one.what, "row": one.row, "expected": one.expected, "found": one.found}
            for one in proof.findings[:MOST_FINDINGS]
        ],
    )
    session.add(row)
    session.execute(delete(StockAudit).where(StockAudit.ran_at < clock.now() - KEPT))
    if not proof.findings:
        known = anchored_heads(session)
        moved = {str(place): list(head) for place, head in sorted(proof.heads.items()) if known.get(place) != head}
        if moved:
            audit.record(session, Actor.system(), ANCHOR, "stock", heads=moved)
    return row
