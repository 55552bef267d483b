"""Reads of unpackings: what was counted so far, and by how many pieces it differs from the note."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, User
from gallery.accounts.permissions import Scope
from gallery.catalog.facts import full_name
from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.consignment.models import ConsignmentNote, Receiving, ReceivingCount, ReceivingLine
from gallery.consignment.queries.terms import TermsFacts, terms_on
from gallery.consignment.states import ReceivingStatus, RejectedAs
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.core.money import Rupiah
from gallery.core.words import has_words
from gallery.inventory.queries import is_newest_version
from gallery.registry.models import Business

PAGE_SIZE: Final = 30


def pieces_of_note(session: Session, note_id: int) -> dict[int, int]:
    """Return by line of the note how many pieces came in finished unpackings, taken or not."""
    rows = session.execute(
        select(ReceivingLine.note_line_id, func.sum(ReceivingCount.pieces))
        .join(Receiving, Receiving.id == ReceivingLine.receiving_id)
        .join(ReceivingCount, ReceivingCount.line_id == ReceivingLine.id)
        .where(
            Receiving.note_id == note_id,
            Receiving.status == ReceivingStatus.FINISHED,
            ReceivingLine.note_line_id.is_not(None),
        )
        .group_by(ReceivingLine.note_line_id)
    )
    return {line: int(pieces) for line, pieces in rows if line is not None}


@dataclass(frozen=True, slots=True)
class ReceivingRow:
    """One unpacking in a list."""

    receiving: Receiving
    gallery: Gallery
    note: ConsignmentNote | None
    opened_by: str | None
    pieces: int


def in_galleries(scope: Scope, column: Any) -> ColumnElement[bool]:
    """Condition: everywhere, or the galleries that the actor works in."""
    return true() if scope.everything else column.in_(scope.galleries)


def open_receivings(session: Session, scope: Scope, *, limit: int = PAGE_SIZE) -> list[ReceivingRow]:
    """Return at most 30 (or ``limit``) unpackings that are not finished, newest first."""
    rows = _receivings(scope).where(Receiving.status == ReceivingStatus.OPEN)
    found = session.execute(rows.order_by(Receiving.id.desc()).limit(limit))
    return [ReceivingRow(row[0], row[1], row[2], row[3], int(row[4])) for row in found]


def receiving(session: Session, public_id: str, scope: Scope) -> ReceivingRow:
    """Return one unpacking, or raise :class:`NotFoundError`."""
    row = session.execute(_receivings(scope).where(Receiving.public_id == public_id)).first()
    if row is None:
        raise NotFoundError("Receiving")
    return ReceivingRow(row[0], row[1], row[2], row[3], int(row[4]))


def _receivings(scope: Scope) -> Any:
    counted = (
        select(func.coalesce(func.sum(ReceivingCount.pieces), 0))
        .where(ReceivingCount.receiving_id == Receiving.id)
        .correlate(Receiving)
        .scalar_subquery()
    )
    return (
        select(Receiving, Gallery, ConsignmentNote, User.name, counted)
        .join(Gallery, Gallery.id == Receiving.gallery_id)
        .outerjoin(ConsignmentNote, ConsignmentNote.id == Receiving.note_id)
        .outerjoin(User, User.id == Receiving.opened_by)
        .where(in_galleries(scope, Receiving.gallery_id))
    )


@dataclass(frozen=True, slots=True)
class CountedLine:
    """A line with its words, its counts, and the terms that hold for it today."""

    line: ReceivingLine
    variant: Variant
    product_name: str
    shelf_life_days: int | None
    business: Business
    taken: int
    rejected: int
    terms: TermsFacts
    earliest_expiry: date

    @property
    def name(self) -> str:
        return full_name(self.product_name, self.variant.name)

    @property
    def owed_idr(self) -> Rupiah | None:
        """What the owner gets for one piece; none while its own price is not named."""
        return self.terms.owner_share(self.variant.price_idr, self.line.consignor_price_idr)

    @property
    def is_short(self) -> bool:
        """Whether the date leaves less than the terms ask for."""
        return self.line.expires_on is not None and self.line.expires_on < self.earliest_expiry


def counted_lines(session: Session, receiving: Receiving, *, line: str | None = None) -> list[CountedLine]:
    """Return all lines of the unpacking (or the one named) in the order of their making."""
    taken, rejected = ReceivingCount.reject_reason.is_(None), ReceivingCount.reject_reason.is_not(None)
    rows = (
        select(
            ReceivingLine,
            Variant,
            ProductRevision.name,
            ProductRevision.shelf_life_days,
            Business,
            _sum(taken),
            _sum(rejected),
        )
        .join(Variant, Variant.id == ReceivingLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == ReceivingLine.business_id)
        .where(ReceivingLine.receiving_id == receiving.id)
        .order_by(ReceivingLine.id)
    )
    if line is not None:
        rows = rows.where(ReceivingLine.public_id == line)
    found = session.execute(rows).all()
    today = clock.today()
    terms = terms_on(session, receiving.gallery_id, {row[4].id for row in found}, today)
    return [
        CountedLine(
            *row[:5],
            int(row[5]),
            int(row[6]),
            terms[row[4].id],
            terms[row[4].id].earliest_expiry(today, row[3]),
        )
        for row in found
    ]


def _sum(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    pieces = select(func.coalesce(func.sum(ReceivingCount.pieces), 0))
    return (
        pieces.where(ReceivingCount.line_id == ReceivingLine.id, condition).correlate(ReceivingLine).scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Rejected:
    """Pieces of a line that were not taken, and the picture that shows why."""

    count: ReceivingCount
    by: str | None
    photo: StoredFile | None


def rejections(session: Session, line_id: int) -> list[Rejected]:
    """Return what was not taken of the line, first to last."""
    rows = (
        select(ReceivingCount, User.name, StoredFile)
        .outerjoin(User, User.id == ReceivingCount.counted_by)
        .outerjoin(StoredFile, StoredFile.id == ReceivingCount.photo_file_id)
        .where(ReceivingCount.line_id == line_id, ReceivingCount.reject_reason.is_not(None))
        .order_by(ReceivingCount.id)
    )
    return [Rejected(*row) for row in session.execute(rows)]


def rejection_photo(session: Session, public_id: str, scope: Scope) -> StoredFile:
    """Return the picture of a rejection in one of the actor's galleries, or raise :class:`NotFoundError`."""
    row = session.scalar(
        select(StoredFile)
        .join(ReceivingCount, ReceivingCount.photo_file_id == StoredFile.id)
        .join(Receiving, Receiving.id == ReceivingCount.receiving_id)
        .where(StoredFile.public_id == public_id, in_galleries(scope, Receiving.gallery_id))
    )
    if row is None:
        raise NotFoundError("StoredFile")
    return row


def main_reasons(session: Session, line_ids: Collection[int]) -> dict[int, RejectedAs]:
    """Return by line the reason that most of its rejected pieces have."""
    rows = session.execute(
        select(ReceivingCount.line_id, ReceivingCount.reject_reason)
        .where(ReceivingCount.line_id.in_(line_ids), ReceivingCount.reject_reason.is_not(None))
        .group_by(ReceivingCount.line_id, ReceivingCount.reject_reason)
        .order_by(func.sum(ReceivingCount.pieces))
    )
    return {line: reason for line, reason in rows if reason is not None}


@dataclass(frozen=True, slots=True)
class Found:
    """A variant that a scan or a few typed letters may mean."""

    variant_id: int
    variant_public_id: str
    name: str
    business_name: str
    is_expected: bool


def variants_meant(
    session: Session,
    receiving: Receiving,
    *,
    variant_id: int | None = None,
    gtin: str | None = None,
    text: str = "",
    public_id: str | None = None,
) -> Sequence[Found]:
    """Return at most 12 variants that a code or words name; those that the unpacking already lists come first."""
    expected = select(ReceivingLine.variant_id).where(ReceivingLine.receiving_id == receiving.id)
    is_expected = Variant.id.in_(expected)
    rows = (
        select(Variant.id, Variant.public_id, ProductRevision.name, Variant.name, Business.name, is_expected)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, is_newest_version())
        .join(Business, Business.id == Product.business_id)
        .where(Variant.is_active)
    )
    if public_id is not None:
        rows = rows.where(Variant.public_id == public_id)
    elif variant_id is not None:
        rows = rows.where(Variant.id == variant_id)
    elif gtin is not None:
        rows = rows.where(or_(Variant.barcode == gtin, Variant.sku == gtin))
    elif exact := session.execute(
        rows.where(or_(func.lower(Variant.sku) == text.strip().lower(), Variant.barcode == text.strip())).limit(2)
    ).all():
        return [_found(row) for row in exact]
    else:
        rows = rows.where(has_words(text, ProductRevision.name, Variant.name, Business.name))
    found = session.execute(rows.order_by(is_expected.desc(), ProductRevision.name, Variant.id).limit(12))
    return [_found(row) for row in found]


def _found(row: Any) -> Found:
    return Found(row[0], row[1], full_name(row[2], row[3]), row[4], bool(row[5]))
