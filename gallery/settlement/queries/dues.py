"""What the owners in a scope are owed together, by how long it has been due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.registry.models import Business
from gallery.settlement.models import OwnerShare, PayoutItem
from gallery.settlement.queries.balances import owners_in_scope
from gallery.settlement.states import PayoutItemStatus

AGES: Final = (7, 14, 30)  # days since a share was due; what is older stands by itself


@dataclass(frozen=True, slots=True)
class Dues:
    """What owners are owed on a day. ``ages`` are the amounts up to 7, 14, 30 days since they were due, and older.

    Transfers pay the oldest first. ``claims_idr`` is what owners got too much, because goods came back afterwards.
    """

    ages: Sequence[int]
    claims_idr: int
    not_yet_due_idr: int
    under_way_idr: int
    owners: int

    @property
    def payable_idr(self) -> int:
        """The sum of what may be paid now, as the list of owners shows it: claims are taken off."""
        return sum(self.ages) - self.claims_idr

    @property
    def owed_idr(self) -> int:
        """All that has not been transferred: what the journal's account of the owners holds."""
        return self.payable_idr + self.not_yet_due_idr + self.under_way_idr


def dues_of(session: Session, scope: Scope, day: date) -> Dues:
    """Return what the owners in scope are owed on that day, in one read."""
    limits = [day - timedelta(days=days) for days in AGES]
    due = OwnerShare.due_on
    buckets = (
        (due <= day) & (due >= limits[0]),
        (due < limits[0]) & (due >= limits[1]),
        (due < limits[1]) & (due >= limits[2]),
        due < limits[2],
        due > day,
    )
    names = ("first", "second", "third", "older", "later")
    shares = (
        select(
            OwnerShare.business_id,
            *(
                _sum_where(inside, OwnerShare.share_idr).label(name)
                for name, inside in zip(names, buckets, strict=True)
            ),
        )
        .group_by(OwnerShare.business_id)
        .subquery()
    )
    sent = (
        select(
            PayoutItem.business_id,
            _sum_where(PayoutItem.status == PayoutItemStatus.PAID, PayoutItem.amount_idr).label("paid"),
            _sum_where(PayoutItem.status == PayoutItemStatus.OPEN, PayoutItem.amount_idr).label("under_way"),
        )
        .group_by(PayoutItem.business_id)
        .subquery()
    )
    rows = session.execute(
        select(*(shares.c[name] for name in names), sent.c.paid, sent.c.under_way)
        .join(Business, Business.id == shares.c.business_id)
        .outerjoin(sent, sent.c.business_id == Business.id)
        .where(owners_in_scope(scope))
    )
    ages, claims, waiting, on_way, owners = [0] * (len(AGES) + 1), 0, 0, 0, 0
    for *due_sums, later, paid, under_way in rows:
        aged, claim = oldest_paid_first([int(one) for one in due_sums], int(paid or 0) + int(under_way or 0))
        ages = [one + more for one, more in zip(ages, aged, strict=True)]
        claims, waiting, on_way = claims + claim, waiting + int(later), on_way + int(under_way or 0)
        owners += any(aged)
    return Dues(ages, claims, waiting, on_way, owners)


def oldest_paid_first(due: Sequence[int], paid: int) -> tuple[list[int], int]:
    """Return what of the sums, youngest first, is left when ``paid`` went to the oldest, and what was paid too much.

    A sum below zero, where more came back than was sold, takes from the oldest too.
    """
    left = [max(one, 0) for one in due]
    over = paid - sum(min(one, 0) for one in due)
    for place in reversed(range(len(left))):
        taken = min(left[place], over)
        left[place], over = left[place] - taken, over - taken
    return left, over


def _sum_where(condition: ColumnElement[bool], amount: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, amount), else_=0)), 0)
