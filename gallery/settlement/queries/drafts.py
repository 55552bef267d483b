"""Entries as the documents demand them: read from payments, parcels, refunds, couriers and the counter.

A document's entry follows from its row alone, never from when it is posted: whoever posts late, or proves the journal
a year later, gets the same one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from gallery.core import clock
from gallery.core.money import BasisPoints, Rupiah, share
from gallery.inventory.models import StockItem
from gallery.settlement.states import Account, Channel, EntryKind, ShareKind

Key = tuple[Account, str]


@dataclass(frozen=True, slots=True)
class Share:
    """A row of :class:`gallery.settlement.models.OwnerShare` to be; amounts signed as there."""

    business_id: int
    gallery_id: int | None
    channel: Channel
    kind: ShareKind
    variant_id: int
    lot_id: int | None
    name: str
    pieces: int
    price_idr: int
    gross_idr: int
    commission_idr: int
    due_on: date

    @property
    def share_idr(self) -> int:
        return self.gross_idr - self.commission_idr

    def back(self, before: int, now: int, day: date) -> "Share":
        """Return what ``now`` of its pieces take away when they come back that day after ``before`` others.

        It counts at once, but never before the sale itself does: until then the owner was not owed anything.
        """
        return replace(
            self,
            kind=ShareKind.RETURNED,
            pieces=-now,
            gross_idr=-part(self.gross_idr, self.pieces, before, now),
            commission_idr=-part(self.commission_idr, self.pieces, before, now),
            due_on=max(self.due_on, day),
        )


@dataclass(slots=True)
class Draft:
    """An entry to be. ``lines`` are summed per account and party; what comes to nothing is left out."""

    kind: EntryKind
    source_id: int
    document: str
    happened_at: datetime
    number: str = ""
    gallery_id: int | None = None
    sums: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    shares: list[Share] = field(default_factory=list)

    def debit(self, account: Account, party: str, amount_idr: int) -> None:
        self.sums[account, party] += amount_idr

    def credit(self, account: Account, party: str, amount_idr: int) -> None:
        self.sums[account, party] -= amount_idr

    def owe(self, one: Share) -> None:
        """The owner gets the share, the gallery its commission; signs as in the share."""
        self.shares.append(one)
        self.credit(Account.OWNERS, business(one.business_id), one.share_idr)
        self.credit(Account.COMMISSION, gallery(one.gallery_id), one.commission_idr)

    def replace_lost(self, item: StockItem, *, business_id: int, name: str, pieces: int, worth_idr: int) -> None:
        """The gallery pays the owner what lost pieces would have brought; negative ``pieces`` turned up again."""
        value = worth_idr * pieces
        self.debit(Account.LOSS, gallery(self.gallery_id), value)
        self.owe(
            Share(
                business_id=business_id,
                gallery_id=self.gallery_id,
                channel=Channel.NONE,
                kind=ShareKind.LOST,
                variant_id=item.variant_id,
                lot_id=item.lot_id,
                name=name,
                pieces=pieces,
                price_idr=worth_idr,
                gross_idr=value,
                commission_idr=0,
                due_on=due_on(self.happened_at, 0),
            )
        )

    @property
    def lines(self) -> dict[Key, int]:
        return {key: amount for key, amount in self.sums.items() if amount}


@dataclass(frozen=True, slots=True)
class Source:
    """Documents of one kind: ``ids`` selects (id) of all that demand an entry, ``drafts`` makes the entries of some."""

    kind: EntryKind
    ids: Select[int]
    drafts: Callable[[Session, Sequence[int], int], list[Draft]]


@dataclass(frozen=True, slots=True)
class Basis:
    """What the owner of a piece gets for it: a price, or the selling price less a commission."""

    consignor_price_idr: int | None = None
    commission_bps: int | None = None

    def commission(self, price_idr: int, pieces: int) -> int:
        """Return the gallery's part, rounded down; negative where it sold below the owner's price."""
        if self.consignor_price_idr is not None:
            return (price_idr - self.consignor_price_idr) * pieces
        return share(Rupiah(price_idr * pieces), BasisPoints(self.commission_bps or 0))


def part(total: int, pieces: int, before: int, now: int) -> int:
    """Return the part of a total that ``now`` of its pieces carry after ``before`` others; the parts add up to it."""
    return total * (before + now) // pieces - total * before // pieces


def due_on(happened_at: datetime, window_days: int) -> date:
    """Return the first day on which the owner may be paid: the buyer's time to bring it back is over."""
    return clock.local_day(happened_at) + timedelta(days=window_days)


def gallery(gallery_id: int | None) -> str:
    return f"gallery:{gallery_id}" if gallery_id is not None else "home"


def business(business_id: int) -> str:
    return f"business:{business_id}"


def gateway(name: str | None) -> str:
    return f"gateway:{name}"


BATCH: Final = 200
# What reading a document raises whose rows were changed by hand, or that nobody thought of.
BROKEN: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, SQLAlchemyError)


def batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
