"""The bank's own statement, line by line, and what each line is."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.payments.models import BankAccount
from gallery.payments.states import Gateway
from gallery.settlement.states import BankLineKind, BankLineStatus, Certainty


class BankStatement(Base):
    """A file that the bank gave. The same file is taken once; lines that another file brought already are not new."""

    __tablename__ = "bank_statement"
    __table_args__ = (UniqueConstraint("bank_account_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    layout: Mapped[str]  # key of the bank's columns
    file_name: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str]
    from_day: Mapped[date]
    to_day: Mapped[date]
    closing_idr: Mapped[Rupiah | None]  # the balance after its last line, where the bank tells it
    new_lines: Mapped[int]
    known_lines: Mapped[int]
    imported_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[datetime] = mapped_column(default=clock.now)

    bank_account: Mapped[BankAccount] = relationship()


class BankLine(Base):
    """One line of a statement. ``amount_idr`` is positive for what came in.

    ``fingerprint`` is a digest of the line and of its place among equal ones of its day, so that overlapping files
    bring it once. It belongs to one document at most, and no document to two lines.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("bank_account_id", "fingerprint"),
        CheckConstraint("amount_idr <> 0", name="amount_not_zero"),
        CheckConstraint("fee_idr >= 0", name="fee_not_negative"),
        Index("ix_bank_line_day", "bank_account_id", "day"),
        Index("ix_bank_line_status", "status", "day"),
        Index("ix_bank_line_amount_idr", "amount_idr"),
    )
    LOCK_RANK: ClassVar[int] = 7

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statement.id"), index=True)
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))
    row: Mapped[int]  # in the file that brought it
    day: Mapped[date]
    amount_idr: Mapped[Rupiah]
    balance_idr: Mapped[Rupiah | None]
    description: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    fingerprint: Mapped[str]
    status: Mapped[BankLineStatus] = mapped_column(default=BankLineStatus.OPEN)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    kind: Mapped[BankLineKind | None]
    certainty: Mapped[Certainty | None]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), unique=True)
    payout_item_id: Mapped[int | None] = mapped_column(ForeignKey("payout_item.id"), unique=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refund.id"), unique=True)
    courier_payment_id: Mapped[int | None] = mapped_column(ForeignKey("courier_payment.id"), unique=True)
    gateway: Mapped[Gateway | None]
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"))  # of a cash deposit, of a QRIS code
    fee_idr: Mapped[Rupiah] = mapped_column(default=Rupiah(0))  # kept by who sent it, besides the amount
    matched_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(default="")

    statement: Mapped[BankStatement] = relationship()
