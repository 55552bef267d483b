"""What an uploaded file says about itself, read from its structure before anything is decoded.

The walk finds what a decoder would only notice after it has taken the memory: claims of a billion pixels, hundreds of
progressive scans, missing ends, archives and scripts glued to a picture.
"""

import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import ClassVar, Final

from gallery.core.errors import GalleryError

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
# What libjpeg keeps of a picture in several scans: two bytes a sample, at most four colours, for the whole picture.
COEFFICIENT_BYTES: Final = 2
MAX_COLOURS: Final = 4
# Measured bytes a pixel of HEIC by (has more than 8 bits, has full colour).
HEIC_BYTES: Final = {(False, False): 5.2, (True, False): 7.9, (False, True): 9.2, (True, True): 15.0}
HEIC_ALPHA_BYTES: Final = 2.2
# What a decoder may keep at once beside everything else in 300 MB. Above stand CMYK JPEG in several scans (from 30
# megapixels), HEIC with 10 bits (35), full colour (30), both (18) or alpha (37).
ORDINARY_BYTES: Final = {"image/jpeg": 240_000_000, "image/heic": 278_000_000}
MAX_SCANS: Final = 100
MAX_PARTS: Final = 20_000
EXTENSIONS: Final = frozenset({"", "jpg", "jpeg", "jpe", "jfif", "png", "webp", "heic", "heif"})

_MARK, _END, _SCAN, _PROGRESSIVE = 0xFF, 0xD9, 0xDA, 0xC2
_FRAMES = frozenset({0xC0, 0xC1, _PROGRESSIVE})
_RARE_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_APP1, _COMMENT = 0xE1, 0xFE
_METADATA = frozenset({*range(0xE0, 0xF0), _COMMENT})
_NEEDED_FOR_COLOURS = (b"JFIF\0", b"ICC_PROFILE\0", b"Adobe")
_BOX_HEAD = 8
_ENTROPY_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SCRIPT = re.compile(rb"<\?php\s|<script[\s>]|<html[\s>]|<!doctype\s|<svg\s|%PDF-1\.", re.IGNORECASE)
_END_OF_ZIP, _END_OF_ZIP_LENGTH = b"PK\x05\x06", 22
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HEIC_SIZE = re.compile(rb"ispe\0\0\0\0(.{8})", re.DOTALL)
_HEIC_ALPHA = (b"urn:mpeg:hevc:2015:auxid:1\0", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
_HEVC_SETTINGS = re.compile(rb"hvcC\x01.{15}(.)(.)(.)", re.DOTALL)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


class ImageFormat(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"


class ImageError(GalleryError):
    """The upload is not a picture that we take."""

    code = "image"
    status = 422


class ImageEmptyError(ImageError):
    code = "image_empty"


class ImageTypeError(ImageError):
    """``found`` names the format when it is a known one, such as "SVG" or "GIF", else ""."""

    code = "image_type"

    def __init__(self, found: str = "") -> None:
        super().__init__(found)
        self.found = found


class ImageTooLargeError(ImageError):
    code = "image_too_large"
    status = 413

    def __init__(self, size_bytes: int, limit_bytes: int = MAX_BYTES) -> None:
        super().__init__(str(size_bytes))
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class ImageTooManyPixelsError(ImageError):
    code = "image_too_many_pixels"

    def __init__(self, width: int, height: int, limit: int = MAX_PIXELS) -> None:
        super().__init__(f"{width}x{height}")
        self.width = width
        self.height = height
        self.limit = limit


class ImageDamagedError(ImageError):
    """Cut off, or its content contradicts itself."""

    code = "image_damaged"


class ImagePolyglotError(ImageError):
    """A picture and something else at once: an archive, a script, a document."""

    code = "image_polyglot"


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """``width`` and ``height`` are as stored, before orientation.

    ``kept_bytes`` are what the decoder of a JPEG or HEIC keeps of the whole picture at once, measured or reckoned.
    """

    format: ImageFormat
    width: int
    height: int
    kept_bytes: int = 0
    extension: ClassVar[dict[ImageFormat, str]] = {
        ImageFormat.JPEG: "jpg",
        ImageFormat.PNG: "png",
        ImageFormat.WEBP: "webp",
        ImageFormat.HEIC: "heic",
    }

    @property
    def is_heavy(self) -> bool:
        """Whether decoding needs more than the 300 MB that all other pictures are content with."""
        return self.kept_bytes > ORDINARY_BYTES.get(self.format, MAX_BYTES)


def inspect(data: bytes, filename: str = "", *, max_bytes: int = MAX_BYTES) -> ImageFacts:
    """Return what the file is, or raise an :class:`ImageError`; nothing is decoded, whatever the file claims."""
    if not data:
        raise ImageEmptyError
    if len(data) > max_bytes:
        raise ImageTooLargeError(len(data), max_bytes)
    if PurePath(filename).suffix.lower().lstrip(".") not in EXTENSIONS:
        raise ImageTypeError(PurePath(filename).suffix.upper().lstrip(".")[:8])
    walk = {
        ImageFormat.JPEG: _walk_jpeg,
        ImageFormat.PNG: _walk_png,
        ImageFormat.WEBP: _walk_webp,
        ImageFormat.HEIC: _walk_heic,
    }
    found = sniff(data)
    try:
        width, height, kept_bytes = walk[found](data)
    except (struct.error, IndexError) as error:
        raise ImageDamagedError from error
    if not (width and height):
        raise ImageDamagedError
    if width * height > MAX_PIXELS:
        raise ImageTooManyPixelsError(width, height)
    _refuse_polyglot(data)
    return ImageFacts(found, width, height, kept_bytes)


def sniff(data: bytes) -> ImageFormat:
    """Return the format by the first bytes, whatever the file's name and declared type say."""
    if data.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if data[4:8] == b"ftyp":
        return _sniff_heif(data)
    raise ImageTypeError(_other_type(data))


def _sniff_heif(data: bytes) -> ImageFormat:
    length = min(struct.unpack(">I", data[:4])[0], 256)
    brands = {data[start : start + 4] for start in (8, *range(16, length, 4))}
    if brands & _AVIF_BRANDS:
        raise ImageTypeError("AVIF")
    if not brands & _HEIC_BRANDS:
        raise ImageTypeError("video")
    return ImageFormat.HEIC


def _other_type(data: bytes) -> str:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    known = {
        b"gif8": "GIF",
        b"bm": "BMP",
        b"ii*\x00": "TIFF",
        b"mm\x00*": "TIFF",
        b"%pdf": "PDF",
        b"pk\x03\x04": "ZIP",
        b"8bps": "PSD",
    }
    if b"<svg" in head:
        return "SVG"
    return next((name for magic, name in known.items() if head.startswith(magic)), "")


def _refuse_polyglot(data: bytes) -> None:
    tail = data[-(65_535 + _END_OF_ZIP_LENGTH) :]
    at = tail.rfind(_END_OF_ZIP)
    if at >= 0 and len(tail) - at >= _END_OF_ZIP_LENGTH:
        comment_length = struct.unpack("<H", tail[at + 20 : at + 22])[0]
        if at + _END_OF_ZIP_LENGTH + comment_length == len(tail):
            raise ImagePolyglotError
    if _SCRIPT.search(data):
        raise ImagePolyglotError


@dataclass(slots=True)
class _JpegWalk:
    frame: tuple[int, bytes] | None = None
    scans: int = 0

    def take(self, marker: int, body: bytes) -> None:
        """Judge one segment."""
        if marker in _FRAMES:
            if self.frame is not None:
                raise ImageDamagedError
            self.frame = (marker, body)
            self.size()  # too large is too large, even when the rest is missing
        elif marker in _RARE_FRAMES:
            raise ImageTypeError("JPEG")  # lossless, hierarchical or arithmetic: no camera writes it
        elif marker == _SCAN:
            self.scans += 1
            if self.scans > MAX_SCANS:
                raise ImageDamagedError

    def size(self) -> tuple[int, int, int]:
        """Return width, height, and what the decoder keeps of the whole picture until the last scan has come."""
        if self.frame is None:
            raise ImageDamagedError
        marker, body = self.frame
        _, height, width, count = struct.unpack(">BHHB", body[:6])
        sampling = [(body[7 + 3 * i] >> 4, body[7 + 3 * i] & 15) for i in range(count)]
        if not 0 < count <= MAX_COLOURS or any(not across or not down for across, down in sampling):
            raise ImageDamagedError
        if width * height > MAX_PIXELS:
            raise ImageTooManyPixelsError(width, height)
        if marker == _PROGRESSIVE or self.scans > 1:
            block = max(across for across, _ in sampling) * max(down for _, down in sampling)
            samples = sum(width * height * across * down // block for across, down in sampling)
            return width, height, COEFFICIENT_BYTES * samples
        return width, height, 0


def _walk_jpeg(data: bytes) -> tuple[int, int, int]:
    """Go from segment to segment to the end of the first picture; what stands behind it is never decoded."""
    walk, position = _JpegWalk(), 2
    for _ in range(MAX_PARTS):
        while data[position] == data[position + 1] == _MARK:  # fill bytes
            position += 1
        mark, marker = data[position], data[position + 1]
        if mark != _MARK:
            raise ImageDamagedError
        if marker == _END:
            if not walk.scans:
                raise ImageDamagedError
            return walk.size()
        (length,) = struct.unpack(">H", data[position + 2 : position + 4])
        walk.take(marker, data[position + 4 : position + 2 + length])
        position += 2 + length
        if marker == _SCAN:
            end = _ENTROPY_END.search(data, position)
            if end is None:
                raise ImageDamagedError
            position = end.start()
    raise ImageDamagedError


def bare_jpeg(data: bytes) -> tuple[bytes, bytes]:
    """Return an inspected JPEG without its metadata, and its EXIF: broken metadata must not break the picture."""
    kept, exif, position = [data[:2]], b"", 2
    while data[position + 1] != _SCAN:
        if data[position + 1] == _MARK:  # a fill byte
            position += 1
            continue
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        body = data[position + 4 : end]
        if data[position + 1] == _APP1 and body.startswith(b"Exif\0\0"):
            exif = exif or body
        if data[position + 1] not in _METADATA or body.startswith(_NEEDED_FOR_COLOURS):
            kept.append(data[position:end])
        position = end
    return b"".join([*kept, data[position:]]), exif


def _walk_png(data: bytes) -> tuple[int, int, int]:
    position, size, has_pixels = 8, (0, 0, 0), False
    for _ in range(MAX_PARTS):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        if position + 12 + length > len(data):
            raise ImageDamagedError
        if kind == b"IHDR":
            width, height = struct.unpack(">II", data[position + 8 : position + 16])
            size = (width, height, 0)
            if width * height > MAX_PIXELS:
                raise ImageTooManyPixelsError(width, height)
        has_pixels = has_pixels or kind == b"IDAT"
        position += 12 + length
        if kind == b"IEND":
            if not has_pixels:
                raise ImageDamagedError
            return size
    raise ImageDamagedError


def _walk_webp(data: bytes) -> tuple[int, int, int]:
    (length,) = struct.unpack("<I", data[4:8])
    if length + 8 > len(data):
        raise ImageDamagedError
    kind, body = data[12:16], data[20:]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"), 0
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF, 0
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", body[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 0
    raise ImageDamagedError


def _walk_heic(data: bytes) -> tuple[int, int, int]:
    """Check that no box runs over the end; the largest of the sizes inside is that of the whole picture."""
    position, seen = 0, set()
    for _ in range(MAX_PARTS):
        if position == len(data):
            break
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        if length == 1:
            (length,) = struct.unpack(">Q", data[position + 8 : position + 16])
        length = length or len(data) - position
        if length < _BOX_HEAD or position + length > len(data):
            raise ImageDamagedError
        seen.add(kind)
        position += length
    sizes = [struct.unpack(">II", found) for found in _HEIC_SIZE.findall(data)]
    if b"meta" not in seen or not sizes:
        raise ImageDamagedError
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    needed = max((_heic_bytes(found) for found in _HEVC_SETTINGS.findall(data)), default=0.0)
    needed += HEIC_ALPHA_BYTES * any(name in data for name in _HEIC_ALPHA)
    return width, height, int(width * height * needed)


def _heic_bytes(settings: tuple[bytes, bytes, bytes]) -> float:
    colours, luma, chroma = (one[0] for one in settings)
    return HEIC_BYTES[bool((luma | chroma) & 7), colours & 3 > 1]
