"""Who did what to which document, when and why. Rows are written with the change and never edited.

Each row is sealed afterwards, in the order in which rows became visible, with an HMAC over the row and the seal before
it. The seal is a row of its own, so that the audit row itself is never updated (a trigger refuses that), and
concurrent transactions do not queue for one chain head.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import DDL, ForeignKey, Index, event, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gallery.core import clock
from gallery.core.db import Base


class AuditActor(Protocol):
    """Who acts: an account's id, or none for the system and for guests, and a label such as "buyer"."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def label(self) -> str: ...


class AuditEntry(Base):
    """One fact. ``subject`` is "order:<public_id>"; ``facts`` hold no personal data."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_label: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    facts: Mapped[dict[str, Any]]


class AuditSeal(Base):
    """The place of an entry in the chain: ``seal`` = HMAC(previous seal + canonical entry)."""

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), unique=True)
    seal: Mapped[str]


def record(session: Session, actor: AuditActor, action: str, subject: str, **facts: Any) -> None:
    """Write an audit row in the caller's transaction: it stands if and only if the change does."""
    session.add(
        AuditEntry(
            actor_id=actor.user_id, actor_label=actor.label, action=action, subject=subject, facts=facts, at=clock.now()
        )
    )


def seal_new(session: Session, key: bytes, limit: int = 5_000) -> int:
    """Seal the entries that have none yet and return how many."""
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))
    number, previous = (last.number, last.seal) if last else (0, "")
    fresh = select(AuditEntry).outerjoin(AuditSeal).where(AuditSeal.number.is_(None))
    entries = session.scalars(fresh.order_by(AuditEntry.id).limit(limit)).all()
    for entry in entries:
        number, previous = number + 1, _seal(key, previous, entry)
        session.add(AuditSeal(number=number, entry_id=entry.id, seal=previous))
    return len(entries)


def broken_seal(session: Session, key: bytes) -> str | None:
    """Return what the first broken link is, or None when the whole chain holds."""
    previous = ""
    chain = select(AuditSeal, AuditEntry).outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
    for expected, (seal, entry) in enumerate(session.execute(chain.order_by(AuditSeal.number)), start=1):
        if seal.number != expected:
            return f"seal {expected} is missing"
        if entry is None:
            return f"entry {seal.entry_id} of seal {seal.number} is missing"
        if not hmac.compare_digest(seal.seal, _seal(key, previous, entry)):
            return f"entry {entry.id} does not match seal {seal.number}"
        previous = seal.seal
    return None


def head(session: Session) -> tuple[int, str]:
    """Return number and seal of the newest link, to be kept outside this database; (0, "") when empty."""
    number = session.scalar(select(func.max(AuditSeal.number)))
    return (number, session.get_one(AuditSeal, number).seal) if number else (0, "")


def _seal(key: bytes, previous: str, entry: AuditEntry) -> str:
    canonical = json.dumps(
        [entry.id, entry.at.isoformat(), entry.actor_id, entry.actor_label, entry.action, entry.subject, entry.facts],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hmac.new(key, (previous + canonical).encode(), hashlib.sha256).hexdigest()


APPEND_ONLY: Final = (
    *("audit_entry", "audit_seal", "stock_movement", "stock_link"),
    *("paper", "receipt", "receipt_line", "receiving_count"),
    *("journal_entry", "journal_line", "owner_share"),
    *("counter_sale", "tender", "counter_return", "counter_return_line", "cash_movement"),
)
# Of these only the columns that are not named may change: a return counts pieces up on the line that was sold.
FROZEN: Final[dict[str, tuple[str, ...]]] = {
    "counter_sale_line": (
        *("id", "sale_id", "variant_id", "stock_item_id", "lot_id", "business_id", "name", "business_name"),
        *("expires_on", "pieces", "price_idr", "discount_idr", "consignor_price_idr", "commission_bps"),
    )
}


def _verbs(table: str) -> tuple[str, str]:
    return (f"UPDATE OF {', '.join(FROZEN[table])}" if table in FROZEN else "UPDATE", "DELETE")


# The same statements stand in the migration; here they serve databases made from the metadata (tests).
REFUSE_CHANGES: dict[str, list[str]] = {
    "sqlite": [
        f"CREATE TRIGGER {table}_no_{verb.split()[0].lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in (*APPEND_ONLY, *FROZEN)
        for verb in _verbs(table)
    ],
    "postgresql": [
        (
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        ),
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join(_verbs(table))} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            for table in (*APPEND_ONLY, *FROZEN)
        ),
    ],
}
for _dialect, _statements in REFUSE_CHANGES.items():
    for _statement in _statements:
        _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(Base.metadata, "after_create", _ddl.execute_if(dialect=_dialect))
