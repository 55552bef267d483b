"""Flexible packs: standing pouches, pillow bags, vacuum packs, sacks and paste wrapped in paper."""

from gallery.demo.pictures.canvas import Sketch, band, fitted, moved, shadow, text
from gallery.demo.pictures.design import Design
from gallery.demo.pictures.labels import REGULAR, patch, printed
from gallery.demo.pictures.pieces import PIECES, filling, heap

WINDOWS = {
    "rect": '<path d="M{l} {t}H{r}V{b}Q{m} {deep} {l} {b}Z"/>',
    "oval": '<rect x="{l}" y="{t}" width="{w}" height="{h}" rx="{half}"/>',
    "arch": '<path d="M{l} {b}V{mid}Q{l} {t} {m} {t}T{r} {mid}V{b}Z"/>',
    "circle": '<circle cx="{m}" cy="{mid}" r="{half}"/>',
    "wave": '<path d="M{l} {mid}Q{q} {t} {m} {mid}T{r} {t}V{b}Q{m} {deep} {l} {b}Z"/>',
    "leaf": '<path d="M{l} {b}Q{l} {t} {m} {t}H{r}Q{r} {b} {m} {b}Z"/>',
}


def window(style: str, left: float, top: float, width: float, height: float) -> str:
    """Return the outline of a clear window of the given style."""
    return WINDOWS[style].format(
        l=left,
        t=top,
        r=left + width,
        b=top + height,
        w=width,
        h=height,
        m=left + width / 2,
        mid=top + height / 2,
        q=left + width / 4,
        half=height / 2,
        deep=top + height + 20,
    )


def bag(cx: float, top: float, w: float, h: float) -> str:
    """Return the outline of a standing pouch."""
    x, b = cx - w / 2, top + h
    return (
        f"M{x + 10} {top}H{x + w - 10}L{x + w - 4} {top + 70}C{x + w + 16} {top + h * 0.5} {x + w + 14} {b - 60} "
        f"{x + w - 6} {b - 10}Q{cx} {b + 26} {x + 6} {b - 10}C{x - 14} {b - 60} {x - 16} {top + h * 0.5} {x + 4} {top + 70}Z"
    )


def pouch(cx: float, top: float, w: float, h: float, body: str, seal: str, inside: str = "") -> str:
    """Return a standing pouch with a sealed top; ``inside`` is what is printed or seen on it."""
    x, path = cx - w / 2, bag(cx, top, w, h)
    ribs = "".join(
        f'<path d="M{x + 10} {top + 9 + i * 9}H{x + w - 10}" stroke="#000" stroke-opacity=".1" stroke-width="2"/>'
        for i in range(4)
    )
    return (
        f'{shadow(cx, top + h + 4, w * 0.56)}<path d="{path}" fill="{body}"/>{inside}<path d="{path}" fill="url(#gloss)"/>'
        f'<path d="M{x + 10} {top}H{x + w - 10}L{x + w - 6} {top + 46}H{x + 6}Z" fill="{seal}"/>{ribs}'
        f'<path d="M{x + 7} {top + 52}H{x + w - 7}" stroke="#000" stroke-opacity=".18" stroke-width="3"/>'
        f'<path d="M{cx - 22} {top + 24}h44" stroke="#000" stroke-opacity=".28" stroke-width="13" stroke-linecap="round"/>'
    )


def pouch_window(s: Sketch, d: Design) -> str:
    """A printed pouch whose window shows what is in it."""
    c = d.colours
    words, end = printed(s, d, 400, 205, 288)
    top = end + 26
    tall = 648 - top
    wide = tall if d.style == "circle" else 252
    outline = window(d.style or "rect", 400 - wide / 2, top, wide, tall)
    seen = s.clip(
        outline,
        f'<rect x="230" y="{top}" width="340" height="{tall + 30}" fill="#B08A55"/>'
        + filling(s, d.piece, (262, top, 276, tall + 20), 1),
    )
    rim = outline.replace("/>", f' fill="none" stroke="{c.accent}" stroke-width="4" stroke-opacity=".8"/>')
    net = text(d.net, 500, 677, 20, c.ink, REGULAR, anchor="end") if d.sub and d.net else ""
    return pouch(400, 92, 370, 606, c.body, c.dark, words + seen + rim + net)


def pouch_clear(s: Sketch, d: Design) -> str:
    """A see-through pouch full of the product, with a paper label."""
    c = d.colours
    outline = f'<path d="{bag(400, 100, 370, 596)}"/>'
    inside = s.clip(outline, filling(s, d.piece, (215, 170, 370, 530), 1.25))
    shine = '<path d="M226 170h50l-34 500h-16z" fill="#fff" opacity=".28"/>'
    return pouch(400, 100, 370, 596, "#C8AA78", c.dark, inside + shine + patch(s, d, 262, 232, 276, 236, 52))


def pouch_kraft(s: Sketch, d: Design) -> str:
    """A paper pouch with a round badge and a belt in the pack's colour."""
    c = d.colours
    seal = '<path d="M226 152h348" stroke="#000" stroke-opacity=".12" stroke-width="2" stroke-dasharray="7 5"/>'
    belt = f'<path d="M208 566H592V636H208Z" fill="{c.body}"/>' + band(s, 208, 582, 384, 38, c.accent, c.body)
    outline = f'<path d="{bag(400, 96, 370, 600)}"/>'
    badge = (
        f'<circle cx="400" cy="358" r="160" fill="{c.paper}"/><circle cx="400" cy="358" r="148" fill="none" '
        f'stroke="{c.paper_accent}" stroke-width="4"/>'
    )
    size = fitted(d.lines, 54, 232)
    line = 356 - size * 1.02 * (len(d.lines) - 1) / 2 + size * 0.3
    words = text(
        d.place.upper(),
        400,
        line - size - 12,
        fitted([d.place.upper()], 18, 170, REGULAR, 2),
        c.paper_accent,
        REGULAR,
        2,
    )
    for part in d.lines:
        words += text(part, 400, line, size, c.paper_ink)
        line += size * 1.02
    words += text(
        d.small_print, 400, line - size * 0.3, fitted([d.small_print], 23, 190, REGULAR), c.paper_ink, REGULAR
    )
    return pouch(400, 96, 370, 600, "#C9A372", "#A98250", seal + s.clip(outline, belt) + badge + words)


def pouch_plain(s: Sketch, d: Design) -> str:
    """A printed pouch with the product drawn large on it."""
    c = d.colours
    words, end = printed(s, d, 400, 200, 290)
    glow = f'<ellipse cx="400" cy="{(end + 660) / 2:.0f}" rx="132" ry="{(640 - end) / 2:.0f}" fill="{c.accent}" opacity=".2"/>'
    big = moved(PIECES[d.piece](s), 400, (end + 664) / 2, min(2.0, (640 - end) / 92), -8)
    net = text(d.net, 520, 676, 20, c.ink, REGULAR, anchor="end") if d.sub and d.net else ""
    return pouch(400, 92, 370, 606, c.body, c.dark, words + glow + big + net)


def pillow(s: Sketch, d: Design) -> str:
    """A wide pillow bag with crimped ends and a waist label."""
    c = d.colours
    path = "M150 250Q400 226 650 250L668 300Q694 440 664 612L650 664Q400 690 150 664L136 612Q106 440 132 300Z"
    teeth = "".join(
        f'<path d="M{x} 246v32M{x} 640v30" stroke="#000" stroke-opacity=".14" stroke-width="3"/>'
        for x in range(164, 650, 13)
    )
    inside = s.clip(f'<path d="{path}"/>', filling(s, d.piece, (110, 270, 580, 400), 1.3)) if d.style == "clear" else ""
    body = "#C8A468" if d.style == "clear" else c.body
    ends = f'<path d="M150 250Q400 226 650 250L658 282Q400 262 142 282ZM142 634Q400 656 658 634L650 664Q400 690 150 664Z" fill="{c.dark}"/>'
    return (
        f'{shadow(400, 682, 290)}<path d="{path}" fill="{body}"/>{inside}<path d="{path}" fill="url(#gloss)"/>{ends}{teeth}'
        + patch(s, d, 242, 330, 316, 250, 56)
    )


def vacuum(s: Sketch, d: Design) -> str:
    """A clear flat pack with the product laid inside, used for frozen and dried goods."""
    c = d.colours
    path = "M196 128H604Q616 128 617 140L628 660Q628 676 612 676H188Q172 676 172 660L183 140Q184 128 196 128Z"
    tray = f'<rect x="214" y="352" width="372" height="290" rx="30" fill="{c.body}" opacity=".9"/>'
    laid = s.clip(
        f'<path d="{path}"/>',
        tray + filling(s, d.piece, (250, 396, 300, 200), 0.9 if d.piece == "anchovy" else 1.12),
    )
    film = (
        f'<path d="{path}" fill="#fff" fill-opacity=".22"/><path d="{path}" fill="url(#gloss)" opacity=".8"/>'
        f'<path d="{path}" fill="none" stroke="#fff" stroke-opacity=".75" stroke-width="6"/>'
        '<path d="M220 640L330 350M250 646L350 400" stroke="#fff" stroke-opacity=".5" stroke-width="9" stroke-linecap="round"/>'
    )
    frost = "".join(
        f'<circle cx="{s.between(190, 610):.0f}" cy="{s.between(360, 660):.0f}" r="{s.between(2, 5):.1f}" fill="#fff" opacity=".9"/>'
        for _ in range(46 if d.style == "frozen" else 0)
    )
    flake = snowflake(556, 318) if d.style == "frozen" else ""
    return (
        shadow(400, 682, 256)
        + f'<path d="{path}" fill="#E8F1F3"/>{laid}{film}{frost}'
        + patch(s, d, 214, 150, 372, 188, 52)
        + flake
    )


def snowflake(x: float, y: float) -> str:
    arms = "".join(
        f'<g transform="rotate({a})"><path d="M0 0V-24M-7-17L0-24 7-17" stroke="#fff" stroke-width="5" fill="none" stroke-linecap="round"/></g>'
        for a in range(0, 360, 60)
    )
    return f'<circle cx="{x}" cy="{y}" r="36" fill="#2F7FB0"/>{moved(arms, x, y)}'


def sack(s: Sketch, d: Design) -> str:
    """A woven sack tied at the top."""
    c = d.colours
    path = "M250 210Q400 180 550 210Q612 330 612 470T580 676Q400 708 220 676 188 600 188 470T250 210Z"
    outline = f'<path d="{path}"/>'
    weave = "".join(
        f'<path d="M180 {y}H620" stroke="#000" stroke-opacity=".05" stroke-width="3"/>' for y in range(200, 700, 12)
    )
    ear = (
        f'<path d="M268 214Q250 130 300 120 330 150 400 146T500 120Q550 130 532 214 400 240 268 214Z" fill="{c.body}"/>'
    )
    return (
        shadow(400, 690, 240)
        + ear
        + f'<path d="{path}" fill="{c.body}"/>{s.clip(outline, weave)}<path d="{path}" fill="url(#gloss)"/>'
        '<path d="M262 212Q400 240 538 212" stroke="#9B2C3A" stroke-width="12" fill="none"/>'
        + patch(s, d, 242, 300, 316, 290, 58)
    )


def paste_wrap(s: Sketch, d: Design) -> str:
    """A block of shrimp paste in a paper belt, seen from its edge."""
    c = d.colours
    tones = {
        "dark": ("#7B3945", "#551F2A", "#8C4450"),
        "red": ("#A4473C", "#7E2E26", "#BB5B4E"),
        "grey": ("#6E5A5E", "#4B3A3F", "#82696E"),
        "brown": ("#7A4B2E", "#55311B", "#91603F"),
    }
    left, right, top = tones[d.style or "dark"]
    grain = "".join(
        f'<circle cx="{s.between(170, 630):.0f}" cy="{s.between(330, 650):.0f}" r="{s.between(1.5, 4):.1f}" fill="#F2B8A0" opacity=".35"/>'
        for _ in range(90)
    )
    outline = '<path d="M150 400L400 316 650 400V600L400 676 150 600Z"/>'
    block = (
        f'<path d="M150 400L400 482V676L150 600Z" fill="{left}"/><path d="M650 400L400 482V676L650 600Z" fill="{right}"/>'
        f'<path d="M150 400L400 316 650 400 400 482Z" fill="{top}"/>' + s.clip(outline, grain)
    )
    belt = f'<path d="M150 436L400 520V640L150 560Z" fill="{c.paper}"/><path d="M650 436L400 520V640L650 560Z" fill="{c.paper}"/><path d="M650 436L400 520V640L650 560Z" fill="#000" opacity=".1"/>'
    size = fitted(d.lines, 50 if len(d.lines) == 1 else 38, 216)
    words = text(d.place.upper(), 124, 24, 17, c.paper_accent, REGULAR, 2)
    for i, part in enumerate(d.lines):
        words += text(part, 124, 28 + size * (i + 1), size, c.paper_ink)
    side = text(d.small_print, 124, 36, fitted([d.small_print], 26, 210, REGULAR), c.paper_ink, REGULAR) + band(
        s, 0, 58, 250, 40, c.paper_accent, c.paper
    )
    return (
        shadow(400, 672, 280, 44)
        + block
        + belt
        + f'<g transform="matrix(1 .336 0 1 150 438)">{words}</g><g transform="matrix(1 -.336 0 1 400 522)">{side}</g>'
    )


def beside(s: Sketch, name: str, side: float, count: int, scale: float) -> str:
    """Return a small heap in front of a pack."""
    return heap(s, name, 400 + side, 700, count, scale, 74)


FORMS = {
    "pouch_window": pouch_window,
    "pouch_clear": pouch_clear,
    "pouch_kraft": pouch_kraft,
    "pouch_plain": pouch_plain,
    "pillow": pillow,
    "vacuum": vacuum,
    "sack": sack,
    "paste_wrap": paste_wrap,
}
