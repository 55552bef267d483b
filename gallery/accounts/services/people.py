"""Accounts and their roles: registration, invitations, password changes, disabling, erasure."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gallery.accounts.errors import AccountExistsError, LinkSpentError
from gallery.accounts.models import OneTimeToken, RoleGrant, User
from gallery.accounts.passwords import check_strength, hash_password
from gallery.accounts.permissions import SCOPE_OF_ROLE, Actor, Grant
from gallery.accounts.queries import actor_of, token_hash, user_by_login
from gallery.accounts.services import privacy, sessions
from gallery.accounts.services.mails import tell
from gallery.accounts.states import TokenPurpose
from gallery.core import audit, clock
from gallery.core.errors import NotFoundError

RESET_LIFE: Final = timedelta(minutes=60)
INVITATION_LIFE: Final = timedelta(hours=48)
ERASED_NAME: Final = "—"


def register(
    session: Session, *, name: str, email: str | None, phone: str | None, password: str, language: str | None = None
) -> User:
    """Create a buyer's account, whose owner agrees to the text of now.

    Raises :class:`AccountExistsError`, :class:`WeakPasswordError`.
    """
    check_strength(password, for_staff=False)
    stored = hash_password(password)  # before the look-up: a known account answers as slowly as a new one
    for login in filter(None, (email, phone)):
        if user_by_login(session, login) is not None:
            raise AccountExistsError
    user = User(name=name, email=email, phone=phone, password_hash=stored, language=language)
    _add(session, user)  # the consent and the audit row name the id
    privacy.give_consent(session, user.id)
    audit.record(session, actor_of(user), "account.registered", f"user:{user.public_id}")
    return user


def invite(
    session: Session, *, name: str, email: str, phone: str | None = None, grants: Sequence[Grant], actor: Actor
) -> User:
    """Create an account without a password and send its owner a link that sets one (48 h, once)."""
    for login in filter(None, (email, phone)):
        if user_by_login(session, login) is not None:
            raise AccountExistsError
    user = User(name=name, email=email, phone=phone)
    _add(session, user)  # the grants and the token need the id
    set_grants(session, user.id, grants, actor=actor)
    send_link(session, user, TokenPurpose.INVITATION, INVITATION_LIFE)
    audit.record(session, actor, "account.invited", f"user:{user.public_id}")
    return user


def _add(session: Session, user: User) -> None:
    """Write the account at once; of two with the same number or address at the same moment the second is refused."""
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:
        raise AccountExistsError from error


def request_reset(session: Session, login: str, *, locale: str = "id") -> None:
    """Send a reset link in the asker's language if the account exists and has an address; say nothing either way."""
    user = user_by_login(session, login)
    if user is not None and user.email and user.is_active:
        send_link(session, user, TokenPurpose.RESET_PASSWORD, RESET_LIFE, language=locale)


def send_link(
    session: Session, user: User, purpose: TokenPurpose, life: timedelta, *, language: str | None = None
) -> None:
    """Make earlier links of this purpose void and mail a new one. The token stands in the mail only."""
    secrets_of_mail = {"token": _new_token(session, user, purpose, life)}
    tell(session, user, purpose.value, language=language, secrets=secrets_of_mail)


def make_reset_link(session: Session, user_id: int, *, actor: Actor) -> str:
    """Return the token of a reset link for somebody without a mail address, to be handed over in person.

    Who asks is written down; the link works once, for 60 minutes, like a mailed one.
    """
    user = session.get_one(User, user_id)
    audit.record(session, actor, "account.reset_link_made", f"user:{user.public_id}")
    return _new_token(session, user, TokenPurpose.RESET_PASSWORD, RESET_LIFE)


def _new_token(session: Session, user: User, purpose: TokenPurpose, life: timedelta) -> str:
    unused = update(OneTimeToken).where(OneTimeToken.user_id == user.id, OneTimeToken.used_at.is_(None))
    session.execute(unused.where(OneTimeToken.purpose == purpose).values(used_at=clock.now()))
    token = secrets.token_urlsafe(32)
    row = OneTimeToken(user_id=user.id, purpose=purpose, token_hash=token_hash(token), expires_at=clock.now() + life)
    session.add(row)
    return token


def link_owner(session: Session, token: str, purpose: TokenPurpose) -> User:
    """Return whose link this is; raise :class:`LinkSpentError` when it no longer works."""
    return session.get_one(User, _live_token(session, token, purpose).user_id)


def set_password_by_link(
    session: Session, token: str, purpose: TokenPurpose, password: str, *, language: str | None = None
) -> User:
    """Use the link up, set the password, end all sessions, and tell the owner by mail (ASVS 6.4.3)."""
    row = _live_token(session, token, purpose)
    user = session.get_one(User, row.user_id)
    learn_language(user, language)
    _set_password(session, user, password)
    row.used_at = clock.now()
    sessions.end_all(session, user.id)
    return user


def change_password(session: Session, user_id: int, password: str, *, keep_session: int | None) -> None:
    """Set a new password; every other session of this person ends at once, and the owner is told."""
    user = session.get_one(User, user_id)
    _set_password(session, user, password)
    sessions.end_all(session, user.id, except_id=keep_session)


def set_grants(session: Session, user_id: int, grants: Sequence[Grant], *, actor: Actor) -> None:
    """Replace a person's roles; each carries exactly the scope its role needs (:class:`ValueError`).

    Who becomes staff by this has no password any more, one of a buyer may be too weak: a mailed link sets a new one.
    """
    user = session.get_one(User, user_id)
    was_staff = actor_of(user).is_staff
    for grant in grants:
        given = {name for name, value in asdict(grant).items() if name != "role" and value is not None}
        if given != ({SCOPE_OF_ROLE[grant.role]} if grant.role in SCOPE_OF_ROLE else set()):
            raise ValueError(f"{grant.role} with {sorted(given)}")
    user.grants = [RoleGrant(**asdict(grant)) for grant in grants]
    sessions.end_all(session, user.id)  # new rights, and new session limits, begin with a new sign-in
    roles = sorted(grant.role.value for grant in grants)
    audit.record(session, actor, "account.roles_set", f"user:{user.public_id}", roles=roles)
    if user.password_hash is not None and actor_of(user).is_staff and not was_staff:
        user.password_hash = None
        send_link(session, user, TokenPurpose.INVITATION, INVITATION_LIFE)
        audit.record(session, actor, "account.invited", f"user:{user.public_id}")


def set_active(session: Session, public_id: str, *, is_active: bool, actor: Actor) -> User:
    """Disable or enable an account; disabling ends its sessions at once."""
    user = session.scalar(select(User).where(User.public_id == public_id, User.erased_at.is_(None)))
    if user is None:
        raise NotFoundError("user")
    user.is_active = is_active
    if not is_active:
        sessions.end_all(session, user.id)
    audit.record(session, actor, "account.enabled" if is_active else "account.disabled", f"user:{public_id}")
    return user


def learn_language(user: User, language: str | None) -> None:
    """Mails follow the language that its owner uses the site in, until one is chosen in the profile."""
    user.language = user.language or language


def update_profile(
    session: Session, user_id: int, *, name: str, email: str | None, phone: str | None, language: str | None = None
) -> None:
    """Change name, address and number; the old address is told of a new name to sign in by (ASVS 6.3.7, 7.5.1)."""
    user = session.get_one(User, user_id)
    for login in filter(None, (email, phone)):
        other = user_by_login(session, login)
        if other is not None and other.id != user.id:
            raise AccountExistsError
    if user.email and user.email != email:
        tell(session, user, "contact_changed")
    if user.phone != phone:
        tell(session, user, "phone_changed")
    user.name, user.email, user.phone, user.language = name, email, phone, language or user.language
    audit.record(session, actor_of(user), "account.profile_changed", f"user:{user.public_id}")


def erase(session: Session, user_id: int, *, actor: Actor) -> None:
    """Forget the person (UU PDP art. 43-44): orders stay, for the sums; the account names nobody any more."""
    user = session.get_one(User, user_id)
    sessions.end_all(session, user.id)
    privacy.forget_person(session, user.id)
    audit.record(session, actor, "account.erased", f"user:{user.public_id}")
    user.name, user.email, user.phone, user.password_hash = ERASED_NAME, None, None, None
    user.is_active, user.language, user.erased_at, user.grants = False, None, clock.now(), []


def _set_password(session: Session, user: User, password: str) -> None:
    actor = actor_of(user)
    check_strength(password, for_staff=actor.is_staff)
    user.password_hash = hash_password(password)
    tell(session, user, "password_changed")
    audit.record(session, actor, "account.password_set", f"user:{user.public_id}")


def _live_token(session: Session, token: str, purpose: TokenPurpose) -> OneTimeToken:
    row = session.scalar(
        select(OneTimeToken)
        .where(
            OneTimeToken.token_hash == token_hash(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > clock.now(),
        )
        .with_for_update()
    )
    if row is None:
        raise LinkSpentError
    return row
