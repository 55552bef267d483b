"""What is to be paid for an order, how, and what was paid back."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.accounts.models import Gallery
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.orders.models import Order, Parcel
from gallery.payments.states import Gateway, GoodsBack, PaymentMethod, PaymentStatus, RefundStatus, RejectReason


class BankAccount(Base):
    """An account of the office or its cooperative that buyers transfer to; published, so not encrypted."""

    __tablename__ = "bank_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    bank_code: Mapped[str]
    bank_name: Mapped[str]
    number: Mapped[str]
    holder: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)


class QrisCode(Base):
    """A gallery's own static QRIS code; ``merchant``, ``city`` and ``nmid`` are what it says. One for each gallery.

    Nothing tells us that somebody paid it: a payment is known by its amount and checked by staff (ADR 0022).
    """

    __tablename__ = "qris_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"), unique=True)
    payload: Mapped[str]
    merchant: Mapped[str]
    city: Mapped[str]
    nmid: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)

    gallery: Mapped[Gallery] = relationship()


class Payment(Base):
    """The payment of one order. ``amount_idr`` = order total + ``unique_code``.

    ``received_idr`` is what came, where somebody read it in the account. Of a large transfer one officer says so first
    (``seen_by``), and another one verifies it.

    ``gateway`` is the one whose page the buyer chose to pay on; ``collector_id`` the rider who was given the cash.

    ``open_key`` "<account>:<amount>" is set while money may come, so that no two open transfers to one account or
    QRIS code have the same amount (unique); it is none afterwards.
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
    qris_code_id: Mapped[int | None] = mapped_column(ForeignKey("qris_code.id"))
    gateway: Mapped[Gateway | None]
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("rider.id"), index=True)
    open_key: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    proof_sent_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    received_idr: Mapped[Rupiah | None]
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    seen_at: Mapped[datetime | None]
    reject_reason: Mapped[RejectReason | None]
    reject_note: Mapped[str] = mapped_column(default="")

    order: Mapped[Order] = relationship()
    bank_account: Mapped[BankAccount | None] = relationship()
    qris_code: Mapped[QrisCode | None] = relationship()
    proofs: Mapped[list["PaymentProof"]] = relationship(order_by="PaymentProof.id")


class PaymentProof(Base):
    """A picture that the buyer sent; re-encoded, private. ``look`` finds it again at another order."""

    __tablename__ = "payment_proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    look: Mapped[bytes | None] = mapped_column(LargeBinary)


class Refund(Base):
    """Money owed back to a buyer, until staff note that it was sent, or a gateway says so.

    With ``lines`` or ``shipping_idr`` it is for a parcel that was delivered; ``goods`` says what became of the lines'
    pieces (none: before migration 0037 nobody asked), ``is_borne_by_gallery``: the MSME keeps its share all the same.
    With ``charge_id`` the money goes back through that gateway, ``remote_id`` being its name of the refund; with
    ``dispute_id`` it went with a dispute that was lost. ``covered_idr``: so much more of what is given up was given
    back earlier at the gallery's cost (in the gateway's dashboard, in a dispute), and is its cost no more.
    """

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint(
            "amount_idr >= 0 AND covered_idr >= 0 AND amount_idr + covered_idr > 0", name="amount_positive"
        ),
        CheckConstraint("shipping_idr BETWEEN 0 AND amount_idr", name="shipping_in_amount"),
        Index("uq_refund_remote_id", "remote_id", unique=True),
    )

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
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"), index=True)
    shipping_idr: Mapped[Rupiah] = mapped_column(default=Rupiah(0))
    is_borne_by_gallery: Mapped[bool] = mapped_column(default=False)
    goods: Mapped[GoodsBack | None]
    request_key: Mapped[str | None] = mapped_column(unique=True)
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("gateway_charge.id"), index=True)
    dispute_id: Mapped[int | None] = mapped_column(ForeignKey("gateway_dispute.id"))
    remote_id: Mapped[str | None]
    covered_idr: Mapped[Rupiah] = mapped_column(default=Rupiah(0))
    next_try_at: Mapped[datetime | None]  # while the gateway is being asked
    tries: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(default="")  # why the gateway did not do it

    payment: Mapped[Payment] = relationship()
    parcel: Mapped[Parcel | None] = relationship()
    lines: Mapped[list["RefundLine"]] = relationship(order_by="RefundLine.id")


class RefundLine(Base):
    """Pieces of one line of the order whose price is owed back."""

    __tablename__ = "refund_line"
    __table_args__ = (CheckConstraint("pieces > 0 AND amount_idr > 0", name="positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)
    pieces: Mapped[int]
    amount_idr: Mapped[Rupiah]
