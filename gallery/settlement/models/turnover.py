"""The statement that a business is below the turnover that is taxed."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.registry.models import Business


class TurnoverStatement(Base):
    """A signed statement that the turnover of a year stays below Rp500 million (PP 55/2022 art. 60), on file."""

    __tablename__ = "turnover_statement"
    __table_args__ = (UniqueConstraint("business_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    year: Mapped[int]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    note: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    business: Mapped[Business] = relationship()
