"""Reads of receipts: what is printed, lists for staff, officers and owners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, or_, select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, User
from gallery.accounts.permissions import Scope
from gallery.catalog.facts import full_name
from gallery.consignment.models import ConsignmentNote, Receipt, ReceiptLine, Receiving
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.core.words import has_words
from gallery.inventory.models import Paper
from gallery.registry.models import Business, Person

PAGE_SIZE: Final = 30


def printed_facts(
    *, gallery_id: int, business_id: int, issued_on: date, lines: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """What a receipt states, in the form that its digest is made of; ``owed_idr`` if every taken piece is sold."""
    return {
        "gallery_id": gallery_id,
        "business_id": business_id,
        "issued_on": issued_on,
        "lines": list(lines),
        "pieces": sum(line["pieces"] for line in lines),
        "rejected": sum(line["rejected"] for line in lines),
        "owed_idr": sum(line["pieces"] * line["consignor_price_idr"] for line in lines),
    }


def receipt_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`Receipt`: of a gallery, an enterprise, or an enterprise of a district of the actor."""
    if scope.everything:
        return true()
    districts = select(Business.id).where(Business.district_code.in_(scope.districts))
    return or_(
        Receipt.gallery_id.in_(scope.galleries),
        Receipt.business_id.in_(scope.businesses),
        Receipt.business_id.in_(districts),
    )


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One receipt in a list."""

    receipt: Receipt
    gallery: Gallery
    business: Business
    lines: int
    pieces: int
    rejected: int
    owed_idr: Rupiah


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    rows: Sequence[ReceiptRow]
    next_cursor: str | None


def receipt_list(
    session: Session, scope: Scope, *, text: str = "", before: int | None = None, limit: int = PAGE_SIZE
) -> ReceiptPage:
    """Return 30 receipts (or ``limit``), newest first; ``before`` is the id of the last one seen."""
    rows = _rows().where(receipt_in_scope(scope))
    if before is not None:
        rows = rows.where(Receipt.id < before)
    rows = rows.where(has_words(text, Receipt.number, Business.name))
    found = [ReceiptRow(*row) for row in session.execute(rows.order_by(Receipt.id.desc()).limit(limit + 1))]
    more = len(found) > limit
    return ReceiptPage(found[:limit], str(found[limit - 1].receipt.id) if more else None)


def receipts_of(session: Session, receiving_ids: Sequence[int], scope: Scope) -> list[ReceiptRow]:
    """Return the receipts that came out of these unpackings, as far as the actor may see them."""
    rows = _rows().where(receipt_in_scope(scope), Receipt.receiving_id.in_(receiving_ids))
    return [ReceiptRow(*row) for row in session.execute(rows.order_by(Receipt.id))]


@dataclass(frozen=True, slots=True)
class WholeReceipt:
    """A receipt with everything that is printed."""

    receipt: Receipt
    gallery: Gallery
    business: Business
    owner: Person
    paper: Paper
    issued_by: str | None
    note: ConsignmentNote | None
    lines: Sequence[ReceiptLine]

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of its digest, as they are in the database now."""
        return printed_facts(
            gallery_id=self.receipt.gallery_id,
            business_id=self.receipt.business_id,
            issued_on=self.paper_day,
            lines=[
                {
                    "name": full_name(line.product_name, line.variant_name),
                    "lot_code": line.lot_code,
                    "expires_on": line.expires_on,
                    "pieces": line.pieces,
                    "rejected": line.rejected_pieces,
                    "price_idr": line.price_idr,
                    "consignor_price_idr": line.consignor_price_idr,
                }
                for line in self.lines
            ],
        )

    @property
    def paper_day(self) -> date:
        """The day it was issued, on the office's calendar."""
        return self.receipt.issued_at.astimezone(clock.LOCAL_ZONE).date()


def whole_receipt(session: Session, public_id: str, scope: Scope) -> WholeReceipt:
    """Return one receipt, or raise :class:`NotFoundError`."""
    row = session.execute(
        select(Receipt, Gallery, Business, Person, Paper, User.name, ConsignmentNote)
        .join(Gallery, Gallery.id == Receipt.gallery_id)
        .join(Business, Business.id == Receipt.business_id)
        .join(Person, Person.id == Business.owner_id)
        .join(Paper, Paper.id == Receipt.paper_id)
        .join(Receiving, Receiving.id == Receipt.receiving_id)
        .outerjoin(ConsignmentNote, ConsignmentNote.id == Receiving.note_id)
        .outerjoin(User, User.id == Receipt.issued_by)
        .where(Receipt.public_id == public_id, receipt_in_scope(scope))
    ).first()
    if row is None:
        raise NotFoundError("Receipt")
    lines = session.scalars(select(ReceiptLine).where(ReceiptLine.receipt_id == row[0].id).order_by(ReceiptLine.id))
    return WholeReceipt(*row, lines.all())


def _rows() -> Select[Receipt, Gallery, Business, int, int, int, Rupiah]:
    def total(amount: Any) -> Any:
        of_lines = select(cast(func.coalesce(amount, 0), BigInteger)).where(ReceiptLine.receipt_id == Receipt.id)
        return of_lines.correlate(Receipt).scalar_subquery()

    return (
        select(
            Receipt,
            Gallery,
            Business,
            total(func.count(ReceiptLine.id)),
            total(func.sum(ReceiptLine.pieces)),
            total(func.sum(ReceiptLine.rejected_pieces)),
            total(func.sum(ReceiptLine.pieces * ReceiptLine.consignor_price_idr)),
        )
        .join(Gallery, Gallery.id == Receipt.gallery_id)
        .join(Business, Business.id == Receipt.business_id)
    )
