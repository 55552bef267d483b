"""Reads WebP at a smaller size with libwebp, which Pillow brings along.

Pillow itself decodes every WebP as an animation at full size: 17 bytes a pixel. libwebp can scale while it decodes, so
the full picture never exists. It is called here directly, and only in the process that holds pictures of strangers.
"""

import ctypes
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image, _webp

_ABI: Final = 0x0209  # libwebp refuses a caller whose idea of the structures is of another major version
_RGBA: Final = 1
_OK: Final = 0
_LARGEST_PARTS: Final = 1000


class WebpError(ValueError):
    """libwebp can not read it."""


class _Features(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int) for name in ("width", "height", "has_alpha", "has_animation", "format")),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Rgba(ctypes.Structure):
    _fields_ = (("pixels", ctypes.c_void_p), ("stride", ctypes.c_int), ("size", ctypes.c_size_t))


class _Yuva(ctypes.Structure):
    _fields_ = (
        ("planes", ctypes.c_void_p * 4),
        ("strides", ctypes.c_int * 4),
        ("sizes", ctypes.c_size_t * 4),
    )


class _Planes(ctypes.Union):
    _fields_ = (("rgba", _Rgba), ("yuva", _Yuva))


class _Buffer(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int) for name in ("colorspace", "width", "height", "is_external_memory")),
        ("u", _Planes),
        ("pad", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
    )


class _Options(ctypes.Structure):
    _fields_ = (
        *(
            (name, ctypes.c_int)
            for name in (
                *("bypass_filtering", "no_fancy_upsampling", "use_cropping", "crop_left", "crop_top", "crop_width"),
                *("crop_height", "use_scaling", "scaled_width", "scaled_height", "use_threads", "dithering_strength"),
                *("flip", "alpha_dithering_strength"),
            )
        ),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Config(ctypes.Structure):
    _fields_ = (("input", _Features), ("output", _Buffer), ("options", _Options))


@dataclass(frozen=True, slots=True)
class Webp:
    """The parts of a file: ``still`` is a whole WebP of the picture, or of the first one of an animation."""

    still: bytes
    exif: bytes
    icc: bytes


def parts_of(data: bytes) -> Webp:
    """Return the picture and what is said about it; raise :class:`WebpError` when the parts do not fit."""
    length = 8 + int.from_bytes(data[4:8], "little")  # what stands behind is not of the picture
    found = dict(reversed(_chunks(data[:length], 12)))  # the first of each kind
    still = data
    if b"ANMF" in found:
        frame = found[b"ANMF"]
        head = struct.pack("<I", 0x10 if frame[16:20] == b"ALPH" else 0) + frame[6:12]
        body = (
            b"WEBP"
            + _chunk(b"VP8X", head)
            + b"".join(_chunk(kind, part) for kind, part in _chunks(frame, 16) if kind in {b"ALPH", b"VP8 ", b"VP8L"})
        )
        still = _chunk(b"RIFF", body)
    return Webp(still, found.get(b"EXIF", b""), found.get(b"ICCP", b""))


def read_still(still: bytes, side: int) -> Image.Image:
    """Return the picture in RGBA or RGBX, at most ``side`` pixels wide and high."""
    library, config = ctypes.CDLL(_webp.__file__), _Config()
    if not library.WebPInitDecoderConfigInternal(ctypes.byref(config), _ABI):
        message = "another libwebp"
        raise RuntimeError(message)
    source, length = ctypes.c_char_p(still), ctypes.c_size_t(len(still))
    if library.WebPGetFeaturesInternal(source, length, ctypes.byref(config.input), _ABI) != _OK:
        raise WebpError
    width, height = config.input.width, config.input.height
    ratio = min(1.0, side / max(width, height))
    width, height = max(1, round(width * ratio)), max(1, round(height * ratio))
    pixels = bytearray(width * height * 4)
    config.options.use_scaling = int(ratio < 1)
    config.options.scaled_width, config.options.scaled_height = width, height
    config.output.colorspace, config.output.is_external_memory = _RGBA, 1
    config.output.u.rgba = _Rgba(_address(pixels), width * 4, len(pixels))
    if library.WebPDecode(source, length, ctypes.byref(config)) != _OK:
        raise WebpError
    mode = "RGBA" if config.input.has_alpha else "RGBX"
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


def _address(memory: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(memory)).from_buffer(memory))


def _chunks(data: bytes, position: int) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    while position + 8 <= len(data) and len(found) < _LARGEST_PARTS:
        kind, length = struct.unpack_from("<4sI", data, position)
        if position + 8 + length > len(data):
            raise WebpError
        found.append((kind, data[position + 8 : position + 8 + length]))
        position += 8 + length + length % 2
    return found


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
