"""What is to be paid for an order, how, and what was paid back."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.orders.models import Order
from gallery.payments.states import PaymentMethod, PaymentStatus, RefundStatus


class BankAccount(Base):
    """An account of the office or its cooperative that buyers transfer to; published, so not encrypted."""

    __tablename__ = "bank_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_code: Mapped[str]
    bank_name: Mapped[str]
    number: Mapped[str]
    holder: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)


class Payment(Base):
    """The payment of one order. ``amount_idr`` = order total + ``unique_code``.

    ``open_key`` "<account>:<amount>" is set while money may come, so that no two open transfers of one account have
    the same amount (unique); it is none afterwards.
    """

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_idr >= 0", name="amount_not_negative"),
        CheckConstraint("unique_code BETWEEN 0 AND 999", name="unique_code_in_range"),
        Index("ix_payment_status_proof", "status", "proof_sent_at"),
    )
    LOCK_RANK: ClassVar[int] = 20

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), unique=True)
    method: Mapped[PaymentMethod]
    status: Mapped[PaymentStatus] = mapped_column(default=PaymentStatus.PENDING)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    amount_idr: Mapped[Rupiah]
    unique_code: Mapped[int] = mapped_column(default=0)
    bank_account_id: Mapped[int | None] = mapped_column(ForeignKey("bank_account.id"))
    open_key: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    proof_sent_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reject_reason: Mapped[str] = mapped_column(default="")

    order: Mapped[Order] = relationship()
    bank_account: Mapped[BankAccount | None] = relationship()
    proofs: Mapped[list["PaymentProof"]] = relationship(order_by="PaymentProof.id")


class PaymentProof(Base):
    """A picture that the buyer sent; re-encoded, private."""

    __tablename__ = "payment_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)


class Refund(Base):
    """Money owed back to a buyer, until staff note that it was sent."""

    __tablename__ = "refund"
    __table_args__ = (CheckConstraint("amount_idr > 0", name="amount_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    amount_idr: Mapped[Rupiah]
    reason: Mapped[str]
    status: Mapped[RefundStatus] = mapped_column(default=RefundStatus.DUE)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(default="")
