"""Sessions: started, kept alive, ended. Limits are those of SECURITY R16 (ASVS 7.3)."""

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gallery.accounts.models import User, UserSession
from gallery.accounts.queries import actor_of, token_hash
from gallery.core import clock

STAFF_IDLE: Final = timedelta(minutes=30)
STAFF_LIFE: Final = timedelta(hours=12)
BUYER_IDLE: Final = timedelta(days=14)
BUYER_LIFE: Final = timedelta(days=30)
KEEP_ENDED: Final = timedelta(days=30)
DEVICE_LENGTH: Final = 60


def start(session: Session, user_id: int, *, device: str) -> str:
    """Return the token of a fresh session; only its hash is kept."""
    user = session.get_one(User, user_id)
    token, now = secrets.token_urlsafe(32), clock.now()
    idle, life = _limits(user)
    session.add(
        UserSession(
            user_id=user.id,
            token_hash=token_hash(token),
            device=device[:DEVICE_LENGTH],
            idle_until=now + idle,
            expires_at=now + life,
        )
    )
    return token


def touch(session: Session, session_id: int) -> None:
    """Note that a session is in use: it stays alive for another idle period."""
    row = session.get_one(UserSession, session_id)
    now = clock.now()
    idle, _ = _limits(session.get_one(User, row.user_id))
    row.last_seen_at, row.idle_until = now, now + idle


def end(session: Session, session_id: int) -> None:
    """Afterwards the session's cookie, and every copy of it, is a guest's."""
    _end(session, UserSession.id == session_id)


def end_own(session: Session, user_id: int, public_id: str) -> None:
    """End one of a person's own sessions; another's is not found, and nothing happens."""
    _end(session, (UserSession.user_id == user_id) & (UserSession.public_id == public_id))


def end_all(session: Session, user_id: int, *, except_id: int | None = None) -> None:
    """End all sessions of a person, but for the one in hand."""
    _end(session, (UserSession.user_id == user_id) & (UserSession.id != (except_id or 0)))


def sweep(session: Session) -> None:
    """Delete sessions that ended or ran out a month ago."""
    before = clock.now() - KEEP_ENDED
    old = select(UserSession.id).where((UserSession.expires_at < before) | (UserSession.ended_at < before))
    session.execute(delete(UserSession).where(UserSession.id.in_(old)))


def _end(session: Session, which: object) -> None:
    alive = update(UserSession).where(which, UserSession.ended_at.is_(None))  # type: ignore[arg-type]
    session.execute(alive.values(ended_at=clock.now()))


def _limits(user: User) -> tuple[timedelta, timedelta]:
    return (STAFF_IDLE, STAFF_LIFE) if actor_of(user).is_staff else (BUYER_IDLE, BUYER_LIFE)
