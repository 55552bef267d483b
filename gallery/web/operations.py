"""What machines ask: does the process live, can it serve, how much work is waiting."""

import shutil
from pathlib import Path
from typing import Final

from flask import Blueprint, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from gallery.core import clock, migrations
from gallery.core.db import db
from gallery.core.outbox import OutboxMessage
from gallery.web.guards import public

bp = Blueprint("operations", __name__)
FREE_BYTES: Final = 200 * 1024 * 1024
LOOPBACK: Final = ("127.0.0.1", "::1")


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """Answer as long as the process does; asks nothing of the database."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answer 200 when a request would be served: database reached, its schema current, room on the disk."""
    checks = {"database": _database_answers(), "migrations": False, "disk": _disk_has_room()}
    if checks["database"]:
        checks["migrations"] = migrations.at_head(db.engine)
    fine = all(checks.values())
    return jsonify(status="ok" if fine else "unavailable", checks=checks), 200 if fine else 503


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Prometheus text, only where it is enabled and only to this machine."""
    if not current_app.config.get("METRICS_ENABLED") or request.remote_addr not in LOOPBACK:
        abort(404)
    lines = [line for name, kind, value in _figures() for line in (f"# TYPE {name} {kind}", f"{name} {value:g}")]
    return "\n".join(lines) + "\n", {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _disk_has_room() -> bool:
    folder = Path(current_app.config["DATA_DIR"])
    return folder.is_dir() and shutil.disk_usage(folder).free >= FREE_BYTES


def _figures() -> list[tuple[str, str, float]]:
    message = OutboxMessage
    waiting = select(func.count(), func.min(message.available_at)).where(
        message.done_at.is_(None), message.dead_at.is_(None), message.available_at <= clock.now()
    )
    count, oldest = db.session.execute(waiting).one()
    dead = db.session.scalar(select(func.count()).where(message.dead_at.is_not(None)))
    age = (clock.now() - oldest).total_seconds() if oldest else 0.0
    return [
        ("gallery_jobs_waiting", "gauge", count),
        ("gallery_jobs_oldest_seconds", "gauge", age),
        ("gallery_jobs_dead", "gauge", dead or 0),
    ]
