"""Reads of accounts."""

import csv
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, Office, RoleGrant, SignInAttempt, User, UserSession
from gallery.accounts.permissions import Actor, Grant
from gallery.accounts.states import OfficeKind, Role

TOUCH_EVERY: Final = timedelta(minutes=2)


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
    day = on.date()
    rows = select(Office).where(
        Office.kind == kind,
        or_(Office.valid_from.is_(None), Office.valid_from <= day),
        or_(Office.valid_until.is_(None), Office.valid_until >= day),
    )
    return list(session.scalars(rows.order_by(Office.name)))


def galleries(session: Session) -> list[Gallery]:
    """Return the open galleries by name."""
    return list(session.scalars(select(Gallery).where(Gallery.is_active).order_by(Gallery.name)))


@lru_cache(maxsize=1)
def bank_names() -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the banks that money can be sent to (Bank Indonesia's list), by name."""
    text = resources.files("gallery.accounts").joinpath("data/banks.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["kind"] == "bank" and row["bank_code"]]
    return tuple(sorted(((row["bank_code"], row["name"]) for row in rows), key=lambda pair: pair[1].casefold()))
