"""The bank's statements: taken once, each of their lines once, and each line bound to the document that it is."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import Actor
from gallery.core import audit, clock
from gallery.core.db import insert_into
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.core.ids import public_id
from gallery.core.locks import lock_row
from gallery.core.money import Rupiah
from gallery.core.reading import digits_of, plain_key
from gallery.core.states import Decision, move
from gallery.payments.models import BankAccount
from gallery.payments.states import HAS_BOOKS, Gateway
from gallery.settlement.errors import LineSettledError, NotThisKindError, OtherAccountError, UnreadableRowsError
from gallery.settlement.models import BankLine, BankStatement
from gallery.settlement.queries.bank import OWN_KINDS
from gallery.settlement.queries.bank_matching import Match, matches, movement_of
from gallery.settlement.services.bank_sheets import BankSheet, SheetLine
from gallery.settlement.states import BANK_LINE, BankLineKind, BankLineStatus, Certainty

FILE_PURPOSE: Final = "bank_statement"
DRAFT_PURPOSE: Final = "bank_statement_draft"  # looked at, and not taken yet
_OF_GALLERY: Final = frozenset({BankLineKind.QRIS_PAYOUT, BankLineKind.CASH_DEPOSIT})
_ONLY_IN: Final = _OF_GALLERY | {BankLineKind.GATEWAY_PAYOUT}
_WITH_FEE: Final = frozenset({BankLineKind.QRIS_PAYOUT, BankLineKind.GATEWAY_PAYOUT})


@dataclass(frozen=True, slots=True)
class Imported:
    """The statement; ``is_known`` says that this very file had been taken before, and nothing changed."""

    statement: BankStatement
    is_known: bool


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What a line is that has no document of ours: of which gateway or gallery, and what was kept before it came."""

    kind: BankLineKind
    note: str = ""
    gateway: Gateway | None = None
    gallery_id: int | None = None
    fee_idr: int = 0


def check_account(sheet: BankSheet, account: BankAccount) -> None:
    """Raise :class:`OtherAccountError` where the file names accounts, and this is none of them."""
    ours = digits_of(account.number)
    if sheet.accounts and not any(number.endswith(ours) or ours.endswith(number) for number in sheet.accounts):
        raise OtherAccountError(sheet.accounts[0])


def fingerprints(lines: Sequence[SheetLine]) -> list[str]:
    """Name each line by what it says and its place among equal ones of its day.

    Without its reference and balance: one bank's two kinds of export tell them differently or not at all.
    """
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        words = f"{line.day.isoformat()}|{line.amount_idr}|{plain_key(line.description)}"
        seen[words] += 1
        found.append(hashlib.sha256(f"{words}|{seen[words]}".encode()).hexdigest())
    return found


def import_statement(
    session: Session, sheet: BankSheet, account_id: int, file: StoredFile, *, name: str, actor: Actor
) -> Imported:
    """The account has all lines of the file, each once; lines that another file brought already stay as they are.

    The same file twice changes nothing, also when two send it at once. Raises :class:`UnreadableRowsError` and
    :class:`OtherAccountError`: nothing of a file is taken that can not be taken whole.
    """
    account = session.get(BankAccount, account_id)
    if account is None:
        raise NotFoundError("BankAccount")
    check_account(sheet, account)
    if sheet.problems or not sheet.lines:
        raise UnreadableRowsError(str(len(sheet.problems)))
    statement_id = _inserted(session, sheet, account_id, file, name, actor)
    if statement_id is None:
        known = select(BankStatement).where(
            BankStatement.bank_account_id == account_id, BankStatement.sha256 == sheet.sha256
        )
        return Imported(session.scalars(known).one(), is_known=True)
    statement = session.get_one(BankStatement, statement_id)
    statement.new_lines = sum(_add_lines(session, sheet, statement))
    statement.known_lines = len(sheet.lines) - statement.new_lines
    file.purpose = FILE_PURPOSE
    facts = {"new": statement.new_lines, "known": statement.known_lines}
    audit.record(session, actor, "bank.statement_imported", f"bank_statement:{statement.public_id}", **facts)
    return Imported(statement, is_known=False)


def _inserted(
    session: Session, sheet: BankSheet, account_id: int, file: StoredFile, name: str, actor: Actor
) -> int | None:
    """Insert the statement unless its file is known; PostgreSQL waits for a concurrent inserter to decide."""
    statement = insert_into(session, BankStatement).values(
        public_id=public_id(),
        bank_account_id=account_id,
        layout=sheet.layout,
        file_name=name,
        file_id=file.id,
        sha256=sheet.sha256,
        from_day=sheet.from_day,
        to_day=sheet.to_day,
        closing_idr=sheet.closing_idr,
        new_lines=0,
        known_lines=0,
        imported_by=actor.user_id,
        imported_at=clock.now(),
    )
    keys = [BankStatement.bank_account_id, BankStatement.sha256]
    return session.scalar(statement.on_conflict_do_nothing(index_elements=keys).returning(BankStatement.id))


def _add_lines(session: Session, sheet: BankSheet, statement: BankStatement) -> list[bool]:
    """Add the lines that are new, in the order of their fingerprints: two files at once do not wait for each other."""
    named = sorted(zip(fingerprints(sheet.lines), sheet.lines, strict=True), key=lambda pair: pair[0])
    keys = [BankLine.bank_account_id, BankLine.fingerprint]
    found = []
    for fingerprint, line in named:
        values = insert_into(session, BankLine).values(
            public_id=public_id(),
            statement_id=statement.id,
            bank_account_id=statement.bank_account_id,
            row=line.row,
            day=line.day,
            amount_idr=line.amount_idr,
            balance_idr=line.balance_idr,
            description=line.description,
            reference=line.reference,
            fingerprint=fingerprint,
            status=BankLineStatus.OPEN,
            status_changed_at=clock.now(),
            fee_idr=0,
            note="",
        )
        added = session.scalar(values.on_conflict_do_nothing(index_elements=keys).returning(BankLine.id))
        found.append(added is not None)
    return found


def note_certainties(session: Session, line_ids: Sequence[int]) -> dict[int, Match]:
    """Each of these lines that is open says how sure its match is now; return the matches."""
    rows = session.scalars(select(BankLine).where(BankLine.id.in_(line_ids), BankLine.status == BankLineStatus.OPEN))
    found = matches(session, [movement_of(row) for row in rows])
    for certainty in (*Certainty, None):
        ids = [key for key, match in found.items() if match.certainty is certainty]
        if ids:
            changed = BankLine.certainty.is_distinct_from(certainty)
            session.execute(
                update(BankLine)
                .where(BankLine.id.in_(ids), BankLine.status == BankLineStatus.OPEN, changed)
                .values(certainty=certainty)
            )
    return found


def book_line(session: Session, line_id: int, facts: OwnFacts, *, actor: Actor) -> Decision:
    """The line is a document of its own: a fee, a lump sum, cash that was deposited, or not of this book."""
    line = lock_row(session, BankLine, line_id)
    if line.status is BankLineStatus.MATCHED:
        same = line.kind is facts.kind and line.gateway is facts.gateway and line.gallery_id == facts.gallery_id
        if same and line.fee_idr == facts.fee_idr:
            return Decision.STALE
        raise LineSettledError(line.public_id)
    _check_own(session, line, facts)
    line.kind, line.gateway, line.gallery_id = facts.kind, facts.gateway, facts.gallery_id
    line.fee_idr, line.note = Rupiah(facts.fee_idr), facts.note
    close_line(session, line, Certainty.BY_HAND, actor)
    return Decision.APPLY


def _check_own(session: Session, line: BankLine, facts: OwnFacts) -> None:
    is_gateway = facts.kind is BankLineKind.GATEWAY_PAYOUT
    wrong = (
        facts.kind not in OWN_KINDS
        or (facts.kind in _ONLY_IN and line.amount_idr < 0)
        or (is_gateway is not (facts.gateway is not None))
        or ((facts.kind in _OF_GALLERY) is not (facts.gallery_id is not None))
        or facts.fee_idr < 0
        or (facts.fee_idr and (facts.kind not in _WITH_FEE or facts.gateway in HAS_BOOKS))
        or (facts.kind is BankLineKind.OTHER and not facts.note)
    )
    if wrong:
        raise NotThisKindError(facts.kind)
    if facts.gallery_id is not None and session.get(Gallery, facts.gallery_id) is None:
        raise NotFoundError("Gallery")


def ignore_line(session: Session, line_id: int, *, note: str, actor: Actor) -> Decision:
    """The line is put aside: nothing of it is booked, because another entry says it already."""
    line = lock_row(session, BankLine, line_id)
    if line.status is BankLineStatus.MATCHED:
        raise LineSettledError(line.public_id)
    decision = move(line, BANK_LINE, BankLineStatus.IGNORED, clock.now())
    if decision is Decision.APPLY:
        line.note, line.matched_by = note, actor.user_id
        audit.record(session, actor, "bank.line_ignored", f"bank_line:{line.public_id}")
    return decision


def reopen_line(session: Session, line_id: int, *, actor: Actor) -> Decision:
    """A line that was put aside waits again."""
    line = lock_row(session, BankLine, line_id)
    if line.status is BankLineStatus.MATCHED:
        raise LineSettledError(line.public_id)
    decision = move(line, BANK_LINE, BankLineStatus.OPEN, clock.now())
    if decision is Decision.APPLY:
        line.note, line.matched_by = "", None
        audit.record(session, actor, "bank.line_reopened", f"bank_line:{line.public_id}")
    return decision


def close_line(session: Session, line: BankLine, certainty: Certainty, actor: Actor) -> None:
    """The locked line is settled for good, and says by whom and how surely."""
    move(line, BANK_LINE, BankLineStatus.MATCHED, clock.now())
    line.certainty, line.matched_by = certainty, actor.user_id
    facts = {"kind": str(line.kind), "certainty": str(certainty), "amount_idr": line.amount_idr}
    audit.record(session, actor, "bank.line_matched", f"bank_line:{line.public_id}", **facts)
