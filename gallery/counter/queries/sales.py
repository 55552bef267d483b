"""Finished sales and returns: one by one, by day, and as rows of a sheet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import Session, selectinload

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.counter.models import CounterReturn, CounterReturnLine, CounterSale, CounterSaleLine, Shift, Tender, Till
from gallery.counter.states import TenderMethod

PAGE_SIZE: Final = 50
PROVISIONAL: Final = re.compile(r"(?P<gallery>[0-9A-Z]+)-LURING-(?P<end>[0-9A-Z]{6})")
KEPT: Final = timedelta(days=90)
MOST_ROWS: Final = 20_001


@dataclass(frozen=True, slots=True)
class DaySums:
    """What was sold on a day, in rupiah; returns are of that day, whenever their sale was."""

    sales: int
    sold_idr: int
    cash_idr: int
    qris_idr: int
    refunded_idr: int


def sale_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`CounterSale`: of a gallery the actor answers for."""
    if scope.everything:
        return true()
    return CounterSale.gallery_id.in_(scope.galleries) if scope.galleries else false()


def sale(session: Session, public_id: str, *, scope: Scope) -> CounterSale:
    """Return the sale with lines and tenders, or raise :class:`NotFoundError`."""
    found = session.scalar(_whole().where(CounterSale.public_id == public_id, sale_in_scope(scope)))
    if found is None:
        raise NotFoundError("CounterSale")
    return found


def sale_by_number(session: Session, text: str, *, scope: Scope) -> CounterSale | None:
    """Return the sale of a receipt number, as it was scanned or typed.

    A receipt printed without a connection carries a number made of the gallery and the end of the sale's key; the
    newest such sale of the last 90 days is meant.
    """
    number = "".join(text.split()).upper()
    rows = select(CounterSale).where(sale_in_scope(scope))
    if (printed := PROVISIONAL.fullmatch(number)) is None:
        return session.scalar(rows.where(CounterSale.number == number))
    rows = rows.join(Gallery, Gallery.id == CounterSale.gallery_id).where(
        Gallery.code == printed["gallery"],
        CounterSale.happened_at >= clock.now() - KEPT,
        CounterSale.sale_key.endswith(printed["end"].lower(), autoescape=True),
    )
    return session.scalars(rows.order_by(CounterSale.happened_at.desc()).limit(1)).first()


def provisional_number(sale: CounterSale) -> str:
    """Return what a receipt of this sale was called that was printed without a connection (counter-rules.js)."""
    return f"{sale.shift.till.gallery.code}-LURING-{sale.sale_key[-6:].upper()}"


def sales_of_day(session: Session, day: date, *, scope: Scope, page: int = 1) -> tuple[list[CounterSale], bool]:
    """Return one page of the day's sales, newest first, and whether there are more."""
    rows = _whole().where(_on(day), sale_in_scope(scope))
    rows = rows.order_by(CounterSale.happened_at.desc(), CounterSale.id.desc())
    found = list(session.scalars(rows.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)))
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def day_sums(session: Session, day: date, *, scope: Scope) -> DaySums:
    """Return the sums of the day's sales and returns."""
    here = sale_in_scope(scope)
    count, sold = session.execute(select(func.count(), func.sum(CounterSale.total_idr)).where(_on(day), here)).one()
    paid = (
        select(Tender.method, func.sum(Tender.amount_idr))
        .join(CounterSale, CounterSale.id == Tender.sale_id)
        .where(_on(day), here)
        .group_by(Tender.method)
    )
    tenders: dict[TenderMethod, int] = dict(session.execute(paid).all())
    start, end = _day(day)
    back = (
        select(func.sum(CounterReturn.refund_idr))
        .join(CounterSale, CounterSale.id == CounterReturn.sale_id)
        .where(CounterReturn.happened_at >= start, CounterReturn.happened_at < end, here)
    )
    return DaySums(
        int(count),
        int(sold or 0),
        int(tenders.get(TenderMethod.CASH, 0)),
        int(tenders.get(TenderMethod.QRIS, 0)),
        int(session.scalar(back) or 0),
    )


def sold_rows(
    session: Session, first: date, last: date, *, scope: Scope
) -> Sequence[tuple[CounterSale, CounterSaleLine, str]]:
    """Return every line sold from day to day with its sale and till, oldest first, for a sheet; 20,001 at most."""
    when = CounterSale.happened_at >= _day(first)[0], CounterSale.happened_at < _day(last)[1]
    return _sold(session, *when, sale_in_scope(scope))


def sold_in_shift(session: Session, shift_id: int) -> Sequence[tuple[CounterSale, CounterSaleLine, str]]:
    """Return every line that the shift sold, as ``sold_rows`` does."""
    return _sold(session, CounterSale.shift_id == shift_id)


def _sold(session: Session, *conditions: ColumnElement[bool]) -> Sequence[tuple[CounterSale, CounterSaleLine, str]]:
    rows = (
        select(CounterSale, CounterSaleLine, Till.name)
        .join(CounterSaleLine, CounterSaleLine.sale_id == CounterSale.id)
        .join(Shift, Shift.id == CounterSale.shift_id)
        .join(Till, Till.id == Shift.till_id)
        .where(*conditions)
        .order_by(CounterSale.happened_at, CounterSale.id, CounterSaleLine.id)
        .limit(MOST_ROWS)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(rows)]


def sales_of_shift(session: Session, shift_id: int, *, limit: int = 200) -> list[CounterSale]:
    """Return the newest sales of a shift."""
    rows = _whole().where(CounterSale.shift_id == shift_id).order_by(CounterSale.id.desc()).limit(limit)
    return list(session.scalars(rows))


def returns_of_sale(session: Session, sale_id: int) -> list[CounterReturn]:
    """Return what came back of a sale, oldest first."""
    rows = select(CounterReturn).where(CounterReturn.sale_id == sale_id).options(selectinload(CounterReturn.lines))
    return list(session.scalars(rows.order_by(CounterReturn.id)))


def counter_returns(
    session: Session, *, scope: Scope, page: int = 1, size: int = PAGE_SIZE
) -> tuple[list[CounterReturn], bool]:
    """Return one page of what came back to the counters, newest first, and whether there are more."""
    rows = select(CounterReturn).join(CounterSale, CounterSale.id == CounterReturn.sale_id).where(sale_in_scope(scope))
    rows = rows.options(*_with_lines()).order_by(CounterReturn.id.desc())
    found = list(session.scalars(rows.offset((page - 1) * size).limit(size + 1)))
    return found[:size], len(found) > size


def return_exists(session: Session, request_key: str) -> bool:
    """Whether this request was booked already: a form that is sent twice."""
    return session.scalar(select(CounterReturn.id).where(CounterReturn.request_key == request_key)) is not None


def returns_of_shift(session: Session, shift_id: int) -> list[CounterReturn]:
    """Return what a shift took back, oldest first, with the sale it was of."""
    rows = select(CounterReturn).where(CounterReturn.shift_id == shift_id)
    return list(session.scalars(rows.options(*_with_lines()).order_by(CounterReturn.id)))


@dataclass(frozen=True, slots=True)
class OwnerSum:
    """What a shift sold of one owner."""

    business_name: str
    pieces: int
    amount_idr: int


def sums_by_owner(session: Session, shift_id: int) -> list[OwnerSum]:
    """Return what the shift sold of each owner, discounts taken off, the most first."""
    amount = func.sum(CounterSaleLine.pieces * CounterSaleLine.price_idr - CounterSaleLine.discount_idr)
    rows = (
        select(CounterSaleLine.business_name, func.sum(CounterSaleLine.pieces), amount)
        .join(CounterSale, CounterSale.id == CounterSaleLine.sale_id)
        .where(CounterSale.shift_id == shift_id)
        .group_by(CounterSaleLine.business_id, CounterSaleLine.business_name)
        .order_by(amount.desc(), CounterSaleLine.business_name)
    )
    return [OwnerSum(name, int(pieces), int(idr)) for name, pieces, idr in session.execute(rows)]


def _with_lines() -> tuple[Any, ...]:
    """Options: the sale a return is of, its lines, and what was sold with each."""
    return selectinload(CounterReturn.sale), selectinload(CounterReturn.lines).joinedload(CounterReturnLine.sale_line)


def _whole() -> Select[CounterSale]:
    return select(CounterSale).options(selectinload(CounterSale.lines), selectinload(CounterSale.tenders))


def _on(day: date) -> ColumnElement[bool]:
    start, end = _day(day)
    return (CounterSale.happened_at >= start) & (CounterSale.happened_at < end)


def _day(day: date) -> tuple[datetime, Any]:
    start = clock.midnight(day)
    return start, start + timedelta(days=1)
