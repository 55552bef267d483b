"""Pictures of real phones pass; everything else is refused with a reason, before it costs anything."""

import contextlib
import io
import re
import struct
import time
import zipfile
import zlib

import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from gallery.core import image_facts, images
from gallery.core.image_facts import (
    ImageDamagedError,
    ImageEmptyError,
    ImageError,
    ImageFormat,
    ImagePolyglotError,
    ImageTooLargeError,
    ImageTooManyPixelsError,
    ImageTypeError,
    inspect,
)

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (30, 60, 200)
ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


def picture(width: int = 900, height: int = 600, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue, a green square in the upper left corner."""
    image = Image.new("RGB", (width, height), RED)
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height), fill=BLUE)
    draw.rectangle((0, 0, width // 5, height // 5), fill=GREEN)
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def phone_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKE] = "Telepon Rahasia"
    exif.get_ifd(GPS)[1] = "S"
    exif.get_ifd(GPS)[2] = (2.0, 7.0, 30.0)
    return exif.tobytes()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def is_near(colour, wanted, tolerance: int = 40) -> bool:
    return all(abs(one - other) <= tolerance for one, other in zip(colour, wanted, strict=True))


def jpeg_claiming(width: int, height: int, *, marker: int = 0xC0, scans: int = 1, sampling: bytes = b"\x11\x11\x11"):
    """Return a JPEG of less than a kilobyte that claims any size and any number of scans."""
    components = b"".join(bytes((i + 1, s, 0)) for i, s in enumerate(sampling))
    frame = struct.pack(">BHHB", 8, height, width, len(sampling)) + components
    scan = bytes((1, 1, 0, 0, 63, 0))
    parts = [b"\xff\xd8", bytes((0xFF, marker)), struct.pack(">H", len(frame) + 2), frame]
    for _ in range(scans):
        parts += [b"\xff\xda", struct.pack(">H", len(scan) + 2), scan, b"\x00"]
    return b"".join([*parts, b"\xff\xd9"])


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int, *, colour_type: int = 2, rows: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


# --- good pictures


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("jpeg", encoded(picture())),
        ("progressive", encoded(picture(), progressive=True)),
        ("grey jpeg", encoded(picture(mode="L"))),
        ("cmyk", encoded(picture(mode="CMYK"))),
        ("png", encoded(picture(), "PNG")),
        ("palette", encoded(picture(mode="P"), "PNG")),
        ("1 bit", encoded(picture(mode="1"), "PNG")),
        ("grey png", encoded(picture(mode="L"), "PNG")),
        ("16 bit", encoded(Image.new("I;16", (900, 600), 30_000), "PNG")),
        ("alpha", encoded(picture(mode="RGBA"), "PNG")),
        ("grey and alpha", encoded(picture(mode="LA"), "PNG")),
        ("webp", encoded(picture(), "WEBP")),
        ("lossless webp with alpha", encoded(picture(mode="RGBA"), "WEBP", lossless=True)),
        ("animated webp", encoded(picture(), "WEBP", save_all=True, append_images=[picture().rotate(180)])),
    ],
)
def test_every_kind_of_real_picture_is_rendered(name, data):
    rendered = images.render(data)
    assert (rendered.width, rendered.height) == (900, 600)
    assert [(one.media_type, one.width, one.height) for one in rendered.renditions] == [
        ("image/jpeg", 320, 213),
        ("image/webp", 320, 213),
        ("image/jpeg", 640, 427),
        ("image/webp", 640, 427),
        ("image/jpeg", 900, 600),
        ("image/webp", 900, 600),
    ]
    for one in rendered.renditions:
        with Image.open(io.BytesIO(one.data)) as again:
            assert (again.get_format_mimetype(), again.size, again.mode) == (
                one.media_type,
                (one.width, one.height),
                "RGB",
            )


@pytest.mark.parametrize(
    "data", [encoded(picture(mode="CMYK")), encoded(picture(mode="P"), "PNG"), encoded(picture(), "WEBP")]
)
def test_colours_survive(data):
    small = opened(images.render(data).renditions[0].data)
    assert is_near(small.getpixel((20, 20)), GREEN)
    assert is_near(small.getpixel((100, 150)), RED)
    assert is_near(small.getpixel((250, 150)), BLUE)


def test_heic_of_a_phone_is_rendered_upright():
    heif = pillow_heif.from_pillow(picture(900, 600))
    out = io.BytesIO()
    heif.save(out, quality=90, exif=phone_exif(6))
    assert inspect(out.getvalue(), "IMG_0001.HEIC").format is ImageFormat.HEIC
    rendered = images.render(out.getvalue())
    assert (rendered.width, rendered.height) == (600, 900)
    assert is_near(opened(rendered.master).getpixel((560, 40)), GREEN)
    assert b"Telepon Rahasia" not in rendered.master


@pytest.mark.parametrize(
    ("orientation", "size", "green_at"),
    [
        (1, (900, 600), (40, 40)),
        (2, (900, 600), (860, 40)),
        (3, (900, 600), (860, 560)),
        (4, (900, 600), (40, 560)),
        (5, (600, 900), (40, 40)),
        (6, (600, 900), (560, 40)),
        (7, (600, 900), (560, 860)),
        (8, (600, 900), (40, 860)),
        (99, (900, 600), (40, 40)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(kind, orientation, size, green_at):
    rendered = images.render(encoded(picture(), kind, exif=phone_exif(orientation)))
    assert (rendered.width, rendered.height) == size
    assert is_near(opened(rendered.master).getpixel(green_at), GREEN)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_metadata_is_left(kind):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    secrets = {"exif": phone_exif(), "icc_profile": profile, "xmp": b"<x:xmpmeta>Rahasia XMP</x:xmpmeta>"}
    if kind == "JPEG":
        secrets["comment"] = b"Rahasia komentar"
    if kind == "PNG":
        secrets["pnginfo"] = PngImagePlugin.PngInfo()
        secrets["pnginfo"].add_text("Author", "Rahasia teks")
    data = encoded(picture(), kind, **secrets)
    assert b"Rahasia" in data
    rendered = images.render(data)
    for kept in (rendered.master, *(one.data for one in rendered.renditions)):
        assert not any(word in kept for word in (b"Rahasia", b"Exif", b"EXIF", b"ICC_PROFILE", b"ICCP", b"xmp"))
        with Image.open(io.BytesIO(kept)) as again:
            assert not again.getexif()
            assert set(again.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progression",
                "progressive",
                "loop",
                "background",
                "timestamp",
                "duration",
            }


def test_broken_metadata_does_not_make_a_broken_picture():
    rendered = images.render(
        encoded(picture(), exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff garbage", icc_profile=b"garbage")
    )
    assert (rendered.width, rendered.height) == (900, 600)


def test_a_picture_is_never_enlarged():
    rendered = images.render(encoded(picture(200, 100)))
    assert [(one.width, one.height) for one in rendered.renditions] == [(200, 100), (200, 100)]


def test_a_large_picture_is_kept_at_2560_pixels():
    rendered = images.render(encoded(picture(6000, 4000)))
    assert (rendered.width, rendered.height) == (2560, 1707)
    assert max(one.width for one in rendered.renditions) == 1280


def test_a_very_narrow_picture_is_no_problem():
    rendered = images.render(encoded(picture(3, 20_000), "PNG"))
    assert (rendered.width, rendered.height) == (1, 2560)


def test_one_pixel_is_a_picture():
    assert images.render(encoded(Image.new("RGB", (1, 1), RED), "PNG")).width == 1


def test_transparency_becomes_white():
    image = Image.new("RGBA", (400, 400), (200, 0, 0, 0))
    assert is_near(opened(images.render(encoded(image, "PNG")).master).getpixel((200, 200)), (255, 255, 255), 3)


def test_colour_key_transparency_becomes_white():
    data = encoded(picture(), "PNG", transparency=RED)
    assert is_near(opened(images.render(data).master).getpixel((200, 400)), (255, 255, 255), 3)


def test_sixteen_bits_keep_their_brightness():
    data = encoded(Image.new("I;16", (400, 300), 0x8000), "PNG")
    assert is_near(opened(images.render(data).master).getpixel((10, 10)), (128, 128, 128), 3)


def test_the_dominant_colour_is_that_of_the_larger_part():
    image = Image.new("RGB", (800, 600), BLUE)
    image.paste(RED, (0, 0, 200, 600))
    colour = images.render(encoded(image, "PNG")).colour
    assert is_near(tuple(bytes.fromhex(colour[1:])), BLUE, 8)


@pytest.mark.parametrize(
    "trailer", [b"\x00" * 4096, b"\x00\x00\x00\x18ftypmp42" + b"\x17" * 5000, encoded(picture(64, 64))]
)
def test_what_phones_hang_behind_a_picture_is_dropped(trailer):
    """Motion photos carry a video, depth pictures a second JPEG."""
    rendered = images.render(encoded(picture()) + trailer)
    assert b"ftyp" not in rendered.master
    assert opened(rendered.master).size == (900, 600)


@pytest.mark.parametrize(
    "name", ["foto.JPG", "kemplang ikan – “enak”.jpeg", "IMG.HEIC", "foto", "", "a" * 300 + ".png", "..\\x.webp"]
)
def test_names_of_real_pictures_pass(name):
    assert inspect(encoded(picture(40, 40)), name).format is ImageFormat.JPEG


def test_clean_jpeg_is_small_and_bare():
    cleaned = images.clean_jpeg(encoded(picture(3000, 2000), exif=phone_exif(6)), side=1000)
    assert opened(cleaned).size == (667, 1000)
    assert b"Rahasia" not in cleaned


# --- what is refused


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "SVG"),
        (encoded(picture(50, 50), "GIF"), "GIF"),
        (encoded(picture(50, 50), "BMP"), "BMP"),
        (encoded(picture(50, 50), "TIFF"), "TIFF"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04" + b"\0" * 30, "ZIP"),
        (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "AVIF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video"),
        (b"<html><body>", ""),
        (b"\x00", ""),
        (b"halo", ""),
        (jpeg_claiming(100, 100, marker=0xC9), "JPEG"),
    ],
)
def test_other_formats_are_refused_by_content(data, found):
    with pytest.raises(ImageTypeError) as caught:
        images.render(data)
    assert caught.value.found == found


@pytest.mark.parametrize("name", ["foto.svg", "foto.jpg.php", "x.html", "x.gif", "x.exe"])
def test_other_extensions_are_refused(name):
    with pytest.raises(ImageTypeError):
        inspect(encoded(picture(40, 40)), name)


def test_an_empty_file_is_refused():
    with pytest.raises(ImageEmptyError):
        inspect(b"")


def test_too_many_bytes_are_refused():
    with pytest.raises(ImageTooLargeError) as caught:
        inspect(b"\xff\xd8\xff" + b"\0" * image_facts.MAX_BYTES)
    assert caught.value.limit_bytes == 10 * 1024 * 1024


@pytest.mark.parametrize(
    "data",
    [
        jpeg_claiming(65_500, 65_500),
        jpeg_claiming(65_500, 65_500, marker=0xC2),
        jpeg_claiming(65_500, 65_500)[:30],
        png_of(100_000, 100_000),
        png_of(2**31 - 1, 2**31 - 1),
        b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0" * 4 + b"\xff\x3f\0" * 2,
        b"RIFF" + struct.pack("<I", 18) + b"WEBPVP8L" + struct.pack("<I", 5) + b"\x2f" + b"\xff" * 5,
    ],
)
def test_a_claim_of_too_many_pixels_is_refused_before_decoding(data, monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("decoded"))
    before = time.process_time()
    with pytest.raises(ImageTooManyPixelsError) as caught:
        images.render(data)
    assert caught.value.width * caught.value.height > caught.value.limit
    assert time.process_time() - before < 2  # a collection of garbage may fall into it


def test_a_heic_that_claims_too_many_pixels_is_refused_before_decoding(monkeypatch):
    out = io.BytesIO()
    pillow_heif.from_pillow(picture(320, 240)).save(out, quality=60)
    data = out.getvalue()
    assert (inspect(data).width, inspect(data).height) == (320, 240)
    claims = re.sub(rb"(ispe\0\0\0\0).{8}", rb"\1" + struct.pack(">II", 60_000, 60_000), data, flags=re.DOTALL)
    monkeypatch.setattr(pillow_heif, "open_heif", lambda *_: pytest.fail("decoded"))
    with pytest.raises(ImageTooManyPixelsError):
        images.render(claims)


def test_forty_megapixels_of_a_phone_are_not_too_many():
    assert inspect(jpeg_claiming(7296, 5472)).width == 7296
    assert inspect(jpeg_claiming(7296, 5472, marker=0xC2, sampling=b"\x22\x11\x11")).height == 5472
    assert inspect(jpeg_claiming(7296, 5472, marker=0xC2)).height == 5472
    assert not inspect(jpeg_claiming(6300, 4700, marker=0xC2, sampling=b"\x11" * 4)).is_heavy
    for heavy in ({"marker": 0xC2}, {"scans": 3}):  # CMYK: 319 MB of coefficients
        assert inspect(jpeg_claiming(7296, 5472, sampling=b"\x11" * 4, **heavy)).is_heavy
    assert not inspect(jpeg_claiming(7296, 5472, sampling=b"\x11" * 4)).is_heavy


def test_five_colours_are_no_picture():
    with pytest.raises(ImageDamagedError):
        inspect(jpeg_claiming(700, 500, marker=0xC2, sampling=b"\x11" * 5))


def test_hundreds_of_scans_are_refused():
    with pytest.raises(ImageDamagedError):
        inspect(jpeg_claiming(4000, 3000, marker=0xC2, scans=500, sampling=b"\x22\x11\x11"))


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.9, 0.995])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_truncated_picture_is_refused(kind, keep):
    image = Image.effect_noise((600, 400), 60).convert("RGB")
    if kind == "HEIF":
        out = io.BytesIO()
        pillow_heif.from_pillow(image).save(out, quality=80)
        data = out.getvalue()
    else:
        data = encoded(image, kind)
    with pytest.raises((ImageDamagedError, ImageTypeError)):
        images.render(data[: int(len(data) * keep)])


def zip_with_script() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.html", "<b>x</b>")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "payload",
    [
        zip_with_script(),
        b"<?php system($_GET['c']); ?>",
        b"<SCRIPT>alert(1)</SCRIPT>",
        b"%PDF-1.7 ...",
        b"<svg onload=x>",
    ],
)
def test_a_picture_that_is_also_something_else_is_refused(kind, payload):
    with pytest.raises(ImagePolyglotError):
        images.render(encoded(picture(80, 60), kind) + payload)


def test_a_script_in_a_comment_is_refused():
    with pytest.raises(ImagePolyglotError):
        inspect(encoded(picture(80, 60), comment=b"<script>alert(1)</script>"))


def test_a_png_whose_rows_are_a_bomb_is_refused():
    rows = zlib.compress(b"\0" * 30_000_000, 9)  # far more than 100 x 100 pixels need
    rendered_or_refused(png_of(100, 100, rows=rows))
    with pytest.raises(ImageDamagedError):
        images.render(png_of(100, 100, rows=zlib.compress(b"\0" * 10)))


def rendered_or_refused(data: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(ImageError):
        images.render(data)
    assert time.process_time() - started < 8


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_flipped_bytes_never_give_another_error(kind):
    """Any answer is fine but an untyped exception."""
    import random

    chance = random.Random(20261124)
    image = picture(160, 120)
    if kind == "HEIF":
        out = io.BytesIO()
        pillow_heif.from_pillow(image).save(out, quality=60)
        data = out.getvalue()
    else:
        data = encoded(image, kind)
    for _ in range(150):
        hostile = bytearray(data)
        for _ in range(chance.randint(1, 12)):
            hostile[chance.randrange(len(hostile))] = chance.randrange(256)
        rendered_or_refused(bytes(hostile))


@pytest.mark.parametrize(
    "head", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"]
)
@pytest.mark.parametrize("rest", [b"", b"\0", b"\xff" * 100, b"\0" * 5000, bytes(range(256)) * 20])
def test_magic_bytes_alone_are_damaged(head, rest):
    with pytest.raises((ImageDamagedError, ImageTypeError, ImageTooManyPixelsError)):
        images.render(head + rest)
