"""What the shipping board and a parcel's page show of online couriers: bookings, calls, and their notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.delivery.models import CourierBooking, CourierClaim, CourierExchange, CourierNotice, Shipment
from gallery.delivery.states import Courier, NoticeOutcome
from gallery.orders.models import Order, Parcel

MOST_EXCHANGES: Final = 40
PAGE_SIZE: Final = 50
STRANGE_AFTER: Final = timedelta(hours=1)
"""An order that nobody knows may still become known: its booking's answer is on its way, or being looked for."""


def board_bookings(session: Session, parcel_ids: Sequence[int]) -> dict[int, CourierBooking]:
    """Return for each parcel the booking to show: the newest that needs a person, else the newest of all."""
    rows = session.scalars(
        select(CourierBooking)
        .join(Shipment, Shipment.id == CourierBooking.shipment_id)
        .options(contains_eager(CourierBooking.shipment))
        .where(Shipment.parcel_id.in_(parcel_ids))
        .order_by(CourierBooking.trouble.is_not(None), CourierBooking.id)
    )
    return {booking.shipment.parcel_id: booking for booking in rows}


def bookings_of(session: Session, parcel_id: int) -> Sequence[CourierBooking]:
    """Return what online couriers were asked for a parcel, newest first."""
    return session.scalars(
        select(CourierBooking)
        .join(Shipment, Shipment.id == CourierBooking.shipment_id)
        .options(contains_eager(CourierBooking.shipment))
        .where(Shipment.parcel_id == parcel_id)
        .order_by(CourierBooking.id.desc())
    ).all()


def claim_of(session: Session, parcel_id: int) -> CourierClaim | None:
    """Return what is asked of a courier that lost this parcel, if one did."""
    lost = select(CourierClaim).join(Shipment, Shipment.id == CourierClaim.shipment_id)
    return session.scalars(lost.where(Shipment.parcel_id == parcel_id).order_by(CourierClaim.id.desc())).first()


def exchanges_of(session: Session, booking_ids: Sequence[int]) -> Sequence[CourierExchange]:
    """Return the last calls to couriers about these bookings, newest first; what was said in them is sealed."""
    return session.scalars(
        select(CourierExchange)
        .where(CourierExchange.booking_id.in_(booking_ids))
        .order_by(CourierExchange.id.desc())
        .limit(MOST_EXCHANGES)
    ).all()


def notices_of(session: Session, booking_ids: Sequence[int]) -> Sequence[CourierNotice]:
    """Return the last notices about these bookings, newest first."""
    return session.scalars(
        select(CourierNotice)
        .where(CourierNotice.booking_id.in_(booking_ids))
        .order_by(CourierNotice.id.desc())
        .limit(MOST_EXCHANGES)
    ).all()


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice with the order it speaks of, where that is known."""

    notice: CourierNotice
    order_number: str
    parcel_public_id: str


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One page of the inbox, newest first."""

    lines: Sequence[NoticeLine]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def notices(
    session: Session, *, needs_person: bool = True, courier: Courier | None = None, number: int = 1
) -> NoticePage:
    """Return a page of notices: those that a person has to see to, or all that are kept. No such page is the first."""
    wanted: list[ColumnElement[bool]] = [_needs_person()] if needs_person else []
    if courier is not None:
        wanted.append(CourierNotice.courier == courier)
    total = session.scalar(select(func.count(CourierNotice.id)).where(*wanted)) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    rows = session.execute(
        _with_order().where(*wanted).order_by(CourierNotice.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    )
    return NoticePage([NoticeLine(row, order or "", parcel or "") for row, order, parcel in rows], total, number)


def notice(session: Session, notice_id: int) -> NoticeLine:
    """Return one notice; :class:`NotFoundError` when it is forgotten already."""
    found = session.execute(_with_order().where(CourierNotice.id == notice_id)).first()
    if found is None:
        raise NotFoundError("CourierNotice")
    row, order, parcel = found
    return NoticeLine(row, order or "", parcel or "")


def _with_order() -> Any:
    return (
        select(CourierNotice, Order.number, Parcel.public_id)
        .outerjoin(CourierBooking, CourierBooking.id == CourierNotice.booking_id)
        .outerjoin(Shipment, Shipment.id == CourierBooking.shipment_id)
        .outerjoin(Parcel, Parcel.id == Shipment.parcel_id)
        .outerjoin(Order, Order.id == Parcel.order_id)
    )


def _needs_person() -> ColumnElement[bool]:
    puzzling = (NoticeOutcome.IMPOSSIBLE, NoticeOutcome.UNKNOWN_WORD, NoticeOutcome.UNREADABLE)
    strange = and_(
        CourierNotice.outcome == NoticeOutcome.UNKNOWN_ORDER,
        CourierNotice.received_at < clock.now() - STRANGE_AFTER,
    )
    return and_(CourierNotice.closed_at.is_(None), or_(CourierNotice.outcome.in_(puzzling), strange))
