"""What riders, carriers and online couriers are owed by the journal, and what they were paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, String, cast, false, func, literal, select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, User
from gallery.accounts.permissions import Scope
from gallery.core.errors import NotFoundError
from gallery.delivery.models import Rider
from gallery.payments.models import BankAccount
from gallery.settlement.models import CourierPayment, JournalEntry, JournalLine
from gallery.settlement.states import Account, EntryKind

PAGE_SIZE: Final = 25
RIDER: Final = "rider:"


@dataclass(frozen=True, slots=True)
class CourierDue:
    """One party of the journal ("rider:3", "courier:biteship"): what it still gets, and what it was paid ever."""

    party: str
    rider_name: str | None
    owed_idr: int
    paid_idr: int


@dataclass(frozen=True, slots=True)
class CourierPaymentRow:
    """A payment with names: of the rider, of the purse it came out of, of who noted it."""

    payment: CourierPayment
    rider_name: str | None
    bank: str | None
    gallery: str | None
    made_by: str | None

    @property
    def purse(self) -> str:
        return self.bank or self.gallery or ""


@dataclass(frozen=True, slots=True)
class CourierPaymentPage:
    """One page of payments, newest first."""

    rows: Sequence[CourierPaymentRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def owed_to(session: Session, party: str) -> int:
    """Return what the party is owed: what it earned by the journal, less every payment, posted or not."""
    earned, paid = _earned(), _paid()
    return int(session.scalar(earned.where(JournalLine.party == party)) or 0) - int(
        session.scalar(paid.where(CourierPayment.party == party)) or 0
    )


def couriers_due(session: Session, scope: Scope) -> list[CourierDue]:
    """Return the parties in scope who ever earned something, those who are owed most first; one read."""
    earned = _earned().add_columns(JournalLine.party).group_by(JournalLine.party).subquery()
    paid = _paid().add_columns(CourierPayment.party).group_by(CourierPayment.party).subquery()
    sums = func.coalesce(paid.c.amount, 0)
    rows = session.execute(
        select(earned.c.party, Rider.name, earned.c.amount - sums, sums)
        .outerjoin(paid, paid.c.party == earned.c.party)
        .outerjoin(Rider, _is_rider(earned.c.party))
        .where(_in_scope(scope))
        .order_by((earned.c.amount - sums).desc(), earned.c.party)
    )
    return [CourierDue(party, name, int(owed), int(amount)) for party, name, owed, amount in rows]


def courier_due(session: Session, party: str, scope: Scope) -> CourierDue:
    """Return one party; :class:`NotFoundError` outside the scope."""
    found = next((row for row in couriers_due(session, scope) if row.party == party), None)
    if found is None:
        raise NotFoundError("Party")
    return found


def courier_payments(session: Session, scope: Scope, *, number: int = 1, limit: int = PAGE_SIZE) -> CourierPaymentPage:
    """Return one page of what was paid to parties in scope; a page that does not exist is the first one."""
    chosen = select(CourierPayment.id).outerjoin(Rider, _is_rider(CourierPayment.party)).where(_in_scope(scope))
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    rows = session.execute(
        select(CourierPayment, Rider.name, BankAccount.bank_name + " " + BankAccount.number, Gallery.name, User.name)
        .outerjoin(Rider, _is_rider(CourierPayment.party))
        .outerjoin(BankAccount, BankAccount.id == CourierPayment.bank_account_id)
        .outerjoin(Gallery, Gallery.id == CourierPayment.gallery_id)
        .outerjoin(User, User.id == CourierPayment.made_by)
        .where(_in_scope(scope))
        .order_by(CourierPayment.id.desc())
        .limit(limit)
        .offset((number - 1) * PAGE_SIZE)
    )
    return CourierPaymentPage([CourierPaymentRow(*row) for row in rows], total, number)


def _earned() -> Select[int]:
    entry = select((-func.sum(JournalLine.amount_idr)).label("amount")).join(
        JournalEntry, JournalEntry.id == JournalLine.entry_id
    )
    return entry.where(JournalLine.account == Account.COURIERS, JournalEntry.kind != EntryKind.COURIER_PAID)


def _paid() -> Select[int]:
    return select(func.sum(CourierPayment.amount_idr).label("amount"))


def _is_rider(party: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Join a party with its rider, if it is one."""
    return party == literal(RIDER) + cast(Rider.id, String)


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """Condition on the joined :class:`Rider`: a gallery pays the riders whose entry it keeps."""
    if scope.everything:
        return true()
    return Rider.gallery_id.in_(scope.galleries) if scope.galleries else false()
