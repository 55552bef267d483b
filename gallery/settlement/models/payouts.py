"""What is paid to owners, riders and couriers. Payouts are batches; a courier is paid one sum at a time."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.payments.models import BankAccount
from gallery.registry.models import Business
from gallery.settlement.states import PayoutItemStatus, PayoutStatus


class Payout(Base):
    """A batch of transfers to owners, prepared by one person and, above a limit, approved by another one."""

    __tablename__ = "payout"
    LOCK_RANK: ClassVar[int] = 66

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str] = mapped_column(unique=True)
    request_key: Mapped[str] = mapped_column(unique=True)
    status: Mapped[PayoutStatus] = mapped_column(default=PayoutStatus.DRAFT)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    bank_account_id: Mapped[int] = mapped_column(ForeignKey("bank_account.id"))  # where the money comes from
    total_idr: Mapped[Rupiah]
    note: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]
    file_taken_at: Mapped[datetime | None]  # the last time; from then on the bank may know of it

    bank_account: Mapped[BankAccount] = relationship()
    items: Mapped[list["PayoutItem"]] = relationship(order_by="PayoutItem.id", back_populates="payout")


class PayoutItem(Base):
    """One owner's transfer. ``open_key`` is the owner's id while it is on its way, so nobody is paid twice at once."""

    __tablename__ = "payout_item"
    __table_args__ = (
        UniqueConstraint("payout_id", "business_id"),
        CheckConstraint("amount_idr > 0", name="amount_positive"),
        Index("ix_payout_item_business_id", "business_id", "status"),
    )
    LOCK_RANK: ClassVar[int] = 67

    id: Mapped[int] = mapped_column(primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payout.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    amount_idr: Mapped[Rupiah]
    status: Mapped[PayoutItemStatus] = mapped_column(default=PayoutItemStatus.OPEN)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    open_key: Mapped[int | None] = mapped_column(unique=True)
    bank_code: Mapped[str]
    account_encrypted: Mapped[bytes]
    account_hint: Mapped[str]
    account_holder: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    paid_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure_note: Mapped[str] = mapped_column(default="")

    payout: Mapped[Payout] = relationship(back_populates="items")
    business: Mapped[Business] = relationship()


class PayoutProof(Base):
    """The bank's receipt of a batch, as a picture or PDF; private."""

    __tablename__ = "payout_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payout.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    note: Mapped[str] = mapped_column(default="")
    added_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


class CourierPayment(Base):
    """A sum paid to whoever carried parcels: ``party`` as in the journal ("rider:3", "courier:biteship").

    From a bank account, or in cash out of a gallery's safe. Never edited.
    """

    __tablename__ = "courier_payment"
    __table_args__ = (
        CheckConstraint("amount_idr > 0", name="amount_positive"),
        CheckConstraint("(bank_account_id IS NULL) <> (gallery_id IS NULL)", name="one_purse"),
        Index("ix_courier_payment_party", "party"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str] = mapped_column(unique=True)
    party: Mapped[str]
    amount_idr: Mapped[Rupiah]
    bank_account_id: Mapped[int | None] = mapped_column(ForeignKey("bank_account.id"))
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"))
    paid_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    request_key: Mapped[str] = mapped_column(unique=True)
