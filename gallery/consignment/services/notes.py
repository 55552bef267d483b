"""Consignment notes: written as a draft, sent, called back or cancelled while nothing of them was received."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product, Variant
from gallery.catalog.states import ProductStatus
from gallery.consignment.errors import AlreadyReceivingError, EmptyNoteError, ForeignVariantError, NoteNotEditableError
from gallery.consignment.models import ConsignmentNote, NoteLine, Receiving
from gallery.consignment.states import NOTE, NoteStatus, ReceivingStatus
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row
from gallery.core.money import Rupiah
from gallery.core.states import Decision, move
from gallery.inventory.errors import InvalidQuantityError
from gallery.inventory.services import next_number
from gallery.inventory.states import PaperKind
from gallery.registry.models import Business


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """The head of a note; exactly one of district and business sends it."""

    gallery_id: int
    district_code: str | None = None
    business_id: int | None = None
    arrives_on: date | None = None
    brought_by: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class NoteLineFacts:
    """One line as typed. ``consignor_price_idr`` only where the terms are the owner's price."""

    variant_id: int
    pieces: int
    lot_code: str = ""
    expires_on: date | None = None
    consignor_price_idr: Rupiah | None = None


def create_note(session: Session, facts: NoteFacts, *, copy_of: int | None = None, actor: Actor) -> ConsignmentNote:
    """There is a draft; with ``copy_of`` it has the variants and pieces of that note, without lot codes and dates."""
    note = ConsignmentNote(
        gallery_id=facts.gallery_id,
        district_code=facts.district_code,
        business_id=facts.business_id,
        arrives_on=facts.arrives_on,
        brought_by=facts.brought_by,
        remark=facts.remark,
        created_by=actor.user_id,
    )
    session.add(note)
    session.flush()
    if copy_of is not None:
        earlier = session.scalars(
            select(NoteLine)
            .join(Variant, Variant.id == NoteLine.variant_id)
            .where(NoteLine.note_id == copy_of, Variant.is_active)
            .order_by(NoteLine.position, NoteLine.id)
        )
        for line in earlier.all():
            session.add(
                NoteLine(
                    note_id=note.id,
                    position=line.position,
                    variant_id=line.variant_id,
                    business_id=line.business_id,
                    pieces=line.pieces,
                    consignor_price_idr=line.consignor_price_idr,
                )
            )
    session.flush()
    return note


def edit_note(session: Session, note_id: int, facts: NoteFacts, *, actor: Actor) -> ConsignmentNote:  # noqa: ARG001
    """The draft's head says this; its sender stays."""
    note = _draft(session, note_id)
    note.gallery_id, note.arrives_on = facts.gallery_id, facts.arrives_on
    note.brought_by, note.remark = facts.brought_by, facts.remark
    return note


def add_note_line(
    session: Session,
    note_id: int,
    facts: NoteLineFacts,
    *,
    request_key: str | None = None,
    actor: Actor,  # noqa: ARG001 - all services take it
) -> NoteLine:
    """The draft has the line, once for each request key. :class:`ForeignVariantError` for goods of others."""
    note = _draft(session, note_id)
    if request_key is not None:
        mine = select(NoteLine).where(NoteLine.note_id == note_id, NoteLine.request_key == request_key)
        if (known := session.scalar(mine)) is not None:
            return known
    _refuse_no_pieces(facts.pieces)
    last = session.scalar(select(func.max(NoteLine.position)).where(NoteLine.note_id == note_id)) or 0
    line = NoteLine(
        note_id=note_id,
        position=last + 1,
        variant_id=facts.variant_id,
        business_id=_owner(session, note, facts.variant_id),
        pieces=facts.pieces,
        lot_code=facts.lot_code,
        expires_on=facts.expires_on,
        consignor_price_idr=facts.consignor_price_idr,
        request_key=request_key,
    )
    session.add(line)
    session.flush()
    return line


def edit_note_line(
    session: Session,
    note_id: int,
    line: str,
    facts: NoteLineFacts,
    *,
    actor: Actor,  # noqa: ARG001 - all services take it
) -> NoteLine:
    """The draft's line says this; its variant stays."""
    _draft(session, note_id)
    _refuse_no_pieces(facts.pieces)
    row = _line(session, note_id, line)
    row.pieces, row.lot_code, row.expires_on = facts.pieces, facts.lot_code, facts.expires_on
    row.consignor_price_idr = facts.consignor_price_idr
    return row


def remove_note_line(session: Session, note_id: int, line: str, *, actor: Actor) -> None:  # noqa: ARG001
    """The draft has the line no more; taking it out twice is no error."""
    _draft(session, note_id)
    row = session.scalar(select(NoteLine).where(NoteLine.note_id == note_id, NoteLine.public_id == line))
    if row is not None:
        session.delete(row)


def send_note(session: Session, note_id: int, *, actor: Actor) -> ConsignmentNote:
    """The gallery sees the note, under a number that it keeps. :class:`EmptyNoteError` without a line."""
    note = lock_row(session, ConsignmentNote, note_id)
    if not session.scalar(select(func.count()).where(NoteLine.note_id == note_id)):
        raise EmptyNoteError(note.public_id)
    if note.status is NoteStatus.SENT:
        return note
    move(note, NOTE, NoteStatus.SENT, clock.now())
    note.sent_at = clock.now()
    if note.number is None:
        gallery = session.get_one(Gallery, note.gallery_id)
        note.number = next_number(session, gallery.code, PaperKind.NOTE)
    audit.record(session, actor, "consignment.note_sent", f"consignment_note:{note.public_id}", number=note.number)
    return note


def call_back_note(session: Session, note_id: int, *, actor: Actor) -> ConsignmentNote:
    """What was sent is a draft again, while nobody has begun to receive it (:class:`AlreadyReceivingError`)."""
    note = lock_row(session, ConsignmentNote, note_id)
    _refuse_while_receiving(session, note)
    if move(note, NOTE, NoteStatus.DRAFT, clock.now()) is Decision.APPLY:
        audit.record(session, actor, "consignment.note_called_back", f"consignment_note:{note.public_id}")
    return note


def cancel_note(session: Session, note_id: int, *, actor: Actor) -> ConsignmentNote:
    """The goods do not come; only before anything was received."""
    note = lock_row(session, ConsignmentNote, note_id)
    _refuse_while_receiving(session, note)
    if move(note, NOTE, NoteStatus.CANCELLED, clock.now()) is Decision.APPLY:
        audit.record(session, actor, "consignment.note_cancelled", f"consignment_note:{note.public_id}")
    return note


def close_note(session: Session, note_id: int, *, actor: Actor) -> ConsignmentNote:
    """What is still missing of the note does not come any more."""
    note = lock_row(session, ConsignmentNote, note_id)
    _refuse_while_receiving(session, note)
    if note.status is NoteStatus.SENT:
        raise NoteNotEditableError(note.public_id)  # nothing came at all: that is a cancellation
    if move(note, NOTE, NoteStatus.CLOSED, clock.now()) is Decision.APPLY:
        audit.record(session, actor, "consignment.note_closed", f"consignment_note:{note.public_id}")
    return note


def _draft(session: Session, note_id: int) -> ConsignmentNote:
    note = lock_row(session, ConsignmentNote, note_id)
    if note.status is not NoteStatus.DRAFT:
        raise NoteNotEditableError(note.public_id)
    return note


def _line(session: Session, note_id: int, line: str) -> NoteLine:
    row = session.scalar(select(NoteLine).where(NoteLine.note_id == note_id, NoteLine.public_id == line))
    if row is None:
        raise NotFoundError("NoteLine")
    return row


def _refuse_no_pieces(pieces: int) -> None:
    if pieces < 1:
        raise InvalidQuantityError(str(pieces))


def _refuse_while_receiving(session: Session, note: ConsignmentNote) -> None:
    is_open = select(Receiving.id).where(Receiving.note_id == note.id, Receiving.status == ReceivingStatus.OPEN)
    if session.scalar(is_open) is not None:
        raise AlreadyReceivingError(note.public_id)


def _owner(session: Session, note: ConsignmentNote, variant_id: int) -> int:
    owner = session.execute(
        select(Business.id, Business.district_code)
        .join(Product, Product.business_id == Business.id)
        .join(Variant, Variant.product_id == Product.id)
        .where(Variant.id == variant_id, Variant.is_active, Product.status != ProductStatus.ARCHIVED)
    ).first()
    if owner is None or (note.business_id or owner.id) != owner.id:
        raise ForeignVariantError(str(variant_id))
    if note.district_code is not None and owner.district_code != note.district_code:
        raise ForeignVariantError(str(variant_id))
    return int(owner.id)
