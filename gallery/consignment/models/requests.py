"""What gallery and owner ask of each other: another price, more goods."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.accounts.models import Gallery
from gallery.catalog.models import Variant
from gallery.consignment.states import PriceRequestStatus, ReplenishmentStatus
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.registry.models import Business

_OPEN_PRICE = text("status IN ('proposed', 'asked', 'confirmed')")
_OPEN_GOODS = text("status IN ('open', 'answered')")


class PriceRequest(Base):
    """Another selling price of a variant from a day on; a variant has at most one that is open.

    ``lots`` are those whose consignor price follows; all others keep what they were received with.
    """

    __tablename__ = "price_request"
    __table_args__ = (
        CheckConstraint("new_price_idr > 0", name="new_price_positive"),
        Index(
            "uq_price_request_open",
            "variant_id",
            unique=True,
            sqlite_where=_OPEN_PRICE,
            postgresql_where=_OPEN_PRICE,
        ),
        Index("ix_price_request_status_from", "status", "wanted_from"),
    )
    LOCK_RANK: ClassVar[int] = 63

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"), index=True)
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"))  # that proposed it; none: the owner asked
    status: Mapped[PriceRequestStatus]
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    old_price_idr: Mapped[Rupiah]
    new_price_idr: Mapped[Rupiah]
    wanted_from: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # for the owner, to a proposal
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[datetime | None]

    variant: Mapped[Variant] = relationship()
    business: Mapped[Business] = relationship()
    gallery: Mapped[Gallery | None] = relationship()
    lots: Mapped[list["PriceRequestLot"]] = relationship(order_by="PriceRequestLot.id")


class PriceRequestLot(Base):
    """A lot whose consignor price changes with the request; the old one is kept here."""

    __tablename__ = "price_request_lot"
    __table_args__ = (
        UniqueConstraint("request_id", "lot_id"),
        CheckConstraint("new_consignor_price_idr > 0", name="new_price_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("price_request.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    old_consignor_price_idr: Mapped[Rupiah | None]
    new_consignor_price_idr: Mapped[Rupiah]


class ReplenishmentRequest(Base):
    """A gallery asks an owner for more pieces; at most one is open for each gallery and variant."""

    __tablename__ = "replenishment_request"
    __table_args__ = (
        CheckConstraint("pieces > 0", name="pieces_positive"),
        Index(
            "uq_replenishment_request_open",
            "gallery_id",
            "variant_id",
            unique=True,
            sqlite_where=_OPEN_GOODS,
            postgresql_where=_OPEN_GOODS,
        ),
        Index("ix_replenishment_request_business_status", "business_id", "status"),
        Index("ix_replenishment_request_gallery_status", "gallery_id", "status"),
    )
    LOCK_RANK: ClassVar[int] = 64

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    status: Mapped[ReplenishmentStatus] = mapped_column(default=ReplenishmentStatus.OPEN)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    pieces: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None]

    gallery: Mapped[Gallery] = relationship()
    variant: Mapped[Variant] = relationship()
    business: Mapped[Business] = relationship()
