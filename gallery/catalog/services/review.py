"""The review: handing a revision in, taking it back, and the decision of somebody else about it."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.errors import (
    AlreadyDecidedError,
    IncompleteProductError,
    NotAllowedError,
    OwnSubmissionError,
    PhotosNotReadyError,
    ReasonMissingError,
)
from gallery.catalog.facts import BLOCKING, ProductFacts, gaps
from gallery.catalog.models import Photo, Product, ProductRevision, ReviewDecision, RevisionPhoto
from gallery.catalog.queries import current_products
from gallery.catalog.states import PRODUCT, REVISION, PhotoStatus, ProductStatus, RevisionStatus
from gallery.core import audit, clock
from gallery.core.errors import ConflictError, NotFoundError
from gallery.core.ids import slugify
from gallery.core.locks import lock_row, lock_rows
from gallery.core.outbox import emit
from gallery.core.states import Decision, move

DECISIONS: Final = frozenset({RevisionStatus.PUBLISHED, RevisionStatus.CHANGES_REQUESTED, RevisionStatus.REJECTED})


def submit(session: Session, product_id: int, *, actor: Actor) -> ProductRevision:
    """Hand the open revision to the reviewers; a second time changes nothing.

    Raises :class:`IncompleteProductError` with what is missing, and :class:`ConflictError` when nothing is open.
    """
    product = lock_row(session, Product, product_id)
    current = current_products(session, [product_id])[product_id]
    if not current.is_open or product.status is ProductStatus.ARCHIVED:
        raise ConflictError(product.public_id)
    revision = lock_row(session, ProductRevision, current.revision_id)
    hand_in(session, product, revision, current.facts, actor=actor)
    return revision


def hand_in(
    session: Session, product: Product, revision: ProductRevision, facts: ProductFacts, *, actor: Actor
) -> None:
    """Submit rows that the caller has locked or just made."""
    missing = tuple(gap.value for gap in gaps(facts) if gap in BLOCKING)
    if missing:
        raise IncompleteProductError(missing)
    if move(revision, REVISION, RevisionStatus.SUBMITTED, clock.now()) is Decision.APPLY:
        revision.submitted_at, revision.submitted_by = clock.now(), actor.user_id
        audit.record(session, actor, "product.submitted", f"product:{product.public_id}", revision=revision.number)


def take_back(session: Session, product_id: int, *, actor: Actor) -> ProductRevision:
    """Take a waiting revision out of the queue, to go on writing."""
    product = lock_row(session, Product, product_id)
    current = current_products(session, [product_id])[product_id]
    revision = lock_row(session, ProductRevision, current.revision_id)
    if revision.status is not RevisionStatus.SUBMITTED:
        raise AlreadyDecidedError(product.public_id)
    move(revision, REVISION, RevisionStatus.DRAFT, clock.now())
    audit.record(session, actor, "product.taken_back", f"product:{product.public_id}", revision=revision.number)
    return revision


def discard_change(session: Session, product_id: int, *, actor: Actor) -> None:
    """Drop the open revision of a product that has a published one: what is on sale is what there is."""
    product = lock_row(session, Product, product_id)
    current = current_products(session, [product_id])[product_id]
    if not current.is_open or product.published_revision_id is None:
        raise ConflictError(product.public_id)
    revision = lock_row(session, ProductRevision, current.revision_id)
    move(revision, REVISION, RevisionStatus.SUPERSEDED, clock.now())
    audit.record(session, actor, "product.change_discarded", f"product:{product.public_id}", revision=revision.number)


def decide(
    session: Session,
    revision_id: int,
    decision: RevisionStatus,
    *,
    reason: str = "",
    seen: datetime | None = None,
    actor: Actor,
) -> ProductRevision:
    """Decide on a waiting revision: publish it, ask for changes, or reject it.

    ``seen`` is the ``submitted_at`` that the reviewer had on screen: a revision handed in again since is not decided
    unseen. Publishing puts the product on sale and replaces the former revision; the other two need a reason.
    """
    _refuse_stranger(actor, decision)
    reason = " ".join(reason.split())
    if decision is not RevisionStatus.PUBLISHED and not reason:
        raise ReasonMissingError
    product_id = session.scalar(select(ProductRevision.product_id).where(ProductRevision.id == revision_id))
    if product_id is None:
        raise NotFoundError(str(revision_id))
    product = lock_row(session, Product, product_id)
    former_id = product.published_revision_id
    locked = lock_rows(session, ProductRevision, {revision_id, former_id or revision_id})
    revision = locked[revision_id]
    if revision.status is not RevisionStatus.SUBMITTED or (seen is not None and seen != revision.submitted_at):
        raise AlreadyDecidedError(product.public_id)
    if actor.user_id is not None and actor.user_id == revision.submitted_by:
        raise OwnSubmissionError(product.public_id)
    if decision is RevisionStatus.PUBLISHED:
        _publish(session, product, revision, locked.get(former_id or 0))
    move(revision, REVISION, decision, clock.now())
    _note(session, product, revision, decision, reason, actor=actor)
    return revision


def _refuse_stranger(actor: Actor, decision: RevisionStatus) -> None:
    """Whatever page asked for it: only a reviewer decides. Jobs never do, so the system is a stranger too."""
    if decision not in DECISIONS:
        raise ValueError(decision)
    if not actor.can("review.decide") or actor.user_id is None:
        raise NotAllowedError(actor.label)


def _publish(session: Session, product: Product, revision: ProductRevision, former: ProductRevision | None) -> None:
    ready = session.scalar(
        select(func.count())
        .select_from(RevisionPhoto)
        .join(Photo, Photo.id == RevisionPhoto.photo_id)
        .where(RevisionPhoto.revision_id == revision.id, Photo.status == PhotoStatus.READY)
    )
    if not ready:
        raise PhotosNotReadyError(product.public_id)
    now = clock.now()
    if former is not None:
        move(former, REVISION, RevisionStatus.SUPERSEDED, now)
    if product.status is ProductStatus.DRAFT:  # one that its owner has withdrawn stays withdrawn
        move(product, PRODUCT, ProductStatus.ON_SALE, now)
    product.published_revision_id = revision.id
    product.published_at = product.published_at or now
    product.slug = slugify(revision.name)
    emit(session, "product.changed", product_ids=[product.id])


def _note(
    session: Session,
    product: Product,
    revision: ProductRevision,
    decision: RevisionStatus,
    reason: str,
    *,
    actor: Actor,
) -> None:
    session.add(
        ReviewDecision(
            revision_id=revision.id,
            decision=decision,
            reason=reason,
            reviewer_id=actor.user_id,
            decided_at=clock.now(),
        )
    )
    audit.record(
        session,
        actor,
        f"product.{decision.value}",
        f"product:{product.public_id}",
        revision=revision.number,
        has_reason=bool(reason),
    )
    emit(session, "product.decided", revision_id=revision.id, decision=decision.value)
