"""Cloth and what is sewn from it: stacks, scarves, lengths of batik, shirts, headwear, masks and lace."""

import math

from gallery.demo.pictures.canvas import Sketch, fitted, lozenge, moved, shadow, text
from gallery.demo.pictures.design import Design
from gallery.demo.pictures.labels import REGULAR


def tag(d: Design, x: float, y: float, turn: float = 8, size: float = 42) -> str:
    """Return a paper price tag on a thread, with the product's name."""
    c = d.colours
    size = fitted(d.lines, size, 178)
    tall = 108 + size * len(d.lines)
    words = text(d.place.upper(), 105, 78, fitted([d.place.upper()], 16, 176, REGULAR, 2), c.paper_accent, REGULAR, 2)
    line = 84.0
    for part in d.lines:
        line += size
        words += text(part, 105, line, size, c.paper_ink)
    small = d.sub or d.net
    words += text(small, 105, line + 26, fitted([small], 20, 180, REGULAR), c.paper_ink, REGULAR) if small else ""
    paper = f'<path d="M0 58Q0 20 38 20H172Q210 20 210 58V{tall + 24:.0f}Q210 {tall + 40:.0f} 194 {tall + 40:.0f}H16Q0 {tall + 40:.0f} 0 {tall + 24:.0f}Z"'
    body = (
        f'<g opacity=".25" transform="translate(5 8)">{paper} fill="#000"/></g>{paper} fill="{c.paper}"/>{words}'
        '<path d="M105 44Q96 4 118-30" stroke="#B9A888" stroke-width="3" fill="none"/>'
        '<circle cx="105" cy="46" r="9" fill="#EFE9DC" stroke="#B9A888" stroke-width="3"/>'
    )
    return moved(body, x, y, 1, turn)


def sign(d: Design, x: float, y: float, size: float = 50) -> str:
    """Return the name on a card that stands behind the food on a wooden pick."""
    pick = '<path d="M105 60V330" stroke="#8A5A2B" stroke-width="12" stroke-linecap="round"/>'
    return moved(pick, x, y) + tag(d, x, y, 0, size)


def weave(x: float, y: float, w: float, h: float, front: str, back: str, unit: float = 4.4) -> str:
    """Return rows of cual diamonds over an area."""
    out = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{back}"/>'
    step = unit * 10
    for row in range(int(h / (step * 1.25)) + 2):
        for col in range(int(w / step) + 2):
            shift = step / 2 if row % 2 else 0
            out += lozenge(x + col * step + shift, y + row * step * 1.25, unit, (front, back, front), (4, 2, 0))
    return out


def simpor(x: float, y: float, r: float, petal: str, heart: str, turn: float = 0) -> str:
    """Return a simpor flower, the motif of Belitung's batik."""
    petals = "".join(
        f'<g transform="rotate({a})"><path d="M0 0C{-r * 0.5:.1f} {-r * 0.35:.1f} {-r * 0.42:.1f} {-r:.1f} 0 {-r * 0.94:.1f}'
        f'C{r * 0.42:.1f} {-r:.1f} {r * 0.5:.1f} {-r * 0.35:.1f} 0 0Z" fill="{petal}"/>'
        f'<path d="M0 {-r * 0.2:.1f}V{-r * 0.75:.1f}" stroke="{heart}" stroke-width="2" opacity=".6"/></g>'
        for a in range(0, 360, 72)
    )
    return moved(f'{petals}<circle r="{r * 0.2:.1f}" fill="{heart}"/>', x, y, 1, turn)


def batik(s: Sketch, x: float, y: float, w: float, h: float, d: Design) -> str:
    """Return batik ground with simpor flowers, leaves and dots; the scheme gives the colours."""
    c = d.colours
    out = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{c.body}"/>'
    for row in range(int(h / 84) + 2):
        for col in range(int(w / 96) + 2):
            px, py = x + col * 96 + (48 if row % 2 else 0), y + row * 84
            if d.style == "tulis":
                px, py = px + s.between(-12, 12), py + s.between(-10, 10)
            leaf = f'<path d="M0 0Q20-26 52-16 32 12 0 0Z" fill="{c.accent}" opacity=".85"/><path d="M4-2L44-14" stroke="{c.dark}" stroke-width="2"/>'
            out += moved(leaf, px + 22, py + 22, 0.8, s.between(-30, 60)) + moved(leaf, px - 20, py - 16, 0.7, 200)
            out += simpor(
                px,
                py,
                31 if d.style != "tulis" else s.between(26, 38),
                c.ink if (row + col) % 3 else c.paper_accent,
                c.dark,
                s.between(0, 72),
            )
            out += "".join(
                f'<circle cx="{px + 46 + i * 7:.0f}" cy="{py + 40 - i * 3:.0f}" r="2.6" fill="{c.accent}"/>'
                for i in range(-2, 3)
            )
    return out


def folded(s: Sketch, y: float, h: float, front: str, back: str, x: float = 150, w: float = 500) -> str:
    unit = h / 17
    cells = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{back}"/>'
    for i in range(-1, int(w / (unit * 10)) + 2):
        cells += lozenge(x + i * unit * 10 + 10, y + h / 2, unit, (front, back, front, back), (4, 3, 1, 0))
        cells += lozenge(x + i * unit * 10 + 10 + unit * 5, y + 6, unit, (front,), (2,))
        cells += lozenge(x + i * unit * 10 + 10 + unit * 5, y + h - 6, unit, (front,), (2,))
    cells += f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="url(#fold)"/>'
    return s.clip(f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="26"/>', cells)


def cloth_stack(s: Sketch, d: Design) -> str:
    """Folded lengths of printed cual."""
    rows = [
        ("#0B3F44", "#D9B25F"),
        ("#2A3439", "#D9CDB4"),
        ("#6E1423", "#E2BE6B"),
        ("#1F4E79", "#F2D58A"),
        ("#8E1F32", "#F0D48A"),
    ]
    out = shadow(400, 690, 300, 40)
    for i, (back, front) in enumerate(rows):
        out += folded(s, 604 - i * 84, 86, front, back, 140 + (i * 7) % 22, 520 - (i * 11) % 30)
    return out + tag(d, 440, 330)


def woven_set(s: Sketch, d: Design) -> str:
    """A full ceremonial set: two folded cloths tied with gold, in an open box."""
    box = '<path d="M96 560H704V690H96Z" fill="#3D1229"/><path d="M96 560L150 500H650L704 560Z" fill="#5C2140"/><path d="M96 560H704V690H96Z" fill="url(#gloss)"/>'
    cloths = folded(s, 420, 120, "#F0D48A", "#7A1F2B", 150, 500) + folded(s, 310, 114, "#F0D48A", "#4A1030", 166, 468)
    ribbon = '<path d="M376 306H424V542H376Z" fill="url(#gold)"/><path d="M400 306q-70-66-96-20t96 20q70-66 96-20t-96 20" fill="url(#gold)" stroke="#9C7A30" stroke-width="3"/>'
    return shadow(400, 692, 330, 40) + cloths + ribbon + box + moved(tag(d, 0, 0, 0), 472, 470, 0.92)


def scarf(s: Sketch, d: Design) -> str:
    """A long scarf draped over a wooden rail, gold fringes at both ends."""
    c = d.colours
    rail = '<rect x="90" y="150" width="620" height="26" rx="13" fill="#8A5A2B"/><rect x="90" y="150" width="620" height="26" rx="13" fill="url(#fold)"/><circle cx="90" cy="163" r="22" fill="#6B4119"/><circle cx="710" cy="163" r="22" fill="#6B4119"/><path d="M120 176V690M680 176V690" stroke="#6B4119" stroke-width="16"/>'
    parts = ""
    for x, w, bottom in ((236, 170, 610), (392, 176, 654)):
        outline = f'<path d="M{x} 144Q{x + w / 2} 128 {x + w} 144L{x + w + 8} {bottom}H{x - 8}Z"/>'
        cells = (
            weave(x - 10, 130, w + 24, bottom - 130, c.accent, c.body, 4.4)
            + f'<rect x="{x - 10}" y="{bottom - 70}" width="{w + 24}" height="70" fill="{c.dark}"/>'
        )
        cells += "".join(lozenge(x + 8 + i * 44, bottom - 36, 5, (c.accent, c.dark, c.accent)) for i in range(5))
        cells += f'<rect x="{x - 10}" y="130" width="{w + 24}" height="{bottom}" fill="url(#gloss)"/>'
        fringe = "".join(
            f'<path d="M{x - 6 + i * 9} {bottom}v34" stroke="#D9B25F" stroke-width="4" stroke-linecap="round"/>'
            for i in range(int((w + 16) / 9))
        )
        parts += fringe + s.clip(outline, cells)
    return shadow(400, 694, 320, 26) + rail + parts + tag(d, 96, 250, -6, 38)


def batik_hanging(s: Sketch, d: Design) -> str:
    """A length of batik hung over a pole, its folds falling."""
    c = d.colours
    outline = '<path d="M170 130Q400 104 630 130L646 640Q590 664 540 644T430 648 320 644 220 650 154 640Z"/>'
    folds = "".join(
        f'<path d="M{x} 120Q{x + 12} 400 {x - 6} 660" stroke="#000" stroke-opacity=".13" stroke-width="22" fill="none"/>'
        for x in (250, 352, 456, 560)
    )
    edge = f'<path d="M140 604H660V676H140Z" fill="{c.dark}"/>' + "".join(
        lozenge(170 + i * 46, 630, 4.6, (c.accent, c.dark, c.accent)) for i in range(11)
    )
    cloth = s.clip(
        outline,
        batik(s, 140, 110, 540, 560, d)
        + edge
        + folds
        + '<rect x="140" y="100" width="520" height="600" fill="url(#gloss)"/>',
    )
    pole = '<rect x="100" y="104" width="600" height="22" rx="11" fill="#6B4119"/><rect x="100" y="104" width="600" height="22" rx="11" fill="url(#fold)"/>'
    return shadow(400, 690, 300, 26) + cloth + pole + tag(d, 470, 390)


def batik_folded(s: Sketch, d: Design) -> str:
    """Two folded lengths of batik lying on each other, with a paper belt."""
    c = d.colours

    def fold(x: float, y: float, w: float, h: float) -> str:
        outline = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="18"/>'
        return s.clip(
            outline,
            batik(s, x - 20, y - 20, w + 40, h + 60, d)
            + f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="url(#fold)"/>',
        )

    layers = "".join(
        f'<rect x="140" y="{668 - i * 20}" width="520" height="26" rx="13" fill="{c.dark if i % 2 else c.body}"/>'
        for i in range(5)
    )
    return (
        shadow(400, 694, 310, 40)
        + layers
        + fold(132, 250, 536, 350)
        + f'<path d="M132 540H668V600H132Z" fill="{c.dark}" opacity=".35"/>'
        + tag(d, 300, 280, 0, 46)
    )


def batik_rolls(s: Sketch, d: Design) -> str:
    """Three rolls of batik, seen from the side."""
    c = d.colours
    out = shadow(400, 694, 320, 40)
    for i, (x, y) in enumerate(((110, 520), (140, 356), (170, 200))):
        outline = f'<rect x="{x}" y="{y}" width="520" height="166" rx="60"/>'
        out += s.clip(
            outline,
            batik(s, x - 30, y - 10, 600, 200, d)
            + f'<rect x="{x}" y="{y}" width="520" height="166" fill="url(#fold)"/>'
            + (f'<rect x="{x}" y="{y}" width="520" height="166" fill="{c.dark}" opacity="{0.12 * i:.2f}"/>'),
        )
        out += f'<ellipse cx="{x + 500}" cy="{y + 83}" rx="42" ry="80" fill="{c.dark}"/>' + "".join(
            f'<ellipse cx="{x + 500}" cy="{y + 83}" rx="{r * 0.52:.0f}" ry="{r}" fill="none" stroke="{c.accent}" stroke-width="4" opacity=".8"/>'
            for r in (62, 44, 26)
        )
    return out + tag(d, 200, 330, -5)


def shirt(s: Sketch, d: Design) -> str:
    """A shirt on a hanger: batik flowers or tie-dyed rings (jumputan)."""
    c = d.colours
    outline = (
        '<path d="M318 190L400 226 482 190 610 236 682 392 590 430 566 386V680H234V386L210 430 118 392 190 236Z"/>'
    )
    if d.style == "jumputan":
        cells = f'<rect width="800" height="800" fill="{c.body}"/>'
        for row in range(7):
            for col in range(8):
                x, y = 110 + col * 88 + (44 if row % 2 else 0), 210 + row * 78
                cells += "".join(
                    f'<circle cx="{x}" cy="{y}" r="{r}" fill="none" stroke="{k}" stroke-width="{w}" opacity=".9"/>'
                    for r, k, w in ((28, c.accent, 7), (16, c.ink, 6), (5, c.accent, 8))
                )
    else:
        cells = batik(s, 90, 170, 640, 540, d)
    cells += '<path d="M234 386Q260 520 236 690M566 386Q540 520 564 690" stroke="#000" stroke-opacity=".25" stroke-width="14" fill="none"/><rect width="800" height="800" fill="url(#gloss)"/>'
    buttons = "".join(
        f'<circle cx="400" cy="{y}" r="7" fill="{c.paper}" stroke="{c.dark}" stroke-width="2"/>'
        for y in range(280, 660, 76)
    )
    collar = f'<path d="M318 190L400 226 350 286 300 204ZM482 190L400 226 450 286 500 204Z" fill="{c.dark}"/><path d="M400 226V680" stroke="{c.dark}" stroke-width="5"/>'
    hanger = '<path d="M400 190V150Q400 128 420 128T440 108Q436 84 408 88" stroke="#8A949A" stroke-width="8" fill="none" stroke-linecap="round"/><path d="M230 236L400 168 570 236" stroke="#8A5A2B" stroke-width="16" fill="none" stroke-linecap="round"/>'
    return (
        shadow(400, 700, 220, 22)
        + hanger
        + s.clip(outline, cells)
        + collar
        + buttons
        + moved(tag(d, 0, 0, 0), 492, 470, 0.86)
    )


def tanjak(s: Sketch, d: Design) -> str:
    """A Malay headcloth of cual on a wooden stand."""
    c = d.colours
    outline = '<path d="M210 470Q206 360 300 320 330 210 430 120 420 240 470 310 590 350 592 470 594 520 560 536 400 500 240 536 206 520 210 470Z"/>'
    cells = (
        weave(190, 100, 430, 460, c.accent, c.body, 4.2)
        + '<path d="M210 470Q400 380 592 470" stroke="#000" stroke-opacity=".3" stroke-width="10" fill="none"/><path d="M300 320Q400 350 470 310" stroke="#000" stroke-opacity=".3" stroke-width="10" fill="none"/><rect width="800" height="800" fill="url(#gloss)"/>'
    )
    knot = f'<path d="M548 420Q640 360 660 440 620 470 560 456Z" fill="{c.dark}"/><path d="M548 430Q610 480 600 540 560 520 540 460Z" fill="{c.body}"/>'
    base = '<path d="M260 520Q400 490 540 520L520 600Q400 630 280 600Z" fill="#A66F34"/><path d="M380 600H420V664H380Z" fill="#8A5A2B"/><ellipse cx="400" cy="676" rx="130" ry="24" fill="#8A5A2B"/>'
    return shadow(400, 690, 170) + base + knot + s.clip(outline, cells) + tag(d, 92, 420, -8, 38)


def mask(s: Sketch, d: Design) -> str:
    """Two cloth masks, one of cual and one of batik."""
    c = d.colours
    face = "M190 360q210-80 420 0v150q0 40-40 56-170 60-340 0-40-16-40-56z"
    pleats = '<path d="M204 410q196-50 392 0M200 470q200 44 400 0" stroke="#000" stroke-opacity=".18" stroke-width="5" fill="none"/>'
    loops = '<path d="M196 380c-110-40-110 190 0 150M604 380c110-40 110 190 0 150" fill="none" stroke="#FBF8F1" stroke-width="12"/>'

    def one(cells: str) -> str:
        return (
            loops + s.clip(f'<path d="{face}"/>', cells + '<rect width="800" height="800" fill="url(#fold)"/>') + pleats
        )

    back = one(batik(s, 170, 290, 470, 330, d))
    front = one(weave(180, 300, 450, 330, "#E2BE6B", "#8E1F32", 5))
    return (
        shadow(360, 690, 250)
        + moved(back, 190, -90, 0.8, 8)
        + moved(front, -50, 110, 0.98, -4)
        + moved(tag(d, 0, 0, 4), 520, 436, 0.92)
        + f'<path d="M0 0" fill="{c.body}"/>'
    )


def lace(s: Sketch, d: Design) -> str:
    """A round crocheted cloth from Belinyu on a dark table top."""
    _ = s
    rings = ""
    for radius, count, size in ((250, 32, 21), (205, 26, 17), (160, 22, 15), (115, 16, 14), (70, 10, 13)):
        for i in range(count):
            a = 2 * math.pi * i / count
            x, y = 400 + radius * math.cos(a), 430 + radius * 0.92 * math.sin(a)
            rings += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="none" stroke="#FFFDF6" stroke-width="5"/>'
    spokes = "".join(
        f'<path d="M400 430L{400 + 240 * math.cos(a):.1f} {430 + 221 * math.sin(a):.1f}" stroke="#FFFDF6" stroke-width="3.500" opacity=".9"/>'
        for a in (i * math.pi / 12 for i in range(24))
    )
    flower = "".join(
        f'<ellipse cx="{400 + 34 * math.cos(a):.1f}" cy="{430 + 31 * math.sin(a):.1f}" rx="19" ry="11" transform="rotate({math.degrees(a):.0f} {400 + 34 * math.cos(a):.1f} {430 + 31 * math.sin(a):.1f})" fill="#FFFDF6"/>'
        for a in (i * math.pi / 4 for i in range(8))
    )
    top = f'<ellipse cx="400" cy="440" rx="330" ry="306" fill="{d.colours.dark}"/><ellipse cx="394" cy="430" rx="322" ry="298" fill="{d.colours.body}"/><ellipse cx="394" cy="430" rx="322" ry="298" fill="url(#spot)" opacity=".3"/>'
    return shadow(400, 716, 330, 44) + top + spokes + rings + flower + tag(d, 530, 470, 6, 40)


FORMS = {
    "cloth_stack": cloth_stack,
    "woven_set": woven_set,
    "scarf": scarf,
    "batik_hanging": batik_hanging,
    "batik_folded": batik_folded,
    "batik_rolls": batik_rolls,
    "shirt": shirt,
    "tanjak": tanjak,
    "mask": mask,
    "lace": lace,
}
