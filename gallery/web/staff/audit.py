"""The audit trail, newest first, for administrators."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from gallery.accounts.models import User
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.web.audit_words import ACTIONS, subject_kind
from gallery.web.guards import requires
from gallery.web.parcels import actor_text

bp = Blueprint("audit", __name__, url_prefix="/pengaturan/audit")
PAGE = 50
LONGEST_ID = 18


@bp.get("/")
@requires("audit.view")
def index() -> ResponseReturnValue:
    subject, before = request.args.get("tentang", "").strip()[:80], request.args.get("sebelum", "")
    rows = select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.actor_id)
    if subject:
        rows = rows.where(AuditEntry.subject == subject)
    if before.isdecimal() and len(before) <= LONGEST_ID:
        rows = rows.where(AuditEntry.id < int(before))
    found = db.session.execute(rows.order_by(AuditEntry.id.desc()).limit(PAGE + 1)).all()
    more = found[PAGE - 1][0].id if len(found) > PAGE else None
    given = {"rows": found[:PAGE], "more": more, "subject": subject, "actor_text": actor_text}
    return render_template("staff/audit/index.html", **given, actions=ACTIONS, subject_kind=subject_kind)
