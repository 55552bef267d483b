"""Cash that riders were given at the door, until it is in a gallery's safe."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.payments.models.payments import Payment


class Remittance(Base):
    """A rider hands over what buyers paid at the door: whole payments, each once. Never edited."""

    __tablename__ = "remittance"
    __table_args__ = (CheckConstraint("amount_idr > 0", name="amount_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str] = mapped_column(unique=True)
    rider_id: Mapped[int] = mapped_column(ForeignKey("rider.id"), index=True)
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"), index=True)
    amount_idr: Mapped[Rupiah]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    received_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(default="")
    request_key: Mapped[str] = mapped_column(unique=True)

    lines: Mapped[list["RemittanceLine"]] = relationship(order_by="RemittanceLine.id")


class RemittanceLine(Base):
    """One payment that a rider had collected."""

    __tablename__ = "remittance_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    remittance_id: Mapped[int] = mapped_column(ForeignKey("remittance.id"), index=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), unique=True)
    amount_idr: Mapped[Rupiah]

    payment: Mapped[Payment] = relationship()
