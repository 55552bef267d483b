"""What we asked of online couriers and what they answered: bookings, raw exchanges, their notices, claims."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.delivery.limits import limit_of
from gallery.delivery.models.shipments import Shipment
from gallery.delivery.states import BookingStatus, BookingTrouble, ClaimStatus, Courier, NoticeOutcome


class CourierBooking(Base):
    """What an online courier was asked for one attempt; its shipment's lock guards this row too.

    ``key`` is our own reference of the attempt, which the courier gets with the order: "<order number>-<shipment id>".
    ``paid_idr`` is the buyer's price, ``quoted_idr`` what the courier asked when the attempt began, ``booked_idr`` what
    it answered to the booking, ``cost_idr`` what it charged in the end. ``is_unwanted``: the answer was still awaited
    when the order was cancelled; once it is known, the booking is taken back.
    """

    __tablename__ = "courier_booking"
    __table_args__ = (
        UniqueConstraint("courier", "booking_ref"),
        CheckConstraint("paid_idr >= 0 AND quoted_idr >= 0 AND max_extra_idr >= 0", name="amounts_not_negative"),
        Index("ix_courier_booking_status_next_at", "status", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    courier: Mapped[Courier]
    service: Mapped[str]
    quote_ref: Mapped[str] = mapped_column(default="")
    quote_expires_at: Mapped[datetime | None]
    status: Mapped[BookingStatus] = mapped_column(default=BookingStatus.WANTED)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    paid_idr: Mapped[Rupiah]
    quoted_idr: Mapped[Rupiah]
    max_extra_idr: Mapped[Rupiah]  # how much more than the buyer paid may be booked without asking a person
    booked_idr: Mapped[Rupiah | None]
    cost_idr: Mapped[Rupiah | None]
    booking_ref: Mapped[str | None]
    former_ref: Mapped[str | None] = mapped_column(index=True)  # the courier gave the order another id
    not_before: Mapped[datetime | None]  # the place is closed until then
    next_at: Mapped[datetime | None]  # when it is tried, asked after or looked at again
    tries: Mapped[int] = mapped_column(default=0)  # in vain, of what is due now
    is_rebooking: Mapped[bool] = mapped_column(default=False)  # made by itself after another attempt found nobody
    is_unwanted: Mapped[bool] = mapped_column(default=False)
    heard_at: Mapped[datetime | None]  # the last word of the courier, however it came
    trouble: Mapped[BookingTrouble | None] = mapped_column(index=True)
    trouble_code: Mapped[str] = mapped_column(default="")  # the courier's own code or word
    trouble_at: Mapped[datetime | None]
    tracking_url: Mapped[str] = mapped_column(default="")
    rider_phone: Mapped[str] = mapped_column(default="")  # forgotten when the way is over
    expected_at: Mapped[datetime | None]  # the courier's own word
    takes_min: Mapped[int | None]  # at the longest, as it was told with the price
    proof_url: Mapped[str] = mapped_column(default="")

    shipment: Mapped[Shipment] = relationship()

    @property
    def arrives_at(self) -> datetime | None:
        """When the parcel should be there: as the courier says, or else by what it told with its price.

        Instant services count from the booking, the others from the moment that they have the parcel.
        """
        if self.expected_at is not None or self.takes_min is None:
            return self.expected_at
        booked_at = self.status_changed_at if self.status is BookingStatus.BOOKED else None
        start = booked_at if limit_of(self.service).is_instant else self.shipment.picked_up_at
        return start + timedelta(minutes=self.takes_min) if start is not None else None

    @property
    def is_unsent(self) -> bool:
        """Whether a person is asked before the courier was: about a higher price, or because it could not be asked."""
        before = {BookingTrouble.PRICE_ROSE, BookingTrouble.SILENT}
        return self.status is BookingStatus.NEEDS_PERSON and self.trouble in before

    @property
    def is_in_doubt(self) -> bool:
        """Whether a person has to find out if the courier has the order."""
        return self.status is BookingStatus.NEEDS_PERSON and not self.is_unsent


class CourierExchange(Base):
    """One call to a courier, as it went over the wire. ``request`` and ``answer`` are encrypted; kept for 90 days."""

    __tablename__ = "courier_exchange"
    __table_args__ = (Index("ix_courier_exchange_booking_id_id", "booking_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    courier: Mapped[Courier]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("courier_booking.id"))
    what: Mapped[str]  # "POST /v1/orders"
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    status_code: Mapped[int | None]  # none: no answer came
    duration_ms: Mapped[int]
    error: Mapped[str] = mapped_column(default="")
    request: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[bytes] = mapped_column(LargeBinary)


class CourierNotice(Base):
    """The inbox: a courier's message exactly as it came, stored before it is judged. ``content`` is encrypted.

    ``dedup_key`` is the courier's own name of the event, or a digest of it: the same message twice is one row.
    """

    __tablename__ = "courier_notice"
    __table_args__ = (
        UniqueConstraint("courier", "dedup_key"),
        Index("ix_courier_notice_booking_ref", "courier", "booking_ref"),
        Index(
            "ix_courier_notice_waiting",
            "id",
            sqlite_where=text("judged_at IS NULL"),
            postgresql_where=text("judged_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    courier: Mapped[Courier]
    dedup_key: Mapped[str]
    booking_ref: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)  # {"path", "headers", "body"}
    judged_at: Mapped[datetime | None]
    outcome: Mapped[NoticeOutcome | None] = mapped_column(index=True)
    said: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("courier_booking.id"), index=True)
    closed_at: Mapped[datetime | None]  # a person has seen to it
    note: Mapped[str] = mapped_column(default="")


class CourierClaim(Base):
    """A parcel that a courier lost, and the money asked for it."""

    __tablename__ = "courier_claim"
    __table_args__ = (CheckConstraint("amount_idr >= 0", name="amount_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id"), unique=True)
    status: Mapped[ClaimStatus] = mapped_column(default=ClaimStatus.OPEN)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    amount_idr: Mapped[Rupiah]
    note: Mapped[str] = mapped_column(default="")
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)

    shipment: Mapped[Shipment] = relationship()
