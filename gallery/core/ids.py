"""Identifiers that stand in addresses: random public ids and readable slugs."""

import re
import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
PUBLIC_ID_LENGTH: Final = 10
SLUG_LENGTH: Final = 60


def public_id() -> str:
    """Return 10 random characters (50 bits): unguessable enough to name a row, short enough for a QR code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


def slugify(text: str) -> str:
    """Return lower-case ASCII words joined by hyphens, at most 60 characters; never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:SLUG_LENGTH].rstrip("-") or "tanpa-nama"
