"""Seals the audit trail, and writes its head where the database can not reach it."""

from pathlib import Path
from typing import Final

from flask import current_app

from gallery.core import audit, clock
from gallery.core.db import db, transaction
from gallery.core.outbox import every

HEADS: Final = "audit-heads.log"


@every(minutes=1)
def seal() -> None:
    with transaction() as session:
        audit.seal_new(session, current_app.config["AUDIT_KEY"].encode())


@every(hours=24)
def export_head() -> None:
    """Add today's head to ``DATA_DIR/audit-heads.log``: a trail that was cut off and sealed anew no longer has it."""
    number, seal_text = audit.head(db.session())
    with (Path(current_app.config["DATA_DIR"]) / HEADS).open("a") as stream:
        stream.write(f"{clock.now():%Y-%m-%dT%H:%M:%SZ} {number} {seal_text or '-'}\n")
