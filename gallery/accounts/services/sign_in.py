"""Signing in, throttled per account and per address for all processes together (ASVS 6.3.1).

The order matters: a try is written down before the password is looked at, so that parallel guesses are counted too.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gallery.accounts.errors import SignInFailedError, TooManyAttemptsError
from gallery.accounts.models import SignInAttempt, User
from gallery.accounts.passwords import LONGEST, hash_password, needs_rehash, verify_password
from gallery.accounts.queries import actor_of, failures_since, user_by_login
from gallery.core import audit, clock
from gallery.core.crypto import FieldCipher

WINDOW: Final = timedelta(minutes=15)
MAX_PER_ACCOUNT: Final = 8
MAX_PER_ADDRESS: Final = 40  # an office shares one address
INDONESIA: Final = 62
NATIONAL_DIGITS: Final = range(9, 13)


def normal_login(text: str) -> str:
    """Return an address in lower case, or an Indonesian mobile number as E.164; other text unchanged."""
    text = text.strip()
    if "@" in text:
        return text.lower()
    return normal_phone(text) or text


def normal_phone(text: str) -> str | None:
    """Return E.164 for what people type (0812…, 62812…, +62 812…, 812…), or None if no such number can exist."""
    import phonenumbers  # noqa: PLC0415 - loaded with the first number

    digits = "".join(character for character in text if character.isdigit())
    is_international = text.strip().startswith("+") or digits.startswith("62")
    candidate = f"+{digits}" if is_international else f"+62{digits.lstrip('0')}"
    try:
        number = phonenumbers.parse(candidate)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    if number.country_code == INDONESIA and len(str(number.national_number)) not in NATIONAL_DIGITS:
        return None  # the library's Indonesian lengths are wider than what is assigned
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def count_try(session: Session, cipher: FieldCipher, login: str, address: str) -> None:
    """Write a try down; raise :class:`TooManyAttemptsError` when this account or this address had too many."""
    now = clock.now()
    account, place = _subjects(cipher, login, address)
    since = now - WINDOW
    too_many = (
        failures_since(session, account, since) >= MAX_PER_ACCOUNT
        or failures_since(session, place, since) >= MAX_PER_ADDRESS
    )
    if too_many:
        raise TooManyAttemptsError(int(WINDOW.total_seconds()))
    session.add_all([SignInAttempt(subject=account, at=now), SignInAttempt(subject=place, at=now)])


def account_key(session: Session, login: str) -> str:
    """Return what the tries on an account are counted by: number and address of one person are one account."""
    user = user_by_login(session, login)
    return login if user is None else f"user:{user.public_id}"


def check_password(session: Session, login: str, password: str) -> User:
    """Return the account, or raise :class:`SignInFailedError`; unknown and known accounts take the same time."""
    user = user_by_login(session, login)
    stored = user.password_hash if user is not None else None
    fits = verify_password(stored, password[:LONGEST])
    if user is None or not fits or not user.is_active:
        raise SignInFailedError
    return user


def record_success(session: Session, cipher: FieldCipher, user_id: int, login: str, password: str) -> None:
    """Forget the account's failed tries, and bring its hash up to today's parameters."""
    user = session.get_one(User, user_id)
    account, _ = _subjects(cipher, login, "")
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject == account))
    if user.password_hash is not None and needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    audit.record(session, actor_of(user), "account.signed_in", f"user:{user.public_id}")


def sweep(session: Session) -> None:
    """Forget tries that no longer count."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - WINDOW))


def _subjects(cipher: FieldCipher, login: str, address: str) -> tuple[str, str]:
    return cipher.blind_index(login, "sign-in.account"), cipher.blind_index(address, "sign-in.address")
