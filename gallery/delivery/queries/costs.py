"""What online couriers cost against what buyers paid, and the statements that say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.core.types import UtcDateTime
from gallery.delivery.models import CourierBooking, CourierStatement, CourierStatementLine, Shipment
from gallery.delivery.states import BookingStatus, Courier, ShipmentStatus, StatementOutcome
from gallery.inventory.models import Place
from gallery.inventory.queries import place_in_scope
from gallery.orders.models import Order, Parcel

PAGE_SIZE: Final = 50
_NOT_CARRIED: Final = (ShipmentStatus.CANCELLED, ShipmentStatus.DECLINED)


@dataclass(frozen=True, slots=True)
class ParcelCost:
    """One parcel: what its buyer paid, and what its bookings cost together.

    ``unsettled``: how many of them the courier has not charged yet, so that what it promised is counted.
    """

    parcel_public_id: str
    order_number: str
    place: str
    courier: Courier
    service: str
    tracking_number: str
    status: ShipmentStatus
    booked_at: datetime
    attempts: int
    paid_idr: Rupiah
    cost_idr: Rupiah
    unsettled: int

    @property
    def difference_idr(self) -> Rupiah:
        """What the gallery bears; below zero is what is left over."""
        return Rupiah(self.cost_idr - self.paid_idr)


@dataclass(frozen=True, slots=True)
class MonthCost:
    """One month: its first day, how many parcels, what was paid and what it cost."""

    month: date
    parcels: int
    paid_idr: Rupiah
    cost_idr: Rupiah

    @property
    def difference_idr(self) -> Rupiah:
        return Rupiah(self.cost_idr - self.paid_idr)


def parcel_costs(session: Session, scope: Scope, month: date) -> Sequence[ParcelCost]:
    """Return the parcels of a month (of their first booking, WIB) by order number.

    An attempt that nobody carried counts only where the courier charged for it.
    """
    start, end = month_bounds(month)
    sums = _sums(scope).having(_FIRST.between(start, end - timedelta(microseconds=1))).subquery()
    rows = session.execute(
        select(
            Parcel.public_id,
            Order.number,
            Place.name,
            CourierBooking.courier,
            CourierBooking.service,
            Shipment.tracking_number,
            Shipment.status,
            sums.c.booked_at,
            sums.c.attempts,
            Parcel.shipping_idr,
            sums.c.cost_idr,
            sums.c.unsettled,
        )
        .join(Parcel, Parcel.id == sums.c.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .join(Place, Place.id == Parcel.place_id)
        .join(Shipment, Shipment.id == sums.c.last_id)
        .join(CourierBooking, CourierBooking.shipment_id == Shipment.id)
        .order_by(Order.number, Parcel.id)
    )
    return [ParcelCost(*row) for row in rows]


def month_costs(session: Session, scope: Scope, *, months: int = 12) -> Sequence[MonthCost]:
    """Return the last months that have parcels, newest first."""
    first = clock.today().replace(day=1)
    for _month in range(months - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    sums = _sums(scope).having(month_bounds(first)[0] <= _FIRST).subquery()
    rows = session.execute(
        select(sums.c.booked_at, Parcel.shipping_idr, sums.c.cost_idr).join(Parcel, Parcel.id == sums.c.parcel_id)
    )
    found: dict[date, list[tuple[int, int]]] = {}
    for booked_at, paid, cost in rows:
        found.setdefault(booked_at.astimezone(clock.LOCAL_ZONE).date().replace(day=1), []).append((paid, cost))
    return [
        MonthCost(month, len(found[month]), *(Rupiah(sum(column)) for column in zip(*found[month], strict=True)))
        for month in sorted(found, reverse=True)
    ]


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """Return the first moment of a month of WIB and of the next one."""
    first = datetime(month.year, month.month, 1, tzinfo=clock.LOCAL_ZONE)
    return first, (first + timedelta(days=32)).replace(day=1)


_FIRST: Final = func.min(Shipment.created_at, type_=UtcDateTime)


def _sums(scope: Scope) -> Any:
    """Return what the bookings of each parcel cost together, by parcel."""
    cost = func.coalesce(CourierBooking.cost_idr, CourierBooking.booked_idr, CourierBooking.quoted_idr)
    return (
        select(
            Shipment.parcel_id,
            _FIRST.label("booked_at"),
            func.max(Shipment.id).label("last_id"),
            func.count().label("attempts"),
            cast(func.sum(cost), BigInteger).label("cost_idr"),
            func.count().filter(CourierBooking.cost_idr.is_(None)).label("unsettled"),
        )
        .join(CourierBooking, CourierBooking.shipment_id == Shipment.id)
        .join(Parcel, Parcel.id == Shipment.parcel_id)
        .join(Place, Place.id == Parcel.place_id)
        .where(
            place_in_scope(scope),
            or_(
                and_(CourierBooking.status == BookingStatus.BOOKED, Shipment.status.not_in(_NOT_CARRIED)),
                CourierBooking.cost_idr > 0,
            ),
        )
        .group_by(Shipment.parcel_id)
    )


# Statements


@dataclass(frozen=True, slots=True)
class StatementSummary:
    """A statement and how many of its lines are what."""

    statement: CourierStatement
    counts: dict[StatementOutcome, int]

    @property
    def lines(self) -> int:
        return sum(self.counts.values())

    @property
    def open_lines(self) -> int:
        """How many still need a person."""
        return sum(self.counts.get(outcome, 0) for outcome in OPEN_LINES)


OPEN_LINES: Final = (StatementOutcome.DIFFERENT, StatementOutcome.UNMATCHED)


def statements(session: Session, *, limit: int = 100) -> Sequence[StatementSummary]:
    """Return the newest statements with their counts."""
    rows = session.scalars(select(CourierStatement).order_by(CourierStatement.id.desc()).limit(limit)).all()
    return _summaries(session, rows)


def statement(session: Session, public_id: str) -> StatementSummary:
    """Return one statement; :class:`NotFoundError` for an unknown one."""
    found = session.scalar(select(CourierStatement).where(CourierStatement.public_id == public_id))
    if found is None:
        raise NotFoundError("CourierStatement")
    return _summaries(session, [found])[0]


def _summaries(session: Session, rows: Sequence[CourierStatement]) -> list[StatementSummary]:
    line = CourierStatementLine
    counted = session.execute(
        select(line.statement_id, line.outcome, func.count())
        .where(line.statement_id.in_([row.id for row in rows]))
        .group_by(line.statement_id, line.outcome)
    )
    counts: dict[int, dict[StatementOutcome, int]] = {}
    for statement_id, outcome, count in counted:
        counts.setdefault(statement_id, {})[outcome] = count
    return [StatementSummary(row, counts.get(row.id, {})) for row in rows]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One charge with the order it is for, as far as that is known."""

    line: CourierStatementLine
    order_number: str
    parcel_public_id: str

    @property
    def difference_idr(self) -> int:
        """How much more was charged than expected."""
        return self.line.amount_idr - (self.line.expected_idr or 0)


@dataclass(frozen=True, slots=True)
class StatementPage:
    """One page of a statement's lines, in the order of the file."""

    rows: Sequence[StatementRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def statement_lines(
    session: Session, statement_id: int, outcome: StatementOutcome | None, *, number: int = 1
) -> StatementPage:
    """Return a page of lines, all or of one outcome; no such page is the first."""
    line = CourierStatementLine
    conditions = [line.statement_id == statement_id]
    if outcome is not None:
        conditions.append(line.outcome == outcome)
    total = session.scalar(select(func.count(line.id)).where(*conditions)) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    rows = session.execute(
        select(line, Order.number, Parcel.public_id)
        .outerjoin(CourierBooking, CourierBooking.id == line.booking_id)
        .outerjoin(Shipment, Shipment.id == CourierBooking.shipment_id)
        .outerjoin(Parcel, Parcel.id == Shipment.parcel_id)
        .outerjoin(Order, Order.id == Parcel.order_id)
        .where(*conditions)
        .order_by(line.row_number)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    found = [StatementRow(row, number_ or "", parcel or "") for row, number_, parcel in rows]
    return StatementPage(found, total, number)


def statement_line(session: Session, statement_id: int, line_id: int) -> CourierStatementLine | None:
    """Return a line of this statement; none where the statement has no such line."""
    line = CourierStatementLine
    return session.scalar(select(line).where(line.id == line_id, line.statement_id == statement_id))
