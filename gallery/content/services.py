"""Writing and publishing news. What is published stays at its address; a changed title does not move it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.content.errors import ArticleIncompleteError
from gallery.content.models import NEWS, NewsArticle, NewsStatus
from gallery.content.pictures import Picture
from gallery.content.queries import article
from gallery.core import audit, clock
from gallery.core.files import StoredFile
from gallery.core.ids import public_id, slugify
from gallery.core.outbox import emit
from gallery.core.states import Decision, move
from gallery.listing.services.version import touch


@dataclass(frozen=True, slots=True)
class ArticleText:
    """Everything that is typed of an article."""

    title: str
    summary: str = ""
    body_markdown: str = ""
    source: str = ""
    writer: str = ""
    photographer: str = ""
    field: str = ""
    image_alt: str = ""


def write_article(session: Session, text: ArticleText, *, picture: Picture | None = None, actor: Actor) -> NewsArticle:
    """Add a draft."""
    row = NewsArticle(slug=_free_slug(session, text.title), created_by=actor.user_id)
    if picture is not None:
        row.image_file_id, row.photo = picture.file_id, picture.sizes
    _fill(row, text)
    session.add(row)
    session.flush()  # the audit row names its public id
    audit.record(session, actor, "news.written", f"news:{row.public_id}")
    return row


def change_article(
    session: Session, article_id: str, text: ArticleText, *, picture: Picture | None = None, actor: Actor
) -> NewsArticle:
    """Replace the text, and the picture if one is given; a published article changes at once.

    The picture that was there before is forgotten, and its files deleted after the commit.
    """
    row = article(session, article_id)
    _fill(row, text)
    if picture is not None:
        _replace_picture(session, row, picture)
    if row.status is NewsStatus.PUBLISHED:
        _require_complete(row)
        touch(session)
    audit.record(session, actor, "news.changed", f"news:{row.public_id}")
    return row


def _replace_picture(session: Session, row: NewsArticle, picture: Picture) -> None:
    before, sizes = row.image_file_id, row.photo or {}
    row.image_file_id, row.photo = picture.file_id, picture.sizes
    session.flush()  # the article lets go of the old row first
    if before is not None and before != picture.file_id:
        old = session.get_one(StoredFile, before)
        for key in {old.key, *(key for kind in ("webp", "jpeg") for _width, key in sizes.get(kind, ()))}:
            emit(session, "file.discarded", key=key)
        session.delete(old)


def publish_article(session: Session, article_id: str, *, actor: Actor) -> NewsArticle:
    """Put the article on the site; its day is the first one it was published on; :class:`ArticleIncompleteError`."""
    row = article(session, article_id)
    _require_complete(row)
    _move(session, row, NewsStatus.PUBLISHED, "news.published", actor)
    row.published_at = row.published_at or clock.now()
    return row


def withdraw_article(session: Session, article_id: str, *, actor: Actor) -> NewsArticle:
    """Take the article off the site; it can be published again."""
    row = article(session, article_id)
    _move(session, row, NewsStatus.WITHDRAWN, "news.withdrawn", actor)
    return row


def _move(session: Session, row: NewsArticle, target: NewsStatus, action: str, actor: Actor) -> None:
    if move(row, NEWS, target, clock.now()) is Decision.APPLY:
        audit.record(session, actor, action, f"news:{row.public_id}")
        touch(session)


def _fill(row: NewsArticle, text: ArticleText) -> None:
    row.title = text.title
    row.summary = text.summary
    row.body_markdown = text.body_markdown
    row.source = text.source
    row.writer = text.writer
    row.photographer = text.photographer
    row.field = text.field
    row.image_alt = text.image_alt


def _require_complete(row: NewsArticle) -> None:
    if not (row.title.strip() and row.summary.strip() and row.body_markdown.strip()):
        raise ArticleIncompleteError(row.public_id)


def _free_slug(session: Session, title: str) -> str:
    """The title's slug, with a random ending if another article has it."""
    slug = slugify(title)
    taken = session.scalar(select(NewsArticle.id).where(NewsArticle.slug == slug))
    return slug if taken is None else f"{slug}-{public_id()[:6]}"
