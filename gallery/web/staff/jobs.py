"""Background work that gave up: seen and tried again by administrators."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from gallery.core import audit, clock, outbox
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from gallery.web.guards import requires
from gallery.web.session import current_actor

bp = Blueprint("jobs", __name__, url_prefix="/pengaturan/pekerjaan")
PAGE = 100


@bp.get("/")
@requires("job.manage")
def index() -> ResponseReturnValue:
    dead = select(OutboxMessage).where(OutboxMessage.dead_at.is_not(None)).order_by(OutboxMessage.dead_at.desc())
    waiting = select(func.count()).where(
        OutboxMessage.done_at.is_(None), OutboxMessage.dead_at.is_(None), OutboxMessage.available_at <= clock.now()
    )
    return render_template(
        "staff/jobs/index.html",
        dead=db.session.scalars(dead.limit(PAGE)).all(),
        waiting=db.session.scalar(waiting),
    )


@bp.post("/<int:message_id>/ulangi")
@requires("job.manage")
def retry(message_id: int) -> ResponseReturnValue:
    with transaction() as session:
        outbox.retry_dead(session, message_id)
        audit.record(session, current_actor(), "job.retried", f"message:{message_id}")
    flash(_("Pekerjaan dijadwalkan lagi."))
    return redirect(url_for("staff.jobs.index"), 303)
