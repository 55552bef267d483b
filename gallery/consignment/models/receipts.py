"""Unpacking (receiving), counted scan by scan, and the receipts that come out of it."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.consignment.states import ReceivingStatus, RejectedAs
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import BasisPoints, Rupiah


class Receiving(Base):
    """One unpacking at a gallery, with or without a note. A note has at most one that is open, shared by all staff."""

    __tablename__ = "receiving"
    __table_args__ = (
        Index(
            "uq_receiving_open",
            "note_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_receiving_gallery_status", "gallery_id", "status"),
    )
    LOCK_RANK: ClassVar[int] = 55

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("consignment_note.id"), index=True)
    status: Mapped[ReceivingStatus] = mapped_column(default=ReceivingStatus.OPEN)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    brought_by: Mapped[str] = mapped_column(default="")
    request_key: Mapped[str | None] = mapped_column(unique=True)  # of its opening
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    finished_at: Mapped[datetime | None]


class ReceivingLine(Base):
    """What is counted: one variant, date and lot code. How many is the sum of its counts, never a number in here."""

    __tablename__ = "receiving_line"
    __table_args__ = (UniqueConstraint("receiving_id", "note_line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    receiving_id: Mapped[int] = mapped_column(ForeignKey("receiving.id"), index=True)
    note_line_id: Mapped[int | None] = mapped_column(ForeignKey("note_line.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    expected: Mapped[int] = mapped_column(default=0)  # of the note, what had come before taken off
    lot_code: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date | None]
    shelf: Mapped[str] = mapped_column(default="")
    consignor_price_idr: Mapped[Rupiah | None]
    exception_reason: Mapped[str] = mapped_column(default="")  # why a manager takes too short a date
    exception_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    counts: Mapped[list["ReceivingCount"]] = relationship(order_by="ReceivingCount.id")


class ReceivingCount(Base):
    """One scan: pieces added to a line, or taken back (negative), by one person. ``reject_reason``: not taken."""

    __tablename__ = "receiving_count"
    __table_args__ = (
        UniqueConstraint("receiving_id", "scan_key"),
        CheckConstraint("pieces <> 0", name="pieces_not_zero"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receiving_id: Mapped[int] = mapped_column(ForeignKey("receiving.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("receiving_line.id"), index=True)
    scan_key: Mapped[str]  # made by the browser: a scan that is sent again counts once
    pieces: Mapped[int]
    reject_reason: Mapped[RejectedAs | None]
    reject_note: Mapped[str] = mapped_column(default="")
    photo_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    counted_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    counted_at: Mapped[datetime] = mapped_column(default=clock.now)


class Receipt(Base):
    """A "tanda terima barang titipan": what one MSME left at the gallery that day. Never edited."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("receiving_id", "business_id"),
        Index("ix_receipt_gallery_issued_at", "gallery_id", "issued_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    receiving_id: Mapped[int] = mapped_column(ForeignKey("receiving.id"))
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"), index=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    brought_by: Mapped[str] = mapped_column(default="")
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)

    lines: Mapped[list["ReceiptLine"]] = relationship(back_populates="receipt", order_by="ReceiptLine.id")


class ReceiptLine(Base):
    """One line as printed, with its lot; ``lot_id`` is none where all pieces were rejected."""

    __tablename__ = "receipt_line"
    __table_args__ = (
        CheckConstraint("pieces >= 0 AND rejected_pieces >= 0", name="pieces_not_negative"),
        CheckConstraint("pieces + rejected_pieces > 0", name="some_pieces"),
        CheckConstraint("(lot_id IS NULL) = (pieces = 0)", name="lot_of_pieces"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), index=True)
    receiving_line_id: Mapped[int] = mapped_column(ForeignKey("receiving_line.id"), unique=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), unique=True)
    product_name: Mapped[str]
    variant_name: Mapped[str] = mapped_column(default="")
    lot_code: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date | None]
    shelf: Mapped[str] = mapped_column(default="")
    pieces: Mapped[int]
    rejected_pieces: Mapped[int] = mapped_column(default=0)
    reject_reason: Mapped[RejectedAs | None]
    price_idr: Mapped[Rupiah]  # selling price on that day
    consignor_price_idr: Mapped[Rupiah]  # what the owner gets of it
    commission_bps: Mapped[BasisPoints | None]  # none: the owner's own price

    receipt: Mapped[Receipt] = relationship(back_populates="lines")
