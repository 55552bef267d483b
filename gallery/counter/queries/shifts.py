"""Tills, shifts and their sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Function, false, func, select, true
from sqlalchemy.orm import Session, joinedload

from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.counter.models import CashMovement, CounterReturn, CounterSale, Shift, Tender, Till, UnbookedSale
from gallery.counter.states import RefundMethod, ShiftStatus, TenderMethod
from gallery.inventory.models import Place, PlaceKind

PAGE_SIZE: Final = 30


@dataclass(frozen=True, slots=True)
class ShiftSums:
    """What went through a drawer; all in rupiah. ``cash_idr`` is what the drawer should hold."""

    opening_idr: int
    sales: int
    sold_idr: int
    discount_idr: int
    cash_sales_idr: int
    qris_idr: int
    returns: int
    refunded_idr: int
    cash_refunds_idr: int
    cash_in_idr: int
    cash_out_idr: int

    @property
    def cash_idr(self) -> int:
        """What should lie in the drawer."""
        moved = self.cash_in_idr - self.cash_out_idr
        return self.opening_idr + self.cash_sales_idr - self.cash_refunds_idr + moved


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`Till`: of a gallery the actor answers for."""
    if scope.everything:
        return true()
    return Till.gallery_id.in_(scope.galleries) if scope.galleries else false()


def counter_places(session: Session, *, scope: Scope) -> list[Place]:
    """Return the galleries where the actor may work, by name."""
    rows = select(Place).where(Place.kind == PlaceKind.GALLERY, Place.is_active)
    if not scope.everything:
        rows = rows.where(Place.gallery_id.in_(scope.galleries))
    return list(session.scalars(rows.order_by(Place.name)))


def tills(session: Session, *, scope: Scope) -> list[tuple[Till, Shift | None]]:
    """Return the tills in use, each with its open shift."""
    rows = (
        select(Till, Shift)
        .outerjoin(Shift, (Shift.till_id == Till.id) & (Shift.status == ShiftStatus.OPEN))
        .where(in_scope(scope), Till.is_active)
        .options(joinedload(Till.place))
        .order_by(Till.place_id, Till.name)
    )
    return [(till, shift) for till, shift in session.execute(rows)]


def till(session: Session, public_id: str, *, scope: Scope) -> Till:
    """Return the till, or raise :class:`NotFoundError` when it lies outside the scope."""
    found = session.scalar(select(Till).where(Till.public_id == public_id, in_scope(scope)))
    if found is None:
        raise NotFoundError("Till")
    return found


def shift(session: Session, public_id: str, *, scope: Scope) -> Shift:
    """Return the shift with its till, or raise :class:`NotFoundError` when it lies outside the scope."""
    rows = select(Shift).join(Till).where(Shift.public_id == public_id, in_scope(scope))
    load = joinedload(Shift.till).options(joinedload(Till.gallery)), joinedload(Shift.hold)
    found = session.scalar(rows.options(*load))
    if found is None:
        raise NotFoundError("Shift")
    return found


def shifts(session: Session, *, scope: Scope, page: int = 1, size: int = PAGE_SIZE) -> tuple[list[Shift], bool]:
    """Return one page of shifts, newest first, and whether there are more."""
    rows = select(Shift).join(Till).where(in_scope(scope)).order_by(Shift.opened_at.desc(), Shift.id.desc())
    rows = rows.options(joinedload(Shift.till).options(joinedload(Till.gallery)))
    found = list(session.scalars(rows.offset((page - 1) * size).limit(size + 1)))
    return found[:size], len(found) > size


def open_shifts(session: Session, gallery_id: int) -> list[Shift]:
    """Return the open shifts of a gallery: a return takes its money from one of them."""
    rows = select(Shift).join(Till).where(Till.gallery_id == gallery_id, Shift.status == ShiftStatus.OPEN)
    return list(session.scalars(rows.options(joinedload(Shift.till)).order_by(Shift.id)))


def shift_sums(session: Session, found: Shift) -> ShiftSums:
    """Return what the shift took and gave, as the rows say now."""
    mine = CounterSale.shift_id == found.id
    count, sold, discount = session.execute(
        select(func.count(), _sum(CounterSale.total_idr), _sum(CounterSale.discount_idr)).where(mine)
    ).one()
    paid = select(Tender.method, _sum(Tender.amount_idr)).join(CounterSale, CounterSale.id == Tender.sale_id)
    tenders: dict[TenderMethod, int] = dict(session.execute(paid.where(mine).group_by(Tender.method)).all())
    is_cash = CounterReturn.refund_method == RefundMethod.CASH
    returns, refunded, refunded_cash = session.execute(
        select(func.count(), _sum(CounterReturn.refund_idr), _sum(CounterReturn.refund_idr).filter(is_cash)).where(
            CounterReturn.shift_id == found.id
        )
    ).one()
    moved = CashMovement.amount_idr
    cash_in, cash_out = session.execute(
        select(_sum(moved).filter(moved > 0), _sum(moved).filter(moved < 0)).where(CashMovement.shift_id == found.id)
    ).one()
    return ShiftSums(
        opening_idr=found.opening_cash_idr,
        sales=int(count),
        sold_idr=int(sold or 0),
        discount_idr=int(discount or 0),
        cash_sales_idr=int(tenders.get(TenderMethod.CASH) or 0),
        qris_idr=int(tenders.get(TenderMethod.QRIS) or 0),
        returns=int(returns),
        refunded_idr=int(refunded or 0),
        cash_refunds_idr=int(refunded_cash or 0),
        cash_in_idr=int(cash_in or 0),
        cash_out_idr=-int(cash_out or 0),
    )


def cash_movements(session: Session, shift_id: int) -> list[CashMovement]:
    """Return what went into and out of the drawer without a sale, oldest first."""
    rows = select(CashMovement).where(CashMovement.shift_id == shift_id).order_by(CashMovement.id)
    return list(session.scalars(rows))


def unbooked_sales(session: Session, shift_id: int) -> Sequence[UnbookedSale]:
    """Return the sales of the shift that a person must see to."""
    rows = select(UnbookedSale).where(UnbookedSale.shift_id == shift_id, UnbookedSale.settled_at.is_(None))
    return session.scalars(rows.order_by(UnbookedSale.id)).all()


def _sum(column: Any) -> Function[Any]:
    return func.sum(column)
