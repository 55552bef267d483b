"""Photos of the demo: drawn and rendered by other processes while the rest of the data are written."""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.catalog.facts import PhotoFacts
from gallery.catalog.models import Photo
from gallery.catalog.services import (
    WrittenPhoto,
    WrittenRendition,
    original_key,
    record_rendered,
    record_upload,
    rendition_key,
)
from gallery.core.files import FileStore, new_key
from gallery.core.renditions import RenderedImage
from gallery.demo.pictures.develop import Developed, Shot, develop
from gallery.demo.pictures.products import WIDTH

P = ParamSpec("P")
T = TypeVar("T")
MOST_WORKERS: Final = 4


class Darkroom:
    """Pictures on the way: ask with :meth:`developed`, wait only for those that are not ready."""

    def __init__(self, files: FileStore, pool: ProcessPoolExecutor, width: int) -> None:
        self.files = files
        self._pool = pool
        self._width = width
        self._waiting: dict[Shot, Future[Developed]] = {}

    def order(self, shots: Iterable[Shot]) -> None:
        for shot in shots:
            self._waiting[shot] = self._pool.submit(develop, shot, self._width)

    def developed(self, shot: Shot) -> Developed:
        return self._waiting.pop(shot).result()

    def call(self, painter: Callable[P, T], *what: P.args, **how: P.kwargs) -> Future[T]:
        """Let another process draw something else: a portrait, an illustration, the photos of a sample."""
        return self._pool.submit(painter, *what, **how)

    def upload(self, session: Session, key: str, picture: Developed, business_id: int, alt: str) -> PhotoFacts:
        """Add the row of a picture that stands under ``key``."""
        facts = record_upload(session, key, picture.data, media_type="image/jpeg", business_id=business_id)
        return PhotoFacts(facts.file_id, facts.sha256, alt)

    def store(self, picture: Developed) -> str:
        """Put the upload into the store and return its key."""
        key = new_key("photo", "jpg")
        self.files.put(key, picture.data)
        return key

    def write(self, photo_id: str, rendered: RenderedImage) -> WrittenPhoto:
        """Put the renditions into the store: what the job ``photo.added`` does, with the same names."""
        written = []
        for one in rendered.renditions:
            key = rendition_key(photo_id, one.width, one.media_type)
            self.files.put(key, one.data)
            written.append(WrittenRendition(one.media_type, one.width, one.height, key, len(one.data)))
        self.files.put(original_key(photo_id), rendered.master)
        return WrittenPhoto(
            width=rendered.width,
            height=rendered.height,
            colour=rendered.colour,
            original_key=original_key(photo_id),
            original_size=len(rendered.master),
            original_sha256=hashlib.sha256(rendered.master).hexdigest(),
            renditions=tuple(written),
        )


def record_written(session: Session, product_id: int, written: dict[str, WrittenPhoto]) -> None:
    """Make the photos of a product ready; ``written`` is by the photo's public id."""
    for row in session.scalars(select(Photo).where(Photo.product_id == product_id)).all():
        if row.public_id in written:
            record_rendered(session, row.id, written[row.public_id])


@contextmanager
def darkroom(files: FileStore, width: int = WIDTH) -> Iterator[Darkroom]:
    """Give a darkroom with as many workers as there are processors, up to four; tests want small pictures."""
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield Darkroom(files, pool, width)
        pool.shutdown(cancel_futures=True)
