"""The journal for readers: entries of a period, and the sums of the accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from gallery.core import clock
from gallery.settlement.models import JournalEntry, JournalLine
from gallery.settlement.states import Account

PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class JournalPage:
    """One page of entries, newest first."""

    entries: Sequence[JournalEntry]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: days included, one account or all, part of a document's name or number."""

    first: date
    last: date
    account: Account | None = None
    search: str = ""


def entries(session: Session, asked: Asked, *, number: int = 1, limit: int = PAGE_SIZE) -> JournalPage:
    """Return one page of entries with their lines, in three reads."""
    rows = _asked(asked)
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    rows = rows.options(selectinload(JournalEntry.lines)).order_by(
        JournalEntry.happened_at.desc(), JournalEntry.id.desc()
    )
    return JournalPage(session.scalars(rows.limit(limit).offset((number - 1) * PAGE_SIZE)).all(), total, number)


def _asked(asked: Asked) -> Select[JournalEntry]:
    rows = select(JournalEntry).where(
        JournalEntry.happened_at >= clock.midnight(asked.first),
        JournalEntry.happened_at < clock.midnight(asked.last + timedelta(days=1)),
    )
    if asked.account is not None:
        touches = select(JournalLine.id).where(
            JournalLine.entry_id == JournalEntry.id, JournalLine.account == asked.account
        )
        rows = rows.where(touches.exists())
    if asked.search:
        rows = rows.where(
            JournalEntry.number.icontains(asked.search, autoescape=True)
            | JournalEntry.document.icontains(asked.search, autoescape=True)
        )
    return rows


def account_sums(session: Session) -> dict[Account, int]:
    """Return what each account holds now over all parties; those that never moved are left out."""
    rows = session.execute(select(JournalLine.account, func.sum(JournalLine.amount_idr)).group_by(JournalLine.account))
    return {account: int(amount) for account, amount in rows}
