"""Proof of the money: documents, journal and the owners' shares against each other, and their pieces with the stock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from gallery.core import clock
from gallery.counter.models import Shift
from gallery.counter.states import ShiftStatus
from gallery.inventory.states import DocumentKind
from gallery.orders.models import Order, Parcel
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.settlement.models import JournalEntry, JournalLine, OwnerShare, PayoutItem
from gallery.settlement.queries.drafts import BROKEN, Draft, Source, batches, business
from gallery.settlement.queries.pieces import pieces_that_differ
from gallery.settlement.queries.sources import SOURCES
from gallery.settlement.states import Account, EntryKind, PayoutItemStatus

POSTED_WITHIN: Final = timedelta(hours=1)  # the job runs every minute


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not add up: ``row`` says where to look."""

    what: str
    row: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what}: {self.row}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class MoneyProof:
    """What was proven: so many entries, and every finding in the order of the documents."""

    entries: int
    findings: Sequence[Finding]


def prove_money(session: Session) -> MoneyProof:
    """Compare documents, journal, shares and payouts; repairs nothing. Read in one snapshot."""
    findings = [
        *_documents(session),
        *_unbalanced(session),
        *_open_orders(session),
        *_open_drawers(session),
        *_owners(session),
        *(
            Finding(
                "pieces differ from the stock ledger",
                f"{one.document} of {business(one.business_id)}",
                str(one.moved),
                str(one.shared),
            )
            for one in pieces_that_differ(session)
        ),
    ]
    return MoneyProof(session.scalar(select(func.count()).select_from(JournalEntry)) or 0, findings)


def _documents(session: Session) -> Iterator[Finding]:
    """Make every document's entry again and hold it against the one that was posted; for an hour there may be none."""
    for source in SOURCES:
        wanted = set(session.scalars(source.ids))
        rows = select(JournalEntry.source_id).where(JournalEntry.kind == source.kind)
        posted = set(session.scalars(rows))
        for source_id in sorted(posted - wanted):
            yield Finding("entry without its document", f"{source.kind} {source_id}", "a document", "none")
        for ids in batches(sorted(wanted)):
            drafts, unreadable = _drafts(session, source, ids)
            yield from unreadable
            for entry in _entries(session, source.kind, ids):
                if (draft := drafts.pop(entry.source_id, None)) is not None:
                    yield from _compared(entry, draft)
            yield from _late(drafts.values())


def _drafts(session: Session, source: Source, ids: Sequence[int]) -> tuple[dict[int, Draft], list[Finding]]:
    """Return what the documents demand; one from which no entry can be made is a finding, and hides no other one."""
    try:
        drafts = {draft.source_id: draft for draft in source.drafts(session, ids, 0)}
    except BROKEN as error:
        if len(ids) == 1:
            return {}, [_no_entry(source, ids[0], repr(error))]
        each = [_drafts(session, source, [one]) for one in ids]
        drafts = {key: draft for some, _ in each for key, draft in some.items()}
        return drafts, [finding for _, some in each for finding in some]
    findings = [_no_entry(source, one, "none") for one in ids if one not in drafts]
    rests = {key: sum(draft.lines.values()) for key, draft in drafts.items()}
    return drafts, findings + [_no_entry(source, key, f"a rest of {rest}") for key, rest in rests.items() if rest]


def _no_entry(source: Source, source_id: int, found: str) -> Finding:
    return Finding("document makes no entry", f"{source.kind} {source_id}", "an entry", found)


def _late(unposted: Iterable[Draft]) -> Iterator[Finding]:
    for draft in unposted:
        if draft.happened_at < clock.now() - POSTED_WITHIN:
            yield Finding("document without its entry", f"{draft.kind} of {draft.document}", "an entry", "none")


def _entries(session: Session, kind: EntryKind, ids: Sequence[int]) -> Sequence[JournalEntry]:
    options = selectinload(JournalEntry.lines), selectinload(JournalEntry.shares)
    rows = select(JournalEntry).where(JournalEntry.kind == kind, JournalEntry.source_id.in_(ids)).options(*options)
    return session.scalars(rows.order_by(JournalEntry.id)).all()


def _compared(entry: JournalEntry, draft: Draft) -> Iterator[Finding]:
    row = f"{entry.kind} of {entry.document}"
    lines: dict[tuple[Account, str], int] = defaultdict(int)
    for line in entry.lines:
        lines[line.account, line.party] += line.amount_idr
    if lines != draft.lines:
        yield Finding("entry differs from its document", row, _told(draft.lines), _told(lines))
    expected = sorted((one.business_id, one.pieces, one.gross_idr, one.commission_idr) for one in draft.shares)
    found = sorted((one.business_id, one.pieces, one.gross_idr, one.commission_idr) for one in entry.shares)
    if expected != found:
        yield Finding("shares differ from the document", row, str(expected), str(found))


def _told(lines: dict[tuple[Account, str], int]) -> str:
    return ", ".join(
        f"{account} {party} {amount}".replace("  ", " ") for (account, party), amount in sorted(lines.items())
    )


def _unbalanced(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(JournalLine.entry_id, func.sum(JournalLine.amount_idr))
        .group_by(JournalLine.entry_id)
        .having(func.sum(JournalLine.amount_idr) != 0)
    )
    for entry_id, amount in rows:
        yield Finding("entry does not add up to nothing", f"entry {entry_id}", "0", str(amount))


def _open_orders(session: Session) -> Iterator[Finding]:
    """Of an order that is over, and posted to its end, nothing is left of the buyer's money."""
    waiting = select(Parcel.id).where(
        Parcel.order_id == Order.id, Parcel.status.not_in([ParcelStatus.DELIVERED, ParcelStatus.RETURNED])
    )
    over = (Order.status == OrderStatus.COMPLETED) & ~waiting.exists()
    unposted = select(Parcel.id).where(
        Parcel.order_id == Order.id,
        Parcel.status == ParcelStatus.DELIVERED,
        ~select(JournalEntry.id)
        .where(JournalEntry.kind == EntryKind.DELIVERED, JournalEntry.source_id == Parcel.id)
        .exists(),
    )
    party = DocumentKind.ORDER.prefix + Order.public_id
    rows = session.execute(
        select(Order.number, func.sum(JournalLine.amount_idr))
        .join(JournalLine, (JournalLine.account == Account.BUYERS) & (JournalLine.party == party))
        .where(over, ~unposted.exists())
        .group_by(Order.id, Order.number)
        .having(func.sum(JournalLine.amount_idr) != 0)
    )
    for number, amount in rows:
        yield Finding("money of an order that is over", f"order {number}", "0", str(amount))


def _open_drawers(session: Session) -> Iterator[Finding]:
    posted = select(JournalEntry.id).where(
        JournalEntry.kind == EntryKind.SHIFT_CLOSED, JournalEntry.source_id == Shift.id
    )
    party = "shift:" + Shift.public_id
    rows = session.execute(
        select(Shift.public_id, func.sum(JournalLine.amount_idr))
        .join(JournalLine, (JournalLine.account == Account.CASH) & (JournalLine.party == party))
        .where(Shift.status == ShiftStatus.CLOSED, posted.exists())
        .group_by(Shift.id, Shift.public_id)
        .having(func.sum(JournalLine.amount_idr) != 0)
    )
    for public_id, amount in rows:
        yield Finding("cash in the drawer of a closed shift", f"shift:{public_id}", "0", str(amount))


def _owners(session: Session) -> Iterator[Finding]:
    """The journal's accounts of the owners are their shares less what was transferred."""
    shares = dict(
        session.execute(
            select(OwnerShare.business_id, func.sum(OwnerShare.share_idr)).group_by(OwnerShare.business_id)
        ).all()
    )
    paid = dict(
        session.execute(
            select(PayoutItem.business_id, func.sum(PayoutItem.amount_idr))
            .join(
                JournalEntry, (JournalEntry.kind == EntryKind.PAYOUT_PAID) & (JournalEntry.source_id == PayoutItem.id)
            )
            .where(PayoutItem.status == PayoutItemStatus.PAID)
            .group_by(PayoutItem.business_id)
        ).all()
    )
    books = dict(
        session.execute(
            select(JournalLine.party, func.sum(JournalLine.amount_idr))
            .where(JournalLine.account == Account.OWNERS)
            .group_by(JournalLine.party)
        ).all()
    )
    for business_id in sorted(shares.keys() | paid.keys()):
        expected = int(paid.get(business_id) or 0) - int(shares.get(business_id) or 0)
        found = int(books.get(business(business_id)) or 0)
        if found != expected:
            yield Finding("owner's account", business(business_id), str(expected), str(found))
