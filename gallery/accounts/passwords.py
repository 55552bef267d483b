"""Password hashing (argon2id, OWASP minimum) and what counts as a weak password."""

from functools import lru_cache
from importlib import resources
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from gallery.accounts.errors import WeakPasswordError

MINIMUM: Final = 10
MINIMUM_STAFF: Final = 12
LONGEST: Final = 1_000  # longer texts are refused, not cut: hashing them would be a way to keep us busy
# OWASP Password Storage Cheat Sheet: m=19 MiB, t=2, p=1 (25 ms here; the library's default takes 226 ms).
_hasher: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


def hash_password(password: str) -> str:
    """Return an argon2id hash with its parameters and salt."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Compare in the same time whether or not an account exists: without a hash, a dummy is verified."""
    try:
        return _hasher.verify(stored or _dummy(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_strength(password: str, *, for_staff: bool) -> None:
    """Raise :class:`WeakPasswordError` for a short or common password (ASVS 6.2.1, 6.2.4, 6.2.9)."""
    minimum = MINIMUM_STAFF if for_staff else MINIMUM
    if not minimum <= len(password) <= LONGEST:
        raise WeakPasswordError("short" if len(password) < minimum else "long", minimum)
    plain = password.lower().strip()
    # "rahasia123!" is "rahasia" with what everybody adds to it.
    core = plain.strip("0123456789!@#$%^&*()-_=+.,?/ ")
    if plain in common_passwords() or core in common_passwords() or not core:
        raise WeakPasswordError("common", minimum)


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Words that guessers try first, Indonesian ones and names of the region included (lower case)."""
    text = resources.files("gallery.accounts").joinpath("data/common_passwords.txt").read_text()
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@lru_cache(maxsize=1)
def _dummy() -> str:
    return _hasher.hash("no account has this password")
