"""What couriers charge, by their own account: statements imported from their spreadsheets."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.delivery.states import Courier, StatementOutcome


class CourierStatement(Base):
    """One file of a courier; ``sha256`` knows it again, so that the same file twice changes nothing."""

    __tablename__ = "courier_statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    courier: Mapped[Courier]
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    total_idr: Mapped[Rupiah]
    imported_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    imported_at: Mapped[datetime] = mapped_column(default=clock.now)

    lines: Mapped[list["CourierStatementLine"]] = relationship(
        back_populates="statement", order_by="CourierStatementLine.row_number"
    )


class CourierStatementLine(Base):
    """One charge: which booking it is for, and whether it is what we expected."""

    __tablename__ = "courier_statement_line"
    __table_args__ = (
        UniqueConstraint("statement_id", "row_number"),
        CheckConstraint("amount_idr >= 0", name="amount_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("courier_statement.id"))
    row_number: Mapped[int]
    booking_ref: Mapped[str] = mapped_column(default="")
    tracking_number: Mapped[str] = mapped_column(default="")
    charged_on: Mapped[date | None]
    service: Mapped[str] = mapped_column(default="")
    amount_idr: Mapped[Rupiah]
    expected_idr: Mapped[Rupiah | None]
    outcome: Mapped[StatementOutcome]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("courier_booking.id"), index=True)
    note: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]

    statement: Mapped[CourierStatement] = relationship(back_populates="lines")
