"""What the terms of lots ask for by now: off the shelf, back to the owner, fetched by the owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, selectinload

from gallery.accounts.permissions import Scope
from gallery.consignment.models import LotTerms, OwnerReturn, OwnerReturnLine
from gallery.consignment.queries.goods import Goods, goods_rows
from gallery.consignment.queries.leaving import PAGE_SIZE, Page
from gallery.consignment.queries.terms import DEFAULT
from gallery.consignment.states import OwnerReturnStatus
from gallery.core import clock
from gallery.inventory.models import Lot, Place, PlaceKind, StockItem
from gallery.inventory.queries import place_in_scope

MOST_OPEN: Final = 1_000
"""Open returns that are looked at, oldest first; more are a pile that no list helps with."""


class Due(StrEnum):
    """What is to be done."""

    TAKE_OFF = "take_off"
    SEND_BACK = "send_back"
    UNCOLLECTED = "uncollected"


@dataclass(frozen=True, slots=True)
class Uncollected:
    """A return that waits for its owner longer than agreed; ``until`` was the last day."""

    row: OwnerReturn
    until: date


def due_goods(session: Session, scope: Scope, due: Due, *, number: int = 1, size: int = PAGE_SIZE) -> Page[Goods]:
    """Return what lies in the actor's galleries past its day, longest first, with the counts of all three boards."""
    counts = _counts(session, scope)
    total = counts[due]
    number = min(max(1, number), max(1, -(-total // size)))
    day = LotTerms.take_off_on if due is Due.TAKE_OFF else LotTerms.return_by
    rows = goods_rows().where(_condition(due, scope)).order_by(day, StockItem.id)
    found = session.execute(rows.limit(size).offset((number - 1) * size))
    return Page([Goods(*row) for row in found], counts, number, total)


def uncollected(session: Session, scope: Scope, *, number: int = 1, size: int = PAGE_SIZE) -> Page[Uncollected]:
    """Return prepared returns whose owner let the agreed days pass, longest first, with the counts of all boards."""
    late = _late_returns(session, scope)
    number = min(max(1, number), max(1, -(-len(late) // size)))
    until = dict(late[(number - 1) * size : number * size])
    load = (selectinload(OwnerReturn.lines), selectinload(OwnerReturn.business), selectinload(OwnerReturn.place))
    rows = session.scalars(select(OwnerReturn).where(OwnerReturn.id.in_(until)).options(*load))
    found = sorted((Uncollected(row, until[row.id]) for row in rows), key=lambda one: (one.until, one.row.id))
    return Page(found, _counts(session, scope, late), number, len(late))


def _counts(session: Session, scope: Scope, late: Sequence[Any] | None = None) -> dict[str, int]:
    rows = (
        select(func.count())
        .select_from(StockItem)
        .join(Lot, Lot.id == StockItem.lot_id)
        .join(Place, Place.id == StockItem.place_id)
        .join(LotTerms, LotTerms.lot_id == Lot.id)
    )
    counts: dict[str, int] = {
        due: session.scalars(rows.where(_condition(due, scope))).one() for due in (Due.TAKE_OFF, Due.SEND_BACK)
    }
    return counts | {Due.UNCOLLECTED: len(_late_returns(session, scope) if late is None else late)}


def _condition(due: Due, scope: Scope) -> ColumnElement[bool]:
    here = and_(Place.kind == PlaceKind.GALLERY, place_in_scope(scope))
    if due is Due.TAKE_OFF:  # a blocked lot is off the shelf already
        return and_(here, StockItem.on_hand > 0, Lot.blocked_as.is_(None), LotTerms.take_off_on <= clock.today())
    return and_(here, StockItem.on_hand > StockItem.reserved, LotTerms.return_by <= clock.today())


def _late_returns(session: Session, scope: Scope) -> list[tuple[int, date]]:
    """Return (id, last day) of the open returns that are late; lots without terms get the usual days."""
    days = func.coalesce(func.max(LotTerms.collect_days), DEFAULT.collect_days)
    rows = (
        select(OwnerReturn.id, OwnerReturn.prepared_at, days)
        .join(Place, Place.id == OwnerReturn.place_id)
        .join(OwnerReturnLine, OwnerReturnLine.return_id == OwnerReturn.id)
        .join(StockItem, StockItem.id == OwnerReturnLine.stock_item_id)
        .outerjoin(LotTerms, LotTerms.lot_id == StockItem.lot_id)
        .where(OwnerReturn.status == OwnerReturnStatus.PREPARED, place_in_scope(scope))
        .group_by(OwnerReturn.id, OwnerReturn.prepared_at)
        .order_by(OwnerReturn.prepared_at, OwnerReturn.id)
        .limit(MOST_OPEN)
    )
    found = [
        (return_id, clock.local_day(prepared_at) + timedelta(days=agreed))
        for return_id, prepared_at, agreed in session.execute(rows)
    ]
    return sorted(((key, until) for key, until in found if until < clock.today()), key=lambda one: (one[1], one[0]))
