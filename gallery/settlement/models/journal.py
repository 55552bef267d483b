"""The journal, and each owner's share line by line. Both are append-only (triggers)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.money import Rupiah
from gallery.settlement.states import Account, Channel, EntryKind, ShareKind


class JournalEntry(Base):
    """One thing that happened to money. Its lines add up to zero; it is bound to the row that says so.

    ``document`` names that row for people ("order:7k2m…"); ``source_id`` is its id in the table that ``kind`` implies.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("kind", "source_id"),
        Index("ix_journal_entry_happened_at", "happened_at", "kind"),
        Index("ix_journal_entry_document", "document"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EntryKind]
    source_id: Mapped[int]
    document: Mapped[str]
    number: Mapped[str] = mapped_column(default="")  # by which people know the document
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"), index=True)
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    lines: Mapped[list["JournalLine"]] = relationship(order_by="JournalLine.id")
    shares: Mapped[list["OwnerShare"]] = relationship(order_by="OwnerShare.id")


class JournalLine(Base):
    """Debit (positive) or credit (negative) of one account."""

    __tablename__ = "journal_line"
    __table_args__ = (
        CheckConstraint("amount_idr <> 0", name="amount_not_zero"),
        Index("ix_journal_line_account_party", "account", "party", "amount_idr"),
        # Sums of a period are read from the index alone.
        Index("ix_journal_line_entry_id", "entry_id", "account", "amount_idr"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"))
    account: Mapped[Account]
    party: Mapped[str]
    amount_idr: Mapped[Rupiah]


class OwnerShare(Base):
    """What one line of a document means for the owner of its pieces; what a statement prints.

    ``share_idr`` = ``gross_idr`` - ``commission_idr``; all three, and ``pieces``, are negative where something came
    back. It may be paid from ``due_on``. Per entry and owner the shares add up to the journal's lines of the owner.
    """

    __tablename__ = "owner_share"
    __table_args__ = (
        CheckConstraint("share_idr = gross_idr - commission_idr", name="share_adds_up"),
        Index("ix_owner_share_business_id", "business_id", "happened_at"),
        Index("ix_owner_share_due", "business_id", "due_on", "share_idr"),
        Index("ix_owner_share_happened_at", "happened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), index=True)
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"), index=True)  # none: from the owner's home
    channel: Mapped[Channel]
    kind: Mapped[ShareKind]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    name: Mapped[str]
    pieces: Mapped[int]
    price_idr: Mapped[Rupiah]
    gross_idr: Mapped[Rupiah]
    commission_idr: Mapped[Rupiah]
    share_idr: Mapped[Rupiah]
    happened_at: Mapped[datetime]
    due_on: Mapped[date]
