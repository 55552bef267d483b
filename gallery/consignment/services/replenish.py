"""More goods: a gallery asks, the owner or its district answers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product, Variant
from gallery.consignment.models import ReplenishmentRequest
from gallery.consignment.states import REPLENISHMENT, ReplenishmentStatus
from gallery.core import audit, clock
from gallery.core.locks import lock_row
from gallery.core.states import Decision, move
from gallery.inventory.errors import InvalidQuantityError


def ask_goods(
    session: Session, gallery_id: int, variant_id: int, pieces: int, *, note: str = "", actor: Actor
) -> ReplenishmentRequest:
    """The gallery has one open request for the article; asking again only changes how many."""
    if pieces < 1:
        raise InvalidQuantityError(str(pieces))
    product = lock_row(session, Product, session.get_one(Variant, variant_id).product_id)  # of two who ask, one waits
    open_ = select(ReplenishmentRequest).where(
        ReplenishmentRequest.gallery_id == gallery_id,
        ReplenishmentRequest.variant_id == variant_id,
        ReplenishmentRequest.status != ReplenishmentStatus.CLOSED,
    )
    row = session.scalar(open_)
    if row is None:
        row = ReplenishmentRequest(
            gallery_id=gallery_id, variant_id=variant_id, business_id=product.business_id, asked_by=actor.user_id
        )
        session.add(row)
    row.pieces, row.note = pieces, note
    session.flush()
    audit.record(session, actor, "replenishment.asked", f"replenishment:{row.public_id}", pieces=pieces)
    return row


def answer_goods(session: Session, request_id: int, *, answer: str, actor: Actor) -> ReplenishmentRequest:
    """The gallery reads the answer; a later answer takes the place of the first."""
    row = lock_row(session, ReplenishmentRequest, request_id)
    move(row, REPLENISHMENT, ReplenishmentStatus.ANSWERED, clock.now())
    row.answer, row.answered_by, row.answered_at = answer, actor.user_id, clock.now()
    audit.record(session, actor, "replenishment.answered", f"replenishment:{row.public_id}")
    return row


def close_goods(session: Session, request_id: int, *, actor: Actor) -> ReplenishmentRequest:
    """The request is done with: the goods came, or will not."""
    row = lock_row(session, ReplenishmentRequest, request_id)
    if move(row, REPLENISHMENT, ReplenishmentStatus.CLOSED, clock.now()) is Decision.APPLY:
        audit.record(session, actor, "replenishment.closed", f"replenishment:{row.public_id}")
    return row
