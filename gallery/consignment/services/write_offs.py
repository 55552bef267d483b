"""Losses with minutes: pieces are put aside when they are reported, and leave when a second person approves."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.consignment.errors import SecondPersonError
from gallery.consignment.models import WriteOff, WriteOffLine
from gallery.consignment.queries.goods import owed_for_piece, refuse_foreign_goods
from gallery.consignment.queries.papers import write_off_facts
from gallery.consignment.queries.terms import terms_of_lots
from gallery.consignment.services.papers import write_paper
from gallery.consignment.states import WRITE_OFF, WriteOffStatus
from gallery.core import audit, clock
from gallery.core.locks import lock_row, lock_rows
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.inventory.models import StockItem
from gallery.inventory.states import DocumentKind, MovementReason, PaperKind


@dataclass(frozen=True, slots=True)
class Loss:
    """Pieces of one stock row, and what became of them."""

    stock_item_id: int
    pieces: int
    reason: MovementReason


def prepare_write_off(
    session: Session,
    place_id: int,
    business_id: int,
    losses: Sequence[Loss],
    *,
    note: str = "",
    photo_file_id: int | None = None,
    request_key: str,
    actor: Actor,
) -> WriteOff:
    """The pieces are put aside and wait for a second person; valued at what their owner would have got for them.

    ``photo_file_id`` is a clean picture that shows what happened to them.
    """
    pieces = {loss.stock_item_id: loss.pieces for loss in losses}
    items = lock_rows(session, StockItem, pieces)
    done = session.scalar(select(WriteOff).where(WriteOff.request_key == request_key))
    if done is not None:
        return done
    prices = refuse_foreign_goods(session, place_id, business_id, pieces)
    terms = terms_of_lots(session, {item.lot_id for item in items.values()})
    lines = []
    for loss in sorted(losses, key=lambda loss: loss.stock_item_id):
        mine = terms.get(items[loss.stock_item_id].lot_id)
        lines.append(
            WriteOffLine(
                stock_item_id=loss.stock_item_id,
                pieces=loss.pieces,
                reason=loss.reason,
                value_idr=owed_for_piece(mine, prices[loss.stock_item_id]),
                loss_bearer=mine.loss_bearer if mine else None,
            )
        )
    made = WriteOff(
        place_id=place_id,
        business_id=business_id,
        note=note,
        photo_file_id=photo_file_id,
        request_key=request_key,
        prepared_by=actor.user_id,
        lines=lines,
    )
    session.add(made)
    session.flush()
    inventory.set_aside(session, holder_of(made), pieces)
    audit.record(session, actor, "write_off.prepared", f"write_off:{made.public_id}", pieces=sum(pieces.values()))
    return made


def approve_write_off(session: Session, write_off_id: int, *, note: str = "", actor: Actor) -> WriteOff:
    """The pieces are gone, each with its reason, and the minutes have their number. Twice changes nothing.

    :class:`SecondPersonError` for whoever prepared it.
    """
    row = lock_row(session, WriteOff, write_off_id)
    if row.prepared_by is not None and row.prepared_by == actor.user_id:
        raise SecondPersonError(row.public_id)
    if move(row, WRITE_OFF, WriteOffStatus.APPROVED, clock.now()) is Decision.STALE:
        return row
    reasons = {line.stock_item_id: line.reason for line in row.lines}
    inventory.take_out(session, holder_of(row), reasons, document=holder_of(row), actor=actor)
    row.decided_by, row.decided_at, row.decision_note = actor.user_id, clock.now(), note
    facts, summary = write_off_facts(session, row)
    write_paper(session, PaperKind.WRITE_OFF, row, row.place_id, (facts, summary))
    audit.record(session, actor, "write_off.approved", f"write_off:{row.public_id}", value_idr=summary["total_idr"])
    return row


def refuse_write_off(session: Session, write_off_id: int, *, note: str, actor: Actor) -> WriteOff:
    """The pieces are free again, as far as their lot may be sold; the preparer may refuse an own mistake, too."""
    row = lock_row(session, WriteOff, write_off_id)
    if move(row, WRITE_OFF, WriteOffStatus.REFUSED, clock.now()) is Decision.APPLY:
        inventory.release(session, holder_of(row))
        row.decided_by, row.decided_at, row.decision_note = actor.user_id, clock.now(), note
        audit.record(session, actor, "write_off.refused", f"write_off:{row.public_id}")
    return row


def holder_of(row: WriteOff) -> str:
    return DocumentKind.WRITE_OFF.of(row.public_id)
