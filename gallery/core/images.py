"""Pictures from strangers, made safe: decoded inside limits, upright, in sRGB, without metadata, in several widths.

Everything that is kept is encoded anew from pixels. Nothing here knows the database or the file store, so it runs
outside transactions.
"""

import io
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pillow_heif
from PIL import Image, ImageCms

from gallery.core.image_facts import (
    MAX_PIXELS,
    ImageDamagedError,
    ImageError,
    ImageFacts,
    ImageFormat,
    ImageTooManyPixelsError,
    bare_jpeg,
    inspect,
)
from gallery.core.renditions import MASTER_SIDE, RenderedImage, Rendition
from gallery.core.webp import parts_of, read_still

WIDTHS: Final = (320, 640, 1280)
# JPEG in several scans that fill the memory themselves are taken at a quarter of the size instead of the half.
QUARTER_BYTES: Final = 200_000_000
STRIP_PIXELS: Final = 2_000_000
WEBP_QUALITY: Final = 78
JPEG_QUALITY: Final = 80
MASTER_QUALITY: Final = 90

# Only the primary picture of a HEIC file is wanted; fewer threads need less memory.
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False
pillow_heif.options.DECODE_THREADS = 2
Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # second line of defence: Pillow itself refuses twice as much

_FORMATS = {ImageFormat.JPEG: ["JPEG"], ImageFormat.PNG: ["PNG"]}
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def render(data: bytes, widths: tuple[int, ...] = WIDTHS) -> RenderedImage:
    """Return the picture in all widths as WebP and JPEG, never wider than it is; raise an :class:`ImageError`."""
    picture = _decoded(data)
    renditions: list[Rendition] = []
    current = picture
    for width in sorted({min(width, picture.width) for width in widths}, reverse=True):
        current = _narrowed(current, picture, width)
        renditions += [_encoded(current, "image/webp"), _encoded(current, "image/jpeg")]
    return RenderedImage(
        width=picture.width,
        height=picture.height,
        colour=_dominant_colour(current),
        master=_jpeg(picture, MASTER_QUALITY),
        renditions=tuple(reversed(renditions)),
    )


def clean_jpeg(data: bytes, filename: str = "", side: int = MASTER_SIDE) -> bytes:
    """Return the picture as one clean JPEG, at most ``side`` pixels wide and high: proofs, portraits, news."""
    inspect(data, filename)
    picture = _decoded(data)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return _jpeg(picture, JPEG_QUALITY)


def _decoded(data: bytes) -> Image.Image:
    """Return the picture in RGB, upright, at most MASTER_SIDE pixels wide and high."""
    facts = inspect(data)
    try:
        readers = {ImageFormat.HEIC: _decoded_heic, ImageFormat.WEBP: _decoded_webp}
        picture = readers.get(facts.format, partial(_decoded_other, facts))(data)
        picture.thumbnail((MASTER_SIDE, MASTER_SIDE), Image.Resampling.LANCZOS)
    except ImageError:
        raise
    except Exception as error:  # readers of hostile files fail in every way there is
        raise ImageDamagedError from error
    return picture


def _decoded_other(facts: ImageFacts, data: bytes) -> Image.Image:
    exif: bytes | None = None
    if facts.format is ImageFormat.JPEG:
        data, exif = bare_jpeg(data)
    with Image.open(io.BytesIO(data), formats=_FORMATS[facts.format]) as source:
        orientation = _orientation(source.getexif if exif is None else partial(_tags, exif))
        profile = source.info.get("icc_profile")
        ratio = 0.25 if facts.kept_bytes > QUARTER_BYTES else min(1.0, MASTER_SIDE / max(source.size))
        source.draft(None, (max(1, int(source.width * ratio)), max(1, int(source.height * ratio))))
        source.load()
        width = source.width
        picture = _in_srgb(_reduced(source.size, lambda top, bottom: source.crop((0, top, width, bottom))), profile)
    return _upright(picture, orientation)


def _decoded_webp(data: bytes) -> Image.Image:
    parts = parts_of(data)
    picture = _in_srgb(_flat(read_still(parts.still, MASTER_SIDE)), parts.icc)
    return _upright(picture, _orientation(partial(_tags, parts.exif)))


def _decoded_heic(data: bytes) -> Image.Image:
    heif: Any = pillow_heif.open_heif(io.BytesIO(data))  # applies rotation and mirroring by itself
    width, height = heif.size
    if width * height > MAX_PIXELS:
        raise ImageTooManyPixelsError(width, height)
    pixels: Any = heif.data  # the decoder's own memory: one more copy of 40 megapixels would be too many

    def rows(top: int, bottom: int) -> Image.Image:
        part = pixels[top * heif.stride : bottom * heif.stride]
        return Image.frombuffer(heif.mode, (heif.size[0], bottom - top), part, "raw", heif.mode, heif.stride, 1)

    return _in_srgb(_reduced(heif.size, rows), heif.info.get("icc_profile"))


def _tags(exif: bytes) -> Image.Exif:
    tags = Image.Exif()
    tags.load(exif)
    return tags


def _orientation(read_tags: Callable[[], Image.Exif]) -> int:
    try:
        return int(read_tags().get(_ORIENTATION_TAG, 1))
    except Exception:  # noqa: BLE001 - broken metadata does not make a broken picture
        return 1


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    return picture.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else picture


def _reduced(size: tuple[int, int], rows: Callable[[int, int], Image.Image]) -> Image.Image:
    """Return RGB pixels, whole-number times smaller; strip by strip, so that only one full copy exists."""
    width, height = size
    factor = max(1, max(size) // MASTER_SIDE)
    out = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    step = factor * max(1, STRIP_PIXELS // (width * factor))
    for top in range(0, height, step):
        strip = _flat(rows(top, min(top + step, height)))
        out.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return out


def _flat(strip: Image.Image) -> Image.Image:
    """Return the strip in RGB: 16 bits become 8, transparency becomes white."""
    if strip.mode.startswith("I;16"):
        strip = strip.convert("I")
    if strip.mode in {"I", "F"}:
        strip = strip.point(lambda value: value / 256).convert("L")
    if strip.has_transparency_data:
        layer = strip.convert("RGBA")
        strip = Image.new("RGB", strip.size, "white")
        strip.paste(layer, mask=layer.getchannel("A"))
    return strip.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert from the camera's colours (Display P3 on many phones) before the profile is dropped."""
    if not profile:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != "RGB" or "sRGB" in (source.profile.profile_description or ""):
            return picture
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _narrowed(current: Image.Image, picture: Image.Image, width: int) -> Image.Image:
    if width == current.width:
        return current
    height = max(1, round(picture.height * width / picture.width))
    return current.resize((width, height), Image.Resampling.LANCZOS)


def _encoded(picture: Image.Image, media_type: str) -> Rendition:
    if media_type == "image/jpeg":
        data = _jpeg(picture, JPEG_QUALITY)
    else:
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=WEBP_QUALITY, method=4)
        data = out.getvalue()
    return Rendition(media_type, picture.width, picture.height, data)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def _dominant_colour(picture: Image.Image) -> str:
    """Return "#rrggbb" of the most common colour among six: what stands there until the picture has come."""
    small = picture.resize((48, 48), Image.Resampling.BOX).quantize(6)
    histogram = small.histogram()
    index = histogram.index(max(histogram))
    red, green, blue = (small.getpalette() or [])[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
