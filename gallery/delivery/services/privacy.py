"""Proofs of delivery are kept for two years, then forgotten (UU PDP 27/2022, article 43)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.files import StoredFile
from gallery.delivery.models import Shipment

KEEP_PROOFS: Final = timedelta(days=730)


def forget_old_proofs(session: Session, *, limit: int = 500) -> Sequence[str]:
    """Old shipments name no recipient or place and show no photo; return the keys of the files to be deleted."""
    old = select(Shipment).where(
        Shipment.ended_at < clock.now() - KEEP_PROOFS,
        or_(Shipment.recipient_name != "", Shipment.proof_file_id.is_not(None), Shipment.proof_lat.is_not(None)),
    )
    rows = session.scalars(old.order_by(Shipment.id).limit(limit)).all()
    file_ids = [row.proof_file_id for row in rows if row.proof_file_id]
    keys = session.scalars(select(StoredFile.key).where(StoredFile.id.in_(file_ids))).all()
    for row in rows:
        row.recipient_name, row.proof_file_id, row.proof_lat, row.proof_lon = "", None, None, None
    session.flush()  # nothing points to the files any more
    session.execute(delete(StoredFile).where(StoredFile.id.in_(file_ids)))
    return keys
