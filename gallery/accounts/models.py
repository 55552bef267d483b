"""People who sign in, what they may do and where; offices and galleries."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.accounts.states import DataRequestKind, DataRequestStatus, OfficeKind, Role, TokenPurpose
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id


class User(Base):
    """An account. ``email`` is stored lower-case, ``phone`` as E.164; at least one of them is set."""

    __tablename__ = "user_account"
    LOCK_RANK: ClassVar[int] = 4

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]  # argon2id; none until an invitation is accepted
    language: Mapped[str | None]  # of mails; none until a page told which one is read
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    erased_at: Mapped[datetime | None]

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="user", lazy="selectin", cascade="all, delete-orphan"
    )


class RoleGrant(Base):
    """A role in one place: exactly the scope column that the role needs is set (see ``permissions``)."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "role", "district_code", "gallery_id", "business_id", "office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[Role]
    district_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    gallery_id: Mapped[int | None] = mapped_column(ForeignKey("gallery.id"))
    business_id: Mapped[int | None] = mapped_column(index=True)  # business.id; the registry stands above this package
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))

    user: Mapped[User] = relationship(back_populates="grants")


class UserSession(Base):
    """A sign-in on one device. The cookie holds the token, this row its SHA-256: a copied cookie dies with the row."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    idle_until: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed try, counted by account and by address; both are keyed hashes, so the table names nobody."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_subject_at", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class OneTimeToken(Base):
    """A link that works once, stored as SHA-256."""

    __tablename__ = "one_time_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    purpose: Mapped[TokenPurpose]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Consent(Base):
    """What an account's owner agreed to: ``text_version`` names the text that was shown. Rows are never deleted."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    text_version: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]


class DataRequest(Base):
    """What an account's owner asks about the own data, to be answered before ``due_at``; emptied with the account."""

    __tablename__ = "data_request"
    __table_args__ = (Index("ix_data_request_status_due_at", "status", "due_at"),)
    LOCK_RANK: ClassVar[int] = 5

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    kind: Mapped[DataRequestKind]
    text: Mapped[str]
    status: Mapped[DataRequestStatus] = mapped_column(default=DataRequestStatus.OPEN)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Office(Base):
    """A government office: the province's and districts' MSME offices, and every OPD that orders may be brought to."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    kind: Mapped[OfficeKind]
    name: Mapped[str]
    short: Mapped[str]
    district_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    village_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str | None]
    valid_from: Mapped[date | None]  # nomenclature changes often: old names stay on old orders
    valid_until: Mapped[date | None]


class Gallery(Base):
    """A PLUT gallery: shelf, counter and pick-up point; ``lat`` and ``lon`` are its door, where somebody told."""

    __tablename__ = "gallery"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    village_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    address: Mapped[str]
    phone: Mapped[str]
    opening_hours: Mapped[str]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    is_active: Mapped[bool] = mapped_column(default=True)
