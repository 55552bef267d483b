"""The drawn pictures that are part of the site itself: ``static/img/hero-*.webp`` and ``og.jpg``."""

from pathlib import Path

from gallery.demo.pictures.raster import jpeg, webp
from gallery.demo.pictures.scenes import hero, share_picture

HERO = {480: 23_000, 760: 41_000, 1120: 66_000}
"""Widths of the home page's picture and the most bytes each may weigh."""
SHARE_TITLE = ["Galeri UMKM", "Bangka Belitung"]
SHARE_LINE = "Ayo beli produk UMKM"


def write(folder: Path) -> list[Path]:
    """Write the pictures into ``folder``, each within its weight, and return their paths."""
    written = []
    for width, most in HERO.items():
        image = hero(width)
        data = next(d for quality in range(78, 30, -4) if len(d := webp(image, quality)) <= most)
        written.append(folder / f"hero-{width}.webp")
        written[-1].write_bytes(data)
    written.append(folder / "og.jpg")
    written[-1].write_bytes(jpeg(share_picture(SHARE_TITLE, SHARE_LINE), 84))
    return written
