"""Goods that leave for good: back to their owner, or as a loss with minutes. One paper is about one owner."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.consignment.states import LossBearer, OwnerReturnStatus, WriteOffStatus
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.inventory.models import Place
from gallery.inventory.states import MovementReason
from gallery.registry.models import Business


class OwnerReturn(Base):
    """Pieces that one owner fetches. They are held by "return:<public id>" until handed over or cancelled."""

    __tablename__ = "owner_return"
    __table_args__ = (
        Index("ix_owner_return_place_status", "place_id", "status"),
        Index("ix_owner_return_business_status", "business_id", "status"),
    )
    LOCK_RANK: ClassVar[int] = 60

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str | None] = mapped_column(unique=True)  # of the paper, given when the pieces leave
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    status: Mapped[OwnerReturnStatus] = mapped_column(default=OwnerReturnStatus.PREPARED)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    note: Mapped[str] = mapped_column(default="")
    request_key: Mapped[str] = mapped_column(unique=True)  # of its making
    prepared_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    prepared_at: Mapped[datetime] = mapped_column(default=clock.now)
    collected_by: Mapped[str] = mapped_column(default="")  # who fetched it, by name
    handed_over_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    handed_over_at: Mapped[datetime | None]

    place: Mapped[Place] = relationship()
    business: Mapped[Business] = relationship()
    lines: Mapped[list["OwnerReturnLine"]] = relationship(order_by="OwnerReturnLine.id")


class OwnerReturnLine(Base):
    """Pieces of one lot."""

    __tablename__ = "owner_return_line"
    __table_args__ = (
        UniqueConstraint("return_id", "stock_item_id"),
        CheckConstraint("pieces > 0", name="pieces_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("owner_return.id"))
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"), index=True)
    pieces: Mapped[int]


class WriteOff(Base):
    """Pieces that are lost, with minutes: prepared by one person, approved by another one.

    They are held by "write_off:<public id>" until then.
    """

    __tablename__ = "write_off"
    __table_args__ = (
        Index("ix_write_off_place_status", "place_id", "status"),
        Index("ix_write_off_business_status", "business_id", "status"),
    )
    LOCK_RANK: ClassVar[int] = 61

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str | None] = mapped_column(unique=True)  # of the minutes, given with the approval
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    status: Mapped[WriteOffStatus] = mapped_column(default=WriteOffStatus.WAITING)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    note: Mapped[str] = mapped_column(default="")
    request_key: Mapped[str] = mapped_column(unique=True)
    photo_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    prepared_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    prepared_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(default="")

    place: Mapped[Place] = relationship()
    business: Mapped[Business] = relationship()
    lines: Mapped[list["WriteOffLine"]] = relationship(order_by="WriteOffLine.id")


class WriteOffLine(Base):
    """Pieces of one lot. ``value_idr`` is what the owner would have got for one piece when it was prepared."""

    __tablename__ = "write_off_line"
    __table_args__ = (
        UniqueConstraint("write_off_id", "stock_item_id"),
        CheckConstraint("pieces > 0", name="pieces_positive"),
        CheckConstraint("value_idr >= 0", name="value_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    write_off_id: Mapped[int] = mapped_column(ForeignKey("write_off.id"))
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"), index=True)
    pieces: Mapped[int]
    reason: Mapped[MovementReason]
    value_idr: Mapped[Rupiah]
    loss_bearer: Mapped[LossBearer | None]  # none: the lot came without terms
