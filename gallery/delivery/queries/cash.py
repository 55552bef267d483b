"""Cash that riders were given at the door: with whom it is, and what was handed over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from gallery.accounts.models import Gallery, User
from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.delivery.models import Rider
from gallery.inventory.models import Place
from gallery.orders.models import Order, Parcel
from gallery.orders.queries import order_in_scope
from gallery.payments.models import Payment, Remittance, RemittanceLine
from gallery.payments.queries.cash import is_with_rider
from gallery.payments.states import REMITTANCE_TIME

PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class RiderCash:
    """What one rider has with him, and since when."""

    rider: Rider
    amount_idr: int
    orders: int
    oldest_at: datetime

    @property
    def is_overdue(self) -> bool:
        return self.oldest_at <= clock.now() - REMITTANCE_TIME


@dataclass(frozen=True, slots=True)
class RemittanceRow:
    """A remittance with the names of who gave and who took it, and its number of orders."""

    remittance: Remittance
    rider: Rider
    gallery: Gallery
    orders: int
    received_by: str | None


@dataclass(frozen=True, slots=True)
class RemittancePage:
    """One page of remittances, newest first."""

    rows: Sequence[RemittanceRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def with_riders(session: Session, scope: Scope) -> list[RiderCash]:
    """Return the riders who have money of orders in scope, who has it longest first; one read."""
    oldest = func.min(Payment.paid_at)
    rows = session.execute(
        select(Rider, func.sum(Payment.amount_idr), func.count(Payment.id), oldest)
        .join(Payment, Payment.collector_id == Rider.id)
        .join(Order, Order.id == Payment.order_id)
        .where(is_with_rider(), order_in_scope(scope))
        .group_by(Rider.id)
        .order_by(oldest, Rider.id)
    )
    return [RiderCash(rider, int(amount), orders, since) for rider, amount, orders, since in rows if since is not None]


def overdue_riders(session: Session, scope: Scope) -> int:
    """Return how many riders have had money of orders in scope for too long; one read."""
    overdue = Payment.paid_at <= clock.now() - REMITTANCE_TIME
    riders = select(func.count(Payment.collector_id.distinct())).join(Order, Order.id == Payment.order_id)
    return session.scalar(riders.where(is_with_rider(), overdue, order_in_scope(scope))) or 0


def rider_with_cash(session: Session, public_id: str, scope: Scope) -> tuple[Rider, Sequence[Payment]]:
    """Return a rider and the payments in scope that he has, oldest first; :class:`NotFoundError` if he has none.

    Whoever has handed everything over just now is still found: the page of a second officer says so.
    """
    collected = select(Payment).join(Order, Order.id == Payment.order_id).where(order_in_scope(scope))
    rider = session.scalar(select(Rider).where(Rider.public_id == public_id))
    if rider is None:
        raise NotFoundError("Rider")
    mine = collected.where(Payment.collector_id == rider.id)
    if session.scalars(mine.limit(1)).first() is None:
        raise NotFoundError("Rider")
    rows = mine.where(is_with_rider()).options(joinedload(Payment.order)).order_by(Payment.paid_at, Payment.id)
    return rider, session.scalars(rows).all()


def home_gallery(session: Session, rider: Rider, payments: Sequence[Payment]) -> int | None:
    """Return the gallery that most likely gets the money: the rider's own, else that which sent the oldest parcel."""
    if rider.gallery_id is not None or not payments:
        return rider.gallery_id
    sent_by = select(Place.gallery_id).join(Parcel, Parcel.place_id == Place.id)
    return session.scalar(sent_by.where(Parcel.order_id == payments[0].order_id).limit(1))


def payments_of_rider(session: Session, rider_id: int, public_ids: Collection[str], scope: Scope) -> Sequence[int]:
    """Return the ids of those of the payments that the rider was given and that are in scope, handed over or not."""
    rows = select(Payment.id).join(Order, Order.id == Payment.order_id).where(order_in_scope(scope))
    return session.scalars(rows.where(Payment.collector_id == rider_id, Payment.public_id.in_(public_ids))).all()


def remittances(session: Session, scope: Scope, *, number: int = 1, limit: int = PAGE_SIZE) -> RemittancePage:
    """Return one page of what was handed over to galleries in scope; a page that does not exist is the first one."""
    here = _in_scope(scope)
    total = session.scalar(select(func.count()).select_from(Remittance).where(here)) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    orders = select(func.count()).where(RemittanceLine.remittance_id == Remittance.id).scalar_subquery()
    rows = session.execute(
        select(Remittance, Rider, Gallery, orders, User.name)
        .join(Rider, Rider.id == Remittance.rider_id)
        .join(Gallery, Gallery.id == Remittance.gallery_id)
        .outerjoin(User, User.id == Remittance.received_by)
        .where(here)
        .order_by(Remittance.id.desc())
        .limit(limit)
        .offset((number - 1) * PAGE_SIZE)
    )
    return RemittancePage([RemittanceRow(*row) for row in rows], total, number)


def remittance(session: Session, public_id: str, scope: Scope) -> RemittanceRow:
    """Return one remittance with its payments and their orders; :class:`NotFoundError` outside the scope."""
    lines = selectinload(Remittance.lines).joinedload(RemittanceLine.payment).joinedload(Payment.order)
    row = session.execute(
        select(Remittance, Rider, Gallery, User.name)
        .join(Rider, Rider.id == Remittance.rider_id)
        .join(Gallery, Gallery.id == Remittance.gallery_id)
        .outerjoin(User, User.id == Remittance.received_by)
        .where(Remittance.public_id == public_id, _in_scope(scope))
        .options(lines)
    ).first()
    if row is None:
        raise NotFoundError("Remittance")
    made, rider, gallery, name = row
    return RemittanceRow(made, rider, gallery, len(made.lines), name)


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    return Remittance.gallery_id.in_(scope.galleries) if scope.galleries else false()
