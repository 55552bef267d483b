"""Which online courier goes where, for how much, from whom, and whether it answers at all."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.money import Rupiah
from gallery.delivery.states import Courier, CoverageSource


class GalleryCourier(Base):
    """Whether a gallery (or, without one, MSMEs at home) uses an online courier; without a row it does.

    ``holder`` is "gallery:<id>" or "home". ``max_extra_idr``: how much more than the buyer paid may be booked without
    asking a person; none means the setting COURIER_MAX_EXTRA_IDR. ``books_itself``: a packed parcel is booked at once.
    """

    __tablename__ = "gallery_courier"
    __table_args__ = (
        UniqueConstraint("holder", "courier"),
        CheckConstraint("max_extra_idr >= 0", name="max_extra_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str]
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"), index=True)
    courier: Mapped[Courier]
    is_on: Mapped[bool] = mapped_column(default=True)
    books_itself: Mapped[bool] = mapped_column(default=True)
    max_extra_idr: Mapped[Rupiah | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class PickUpHours(Base):
    """When couriers may be called to a gallery on one weekday, in minutes after midnight WIB; Monday is 0.

    A gallery without any row is open as :data:`gallery.delivery.queries.hours.USUAL` says.
    """

    __tablename__ = "pick_up_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_of_week"),
        CheckConstraint("opens_min >= 0 AND opens_min < closes_min AND closes_min <= 1440", name="hours_in_order"),
    )

    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens_min: Mapped[int]
    closes_min: Mapped[int]


class CourierCoverage(Base):
    """Whether a courier's service goes from an island to a subdistrict. ``service`` "" speaks for all of them.

    What was learnt from an answer holds until ``expires_at``; what people entered has no end.
    """

    __tablename__ = "courier_coverage"
    __table_args__ = (
        UniqueConstraint("subdistrict_code", "origin_island", "courier", "service", name="uq_courier_coverage_way"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    origin_island: Mapped[str]
    courier: Mapped[Courier]
    service: Mapped[str] = mapped_column(default="")
    is_covered: Mapped[bool]
    source: Mapped[CoverageSource]
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]


class CourierHealth(Base):
    """The circuit breaker of one courier, shared by all processes.

    ``opened_until``: nobody asks before. Then one caller probes (``probing_until``), usually the worker, and its luck
    decides.
    """

    __tablename__ = "courier_health"

    courier: Mapped[Courier] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    opened_until: Mapped[datetime | None]
    probing_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    failed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    refused_notices: Mapped[int] = mapped_column(default=0)  # at our door without the right signature


class CourierQuote(Base):
    """What a courier asked for a way, kept until it expires.

    ``way`` is a digest of place of origin, cell and subdistrict of the destination, step of weight and of value, and
    shipping classes. ``quotes``: ``[{"service", "price_idr", "carrier", "quote_ref", "minutes_min", …}, …]``.
    """

    __tablename__ = "courier_quote"
    __table_args__ = (UniqueConstraint("courier", "way"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    courier: Mapped[Courier]
    way: Mapped[str]
    quotes: Mapped[list[Any]]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
