"""What an office's papers need beside the order: who orders, who pays, from which budget."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core import clock
from gallery.core.db import Base


class OrderBudget(Base):
    """The public budget that an office pays one order from, as its papers name it.

    ``revision`` counts on when this is corrected after papers were printed with it: those stay what they are, and the
    next ones get new numbers. Numbers of persons (NIP) and the NPWP are encrypted; NIPs have 18 digits.
    """

    __tablename__ = "order_budget"
    __table_args__ = (CheckConstraint("revision > 0", name="revision_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    officer_post: Mapped[str]  # "Pejabat Pembuat Komitmen"
    officer_name: Mapped[str]
    officer_nip: Mapped[bytes] = mapped_column(LargeBinary)
    treasurer_name: Mapped[str]
    treasurer_nip: Mapped[bytes] = mapped_column(LargeBinary)
    account_code: Mapped[str]  # "5.1.02.01.01.0052"
    activity: Mapped[str]
    letter_number: Mapped[str] = mapped_column(default="")  # of the office's own order letter, if it wrote one
    letter_date: Mapped[date | None]
    npwp: Mapped[bytes | None] = mapped_column(LargeBinary)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
