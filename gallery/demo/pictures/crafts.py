"""Things made by hand: weaving of resam, nipah and pandan, pewter, wood, stone, coral."""

import math

from gallery.demo.pictures.canvas import Sketch, band, fitted, lozenge, moved, shadow, text
from gallery.demo.pictures.design import Design
from gallery.demo.pictures.textiles import tag


def plaited(
    s: Sketch, outline: str, area: tuple[float, float, float, float], tones: tuple[str, ...], cell: float = 22
) -> str:
    """Return plaited work cut to ``outline``."""
    x, y, w, h = area
    out = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="#5C3A16"/>'
    for row in range(int(h / (cell * 1.1)) + 1):
        for col in range(int(w / cell) + 2):
            px, py = x - cell + col * cell + (row % 2) * cell / 2, y + row * cell * 1.1
            tone = tones[(row + col) % len(tones)]
            out += f'<rect x="{px:.1f}" y="{py:.1f}" width="{cell * 0.9:.1f}" height="{cell:.1f}" rx="{cell * 0.24:.1f}" fill="{tone}"/>'
    return s.clip(outline, out + f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="url(#gloss)"/>')


def rods(
    s: Sketch, outline: str, area: tuple[float, float, float, float], tones: tuple[str, ...], gap: float = 13
) -> str:
    """Return thin palm ribs lying side by side, bound by rows of thread."""
    x, y, w, h = area
    out = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="#4A2E12"/>'
    out += "".join(
        f'<rect x="{x + i * gap:.1f}" y="{y}" width="{gap - 2.5:.1f}" height="{h}" fill="{tones[i % len(tones)]}"/>'
        for i in range(int(w / gap) + 1)
    )
    out += "".join(
        f'<path d="M{x} {y + k}q{w / 2} 26 {w} 0" stroke="#3A2410" stroke-width="7" fill="none"/>'
        for k in range(46, int(h), 92)
    )
    return s.clip(outline, out + f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="url(#gloss)"/>')


RESAM = {
    "coarse": ("#C8934F", "#A66F34", "#DBA965"),
    "fine": ("#6B4526", "#8C6138", "#4A2E18"),
    "mix": ("#7A4C20", "#D9B25F", "#5B3C22"),
}


def kopiah(s: Sketch, d: Design) -> str:
    """A cap plaited of resam fern; the fine one is dark, dense and stands on a stone."""
    fine = d.style == "fine"
    tones = RESAM["fine" if fine else "coarse"]
    cell = 15 if fine else 27
    stand = (
        '<path d="M250 610H550L590 690H210Z" fill="#4C5B63"/><path d="M250 610H550L590 690H210Z" fill="url(#gloss)"/>'
        if fine
        else ""
    )
    lift = -72 if fine else 0
    side = '<path d="M190 420Q400 350 610 420V650Q400 730 190 650Z"/>'
    top = '<path d="M190 430Q190 300 400 300T610 430Q400 500 190 430Z"/>'
    cap = plaited(s, side, (170, 340, 460, 400), tones, cell) + plaited(
        s, top, (170, 290, 460, 220), tones[::-1], cell * 0.86
    )
    cap += '<path d="M190 430Q400 500 610 430" stroke="#2B1A10" stroke-width="9" fill="none" opacity=".6"/>'
    cap += f'<path d="M190 626Q400 706 610 626V652Q400 732 190 652Z" fill="{d.colours.accent if fine else "#7A4C20"}"/>'
    return shadow(400, 700, 240) + stand + moved(cap, 0, lift) + tag(d, 86, 190, -8)


def bangle(s: Sketch, d: Design) -> str:
    """A bracelet: plaited resam, or black coral twisted into a spiral with gold ends."""
    _ = s
    out = shadow(400, 690, 240)
    if d.style == "coral":
        path = "M250 640C120 520 200 300 400 300S680 520 560 640"
        out += f'<path d="{path}" stroke="#0C0C0F" stroke-width="52" fill="none" stroke-linecap="round"/><path d="{path}" stroke="#2D2A31" stroke-width="40" fill="none" stroke-linecap="round"/><path d="M270 590C180 500 230 330 400 322" stroke="#8D8794" stroke-width="8" fill="none" stroke-linecap="round"/>'
        out += "".join(
            f'<circle cx="{x}" cy="642" r="34" fill="url(#gold)"/><path d="M{x - 26} 622h52" stroke="#9C7A30" stroke-width="5"/>'
            for x in (252, 558)
        )
        return out + tag(d, 296, 420, 0)
    for cy, tones in ((610, RESAM["mix"]), (520, RESAM["coarse"]), (430, RESAM["fine"])):
        out += f'<ellipse cx="400" cy="{cy}" rx="214" ry="74" fill="none" stroke="#4A2E12" stroke-width="50"/>'
        count = 54
        for i in range(count):
            a = 2 * math.pi * i / count
            x, y = 400 + 214 * math.cos(a), cy + 74 * math.sin(a)
            out += f'<g transform="translate({x:.1f} {y:.1f}) rotate({math.degrees(math.atan2(74 * math.cos(a), -214 * math.sin(a))) + 50:.0f})"><rect x="-24" y="-8" width="48" height="16" rx="8" fill="{tones[i % len(tones)]}"/></g>'
    return out + tag(d, 452, 180, 8)


def laundry_basket(s: Sketch, d: Design) -> str:
    """A tall lidded basket of nipah ribs."""
    tones = ("#C99A55", "#B5803C", "#DDB675")
    body = rods(
        s, '<path d="M196 300H604L572 668Q570 694 544 694H256Q230 694 228 668Z"/>', (190, 300, 420, 400), tones, 15
    )
    rims = "".join(
        f'<rect x="{x}" y="{y}" width="{w}" height="26" rx="13" fill="#6B4119"/>'
        for x, y, w in ((186, 292, 428), (206, 470, 388), (222, 660, 356))
    )
    lid = (
        '<path d="M186 292Q200 196 400 190T614 292Z" fill="#B5803C"/>'
        + "".join(
            f'<path d="M400 190Q{400 + k} 236 {400 + k * 1.5:.0f} 292" stroke="#6B4119" stroke-width="4" fill="none"/>'
            for k in range(-130, 131, 26)
        )
        + '<path d="M366 190q34-56 68 0" stroke="#6B4119" stroke-width="16" fill="none"/>'
    )
    grips = '<path d="M190 380q-60 30-4 86M610 380q60 30 4 86" stroke="#6B4119" stroke-width="16" fill="none"/>'
    return shadow(400, 696, 236) + grips + body + lid + rims + tag(d, 296, 380, 0, 40)


def food_cover(s: Sketch, d: Design) -> str:
    """A domed food cover over a set table."""
    tones = ("#D9B06A", "#C4934A", "#E8C98E")
    dome = '<path d="M110 610C120 340 260 230 400 230S680 340 690 610Q400 668 110 610Z"/>'
    body = s.clip(
        dome,
        '<rect width="800" height="800" fill="#5C3A16"/>'
        + "".join(
            f'<path d="M400 230Q{400 + k * 0.7:.0f} 360 {400 + k} 660" stroke="{tones[abs(k // 16) % 3]}" stroke-width="12" fill="none"/>'
            for k in range(-304, 305, 16)
        ),
    )
    bands = "".join(
        f'<path d="M{400 - rx} {y}Q400 {y + 44} {400 + rx} {y}" stroke="{k}" stroke-width="{w}" fill="none"/>'
        for rx, y, k, w in ((176, 350, "#9B2C3A", 15), (240, 450, "#0B5E63", 15), (290, 612, "#7A4C20", 28))
    )
    knob = (
        '<circle cx="400" cy="206" r="34" fill="#6B4119"/><circle cx="390" cy="194" r="10" fill="#fff" opacity=".35"/>'
    )
    return (
        shadow(400, 660, 330, 50)
        + body
        + bands
        + f'<path d="{dome[9:-3]}" fill="url(#gloss)"/>'
        + knob
        + tag(d, 512, 400, 8, 40)
    )


def tissue_box(s: Sketch, d: Design) -> str:
    """A tissue box of nipah ribs with a tissue drawn out."""
    tones = ("#B98645", "#A06F30", "#CF9F5E")
    tissue = '<path d="M340 420Q310 300 352 236 372 296 398 200 424 300 470 250 480 340 454 420Z" fill="#fff"/><path d="M352 236Q366 330 376 420M398 200Q410 320 420 420" stroke="#D5DEE0" stroke-width="5" fill="none"/>'
    top = '<path d="M150 430L250 370H590L650 430Z"/>'
    return (
        shadow(400, 680, 290)
        + rods(s, top, (150, 366, 500, 66), tones, 18)
        + '<ellipse cx="400" cy="404" rx="110" ry="20" fill="#3A2410"/>'
        + tissue
        + rods(s, '<path d="M150 430H650V650Q650 680 620 680H180Q150 680 150 650Z"/>', (150, 430, 500, 250), tones, 15)
        + '<rect x="140" y="420" width="520" height="24" rx="12" fill="#5C3A16"/>'
        + tag(d, 296, 456, 0, 40)
    )


def plate(s: Sketch, d: Design) -> str:
    """Round plates of nipah ribs, one standing and one lying."""
    _ = s
    tones = ("#C99A55", "#B5803C", "#DDB675")

    def round_plate(r: float) -> str:
        out = f'<circle r="{r}" fill="#6B4119"/>'
        for i in range(72):
            a = 2 * math.pi * i / 72
            out += f'<path d="M{r * 0.3 * math.cos(a):.1f} {r * 0.3 * math.sin(a):.1f}L{r * 0.98 * math.cos(a + 0.42):.1f} {r * 0.98 * math.sin(a + 0.42):.1f}" stroke="{tones[i % 3]}" stroke-width="9"/>'
        out += "".join(f'<circle r="{r * k:.0f}" fill="none" stroke="#5C3A16" stroke-width="8"/>' for k in (0.66, 0.97))
        return (
            out
            + f'<circle r="{r * 0.32:.0f}" fill="#A06F30"/>'
            + "".join(
                lozenge(x, y, 4, ("#E8C98E", "#A06F30", "#E8C98E"))
                for x, y in ((0, 0), (-44, 0), (44, 0), (0, -44), (0, 44))
            )
        )

    return (
        shadow(390, 690, 300, 40)
        + moved(round_plate(228), 350, 400)
        + f'<g transform="translate(500 640) scale(1 .26)">{round_plate(220)}</g>'
        + tag(d, 520, 190, 8, 40)
    )


def pandan_bag(s: Sketch, d: Design) -> str:
    """A pandan bag with a wide hat leaning on it."""
    tones = ("#D8C07A", "#BFA457", "#E9D79E", "#8C6A3A")
    bag = plaited(
        s, '<path d="M150 360H510L540 660Q542 694 508 694H152Q118 694 120 660Z"/>', (110, 350, 440, 350), tones, 30
    )
    handles = '<path d="M220 366C220 190 440 190 440 366" stroke="#8C6A3A" stroke-width="22" fill="none"/><path d="M220 366C220 190 440 190 440 366" stroke="#D8C07A" stroke-width="8" fill="none" stroke-dasharray="14 9"/>'
    stripe = band(s, 132, 430, 396, 52, "#9B2C3A", "#E9D79E")
    flap = plaited(s, '<ellipse rx="206" ry="104"/>', (-210, -110, 420, 220), tones[::-1], 20)
    crown = plaited(s, '<path d="M-104-6Q-96-130 0-130T104-6Q0 34-104-6Z"/>', (-110, -136, 220, 170), tones, 20)
    tape = '<path d="M-104-10Q0 30 104-10L104-38Q0 4-104-38Z" fill="#0B5E63"/>'
    brim = f'<g transform="translate(560 560) rotate(-24)">{flap}{crown}{tape}</g>'
    return shadow(400, 694, 320, 40) + handles + bag + stripe + brim + tag(d, 470, 130, 8, 40)


def ship(s: Sketch, d: Design) -> str:
    """A pewter ship under sail; the big one has three masts."""
    _ = s
    big = d.style == "big"
    masts = (
        ((250, 470, 250, 1.0), (410, 470, 120, 1.3), (560, 470, 230, 1.0))
        if big
        else ((330, 500, 200, 1.12), (500, 500, 270, 0.86))
    )
    sails = ""
    for x, foot, head, k in masts:
        sails += f'<path d="M{x} {foot + 20}V{head - 30}" stroke="#6B777D" stroke-width="10"/>'
        tall = (foot - head) / 2 - 8
        for i in range(2):
            y, w = head + i * (tall + 12), (72 + i * 22) * k
            sails += f'<path d="M{x - w:.0f} {y:.0f}Q{x} {y + 14:.0f} {x + w:.0f} {y:.0f}Q{x + w * 1.25:.0f} {y + tall * 0.6:.0f} {x + w * 1.04:.0f} {y + tall:.0f}Q{x} {y + tall - 24:.0f} {x - w * 1.04:.0f} {y + tall:.0f}Q{x - w * 0.8:.0f} {y + tall * 0.6:.0f} {x - w:.0f} {y:.0f}Z" fill="url(#silver)" stroke="#6B777D" stroke-width="3"/>'
        sails += f'<path d="M{x} {head - 30}l46 12-46 14z" fill="#9AA6AC"/>'
    hull = (
        '<path d="M130 480Q170 500 220 498H590Q650 494 700 450 690 560 610 592H236Q160 576 130 480Z" fill="url(#pewter)"/><path d="M150 524Q400 556 676 506" stroke="#3D494F" stroke-width="5" fill="none" opacity=".7"/>'
        + "".join(f'<circle cx="{x}" cy="548" r="9" fill="#3D494F"/>' for x in range(250, 600, 58))
    )
    bow = '<path d="M696 452L770 404" stroke="#6B777D" stroke-width="10" stroke-linecap="round"/>'
    base = '<rect x="190" y="612" width="430" height="70" rx="10" fill="#4A2E12"/><rect x="190" y="612" width="430" height="70" rx="10" fill="url(#fold)"/><path d="M300 590H330V614H300ZM500 590H530V614H500Z" fill="#6B4119"/>'
    plate_ = f'<rect x="250" y="624" width="310" height="46" rx="6" fill="url(#gold)"/>{text(" ".join(d.lines), 405, 656, fitted([" ".join(d.lines)], 28, 286), "#3A2410")}'
    body = base + plate_ + sails + bow + hull
    return shadow(405, 688, 270) + (body if big else moved(body, 40, 72, 0.9))


def plaque(s: Sketch, d: Design) -> str:
    """An award plaque of pewter on wood."""
    wood = '<path d="M190 120H610Q634 120 634 144V560Q634 600 400 656 166 600 166 560V144Q166 120 190 120Z" fill="#6B3F1B"/><path d="M190 120H610Q634 120 634 144V560Q634 600 400 656 166 600 166 560V144Q166 120 190 120Z" fill="url(#gloss)"/>'
    metal = '<path d="M216 164H584V536Q584 560 400 604 216 560 216 536Z" fill="url(#silver)" stroke="#6B777D" stroke-width="5"/>'
    size = fitted(d.lines, 56, 300)
    words = "".join(text(part, 400, 450 + i * size, size, "#3D494F") for i, part in enumerate(d.lines))
    seal = "".join(
        lozenge(400, 280, 11, ("#5E6A70", "#C9D1D4", "#5E6A70", "#E8EDEF"), (6, 4, 2, 0)) for _ in range(1)
    ) + band(s, 240, 366, 320, 34, "#5E6A70", "#D5DCDF")
    foot = '<path d="M210 650H590L630 694H170Z" fill="#4A2E12"/>'
    return (
        shadow(400, 696, 260)
        + foot
        + wood
        + metal
        + seal
        + words
        + text(d.place.upper(), 400, 560, 18, "#5E6A70", 600, 3)
    )


def key_ring(s: Sketch, d: Design) -> str:
    """Three pewter key rings: a hibiscus, a fish and a cual diamond."""
    _ = s
    out = shadow(400, 664, 300, 40)
    shapes = (
        "".join(
            f'<ellipse cx="0" cy="-34" rx="25" ry="38" transform="rotate({a})" fill="url(#silver)" stroke="#6B777D" stroke-width="4"/>'
            for a in range(0, 360, 72)
        )
        + '<circle r="16" fill="#6B777D"/>',
        '<path d="M-84 0C-60-50 20-54 50-6L86-40Q76 0 86 40L50 6C20 54-60 50-84 0Z" fill="url(#silver)" stroke="#6B777D" stroke-width="4"/><circle cx="-50" cy="-10" r="7" fill="#3D494F"/><path d="M-20-24Q-6 0-20 24M4-24Q18 0 4 24" stroke="#6B777D" stroke-width="4" fill="none"/>',
        '<path d="M0-84L74 0 0 84-74 0Z" fill="url(#silver)" stroke="#6B777D" stroke-width="4"/>'
        + lozenge(0, 0, 9, ("#5E6A70", "#D5DCDF", "#5E6A70", "#F4F7F8"), (5, 3, 2, 0)),
    )
    for (x, y, turn), shape in zip(((220, 520, -10), (420, 560, 4), (606, 500, 12)), shapes, strict=True):
        chain = "".join(
            f'<ellipse cy="{-104 - i * 20}" rx="{7 if i % 2 else 10}" ry="13" fill="none" stroke="#8A949A" stroke-width="5"/>'
            for i in range(4)
        )
        ring = '<circle cy="-226" r="50" fill="none" stroke="#6B777D" stroke-width="13"/><circle cy="-226" r="50" fill="none" stroke="#DDE3E6" stroke-width="5"/>'
        out += moved(chain + ring + shape, x, y, 1, turn)
    return out + tag(d, 300, 96, 0, 40)


def ring(s: Sketch, d: Design) -> str:
    """A silver ring with black satam stone in an open jewel box."""
    _ = s
    box = '<path d="M180 500H620L650 690H150Z" fill="#5C2140"/><path d="M180 500H620L650 690H150Z" fill="url(#gloss)"/><path d="M180 500L220 240Q222 220 244 220H556Q578 220 580 240L620 500Z" fill="#3D1229"/><path d="M206 490L238 256H562L594 490Z" fill="#F3E2DE"/><path d="M180 500H620V540Q400 570 180 540Z" fill="#F7EDE8"/>'
    band_ = '<path d="M300 520A112 112 0 1 1 500 520" fill="none" stroke="#6B777D" stroke-width="38"/><path d="M300 520A112 112 0 1 1 500 520" fill="none" stroke="url(#silver)" stroke-width="28"/>'
    stone = (
        '<path d="M322 366Q318 300 360 280T450 284Q486 310 478 366 440 402 398 400T322 366Z" fill="#15161A"/><path d="M340 352Q338 308 372 296" stroke="#8D939B" stroke-width="9" fill="none" stroke-linecap="round"/>'
        + "".join(
            f'<ellipse cx="{x}" cy="{y}" rx="13" ry="9" fill="#2C2E35"/>'
            for x, y in ((384, 330), (424, 318), (446, 350), (402, 366), (364, 362))
        )
    )
    claws = "".join(
        f'<path d="M{x} 396l{k} 26" stroke="#AEB9BE" stroke-width="14" stroke-linecap="round"/>'
        for x, k in ((338, 14), (462, -14))
    )
    return shadow(400, 692, 270) + box + band_ + stone + claws + tag(d, 542, 330, 8, 40)


def boat(s: Sketch, d: Design) -> str:
    """A wooden outrigger sailing boat (kater) on a stand."""
    _ = s
    sail = (
        '<path d="M386 120L386 520 150 520Q260 360 386 120Z" fill="#F7F0DD"/><path d="M410 190L410 520 600 520Q520 340 410 190Z" fill="#9B2C3A"/><path d="M300 290L386 290M240 400L386 400M410 400L556 400" stroke="#B9A888" stroke-width="4"/>'
        + "".join(lozenge(474, 440 + i * 40, 4, ("#F0D48A", "#9B2C3A", "#F0D48A")) for i in range(2))
    )
    mast = '<path d="M398 90V560" stroke="#5C3A16" stroke-width="14" stroke-linecap="round"/>'
    hull = '<path d="M110 540Q400 600 700 520 660 640 560 646H240Q150 640 110 540Z" fill="#A66F34"/><path d="M110 540Q400 600 700 520L694 546Q400 622 122 566Z" fill="#DBA965"/><path d="M160 600Q400 640 640 590" stroke="#6B4119" stroke-width="4" fill="none"/>'
    outrigger = '<path d="M250 570L190 664M540 570L600 656" stroke="#6B4119" stroke-width="11"/><path d="M130 668Q400 690 670 656" stroke="#C8934F" stroke-width="20" stroke-linecap="round" fill="none"/>'
    return shadow(400, 694, 300, 30) + mast + sail + hull + outrigger + tag(d, 566, 210, 8, 40)


FORMS = {
    "kopiah": kopiah,
    "bangle": bangle,
    "laundry_basket": laundry_basket,
    "food_cover": food_cover,
    "tissue_box": tissue_box,
    "plate": plate,
    "pandan_bag": pandan_bag,
    "ship": ship,
    "plaque": plaque,
    "key_ring": key_ring,
    "ring": ring,
    "boat": boat,
}
