"""Tills, shifts, running and finished sales, returns, leases. What is finished is never edited (triggers refuse it)."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.accounts.models import Gallery
from gallery.core import clock, ids
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import BasisPoints, Rupiah
from gallery.counter.states import (
    CashReason,
    LeaseStatus,
    RefundMethod,
    ReturnReason,
    SaleOrigin,
    ShiftStatus,
    TenderMethod,
)
from gallery.inventory.models import Place
from gallery.inventory.states import DocumentKind


class Till(Base):
    """A drawer with its screen. A gallery has one from the start and may have more."""

    __tablename__ = "till"
    __table_args__ = (UniqueConstraint("place_id", "name"),)
    LOCK_RANK: ClassVar[int] = 58

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))  # where its pieces lie
    name: Mapped[str]
    qris_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))  # the static QR beside the till
    is_active: Mapped[bool] = mapped_column(default=True)

    gallery: Mapped[Gallery] = relationship()
    place: Mapped[Place] = relationship()


class Shift(Base):
    """From the opening cash to the closing count of one till. ``expected_cash_idr`` is frozen at closing."""

    __tablename__ = "shift"
    __table_args__ = (
        Index(
            "uq_shift_open_till_id",
            "till_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_shift_till_id", "till_id", "opened_at"),
        CheckConstraint("opening_cash_idr >= 0", name="opening_cash_not_negative"),
    )
    LOCK_RANK: ClassVar[int] = 60

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"))
    status: Mapped[ShiftStatus] = mapped_column(default=ShiftStatus.OPEN)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    opening_cash_idr: Mapped[Rupiah]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    counted_cash_idr: Mapped[Rupiah | None]
    expected_cash_idr: Mapped[Rupiah | None]
    denominations: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"100000": 3}; empty: only the sum was given
    closing_note: Mapped[str] = mapped_column(default="")
    # The running sale of the shift; its lines are ``BasketLine``.
    sale_key: Mapped[str] = mapped_column(default=ids.public_id)  # the next sale's key: the same key is the same sale
    multiplier: Mapped[int] = mapped_column(default=1)  # "3*": pieces that the next scan adds
    discount_idr: Mapped[Rupiah] = mapped_column(default=Rupiah(0))
    discount_reason: Mapped[str] = mapped_column(default="")
    discount_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    till: Mapped[Till] = relationship()
    hold: Mapped["TillHold | None"] = relationship(back_populates="shift")
    basket: Mapped[list["BasketLine"]] = relationship(order_by="BasketLine.id", cascade="all, delete-orphan")


class TillHold(Base):
    """The one device that sells for a shift: the browser whose cookie has this key. None yet: the first that sells."""

    __tablename__ = "till_hold"

    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), primary_key=True, autoincrement=False)
    device: Mapped[str]
    device_name: Mapped[str]  # "Chrome Android"
    held_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    held_by_name: Mapped[str] = mapped_column(default="")
    held_since: Mapped[datetime] = mapped_column(default=clock.now)

    shift: Mapped[Shift] = relationship(back_populates="hold")


class BasketLine(Base):
    """An article of the running sale: nothing is held yet. With ``lot_id`` its label was scanned."""

    __tablename__ = "basket_line"
    __table_args__ = (CheckConstraint("pieces BETWEEN 1 AND 999", name="pieces_in_range"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    pieces: Mapped[int]
    price_idr: Mapped[Rupiah]  # what the buyer saw
    name: Mapped[str]
    business_name: Mapped[str]
    touched_at: Mapped[datetime] = mapped_column(default=clock.now)  # "-" and "=5" mean the line touched last


class CashMovement(Base):
    """Cash put into (positive) or taken out of (negative) the drawer without a sale."""

    __tablename__ = "cash_movement"
    __table_args__ = (CheckConstraint("amount_idr <> 0", name="amount_not_zero"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), index=True)
    amount_idr: Mapped[Rupiah]
    reason: Mapped[CashReason]
    note: Mapped[str] = mapped_column(default="")
    request_key: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)


class CounterSale(Base):
    """A finished sale. ``total_idr`` = lines less discount = sum of its tenders."""

    __tablename__ = "counter_sale"
    __table_args__ = (
        CheckConstraint("discount_idr >= 0 AND total_idr > 0", name="sums"),
        Index("ix_counter_sale_shift_id", "shift_id", "id"),
        Index("ix_counter_sale_gallery_id", "gallery_id", "happened_at"),
    )
    LOCK_RANK: ClassVar[int] = 62

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str] = mapped_column(unique=True)
    sale_key: Mapped[str] = mapped_column(unique=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"))
    origin: Mapped[SaleOrigin] = mapped_column(default=SaleOrigin.ONLINE)
    cashier_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    cashier_name: Mapped[str] = mapped_column(default="")
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    discount_idr: Mapped[Rupiah] = mapped_column(default=Rupiah(0))
    discount_reason: Mapped[str] = mapped_column(default="")
    discount_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    total_idr: Mapped[Rupiah]

    shift: Mapped[Shift] = relationship()
    lines: Mapped[list["CounterSaleLine"]] = relationship(order_by="CounterSaleLine.id")
    tenders: Mapped[list["Tender"]] = relationship(order_by="Tender.id")

    @property
    def change_idr(self) -> int:
        """Cash that went back to the buyer."""
        return sum(tender.given_idr - tender.amount_idr for tender in self.tenders)


class SaleReceipt(Base):
    """Who paid a sale, as the kuitansi that was asked for names them.

    ``revision`` counts on when that is corrected: the kuitansi before stays what it is, the next one has a new number.
    """

    __tablename__ = "sale_receipt"
    __table_args__ = (CheckConstraint("revision > 0", name="revision_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("counter_sale.id"), unique=True)
    payer: Mapped[str]
    revision: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class CounterSaleLine(Base):
    """Pieces of one lot, with all that the settlement needs frozen: price, owner, lot, and the terms of the lot."""

    __tablename__ = "counter_sale_line"
    __table_args__ = (
        CheckConstraint("pieces > 0 AND returned_pieces BETWEEN 0 AND pieces", name="pieces"),
        CheckConstraint("discount_idr BETWEEN 0 AND pieces * price_idr", name="discount_in_line"),
        CheckConstraint("consignor_price_idr IS NULL OR commission_bps IS NULL", name="one_term"),
        Index("ix_counter_sale_line_business_id", "business_id", "id"),
        Index("ix_counter_sale_line_variant_id", "variant_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("counter_sale.id"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    stock_item_id: Mapped[int] = mapped_column(ForeignKey("stock_item.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    name: Mapped[str]
    business_name: Mapped[str]
    expires_on: Mapped[date | None]
    pieces: Mapped[int]
    price_idr: Mapped[Rupiah]  # of one piece
    discount_idr: Mapped[Rupiah]  # this line's share of the sale's discount
    consignor_price_idr: Mapped[Rupiah | None]  # what the owner gets for one piece; else the commission
    commission_bps: Mapped[BasisPoints | None]
    returned_pieces: Mapped[int] = mapped_column(default=0)

    @property
    def amount_idr(self) -> int:
        """What the buyer paid for the line."""
        return self.pieces * self.price_idr - self.discount_idr


class Tender(Base):
    """One way a sale was paid. ``given_idr`` is what was handed over; more than the amount means change."""

    __tablename__ = "tender"
    __table_args__ = (CheckConstraint("amount_idr > 0 AND given_idr >= amount_idr", name="amounts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("counter_sale.id"), index=True)
    method: Mapped[TenderMethod]
    amount_idr: Mapped[Rupiah]
    given_idr: Mapped[Rupiah]
    reference: Mapped[str] = mapped_column(default="")


class CounterReturn(Base):
    """Pieces of a counter sale that came back, and the money for them, out of the shift that took them."""

    __tablename__ = "counter_return"
    __table_args__ = (Index("ix_counter_return_shift_id", "shift_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str] = mapped_column(unique=True)
    request_key: Mapped[str] = mapped_column(unique=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("counter_sale.id"), index=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    reason: Mapped[ReturnReason]
    note: Mapped[str] = mapped_column(default="")
    refund_method: Mapped[RefundMethod]
    refund_idr: Mapped[Rupiah]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)

    sale: Mapped[CounterSale] = relationship()
    lines: Mapped[list["CounterReturnLine"]] = relationship(order_by="CounterReturnLine.id")


class CounterReturnLine(Base):
    """Pieces of one line that came back; ``is_damaged``: they were written off at once."""

    __tablename__ = "counter_return_line"
    __table_args__ = (CheckConstraint("pieces > 0", name="pieces_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("counter_return.id"), index=True)
    sale_line_id: Mapped[int] = mapped_column(ForeignKey("counter_sale_line.id"), index=True)
    pieces: Mapped[int]
    amount_idr: Mapped[Rupiah]
    is_damaged: Mapped[bool]

    sale_line: Mapped[CounterSaleLine] = relationship()


class Lease(Base):
    """Pieces held for one shift, so that it can sell without a connection: holds of "lease:<public id>"."""

    __tablename__ = "lease"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), unique=True)
    status: Mapped[LeaseStatus] = mapped_column(default=LeaseStatus.ACTIVE)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)

    @hybrid_property
    def holder(self) -> str:
        """The holder's name in the reservations; also a column, so that a query needs no lease in hand."""
        return DocumentKind.LEASE.prefix + self.public_id


class UnbookedSale(Base):
    """A sale without a connection that could not be booked: money and pieces are gone, so a person must see it."""

    __tablename__ = "unbooked_sale"

    id: Mapped[int] = mapped_column(primary_key=True)
    sale_key: Mapped[str] = mapped_column(unique=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"), index=True)
    why: Mapped[str]
    total_idr: Mapped[Rupiah]
    facts: Mapped[dict[str, Any]]  # the sale as the till sent it
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    settled_at: Mapped[datetime | None]  # booked after all, or settled by hand
    settled_note: Mapped[str] = mapped_column(default="")
