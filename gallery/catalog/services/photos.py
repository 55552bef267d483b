"""Photos of a product: quota, order and words; and what the job that renders them records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from gallery.accounts.permissions import Actor
from gallery.catalog.errors import PhotoQuotaError
from gallery.catalog.facts import PhotoFacts
from gallery.catalog.models import Licence, Photo, PhotoRendition, Product, ProductRevision, RevisionPhoto
from gallery.catalog.queries import current_products
from gallery.catalog.services.drafts import Saved, edit_draft
from gallery.catalog.states import OPEN_REVISIONS, PHOTO, PhotoStatus, RevisionStatus
from gallery.core import clock
from gallery.core.files import StoredFile, record_file
from gallery.core.locks import lock_row, lock_rows
from gallery.core.outbox import emit
from gallery.core.states import Decision, move

PURPOSE: Final = "photo"  # of the private original
PROOF_PURPOSE: Final = "licence_proof"
QUOTA_PURPOSES: Final = (PURPOSE, PROOF_PURPOSE)
MAX_PHOTOS: Final = 12
QUOTA_BYTES: Final = 500 * 1024 * 1024
# Longer than a form holds an upload, and long enough for every kept page that still names a picture to be gone.
REMOVED_AFTER: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class WrittenRendition:
    """A rendition that already stands in the file store."""

    media_type: str
    width: int
    height: int
    key: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class WrittenPhoto:
    """What the job made of an upload; the original is the cleaned master that replaces it."""

    width: int
    height: int
    colour: str
    original_key: str
    original_size: int
    original_sha256: str
    renditions: tuple[WrittenRendition, ...]


def record_upload(
    session: Session,
    key: str,
    data: bytes,
    *,
    media_type: str,
    business_id: int,
    quota_bytes: int = QUOTA_BYTES,
) -> PhotoFacts:
    """Add the row of an uploaded picture that stands in the store; raise :class:`PhotoQuotaError` when full."""
    refuse_over_quota(session, business_id, len(data), quota_bytes=quota_bytes)
    row = record_file(session, key, data, media_type=media_type, purpose=PURPOSE, business_id=business_id)
    return PhotoFacts(file_id=row.id, sha256=row.sha256)


def record_proof(
    session: Session,
    key: str,
    data: bytes,
    *,
    media_type: str,
    business_id: int,
    quota_bytes: int = QUOTA_BYTES,
) -> int:
    """Add the row of a licence's proof that stands in the store, return its id; raise :class:`PhotoQuotaError`."""
    refuse_over_quota(session, business_id, len(data), quota_bytes=quota_bytes)
    return record_file(session, key, data, media_type=media_type, purpose=PROOF_PURPOSE, business_id=business_id).id


def refuse_over_quota(session: Session, business_id: int, more_bytes: int, *, quota_bytes: int = QUOTA_BYTES) -> None:
    """Raise :class:`PhotoQuotaError` if the business has no room for so many more bytes.

    A photo that waits for the sweep counts no more, one that was removed just now still does.
    """
    removed = select(Photo.original_file_id).join(Product).where(Product.business_id == business_id, _is_removed())
    used = session.scalar(
        select(func.coalesce(func.sum(StoredFile.size_bytes), 0)).where(
            StoredFile.business_id == business_id,
            StoredFile.purpose.in_(QUOTA_PURPOSES),
            StoredFile.id.not_in(removed),
        )
    )
    if (used or 0) + more_bytes > quota_bytes:
        raise PhotoQuotaError("bytes", quota_bytes)


def add_photos(session: Session, product_id: int, added: Sequence[PhotoFacts], *, actor: Actor) -> Saved:
    """Show further photos after the present ones; one that is there already is not added twice."""
    lock_row(session, Product, product_id)
    facts = current_products(session, [product_id])[product_id].facts
    photos = tuple({one.sha256: one for one in (*(facts.photos or ()), *added)}.values())
    if len(photos) > MAX_PHOTOS:
        raise PhotoQuotaError("count", MAX_PHOTOS)
    known = {one.sha256: one for one in facts.photos or ()}
    photos = tuple(known.get(one.sha256, one) for one in photos)
    return edit_draft(session, product_id, replace(facts, photos=photos), actor=actor)


def arrange_photos(session: Session, product_id: int, wanted: Sequence[tuple[str, str]], *, actor: Actor) -> Saved:
    """Show exactly the photos with these public ids, in this order, with these alternative texts."""
    lock_row(session, Product, product_id)
    facts = current_products(session, [product_id])[product_id].facts
    statement = select(Photo).where(Photo.product_id == product_id)
    known = {photo.public_id: photo for photo in session.scalars(statement)}
    photos = tuple(
        PhotoFacts(known[public_id].original_file_id, known[public_id].sha256, " ".join(alt.split()))
        for public_id, alt in dict(wanted).items()
        if public_id in known
    )
    return edit_draft(session, product_id, replace(facts, photos=photos), actor=actor)


def rendition_key(photo_public_id: str, width: int, media_type: str) -> str:
    """Return the public key of a rendition: the same for the same photo, so that a repeated job overwrites."""
    extension = {"image/webp": "webp", "image/jpeg": "jpg"}[media_type]
    return f"photo/{photo_public_id[:2]}/{photo_public_id}-{width}.{extension}"


def original_key(photo_public_id: str) -> str:
    """Return the private key of the cleaned master."""
    return f"original/{photo_public_id[:2]}/{photo_public_id}.jpg"


def record_rendered(session: Session, photo_id: int, written: WrittenPhoto) -> None:
    """Make the photo ready; its upload, with whatever metadata it had, is given up for the cleaned master."""
    photo = _waiting(session, photo_id)
    if photo is None or move(photo, PHOTO, PhotoStatus.READY, clock.now()) is not Decision.APPLY:
        return
    photo.width, photo.height, photo.colour = written.width, written.height, written.colour
    for one in written.renditions:
        session.add(
            PhotoRendition(
                photo_id=photo.id,
                media_type=one.media_type,
                width=one.width,
                height=one.height,
                key=one.key,
                size_bytes=one.size_bytes,
            )
        )
    original = session.get_one(StoredFile, photo.original_file_id)
    if original.key != written.original_key:
        emit(session, "file.discarded", key=original.key)
    original.key, original.media_type = written.original_key, "image/jpeg"
    original.size_bytes, original.sha256 = written.original_size, written.original_sha256
    if _is_published(session, photo):
        emit(session, "product.changed", product_ids=[photo.product_id])


def record_refused(session: Session, photo_id: int, code: str) -> None:
    """Note that the upload is no picture after all; ``code`` is that of the error."""
    photo = _waiting(session, photo_id)
    if photo is not None and move(photo, PHOTO, PhotoStatus.REFUSED, clock.now()) is Decision.APPLY:
        photo.refusal = code


def drop_unused_uploads(session: Session, *, before: datetime, limit: int) -> list[str]:
    """Forget photos and proofs that no product uses and return their keys, to be deleted after the commit."""
    shown = select(Photo.id).where(Photo.original_file_id == StoredFile.id).exists()
    proves = select(Licence.id).where(Licence.proof_file_id == StoredFile.id).exists()
    statement = (
        select(StoredFile)
        .where(StoredFile.purpose.in_(QUOTA_PURPOSES), StoredFile.created_at < before, ~shown, ~proves)
        .order_by(StoredFile.id)
        .limit(limit)
    )
    rows = session.scalars(statement).all()
    for row in rows:
        session.delete(row)
    return [row.key for row in rows]


def drop_removed_photos(session: Session, *, limit: int) -> int:
    """Forget photos that no version shows any more, and what older versions knew of them; return how many.

    The files, renditions and original, are deleted after the commit.
    """
    found = select(Photo.id, Photo.product_id).where(_is_removed()).order_by(Photo.id).limit(limit)
    photos = session.execute(found).all()
    if not photos:
        return 0
    lock_rows(session, Product, {product_id for _id, product_id in photos})
    # Between the look and the lock somebody may have shown the same picture again.
    still = select(Photo).where(Photo.id.in_([photo_id for photo_id, _product in photos]), _is_removed())
    rows = session.scalars(still.execution_options(populate_existing=True)).all()
    session.execute(delete(RevisionPhoto).where(RevisionPhoto.photo_id.in_([row.id for row in rows])))
    for row in rows:
        original = session.get_one(StoredFile, row.original_file_id)
        for key in (original.key, *(one.key for one in row.renditions)):
            emit(session, "file.discarded", key=key)
        session.delete(row)
        session.flush()  # the photo lets go of the file's row first
        session.delete(original)
    return len(rows)


def _is_removed() -> ColumnElement[bool]:
    """Whether a photo is shown by no published, open or current version, for a while already."""
    before, other = clock.now() - REMOVED_AFTER, aliased(ProductRevision)
    stands = (*OPEN_REVISIONS, RevisionStatus.PUBLISHED)
    follows = select(other.id).where(
        other.product_id == ProductRevision.product_id,
        or_(
            other.status.in_(stands),
            and_(other.status == RevisionStatus.REJECTED, other.number > ProductRevision.number),
        ),
    )
    shown = (
        select(RevisionPhoto.id)
        .join(ProductRevision, ProductRevision.id == RevisionPhoto.revision_id)
        .where(
            RevisionPhoto.photo_id == Photo.id,
            or_(
                ProductRevision.status.in_(stands),
                ProductRevision.status_changed_at >= before,
                and_(ProductRevision.status == RevisionStatus.REJECTED, ~follows.exists()),
            ),
        )
    )
    return and_(Photo.created_at < before, ~shown.exists())


def _waiting(session: Session, photo_id: int) -> Photo | None:
    """Return the photo, re-read and locked, if it still waits for its renditions."""
    photo = session.scalar(
        select(Photo)
        .where(Photo.id == photo_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return photo if photo is not None and photo.status is PhotoStatus.PENDING else None


def _is_published(session: Session, photo: Photo) -> bool:
    found = session.scalar(
        select(RevisionPhoto.id)
        .join(Product, Product.published_revision_id == RevisionPhoto.revision_id)
        .where(RevisionPhoto.photo_id == photo.id)
        .limit(1)
    )
    return found is not None
