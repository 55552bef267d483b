"""Pictures of goods that staff take at their work: a clean copy in the private store, for those of the paper."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile, new_key, put_for, record_file
from gallery.core.image_process import clean_jpeg
from gallery.web.media import private_file

UPLOAD_BYTES: Final = 11 * 1024 * 1024
SIDE: Final = 1_600


def clean_picture(upload: Any) -> bytes | None:
    """Return the picture drawn anew as JPEG, none where nothing was chosen; :class:`ImageError` if it is no picture."""
    if not upload or not getattr(upload, "filename", ""):
        return None
    return clean_jpeg(upload.read(), upload.filename or "", SIDE)


@contextlib.contextmanager
def with_picture(picture: bytes | None, folder: str, purpose: str) -> Iterator[tuple[Session, int | None]]:
    """A transaction with the picture's file in it, none where there is no picture; a failure leaves no file behind."""
    if picture is None:
        with transaction() as session:
            yield session, None
        return
    key = new_key(folder, "jpg")
    with put_for(adapters.files(), key, picture), transaction() as session:
        yield session, record_file(session, key, picture, media_type="image/jpeg", purpose=purpose).id


def picture_file(file_id: int | None, name: str) -> ResponseReturnValue:
    """Answer with the picture; the caller has checked that this person may see it."""
    file = db.session.get(StoredFile, file_id) if file_id else None
    if file is None:
        raise NotFoundError("StoredFile")
    return private_file(file.key, file.media_type, name)
