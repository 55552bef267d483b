"""Consignment terms: the gallery's own, those of single owners, and their history."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import EVERYTHING, Scope
from gallery.accounts.queries import galleries
from gallery.consignment import services
from gallery.consignment.queries import terms as queries
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.registry import queries as registry
from gallery.registry.models import Business
from gallery.web import exports
from gallery.web.goods_out_sheets import TERMS
from gallery.web.guards import requires
from gallery.web.paging import number_in
from gallery.web.session import current_actor
from gallery.web.staff.terms_forms import TermsForm

bp = Blueprint("terms", __name__, url_prefix="/titipan/ketentuan")


@bp.get("/")
@requires("consignment.terms")
def index() -> ResponseReturnValue:
    """All terms, newest first for each owner; the first of each that has begun holds."""
    text, number = request.args.get("q", "").strip()[:100], number_in(request.args.get("hal", "")) or 1
    gallery_id = number_in(request.args.get("galeri", ""))
    asked: dict[str, Any] = {"gallery_id": gallery_id, "text": text}
    if exports.is_asked():
        return TERMS.answer(queries.terms_list(db.session(), _scope(), **asked, limit=exports.LIMIT)[0])
    lines, more = queries.terms_list(db.session(), _scope(), **asked, number=number)
    seen: set[tuple[int, int | None]] = set()
    holds = set()
    for line in lines:
        key = (line.terms.gallery_id, line.terms.business_id)
        if line.terms.valid_from <= clock.today() and key not in seen:
            seen.add(key)
            holds.add(line.terms.id)
    return render_template(
        "staff/terms/index.html",
        lines=lines,
        holds=holds,
        text=text,
        number=number,
        more=more,
        gallery_id=gallery_id,
        galleries=_galleries(),
        usual=queries.DEFAULT,
        today=clock.today(),
    )


@bp.route("/baru", methods=["GET", "POST"])
@requires("consignment.terms")
def create() -> ResponseReturnValue:
    """Agree on new terms; ``umkm`` names the owner, without it they are the gallery's own."""
    business = _business(request.args.get("umkm", "")[:20])
    form, own = TermsForm(), _galleries()
    form.gallery.choices = [(one.id, one.name) for one in own]
    if form.validate_on_submit():
        with transaction() as session:
            services.agree_terms(
                session,
                form.gallery.data,
                business.id if business else None,
                form.valid_from.data,
                form.facts,
                actor=current_actor(),
            )
        flash(_("Ketentuan disimpan. Barang yang sudah diterima tetap memakai ketentuannya sendiri."))
        return redirect(url_for("staff.terms.index"), 303)
    if not form.is_submitted() and own:
        form.gallery.data = own[0].id
        key = business.id if business else 0
        form.fill(queries.terms_on(db.session(), own[0].id, [key], clock.today())[key])
    status = 422 if form.is_submitted() else 200
    return render_template("staff/terms/create.html", form=form, business=business), status


@bp.get("/umkm")
@requires("consignment.terms")
def choose() -> ResponseReturnValue:
    """Find the owner to agree with."""
    text = request.args.get("q", "").strip()[:100]
    found = registry.business_page(db.session(), scope=EVERYTHING, text=text).rows if text else []
    return render_template("staff/terms/choose.html", text=text, found=found)


def _business(name: str) -> Business | None:
    return registry.business(db.session(), name, scope=EVERYTHING) if name else None


def _galleries() -> list[Gallery]:
    scope = _scope()
    return [one for one in galleries(db.session()) if scope.everything or one.id in scope.galleries]


def _scope() -> Scope:
    return current_actor().scope("consignment.terms")
