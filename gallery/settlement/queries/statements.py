"""What an MSME reads about a period: every line that earned it something, what was paid, and what is still due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from gallery.core import clock
from gallery.core.money import Rupiah
from gallery.inventory.models import Lot, StockItem, StockMovement
from gallery.inventory.states import DocumentKind, MovementReason
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
    """An owner's period, both days included: ``opening`` + ``share`` - ``paid`` = ``closing``, in rupiah.

    ``not_due_idr`` of the closing amount waits for the buyers' time to bring things back. Pieces leave the stock with
    the courier and earn money when they arrive: ``on_way_before`` and ``on_way_after`` are those between, before the
    first day and after the last.
    """

    business_id: int
    first: date
    last: date
    opening_idr: int
    not_due_idr: int
    on_way_before: int
    on_way_after: int
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

    @property
    def due_idr(self) -> int:
        """What could be paid at the end; negative where a refund came after its payout."""
        return self.closing_idr - self.not_due_idr

    def pieces(self, channel: Channel, *kinds: ShareKind) -> int:
        """Return the pieces of a channel, signed as in the lines."""
        return sum(
            line.share.pieces for line in self.lines if line.share.channel is channel and line.share.kind in kinds
        )


def statement(session: Session, business_id: int, first: date, last: date) -> Statement:
    """Return the owner's statement in eight reads."""
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
    waiting = session.scalar(
        _sum(OwnerShare.share_idr).where(mine, OwnerShare.happened_at < end, OwnerShare.due_on > last)
    )
    items = select(PayoutItem).where(owned).options(joinedload(PayoutItem.payout)).order_by(PayoutItem.id)
    return Statement(
        business_id,
        first,
        last,
        int(earned or 0) - int(paid or 0) + int(bounced or 0),
        int(waiting or 0),
        *_on_the_way(session, business_id, start, end),
        [StatementLine(*row) for row in rows],
        session.scalars(items.where(PayoutItem.paid_at >= start, PayoutItem.paid_at < end)).all(),
        session.scalars(items.where(*_bounced(), PayoutItem.failed_at >= start, PayoutItem.failed_at < end)).all(),
    )


def _on_the_way(session: Session, business_id: int, start: datetime, end: datetime) -> tuple[int, int]:
    """Return pieces that had left for buyers, neither brought back undelivered nor in the owner's shares yet."""
    at, shared_at = StockMovement.happened_at, OwnerShare.happened_at
    gone = session.execute(
        select(_pieces(-StockMovement.pieces, at < start), _pieces(-StockMovement.pieces, at < end))
        .join(StockItem, StockItem.id == StockMovement.stock_item_id)
        .join(Lot, Lot.id == StockItem.lot_id)
        .where(
            Lot.business_id == business_id,
            StockMovement.document.startswith(DocumentKind.ORDER.prefix),
            StockMovement.reason.in_([MovementReason.SOLD, MovementReason.BUYER_RETURN]),
        )
    ).one()
    arrived = session.execute(
        select(_pieces(OwnerShare.pieces, shared_at < start), _pieces(OwnerShare.pieces, shared_at < end)).where(
            OwnerShare.business_id == business_id,
            OwnerShare.channel == Channel.ONLINE,
            OwnerShare.kind == ShareKind.SOLD,
        )
    ).one()
    return int(gone[0]) - int(arrived[0]), int(gone[1]) - int(arrived[1])


def _pieces(column: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, column), else_=0)), 0)


def _bounced() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return PayoutItem.status == PayoutItemStatus.FAILED, PayoutItem.paid_at.is_not(None)


def _sum(column: InstrumentedAttribute[Rupiah]) -> Select[int]:
    return select(func.coalesce(func.sum(column), 0))
