"""Photos and proofs that are not public: what a job works on, and the files a scope may open."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.catalog.models import Licence, Photo, Product, ProductRevision
from gallery.catalog.queries.pages import product_in_scope
from gallery.catalog.states import PhotoStatus
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile


@dataclass(frozen=True, slots=True)
class PhotoWork:
    """A photo that waits for its renditions."""

    photo_id: int
    public_id: str
    original_key: str


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A file that only some people may open."""

    key: str
    media_type: str


def photo_work(session: Session, photo_id: int) -> PhotoWork | None:
    """Return what to render, or None when it is done already."""
    row = session.execute(
        select(Photo.id, Photo.public_id, StoredFile.key)
        .join(StoredFile, StoredFile.id == Photo.original_file_id)
        .where(Photo.id == photo_id, Photo.status == PhotoStatus.PENDING)
    ).one_or_none()
    return row and PhotoWork(*row)


def original_file(session: Session, photo_public_id: str, scope: Scope) -> PrivateFile:
    """Return the cleaned original of a photo inside the scope, or raise :class:`NotFoundError`.

    An upload that is not cleaned yet is nobody's to see: it may still say where it was taken.
    """
    row = session.execute(
        select(StoredFile.key, StoredFile.media_type)
        .join(Photo, Photo.original_file_id == StoredFile.id)
        .join(Product, Product.id == Photo.product_id)
        .where(Photo.public_id == photo_public_id, Photo.status == PhotoStatus.READY, product_in_scope(scope))
    ).one_or_none()
    if row is None:
        raise NotFoundError(photo_public_id)
    return PrivateFile(*row)


def proof_file(session: Session, file_public_id: str, scope: Scope) -> PrivateFile:
    """Return the proof of a licence of a product inside the scope, or raise :class:`NotFoundError`."""
    row = session.execute(
        select(StoredFile.key, StoredFile.media_type)
        .join(Licence, Licence.proof_file_id == StoredFile.id)
        .join(ProductRevision, ProductRevision.id == Licence.revision_id)
        .join(Product, Product.id == ProductRevision.product_id)
        .where(StoredFile.public_id == file_public_id, product_in_scope(scope))
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFoundError(file_public_id)
    return PrivateFile(*row)
