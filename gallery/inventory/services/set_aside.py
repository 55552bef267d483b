"""Pieces put aside for a paper: whether they may be sold or not, nobody gets them until the paper is done.

Goods that go back to their owner or to waste are mostly those that may not be sold any more, so the rules of
``hold.reserve`` do not fit. The holder is "return:<public id>" or "write_off:<public id>".
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core.locks import lock_rows
from gallery.inventory.errors import BelowReservedError, InvalidQuantityError, ReservationLostError
from gallery.inventory.models import Reservation, StockItem
from gallery.inventory.services import ledger
from gallery.inventory.services.hold import take_from
from gallery.inventory.states import DocumentKind, MovementReason, ReservationStatus

PAPERS: Final = (DocumentKind.RETURN.prefix, DocumentKind.WRITE_OFF.prefix)
"""Holders whose pieces are meant: they never move to another lot when theirs is blocked."""


def set_aside(session: Session, holder: str, pieces: Mapping[int, int]) -> list[Reservation]:
    """Hold these pieces of these rows (stock item id: pieces) until they are taken out or released; all or none.

    :class:`BelowReservedError` where others hold the pieces already.
    """
    items = lock_rows(session, StockItem, pieces)
    ledger.free_expired(session, items.values())
    holds: list[Reservation] = []
    for item_id, wanted in sorted(pieces.items()):
        item = items[item_id]
        if wanted < 1:
            raise InvalidQuantityError(str(wanted))
        if item.on_hand - item.reserved < wanted:
            raise BelowReservedError(on_hand=item.on_hand, reserved=item.reserved, delta=-wanted)
        holds += take_from(holder, [item], wanted, None)
    session.add_all(holds)
    session.flush()
    ledger.announce(session, items.values())
    return holds


def take_out(
    session: Session, holder: str, reasons: Mapping[int, MovementReason], *, document: str, actor: Actor
) -> list[Reservation]:
    """The pieces put aside have left the place, each row for its reason (stock item id: reason). Once only."""
    mine = select(Reservation.stock_item_id).where(Reservation.holder == holder)
    items = lock_rows(session, StockItem, session.scalars(mine).all())
    wanted = select(Reservation).where(Reservation.holder == holder, Reservation.status == ReservationStatus.ACTIVE)
    holds = session.scalars(wanted.order_by(Reservation.id).execution_options(populate_existing=True)).all()
    if not holds:
        raise ReservationLostError(holder)
    for hold in holds:
        ledger.consume_hold(
            session,
            items[hold.stock_item_id],
            hold,
            document=document,
            actor_id=actor.user_id,
            reason=reasons[hold.stock_item_id],
        )
    ledger.announce(session, items.values())
    return list(holds)
