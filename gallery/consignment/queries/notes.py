"""Reads of consignment notes: who may see which, lists and lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Scope
from gallery.catalog.facts import full_name
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.consignment.models import ConsignmentNote, NoteLine, Receiving
from gallery.consignment.queries.receiving import in_galleries, pieces_of_note
from gallery.consignment.states import NoteStatus, ReceivingStatus
from gallery.core.errors import NotFoundError
from gallery.core.words import contains, has_words, words_of
from gallery.inventory.queries import is_newest_version
from gallery.regions.models import Region
from gallery.registry.models import Business

PAGE_SIZE: Final = 30


def note_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`ConsignmentNote`: sent by the actor's district or enterprise, or to its gallery.

    A gallery sees no drafts. An enterprise also sees the collective notes of its district that name it.
    """
    if scope.everything:
        return true()
    of_district = select(Business.id).where(Business.district_code.in_(scope.districts))
    with_mine = select(NoteLine.note_id).where(NoteLine.business_id.in_(scope.businesses))
    return or_(
        and_(ConsignmentNote.gallery_id.in_(scope.galleries), ConsignmentNote.status != NoteStatus.DRAFT),
        ConsignmentNote.district_code.in_(scope.districts),
        ConsignmentNote.business_id.in_(of_district),
        ConsignmentNote.business_id.in_(scope.businesses),
        and_(ConsignmentNote.id.in_(with_mine), ConsignmentNote.status != NoteStatus.DRAFT),
    )


def may_write(note: ConsignmentNote, scope: Scope) -> bool:
    """Whether somebody with this scope of "consignment.send" is the note's sender."""
    return (
        scope.everything
        or (note.district_code is not None and note.district_code in scope.districts)
        or (note.business_id is not None and note.business_id in scope.businesses)
    )


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note in a list, with its sender's name."""

    note: ConsignmentNote
    gallery: Gallery
    sender: str
    lines: int
    pieces: int
    owners: int


@dataclass(frozen=True, slots=True)
class NotePage:
    rows: Sequence[NoteRow]
    next_cursor: str | None


def note_list(
    session: Session,
    scope: Scope,
    *,
    status: NoteStatus | None = None,
    text: str = "",
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> NotePage:
    """Return 30 notes (or ``limit``), newest first; ``before`` is the id of the last one seen."""
    rows = _rows().where(note_in_scope(scope))
    if status is not None:
        rows = rows.where(ConsignmentNote.status == status)
    if before is not None:
        rows = rows.where(ConsignmentNote.id < before)
    rows = rows.where(has_words(text, ConsignmentNote.number, Business.name, Region.name))
    found = session.execute(rows.order_by(ConsignmentNote.id.desc()).limit(limit + 1)).all()
    more = len(found) > limit
    return NotePage([_row(row) for row in found[:limit]], str(found[limit - 1][0].id) if more else None)


def expected_notes(session: Session, scope: Scope, *, limit: int = PAGE_SIZE) -> list[NoteRow]:
    """Return at most 30 (or ``limit``) notes that a gallery waits for and nobody unpacks yet, the earliest first."""
    waits = ConsignmentNote.status.in_([NoteStatus.SENT, NoteStatus.PARTLY_RECEIVED])
    mine = in_galleries(scope, ConsignmentNote.gallery_id)
    unpacked = select(Receiving.note_id).where(
        Receiving.note_id == ConsignmentNote.id, Receiving.status == ReceivingStatus.OPEN
    )
    rows = _rows().where(mine, waits, ~unpacked.correlate(ConsignmentNote).exists())
    rows = rows.order_by(ConsignmentNote.arrives_on, ConsignmentNote.id).limit(limit)
    return [_row(row) for row in session.execute(rows)]


def note(session: Session, public_id: str, scope: Scope) -> NoteRow:
    """Return one note, or raise :class:`NotFoundError`."""
    row = session.execute(_rows().where(ConsignmentNote.public_id == public_id, note_in_scope(scope))).first()
    if row is None:
        raise NotFoundError("ConsignmentNote")
    return _row(row)


@dataclass(frozen=True, slots=True)
class NoteLineRow:
    """One line with its words, and how many of its pieces came."""

    line: NoteLine
    variant: Variant
    product_name: str
    business_name: str
    came: int

    @property
    def name(self) -> str:
        return full_name(self.product_name, self.variant.name)


def note_lines(
    session: Session, note: ConsignmentNote, *, businesses: frozenset[int] | None = None
) -> list[NoteLineRow]:
    """Return the lines in the order of writing; with ``businesses`` only theirs."""
    rows = (
        select(NoteLine, Variant, ProductRevision.name, Business.name)
        .join(Variant, Variant.id == NoteLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == NoteLine.business_id)
        .where(NoteLine.note_id == note.id)
        .order_by(NoteLine.position, NoteLine.id)
    )
    if businesses is not None:
        rows = rows.where(NoteLine.business_id.in_(businesses))
    came = pieces_of_note(session, note.id)
    return [NoteLineRow(*row, came.get(row[0].id, 0)) for row in session.execute(rows)]


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant that a sender may put on a note."""

    variant_id: int
    name: str
    business_name: str
    sku: str | None


def offers(
    session: Session,
    *,
    district_code: str | None = None,
    business_id: int | None = None,
    text: str = "",
    limit: int = 400,
) -> list[Offer]:
    """Return the active variants of the district's (or the one) enterprise by maker and name."""
    rows = (
        select(Variant.id, ProductRevision.name, Variant.name, Business.name, Variant.sku)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == Product.business_id)
        .where(Variant.is_active, Business.is_active)
    )
    if district_code is not None:
        rows = rows.where(Business.district_code == district_code)
    if business_id is not None:
        rows = rows.where(Business.id == business_id)
    for word in words_of(text):
        named = (contains(column, word) for column in (ProductRevision.name, Variant.name, Business.name))
        rows = rows.where(or_(*named, func.lower(Variant.sku) == word))
    found = session.execute(rows.order_by(Business.name, ProductRevision.name, Variant.id).limit(limit))
    return [Offer(row[0], full_name(row[1], row[2]), row[3], row[4]) for row in found]


def _rows() -> Any:
    def of_lines(amount: Any) -> Any:
        mine = select(func.coalesce(amount, 0)).where(NoteLine.note_id == ConsignmentNote.id)
        return mine.correlate(ConsignmentNote).scalar_subquery()

    return (
        select(
            ConsignmentNote,
            Gallery,
            func.coalesce(Business.name, Region.name),
            of_lines(func.count(NoteLine.id)),
            of_lines(func.sum(NoteLine.pieces)),
            of_lines(func.count(NoteLine.business_id.distinct())),
        )
        .join(Gallery, Gallery.id == ConsignmentNote.gallery_id)
        .outerjoin(Business, Business.id == ConsignmentNote.business_id)
        .outerjoin(Region, Region.code == ConsignmentNote.district_code)
    )


def _row(row: Any) -> NoteRow:
    return NoteRow(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5]))
