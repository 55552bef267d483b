"""Writing news: list, write, preview, publish, withdraw."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gallery.content import queries, services
from gallery.content.errors import ArticleIncompleteError
from gallery.content.models import NewsArticle
from gallery.content.pictures import Picture, laid_out
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.files import new_key, put_all_for, record_file
from gallery.core.renditions import RenderedImage
from gallery.web.errors import text_of
from gallery.web.guards import accepts_upload, requires
from gallery.web.paging import Pager
from gallery.web.session import current_actor
from gallery.web.staff.news_forms import UPLOAD_BYTES, ArticleForm

bp = Blueprint("news", __name__, url_prefix="/berita")
PAGE = 30


@bp.get("/")
@requires("news.write")
def index() -> ResponseReturnValue:
    cursor = request.args.get("sebelum", "")
    before = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 10 else None  # noqa: PLR2004
    found = queries.all_articles(db.session(), limit=PAGE + 1, before_id=before)
    older = url_for(".index", sebelum=found[PAGE - 1].id) if len(found) > PAGE else None
    pager = Pager(previous_url=url_for(".index") if before else None, next_url=older)
    return render_template("staff/news/index.html", articles=found[:PAGE], pager=pager)


@bp.route("/baru", methods=["GET", "POST"])
@requires("news.write")
@accepts_upload(UPLOAD_BYTES)
def create() -> ResponseReturnValue:
    form = ArticleForm()
    if form.validate_on_submit():
        with _with_picture(form.rendered) as (session, picture):
            article = services.write_article(session, form.text(), picture=picture, actor=current_actor())
            public_id = article.public_id
        flash(_("Draf tersimpan."), "success")
        return redirect(url_for(".show", public_id=public_id), 303)
    return render_template("staff/news/edit.html", form=form, article=None), _status(form)


@bp.get("/<public_id>")
@requires("news.write")
def show(public_id: str) -> ResponseReturnValue:
    """Preview, and what can be done with it."""
    article = queries.article(db.session(), public_id)
    return render_template("staff/news/show.html", article=article, image_key=queries.image_key(db.session(), article))


@bp.route("/<public_id>/ubah", methods=["GET", "POST"])
@requires("news.write")
@accepts_upload(UPLOAD_BYTES)
def edit(public_id: str) -> ResponseReturnValue:
    article = queries.article(db.session(), public_id)
    form = ArticleForm(data=_form_data(article))
    if form.validate_on_submit():
        try:
            with _with_picture(form.rendered) as (session, picture):
                services.change_article(session, public_id, form.text(), picture=picture, actor=current_actor())
        except ArticleIncompleteError as error:
            form.form_errors.append(text_of(error.code))
        else:
            flash(_("Perubahan tersimpan."), "success")
            return redirect(url_for(".show", public_id=public_id), 303)
    article = queries.article(db.session(), public_id)
    return render_template("staff/news/edit.html", form=form, article=article), _status(form)


@bp.post("/<public_id>/terbit")
@requires("news.write")
def publish(public_id: str) -> ResponseReturnValue:
    try:
        with transaction() as session:
            services.publish_article(session, public_id, actor=current_actor())
    except ArticleIncompleteError as error:
        flash(text_of(error.code), "error")
    else:
        flash(_("Berita terbit."), "success")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/tarik")
@requires("news.write")
def withdraw(public_id: str) -> ResponseReturnValue:
    with transaction() as session:
        services.withdraw_article(session, public_id, actor=current_actor())
    flash(_("Berita ditarik dari situs."), "success")
    return redirect(url_for(".show", public_id=public_id), 303)


@contextmanager
def _with_picture(rendered: RenderedImage | None) -> Iterator[tuple[Session, Picture | None]]:
    """Give a transaction and the stored picture; when the article is refused, no picture stays."""
    if rendered is None:
        with transaction() as session:
            yield session, None
        return
    key = new_key("news", "jpg")
    made = laid_out(key, rendered)
    with put_all_for(adapters.files(), made.files), transaction() as session:
        row = record_file(session, key, made.files[key], media_type="image/jpeg", purpose="news", is_public=True)
        yield session, Picture(row.id, made.sizes)


def _form_data(article: NewsArticle) -> dict[str, str]:
    names = ("title", "summary", "source", "writer", "photographer", "field", "image_alt")
    return {name: getattr(article, name) for name in names} | {"body": article.body_markdown}


def _status(form: ArticleForm) -> int:
    return 422 if form.is_submitted() else 200
