"""Words on packs: the paper label and the direct print."""

from gallery.demo.pictures.canvas import Sketch, band, fitted, text
from gallery.demo.pictures.design import Design

REGULAR = 600


def patch(s: Sketch, d: Design, x: float, y: float, w: float, h: float, size: float = 46) -> str:
    """Return a paper label with place, name, small print and a strip of cual."""
    c = d.colours
    room = w - 30
    cx = x + w / 2
    strip = min(34, h * 0.17)
    size = min(fitted(d.lines, size, room), (h - strip - 62) / (len(d.lines) + 0.35))
    small = fitted([d.small_print], size * 0.44, room, REGULAR)
    brand = fitted([d.place.upper()], 17, room, REGULAR, 2)
    block = brand + 12 + size * 1.04 * len(d.lines) + small * 1.3
    line = y + (h - strip - 12 - block) / 2 + brand
    out = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="10" fill="{c.paper}"/>'
    out += f'<rect x="{x + 5}" y="{y + 5}" width="{w - 10}" height="{h - 10}" rx="7" fill="none" stroke="{c.paper_accent}" stroke-opacity=".25" stroke-width="2"/>'
    out += text(d.place.upper(), cx, line, brand, c.paper_accent, REGULAR, 2)
    line += 4
    for words in d.lines:
        line += size * 1.04
        out += text(words, cx, line, size, c.paper_ink)
    out += text(d.small_print, cx, line + small * 1.6, small, c.paper_ink, REGULAR)
    return out + band(s, x, y + h - strip - 12, w, strip, c.paper_accent, c.paper)


def printed(s: Sketch, d: Design, cx: float, y: float, w: float, size: float = 66) -> tuple[str, float]:
    """Return words printed on the pack itself, and where they end."""
    c = d.colours
    size = fitted(d.lines, size, w)
    small = fitted([d.sub or d.net], 27, w, REGULAR)
    brand = fitted([d.place.upper()], 20, w, REGULAR, 3)
    out, line = text(d.place.upper(), cx, y, brand, c.accent, REGULAR, 3), y + 8
    for words in d.lines:
        line += size * 1.0
        out += text(words, cx, line, size, c.ink)
    if d.sub:
        line += small * 1.45
        out += text(d.sub, cx, line, small, c.accent, REGULAR)
    line += 20
    out += band(s, cx - w / 2 - 12, line, w + 24, 40, c.accent, c.body)
    return out, line + 40
