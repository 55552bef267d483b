"""What an uploaded PDF is judged by. It is never opened or shown here: only kept, and given out as a download."""

import re
from pathlib import PurePath
from typing import Final

from gallery.core.errors import GalleryError

MEDIA_TYPE: Final = "application/pdf"
MAX_BYTES: Final = 10 * 1024 * 1024
_START: Final = b"%PDF-"
_HEAD: Final = re.compile(rb"%PDF-[12]\.\d")
_END, _END_WITHIN = b"%%EOF", 1024  # readers look for the end there too
_MARKUP: Final = re.compile(rb"<html[\s>]|<script[\s>]|<!doctype\s|<svg[\s>]|<\?php", re.IGNORECASE)
_MARKUP_WITHIN: Final = 1024  # where browsers guess a type


class PdfError(GalleryError):
    """Not a whole PDF, or a PDF and something else at once."""

    code = "pdf"
    status = 422


class PdfTooLargeError(PdfError):
    code = "pdf_too_large"
    status = 413

    def __init__(self, size_bytes: int, limit_bytes: int = MAX_BYTES) -> None:
        super().__init__(str(size_bytes))
        self.limit_bytes = limit_bytes


def is_pdf(data: bytes) -> bool:
    """Return whether the first bytes say so, whatever the name says."""
    return data.startswith(_START)


def inspect(data: bytes, filename: str = "") -> None:
    """Raise a :class:`PdfError` unless the file begins and ends as a PDF, of at most 10 MB, and is named as one."""
    if len(data) > MAX_BYTES:
        raise PdfTooLargeError(len(data))
    is_named = PurePath(filename).suffix.lower() in {"", ".pdf"}
    is_whole = _HEAD.match(data) and _END in data[-_END_WITHIN:]
    if not (is_named and is_whole) or _MARKUP.search(data[:_MARKUP_WITHIN]):
        raise PdfError
