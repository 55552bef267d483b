"""Encrypted streams for backups: any length in little memory; cut, swapped or changed pieces are noticed.

Layout: magic, 16 bytes salt, 7 bytes nonce prefix, then pieces of ``PIECE`` bytes, each sealed with AES-256-GCM under
the nonce prefix + piece number + "last" flag (the STREAM construction), with a key made by scrypt from a passphrase.
The magic says how much work scrypt does: OWASP's floor, or less in backups of the first kind, which are still read.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gallery.core.errors import GalleryError

MAGIC: Final = b"GALLERY-BACKUP-2\n"
FIRST_MAGIC: Final = b"GALLERY-BACKUP-1\n"
SALT_BYTES: Final = 16
PREFIX_BYTES: Final = 7
PIECE: Final = 1024 * 1024
TAG: Final = 16
SCRYPT_N: Final = 2**17  # with r=8, p=1: 128 MiB
FIRST_SCRYPT_N: Final = 2**15


class SealError(GalleryError):
    """The stream is not ours, was cut or changed, or the passphrase is another one."""

    code = "seal"


class SealedWriter:
    """A file-like object that encrypts what is written to it; ``close`` seals the last piece."""

    def __init__(self, target: BinaryIO, passphrase: str) -> None:
        self._target = target
        salt, self._prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
        self._cipher = _cipher(passphrase, salt, SCRYPT_N)
        self._waiting = bytearray()
        self._number = 0
        target.write(MAGIC + salt + self._prefix)

    def write(self, data: bytes) -> int:
        """Take data; whole pieces go to the target at once."""
        self._waiting += data
        while len(self._waiting) > PIECE:  # one piece stays back: it may be the last
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        """Write what is left as the last piece; without it the stream does not open."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last=last), piece, MAGIC))
        self._number += 1


class SealedReader:
    """A file-like object that decrypts while it is read; raises :class:`SealError` on the first wrong piece."""

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self._magic = source.read(len(MAGIC))
        if self._magic not in {MAGIC, FIRST_MAGIC}:
            raise SealError("not a backup")
        salt, self._prefix = source.read(SALT_BYTES), source.read(PREFIX_BYTES)
        self._cipher = _cipher(passphrase, salt, SCRYPT_N if self._magic == MAGIC else FIRST_SCRYPT_N)
        self._pieces = self._opened(source)
        self._waiting = bytearray()

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; none at the end of a whole stream."""
        while len(self._waiting) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._waiting += piece
        data = bytes(self._waiting[:size])
        del self._waiting[:size]
        return data

    def _opened(self, source: BinaryIO) -> Iterator[bytes]:
        number, sealed = 0, source.read(PIECE + TAG)
        while True:
            following = source.read(PIECE + TAG)
            nonce = _nonce(self._prefix, number, last=not following)
            try:
                yield self._cipher.decrypt(nonce, sealed, self._magic)
            except InvalidTag as error:
                raise SealError(f"piece {number}") from error
            if not following:
                return
            number, sealed = number + 1, following


def _cipher(passphrase: str, salt: bytes, n: int) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=n, r=8, p=1).derive(passphrase.encode()))


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
