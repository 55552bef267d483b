"""Entries of the counter: sales, returns, and what went into and out of the drawers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from gallery.consignment.queries import terms_of_lots
from gallery.consignment.states import LossBearer
from gallery.counter.models import (
    CashMovement,
    CounterReturn,
    CounterReturnLine,
    CounterSale,
    CounterSaleLine,
    Shift,
    Tender,
)
from gallery.counter.states import CashReason, RefundMethod, ShiftStatus, TenderMethod
from gallery.settlement.queries.drafts import Basis, Draft, Share, Source, due_on, gallery
from gallery.settlement.states import Account, Channel, EntryKind, ShareKind

AGAINST: Final = {
    CashReason.CHANGE_MONEY: Account.SAFE,
    CashReason.BANK_DEPOSIT: Account.OFFICE,
    CashReason.EXPENSE: Account.EXPENSE,
    CashReason.OTHER: Account.OFFICE,
}


def drawer(shift: Shift) -> tuple[Account, str]:
    """Return the account of a shift's cash; it is empty again when the shift is closed."""
    return Account.CASH, f"shift:{shift.public_id}"


def _sales(session: Session, ids: Sequence[int], window: int) -> list[Draft]:
    options = joinedload(CounterSale.shift), selectinload(CounterSale.lines), selectinload(CounterSale.tenders)
    rows = session.scalars(select(CounterSale).where(CounterSale.id.in_(ids)).options(*options))
    return [_sale(row, window) for row in rows.unique()]


def _sale(sale: CounterSale, window: int) -> Draft:
    """The owner's share is of the full price: a discount at the counter is the gallery's own (ADR 0021)."""
    draft = Draft(
        EntryKind.COUNTER_SALE, sale.id, f"sale:{sale.public_id}", sale.happened_at, sale.number, sale.gallery_id
    )
    for tender in sale.tenders:
        draft.debit(*_purse(sale, tender), tender.amount_idr)
    for line in sale.lines:
        draft.debit(Account.DISCOUNT, gallery(sale.gallery_id), line.discount_idr)
        draft.owe(sold_share(sale, line, window))
    return draft


def _purse(sale: CounterSale, tender: Tender) -> tuple[Account, str]:
    return drawer(sale.shift) if tender.method is TenderMethod.CASH else (Account.QRIS, gallery(sale.gallery_id))


def sold_share(sale: CounterSale, line: CounterSaleLine, window: int) -> Share:
    """Return what a line of a receipt brings its owner, by the terms that were frozen on it."""
    basis = Basis(line.consignor_price_idr, line.commission_bps)
    return Share(
        business_id=line.business_id,
        gallery_id=sale.gallery_id,
        channel=Channel.COUNTER,
        kind=ShareKind.SOLD,
        variant_id=line.variant_id,
        lot_id=line.lot_id,
        name=line.name,
        pieces=line.pieces,
        price_idr=line.price_idr,
        gross_idr=line.price_idr * line.pieces,
        commission_idr=basis.commission(line.price_idr, line.pieces),
        due_on=due_on(sale.happened_at, window),
    )


def _returns(session: Session, ids: Sequence[int], window: int) -> list[Draft]:
    options = (
        joinedload(CounterReturn.sale),
        selectinload(CounterReturn.lines).joinedload(CounterReturnLine.sale_line),
    )
    rows = session.scalars(select(CounterReturn).where(CounterReturn.id.in_(ids)).options(*options)).unique().all()
    shifts = {row.id: row for row in session.scalars(select(Shift).where(Shift.id.in_({r.shift_id for r in rows})))}
    lines = [line for row in rows for line in row.lines]
    earlier = _returned_before(session, lines)
    terms = terms_of_lots(session, {line.sale_line.lot_id for line in lines if line.is_damaged})
    borne = {lot_id for lot_id, frozen in terms.items() if frozen.loss_bearer is LossBearer.GALLERY}
    return [_return(row, shifts[row.shift_id], earlier, borne, window) for row in rows]


def _return(row: CounterReturn, shift: Shift, earlier: dict[int, int], borne: set[int], window: int) -> Draft:
    """What broke in the buyer's hands is lost to the owner, unless the terms say that the gallery carries losses."""
    sale = row.sale
    draft = Draft(
        EntryKind.COUNTER_RETURN,
        row.id,
        f"counter_return:{row.public_id}",
        row.happened_at,
        row.number,
        sale.gallery_id,
    )
    cash = row.refund_method is RefundMethod.CASH
    draft.credit(*(drawer(shift) if cash else (Account.OFFICE, gallery(sale.gallery_id))), row.refund_idr)
    for line in row.lines:
        sold = line.sale_line
        one = sold_share(sale, sold, window).back(earlier[line.id], line.pieces, due_on(row.happened_at, 0))
        draft.credit(Account.DISCOUNT, gallery(sale.gallery_id), -one.gross_idr - line.amount_idr)
        if line.is_damaged and sold.lot_id in borne:
            draft.debit(Account.LOSS, gallery(sale.gallery_id), -one.gross_idr)
        else:
            draft.owe(one)
    return draft


def _returned_before(session: Session, lines: Sequence[CounterReturnLine]) -> dict[int, int]:
    """Return by line of a return how many pieces of the sale's line had come back before."""
    rows = session.execute(
        select(CounterReturnLine.sale_line_id, CounterReturnLine.id, CounterReturnLine.pieces).where(
            CounterReturnLine.sale_line_id.in_({line.sale_line_id for line in lines})
        )
    )
    known: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for sale_line_id, line_id, pieces in rows:
        known[sale_line_id].append((line_id, pieces))
    return {line.id: sum(p for line_id, p in known[line.sale_line_id] if line_id < line.id) for line in lines}


def _opened(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    drafts = []
    for shift in _shifts(session, ids):
        draft = _about(shift, EntryKind.SHIFT_OPENED)
        draft.debit(*drawer(shift), shift.opening_cash_idr)
        draft.credit(Account.SAFE, gallery(shift.till.gallery_id), shift.opening_cash_idr)
        drafts.append(draft)
    return drafts


def _closed(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    """The counted cash goes into the safe; what is missing, or too much, has an account of its own."""
    drafts = []
    for shift in _shifts(session, ids):
        counted, expected = shift.counted_cash_idr or 0, shift.expected_cash_idr or 0
        draft = _about(shift, EntryKind.SHIFT_CLOSED)
        draft.debit(Account.SAFE, gallery(shift.till.gallery_id), counted)
        draft.debit(Account.CASH_DIFFERENCE, gallery(shift.till.gallery_id), expected - counted)
        draft.credit(*drawer(shift), expected)
        drafts.append(draft)
    return drafts


def _about(shift: Shift, kind: EntryKind) -> Draft:
    at = shift.opened_at if kind is EntryKind.SHIFT_OPENED else shift.closed_at or shift.status_changed_at
    return Draft(kind, shift.id, f"shift:{shift.public_id}", at, shift.till.name, shift.till.gallery_id)


def _shifts(session: Session, ids: Sequence[int]) -> Sequence[Shift]:
    return session.scalars(select(Shift).where(Shift.id.in_(ids)).options(joinedload(Shift.till))).all()


def _cash(session: Session, ids: Sequence[int], _window: int) -> list[Draft]:
    rows = session.execute(
        select(CashMovement, Shift)
        .join(Shift, Shift.id == CashMovement.shift_id)
        .where(CashMovement.id.in_(ids))
        .options(joinedload(Shift.till))
    )
    drafts = []
    for movement, shift in rows:
        here = gallery(shift.till.gallery_id)
        draft = Draft(
            EntryKind.CASH_MOVED,
            movement.id,
            f"shift:{shift.public_id}",
            movement.happened_at,
            shift.till.name,
            shift.till.gallery_id,
        )
        draft.debit(*drawer(shift), movement.amount_idr)
        draft.credit(AGAINST[movement.reason], here, movement.amount_idr)
        drafts.append(draft)
    return drafts


SOURCES: Final = (
    Source(EntryKind.SHIFT_OPENED, select(Shift.id).where(Shift.opening_cash_idr > 0), _opened),
    Source(EntryKind.CASH_MOVED, select(CashMovement.id), _cash),
    Source(EntryKind.COUNTER_SALE, select(CounterSale.id), _sales),
    Source(EntryKind.COUNTER_RETURN, select(CounterReturn.id), _returns),
    Source(EntryKind.SHIFT_CLOSED, select(Shift.id).where(Shift.status == ShiftStatus.CLOSED), _closed),
)
