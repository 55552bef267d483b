"""Reads of news: what is published, and everything for those who write it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gallery.content.models import NewsArticle, NewsStatus
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile

PAGE_SIZE: Final = 12
BLOCK: Final = 10_000


@dataclass(frozen=True, slots=True)
class Article:
    """A published article with the key of its picture."""

    id: int
    slug: str
    title: str
    summary: str
    body_markdown: str
    source: str
    writer: str
    photographer: str
    field: str
    image_key: str | None
    photo: dict[str, Any] | None
    image_alt: str
    published_at: datetime


def latest(session: Session, limit: int = PAGE_SIZE, *, before: str | None = None) -> list[Article]:
    """Return published articles, the newest first; ``before`` is the slug after which the page starts."""
    statement = _published()
    if before and (last := session.execute(_position(before)).first()):
        at, id_ = last
        older = or_(NewsArticle.published_at < at, and_(NewsArticle.published_at == at, NewsArticle.id < id_))
        statement = statement.where(older)
    rows = session.execute(statement.order_by(NewsArticle.published_at.desc(), NewsArticle.id.desc()).limit(limit))
    return [_article(article, key) for article, key in rows]


def article_blocks(session: Session) -> int:
    """Return in how many blocks of ids the published articles lie."""
    last = session.scalar(select(func.max(NewsArticle.id)).where(NewsArticle.status == NewsStatus.PUBLISHED))
    return 0 if last is None else last // BLOCK + 1


def article_addresses(session: Session, block: int) -> list[tuple[str, datetime | None]]:
    """Return slug and day of the published articles of one block; a block beyond the last one has none."""
    if block >= article_blocks(session):
        return []  # its numbers might be larger than the column can hold
    rows = select(NewsArticle.slug, NewsArticle.published_at).where(
        NewsArticle.status == NewsStatus.PUBLISHED, NewsArticle.id.between(block * BLOCK, (block + 1) * BLOCK - 1)
    )
    return [(slug, since) for slug, since in session.execute(rows)]


def published_article(session: Session, slug: str) -> Article:
    """Return one published article, or raise :class:`NotFoundError`."""
    row = session.execute(_published().where(NewsArticle.slug == slug)).first()
    if row is None:
        raise NotFoundError(slug)
    return _article(*row)


def all_articles(session: Session, *, limit: int = 50, before_id: int | None = None) -> Sequence[NewsArticle]:
    """Return articles of every state for their writers, the newest first."""
    statement = select(NewsArticle).order_by(NewsArticle.id.desc()).limit(limit)
    if before_id is not None:
        statement = statement.where(NewsArticle.id < before_id)
    return session.scalars(statement).all()


def article(session: Session, public_id: str) -> NewsArticle:
    """Return one article of any state, or raise :class:`NotFoundError`."""
    found = session.scalar(select(NewsArticle).where(NewsArticle.public_id == public_id))
    if found is None:
        raise NotFoundError(public_id)
    return found


def image_key(session: Session, row: NewsArticle) -> str | None:
    """Return the store's key of an article's picture."""
    return session.scalar(select(StoredFile.key).where(StoredFile.id == row.image_file_id))


def _published() -> Select[NewsArticle, str | None]:
    statement = select(NewsArticle, StoredFile.key).outerjoin(StoredFile, StoredFile.id == NewsArticle.image_file_id)
    return statement.where(NewsArticle.status == NewsStatus.PUBLISHED)


def _position(slug: str) -> Select[datetime | None, int]:
    return select(NewsArticle.published_at, NewsArticle.id).where(NewsArticle.slug == slug)


def _article(row: NewsArticle, key: str | None) -> Article:
    return Article(
        id=row.id,
        slug=row.slug,
        title=row.title,
        summary=row.summary,
        body_markdown=row.body_markdown,
        source=row.source,
        writer=row.writer,
        photographer=row.photographer,
        field=row.field,
        image_key=key,
        photo=row.photo,
        image_alt=row.image_alt,
        published_at=row.published_at or row.created_at,
    )
