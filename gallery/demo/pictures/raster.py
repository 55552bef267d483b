"""SVG to pixels, with resvg and our own fonts only: the same picture on every machine."""

from io import BytesIO

import resvg_py
from PIL import Image

from gallery.demo.pictures.canvas import FONT_FILES


def png(svg: str, width: int, height: int | None = None) -> bytes:
    """Return the PNG of ``svg`` at ``width`` pixels."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            width=width,
            height=height or width,
            skip_system_fonts=True,
            font_files=[str(path) for path in FONT_FILES.values()],
        )
    )


def jpeg(svg: str, width: int, height: int | None = None, quality: int = 90) -> bytes:
    """Return ``svg`` as the JPEG a telephone would have sent."""
    out = BytesIO()
    with Image.open(BytesIO(png(svg, width, height))) as picture:
        picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()
