"""Reads of accounts."""

import csv
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from gallery.accounts.models import (
    Consent,
    DataRequest,
    Gallery,
    Office,
    RoleGrant,
    SignInAttempt,
    User,
    UserSession,
)
from gallery.accounts.permissions import Actor, Grant
from gallery.accounts.states import DataRequestStatus, OfficeKind, Role
from gallery.core.clock import local_day
from gallery.core.errors import NotFoundError

TOUCH_EVERY: Final = timedelta(minutes=2)
OFFICES_ON_A_PAGE: Final = 50
REQUESTS_ON_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that counts now. ``touch_due`` asks the caller to note that it is in use."""

    session_id: int
    actor: Actor
    touch_due: bool


def token_hash(token: str) -> str:
    """Return what is stored of a random token: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(user: User) -> Actor:
    """Return the person as the one who acts."""
    grants = (Grant(g.role, g.district_code, g.gallery_id, g.business_id, g.office_id) for g in user.grants)
    return Actor(user.id, user.name, tuple(grants))


def live_session(session: Session, token: str, now: datetime) -> LiveSession | None:
    """Return the session of a cookie, or None when it ended, ran out, or its account was disabled."""
    row = session.execute(
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.token_hash == token_hash(token),
            UserSession.ended_at.is_(None),
            UserSession.idle_until > now,
            UserSession.expires_at > now,
            User.is_active,
        )
    ).first()
    if row is None:
        return None
    found, user = row
    return LiveSession(found.id, actor_of(user), now - found.last_seen_at >= TOUCH_EVERY)


def user_by_login(session: Session, login: str) -> User | None:
    """Find an account by its normalised e-mail address or E.164 number."""
    return session.scalar(select(User).where(or_(User.email == login, User.phone == login)))


def failures_since(session: Session, subject: str, since: datetime) -> int:
    """Count failed sign-ins of one account or address."""
    counted = select(func.count()).where(SignInAttempt.subject == subject, SignInAttempt.at >= since)
    return session.scalar(counted) or 0


def sessions_of(session: Session, user_id: int, now: datetime) -> list[UserSession]:
    """Return the living sessions of a person, newest use first."""
    alive = (UserSession.ended_at.is_(None), UserSession.idle_until > now, UserSession.expires_at > now)
    rows = select(UserSession).where(UserSession.user_id == user_id, *alive)
    return list(session.scalars(rows.order_by(UserSession.last_seen_at.desc())))


def stored_sessions_of(session: Session, user_id: int) -> list[UserSession]:
    """Return every sign-in of a person that is still on record, ended ones too, newest first."""
    rows = select(UserSession).where(UserSession.user_id == user_id)
    return list(session.scalars(rows.order_by(UserSession.id.desc())))


def user_page(
    session: Session, *, text: str = "", role: Role | None = None, after: int = 0, limit: int = 50
) -> list[User]:
    """Return accounts by id, for administrators; ``text`` is part of a name, address or number."""
    rows = select(User).where(User.id > after, User.erased_at.is_(None))
    if text:
        like = f"%{text.lower()}%"
        rows = rows.where(or_(func.lower(User.name).like(like), User.email.like(like), User.phone.like(like)))
    if role is not None:
        rows = rows.where(User.id.in_(select(RoleGrant.user_id).where(RoleGrant.role == role)))
    return list(session.scalars(rows.order_by(User.id).limit(limit)))


def offices(session: Session, kind: OfficeKind, on: datetime) -> list[Office]:
    """Return the offices of one kind that exist on that day, by name."""
    day = local_day(on)
    rows = select(Office).where(
        Office.kind == kind,
        or_(Office.valid_from.is_(None), Office.valid_from <= day),
        or_(Office.valid_until.is_(None), Office.valid_until >= day),
    )
    return list(session.scalars(rows.order_by(Office.name)))


def galleries(session: Session) -> list[Gallery]:
    """Return the open galleries by name."""
    return list(session.scalars(select(Gallery).where(Gallery.is_active).order_by(Gallery.name)))


def consents_of(session: Session, user_id: int) -> list[Consent]:
    """Return what this person agreed to, newest first."""
    return list(session.scalars(select(Consent).where(Consent.user_id == user_id).order_by(Consent.id.desc())))


def data_requests_of(session: Session, user_id: int) -> list[DataRequest]:
    """Return what this person asked about the own data, newest first."""
    rows = select(DataRequest).where(DataRequest.user_id == user_id)
    return list(session.scalars(rows.order_by(DataRequest.id.desc())))


@dataclass(frozen=True, slots=True)
class DataRequestPage:
    """One page of requests: open ones by due date first, then the others, newest first."""

    rows: list[DataRequest]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // REQUESTS_ON_A_PAGE))


def data_request_page(session: Session, *, number: int = 1) -> DataRequestPage:
    """Return one page of the queue with who asked."""
    total = session.scalar(select(func.count()).select_from(DataRequest)) or 0
    number = number if 0 < number <= -(-total // REQUESTS_ON_A_PAGE) else 1
    is_open = DataRequest.status == DataRequestStatus.OPEN
    order = (case((is_open, 0), else_=1), case((is_open, DataRequest.due_at)), DataRequest.id.desc())
    rows = select(DataRequest).options(joinedload(DataRequest.user).lazyload(User.grants)).order_by(*order)
    found = session.scalars(rows.limit(REQUESTS_ON_A_PAGE).offset((number - 1) * REQUESTS_ON_A_PAGE))
    return DataRequestPage(list(found), total, number)


def open_data_requests(session: Session) -> int:
    """Count the requests that nobody answered yet."""
    return session.scalar(select(func.count()).where(DataRequest.status == DataRequestStatus.OPEN)) or 0


def data_request(session: Session, public_id: str) -> DataRequest:
    """Return one request, or raise :class:`NotFoundError`."""
    found = session.scalar(select(DataRequest).where(DataRequest.public_id == public_id))
    if found is None:
        raise NotFoundError("DataRequest")
    return found


def all_galleries(session: Session) -> list[Gallery]:
    """Return every gallery by name, closed ones too."""
    return list(session.scalars(select(Gallery).order_by(Gallery.name, Gallery.id)))


def gallery(session: Session, public_id: str) -> Gallery:
    """Return one gallery, or raise :class:`NotFoundError`."""
    found = session.scalar(select(Gallery).where(Gallery.public_id == public_id))
    if found is None:
        raise NotFoundError("Gallery")
    return found


@dataclass(frozen=True, slots=True)
class OfficePage:
    """One page of offices, by name: those that exist no more come last."""

    rows: list[Office]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // OFFICES_ON_A_PAGE))


def office_page(
    session: Session, *, text: str = "", unplaced: bool = False, number: int = 1, on: datetime
) -> OfficePage:
    """Return offices whose name or short name has ``text`` in it; ``unplaced``: existing OPDs without a village."""
    rows = select(Office)
    if text:
        rows = rows.where(
            or_(Office.name.icontains(text, autoescape=True), Office.short.icontains(text, autoescape=True))
        )
    if unplaced:
        rows = rows.where(*_unplaced(on))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    number = number if 0 < number <= -(-total // OFFICES_ON_A_PAGE) else 1
    is_over = case((Office.valid_until < local_day(on), 1), else_=0)
    rows = rows.order_by(is_over, Office.name, Office.id)
    found = session.scalars(rows.limit(OFFICES_ON_A_PAGE).offset((number - 1) * OFFICES_ON_A_PAGE))
    return OfficePage(list(found), total, number)


def unplaced_offices(session: Session, on: datetime) -> int:
    """Count the OPDs that buyers are not offered, because nobody said in which village they are."""
    return session.scalar(select(func.count()).select_from(Office).where(*_unplaced(on))) or 0


def _unplaced(on: datetime) -> tuple[ColumnElement[bool], ...]:
    exists = or_(Office.valid_until.is_(None), Office.valid_until >= local_day(on))
    return (Office.kind == OfficeKind.OPD, Office.village_code.is_(None), exists)


def office(session: Session, public_id: str) -> Office:
    """Return one office, or raise :class:`NotFoundError`."""
    found = session.scalar(select(Office).where(Office.public_id == public_id))
    if found is None:
        raise NotFoundError("Office")
    return found


@lru_cache(maxsize=1)
def bank_names() -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the banks that money can be sent to (Bank Indonesia's list), by name."""
    text = resources.files("gallery.accounts").joinpath("data/banks.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["kind"] == "bank" and row["bank_code"]]
    return tuple(sorted(((row["bank_code"], row["name"]) for row in rows), key=lambda pair: pair[1].casefold()))
