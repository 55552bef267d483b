"""The MSME register: owners and their businesses."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id


class Person(Base):
    """An owner. The NIK is encrypted; ``nik_index`` is its keyed hash, equal for equal NIKs."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(index=True)
    nik_encrypted: Mapped[bytes | None]
    nik_index: Mapped[str | None] = mapped_column(unique=True)
    nik_hint: Mapped[str | None]  # "1901**********01": what lists may show
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Business(Base):
    """An MSME. ``district_code`` is the regency or city that answers for it."""

    __tablename__ = "business"
    __table_args__ = (Index("ix_business_district_name", "district_code", "name"),)
    LOCK_RANK: ClassVar[int] = 45

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    slug: Mapped[str]
    name: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    district_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    village_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(index=True)  # E.164; shown to staff, and to buyers who ordered
    story: Mapped[str] = mapped_column(default="")
    since_year: Mapped[int | None]
    nib: Mapped[str | None] = mapped_column(unique=True)
    bank_code: Mapped[str | None]
    bank_account_encrypted: Mapped[bytes | None]
    bank_account_hint: Mapped[str | None]
    bank_holder: Mapped[str | None]
    photo_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    owner: Mapped[Person] = relationship()
