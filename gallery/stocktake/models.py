"""Stocktakes, their lines with the books of the freeze moment, counts, found goods; and the audits of the stock."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.inventory.states import MovementReason
from gallery.stocktake.states import StocktakeStatus


class Stocktake(Base):
    """One count of a gallery, of one shelf of it ("" = all) or of one owner's goods there."""

    __tablename__ = "stocktake"
    __table_args__ = (Index("ix_stocktake_place_id_status", "place_id", "status"),)
    LOCK_RANK: ClassVar[int] = 50

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str | None] = mapped_column(unique=True)  # of the minutes; given on approval
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    shelf: Mapped[str] = mapped_column(default="")
    business_id: Mapped[int | None] = mapped_column(ForeignKey("business.id"))
    status: Mapped[StocktakeStatus] = mapped_column(default=StocktakeStatus.COUNTING)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    frozen_at: Mapped[datetime]
    frozen_movement_id: Mapped[int]  # the newest movement that the frozen figures contain
    note: Mapped[str] = mapped_column(default="")
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who ended the counting
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]


class StocktakeLine(Base):
    """A stock item in a stocktake: its name and books at the freeze moment; after approval what was booked.

    Only counts of the line's newest round count. ``deferred`` = left as it is, by decision of the reviewer.
    """

    __tablename__ = "stocktake_line"
    __table_args__ = (
        UniqueConstraint("stocktake_id", "stock_item_id"),
        Index("ix_stocktake_line_order", "stocktake_id", "shelf", "article"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"))
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    article: Mapped[str]
    owner: Mapped[str]
    lot_code: Mapped[str]
    expires_on: Mapped[date | None]
    shelf: Mapped[str]
    price_idr: Mapped[Rupiah]  # selling price of one piece at the freeze moment
    book_pieces: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    round_at: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[MovementReason | None]
    note: Mapped[str] = mapped_column(default="")
    deferred: Mapped[bool] = mapped_column(default=False)
    expected_pieces: Mapped[int | None]
    counted_pieces: Mapped[int | None]


class StocktakeCount(Base):
    """Pieces that one counter saw of one line, or took back (negative). The same client key counts once."""

    __tablename__ = "stocktake_count"
    __table_args__ = (
        UniqueConstraint("stocktake_id", "client_key"),
        Index("ix_stocktake_count_line_id_round", "line_id", "round"),
        Index("ix_stocktake_count_counter", "stocktake_id", "counter_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("stocktake_line.id"))
    round: Mapped[int]
    counter_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    pieces: Mapped[int]
    client_key: Mapped[str]
    counted_at: Mapped[datetime]


class StocktakeFound(Base):
    """Goods that the books of the gallery do not know; a receipt on approval, unless refused."""

    __tablename__ = "stocktake_found"
    __table_args__ = (
        UniqueConstraint("stocktake_id", "client_key"),
        CheckConstraint("pieces > 0", name="pieces_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    article: Mapped[str]
    owner: Mapped[str]
    lot_code: Mapped[str]
    expires_on: Mapped[date | None]
    intake: Mapped[str]  # of the lot, where it is one that another place knows
    shelf: Mapped[str]
    price_idr: Mapped[Rupiah]
    pieces: Mapped[int]
    note: Mapped[str]
    counter_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    client_key: Mapped[str]
    found_at: Mapped[datetime]
    refused: Mapped[bool] = mapped_column(default=False)
    stock_item_id: Mapped[int | None] = mapped_column(ForeignKey("stock_item.id"))


class StockAudit(Base):
    """What a run of the audit of the stock found; the first finding is the first broken row."""

    __tablename__ = "stock_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(index=True)
    is_clean: Mapped[bool]
    movements: Mapped[int]  # how many were proven
    finding_count: Mapped[int]
    findings: Mapped[list[Any]]  # the first ones: what, row, expected, found
