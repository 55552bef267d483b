"""Consignment notes: what a district or an MSME announces to bring."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.consignment.states import NoteStatus
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah


class ConsignmentNote(Base):
    """A "surat titip barang" to one gallery, by a district for many of its MSMEs or by an MSME itself."""

    __tablename__ = "consignment_note"
    __table_args__ = (
        CheckConstraint("(district_code IS NULL) <> (business_id IS NULL)", name="one_sender"),
        Index("ix_consignment_note_gallery_status", "gallery_id", "status"),
    )
    LOCK_RANK: ClassVar[int] = 50

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str | None] = mapped_column(unique=True)  # given when it is sent
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"))
    district_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    business_id: Mapped[int | None] = mapped_column(ForeignKey("business.id"), index=True)
    status: Mapped[NoteStatus] = mapped_column(default=NoteStatus.DRAFT)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    arrives_on: Mapped[date | None]
    brought_by: Mapped[str] = mapped_column(default="")
    remark: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]

    lines: Mapped[list["NoteLine"]] = relationship(
        back_populates="note", cascade="all, delete-orphan", order_by="NoteLine.position, NoteLine.id"
    )


class NoteLine(Base):
    """Pieces of one variant with one date and one lot code."""

    __tablename__ = "note_line"
    __table_args__ = (
        UniqueConstraint("note_id", "request_key"),
        CheckConstraint("pieces > 0", name="pieces_positive"),
        CheckConstraint("consignor_price_idr > 0", name="consignor_price_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    note_id: Mapped[int] = mapped_column(ForeignKey("consignment_note.id"))
    position: Mapped[int] = mapped_column(default=0)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"), index=True)
    pieces: Mapped[int]
    lot_code: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date | None]
    consignor_price_idr: Mapped[Rupiah | None]
    request_key: Mapped[str | None]  # the same row sent twice is one line

    note: Mapped[ConsignmentNote] = relationship(back_populates="lines")
