"""A day's money held against each other: gateways, journal, orders, bank. Reads only; each difference is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.clock import local_day
from gallery.delivery.models import Rider
from gallery.orders.models import Order
from gallery.payments.models import (
    BankAccount,
    GatewayCharge,
    GatewayMovement,
    Payment,
    Refund,
)
from gallery.payments.queries.cash import is_with_rider
from gallery.payments.queries.charges import needs_person
from gallery.payments.states import (
    HAS_BOOKS,
    REMITTANCE_TIME,
    ChargeStatus,
    MovementKind,
    PaymentMethod,
    PaymentStatus,
    RefundStatus,
)
from gallery.settlement.models import (
    BankLine,
    BankStatement,
    CourierPayment,
    JournalEntry,
    JournalLine,
    Payout,
    PayoutItem,
)
from gallery.settlement.queries.bank import bank_party
from gallery.settlement.queries.bank_matching import GRACE
from gallery.settlement.queries.drafts import gateway as gateway_party
from gallery.settlement.states import Account, BankLineStatus, DifferenceKind, EntryKind, PayoutItemStatus

_Noted = Select[str, str, str, Any, Any]  # what names its page, its number, who, when, how much
MOST: Final = 200  # of each kind


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not fit: its document, what names that one's page, and what it is about."""

    kind: DifferenceKind
    public_id: str
    document: str
    who: str
    day: date
    amount_idr: int
    bank_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class AccountDay:
    """One account at the end of a day, as the bank and as the journal say; the bank's as of its last statement.

    bank = before + open + ignored + later + book - unseen + gap. ``bank_idr`` is none where no statement tells a
    balance. ``before_idr`` lay there before the first line that was taken. ``open_idr`` and ``ignored_idr`` are lines
    that nothing is booked for; ``later_idr`` what was booked after the day; ``unseen_idr`` what the journal has and no
    statement shows until then; ``gap_idr`` what the statements' lines do not add up to: one of them is missing.
    """

    account: BankAccount
    until: date | None
    lines: int
    in_idr: int
    out_idr: int
    journal_idr: int
    bank_idr: int | None
    before_idr: int
    book_idr: int
    open_idr: int
    ignored_idr: int
    later_idr: int
    unseen_idr: int

    @property
    def gap_idr(self) -> int:
        if self.bank_idr is None:
            return 0
        known = self.before_idr + self.open_idr + self.ignored_idr + self.later_idr + self.book_idr - self.unseen_idr
        return self.bank_idr - known


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A day: every account, and all differences."""

    day: date
    accounts: Sequence[AccountDay]
    differences: Sequence[Difference]


def reconcile(session: Session, day: date) -> Reconciliation:
    """Return what fits and what does not at the end of the day, in a number of reads that the accounts decide."""
    accounts = session.scalars(select(BankAccount).order_by(BankAccount.id)).all()
    covered = {account.id: _covered_until(session, account.id, day) for account in accounts}
    differences = list(_differences(session, day, covered))
    return Reconciliation(
        day, [_account_day(session, account, day, covered[account.id]) for account in accounts], differences
    )


def _differences(session: Session, day: date, covered: dict[int, date | None]) -> Iterator[Difference]:
    yield from _open_lines(session, day)
    for account_id, until in covered.items():
        if until is not None:
            yield from _unseen(session, account_id, until)
    yield from _gateways(session, day)
    yield from _cash_with_riders(session, day)


def _covered_until(session: Session, account_id: int, day: date) -> date | None:
    """Return the last day until that one which a statement of the account reaches."""
    until = select(func.max(BankStatement.to_day)).where(
        BankStatement.bank_account_id == account_id, BankStatement.from_day <= day
    )
    last = session.scalar(until)
    return min(last, day) if last is not None else None


def _open_lines(session: Session, day: date) -> Iterator[Difference]:
    rows = session.scalars(
        select(BankLine)
        .where(BankLine.status == BankLineStatus.OPEN, BankLine.day <= day)
        .order_by(BankLine.day, BankLine.id)
        .limit(MOST)
    )
    for line in rows:
        yield Difference(
            DifferenceKind.LINE_OPEN,
            line.public_id,
            line.description,
            "",
            line.day,
            line.amount_idr,
            line.bank_account_id,
        )


def _unseen(session: Session, account_id: int, until: date) -> Iterator[Difference]:
    """What was noted since the statements begin and long enough before their end, and that they do not show."""
    first = session.scalar(select(func.min(BankStatement.from_day)).where(BankStatement.bank_account_id == account_id))
    since, before = clock.midnight(first or until), clock.midnight(until - GRACE + timedelta(days=1))
    for kind, column, rows in (
        (DifferenceKind.TRANSFER_UNSEEN, Payment.paid_at, _transfers(account_id)),
        (DifferenceKind.PAYOUT_UNSEEN, PayoutItem.paid_at, _payouts(account_id)),
        (DifferenceKind.REFUND_UNSEEN, Refund.status_changed_at, _refunds(account_id)),
        (DifferenceKind.COURIER_UNSEEN, CourierPayment.made_at, _courier_payments(account_id)),
    ):
        wanted = rows.where(column >= since, column < before).limit(MOST)
        for public_id, number, who, at, amount in session.execute(wanted):
            yield Difference(kind, public_id, number, who, local_day(at), int(amount), account_id)


def _transfers(account_id: int) -> _Noted:
    return (
        select(Payment.public_id, Order.number, Order.contact_name, Payment.paid_at, Payment.amount_idr)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Payment.method == PaymentMethod.BANK_TRANSFER,
            Payment.bank_account_id == account_id,
            Payment.status == PaymentStatus.PAID,
            ~exists().where(BankLine.payment_id == Payment.id),
        )
    )


def _payouts(account_id: int) -> _Noted:
    return (
        select(Payout.public_id, Payout.number, PayoutItem.account_holder, PayoutItem.paid_at, -PayoutItem.amount_idr)
        .join(Payout, Payout.id == PayoutItem.payout_id)
        .where(
            Payout.bank_account_id == account_id,
            PayoutItem.status == PayoutItemStatus.PAID,
            ~exists().where(BankLine.payout_item_id == PayoutItem.id),
        )
    )


def _refunds(account_id: int) -> _Noted:
    return (
        select(Payment.public_id, Order.number, Order.contact_name, Refund.status_changed_at, -Refund.amount_idr)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Payment.method == PaymentMethod.BANK_TRANSFER,
            Payment.bank_account_id == account_id,
            Refund.charge_id.is_(None),
            Refund.status == RefundStatus.DONE,
            ~exists().where(BankLine.refund_id == Refund.id),
        )
    )


def _courier_payments(account_id: int) -> _Noted:
    paid = CourierPayment
    return select(paid.public_id, paid.number, paid.party, paid.made_at, -paid.amount_idr).where(
        paid.bank_account_id == account_id, ~exists().where(BankLine.courier_payment_id == paid.id)
    )


def _gateways(session: Session, day: date) -> Iterator[Difference]:
    """What a gateway's books and ours do not both have, and charges that somebody has to look at."""
    first, after = clock.midnight(day), clock.midnight(day + timedelta(days=1))
    unknown = session.scalars(
        select(GatewayMovement)
        .where(
            GatewayMovement.kind == MovementKind.CHARGE,
            GatewayMovement.happened_at >= first,
            GatewayMovement.happened_at < after,
            or_(
                GatewayMovement.charge_id.is_(None),
                ~exists().where(
                    GatewayCharge.id == GatewayMovement.charge_id, GatewayCharge.status == ChargeStatus.PAID
                ),
            ),
        )
        .order_by(GatewayMovement.id)
        .limit(MOST)
    )
    for row in unknown:
        name, at = row.remote_id, local_day(row.happened_at)
        yield Difference(DifferenceKind.GATEWAY_UNKNOWN, "", name, row.gateway.value, at, row.amount_idr)
    charges = (
        select(GatewayCharge, Payment.public_id, Order.number, Order.contact_name)
        .join(Payment, Payment.id == GatewayCharge.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .order_by(GatewayCharge.id)
        .limit(MOST)
    )
    missing = charges.where(
        GatewayCharge.gateway.in_(HAS_BOOKS),
        GatewayCharge.status == ChargeStatus.PAID,
        GatewayCharge.paid_at >= first,
        GatewayCharge.paid_at < after,
        ~exists().where(GatewayMovement.charge_id == GatewayCharge.id, GatewayMovement.kind == MovementKind.CHARGE),
    )
    troubled = charges.where(needs_person(), GatewayCharge.trouble_at < after)
    for kind, rows in ((DifferenceKind.GATEWAY_MISSING, missing), (DifferenceKind.GATEWAY_TROUBLE, troubled)):
        for charge, public_id, number, who in session.execute(rows):
            at = local_day(charge.paid_at or charge.trouble_at or charge.created_at)
            amount = charge.paid_idr or charge.amount_idr
            yield Difference(kind, public_id, number, who, at, int(amount))
    yield from _gateway_balances(session, day, after)


def _gateway_balances(session: Session, day: date, after: datetime) -> Iterator[Difference]:
    """What a gateway's books add up to is what the journal has at that gateway."""
    books = dict(
        session.execute(
            select(GatewayMovement.gateway, func.sum(GatewayMovement.amount_idr) - func.sum(GatewayMovement.fee_idr))
            .where(GatewayMovement.happened_at < after)
            .group_by(GatewayMovement.gateway)
        ).all()
    )
    for one in sorted(HAS_BOOKS):
        ours = _journal(session, Account.GATEWAY, gateway_party(one), after)
        theirs = int(books.get(one) or 0)
        if ours != theirs:
            yield Difference(DifferenceKind.GATEWAY_BALANCE, "", one.value.title(), "", day, theirs - ours)


def _cash_with_riders(session: Session, day: date) -> Iterator[Difference]:
    """What buyers paid at the door, and their riders should have handed over."""
    rows = session.execute(
        select(Payment.public_id, Order.number, Rider.name, Payment.paid_at, Payment.amount_idr)
        .join(Order, Order.id == Payment.order_id)
        .join(Rider, Rider.id == Payment.collector_id)
        .where(is_with_rider(), Payment.paid_at < clock.midnight(day - REMITTANCE_TIME + timedelta(days=1)))
        .order_by(Payment.paid_at)
        .limit(MOST)
    )
    for public_id, number, rider, paid_at, amount in rows:
        at = local_day(paid_at or clock.midnight(day))
        yield Difference(DifferenceKind.CASH_LATE, public_id, number, rider, at, int(amount))


def _account_day(session: Session, account: BankAccount, day: date, until: date | None) -> AccountDay:
    after, last = clock.midnight(day + timedelta(days=1)), until or date.min
    ours, amount = BankLine.bank_account_id == account.id, BankLine.amount_idr
    total = func.sum(amount)
    count, money_in, money_out = session.execute(
        select(func.count(), total.filter(amount > 0), total.filter(amount < 0)).where(ours, BankLine.day == day)
    ).one()
    sums = dict(
        session.execute(
            select(BankLine.status, total).where(ours, BankLine.day <= last).group_by(BankLine.status)
        ).all()
    )
    book = _journal(session, Account.BANK, bank_party(account.id), after)
    unseen = _journal(session, Account.BANK, bank_party(account.id), after, ~_is_on_a_line(last))
    return AccountDay(
        account=account,
        until=until,
        lines=count,
        in_idr=int(money_in or 0),
        out_idr=-int(money_out or 0),
        journal_idr=book - _journal(session, Account.BANK, bank_party(account.id), clock.midnight(day)),
        bank_idr=_closing(session, account.id, last),
        before_idr=_before(session, account.id),
        book_idr=book,
        open_idr=int(sums.get(BankLineStatus.OPEN) or 0),
        ignored_idr=int(sums.get(BankLineStatus.IGNORED) or 0),
        later_idr=int(sums.get(BankLineStatus.MATCHED) or 0) - (book - unseen),
        unseen_idr=unseen,
    )


def _is_on_a_line(until: date) -> ColumnElement[bool]:
    """Condition on :class:`JournalEntry`: a statement shows its document until that day."""
    columns = {
        EntryKind.PAYMENT: BankLine.payment_id,
        EntryKind.PAYOUT_PAID: BankLine.payout_item_id,
        EntryKind.REFUND_PAID: BankLine.refund_id,
        EntryKind.COURIER_PAID: BankLine.courier_payment_id,
        EntryKind.BANK_LINE: BankLine.id,
    }
    return or_(
        *(
            (JournalEntry.kind == kind) & exists().where(column == JournalEntry.source_id, BankLine.day <= until)
            for kind, column in columns.items()
        )
    )


def _closing(session: Session, account_id: int, until: date) -> int | None:
    rows = _told(account_id).where(BankStatement.to_day <= until)
    found = session.execute(rows.order_by(BankStatement.to_day.desc(), BankStatement.id.desc()).limit(1)).first()
    return None if found is None else int(found[1])


def _before(session: Session, account_id: int) -> int:
    """Return what lay on the account before the first line that was taken."""
    rows = _told(account_id).order_by(BankStatement.from_day, BankStatement.to_day, BankStatement.id)
    first = session.execute(rows.limit(1)).first()
    if first is None:
        return 0
    lines = select(func.sum(BankLine.amount_idr)).where(
        BankLine.bank_account_id == account_id, BankLine.day <= first[0]
    )
    return int(first[1]) - int(session.scalar(lines) or 0)


def _told(account_id: int) -> Select[date, Any]:
    return select(BankStatement.to_day, BankStatement.closing_idr).where(
        BankStatement.bank_account_id == account_id, BankStatement.closing_idr.is_not(None)
    )


def _journal(session: Session, account: Account, party: str, before: datetime, *conditions: ColumnElement[bool]) -> int:
    rows = (
        select(func.sum(JournalLine.amount_idr))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(
            JournalLine.account == account,
            JournalLine.party == party,
            JournalEntry.happened_at < before,
            *conditions,
        )
    )
    return int(session.scalar(rows) or 0)
