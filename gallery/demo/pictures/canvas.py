"""A sketch (definitions, clips, chance) and the strokes shared by every drawing: text, cloth pattern, shadow."""

import functools
import itertools
import random
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
FONT_FILES = {600: FONTS / "PlusJakartaSans-SemiBold.ttf", 800: FONTS / "PlusJakartaSans-ExtraBold.ttf"}
BOLD = 800
SIZE = 800
"""Side of the square every product is drawn in."""

DEFS = """
<radialGradient id="spot" cx=".42" cy=".3" r=".75"><stop offset="0" stop-color="#fff" stop-opacity=".8"/>
<stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
<radialGradient id="shade"><stop offset="0" stop-color="#2b2117" stop-opacity=".55"/>
<stop offset=".45" stop-color="#2b2117" stop-opacity=".3"/><stop offset=".75" stop-color="#2b2117" stop-opacity=".09"/>
<stop offset="1" stop-color="#2b2117" stop-opacity="0"/></radialGradient>
<linearGradient id="gloss"><stop offset="0" stop-color="#000" stop-opacity=".22"/>
<stop offset=".18" stop-color="#fff" stop-opacity=".28"/><stop offset=".42" stop-color="#fff" stop-opacity="0"/>
<stop offset=".8" stop-color="#000" stop-opacity=".05"/><stop offset="1" stop-color="#000" stop-opacity=".28"/>
</linearGradient>
<linearGradient id="fold" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".24"/>
<stop offset=".35" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".36"/>
</linearGradient>
<linearGradient id="pewter"><stop offset="0" stop-color="#5E6A70"/><stop offset=".2" stop-color="#E8EDEF"/>
<stop offset=".38" stop-color="#A9B4B9"/><stop offset=".62" stop-color="#7F8B91"/><stop offset=".82" stop-color="#D5DCDF"/>
<stop offset="1" stop-color="#57636A"/></linearGradient>
<linearGradient id="silver" x2="0" y2="1"><stop offset="0" stop-color="#F4F7F8"/><stop offset=".5" stop-color="#AEB9BE"/>
<stop offset="1" stop-color="#6B777D"/></linearGradient>
<linearGradient id="gold" x2="0" y2="1"><stop offset="0" stop-color="#F5DFA3"/><stop offset=".5" stop-color="#D9B25F"/>
<stop offset="1" stop-color="#9C7A30"/></linearGradient>
"""

GROUNDS = {
    "sand": ("#EFE9DC", "#E2D8C4"),
    "mint": ("#DDEBE8", "#C2D8D4"),
    "sky": ("#E1EAF0", "#C6D6E0"),
    "rose": ("#F3E2DE", "#E2C9C2"),
    "lime": ("#EDF2DA", "#D7E0B4"),
    "honey": ("#F6E9CC", "#E6CF9F"),
    "stone": ("#E3E6E7", "#CBD1D3"),
    "peach": ("#F8E4D2", "#EBCBAC"),
    "sun": ("#F8EDC6", "#ECDA99"),
    "lilac": ("#EAE4EE", "#D3C8DB"),
    "clay": ("#EBDCD0", "#D4BBA6"),
    "sea": ("#D6E8EA", "#B4D2D6"),
}
"""Wall and table of the little stage, by name."""


@dataclass
class Sketch:
    """One drawing being made: its chance, its definitions, and names nobody else uses."""

    seed: int
    rng: random.Random = field(init=False)
    defs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self._names = itertools.count(1)

    def clip(self, outline: str, content: str) -> str:
        """Return ``content`` cut to ``outline``."""
        name = f"c{next(self._names)}"
        self.defs.append(f'<clipPath id="{name}">{outline}</clipPath>')
        return f'<g clip-path="url(#{name})">{content}</g>'

    def between(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)


def document(sketch: Sketch, body: str, width: int = SIZE, height: int = SIZE) -> str:
    """Return the whole SVG of a finished sketch."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<defs>{DEFS}{''.join(sketch.defs)}</defs>{body}</svg>"
    )


def stage(ground: str) -> str:
    """Return the wall and the table products stand on."""
    wall, table = GROUNDS[ground]
    return (
        f'<rect width="800" height="800" fill="{wall}"/><rect y="560" width="800" height="240" fill="{table}"/>'
        f'<path d="M0 560H800" stroke="#fff" stroke-opacity=".35" stroke-width="3"/>'
        '<rect width="800" height="800" fill="url(#spot)"/>'
    )


def shadow(cx: float, cy: float, rx: float, ry: float = 34) -> str:
    return (
        f'<ellipse cx="{cx + 14:.0f}" cy="{cy:.0f}" rx="{rx * 1.16:.0f}" ry="{ry * 1.25:.0f}" fill="url(#shade)"/>'
        f'<ellipse cx="{cx + 4:.0f}" cy="{cy - 4:.0f}" rx="{rx:.0f}" ry="{ry * 0.55:.0f}" fill="url(#shade)"/>'
    )


@functools.cache
def _measure(weight: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_FILES[weight]), 100)


def width_of(words: str, size: float, weight: int = BOLD, spacing: float = 0) -> float:
    """Return how wide ``words`` are when written."""
    return float(_measure(weight).getlength(words)) * size / 100 + spacing * len(words)


def fitted(lines: list[str], size: float, room: float, weight: int = BOLD, spacing: float = 0) -> float:
    """Return the largest size up to ``size`` at which every line fits in ``room``."""
    widest = max(width_of(line, size, weight, spacing) for line in lines)
    return size if widest <= room else size * room / widest


def text(
    words: str,
    x: float,
    y: float,
    size: float,
    fill: str = "#fff",
    weight: int = BOLD,
    spacing: float = 0,
    anchor: str = "middle",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="Plus Jakarta Sans" font-size="{size:.1f}" font-weight="{weight}" '
        f'letter-spacing="{spacing}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'
    )


def lozenge(x: float, y: float, unit: float, fills: tuple[str, ...], rings: tuple[int, ...] = (4, 2, 0)) -> str:
    """Return the stepped diamond of woven cual cloth."""
    out = ""
    for index, ring in enumerate(rings):
        path = ""
        for row in range(-ring, ring + 1):
            reach = ring - abs(row)
            left, top, run = x - (reach + 0.5) * unit, y + (row - 0.5) * unit, (2 * reach + 1) * unit
            path += f"M{left:.1f} {top:.1f}h{run:.1f}v{unit:.1f}h{-run:.1f}z"
        out += f'<path d="{path}" fill="{fills[index % len(fills)]}"/>'
    return out


def band(sketch: Sketch, x: float, y: float, w: float, h: float, front: str, back: str) -> str:
    """Return a strip of cual pattern, the signature on every label."""
    unit = h / 11
    cells = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{back}"/>'
    count = int(w / (unit * 20)) + 2
    for i in range(-count, count + 1):
        cx = x + w / 2 + i * unit * 10
        cells += lozenge(cx, y + h / 2, unit, (front, back, front))
        cells += lozenge(cx + unit * 5, y, unit, (front,), (2,)) + lozenge(cx + unit * 5, y + h, unit, (front,), (2,))
    return sketch.clip(f'<rect x="{x}" y="{y}" width="{w}" height="{h}"/>', cells)


def moved(content: str, x: float, y: float, scale: float = 1, turn: float = 0) -> str:
    return f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f}) scale({scale:.3f})">{content}</g>'
