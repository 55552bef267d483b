"""What an MSME reads about a period: every line that earned it something, what was paid, and what is still due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.settlement.models import JournalEntry, OwnerShare, PayoutItem
from gallery.settlement.states import Channel, PayoutItemStatus, ShareKind


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a document: pieces and amounts are negative where something came back."""

    share: OwnerShare
    number: str
    document: str


@dataclass(frozen=True, slots=True)
class Statement:
    """An owner's period, both days included: ``opening`` + ``share`` - ``paid`` = ``closing``, in rupiah."""

    business_id: int
    first: date
    last: date
    opening_idr: int
    lines: Sequence[StatementLine]
    payouts: Sequence[PayoutItem]
    bounced: Sequence[PayoutItem]

    @property
    def gross_idr(self) -> int:
        return sum(line.share.gross_idr for line in self.lines)

    @property
    def commission_idr(self) -> int:
        return sum(line.share.commission_idr for line in self.lines)

    @property
    def share_idr(self) -> int:
        return sum(line.share.share_idr for line in self.lines)

    @property
    def paid_idr(self) -> int:
        """What was transferred in the period, less what the bank sent back."""
        return sum(item.amount_idr for item in self.payouts) - sum(item.amount_idr for item in self.bounced)

    @property
    def closing_idr(self) -> int:
        return self.opening_idr + self.share_idr - self.paid_idr

    def pieces(self, channel: Channel, *kinds: ShareKind) -> int:
        """Return the pieces of a channel, signed as in the lines."""
        return sum(
            line.share.pieces for line in self.lines if line.share.channel is channel and line.share.kind in kinds
        )


def statement(session: Session, business_id: int, first: date, last: date) -> Statement:
    """Return the owner's statement in five reads."""
    start, end = clock.midnight(first), clock.midnight(last + timedelta(days=1))
    mine = OwnerShare.business_id == business_id
    inside = OwnerShare.happened_at >= start, OwnerShare.happened_at < end
    rows = session.execute(
        select(OwnerShare, JournalEntry.number, JournalEntry.document)
        .join(JournalEntry, JournalEntry.id == OwnerShare.entry_id)
        .where(mine, *inside)
        .order_by(OwnerShare.happened_at, OwnerShare.id)
    )
    earned = session.scalar(_sum(OwnerShare.share_idr).where(mine, OwnerShare.happened_at < start))
    owned = PayoutItem.business_id == business_id
    paid = session.scalar(_sum(PayoutItem.amount_idr).where(owned, PayoutItem.paid_at < start))
    bounced = session.scalar(_sum(PayoutItem.amount_idr).where(owned, *_bounced(), PayoutItem.failed_at < start))
    items = select(PayoutItem).where(owned).options(joinedload(PayoutItem.payout)).order_by(PayoutItem.id)
    return Statement(
        business_id,
        first,
        last,
        int(earned or 0) - int(paid or 0) + int(bounced or 0),
        [StatementLine(*row) for row in rows],
        session.scalars(items.where(PayoutItem.paid_at >= start, PayoutItem.paid_at < end)).all(),
        session.scalars(items.where(*_bounced(), PayoutItem.failed_at >= start, PayoutItem.failed_at < end)).all(),
    )


def _bounced() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return PayoutItem.status == PayoutItemStatus.FAILED, PayoutItem.paid_at.is_not(None)


def _sum(column: InstrumentedAttribute[Rupiah]) -> Select[int]:
    return select(func.coalesce(func.sum(column), 0))
