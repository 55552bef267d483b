"""What a payment gateway was asked for, what it said, and what it did with the money."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.payments.models.payments import Payment
from gallery.payments.states import (
    ChargeStatus,
    ChargeTrouble,
    DisputeStatus,
    Gateway,
    MovementKind,
    NoticeOutcome,
)


class GatewayCharge(Base):
    """One attempt to be paid on a gateway's own page. A payment may have several; at most one of them pays it.

    ``reference`` is our own name of the attempt, which the gateway gets: "<order number>-<attempt>". ``remote_id`` is
    the gateway's name of the page (Stripe: Checkout Session, Midtrans: Snap token), ``transaction_id`` of the money
    that came (Stripe: PaymentIntent). ``is_extra``: paid although the payment was paid by other means already, so all
    of it is owed back.
    """

    __tablename__ = "gateway_charge"
    __table_args__ = (
        UniqueConstraint("payment_id", "attempt"),
        UniqueConstraint("gateway", "remote_id"),
        CheckConstraint("amount_idr > 0", name="amount_positive"),
        Index("ix_gateway_charge_transaction_id", "gateway", "transaction_id"),
        Index("ix_gateway_charge_next_ask_at", "next_ask_at"),
    )
    LOCK_RANK: ClassVar[int] = 21

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    gateway: Mapped[Gateway]
    attempt: Mapped[int]
    reference: Mapped[str] = mapped_column(unique=True)
    status: Mapped[ChargeStatus] = mapped_column(default=ChargeStatus.WANTED)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    amount_idr: Mapped[Rupiah]
    remote_id: Mapped[str | None]
    transaction_id: Mapped[str | None]
    url: Mapped[str] = mapped_column(default="")  # where the buyer pays
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    paid_idr: Mapped[Rupiah | None]  # what the gateway says that it got
    is_extra: Mapped[bool] = mapped_column(default=False)
    next_ask_at: Mapped[datetime | None]  # when the gateway is asked next; none: there is nothing more to learn
    tries: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(default="")  # the gateway's last word, as it is
    trouble: Mapped[ChargeTrouble | None] = mapped_column(index=True)
    trouble_note: Mapped[str] = mapped_column(default="")
    trouble_at: Mapped[datetime | None]

    payment: Mapped[Payment] = relationship()

    @property
    def needs_person(self) -> bool:
        """Whether something went wrong that nobody has seen to."""
        return self.trouble is not None and not self.trouble_note


class GatewayNotice(Base):
    """The inbox: a gateway's message exactly as it came, stored before it is judged. ``content`` is encrypted.

    A notice is only a reason to ask: nothing in it is believed. ``dedup_key`` is the gateway's own name of the event,
    or a digest of it: the same message twice is one row. ``about`` is what to ask for: our reference or a remote id.
    """

    __tablename__ = "gateway_notice"
    __table_args__ = (
        UniqueConstraint("gateway", "dedup_key"),
        Index(
            "ix_gateway_notice_waiting",
            "id",
            sqlite_where=text("judged_at IS NULL"),
            postgresql_where=text("judged_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[Gateway]
    dedup_key: Mapped[str]
    kind: Mapped[str]
    about: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)  # {"headers", "body"}
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("gateway_charge.id"), index=True)
    judged_at: Mapped[datetime | None]
    outcome: Mapped[NoticeOutcome | None] = mapped_column(index=True)
    said: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]


class GatewayDispute(Base):
    """A buyer's bank took the money back and the gateway asks who is right."""

    __tablename__ = "gateway_dispute"
    __table_args__ = (CheckConstraint("amount_idr > 0", name="amount_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    charge_id: Mapped[int] = mapped_column(ForeignKey("gateway_charge.id"), index=True)
    remote_id: Mapped[str] = mapped_column(unique=True)
    amount_idr: Mapped[Rupiah]
    reason: Mapped[str] = mapped_column(default="")  # the gateway's word
    status: Mapped[DisputeStatus] = mapped_column(default=DisputeStatus.OPEN)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]

    charge: Mapped[GatewayCharge] = relationship()


class GatewayMovement(Base):
    """One line of a gateway's own books. ``amount_idr`` and ``fee_idr`` are signed as there: what it holds for us.

    ``source`` is what the gateway says it is about (a charge, a refund, a payout).
    """

    __tablename__ = "gateway_movement"
    __table_args__ = (
        UniqueConstraint("gateway", "remote_id"),
        Index("ix_gateway_movement_happened_at", "gateway", "happened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    gateway: Mapped[Gateway]
    remote_id: Mapped[str]
    kind: Mapped[MovementKind]
    amount_idr: Mapped[Rupiah]
    fee_idr: Mapped[Rupiah] = mapped_column(default=Rupiah(0))
    source: Mapped[str] = mapped_column(default="")
    charge_id: Mapped[int | None] = mapped_column(ForeignKey("gateway_charge.id"), index=True)
    said: Mapped[str] = mapped_column(default="")  # the gateway's own word for the kind
    happened_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
