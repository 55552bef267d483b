"""Seals the audit trail."""

from flask import current_app

from gallery.core import audit
from gallery.core.db import transaction
from gallery.core.outbox import every


@every(minutes=1)
def seal() -> None:
    with transaction() as session:
        audit.seal_new(session, current_app.config["AUDIT_KEY"].encode())
