"""Proves the stock every night, keeps what was found, and anchors the heads of the chains in the audit trail."""

from flask import current_app

from gallery.core.db import snapshot, transaction
from gallery.core.outbox import every
from gallery.stocktake import services
from gallery.stocktake.queries import prove_stock


@every(hours=24)
def prove() -> None:
    proof = prove_stock(snapshot(), current_app.config["AUDIT_KEY"].encode())
    with transaction() as session:
        services.keep_audit(session, proof)
