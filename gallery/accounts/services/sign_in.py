"""Signing in, throttled per account and per address for all processes together (ASVS 6.3.1).

The order matters: a try is written down before the password is looked at, so that parallel guesses are counted too.
What turns out to be right is forgotten again: only failures stay to be counted.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_
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
MAX_REGISTRATIONS: Final = 20  # per address: a fair with one hotspot passes, a list of numbers to probe does not
INDONESIA: Final = 62
NATIONAL_DIGITS: Final = range(9, 13)
LETTER_FOR_ZERO: Final = re.compile(r"(?<=\d)[oO]|\b[oO](?=\d)")


def normal_login(text: str) -> str:
    """Return an address in lower case, or an Indonesian mobile number as E.164; other text unchanged."""
    text = text.strip()
    if "@" in text:
        return text.lower()
    return normal_phone(text) or text


def normal_phone(text: str) -> str | None:
    """Return E.164 for what people type (0812…, 62812…, +62 812…, 0062 812…, 812…), or None if there can be none."""
    import phonenumbers  # noqa: PLC0415 - loaded with the first number

    text = LETTER_FOR_ZERO.sub("0", text)
    digits = "".join(character for character in text if character.isdigit())
    is_international = text.strip().startswith("+") or digits.startswith(("62", "00"))
    candidate = f"+{digits.removeprefix('00')}" if is_international else f"+62{digits.lstrip('0')}"
    try:
        number = phonenumbers.parse(candidate)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    if number.country_code == INDONESIA and len(str(number.national_number)) not in NATIONAL_DIGITS:
        return None  # the library's Indonesian lengths are wider than what is assigned
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True)
class CountedTry:
    """A try that stands written down: the key of its account, and the row by which it counts for its address."""

    account: str
    row_id: int


def count_try(session: Session, cipher: FieldCipher, login: str, address: str) -> CountedTry:
    """Write a try down; raise :class:`TooManyAttemptsError` when this account or this address had too many."""
    account = cipher.blind_index(login, "sign-in.account")
    place = cipher.blind_index(address, "sign-in.address")
    _, of_place = _count(session, {account: MAX_PER_ACCOUNT, place: MAX_PER_ADDRESS})
    return CountedTry(account, of_place.id)


def count_registration(session: Session, cipher: FieldCipher, address: str) -> None:
    """Write down that an account is asked for, made or not; the tries are counted by address and apart from sign-ins.

    Raises :class:`TooManyAttemptsError`. The caller commits before it looks whether the account can be made: a
    refusal must not take the count back.
    """
    _count(session, {cipher.blind_index(address, "registration.address"): MAX_REGISTRATIONS})


def account_key(session: Session, login: str) -> str:
    """Return what the tries on an account are counted by: number and address of one person are one account."""
    user = user_by_login(session, login)
    return login if user is None else _key_of(user)


def check_password(session: Session, login: str, password: str) -> User:
    """Return the account, or raise :class:`SignInFailedError`; unknown and known accounts take the same time."""
    user = user_by_login(session, login)
    stored = user.password_hash if user is not None else None
    fits = verify_password(stored, password[:LONGEST])
    if user is None or not fits or not user.is_active:
        raise SignInFailedError
    return user


def forget(session: Session, tried: CountedTry) -> None:
    """The password was right: the account starts anew, and the address is spared this try, not its failed ones."""
    session.execute(
        delete(SignInAttempt).where(or_(SignInAttempt.subject == tried.account, SignInAttempt.id == tried.row_id))
    )


def forget_failures(session: Session, cipher: FieldCipher, user: User) -> None:
    """The account has a new password: the failed tries at the old one no longer shut its owner out."""
    subject = cipher.blind_index(_key_of(user), "sign-in.account")
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject == subject))


def record_success(session: Session, tried: CountedTry, user_id: int, password: str) -> None:
    """Forget the try and the account's failed ones, and bring its hash up to today's parameters."""
    user = session.get_one(User, user_id)
    forget(session, tried)
    if user.password_hash is not None and needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    audit.record(session, actor_of(user), "account.signed_in", f"user:{user.public_id}")


def sweep(session: Session) -> None:
    """Forget tries that no longer count."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - WINDOW))


def _key_of(user: User) -> str:
    return f"user:{user.public_id}"


def _count(session: Session, limits: dict[str, int]) -> list[SignInAttempt]:
    now = clock.now()
    if any(failures_since(session, subject, now - WINDOW) >= most for subject, most in limits.items()):
        raise TooManyAttemptsError(int(WINDOW.total_seconds()))
    tries = [SignInAttempt(subject=subject, at=now) for subject in limits]
    session.add_all(tries)
    session.flush()  # the ids
    return tries
