"""The journal follows the documents and is proven every night; owners hear of their transfers."""

import logging
from collections.abc import Sequence
from typing import Any

from flask import current_app

from gallery.core.db import db, snapshot, transaction
from gallery.core.outbox import every, handles
from gallery.registry.services import tell_owners
from gallery.settlement import services
from gallery.settlement.models import PayoutItem
from gallery.settlement.queries import prove_money
from gallery.settlement.queries.drafts import BATCH, BROKEN, Source
from gallery.settlement.queries.sources import SOURCES, unposted

log = logging.getLogger("gallery.jobs")


@every(minutes=1)
def post() -> None:
    """Post what has no entry yet, batch by batch, so that no transaction is long.

    A document that makes no entry is logged and keeps no other one waiting; the proof tells of it, too.
    """
    for source in SOURCES:
        bad: set[int] = set()
        while ids := unposted(db.session(), source, BATCH, but=bad):
            bad |= _post(source, ids)


def _post(source: Source, ids: Sequence[int]) -> set[int]:
    """These are posted, together or else one by one; return those that can not be."""
    try:
        with transaction() as session:
            made = services.post_documents(session, source, ids, current_app.config["RETURN_WINDOW_DAYS"])
    except BROKEN:
        if len(ids) == 1:
            log.exception("document not posted", extra={"topic": source.kind, "row": ids[0]})
            return set(ids)
        return {bad for one in ids for bad in _post(source, [one])}
    return set() if made else set(ids)  # another worker was faster, or they make none


@every(hours=24)
def prove() -> None:
    """Whoever watches the log reads of the first thing that does not add up; ``flask audit money`` lists them all."""
    proof = prove_money(snapshot())
    for finding in proof.findings[:1]:
        log.error("money does not add up", extra={"findings": len(proof.findings), "first": finding.row})


@handles("payout.paid")
def tell_owner(payload: dict[str, Any]) -> None:
    with transaction() as session:
        item = session.get_one(PayoutItem, payload["item_id"])
        facts = {"business": item.business.name, "amount_idr": item.amount_idr, "account": item.account_hint}
        tell_owners(session, item.business_id, "payout_paid", number=item.payout.number, **facts)
