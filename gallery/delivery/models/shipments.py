"""Riders and where they go, what a way costs, and each attempt to bring a parcel to its buyer."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import BasisPoints, Rupiah
from gallery.delivery.courier import POINT_DIGITS
from gallery.delivery.states import ONLINE, Courier, FailureReason, ShipmentStatus


class Rider(Base):
    """Somebody with a motorcycle who carries parcels; no account, reached by WhatsApp.

    ``gallery_id`` names the gallery that keeps the entry; without one the province does.
    """

    __tablename__ = "rider"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(unique=True)
    plate: Mapped[str]
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    areas: Mapped[list["RiderArea"]] = relationship(
        back_populates="rider", cascade="all, delete-orphan", order_by="RiderArea.subdistrict_code"
    )


class RiderArea(Base):
    """A subdistrict a rider serves."""

    __tablename__ = "rider_area"

    rider_id: Mapped[int] = mapped_column(ForeignKey("rider.id"), primary_key=True)
    subdistrict_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True, index=True)

    rider: Mapped[Rider] = relationship(back_populates="areas")


class Tariff(Base):
    """What riders are paid from one place. ``weight_steps``: ``[{"over_g": 5000, "add_idr": 3000}, …]``."""

    __tablename__ = "tariff"
    __table_args__ = (
        CheckConstraint(
            "base_idr >= 0 AND base_km >= 0 AND per_km_idr >= 0 AND minimum_idr >= 0", name="rates_not_negative"
        ),
        CheckConstraint("road_factor_bps >= 10000", name="road_not_shorter_than_line"),
        CheckConstraint("max_km > 0 AND max_weight_g > 0", name="limits_positive"),
        CheckConstraint("cut_off_hour BETWEEN 0 AND 24", name="cut_off_hour_of_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), unique=True)
    base_idr: Mapped[Rupiah]
    base_km: Mapped[int]
    per_km_idr: Mapped[Rupiah]
    minimum_idr: Mapped[Rupiah]
    road_factor_bps: Mapped[BasisPoints] = mapped_column(default=13_000)
    weight_steps: Mapped[list[Any]] = mapped_column(default=list)
    max_km: Mapped[int] = mapped_column(default=40)
    max_weight_g: Mapped[int] = mapped_column(default=20_000)
    cut_off_hour: Mapped[int] = mapped_column(default=15)  # WIB; what is ordered later goes the next day
    is_active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class CarrierTariff(Base):
    """What a parcel carrier asks from one island to another (or within one)."""

    __tablename__ = "carrier_tariff"
    __table_args__ = (
        UniqueConstraint("carrier", "service", "origin_island", "destination_island"),
        CheckConstraint("first_kg_idr >= 0 AND next_kg_idr >= 0 AND grace_g >= 0", name="rates_not_negative"),
        CheckConstraint("days_min >= 0 AND days_max >= days_min", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier: Mapped[str]
    service: Mapped[str]
    origin_island: Mapped[str]
    destination_island: Mapped[str]
    first_kg_idr: Mapped[Rupiah]
    next_kg_idr: Mapped[Rupiah]
    grace_g: Mapped[int] = mapped_column(default=300)
    days_min: Mapped[int]
    days_max: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)


class Shipment(Base):
    """One attempt to bring one parcel.

    ``open_key`` is the parcel's id while the attempt is open, so that the database refuses a second one.
    The rider's name and plate are kept as they were then.
    """

    __tablename__ = "shipment"
    __table_args__ = (CheckConstraint("price_idr >= 0", name="price_not_negative"),)
    LOCK_RANK: ClassVar[int] = 30

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), index=True)
    open_key: Mapped[int | None] = mapped_column(unique=True)
    courier: Mapped[Courier]
    status: Mapped[ShipmentStatus] = mapped_column(default=ShipmentStatus.OFFERED, index=True)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    price_idr: Mapped[Rupiah] = mapped_column(default=Rupiah(0))
    rider_id: Mapped[int | None] = mapped_column(ForeignKey("rider.id"), index=True)
    rider_name: Mapped[str] = mapped_column(default="")
    rider_plate: Mapped[str] = mapped_column(default="")
    carrier: Mapped[str] = mapped_column(default="")
    tracking_number: Mapped[str] = mapped_column(default="")
    booking_ref: Mapped[str] = mapped_column(default="", index=True)
    recipient_name: Mapped[str] = mapped_column(default="")
    proof_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    proof_lat: Mapped[float | None]  # where it was handed over, to ten metres, if its rider said so
    proof_lon: Mapped[float | None]
    failure_reason: Mapped[FailureReason | None]
    note: Mapped[str] = mapped_column(default="")
    accepted_at: Mapped[datetime | None]
    picked_up_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    needs_pin: Mapped[bool] = mapped_column(default=False)  # goods of high value: the buyer tells a number at the door
    pin_tries: Mapped[int] = mapped_column(default=0)
    pin_proved_at: Mapped[datetime | None]

    rider: Mapped[Rider | None] = relationship()

    @property
    def proof_place(self) -> str:
        """The point of the hand-over as people read and copy it; empty where nobody told it."""
        if self.proof_lat is None or self.proof_lon is None:
            return ""
        return f"{self.proof_lat:.{POINT_DIGITS}f}, {self.proof_lon:.{POINT_DIGITS}f}"

    @property
    def waits_for_buyer(self) -> bool:
        """Whether an online courier says that it handed goods of high value over, and their buyer has not said so."""
        is_over = self.status is ShipmentStatus.DELIVERED and self.pin_proved_at is None
        return is_over and self.needs_pin and self.courier in ONLINE


class EventOutcome(StrEnum):
    """What became of a message: nothing that a courier says is thrown away."""

    APPLIED = "applied"
    STALE = "stale"  # said before, or overtaken
    SUPERSEDED = "superseded"  # the parcel was given to somebody else
    IMPOSSIBLE = "impossible"  # contradicts what is known; staff decide


class ShipmentEvent(Base):
    """What a courier or the staff said about a shipment; unique by key, so a repeat does nothing."""

    __tablename__ = "shipment_event"
    __table_args__ = (UniqueConstraint("shipment_id", "event_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"))
    event_key: Mapped[str]
    status: Mapped[ShipmentStatus]
    outcome: Mapped[EventOutcome]
    actor_label: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
