"""The bank's lines as lists and single pages, and what a file would bring before it is taken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from gallery.accounts.models import User
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.orders.models import Order
from gallery.payments.models import BankAccount, Payment, Refund
from gallery.payments.states import PaymentMethod
from gallery.settlement.models import BankLine, BankStatement, CourierPayment, Payout, PayoutItem
from gallery.settlement.queries.bank_matching import Match, matches, movement_of
from gallery.settlement.states import BankLineKind, BankLineStatus, Certainty

PAGE_SIZE: Final = 25
MOST_STATEMENTS: Final = 20
FOUND: Final = 10


class Tab(StrEnum):
    """Lists of the page."""

    LIKELY = "likely"
    OPEN = "open"
    SURE = "sure"
    DONE = "done"


_IS_OPEN: Final = BankLine.status == BankLineStatus.OPEN
_TAB: Final[dict[Tab, ColumnElement[bool]]] = {
    Tab.LIKELY: _IS_OPEN & (BankLine.certainty == Certainty.LIKELY),
    Tab.OPEN: _IS_OPEN & BankLine.certainty.is_(None),
    Tab.SURE: (BankLine.status != BankLineStatus.IGNORED) & (BankLine.certainty == Certainty.SURE),
    Tab.DONE: (BankLine.status == BankLineStatus.IGNORED)
    | ((BankLine.status == BankLineStatus.MATCHED) & (BankLine.certainty != Certainty.SURE)),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines: of one account or file, or with these words or this amount."""

    tab: Tab | None = Tab.LIKELY
    bank_account_id: int | None = None
    statement_id: int | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What a line was bound to: the number that people know, and what names its page."""

    number: str
    who: str
    public_id: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with what it may be, or with what it is."""

    line: BankLine
    match: Match | None
    document: Document | None


@dataclass(frozen=True, slots=True)
class LinePage:
    """One page of lines: what waits longest first, what is settled newest first."""

    rows: Sequence[LineRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def tab_counts(session: Session, asked: Asked) -> dict[Tab, int]:
    """Return how many lines each list holds, in one read."""
    counts = [func.count().filter(condition) for condition in _TAB.values()]
    row = session.execute(select(*counts).select_from(BankLine).where(*_conditions(asked, with_tab=False))).one()
    return dict(zip(_TAB, row, strict=True))


def lines(session: Session, asked: Asked, *, number: int = 1, limit: int = PAGE_SIZE) -> LinePage:
    """Return one page of lines; a page that does not exist is the first one."""
    conditions = _conditions(asked)
    total = session.scalar(select(func.count()).select_from(BankLine).where(*conditions)) or 0
    number = number if 0 < number <= -(-total // PAGE_SIZE) else 1
    is_open = asked.tab in {Tab.LIKELY, Tab.OPEN}
    order = (BankLine.day, BankLine.id) if is_open else (BankLine.day.desc(), BankLine.id.desc())
    found = session.scalars(
        select(BankLine)
        .where(*conditions)
        .options(joinedload(BankLine.statement).joinedload(BankStatement.bank_account))
        .order_by(*order)
        .limit(limit)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    waiting = [movement_of(line) for line in found if line.status is BankLineStatus.OPEN]
    known, documents = matches(session, waiting), _documents(session, found)
    rows = [LineRow(line, known.get(line.id), documents.get(line.id)) for line in found]
    return LinePage(rows, total, number)


def _conditions(asked: Asked, *, with_tab: bool = True) -> list[ColumnElement[bool]]:
    found = [_TAB[asked.tab]] if with_tab and asked.tab is not None else []
    if asked.bank_account_id is not None:
        found.append(BankLine.bank_account_id == asked.bank_account_id)
    if asked.statement_id is not None:
        found.append(BankLine.statement_id == asked.statement_id)
    if asked.search:
        texts = [
            BankLine.description.icontains(asked.search, autoescape=True),
            BankLine.reference.icontains(asked.search, autoescape=True),
        ]
        digits = "".join(character for character in asked.search if "0" <= character <= "9")
        if digits and len(digits) <= 12:  # noqa: PLR2004 - more is no amount
            texts.append(func.abs(BankLine.amount_idr) == int(digits))
        found.append(or_(*texts))
    return found


def line(session: Session, public_id: str) -> LineRow:
    """Return one line with what it may be or is; :class:`NotFoundError` for none."""
    found = session.scalar(
        select(BankLine)
        .where(BankLine.public_id == public_id)
        .options(joinedload(BankLine.statement).joinedload(BankStatement.bank_account))
    )
    if found is None:
        raise NotFoundError("BankLine")
    match = None
    if found.status is not BankLineStatus.MATCHED:
        match = matches(session, [movement_of(found)])[found.id]
    return LineRow(found, match, _documents(session, [found]).get(found.id))


def next_open(session: Session, after: BankLine) -> BankLine | None:
    """Return the line that waits longest, other than this one: what is likely before what nobody knows."""
    wanted = select(BankLine).where(_IS_OPEN, BankLine.id != after.id)
    order = BankLine.certainty.is_(None), BankLine.day, BankLine.id
    return session.scalars(wanted.order_by(*order).limit(1)).first()


def open_line_ids(session: Session, limit: int) -> Sequence[int]:
    """Return lines that nobody has settled, the newest first."""
    return session.scalars(select(BankLine.id).where(_IS_OPEN).order_by(BankLine.id.desc()).limit(limit)).all()


def open_lines_of(session: Session, statement_id: int) -> Sequence[int]:
    """Return the lines of a file that nobody has settled."""
    rows = select(BankLine.id).where(BankLine.statement_id == statement_id, _IS_OPEN)
    return session.scalars(rows.order_by(BankLine.id)).all()


def certainties(session: Session, line_ids: Collection[int]) -> dict[int, Certainty | None]:
    """Return how sure each of these lines was when it was looked at last."""
    rows = session.execute(select(BankLine.id, BankLine.certainty).where(BankLine.id.in_(line_ids)))
    return {key: certainty for key, certainty in rows}  # noqa: C416 - rows are no pairs for dict()


def transfers_found(session: Session, search: str) -> Sequence[tuple[Payment, Order]]:
    """Return payments by transfer whose order has this number, or whose buyer this name, newest first."""
    if not search:
        return []
    rows = session.execute(
        select(Payment, Order)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Payment.method == PaymentMethod.BANK_TRANSFER,
            Order.number.icontains(search, autoescape=True) | Order.contact_name.icontains(search, autoescape=True),
            ~select(BankLine.id).where(BankLine.payment_id == Payment.id).exists(),
        )
        .order_by(Payment.id.desc())
        .limit(FOUND)
    )
    return [(payment, order) for payment, order in rows]


def statements(session: Session) -> Sequence[BankStatement]:
    """Return the files that were taken last."""
    rows = select(BankStatement).options(joinedload(BankStatement.bank_account))
    return session.scalars(rows.order_by(BankStatement.id.desc()).limit(MOST_STATEMENTS)).all()


def statement(session: Session, public_id: str) -> BankStatement | None:
    """Return one file by its public id; none where there is none."""
    return session.scalar(select(BankStatement).where(BankStatement.public_id == public_id))


def accounts(session: Session) -> Sequence[BankAccount]:
    """Return all accounts of the office, those that buyers may use first."""
    return session.scalars(select(BankAccount).order_by(BankAccount.is_active.desc(), BankAccount.id)).all()


def known_fingerprints(session: Session, bank_account_id: int, fingerprints: Collection[str]) -> set[str]:
    """Return which of these lines the account has already."""
    rows = select(BankLine.fingerprint).where(
        BankLine.bank_account_id == bank_account_id, BankLine.fingerprint.in_(fingerprints)
    )
    return set(session.scalars(rows))


def draft_file(session: Session, public_id: str, purposes: Collection[str]) -> StoredFile:
    """Return a file that somebody has uploaded to look at; :class:`NotFoundError` for any other."""
    found = session.scalar(
        select(StoredFile).where(StoredFile.public_id == public_id, StoredFile.purpose.in_(purposes))
    )
    if found is None:
        raise NotFoundError("StoredFile")
    return found


def name_of(session: Session, user_id: int | None) -> str:
    """Return who decided; empty where it was sure, so that nobody had to."""
    return (session.scalar(select(User.name).where(User.id == user_id)) or "") if user_id else ""


def _documents(session: Session, found: Sequence[BankLine]) -> dict[int, Document]:
    """Return what each of the lines is bound to, in one read of each kind that there is."""
    kinds = {one.kind for one in found}
    ids = [one.id for one in found]
    documents: dict[int, Document] = {}
    for kind, rows in _DOCUMENTS.items():
        if kind in kinds:
            for key, number, who, public_id in session.execute(rows.where(BankLine.id.in_(ids))):
                documents[key] = Document(number, who, public_id)
    return documents


_DOCUMENTS: Final[dict[BankLineKind, Select[int, str, str, str]]] = {
    BankLineKind.PAYMENT: select(BankLine.id, Order.number, Order.contact_name, Payment.public_id)
    .join(Payment, Payment.id == BankLine.payment_id)
    .join(Order, Order.id == Payment.order_id),
    BankLineKind.OWNER_PAYOUT: select(BankLine.id, Payout.number, PayoutItem.account_holder, Payout.public_id)
    .join(PayoutItem, PayoutItem.id == BankLine.payout_item_id)
    .join(Payout, Payout.id == PayoutItem.payout_id),
    BankLineKind.REFUND: select(BankLine.id, Order.number, Order.contact_name, Payment.public_id)
    .join(Refund, Refund.id == BankLine.refund_id)
    .join(Payment, Payment.id == Refund.payment_id)
    .join(Order, Order.id == Payment.order_id),
    BankLineKind.COURIER_PAID: select(
        BankLine.id, CourierPayment.number, CourierPayment.party, CourierPayment.public_id
    ).join(CourierPayment, CourierPayment.id == BankLine.courier_payment_id),
}
