"""What owners are owed: sums of their shares and payouts, never a stored balance."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Scope
from gallery.consignment.models import LotTerms
from gallery.consignment.states import PaymentPeriod
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.registry.models import Business
from gallery.settlement.models import OwnerShare, PayoutItem
from gallery.settlement.states import PayoutItemStatus

PAGE_SIZE: Final = 25
HALF_MONTH: Final = 15


@dataclass(frozen=True, slots=True)
class Balance:
    """One owner on a day. ``earned`` is all shares ever, ``due`` those whose day has come."""

    business_id: int
    public_id: str
    name: str
    has_account: bool
    payment_period: PaymentPeriod
    """How often its newest lot was agreed to be paid."""
    earned_idr: int
    due_idr: int
    paid_idr: int
    under_way_idr: int

    @property
    def payable_idr(self) -> int:
        """What may be paid now; negative where a refund came after the payout: the next one is less by it."""
        return self.due_idr - self.paid_idr - self.under_way_idr

    @property
    def not_yet_due_idr(self) -> int:
        return self.earned_idr - self.due_idr

    @property
    def owed_idr(self) -> int:
        """All that the owner has not got yet."""
        return self.earned_idr - self.paid_idr


class Owed(StrEnum):
    """Which owners a list shows."""

    ALL = "all"
    PAYABLE = "payable"  # something may be paid today
    PERIOD = "period"  # something was due before the current period of its terms began, and is not paid


@dataclass(frozen=True, slots=True)
class BalancePage:
    """One page of owners, those who are owed most first, with the sums of all of them."""

    rows: Sequence[Balance]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def owners_in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on :class:`Business`: of the district, the own one, or with goods sold at the gallery."""
    if scope.everything:
        return true()
    sold_here = select(OwnerShare.id).where(
        OwnerShare.business_id == Business.id, OwnerShare.gallery_id.in_(scope.galleries)
    )
    return or_(
        Business.id.in_(scope.businesses),
        Business.district_code.in_(scope.districts),
        sold_here.exists() if scope.galleries else Business.id.in_(()),
    )


def owner_in_scope(session: Session, public_id: str, scope: Scope) -> Business:
    """Return one owner; :class:`NotFoundError` outside the scope."""
    found = session.scalar(select(Business).where(Business.public_id == public_id, owners_in_scope(scope)))
    if found is None:
        raise NotFoundError("Business")
    return found


def owners_by_public_id(session: Session, public_ids: Collection[str], scope: Scope) -> Sequence[int]:
    """Return the ids of those of the owners that are in scope."""
    return session.scalars(select(Business.id).where(Business.public_id.in_(public_ids), owners_in_scope(scope))).all()


def balance_of(session: Session, business_id: int, day: date) -> Balance:
    """Return what one owner is owed on that day; zeros where nothing was ever sold."""
    return _balance(session.execute(_rows(day).where(Business.id == business_id)).one())


def balances_by_id(session: Session, business_ids: Collection[int], day: date) -> dict[int, Balance]:
    """Return the balances of these owners."""
    rows = session.execute(_rows(day).where(Business.id.in_(business_ids)))
    return {row[0]: _balance(row) for row in rows}


def balances(
    session: Session,
    scope: Scope,
    day: date,
    *,
    search: str = "",
    which: Owed = Owed.ALL,
    number: int = 1,
    limit: int = PAGE_SIZE,
) -> BalancePage:
    """Return one page of the owners in scope who ever sold something; ``search`` is part of the name."""
    rows = _rows(day).where(owners_in_scope(scope), _ever_sold())
    if search:
        rows = rows.where(Business.name.icontains(search, autoescape=True))
    payable = rows.selected_columns.due - rows.selected_columns.paid - rows.selected_columns.under_way
    if which is not Owed.ALL:
        rows = rows.where(payable > 0)
    if which is Owed.PERIOD:
        rows = rows.where(_period_is_over(rows.selected_columns, day))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    rows = rows.order_by(payable.desc(), Business.name, Business.id)
    found = session.execute(rows.limit(limit).offset((number - 1) * PAGE_SIZE))
    return BalancePage([_balance(row) for row in found], total, number)


def _rows(day: date) -> Select[int, str, str, bool, Rupiah, Rupiah, Rupiah, Rupiah, PaymentPeriod]:
    shares = _share_sum()
    items = select(func.coalesce(func.sum(PayoutItem.amount_idr), 0)).where(PayoutItem.business_id == Business.id)
    return select(
        Business.id,
        Business.public_id,
        Business.name,
        Business.bank_account_encrypted.is_not(None),
        shares.scalar_subquery().label("earned"),
        shares.where(OwnerShare.due_on <= day).scalar_subquery().label("due"),
        items.where(PayoutItem.status == PayoutItemStatus.PAID).scalar_subquery().label("paid"),
        items.where(PayoutItem.status == PayoutItemStatus.OPEN).scalar_subquery().label("under_way"),
        _period().label("payment_period"),
    )


def _period() -> Any:
    """The payment period of the owner's newest lot; goods without terms are paid monthly."""
    newest = select(LotTerms.payment_period).where(LotTerms.business_id == Business.id)
    return func.coalesce(
        newest.order_by(LotTerms.lot_id.desc()).limit(1).scalar_subquery(), literal(PaymentPeriod.MONTHLY)
    )


def period_start(period: PaymentPeriod, day: date) -> date:
    """Return the first day of the period that the day lies in: a Monday, the 1st or 15th, the 1st."""
    if period is PaymentPeriod.WEEKLY:
        return day - timedelta(days=day.weekday())
    if period is PaymentPeriod.TWICE_MONTHLY and day.day >= HALF_MONTH:
        return day.replace(day=HALF_MONTH)
    return day.replace(day=1)


def _period_is_over(columns: Any, day: date) -> ColumnElement[bool]:
    """Something that was due before the current period is neither paid nor on its way."""
    done = columns.paid + columns.under_way
    return or_(
        *(
            and_(
                columns.payment_period == period,
                _share_sum().where(OwnerShare.due_on < period_start(period, day)).scalar_subquery() > done,
            )
            for period in PaymentPeriod
        )
    )


def _share_sum() -> Select[Rupiah]:
    return select(func.coalesce(func.sum(OwnerShare.share_idr), 0)).where(OwnerShare.business_id == Business.id)


def _ever_sold() -> ColumnElement[bool]:
    return select(OwnerShare.id).where(OwnerShare.business_id == Business.id).exists()


def _balance(row: Sequence[Any]) -> Balance:
    business_id, public_id, name, has_account, *sums, period = row
    return Balance(business_id, public_id, name, bool(has_account), period, *(int(amount) for amount in sums))
