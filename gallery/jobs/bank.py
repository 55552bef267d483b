"""Lines of the bank's statements: settled as soon as they are sure; files that nobody took are thrown away."""

import logging
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from gallery.accounts.permissions import Actor
from gallery.core import adapters, clock
from gallery.core.db import db, snapshot, transaction
from gallery.core.errors import GalleryError
from gallery.core.files import StoredFile
from gallery.core.outbox import every
from gallery.settlement import services
from gallery.settlement.queries import bank_lines as queries
from gallery.settlement.queries.reconciliation import reconcile
from gallery.settlement.services.bank import DRAFT_PURPOSE
from gallery.settlement.states import Certainty

log = logging.getLogger("gallery.jobs")
AT_ONCE: Final = 1_000
DRAFT_LIFE: Final = timedelta(days=1)


@every(minutes=10)
def settle_lines() -> None:
    """Look again at what was open: proofs, hand-made notes and other statements come after a line did."""
    with transaction() as session:
        found = services.note_certainties(session, queries.open_line_ids(session, AT_ONCE))
        sure = [line_id for line_id, match in found.items() if match.certainty is Certainty.SURE]
    for line_id in sure:
        try:
            with transaction() as session:
                services.settle_if_sure(session, line_id, actor=Actor.system())
        except (GalleryError, SQLAlchemyError):
            log.exception("line of a bank's statement not settled")


@every(hours=24)
def reconcile_yesterday() -> None:
    """Whoever watches the log reads how much does not fit; the page of that day lists it."""
    day = clock.today() - timedelta(days=1)
    found = reconcile(snapshot(), day)
    db.session.rollback()
    gaps = sum(1 for row in found.accounts if row.gap_idr)
    if found.differences or gaps:
        log.warning("money to reconcile", extra={"differences": len(found.differences), "gaps": gaps})


@every(hours=6)
def forget_drafts() -> None:
    """Statements that were looked at and not taken hold strangers' names. Rows go first: a crash leaves an orphan."""
    with transaction() as session:
        old = StoredFile.purpose == DRAFT_PURPOSE, StoredFile.created_at < clock.now() - DRAFT_LIFE
        keys = list(session.scalars(select(StoredFile.key).where(*old)))
        session.execute(delete(StoredFile).where(*old))
    for key in keys:
        adapters.files().delete(key)
    db.session.rollback()
