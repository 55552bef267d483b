"""How much of the consigned goods' papers waits for whom: figures of first pages, one statement each."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.consignment.models import ConsignmentNote, OwnerReturn, PriceRequest, ReplenishmentRequest, WriteOff
from gallery.consignment.queries.leaving import owner_in_scope
from gallery.consignment.queries.receiving import in_galleries
from gallery.consignment.states import (
    NoteStatus,
    OwnerReturnStatus,
    PriceRequestStatus,
    ReplenishmentStatus,
    WriteOffStatus,
)
from gallery.inventory.models import Place
from gallery.inventory.queries import place_in_scope


@dataclass(frozen=True, slots=True)
class ForOwner:
    """Requests for more goods and proposed prices without an answer, and returns that nobody fetched yet."""

    goods: int
    prices: int
    returns: int


@dataclass(frozen=True, slots=True)
class ForGallery:
    """Notes whose goods have not all come, and write-offs that wait for a second person."""

    notes: int
    losses: int


def waiting_for_owner(session: Session, scope: Scope) -> ForOwner:
    """Count what waits for the owners that the scope names, itself or by district."""

    def count(model: Any, status: object) -> ScalarSelect[int]:
        mine = owner_in_scope(scope, model.business_id)
        return select(func.count()).select_from(model).where(mine, model.status == status).scalar_subquery()

    row = session.execute(
        select(
            count(ReplenishmentRequest, ReplenishmentStatus.OPEN),
            count(PriceRequest, PriceRequestStatus.PROPOSED),
            count(OwnerReturn, OwnerReturnStatus.PREPARED),
        )
    ).one()
    return ForOwner(*row)


def waiting_for_gallery(session: Session, scope: Scope) -> ForGallery:
    """Count what waits for the galleries of the scope."""
    comes = ConsignmentNote.status.in_([NoteStatus.SENT, NoteStatus.PARTLY_RECEIVED])
    notes = select(func.count(ConsignmentNote.id)).where(comes, in_galleries(scope, ConsignmentNote.gallery_id))
    losses = (
        select(func.count(WriteOff.id))
        .join(Place, Place.id == WriteOff.place_id)
        .where(place_in_scope(scope), WriteOff.status == WriteOffStatus.WAITING)
    )
    return ForGallery(*session.execute(select(notes.scalar_subquery(), losses.scalar_subquery())).one())
