"""Returns of counter sales: pieces back into the lot they came from, or written off, and the money back."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.core import audit
from gallery.core.errors import NotFoundError
from gallery.core.ids import public_id
from gallery.core.locks import lock_row, lock_rows
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.counter import queries
from gallery.counter.errors import CashAmountError, ReturnEmptyError, ReturnTooLargeError
from gallery.counter.models import CounterReturn, CounterReturnLine, CounterSale, CounterSaleLine
from gallery.counter.services.shifts import lock_open
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.inventory import services as inventory
from gallery.inventory.models import StockItem
from gallery.inventory.states import DocumentKind, MovementReason, PaperKind


@dataclass(frozen=True, slots=True)
class Back:
    """So many pieces of a sale line come back; damaged ones do not go to the shelf."""

    pieces: int
    is_damaged: bool = False


def return_sale(
    session: Session,
    sale_id: int,
    shift_id: int,
    back: Mapping[int, Back],
    *,
    reason: ReturnReason,
    note: str,
    refund_method: RefundMethod,
    request_key: str,
    actor: Actor,
) -> CounterReturn:
    """The pieces (sale line id: what comes back) are in their owner's lot again, or written off; the money is given.

    The same request key returns once. Never more than was sold (:class:`ReturnTooLargeError`); cash comes out of the
    shift's drawer and must be in it (:class:`CashAmountError`).
    """
    shift = lock_open(session, shift_id)
    if (done := session.scalar(select(CounterReturn).where(CounterReturn.request_key == request_key))) is not None:
        return done
    sale = lock_row(session, CounterSale, sale_id)
    lines = {line.id: line for line in sale.lines}
    if sale.gallery_id != shift.till.gallery_id or not set(back) <= set(lines):
        raise NotFoundError("CounterSale")
    if not (wanted := {key: one for key, one in back.items() if one.pieces}):
        raise ReturnEmptyError(sale.number)
    return_id, amounts = public_id(), {key: _take(lines[key], one.pieces) for key, one in wanted.items()}
    refund = sum(amounts.values())
    if refund_method is RefundMethod.CASH and refund > queries.shift_sums(session, shift).cash_idr:
        raise CashAmountError(str(refund))
    _put_back(session, return_id, {lines[key]: one for key, one in wanted.items()}, actor=actor)
    made = CounterReturn(
        public_id=return_id,
        number=inventory.next_number(session, shift.till.gallery.code, PaperKind.COUNTER_RETURN),
        request_key=request_key,
        sale_id=sale.id,
        shift_id=shift.id,
        reason=reason,
        note=note,
        refund_method=refund_method,
        refund_idr=Rupiah(refund),
        actor_id=actor.user_id,
        lines=[_line(key, one, amounts[key]) for key, one in wanted.items()],
    )
    session.add(made)
    session.flush()  # callers link to the id
    emit(session, "counter.sold", variant_ids=sorted({lines[key].variant_id for key in wanted}))
    subject = f"counter_return:{return_id}"
    audit.record(session, actor, "counter.returned", subject, sale=sale.number, refund_idr=refund, reason=reason.value)
    return made


def _line(sale_line_id: int, back: Back, amount_idr: int) -> CounterReturnLine:
    return CounterReturnLine(
        sale_line_id=sale_line_id, pieces=back.pieces, amount_idr=Rupiah(amount_idr), is_damaged=back.is_damaged
    )


def _take(line: CounterSaleLine, pieces: int) -> int:
    """Count the pieces as returned; the parts of a line's amount add up to it, however often it is returned."""
    before, after = line.returned_pieces, line.returned_pieces + pieces
    if pieces < 0 or after > line.pieces:
        raise ReturnTooLargeError(str(line.id))
    line.returned_pieces = after
    return line.amount_idr * after // line.pieces - line.amount_idr * before // line.pieces


def _put_back(session: Session, return_id: str, back: Mapping[CounterSaleLine, Back], *, actor: Actor) -> None:
    lock_rows(session, StockItem, {line.stock_item_id for line in back})
    document = DocumentKind.COUNTER_RETURN.of(return_id)
    for line, one in back.items():
        moves = [(one.pieces, MovementReason.BUYER_RETURN, "in")]
        if one.is_damaged:
            moves.append((-one.pieces, MovementReason.DAMAGED, "out"))
        for delta, why, side in moves:
            inventory.adjust(
                session,
                line.stock_item_id,
                delta,
                reason=why,
                document=document,
                request_key=f"{document}:{line.id}:{side}",
                actor=actor,
            )
