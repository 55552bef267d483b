"""Orders of buyers, their lines with frozen prices, and one parcel for each origin."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.inventory.models import Place
from gallery.orders.states import CancelReason, EventKind, FulfilmentKind, OrderStatus, ParcelStatus


class Order(Base):
    """One purchase. ``total_idr`` = lines + shipping of all parcels; a transfer's unique digits are on the payment."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint("total_idr = goods_idr + shipping_idr", name="total_adds_up"),
        CheckConstraint("goods_idr >= 0 AND shipping_idr >= 0", name="amounts_not_negative"),
        Index("ix_order_status_placed_at", "status", "placed_at"),
        Index("ix_order_buyer_id_placed_at", "buyer_id", "placed_at"),
    )
    LOCK_RANK: ClassVar[int] = 10

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    number: Mapped[str] = mapped_column(unique=True)
    checkout_key: Mapped[str] = mapped_column(unique=True)  # made with the checkout page: the same key, the same order
    status: Mapped[OrderStatus]
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    contact_email: Mapped[str | None]
    fulfilment: Mapped[FulfilmentKind]
    village_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    postal_code: Mapped[str | None]
    address: Mapped[str] = mapped_column(default="")
    landmark: Mapped[str] = mapped_column(default="")
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    office_room: Mapped[str] = mapped_column(default="")
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"))
    note: Mapped[str] = mapped_column(default="")
    goods_idr: Mapped[Rupiah]
    shipping_idr: Mapped[Rupiah]
    total_idr: Mapped[Rupiah]
    source: Mapped[str | None]  # where the buyer came from ("flyer-…")
    locale: Mapped[str] = mapped_column(default="id")
    placed_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]  # unpaid orders free their stock then
    cancel_reason: Mapped[CancelReason | None]
    cancel_note: Mapped[str] = mapped_column(default="")  # in the words of whoever cancelled

    @property
    def is_paid_at_door(self) -> bool:
        """Whether it goes out unpaid, and a local rider is given the cash for it."""
        return self.status is OrderStatus.CASH_DUE and self.fulfilment is not FulfilmentKind.PICKUP

    @property
    def shown_status(self) -> OrderStatus | ParcelStatus:
        """What its buyer is to read first: once a parcel has left that it is sent, not that it is paid."""
        is_open = self.status in {OrderStatus.PAID, OrderStatus.CASH_DUE}
        is_sent = is_open and any(parcel.status is ParcelStatus.HANDED_OVER for parcel in self.parcels)
        return ParcelStatus.HANDED_OVER if is_sent else self.status

    parcels: Mapped[list["Parcel"]] = relationship(back_populates="order", order_by="Parcel.id")
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order", order_by="OrderLine.id")
    events: Mapped[list["OrderEvent"]] = relationship(order_by="OrderEvent.id")


class Parcel(Base):
    """What leaves one place together. ``service`` is the offer the buyer chose (local_rider, expedition, pickup).

    ``quote_ref`` is the courier's name of that offer, which it holds until ``quote_expires_at``, if it does.
    ``takes_min`` are the minutes that it takes at the longest, where that was told.
    """

    __tablename__ = "parcel"
    __table_args__ = (Index("ix_parcel_place_status", "place_id", "status"),)
    LOCK_RANK: ClassVar[int] = 25

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    status: Mapped[ParcelStatus] = mapped_column(default=ParcelStatus.TO_PACK)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    service: Mapped[str]
    weight_g: Mapped[int]
    shipping_idr: Mapped[Rupiah]
    quote_ref: Mapped[str] = mapped_column(default="")
    quote_expires_at: Mapped[datetime | None]
    takes_min: Mapped[int | None]

    order: Mapped[Order] = relationship(back_populates="parcels")
    place: Mapped[Place] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="parcel", order_by="OrderLine.id")


class OrderLine(Base):
    """Price, names and seller as they were when the order was placed."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("subtotal_idr = price_idr * quantity", name="subtotal_adds_up"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    product_public_id: Mapped[str]
    product_name: Mapped[str]
    variant_name: Mapped[str]
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"), index=True)
    business_name: Mapped[str]
    price_idr: Mapped[Rupiah]
    quantity: Mapped[int]
    subtotal_idr: Mapped[Rupiah]
    weight_g: Mapped[int]  # of one piece

    order: Mapped[Order] = relationship(back_populates="lines")
    parcel: Mapped[Parcel] = relationship(back_populates="lines")


class OrderEvent(Base):
    """One entry of the timeline that buyer and staff see; ``facts`` hold what the sentence needs, no personal data."""

    __tablename__ = "order_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    kind: Mapped[EventKind]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
