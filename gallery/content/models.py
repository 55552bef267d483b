"""News."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.states import Machine


class NewsStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


_S = NewsStatus
NEWS: Final = Machine(
    {
        _S.DRAFT: frozenset({_S.PUBLISHED}),
        _S.PUBLISHED: frozenset({_S.WITHDRAWN}),
        _S.WITHDRAWN: frozenset({_S.PUBLISHED}),
    }
)


class NewsArticle(Base):
    """A news item, credited as the office credits it: source, writer, photographer, field of work."""

    __tablename__ = "news_article"
    __table_args__ = (Index("ix_news_article_status_published_at", "status", "published_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    slug: Mapped[str] = mapped_column(unique=True)
    status: Mapped[NewsStatus] = mapped_column(default=NewsStatus.DRAFT)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    body_markdown: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    writer: Mapped[str] = mapped_column(default="")
    photographer: Mapped[str] = mapped_column(default="")
    field: Mapped[str] = mapped_column(default="")
    image_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    photo: Mapped[dict[str, Any] | None]  # the picture's sizes; older pictures have the one file
    image_alt: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
