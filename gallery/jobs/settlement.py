"""The journal follows the documents and is proven every night; owners hear of their transfers."""

import logging
from typing import Any

from flask import current_app

from gallery.core.db import snapshot, transaction
from gallery.core.outbox import every, handles
from gallery.registry.services import tell_owners
from gallery.settlement import services
from gallery.settlement.models import PayoutItem
from gallery.settlement.queries import prove_money

log = logging.getLogger("gallery.jobs")


@every(minutes=1)
def post() -> None:
    """Post what has no entry yet, batch by batch, so that no transaction is long."""
    while True:
        with transaction() as session:
            made = services.post_due(session, current_app.config["RETURN_WINDOW_DAYS"])
        if not made:
            return


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
