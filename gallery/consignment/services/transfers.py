"""From gallery to gallery: sent pieces lie on the way, where nobody sells them, until the other side has counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.consignment.errors import (
    NothingChosenError,
    OtherOwnersGoodsError,
    SamePlaceError,
    TransferSentError,
    UncountedLineError,
)
from gallery.consignment.models import Transfer, TransferLine
from gallery.consignment.queries.papers import transfer_facts
from gallery.consignment.services.papers import write_paper
from gallery.consignment.states import TRANSFER, MissingAs, TransferStatus
from gallery.core import audit, clock
from gallery.core.locks import lock_row, lock_rows
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.inventory.models import Place, PlaceKind, StockItem
from gallery.inventory.states import DocumentKind, MovementReason, PaperKind


@dataclass(frozen=True, slots=True)
class Counted:
    """What arrived of one line; the rest is ``missing_as`` with a note."""

    pieces: int
    missing_as: MissingAs | None = None
    note: str = ""


def draft_transfer(
    session: Session,
    from_place_id: int,
    to_place_id: int,
    pieces: Mapping[int, int],
    *,
    note: str = "",
    request_key: str,
    actor: Actor,
) -> Transfer:
    """A transfer of these pieces (stock item id: pieces) is written down; they stay where they are, and on sale."""
    items = lock_rows(session, StockItem, pieces)
    done = session.scalar(select(Transfer).where(Transfer.request_key == request_key))
    if done is not None:
        return done
    _refuse_wrong(session, from_place_id, to_place_id, pieces, items)
    made = Transfer(
        from_place_id=from_place_id,
        to_place_id=to_place_id,
        status=TransferStatus.DRAFT,
        note=note,
        request_key=request_key,
        created_by=actor.user_id,
        lines=[TransferLine(stock_item_id=key, pieces=count) for key, count in sorted(pieces.items())],
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, "transfer.drafted", f"transfer:{made.public_id}", pieces=sum(pieces.values()))
    return made


def edit_transfer(
    session: Session, transfer_id: int, to_place_id: int, pieces: Mapping[int, int], *, note: str, actor: Actor
) -> Transfer:
    """The draft is of these pieces, and of no others; :class:`TransferSentError` once it is no draft."""
    row = lock_row(session, Transfer, transfer_id)
    if row.status is not TransferStatus.DRAFT:
        raise TransferSentError(row.public_id)
    items = lock_rows(session, StockItem, pieces)
    _refuse_wrong(session, row.from_place_id, to_place_id, pieces, items)
    known = {line.stock_item_id: line for line in row.lines}
    for key, line in known.items():
        if key not in pieces:
            row.lines.remove(line)
            session.delete(line)
    for key, count in sorted(pieces.items()):
        if key in known:
            known[key].pieces = count
        else:
            row.lines.append(TransferLine(stock_item_id=key, pieces=count))
    row.to_place_id, row.note = to_place_id, note
    session.flush()
    audit.record(session, actor, "transfer.edited", f"transfer:{row.public_id}", pieces=sum(pieces.values()))
    return row


def send_transfer(session: Session, transfer_id: int, *, carried_by: str, actor: Actor) -> Transfer:
    """All its pieces are on the way and on sale nowhere; the delivery note has its number. Twice changes nothing.

    :class:`inventory.errors.BelowReservedError` where a buyer got them meanwhile; then nothing is sent.
    """
    row = lock_row(session, Transfer, transfer_id)
    if move(row, TRANSFER, TransferStatus.SENT, clock.now()) is Decision.STALE:
        return row
    way = _way(session, row)
    inventory.lock_ends(session, [line.stock_item_id for line in row.lines], [way.id])
    for line in row.lines:
        inventory.move_pieces(
            session,
            line.stock_item_id,
            way.id,
            line.pieces,
            document=DocumentKind.TRANSFER.of(row.public_id),
            request_key=f"transfer:{row.public_id}:{line.id}:sent",
            actor=actor,
        )
    row.carried_by, row.sent_by, row.sent_at = carried_by, actor.user_id, clock.now()
    facts, summary = transfer_facts(session, row)
    write_paper(session, PaperKind.TRANSFER, row, row.from_place_id, (facts, summary))
    audit.record(session, actor, "transfer.sent", f"transfer:{row.public_id}", pieces=summary["pieces"])
    return row


def receive_transfer(session: Session, transfer_id: int, counted: Mapping[int, Counted], *, actor: Actor) -> Transfer:
    """What was counted (line id: count) is on the shelf here; the rest is lost on the way, or back at the sender.

    Twice changes nothing. :class:`UncountedLineError` for a line that is not counted, and for a gap without a reason.
    """
    row = lock_row(session, Transfer, transfer_id)
    if move(row, TRANSFER, TransferStatus.RECEIVED, clock.now()) is Decision.STALE:
        return row
    for line in row.lines:
        _note_count(line, counted.get(line.id))
    way = _way(session, row)
    moved = _on_the_way(session, way, row.lines)
    inventory.lock_ends(session, moved.values(), [row.from_place_id, row.to_place_id])
    for line in row.lines:
        _settle(session, row, line, moved[line.id], actor=actor)
    row.received_by, row.received_at = actor.user_id, clock.now()
    lost = sum(line.pieces - (line.received_pieces or 0) for line in row.lines if line.missing_as is MissingAs.LOST)
    audit.record(session, actor, "transfer.received", f"transfer:{row.public_id}", lost=lost)
    return row


def cancel_transfer(session: Session, transfer_id: int, *, actor: Actor) -> Transfer:
    """A draft is given up; what was sent has to be received."""
    row = lock_row(session, Transfer, transfer_id)
    if move(row, TRANSFER, TransferStatus.CANCELLED, clock.now()) is Decision.APPLY:
        audit.record(session, actor, "transfer.cancelled", f"transfer:{row.public_id}")
    return row


def _refuse_wrong(
    session: Session, from_place_id: int, to_place_id: int, pieces: Mapping[int, int], items: Mapping[int, StockItem]
) -> None:
    """Only what lies in the one gallery goes to the other."""
    places = {
        place.id: place for place in session.scalars(select(Place).where(Place.id.in_([from_place_id, to_place_id])))
    }
    if len(places) < 2 or any(place.kind is not PlaceKind.GALLERY for place in places.values()):  # noqa: PLR2004 - two
        raise SamePlaceError(str(to_place_id))
    if not pieces or min(pieces.values()) < 1:
        raise NothingChosenError(str(from_place_id))
    if any(item.place_id != from_place_id for item in items.values()):
        raise OtherOwnersGoodsError(str(from_place_id))


def _way(session: Session, row: Transfer) -> Place:
    gallery_id = session.get_one(Place, row.to_place_id).gallery_id
    return inventory.on_the_way_to(session, gallery_id or 0)


def _on_the_way(session: Session, way: Place, lines: Iterable[TransferLine]) -> dict[int, int]:
    """Say in which row on the way the pieces of each line lie."""
    lots = {
        row.id: row.lot_id
        for row in session.scalars(select(StockItem).where(StockItem.id.in_([line.stock_item_id for line in lines])))
    }
    there = select(StockItem.lot_id, StockItem.id).where(
        StockItem.place_id == way.id, StockItem.lot_id.in_(set(lots.values()))
    )
    rows = dict(session.execute(there).all())
    return {line.id: rows[lots[line.stock_item_id]] for line in lines}


def _note_count(line: TransferLine, found: Counted | None) -> None:
    if found is None or not 0 <= found.pieces <= line.pieces:
        raise UncountedLineError(str(line.id))
    is_short = found.pieces < line.pieces
    if is_short and (found.missing_as is None or (found.missing_as is MissingAs.LOST and not found.note)):
        raise UncountedLineError(str(line.id))
    line.received_pieces = found.pieces
    line.missing_as, line.missing_note = (found.missing_as, found.note) if is_short else (None, "")


def _settle(session: Session, row: Transfer, line: TransferLine, item_id: int, *, actor: Actor) -> None:
    arrived = line.received_pieces or 0
    missing = line.pieces - arrived
    document, key = DocumentKind.TRANSFER.of(row.public_id), f"transfer:{row.public_id}:{line.id}"
    ends = [(row.to_place_id, arrived, "arrived")]
    if line.missing_as is MissingAs.WENT_BACK:
        ends.append((row.from_place_id, missing, "back"))
    for place_id, pieces, what in ends:
        if pieces:
            inventory.move_pieces(
                session, item_id, place_id, pieces, document=document, request_key=f"{key}:{what}", actor=actor
            )
    if missing and line.missing_as is MissingAs.LOST:
        inventory.adjust(
            session,
            item_id,
            -missing,
            reason=MovementReason.LOST,
            note=line.missing_note,
            document=document,
            request_key=f"{key}:lost",
            actor=actor,
        )
