"""Short pages about the service itself: what it is, help, privacy, terms, accessibility."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.accounts.queries import galleries
from gallery.accounts.services.privacy import TEXT_VERSION
from gallery.core.db import db
from gallery.web.guards import cacheable

bp = Blueprint("pages", __name__)


@bp.get("/tentang")
@cacheable
def about() -> ResponseReturnValue:
    return render_template("shop/pages/about.html", galleries=galleries(db.session()))


@bp.get("/bantuan")
@cacheable
def help_() -> ResponseReturnValue:
    return render_template("shop/pages/help.html", galleries=galleries(db.session()))


@bp.get("/privasi")
@cacheable
def privacy() -> ResponseReturnValue:
    return render_template("shop/pages/privacy.html", text_version=TEXT_VERSION)


@bp.get("/syarat-belanja")
@cacheable
def terms() -> ResponseReturnValue:
    return render_template("shop/pages/terms.html")


@bp.get("/aksesibilitas")
@cacheable
def accessibility() -> ResponseReturnValue:
    return render_template("shop/pages/accessibility.html")
