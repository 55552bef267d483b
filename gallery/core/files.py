"""Port: where uploaded and generated files live, and the row that knows each of them."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from sqlalchemy.orm import Mapped, Session, mapped_column

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.errors import GalleryError
from gallery.core.ids import public_id


class FileStore(Protocol):
    """Implemented in gallery.integrations; keys are relative paths of our own making, never a user's."""

    def put(self, key: str, data: bytes) -> None:
        """Afterwards the whole content stands under ``key``, or nothing does."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Return the content for reading; raise :class:`FileNotFoundError`."""
        ...

    def delete(self, key: str) -> None:
        """Afterwards nothing stands under ``key``."""
        ...

    def exists(self, key: str) -> bool: ...


class StoredFile(Base):
    """One file in the store. The row is written in the transaction that uses the file."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    key: Mapped[str] = mapped_column(unique=True)
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    is_public: Mapped[bool] = mapped_column(default=False)
    business_id: Mapped[int | None] = mapped_column(index=True)  # whose quota it counts against
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def new_key(purpose: str, extension: str) -> str:
    """Return an unguessable key, e.g. ``photo/3f/3f9c….jpg``; nothing of the user's file name is in it."""
    name = secrets.token_hex(16)
    return f"{purpose}/{name[:2]}/{name}.{extension}"


@dataclass(slots=True)
class Placed:
    """A file that stands in the store while its row is written; the block says if it turns out not to be needed."""

    is_needed: bool = True


@contextmanager
def put_for(files: FileStore, key: str, data: bytes) -> Iterator[Placed]:
    """Store the file for the block that records it; when the block is refused, nothing stands there any more.

    Only a refusal deletes, or the block's own word. When the database fails it is not known whether the row stands: an
    orphan then, not a hole.
    """
    files.put(key, data)
    placed = Placed()
    try:
        yield placed
    except GalleryError:
        files.delete(key)
        raise
    if not placed.is_needed:
        files.delete(key)


@contextmanager
def put_all_for(files: FileStore, contents: Mapping[str, bytes]) -> Iterator[Placed]:
    """Do for several files what :func:`put_for` does for one: all of them stay, or none."""
    with ExitStack() as stack:
        there = [stack.enter_context(put_for(files, key, data)) for key, data in contents.items()]
        placed = Placed()
        yield placed
        for one in there:
            one.is_needed = placed.is_needed


def record_file(
    session: Session,
    key: str,
    data: bytes,
    *,
    media_type: str,
    purpose: str,
    is_public: bool = False,
    business_id: int | None = None,
) -> StoredFile:
    """Add the row of a file that already stands in the store, so that a crash leaves an orphan, not a hole."""
    row = StoredFile(
        key=key,
        media_type=media_type,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        purpose=purpose,
        is_public=is_public,
        business_id=business_id,
    )
    session.add(row)
    session.flush()  # the caller links to the id
    return row
