"""Unpacking: every scan is a row of its own, so people who count together only ever add."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product, Variant
from gallery.consignment.errors import (
    CountBelowZeroError,
    ForeignVariantError,
    NoteNotEditableError,
    ReasonMissingError,
    ReceivingClosedError,
)
from gallery.consignment.models import ConsignmentNote, NoteLine, Receiving, ReceivingCount, ReceivingLine
from gallery.consignment.queries.receiving import pieces_of_note
from gallery.consignment.states import RECEIVING, NoteStatus, ReceivingStatus, RejectedAs
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError
from gallery.core.ids import public_id
from gallery.core.locks import lock_row
from gallery.core.money import Rupiah
from gallery.core.states import move
from gallery.inventory.errors import InvalidQuantityError
from gallery.inventory.services.ledger import insert_once

EXPECTED = frozenset({NoteStatus.SENT, NoteStatus.PARTLY_RECEIVED})


@dataclass(frozen=True, slots=True)
class Count:
    """One scan. ``pieces`` is signed: a correction takes back. With a reason the pieces are not taken."""

    scan_key: str
    pieces: int = 1
    reject_reason: RejectedAs | None = None
    reject_note: str = ""
    photo_file_id: int | None = None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known of the pieces of a line besides their number."""

    lot_code: str = ""
    expires_on: date | None = None
    shelf: str = ""
    consignor_price_idr: Rupiah | None = None


def open_receiving(
    session: Session, gallery_id: int, *, note_id: int | None = None, request_key: str | None = None, actor: Actor
) -> Receiving:
    """Return the open unpacking of the note, begun with its lines where there was none; without a note a new one.

    Two people who begin at once share one. The same request key begins once.
    """
    if note_id is not None:
        note = lock_row(session, ConsignmentNote, note_id)
        shared = select(Receiving).where(Receiving.note_id == note_id, Receiving.status == ReceivingStatus.OPEN)
        if (found := session.scalar(shared)) is not None:
            return found
        if note.status not in EXPECTED or note.gallery_id != gallery_id:
            raise NoteNotEditableError(note.public_id)
    name = public_id()
    insert_once(
        session,
        Receiving,
        public_id=name,
        gallery_id=gallery_id,
        note_id=note_id,
        request_key=request_key,
        opened_by=actor.user_id,
    )
    # No row is there to lock before the first of a key: of two sent at once the key lets one in, both read that one.
    mine = Receiving.public_id == name if request_key is None else Receiving.request_key == request_key
    receiving = session.scalars(select(Receiving).where(mine)).one()
    if receiving.public_id != name:
        return receiving
    if note_id is not None:
        receiving.brought_by = note.brought_by
        _take_over_lines(session, receiving, note_id)
    audit.record(session, actor, "consignment.receiving_opened", f"receiving:{receiving.public_id}")
    return receiving


def count_variant(session: Session, receiving_id: int, variant_id: int, count: Count, *, actor: Actor) -> ReceivingLine:
    """The scanned pieces are counted: on the first line of the variant that still expects some, else on its last one.

    A variant that is on no line gets one. The same scan key counts once.
    """
    receiving = _open(session, receiving_id)
    if (known := _known(session, receiving_id, count.scan_key)) is not None:
        return known
    line = _line_for(session, receiving, variant_id) or _new_line(session, receiving, variant_id, LineFacts())
    _add(session, line, count, actor)
    return line


def count_line(session: Session, receiving_id: int, line: str, count: Count, *, actor: Actor) -> ReceivingLine:
    """The pieces are counted on that very line. The same scan key counts once."""
    _open(session, receiving_id)
    if (known := _known(session, receiving_id, count.scan_key)) is not None:
        return known
    row = _line(session, receiving_id, line)
    _add(session, row, count, actor)
    return row


def add_line(session: Session, receiving_id: int, variant_id: int, facts: LineFacts, *, actor: Actor) -> ReceivingLine:
    """There is one more line of the variant, e.g. for pieces with another date."""
    receiving = _open(session, receiving_id)
    audit.record(session, actor, "consignment.line_added", f"receiving:{receiving.public_id}", variant_id=variant_id)
    return _new_line(session, receiving, variant_id, facts)


def describe_line(session: Session, receiving_id: int, line: str, facts: LineFacts, *, actor: Actor) -> ReceivingLine:
    """The line's pieces have this lot code, date, shelf and price. A later date makes an exception needless."""
    _open(session, receiving_id)
    row = _line(session, receiving_id, line)
    if row.expires_on != facts.expires_on and row.exception_reason:
        row.exception_reason, row.exception_by = "", None  # it was given for another date
        audit.record(session, actor, "consignment.exception_dropped", f"receiving_line:{row.public_id}")
    row.lot_code, row.expires_on, row.shelf = facts.lot_code, facts.expires_on, facts.shelf
    row.consignor_price_idr = facts.consignor_price_idr
    return row


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people wrote different things into one field of a line; ``theirs`` was first and stays."""

    field: str
    theirs: Any
    mine: Any


def merge_line(
    session: Session, receiving_id: int, line: str, facts: LineFacts, *, seen: LineFacts | None, actor: Actor
) -> list[Clash]:
    """The line has what ``facts`` changed of what the writer had ``seen``; what others wrote meanwhile stays.

    Return the fields in which both changed the same thing differently: there the first one's words stand. Where nobody
    tells what was ``seen``, the line is as ``facts`` say.
    """
    if seen is None:
        describe_line(session, receiving_id, line, facts, actor=actor)
        return []
    _open(session, receiving_id)
    row = _line(session, receiving_id, line)
    merged, clashes = {}, []
    for name in ("lot_code", "expires_on", "shelf", "consignor_price_idr"):
        now, was, new = getattr(row, name), getattr(seen, name), getattr(facts, name)
        merged[name] = new if new != was and now == was else now
        if new not in (was, now) and now != was:
            clashes.append(Clash(name, now, new))
    describe_line(session, receiving_id, line, LineFacts(**merged), actor=actor)
    return clashes


def accept_short_life(session: Session, receiving_id: int, line: str, reason: str, *, actor: Actor) -> ReceivingLine:
    """The line's date is taken although the terms ask for more; a manager says why."""
    if not reason.strip():
        raise ReasonMissingError(line)
    _open(session, receiving_id)
    row = _line(session, receiving_id, line)
    row.exception_reason, row.exception_by = reason.strip(), actor.user_id
    subject = f"receiving_line:{row.public_id}"
    audit.record(session, actor, "consignment.short_life_accepted", subject, expires_on=str(row.expires_on))
    return row


def abandon_receiving(session: Session, receiving_id: int, *, actor: Actor) -> Receiving:
    """Nothing of it is received; a note can be unpacked anew. What was counted stays readable."""
    receiving = _open(session, receiving_id)
    move(receiving, RECEIVING, ReceivingStatus.ABANDONED, clock.now())
    audit.record(session, actor, "consignment.receiving_abandoned", f"receiving:{receiving.public_id}")
    return receiving


def _open(session: Session, receiving_id: int) -> Receiving:
    receiving = lock_row(session, Receiving, receiving_id)
    if receiving.status is not ReceivingStatus.OPEN:
        raise ReceivingClosedError(receiving.public_id)
    return receiving


def _known(session: Session, receiving_id: int, scan_key: str) -> ReceivingLine | None:
    return session.scalar(
        select(ReceivingLine)
        .join(ReceivingCount, ReceivingCount.line_id == ReceivingLine.id)
        .where(ReceivingCount.receiving_id == receiving_id, ReceivingCount.scan_key == scan_key)
    )


def _line(session: Session, receiving_id: int, line: str) -> ReceivingLine:
    row = session.scalar(
        select(ReceivingLine).where(ReceivingLine.receiving_id == receiving_id, ReceivingLine.public_id == line)
    )
    if row is None:
        raise NotFoundError("ReceivingLine")
    return row


def _line_for(session: Session, receiving: Receiving, variant_id: int) -> ReceivingLine | None:
    counted = (
        select(func.coalesce(func.sum(ReceivingCount.pieces), 0))
        .where(ReceivingCount.line_id == ReceivingLine.id)
        .correlate(ReceivingLine)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ReceivingLine, counted)
        .where(ReceivingLine.receiving_id == receiving.id, ReceivingLine.variant_id == variant_id)
        .order_by(ReceivingLine.id)
    ).all()
    waiting = [line for line, pieces in rows if pieces < line.expected]
    return waiting[0] if waiting else (rows[-1][0] if rows else None)


def _new_line(session: Session, receiving: Receiving, variant_id: int, facts: LineFacts) -> ReceivingLine:
    owner = session.scalar(
        select(Product.business_id)
        .join(Variant, Variant.product_id == Product.id)
        .where(Variant.id == variant_id, Variant.is_active)
    )
    if owner is None:
        raise ForeignVariantError(str(variant_id))
    line = ReceivingLine(
        receiving_id=receiving.id,
        variant_id=variant_id,
        business_id=owner,
        lot_code=facts.lot_code,
        expires_on=facts.expires_on,
        shelf=facts.shelf,
        consignor_price_idr=facts.consignor_price_idr,
    )
    session.add(line)
    session.flush()
    return line


def _add(session: Session, line: ReceivingLine, count: Count, actor: Actor) -> None:
    if count.pieces == 0:
        raise InvalidQuantityError("0")
    is_taken = ReceivingCount.reject_reason.is_(None)
    same = is_taken if count.reject_reason is None else ~is_taken
    so_far = session.scalar(select(func.sum(ReceivingCount.pieces)).where(ReceivingCount.line_id == line.id, same)) or 0
    if so_far + count.pieces < 0:
        raise CountBelowZeroError(line.public_id)
    session.add(
        ReceivingCount(
            receiving_id=line.receiving_id,
            line_id=line.id,
            scan_key=count.scan_key,
            pieces=count.pieces,
            reject_reason=count.reject_reason,
            reject_note=count.reject_note,
            photo_file_id=count.photo_file_id,
            counted_by=actor.user_id,
        )
    )
    session.flush()


def _take_over_lines(session: Session, receiving: Receiving, note_id: int) -> None:
    """Each line of the note waits for the pieces that have not come yet, with what the sender wrote about them."""
    came = pieces_of_note(session, note_id)
    lines = select(NoteLine).where(NoteLine.note_id == note_id).order_by(NoteLine.position, NoteLine.id)
    for line in session.scalars(lines).all():
        if came.get(line.id, 0) < line.pieces:
            session.add(
                ReceivingLine(
                    receiving_id=receiving.id,
                    note_line_id=line.id,
                    variant_id=line.variant_id,
                    business_id=line.business_id,
                    expected=line.pieces - came.get(line.id, 0),
                    lot_code=line.lot_code,
                    expires_on=line.expires_on,
                    consignor_price_idr=line.consignor_price_idr,
                )
            )
    session.flush()
