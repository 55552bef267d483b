"""Ready food and gift sets: on plates, trays and in baskets."""

from gallery.demo.pictures.canvas import Sketch, band, fitted, moved, shadow, text
from gallery.demo.pictures.design import Design
from gallery.demo.pictures.pieces import PIECES, SMALL, turn_of
from gallery.demo.pictures.textiles import sign, tag


def leaf_bed(cx: float, cy: float, rx: float) -> str:
    """Return a banana leaf lying flat."""
    veins = "".join(
        f'<path d="M{cx - rx + k} {cy + 6}l26 {v}" stroke="#2F6B2A" stroke-width="3" opacity=".6"/>'
        for k in range(30, int(rx * 2) - 20, 30)
        for v in (-44, 44)
    )
    return f'<path d="M{cx - rx} {cy}Q{cx} {cy - 120} {cx + rx} {cy - 10}Q{cx} {cy + 130} {cx - rx} {cy}Z" fill="#4F8A3A"/>{veins}<path d="M{cx - rx} {cy}Q{cx} {cy + 14} {cx + rx} {cy - 10}" stroke="#CFE3B4" stroke-width="5" fill="none"/>'


def sauce(x: float, y: float, tone: str) -> str:
    return f'{shadow(x, y + 38, 70, 16)}<path d="M{x - 66} {y}Q{x - 56} {y + 48} {x} {y + 48}T{x + 66} {y}Z" fill="#F7F7F3"/><ellipse cx="{x}" cy="{y}" rx="66" ry="22" fill="#fff"/><ellipse cx="{x}" cy="{y + 2}" rx="56" ry="17" fill="{tone}"/><ellipse cx="{x - 16}" cy="{y - 2}" rx="16" ry="5" fill="#fff" opacity=".3"/>'


def martabak(s: Sketch, d: Design) -> str:
    """A round hok lo pan, cut open to its honeycomb, with sesame on top."""
    top = "".join(
        f'<g transform="translate({400 + s.between(-240, 240) * 0.9:.0f} {430 + s.between(-70, 70):.0f}) rotate({s.between(0, 180):.0f})"><ellipse rx="7" ry="3.600" fill="#FFF3D0"/></g>'
        for _ in range(120)
    )
    holes = "".join(
        f'<ellipse cx="{s.between(240, 570):.0f}" cy="{s.between(552, 640):.0f}" rx="{s.between(3, 6):.1f}" ry="{s.between(6, 12):.1f}" fill="#C98A2E" opacity=".7"/>'
        for _ in range(90)
    )
    pan = '<ellipse cx="400" cy="600" rx="330" ry="92" fill="#3A3F44"/><ellipse cx="400" cy="588" rx="330" ry="92" fill="#565D63"/>'
    cake = '<path d="M110 440V560Q110 670 400 670T690 560V440Z" fill="#E8B65A"/><ellipse cx="400" cy="440" rx="290" ry="108" fill="#B9701F"/><ellipse cx="400" cy="432" rx="276" ry="98" fill="#D98F34"/>'
    cut = (
        '<path d="M400 436L214 520V636Q300 668 400 670T586 636V520Z" fill="#F7D98A"/><path d="M400 436L214 520Q300 560 400 560T586 520Z" fill="#8C4A17"/><path d="M400 446L240 520Q320 548 400 548T560 520Z" fill="#5B2E12"/>'
        + s.clip('<path d="M214 540Q300 568 400 568T586 540V640Q490 668 400 670T214 640Z"/>', holes)
    )
    return shadow(400, 676, 330, 44) + sign(d, 296, 120) + pan + cake + top + cut


def boiled_rolls(s: Sketch, d: Design) -> str:
    """Boiled otak-otak on a plate with taoco sauce."""
    _ = s
    rolls = "".join(
        moved(
            '<rect x="-86" y="-26" width="172" height="52" rx="26" fill="#CFC4B0"/><rect x="-86" y="-30" width="172" height="46" rx="23" fill="#FBF6EA"/><path d="M-60-18h90" stroke="#fff" stroke-width="6" stroke-linecap="round"/>',
            x,
            y,
            1,
            t,
        )
        for x, y, t in ((250, 508, -8), (420, 494, 6), (570, 516, -4), (300, 556, 4), (480, 554, -6), (384, 604, 2))
    )
    dish = '<ellipse cx="400" cy="600" rx="320" ry="100" fill="#D5DEE0"/><ellipse cx="400" cy="584" rx="320" ry="100" fill="#F7FAFA"/><ellipse cx="400" cy="580" rx="250" ry="72" fill="#E6EEEF"/>'
    return shadow(400, 676, 330, 44) + sign(d, 296, 230) + dish + rolls + sauce(600, 622, "#B5701F") + HALF_LIME


HALF_LIME = '<g transform="translate(176 640) scale(.9)"><circle r="37" fill="#5E8C1F"/><circle r="33" fill="#F4F3C2"/><circle r="27" fill="#C6D64B"/><path d="M-27 0H27M0-27V27M-19-19L19 19M19-19L-19 19" stroke="#F4F3C2" stroke-width="4"/></g>'


def grilled_leaves(s: Sketch, d: Design) -> str:
    """Grilled otak-otak in scorched banana leaf on a wooden board."""
    wraps = ""
    for x, y, t in ((240, 500, -10), (400, 480, 2), (556, 500, 10), (310, 560, -4), (480, 560, 6)):
        scorch = "".join(
            f'<ellipse cx="{s.between(-80, 80):.0f}" cy="{s.between(-18, 18):.0f}" rx="{s.between(6, 17):.0f}" ry="{s.between(4, 9):.0f}" fill="#3A2A12" opacity=".55"/>'
            for _ in range(6)
        )
        wrap = (
            '<path d="M-104-22L104-26 112 22-108 28Z" fill="#6F8A34"/><path d="M-104-22L104-26 106-6-106 0Z" fill="#8FA64A"/>'
            + scorch
            + '<path d="M-104-18L-74 2-106 24M104-20L76 0 110 20" stroke="#4E6420" stroke-width="5" fill="none"/><path d="M-90-6l28 8M62 4l28-8" stroke="#E9D79E" stroke-width="6" stroke-linecap="round"/>'
        )
        wraps += moved(wrap, x, y, 1, t)
    board = '<rect x="90" y="560" width="620" height="84" rx="30" fill="#8A5A2B"/><rect x="90" y="540" width="620" height="84" rx="30" fill="#B98645"/><path d="M130 576H660M150 600H600" stroke="#8A5A2B" stroke-width="4" opacity=".6"/>'
    return (
        shadow(400, 662, 320, 40)
        + sign(d, 296, 190)
        + board
        + leaf_bed(400, 556, 270)
        + wraps
        + sauce(618, 610, "#A3361F")
    )


def winnowing_tray(s: Sketch, d: Design) -> str:
    """Dried fish laid out on a round woven tray."""
    rim = '<ellipse cx="400" cy="520" rx="330" ry="176" fill="#7A4C20"/><ellipse cx="400" cy="508" rx="330" ry="176" fill="#C99A55"/><ellipse cx="400" cy="508" rx="298" ry="152" fill="#E6C88E"/>'
    grid = s.clip(
        '<ellipse cx="400" cy="508" rx="298" ry="152"/>',
        "".join(
            f'<path d="M{x} 340L{x + 160} 680M{x + 160} 340L{x} 680" stroke="#C49A58" stroke-width="5"/>'
            for x in range(0, 800, 22)
        ),
    )
    draw = PIECES[d.piece]
    laid = "".join(
        moved(draw(s), x, y, k, t)
        for x, y, k, t in (
            (280, 440, 1.5, -12),
            (500, 432, 1.5, 8),
            (390, 500, 1.7, -2),
            (250, 548, 1.4, 10),
            (530, 560, 1.5, -10),
            (392, 606, 1.3, 4),
        )
    )
    return shadow(400, 640, 340, 60) + rim + grid + laid + tag(d, 540, 110, 8)


def hampers(s: Sketch, d: Design) -> str:
    """A gift basket: pouch, jar, paste and pepper under a ribbon."""
    from gallery.demo.pictures import packs, vessels  # noqa: PLC0415 - the set is made of the other forms

    def item(form: str, title: str, scheme: str, piece: str, style: str = "") -> str:
        part = Design(d.number, form, title, "", scheme, d.ground, piece, style, d.place, "")
        return {**packs.FORMS, **vessels.FORMS}[form](s, part)

    back = '<path d="M140 520C150 180 650 180 660 520" stroke="#7A4C20" stroke-width="26" fill="none"/><path d="M140 520C150 180 650 180 660 520" stroke="#C8934F" stroke-width="12" fill="none" stroke-dasharray="16 9"/>'
    goods = (
        moved(item("pouch_window", "Kemplang", "teal", "kemplang", "arch"), 96, 128, 0.58)
        + moved(item("pouch_plain", "Getas", "red", "getas"), 286, 120, 0.58)
        + moved(item("spice_jar", "Lada|Putih", "cream", "pepper_white"), 170, 300, 0.42)
        + moved(item("paste_wrap", "Terasi", "maroon", "", "dark"), 330, 320, 0.44)
    )
    front = '<path d="M110 560H690L650 672Q642 696 616 696H184Q158 696 150 672Z"/>'
    weave = "".join(
        f'<rect x="{100 + c * 26 + (r % 2) * 13}" y="{556 + r * 26}" width="23" height="24" rx="6" fill="{("#C8934F", "#A66F34", "#DBA965")[(r + c) % 3]}"/>'
        for r in range(6)
        for c in range(24)
    )
    bow = '<path d="M400 600q-92-70-118-18t118 18q92-70 118-18t-118 18" fill="#9B2C3A"/><path d="M384 600L330 690M416 600L470 690" stroke="#9B2C3A" stroke-width="26"/><circle cx="400" cy="600" r="22" fill="#7A1F2B"/>'
    belt = band(s, 112, 552, 576, 40, "#E2BE6B", "#6B4119")
    title = fitted([" ".join(d.lines)], 40, 250)
    card = f'<rect x="540" y="604" width="200" height="80" rx="8" fill="#FBF8F1"/>{text(d.lines[0], 640, 640, min(title, 30), "#7A1F2B")}{text(d.lines[-1], 640, 670, min(title, 26), "#0B3F44")}'
    return (
        shadow(400, 696, 320, 40)
        + back
        + goods
        + s.clip(
            front,
            '<rect x="90" y="550" width="640" height="160" fill="#5C3A16"/>'
            + weave
            + '<rect x="90" y="550" width="640" height="160" fill="url(#gloss)"/>',
        )
        + belt
        + bow
        + card
    )


def sugar_blocks(s: Sketch, d: Design) -> str:
    """Moulded palm sugar, half unwrapped from dry leaf."""
    block = "".join(
        moved(PIECES["sugar_disc"](s), x, y, k)
        for x, y, k in ((300, 560, 2.3), (520, 556, 2.3), (410, 478, 2.3), (404, 640, 2.5))
    )
    return shadow(400, 680, 320, 44) + sign(d, 296, 150) + leaf_bed(400, 600, 300) + block


def plateful(s: Sketch, piece: str) -> str:
    """Return a wooden plate heaped with one kind of piece: the second picture of food in packs."""
    plate = (
        '<ellipse cx="400" cy="600" rx="320" ry="112" fill="#6B4119"/><ellipse cx="400" cy="584" rx="320" ry="112" fill="#B98645"/>'
        '<ellipse cx="400" cy="580" rx="268" ry="86" fill="#9C6C34"/>'
    )
    many, k, step = (260, 1.5, 13) if piece in SMALL else (46, 1.9, 26)
    laid = ""
    for row in range(7):
        y, reach = 612 - row * step * (0.9 if piece in SMALL else 1), 262 - row * 34
        count = max(1, int(many * (7 - row) / 28))
        for i in range(count):
            x = 400 + reach * ((i + 0.5) / count * 2 - 1) + s.between(-12, 12)
            laid += moved(PIECES[piece](s), x, y + s.between(-9, 9), k * s.between(0.9, 1.1), turn_of(s, piece, 60))
    return moved(shadow(400, 672, 340, 48) + plate + laid, -60, -110, 1.15)


FORMS = {
    "martabak": martabak,
    "boiled_rolls": boiled_rolls,
    "grilled_leaves": grilled_leaves,
    "winnowing_tray": winnowing_tray,
    "hampers": hampers,
    "sugar_blocks": sugar_blocks,
}
