"""The money of a period and of today, as sums of the journal and of the owners' shares.

Nothing here is stored: what the office holds is what the journal's accounts of purses add up to, and what came in less
what went out in a period is by how much they grew.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, case, cast, func, or_, select, true
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Scope
from gallery.core import clock
from gallery.counter.models import Shift, Till
from gallery.delivery.models import Rider
from gallery.inventory.states import DocumentKind
from gallery.orders.models import Order
from gallery.payments.models import BankAccount
from gallery.regions.models import Region
from gallery.registry.models import Business
from gallery.settlement.models import JournalEntry, JournalLine, OwnerShare
from gallery.settlement.queries.drafts import gallery
from gallery.settlement.states import Account, Channel, EntryKind


class MoneyFlow(StrEnum):
    """Why money came into, or left, the drawers, safes and accounts of the office."""

    ONLINE = "online"
    COUNTER = "counter"
    OWNERS = "owners"
    REFUNDS = "refunds"
    COURIERS = "couriers"
    FEES = "fees"
    DISPUTES = "disputes"
    EXPENSE = "expense"
    CASH_DIFFERENCE = "cash_difference"
    OFFICE = "office"
    OTHER = "other"


PURSES: Final = (
    Account.CASH,
    Account.SAFE,
    Account.QRIS,
    Account.BANK,
    Account.GATEWAY,
    Account.TRANSIT,
    Account.RIDERS,
)
_BY_KIND: Final = {
    EntryKind.PAYMENT: MoneyFlow.ONLINE,
    EntryKind.CHARGE_EXTRA: MoneyFlow.ONLINE,
    EntryKind.COUNTER_SALE: MoneyFlow.COUNTER,
    EntryKind.COUNTER_RETURN: MoneyFlow.REFUNDS,
    EntryKind.REFUND_PAID: MoneyFlow.REFUNDS,
    EntryKind.PAYOUT_PAID: MoneyFlow.OWNERS,
    EntryKind.PAYOUT_BOUNCED: MoneyFlow.OWNERS,
    EntryKind.COURIER_PAID: MoneyFlow.COURIERS,
    EntryKind.GATEWAY_FEE: MoneyFlow.FEES,
    EntryKind.DISPUTE_OPENED: MoneyFlow.DISPUTES,
    EntryKind.DISPUTE_WON: MoneyFlow.DISPUTES,
}
# Entries that move cash or name a line of the bank do so for many reasons: the account against which they stand tells.
_BY_ACCOUNT: Final = frozenset({EntryKind.CASH_MOVED, EntryKind.SHIFT_CLOSED, EntryKind.BANK_LINE})
_COUNTED: Final = (*PURSES, Account.COMMISSION, Account.SHIPPING, Account.SHIPPING_COST)
_AGAINST: Final = {
    Account.EXPENSE: MoneyFlow.EXPENSE,
    Account.FEES: MoneyFlow.FEES,
    Account.CASH_DIFFERENCE: MoneyFlow.CASH_DIFFERENCE,
    Account.OFFICE: MoneyFlow.OFFICE,
}


@dataclass(slots=True)
class DayMoney:
    """One day. ``flows`` are positive for what came in; ``received`` says by which flow into which purse."""

    flows: dict[MoneyFlow, int] = field(default_factory=lambda: defaultdict(int))
    received: dict[tuple[MoneyFlow, Account], int] = field(default_factory=lambda: defaultdict(int))
    commission_idr: int = 0
    shipping_idr: int = 0  # paid by buyers
    shipping_cost_idr: int = 0

    @property
    def in_idr(self) -> int:
        return sum(amount for amount in self.flows.values() if amount > 0)

    @property
    def out_idr(self) -> int:
        return -sum(amount for amount in self.flows.values() if amount < 0)

    @property
    def shipping_margin_idr(self) -> int:
        """What buyers paid for the way less what it cost; negative where the office paid for it."""
        return self.shipping_idr - self.shipping_cost_idr


@dataclass(frozen=True, slots=True)
class FlowSum:
    """One reason over a period: what days on which more came in than went out brought, and the other days took."""

    flow: MoneyFlow
    in_idr: int
    out_idr: int


@dataclass(frozen=True, slots=True)
class PeriodMoney:
    """Whole days, both included; days without money are in it too. ``in_idr`` - ``out_idr`` = growth of the purses."""

    first: date
    last: date
    days: Mapping[date, DayMoney]

    @property
    def in_idr(self) -> int:
        return sum(day.in_idr for day in self.days.values())

    @property
    def out_idr(self) -> int:
        return sum(day.out_idr for day in self.days.values())

    @property
    def commission_idr(self) -> int:
        return sum(day.commission_idr for day in self.days.values())

    @property
    def shipping_margin_idr(self) -> int:
        return sum(day.shipping_margin_idr for day in self.days.values())

    def flows(self) -> list[FlowSum]:
        """Return every reason for which money moved, in the order of :class:`MoneyFlow`."""
        found = []
        for flow in MoneyFlow:
            amounts = [day.flows[flow] for day in self.days.values() if day.flows.get(flow)]
            if amounts:
                came = sum(amount for amount in amounts if amount > 0)
                found.append(FlowSum(flow, came, came - sum(amounts)))
        return found

    def received(self) -> dict[tuple[MoneyFlow, Account], int]:
        """Return what buyers paid, by channel and purse."""
        found: dict[tuple[MoneyFlow, Account], int] = defaultdict(int)
        for day in self.days.values():
            for key, amount in day.received.items():
                found[key] += amount
        return {key: amount for key, amount in sorted(found.items()) if amount}


@dataclass(frozen=True, slots=True)
class SalesRow:
    """Goods sold less goods that came back, at selling price, of one channel, district and gallery in a period."""

    channel: Channel
    district: str
    gallery: str  # empty: from the owner's home
    gross_idr: int
    before_idr: int  # in the period before


@dataclass(frozen=True, slots=True)
class Purse:
    """Money in one place. ``name`` is that of the gallery, bank account or rider; empty for the office as a whole."""

    account: Account
    party: str
    name: str
    amount_idr: int


def money_of(session: Session, scope: Scope, first: date, last: date) -> tuple[PeriodMoney, PeriodMoney]:
    """Return the period and the one of the same length before it, in one read."""
    length = last - first + timedelta(days=1)
    begin = first - length
    day = _local_day(session)
    amount = func.sum(JournalLine.amount_idr)
    rows = session.execute(
        select(day, JournalEntry.kind, JournalLine.account, amount)
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(
            JournalEntry.happened_at >= clock.midnight(begin),
            JournalEntry.happened_at < clock.midnight(last + timedelta(days=1)),
            or_(JournalLine.account.in_(_COUNTED), JournalEntry.kind.in_(_BY_ACCOUNT)),
            true() if scope.everything else JournalEntry.gallery_id.in_(scope.galleries),
        )
        .group_by(day, JournalEntry.kind, JournalLine.account)
    )
    days = {begin + timedelta(days=n): DayMoney() for n in range((last - begin).days + 1)}
    for on, kind, account, total in rows:
        _add(days[on if isinstance(on, date) else date.fromisoformat(on)], kind, account, int(total))
    before, now = ({on: row for on, row in days.items() if (on >= first) is current} for current in (False, True))
    return PeriodMoney(first, last, now), PeriodMoney(begin, first - timedelta(days=1), before)


def _add(day: DayMoney, kind: EntryKind, account: Account, amount: int) -> None:
    if account is Account.COMMISSION:
        day.commission_idr -= amount
    elif account is Account.SHIPPING:
        day.shipping_idr -= amount
    elif account is Account.SHIPPING_COST:
        day.shipping_cost_idr += amount
    if kind in _BY_ACCOUNT:
        if account not in PURSES:
            day.flows[_AGAINST.get(account, MoneyFlow.OTHER)] -= amount
    elif account in PURSES:
        flow = _BY_KIND.get(kind, MoneyFlow.OTHER)
        day.flows[flow] += amount
        if flow in {MoneyFlow.ONLINE, MoneyFlow.COUNTER}:
            day.received[flow, account] += amount


def sales_of(session: Session, scope: Scope, first: date, last: date) -> list[SalesRow]:
    """Return what was sold in the period and in the one of the same length before it, by place and channel."""
    begin = first - (last - first + timedelta(days=1))
    now = OwnerShare.happened_at >= clock.midnight(first)
    # Summed by number first: names are longer to sort by than all the rest.
    sums = (
        select(
            OwnerShare.business_id,
            OwnerShare.gallery_id,
            OwnerShare.channel,
            func.sum(case((now, OwnerShare.gross_idr), else_=0)).label("gross"),
            func.sum(OwnerShare.gross_idr).label("both"),
        )
        .where(
            OwnerShare.happened_at >= clock.midnight(begin),
            OwnerShare.happened_at < clock.midnight(last + timedelta(days=1)),
            OwnerShare.channel != Channel.NONE,
        )
        .group_by(OwnerShare.business_id, OwnerShare.gallery_id, OwnerShare.channel)
        .subquery()
    ).c
    place = func.coalesce(Gallery.name, "")
    rows = session.execute(
        select(sums.channel, Region.name, place, func.sum(sums.gross), func.sum(sums.both))
        .join(Business, Business.id == sums.business_id)
        .join(Region, Region.code == Business.district_code)
        .outerjoin(Gallery, Gallery.id == sums.gallery_id)
        .where(
            true()
            if scope.everything
            else or_(sums.gallery_id.in_(scope.galleries), Business.district_code.in_(scope.districts))
        )
        .group_by(sums.channel, Region.code, Region.name, Gallery.id, place)
        .order_by(sums.channel, Region.name, place)
    )
    return [
        SalesRow(channel, district, name, int(gross), int(both - gross))
        for channel, district, name, gross, both in rows
    ]


def purses_of(session: Session, scope: Scope) -> list[Purse]:
    """Return where the money is now, place by place, in the order of :data:`PURSES`; what holds nothing is left out."""
    amount = func.sum(JournalLine.amount_idr)
    rows = session.execute(
        select(JournalLine.account, JournalLine.party, amount)
        .where(JournalLine.account.in_(PURSES), _parties_in(scope))
        .group_by(JournalLine.account, JournalLine.party)
        .having(amount != 0)
    ).all()
    names = _names(session, {party for _, party, _ in rows})
    found = [Purse(account, party, names.get(party, ""), int(total)) for account, party, total in rows]
    return sorted(found, key=lambda one: (PURSES.index(one.account), one.name, one.party))


def _parties_in(scope: Scope) -> ColumnElement[bool]:
    """Condition on the journal's lines: purses of the galleries in scope, and the drawers of their tills."""
    if scope.everything:
        return true()
    drawers = select("shift:" + Shift.public_id).join(Till).where(Till.gallery_id.in_(scope.galleries))
    return or_(JournalLine.party.in_([gallery(one) for one in scope.galleries]), JournalLine.party.in_(drawers))


def _names(session: Session, parties: set[str]) -> dict[str, str]:
    """Name galleries, bank accounts, riders and the tills of open shifts; one read for each kind that is there."""
    keys: dict[str, list[str]] = defaultdict(list)
    for party in parties:
        kind, _, key = party.partition(":")
        keys[kind].append(key)
    return dict(_named(session, keys))


def _named(session: Session, keys: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for kind, column, name in (
        ("gallery", Gallery.id, Gallery.name),
        ("bank_account", BankAccount.id, BankAccount.bank_name + " " + BankAccount.number),
        ("rider", Rider.id, Rider.name),
    ):
        ids = [int(key) for key in keys.get(kind, ()) if key.isdigit()]
        if ids:
            yield from (
                (f"{kind}:{key}", text) for key, text in session.execute(select(column, name).where(column.in_(ids)))
            )
    if shifts := keys.get("shift"):
        rows = select(Shift.public_id, Gallery.name, Till.name).join(Till, Till.id == Shift.till_id)
        rows = rows.join(Gallery, Gallery.id == Till.gallery_id).where(Shift.public_id.in_(shifts))
        yield from ((f"shift:{key}", f"{where}, {till}") for key, where, till in session.execute(rows))


def held_for_buyers(session: Session, scope: Scope) -> tuple[int, int]:
    """Return what buyers paid for and have not got yet, and what has to be paid back to them."""
    rows = select(JournalLine.account, -func.sum(JournalLine.amount_idr)).where(
        JournalLine.account.in_((Account.BUYERS, Account.REFUNDS))
    )
    if not scope.everything:
        here = select(DocumentKind.ORDER.prefix + Order.public_id).where(Order.gallery_id.in_(scope.galleries))
        rows = rows.where(JournalLine.party.in_(here))
    found = {account: int(amount) for account, amount in session.execute(rows.group_by(JournalLine.account))}
    return found.get(Account.BUYERS, 0), found.get(Account.REFUNDS, 0)


def _local_day(session: Session) -> ColumnElement[Any]:
    """The date in the province: each database has words of its own for it."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.timezone("Asia/Jakarta", JournalEntry.happened_at), Date)
    return func.date(JournalEntry.happened_at, "+7 hours")
