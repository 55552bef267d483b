"""Encryption of single fields, and keyed hashes to find them again (UU PDP 27/2022, art. 35)."""

import base64
import hashlib
import hmac
import os
from contextlib import suppress
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gallery.core.errors import GalleryError

FIRST_VERSION: Final = b"\x01"  # no key id, bound to the context alone; still read
VERSION: Final = b"\x02"
KEY_ID_BYTES: Final = 4
HEADER_BYTES: Final = len(VERSION) + KEY_ID_BYTES
NONCE_BYTES: Final = 12


class DecryptionError(GalleryError):
    """The ciphertext was made with another key, belongs to another row, or was changed."""

    code = "decryption"
    status = 500


class MissingKeyError(DecryptionError):
    """It was made with a key that is not configured; the message has its id, where the ciphertext names one."""


class FieldCipher:
    """AES-256-GCM for single fields. Keys are 32 bytes, given as URL-safe base64, newest first.

    ``key_ids`` names them in the same order; ``header`` is how everything begins that is encrypted now.
    """

    def __init__(self, encryption_keys: list[str], index_key: str) -> None:
        keys = [_key(text) for text in encryption_keys]
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        if len(self._ciphers) < len(set(keys)):
            raise ValueError("two encryption keys have the same id: make another one")
        self.key_ids = [key_id.hex() for key_id in self._ciphers]
        self.header = VERSION + _key_id(keys[0])
        self._newest = AESGCM(keys[0])
        self._index_key = _key(index_key)

    def encrypt(self, text: str, context: str) -> bytes:
        """Return header (version, key id) + 12 nonce bytes + ciphertext + 16 tag bytes.

        It is bound to its header and to ``context`` ("table.column").
        """
        nonce = os.urandom(NONCE_BYTES)
        return self.header + nonce + self._newest.encrypt(nonce, text.encode(), self.header + context.encode())

    def decrypt(self, data: bytes, context: str) -> str:
        """Return the text; raise :class:`DecryptionError` when no key opens it in this context."""
        return self._open(data, context)[1]

    def key_id(self, data: bytes, context: str) -> str:
        """Return the id of the key that this needs, or nothing when it names none and no key opens it."""
        if data.startswith(VERSION):
            return data[len(VERSION) : HEADER_BYTES].hex()
        try:
            return self._open(data, context)[0].hex()
        except DecryptionError:
            return ""

    def _open(self, data: bytes, context: str) -> tuple[bytes, str]:
        if data.startswith(VERSION):
            header, tried = data[:HEADER_BYTES], [data[len(VERSION) : HEADER_BYTES]]
            bound = header + context.encode()
            if tried[0] not in self._ciphers:
                raise MissingKeyError(f"{context}: key {tried[0].hex()} is not configured")
        elif data.startswith(FIRST_VERSION):
            header, tried, bound = FIRST_VERSION, list(self._ciphers), context.encode()
        else:
            raise DecryptionError(f"{context}: no known format")
        nonce, body = data[len(header) : len(header) + NONCE_BYTES], data[len(header) + NONCE_BYTES :]
        for key_id in tried:
            # A value that was cut off may be too short for the library to try.
            with suppress(InvalidTag, ValueError):
                return key_id, self._ciphers[key_id].decrypt(nonce, body, bound).decode()
        if header == FIRST_VERSION:
            raise MissingKeyError(f"{context}: no configured key opens it")
        raise DecryptionError(context)

    def blind_index(self, text: str, purpose: str) -> str:
        """Return 64 hex digits, equal for equal texts of one purpose; useless without the key."""
        return hmac.new(self._index_key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _key(text: str) -> bytes:
    key = base64.urlsafe_b64decode(text)
    if len(key) != 32:  # noqa: PLR2004 - AES-256
        raise ValueError("a key must be 32 bytes in URL-safe base64")
    return key


def _key_id(key: bytes) -> bytes:
    """Return a name for the key that tells nothing about it."""
    return hashlib.sha256(b"gallery.key-id\0" + key).digest()[:KEY_ID_BYTES]
