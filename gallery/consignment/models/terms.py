"""What a gallery and an owner agreed on, and what of it holds for the pieces of one lot."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gallery.consignment.states import LossBearer, PaymentPeriod
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import BasisPoints, Rupiah


class Terms(Base):
    """Terms from a day on; without a business those of every owner who has none of its own. Never edited.

    ``commission_bps`` is the gallery's share of the selling price, 0 allowed; none: the owner names a price per piece.
    """

    __tablename__ = "consignment_terms"
    __table_args__ = (
        CheckConstraint("commission_bps BETWEEN 0 AND 10000", name="commission_in_range"),
        CheckConstraint("min_life_bps BETWEEN 0 AND 10000", name="min_life_in_range"),
        Index("ix_consignment_terms_valid", "gallery_id", "business_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"))
    business_id: Mapped[int | None] = mapped_column(ForeignKey("business.id"), index=True)
    valid_from: Mapped[date]
    commission_bps: Mapped[BasisPoints | None]
    payment_period: Mapped[PaymentPeriod] = mapped_column(default=PaymentPeriod.MONTHLY)
    min_days: Mapped[int] = mapped_column(default=60)  # left at receiving
    min_life_bps: Mapped[BasisPoints] = mapped_column(default=BasisPoints(5_000))  # and this share of the shelf life
    take_off_days: Mapped[int] = mapped_column(default=14)  # before the date
    return_days: Mapped[int] = mapped_column(default=90)  # after receiving
    collect_days: Mapped[int] = mapped_column(default=14)  # the owner's time to fetch what goes back
    loss_bearer: Mapped[LossBearer] = mapped_column(default=LossBearer.OWNER)
    note: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class LotTerms(Base):
    """The terms that the pieces of a lot came under, frozen at receiving."""

    __tablename__ = "lot_terms"
    __table_args__ = (
        CheckConstraint("(consignor_price_idr IS NULL) <> (commission_bps IS NULL)", name="one_basis"),
        CheckConstraint("commission_bps BETWEEN 0 AND 10000", name="commission_in_range"),
        Index("ix_lot_terms_take_off_on", "gallery_id", "take_off_on"),
        Index("ix_lot_terms_return_by", "gallery_id", "return_by"),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True, autoincrement=False)
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"), index=True)
    receipt_line_id: Mapped[int] = mapped_column(ForeignKey("receipt_line.id"), unique=True)
    consignor_price_idr: Mapped[Rupiah | None]  # owed for each piece sold, or …
    commission_bps: Mapped[BasisPoints | None]  # … kept by the gallery of each piece sold
    loss_bearer: Mapped[LossBearer]
    take_off_on: Mapped[date | None]
    return_by: Mapped[date | None]
    collect_days: Mapped[int]
    payment_period: Mapped[PaymentPeriod]
