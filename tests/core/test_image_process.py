"""The process that decodes: the largest pictures of every kind stay inside its memory, and its end is not ours."""

import fcntl
import json
import re
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from gallery.core import image_process, images
from gallery.core.image_facts import ImageDamagedError, ImageTypeError, inspect
from tests.core.test_images import encoded, is_near, opened, phone_exif, picture, png_chunk

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 7296, 5472  # 39.9 megapixels
MOST_MEGABYTES, MOST_HEAVY_MEGABYTES, MOST_SECONDS = 300, 700, 8
# Run as the process itself runs, and then say how much memory it had at most.
MEASURE = """
import sys, time
from gallery.core import image_process
image_process._main(sys.argv[1], int(sys.argv[2]))
with open("/proc/self/status") as status:
    high = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(high // 1024, time.process_time(), file=sys.stderr)
"""


def measured(data: bytes, memory_bytes: int = image_process.MEMORY_BYTES) -> tuple[dict, int, float]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, "render", str(memory_bytes)],
        input=data,
        capture_output=True,
        check=True,
        cwd=ROOT,
        env=image_process._ENVIRONMENT,
    )
    megabytes, seconds = done.stderr.split()
    return json.loads(done.stdout.partition(b"\n")[0]), int(megabytes), float(seconds)


def coloured(mode: str = "RGB") -> Image.Image:
    """Forty megapixels of many colours, so that no encoder falls back to a palette."""
    slope = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    image = Image.merge("RGB", [slope, slope.transpose(Image.Transpose.ROTATE_180), Image.new("L", slope.size, 90)])
    if mode == "RGBA":
        image.putalpha(Image.radial_gradient("L").resize(slope.size))
    return image.convert(mode)


def grainy() -> Image.Image:
    return Image.effect_noise((WIDTH // 8, HEIGHT // 8), 60).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def png(bits: int, colour_type: int, *, is_interlaced: bool = False) -> bytes:
    """A PNG as no library at hand writes it: with 16 bits and interlaced."""
    length = {0: 1, 2: 3, 4: 2, 6: 4}[colour_type] * bits // 8
    passes = [(0, 0, 1, 1)]
    if is_interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    packer, pixels, rows = zlib.compressobj(1), bytes(range(256)) * (WIDTH * length // 256 + 1), []
    for left, top, across, down in passes:
        row = b"\0" + pixels[: -(-(WIDTH - left) // across) * length]
        rows += [packer.compress(row) for _ in range(-(-(HEIGHT - top) // down))]
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, colour_type, 0, 0, int(is_interlaced))
    body = b"".join([*rows, packer.flush()])
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


def heic(name: str) -> bytes:
    """Forty megapixels as x265 wrote them once (pillow_heif, quality 30): encoding them takes seconds."""
    return (Path(__file__).parent / "pictures" / f"{name}.heic").read_bytes()


LARGEST = {
    "baseline jpeg": lambda: encoded(grainy().convert("RGB"), quality=60),
    "progressive jpeg": lambda: encoded(grainy().convert("RGB"), quality=60, progressive=True),
    "progressive jpeg in full colour": lambda: encoded(coloured(), quality=60, progressive=True, subsampling=0),
    "lossy webp": lambda: encoded(grainy().convert("RGB"), "WEBP", quality=50, method=0),
    "lossless webp": lambda: encoded(coloured(), "WEBP", lossless=True, method=0),
    "webp with alpha": lambda: encoded(coloured("RGBA"), "WEBP", quality=50, alpha_quality=50, method=1),
    "lossless webp with alpha": lambda: encoded(coloured("RGBA"), "WEBP", lossless=True, method=0),
    "animated webp": lambda: encoded(
        coloured("RGBA"),
        "WEBP",
        lossless=True,
        method=0,
        save_all=True,
        append_images=[Image.new("RGBA", (WIDTH, HEIGHT))],
    ),
    "png": lambda: png(8, 2),
    "png with alpha": lambda: png(8, 6),
    "16-bit png with alpha, interlaced": lambda: png(16, 6, is_interlaced=True),
    "16-bit grey png with alpha": lambda: png(16, 4),
    "heic": lambda: heic("8-bits"),
}
HEAVY = {
    "progressive cmyk jpeg": lambda: encoded(
        Image.new("CMYK", (WIDTH, HEIGHT), (90, 10, 60, 20)), quality=60, progressive=True
    ),
    "heic with 10 bits": lambda: heic("10-bits"),
    "heic in full colour": lambda: heic("full-colour"),
    "heic with 10 bits in full colour": lambda: heic("10-bits-full-colour"),
    "heic with alpha": lambda: heic("alpha"),
}


@pytest.mark.processes
@pytest.mark.parametrize("kind", LARGEST)
def test_the_largest_pictures_stay_within_memory_and_time(kind):
    data = LARGEST[kind]()
    assert inspect(data).width * inspect(data).height > 39_900_000
    facts, megabytes, seconds = measured(data)
    assert "refused" not in facts
    assert facts["width"] >= 1280
    assert [width for _, width, _ in facts["renditions"]] == [320, 320, 640, 640, 1280, 1280]
    assert megabytes <= MOST_MEGABYTES
    assert seconds <= MOST_SECONDS


@pytest.mark.processes
@pytest.mark.parametrize("kind", HEAVY)
def test_what_no_phone_writes_has_a_larger_bound(kind):
    data = HEAVY[kind]()
    about = inspect(data)
    assert about.width * about.height > 39_900_000
    assert about.is_heavy
    facts, megabytes, seconds = measured(data, image_process.HEAVY_MEMORY_BYTES)
    assert "refused" not in facts
    assert facts["width"] >= 1280
    assert megabytes <= MOST_HEAVY_MEGABYTES
    assert seconds <= MOST_SECONDS


@pytest.mark.parametrize("name", ["10-bits", "full-colour", "10-bits-full-colour", "alpha"])
def test_smaller_ones_of_these_are_pictures_like_others(name):
    small = re.sub(rb"(ispe\0\0\0\0).{8}", rb"\1" + struct.pack(">II", 4000, 3000), heic(name), flags=re.DOTALL)
    assert not inspect(small).is_heavy


@pytest.mark.processes
def test_heavy_pictures_wait_for_each_other_in_all_processes(monkeypatch):
    seen = []

    def look(command, **_given):
        with Path(image_process.__file__).open("rb") as other_process:
            try:
                fcntl.flock(other_process, fcntl.LOCK_EX | fcntl.LOCK_NB)
                seen.append((int(command[-1]), "free"))
            except BlockingIOError:
                seen.append((int(command[-1]), "taken"))
        return subprocess.CompletedProcess(command, -signal.SIGXCPU, b"", b"")

    monkeypatch.setattr(subprocess, "run", look)
    for data in (heic("alpha"), encoded(picture(30, 30)), heic("8-bits")):
        with pytest.raises(ImageDamagedError):
            image_process.render(data)
    ordinary, heavy = image_process.MEMORY_BYTES, image_process.HEAVY_MEMORY_BYTES
    assert seen == [(heavy, "taken"), (ordinary, "free"), (ordinary, "free")]


@pytest.mark.processes
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"exif": phone_exif(6)}),
        ("PNG", {"exif": phone_exif(6)}),
        ("WEBP", {"exif": phone_exif(6), "lossless": True}),
    ],
)
def test_the_process_gives_what_the_function_gives(kind, options):
    data = encoded(picture(), kind, **options)
    assert image_process.render(data) == images.render(data)
    assert image_process.clean_jpeg(data, "a.jpg", 200) == images.clean_jpeg(data, "a.jpg", 200)
    assert opened(image_process.clean_jpeg(data)).size == (600, 900)


@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("lossless", [False, True])
def test_an_animation_is_its_first_picture(has_alpha, lossless):
    mode = "RGBA" if has_alpha else "RGB"
    first, second = picture(mode=mode), Image.new(mode, (900, 600), "white")
    if has_alpha:
        first.putpixel((0, 0), (0, 0, 0, 0))
    data = encoded(first, "WEBP", lossless=lossless, save_all=True, append_images=[second])
    shown = opened(images.render(data).master)
    assert is_near(shown.getpixel((100, 500)), (200, 30, 30))
    assert is_near(shown.getpixel((800, 300)), (30, 60, 200))


def test_what_is_damaged_inside_is_refused_by_the_process():
    data = encoded(Image.effect_noise((300, 200), 60).convert("RGB"), "WEBP", lossless=True)
    with pytest.raises(ImageDamagedError):
        image_process.render(data[:60] + b"\xff" * 4000 + data[4060:])


def test_a_wrong_name_is_refused_before_a_process_starts(monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("started"))
    with pytest.raises(ImageTypeError):
        image_process.clean_jpeg(encoded(picture(30, 30)), "foto.svg")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (-signal.SIGSEGV, ImageDamagedError),
        (-signal.SIGXCPU, ImageDamagedError),
        (-signal.SIGTERM, image_process.ImageProcessError),  # the server is stopped: the picture is not to blame
        (-signal.SIGKILL, image_process.ImageProcessError),
        (1, image_process.ImageProcessError),
    ],
)
def test_how_the_process_ended_says_whose_fault_it_was(monkeypatch, code, error):
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, code, b"", b"x"))
    with pytest.raises(error):
        image_process.render(encoded(picture(30, 30)))


def test_the_process_knows_neither_the_application_nor_its_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "geheim")
    code = "import os, sys; from gallery.core import image_process; print(*sorted(sys.modules), *sorted(os.environ))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        cwd=ROOT,
        env=image_process._ENVIRONMENT,
        text=True,
    )
    assert not {"flask", "sqlalchemy", "gallery.core.db", "SECRET_KEY"} & set(done.stdout.split())


@pytest.mark.processes
def test_memory_beyond_the_limit_is_not_to_be_had():
    code = (
        "from gallery.core import image_process, images\n"
        "image_process._limit()\n"
        "images.render = lambda data: bytearray(image_process.MEMORY_BYTES)\n"
        "image_process._main('render')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=b"x", capture_output=True, check=False, cwd=ROOT, text=False
    )
    assert b"MemoryError" in done.stderr
