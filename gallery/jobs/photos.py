"""Makes the shop's pictures out of uploads, and sweeps up uploads and pictures that no product uses."""

import hashlib
from datetime import timedelta
from typing import Any, Final

from gallery.catalog import queries, services
from gallery.core import adapters, clock, image_process
from gallery.core.db import db, transaction
from gallery.core.files import FileStore
from gallery.core.image_facts import ImageDamagedError, ImageError
from gallery.core.outbox import every, handles
from gallery.core.renditions import RenderedImage

UNUSED_AFTER: Final = timedelta(days=2)
SWEEP_AT_ONCE: Final = 500
PHOTOS_AT_ONCE: Final = 50  # each of them is seven files


@handles("photo.added")
def render(payload: dict[str, Any]) -> None:
    """Write the renditions of a photo. Killed at any point, the next run does it again into the same files.

    The image work and the files come first, without a transaction; the record comes last and counts once.
    """
    work = queries.photo_work(db.session(), payload["photo_id"])
    db.session.rollback()  # no read snapshot is kept while the picture is worked on
    if work is None:
        return
    files = adapters.files()
    try:
        with files.open(work.original_key) as stream:
            rendered = image_process.render(stream.read())
    except FileNotFoundError:
        _refuse(work, ImageDamagedError.code)
    except ImageError as error:
        _refuse(work, error.code)
    else:
        written = _write(files, work, rendered)
        with transaction() as session:
            services.record_rendered(session, work.photo_id, written)


@handles("file.discarded")
def discard(payload: dict[str, Any]) -> None:
    adapters.files().delete(payload["key"])


@every(hours=6)
def sweep() -> None:
    """Delete uploads that never became part of a product: forms that were left half-way."""
    with transaction() as session:
        keys = services.drop_unused_uploads(session, before=clock.now() - UNUSED_AFTER, limit=SWEEP_AT_ONCE)
    for key in keys:
        adapters.files().delete(key)


@every(hours=24)
def sweep_photos() -> None:
    """Forget the photos that were taken off their products; their files follow by messages."""
    dropped = PHOTOS_AT_ONCE
    while dropped == PHOTOS_AT_ONCE:
        with transaction() as session:
            dropped = services.drop_removed_photos(session, limit=PHOTOS_AT_ONCE)


def _refuse(work: queries.PhotoWork, code: str) -> None:
    with transaction() as session:
        services.record_refused(session, work.photo_id, code)


def _write(files: FileStore, work: queries.PhotoWork, rendered: RenderedImage) -> services.WrittenPhoto:
    written = []
    for one in rendered.renditions:
        key = services.rendition_key(work.public_id, one.width, one.media_type)
        files.put(key, one.data)
        written.append(services.WrittenRendition(one.media_type, one.width, one.height, key, len(one.data)))
    master_key = services.original_key(work.public_id)
    files.put(master_key, rendered.master)
    return services.WrittenPhoto(
        width=rendered.width,
        height=rendered.height,
        colour=rendered.colour,
        original_key=master_key,
        original_size=len(rendered.master),
        original_sha256=hashlib.sha256(rendered.master).hexdigest(),
        renditions=tuple(written),
    )
