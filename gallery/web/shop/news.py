"""News of the office: the list and the article, with source, writer, photographer and field."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gallery.content import queries
from gallery.core.db import db
from gallery.web.guards import cacheable
from gallery.web.paging import Pager

bp = Blueprint("news", __name__, url_prefix="/berita")
OTHERS = 3


@bp.get("/")
@cacheable
def index() -> ResponseReturnValue:
    before = request.args.get("sebelum") or None
    found = queries.latest(db.session(), queries.PAGE_SIZE + 1, before=before)
    articles = found[: queries.PAGE_SIZE]
    older = url_for("shop.news.index", sebelum=articles[-1].slug) if len(found) > queries.PAGE_SIZE else None
    pager = Pager(previous_url=url_for("shop.news.index") if before else None, next_url=older)
    return render_template("shop/news/index.html", articles=articles, pager=pager, is_first=before is None)


@bp.get("/<slug>")
@cacheable
def show(slug: str) -> ResponseReturnValue:
    session = db.session()
    article = queries.published_article(session, slug)
    others = [other for other in queries.latest(session, OTHERS + 1) if other.id != article.id][:OTHERS]
    return render_template("shop/news/show.html", article=article, others=others)
