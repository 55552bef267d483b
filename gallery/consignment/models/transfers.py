"""Goods that go from one gallery to another."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.consignment.states import MissingAs, TransferStatus
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.inventory.models import Place


class Transfer(Base):
    """A consignment of goods between two galleries; while it is sent, its pieces lie on the way to the other one."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("from_place_id <> to_place_id", name="two_places"),
        Index("ix_transfer_from_status", "from_place_id", "status"),
        Index("ix_transfer_to_status", "to_place_id", "status"),
    )
    LOCK_RANK: ClassVar[int] = 62

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str | None] = mapped_column(unique=True)  # of the delivery note, given when it is sent
    from_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    to_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    status: Mapped[TransferStatus] = mapped_column(default=TransferStatus.DRAFT)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    note: Mapped[str] = mapped_column(default="")
    carried_by: Mapped[str] = mapped_column(default="")  # driver, ship, expedition
    request_key: Mapped[str] = mapped_column(unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    received_at: Mapped[datetime | None]

    from_place: Mapped[Place] = relationship(foreign_keys=[from_place_id])
    to_place: Mapped[Place] = relationship(foreign_keys=[to_place_id])
    lines: Mapped[list["TransferLine"]] = relationship(order_by="TransferLine.id")


class TransferLine(Base):
    """Pieces of one lot; what became of them is known when they are received."""

    __tablename__ = "transfer_line"
    __table_args__ = (
        UniqueConstraint("transfer_id", "stock_item_id"),
        CheckConstraint("pieces > 0", name="pieces_positive"),
        CheckConstraint("received_pieces BETWEEN 0 AND pieces", name="received_of_sent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id"))
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"), index=True)  # where they came from
    pieces: Mapped[int]
    received_pieces: Mapped[int | None]
    missing_as: Mapped[MissingAs | None]
    missing_note: Mapped[str] = mapped_column(default="")
