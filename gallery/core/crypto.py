"""Encryption of single fields, and keyed hashes to find them again (UU PDP 27/2022, art. 35)."""

import base64
import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gallery.core.errors import GalleryError

NONCE_BYTES: Final = 12
VERSION: Final = b"\x01"


class DecryptionError(GalleryError):
    """The ciphertext was made with another key, belongs to another row, or was changed."""

    code = "decryption"
    status = 500


class FieldCipher:
    """AES-256-GCM for single fields. Keys are 32 bytes, given as URL-safe base64, newest first."""

    def __init__(self, encryption_keys: list[str], index_key: str) -> None:
        self._ciphers = [AESGCM(_key(text)) for text in encryption_keys]
        self._index_key = _key(index_key)

    def encrypt(self, text: str, context: str) -> bytes:
        """Return 1 version byte + 12 nonce bytes + ciphertext + 16 tag bytes, bound to ``context`` ("table.column")."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._ciphers[0].encrypt(nonce, text.encode(), context.encode())

    def decrypt(self, data: bytes, context: str) -> str:
        """Return the text; raise :class:`DecryptionError` when no key opens it in this context."""
        nonce, body = data[1 : 1 + NONCE_BYTES], data[1 + NONCE_BYTES :]
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, body, context.encode()).decode()
            except InvalidTag:
                continue
        raise DecryptionError(context)

    def blind_index(self, text: str, purpose: str) -> str:
        """Return 64 hex digits, equal for equal texts of one purpose; useless without the key."""
        return hmac.new(self._index_key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _key(text: str) -> bytes:
    key = base64.urlsafe_b64decode(text)
    if len(key) != 32:  # noqa: PLR2004 - AES-256
        raise ValueError("a key must be 32 bytes in URL-safe base64")
    return key
