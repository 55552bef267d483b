"""Back to the owner: pieces are put aside at once, and leave when the owner fetches them."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.consignment.models import OwnerReturn, OwnerReturnLine
from gallery.consignment.queries.goods import refuse_foreign_goods
from gallery.consignment.queries.papers import return_facts
from gallery.consignment.services.papers import write_paper
from gallery.consignment.states import OWNER_RETURN, OwnerReturnStatus
from gallery.core import audit, clock
from gallery.core.locks import lock_row, lock_rows
from gallery.core.states import Decision, move
from gallery.inventory import services as inventory
from gallery.inventory.models import StockItem
from gallery.inventory.states import DocumentKind, MovementReason, PaperKind


def prepare_return(
    session: Session,
    place_id: int,
    business_id: int,
    pieces: Mapping[int, int],
    *,
    note: str = "",
    request_key: str,
    actor: Actor,
) -> OwnerReturn:
    """The pieces (stock item id: pieces) wait for their owner; nobody sells them. The same request key prepares once.

    :class:`inventory.errors.BelowReservedError` where a buyer holds them; then nothing is put aside.
    """
    lock_rows(session, StockItem, pieces)  # of two who send the same form, one sees what the other made
    done = session.scalar(select(OwnerReturn).where(OwnerReturn.request_key == request_key))
    if done is not None:
        return done
    refuse_foreign_goods(session, place_id, business_id, pieces)
    made = OwnerReturn(
        place_id=place_id,
        business_id=business_id,
        note=note,
        request_key=request_key,
        prepared_by=actor.user_id,
        lines=[OwnerReturnLine(stock_item_id=key, pieces=count) for key, count in sorted(pieces.items())],
    )
    session.add(made)
    session.flush()
    inventory.set_aside(session, holder_of(made), pieces)
    audit.record(session, actor, "owner_return.prepared", f"owner_return:{made.public_id}", pieces=sum(pieces.values()))
    return made


def hand_over_return(session: Session, return_id: int, *, collected_by: str, actor: Actor) -> OwnerReturn:
    """The owner, or who was sent, has taken the pieces; the paper with its number is there. Twice changes nothing."""
    row = lock_row(session, OwnerReturn, return_id)
    if move(row, OWNER_RETURN, OwnerReturnStatus.HANDED_OVER, clock.now()) is Decision.STALE:
        return row
    reasons = {line.stock_item_id: MovementReason.OWNER_RETURN for line in row.lines}
    inventory.take_out(session, holder_of(row), reasons, document=holder_of(row), actor=actor)
    row.collected_by, row.handed_over_by, row.handed_over_at = collected_by, actor.user_id, clock.now()
    write_paper(session, PaperKind.OWNER_RETURN, row, row.place_id, return_facts(session, row))
    audit.record(session, actor, "owner_return.handed_over", f"owner_return:{row.public_id}")
    return row


def cancel_return(session: Session, return_id: int, *, actor: Actor) -> OwnerReturn:
    """The pieces are free again; what was handed over can not be cancelled."""
    row = lock_row(session, OwnerReturn, return_id)
    if move(row, OWNER_RETURN, OwnerReturnStatus.CANCELLED, clock.now()) is Decision.APPLY:
        inventory.release(session, holder_of(row))
        audit.record(session, actor, "owner_return.cancelled", f"owner_return:{row.public_id}")
    return row


def holder_of(row: OwnerReturn) -> str:
    return DocumentKind.RETURN.of(row.public_id)
