"""SVG to pixels, with resvg and our own fonts only: the same picture on every machine."""

import functools
from io import BytesIO

import resvg_py
from PIL import Image

from gallery.demo.pictures.canvas import FONT_FILES, SIZE, Sketch, document, stage


def picture(svg: str, width: int, height: int | None = None) -> Image.Image:
    """Return ``svg`` as an RGBA picture ``width`` pixels wide."""
    data = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        height=height or width,
        skip_system_fonts=True,
        font_files=[str(path) for path in FONT_FILES.values()],
    )
    with Image.open(BytesIO(bytes(data))) as opened:
        return opened.convert("RGBA")


@functools.cache
def _stage(ground: str, width: int) -> Image.Image:
    return picture(document(Sketch(0), stage(ground)), width)


def on_stage(ground: str, svg: str, width: int = SIZE) -> Image.Image:
    """Return a transparent drawing in front of its wall and table, which are rendered once for all (half the time)."""
    return Image.alpha_composite(_stage(ground, width), picture(svg, width)).convert("RGB")


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """Return the JPEG a telephone would have sent."""
    out = BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def webp(image: Image.Image, quality: int = 76) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=quality, method=6, alpha_quality=80)
    return out.getvalue()
