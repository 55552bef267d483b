"""The review queue: what waits, one case beside what is on sale, and the decision; the next case opens by itself."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from gallery.catalog import queries, services
from gallery.catalog.errors import ReasonMissingError
from gallery.catalog.queries import ReviewFilter
from gallery.catalog.queries.reviews import AGES
from gallery.catalog.states import RevisionStatus
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.errors import GalleryError
from gallery.regions.queries import districts
from gallery.web.errors import text_of
from gallery.web.forms import form_errors
from gallery.web.guards import requires
from gallery.web.session import current_actor
from gallery.web.staff.reviews_forms import DecisionForm

bp = Blueprint("reviews", __name__, url_prefix="/kurasi")

DECISIONS: Final = {
    "setuju": RevisionStatus.PUBLISHED,
    "perbaiki": RevisionStatus.CHANGES_REQUESTED,
    "tolak": RevisionStatus.REJECTED,
}
DONE: Final = {
    RevisionStatus.PUBLISHED: _l("%(name)s disetujui dan tayang."),
    RevisionStatus.CHANGES_REQUESTED: _l("%(name)s dikembalikan untuk diperbaiki."),
    RevisionStatus.REJECTED: _l("%(name)s ditolak."),
}
SEVERAL: Final = 100


@bp.get("/")
@requires("review.decide")
def index() -> ResponseReturnValue:
    return _queue(DecisionForm(formdata=None))


def _queue(form: DecisionForm, ticked: Collection[str] = ()) -> ResponseReturnValue:
    wanted, session, scope = _wanted(), db.session(), current_actor().scope("review.decide")
    page = queries.review_page(session, scope=scope, wanted=wanted, cursor=request.args.get("sesudah", "")[:10])
    counts = queries.review_counts(session, scope=scope)
    more = url_for(".index", sesudah=page.next_cursor, **_kept(wanted)) if page.next_cursor else None
    shown = render_template(
        "staff/reviews/index.html",
        page=page,
        form=form,
        ticked=ticked,
        cursor=request.args.get("sesudah"),
        pager_page={"previous_url": None, "next_url": more},
        counts=counts,
        total=sum(counts.values()),
        wanted=wanted,
        kept=_kept(wanted),
        ages=AGES,
        districts={row.code: row.name for row in districts(session)},
        today=clock.now(),
    )
    return shown, 422 if form_errors(form) else 200


@bp.get("/<public_id>")
@requires("review.decide")
def show(public_id: str) -> ResponseReturnValue:
    return _case(public_id, DecisionForm())


@bp.post("/<public_id>")
@requires("review.decide")
def decide(public_id: str) -> ResponseReturnValue:
    """Decide on one case and go on with the next."""
    form = DecisionForm()
    session, actor = db.session(), current_actor()
    case = queries.review_case(session, public_id, scope=actor.scope("review.decide"))
    decision = DECISIONS.get(form.decision.data or "")
    if decision is None or not form.validate():
        return _case(public_id, form)
    try:
        with transaction() as writing:
            services.decide(
                writing, case.revision_id, decision, reason=form.reason.data or "", seen=_seen(form), actor=actor
            )
    except ReasonMissingError as error:
        form.reason.errors = [text_of(error.code)]
        return _case(public_id, form)
    except GalleryError as error:
        flash(text_of(error.code), "error")
        return redirect(url_for(".show", public_id=public_id, **_kept(_wanted())), 303)
    flash(str(DONE[decision]) % {"name": case.proposed.name})
    return _next(public_id)


@bp.post("/sekaligus")
@requires("review.decide")
def decide_several() -> ResponseReturnValue:
    """Decide the same on all the ticked ones: each for itself, so that one that can not holds up no other."""
    form, ticked = DecisionForm(), request.form.getlist("id")[:SEVERAL]
    decision = DECISIONS.get(form.decision.data or "")
    if decision is None or not form.validate():
        return _queue(form, ticked)
    if not ticked:
        form.form_errors.append(_("Centang dulu produk yang akan diputuskan."))
        return _queue(form)
    if decision is not RevisionStatus.PUBLISHED and not form.reason.data:
        form.reason.errors = [text_of(ReasonMissingError.code)]
        return _queue(form, ticked)
    outcomes = _decided(ticked, decision, form.reason.data or "")
    if decided := outcomes.pop("", 0):
        flash(_several_done(decision, decided))
    for code, count in outcomes.items():
        flash(_("%(count)s produk dilewati: %(why)s", count=count, why=text_of(code)), "warning")
    return redirect(url_for(".index", **_kept(_wanted())), 303)


def _decided(ticked: Sequence[str], decision: RevisionStatus, reason: str) -> Counter[str]:
    """Return how many were decided (under "") and how many were refused, by the code of why."""
    actor, outcomes = current_actor(), Counter[str]()
    ids = queries.revision_ids(db.session(), ticked, scope=actor.scope("review.decide"))
    for public_id in ticked:
        if public_id not in ids:
            continue
        seen = _instant(request.form.get(f"dilihat-{public_id}", ""))
        try:
            with transaction() as session:
                services.decide(session, ids[public_id], decision, reason=reason, seen=seen, actor=actor)
        except GalleryError as error:
            outcomes[error.code] += 1
        else:
            outcomes[""] += 1
    return outcomes


def _several_done(decision: RevisionStatus, count: int) -> str:
    if decision is RevisionStatus.PUBLISHED:
        return ngettext("%(num)s produk disetujui dan tayang.", "%(num)s produk disetujui dan tayang.", count)
    if decision is RevisionStatus.REJECTED:
        return ngettext("%(num)s produk ditolak.", "%(num)s produk ditolak.", count)
    return ngettext(
        "%(num)s produk dikembalikan untuk diperbaiki.", "%(num)s produk dikembalikan untuk diperbaiki.", count
    )


@bp.get("/<public_id>/lewati")
@requires("review.decide")
def skip(public_id: str) -> ResponseReturnValue:
    """Leave this case for later."""
    return _next(public_id)


def _case(public_id: str, form: DecisionForm) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    case = queries.review_case(session, public_id, scope=actor.scope("review.decide"))
    if request.method == "GET":
        form.seen.data = case.submitted_at.isoformat() if case.submitted_at else ""
    return (
        render_template(
            "staff/reviews/show.html",
            case=case,
            form=form,
            kept=_kept(_wanted()),
            is_open=case.status is RevisionStatus.SUBMITTED,
            is_own=case.submitted_by is not None and case.submitted_by == actor.user_id,
            district=next((row.name for row in districts(session) if row.code == case.district_code), ""),
            today=clock.today(),
        ),
        422 if form.errors else 200,
    )


def _next(public_id: str) -> ResponseReturnValue:
    wanted = _wanted()
    scope = current_actor().scope("review.decide")
    following = queries.next_review(db.session(), scope=scope, wanted=wanted, after=public_id)
    if following is None:
        flash(_("Tidak ada lagi yang menunggu di antrean ini."), "info")
        return redirect(url_for(".index", **_kept(wanted)), 303)
    return redirect(url_for(".show", public_id=following, **_kept(wanted)), 303)


def _wanted() -> ReviewFilter:
    given = request.args if request.method == "GET" else request.values
    days, kind = given.get("hari", ""), given.get("jenis", "")
    return ReviewFilter(
        district=given.get("wilayah", "")[:5],
        days=int(days) if days in {str(age) for age in AGES} else 0,
        kind=kind if kind in {"new", "change"} else "",
    )


def _kept(wanted: ReviewFilter) -> dict[str, Any]:
    """The filter as address parameters, so that the next case comes out of the same queue."""
    return {
        name: value
        for name, value in (("wilayah", wanted.district), ("hari", wanted.days), ("jenis", wanted.kind))
        if value
    }


def _seen(form: DecisionForm) -> datetime | None:
    return _instant(form.seen.data or "")


def _instant(text: str) -> datetime | None:
    """Read the moment of submission that the page carried; what can not be read matches no revision."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, clock.now().tzinfo)
    return found if found.tzinfo else datetime.fromtimestamp(0, clock.now().tzinfo)
