"""Rigid packs: jars, cookie tins, bottles, cartons, cans and cups."""

from gallery.demo.pictures.canvas import Sketch, band, fitted, shadow, text
from gallery.demo.pictures.design import Design
from gallery.demo.pictures.labels import REGULAR, patch
from gallery.demo.pictures.pieces import filling


def lid(cx: float, top: float, w: float, h: float, colour: str) -> str:
    ribs = "".join(
        f'<path d="M{cx - w / 2 + 16 + i * (w - 32) / 16:.1f} {top + 14}v{h - 28}" stroke="#000" stroke-opacity=".1" stroke-width="3"/>'
        for i in range(17)
    )
    box = f'x="{cx - w / 2}" y="{top}" width="{w}" height="{h}" rx="14"'
    return f'<rect {box} fill="{colour}"/><rect {box} fill="url(#gloss)"/>{ribs}'


def glass(path: str, content: str, inside: str = "") -> str:
    return (
        f'<path d="{path}" fill="{content}"/>{inside}<path d="{path}" fill="url(#gloss)"/>'
        f'<path d="{path}" fill="none" stroke="#fff" stroke-opacity=".6" stroke-width="5"/>'
    )


def jar_path(cx: float, top: float, w: float, h: float, neck: float) -> str:
    x, b, t = cx - w / 2, top + h, top + neck
    return (
        f"M{x + 30} {t + 14}H{x + w - 30}Q{x + w} {t + 26} {x + w} {t + 76}V{b - 36}Q{x + w} {b} {x + w - 36} {b}"
        f"H{x + 36}Q{x} {b} {x} {b - 36}V{t + 76}Q{x} {t + 26} {x + 30} {t + 14}Z"
    )


def jar(s: Sketch, d: Design) -> str:
    """A jar with a screw lid; ``style`` gives the colour of a smooth content, a piece the look of a coarse one."""
    c = d.colours
    path = jar_path(400, 176, 350, 516, 78)
    inside = ""
    if d.piece and not d.style.endswith("!"):
        inside = s.clip(f'<path d="{path}"/>', filling(s, d.piece, (225, 270, 350, 430), 1))
    return (
        shadow(400, 692, 206)
        + glass(path, d.style.rstrip("!") or c.body, inside)
        + lid(400, 176, 292, 78, c.dark)
        + '<rect x="264" y="254" width="272" height="15" fill="#000" opacity=".16"/>'
        + patch(s, d, 242, 400, 316, 226, 54)
    )


def cookie_jar(s: Sketch, d: Design) -> str:
    """A clear tin for cookies (toples), full to the lid."""
    c = d.colours
    path = "M196 250H604V640Q604 694 550 694H250Q196 694 196 640Z"
    inside = s.clip(f'<path d="{path}"/>', filling(s, d.piece, (190, 262, 420, 440), 1.25))
    knob = lid(400, 186, 446, 72, c.dark) + f'<rect x="350" y="156" width="100" height="34" rx="12" fill="{c.dark}"/>'
    ribbon = f'<path d="M196 640H604V640Q604 694 550 694H250Q196 694 196 640Z" fill="{c.body}" opacity=".85"/>'
    return shadow(400, 694, 236) + glass(path, "#B98F58", inside + ribbon) + knob + patch(s, d, 250, 368, 300, 218, 56)


def syrup_bottle(s: Sketch, d: Design) -> str:
    """A tall bottle with a long neck."""
    c = d.colours
    path = (
        "M362 150V226C362 300 272 300 272 392V654Q272 694 312 694H488Q528 694 528 654V392C528 300 438 300 438 226V150Z"
    )
    return (
        shadow(400, 694, 150)
        + glass(path, d.style or c.body)
        + lid(400, 84, 98, 76, c.dark)
        + '<path d="M296 400V640" stroke="#fff" stroke-opacity=".5" stroke-width="9" stroke-linecap="round"/>'
        + patch(s, d, 276, 402, 248, 238, 50)
    )


def drink_bottle(s: Sketch, d: Design) -> str:
    """A small plastic drink bottle with a wide cap and a sleeve."""
    c = d.colours
    path = "M346 220H454C460 282 520 290 520 352V420Q510 436 520 452V640Q520 694 468 694H332Q280 694 280 640V452Q290 436 280 420V352C280 290 340 282 346 220Z"
    return (
        shadow(400, 694, 146)
        + glass(path, d.style or c.body)
        + lid(400, 158, 124, 64, c.dark)
        + patch(s, d, 283, 424, 234, 210, 46)
    )


def honey_bottle(s: Sketch, d: Design) -> str:
    """A square-shouldered honey bottle with a paper collar."""
    c = d.colours
    path = "M346 196H454V260Q556 276 556 356V646Q556 694 508 694H292Q244 694 244 646V356Q244 276 346 260Z"
    collar = (
        f'<path d="M332 246H468L486 312Q400 340 314 312Z" fill="{c.paper}"/>'
        f'<path d="M332 246H468V258H332Z" fill="{c.paper_accent}"/>'
    )
    return (
        shadow(400, 694, 184)
        + glass(path, d.style or c.body)
        + '<path d="M270 370Q262 520 272 640" stroke="#fff" stroke-opacity=".35" stroke-width="12" fill="none" stroke-linecap="round"/>'
        + lid(400, 128, 132, 76, c.dark)
        + collar
        + patch(s, d, 262, 404, 276, 232, 52)
    )


def sauce_bottle(s: Sketch, d: Design) -> str:
    """A slim sauce bottle with a pointed cap."""
    c = d.colours
    path = "M356 232H444C452 300 516 318 516 392V650Q516 694 472 694H328Q284 694 284 650V392C284 318 348 300 356 232Z"
    cap = (
        f'<path d="M372 110H428L446 238H354Z" fill="{c.dark}"/><path d="M372 110H428L446 238H354Z" fill="url(#gloss)"/>'
    )
    return shadow(400, 694, 142) + glass(path, d.style or c.body) + cap + patch(s, d, 287, 404, 226, 230, 46)


def vial(s: Sketch, d: Design) -> str:
    """A little oil bottle next to its carton."""
    c = d.colours
    box = (
        f'<path d="M420 300L560 270 640 300V676L500 706 420 676Z" fill="{c.body}"/><path d="M420 300L500 326V706L420 676Z" fill="{c.dark}"/>'
        f'<path d="M420 300L560 270 640 300 500 326Z" fill="{c.accent}"/>'
        f'<g transform="matrix(1 -.2 0 1 500 326)">{text(d.lines[0], 70, 190, fitted(d.lines[:1], 34, 120), c.ink)}'
        + (text(d.lines[1], 70, 228, fitted(d.lines[1:2], 34, 120), c.ink) if len(d.lines) > 1 else "")
        + band(s, 0, 70, 140, 44, c.accent, c.body)
        + text(d.net, 70, 330, 24, c.accent, REGULAR)
        + "</g>"
    )
    path = "M236 380H324V420Q384 432 384 490V660Q384 694 350 694H210Q176 694 176 660V490Q176 432 236 420Z"
    return (
        shadow(530, 700, 130)
        + box
        + shadow(280, 694, 120)
        + glass(path, d.style or c.paper_accent)
        + lid(280, 300, 96, 84, c.dark)
        + patch(s, d, 180, 500, 200, 158, 32)
    )


def pump_bottle(s: Sketch, d: Design) -> str:
    """A bottle with a pump: liquid soap and sanitizer."""
    c = d.colours
    spout = "M352 118H470Q494 118 494 144V158H438V232H394V158H352Z"
    path = jar_path(400, 226, 306, 468, 52)
    return (
        shadow(400, 694, 172)
        + f'<path d="{spout}" fill="#E9EFEF"/><path d="{spout}" fill="url(#gloss)"/>'
        + glass(path, d.style or c.body)
        + lid(400, 226, 132, 54, "#F4F6F6")
        + patch(s, d, 266, 392, 268, 232, 50)
    )


def flip_bottle(s: Sketch, d: Design) -> str:
    """A squeezable dish-soap bottle with a flip cap."""
    c = d.colours
    path = "M330 236H470C540 270 548 340 526 430 514 500 544 560 540 640Q536 694 484 694H316Q264 694 260 640C256 560 286 500 274 430 252 340 260 270 330 236Z"
    cap = f'<path d="M356 150H444L462 240H338Z" fill="{c.dark}"/><path d="M382 118H418V152H382Z" fill="{c.dark}"/><path d="M356 150H444L462 240H338Z" fill="url(#gloss)"/>'
    return shadow(400, 694, 156) + cap + glass(path, d.style or c.body) + patch(s, d, 284, 352, 232, 250, 48)


def spice_jar(s: Sketch, d: Design) -> str:
    """A small spice bottle with a shaker lid, full of pepper."""
    c = d.colours
    path = "M266 250H534Q560 258 560 300V640Q560 694 506 694H294Q240 694 240 640V300Q240 258 266 250Z"
    powder = not d.piece
    inside = "" if powder else s.clip(f'<path d="{path}"/>', filling(s, d.piece, (240, 280, 320, 420), 1))
    top = lid(400, 140, 284, 116, c.dark) + '<rect x="262" y="176" width="276" height="6" fill="#000" opacity=".16"/>'
    return shadow(400, 694, 188) + glass(path, d.style or "#B9A888", inside) + top + patch(s, d, 250, 356, 300, 244, 58)


def carton(s: Sketch, d: Design) -> str:
    """A carton seen from its edge: tea and sweets."""
    c = d.colours
    front, side, top = (
        "M170 320L470 372V700L170 630Z",
        "M470 372L640 312V622L470 700Z",
        "M170 320L340 266 640 312 470 372Z",
    )
    size = fitted(d.lines, 62, 262)
    words = text(d.place.upper(), 150, 66, 20, c.accent, REGULAR, 3)
    line = 78.0
    for part in d.lines:
        line += size
        words += text(part, 150, line, size, c.ink)
    words += text(d.small_print, 150, line + 34, fitted([d.small_print], 24, 262, REGULAR), c.accent, REGULAR)
    words += band(s, 0, 252, 300, 46, c.accent, c.body)
    return (
        shadow(410, 690, 270, 44)
        + f'<path d="{front}" fill="{c.body}"/><path d="{side}" fill="{c.dark}"/><path d="{top}" fill="{c.paper}"/>'
        + f'<path d="{top}" fill="{c.body}" opacity=".55"/><g transform="matrix(1 .19 0 1 170 320)">{words}</g>'
        + f'<g transform="matrix(1 -.4 0 1 470 372)">{band(s, 0, 120, 170, 60, c.accent, c.dark)}</g>'
    )


def flat_box(s: Sketch, d: Design) -> str:
    """A low gift box, half open, showing the sweets."""
    c = d.colours
    tray = f'<path d="M110 600L180 470H620L690 600V676H110Z" fill="{c.dark}"/><path d="M136 600L196 486H604L664 600Z" fill="#FFF6E2"/>'
    seen = s.clip('<path d="M136 600L196 486H604L664 600Z"/>', filling(s, d.piece, (140, 486, 520, 130), 1.05))
    edge = f'<path d="M110 600H690V690H110Z" fill="{c.body}"/>' + band(s, 110, 622, 580, 46, c.accent, c.body)
    cover = f'<path d="M190 470L236 170Q238 156 252 156H548Q562 156 564 170L610 470Z" fill="{c.body}"/><path d="M190 470L236 170Q238 156 252 156H548Q562 156 564 170L610 470Z" fill="url(#fold)"/>'
    return shadow(400, 692, 320, 40) + cover + patch(s, d, 270, 196, 260, 216, 52) + tray + seen + edge


def can(s: Sketch, d: Design) -> str:
    """A tin can with a full label."""
    c = d.colours
    body = "M210 240V646Q210 694 400 694T590 646V240Z"
    label = f'<path d="M210 286V622Q210 668 400 668T590 622V286Q590 332 400 332T210 286Z" fill="{c.body}"/>'
    rings = '<ellipse cx="400" cy="240" rx="190" ry="48" fill="url(#silver)"/><ellipse cx="400" cy="242" rx="166" ry="38" fill="#8E999E"/><ellipse cx="400" cy="238" rx="120" ry="25" fill="none" stroke="#C9D1D4" stroke-width="5"/><path d="M392 226h64q18 6 0 14h-64z" fill="#D9DFE2" stroke="#7D888D" stroke-width="3"/>'
    return (
        shadow(400, 690, 214)
        + f'<path d="{body}" fill="#B9C3C7"/>{label}'
        + band(s, 210, 350, 380, 36, c.accent, c.body)
        + f'<path d="{body}" fill="url(#gloss)"/>{rings}'
        + patch(s, d, 268, 404, 264, 216, 48)
    )


def cup(s: Sketch, d: Design) -> str:
    """An instant-noodle cup with steam."""
    c = d.colours
    body = "M216 300H584L540 664Q536 694 400 694T260 664Z"
    belt = s.clip(f'<path d="{body}"/>', band(s, 200, 606, 400, 56, c.accent, c.body))
    steam = "".join(
        f'<path d="M{x} 236q-26-34 0-62t0-62" stroke="#fff" stroke-width="15" fill="none" stroke-linecap="round" opacity=".75"/>'
        for x in (330, 400, 470)
    )
    return (
        steam + shadow(400, 690, 178) + f'<path d="{body}" fill="{c.body}"/>{belt}'
        f'<path d="{body}" fill="url(#gloss)"/><rect x="202" y="270" width="396" height="40" rx="18" fill="{c.paper}"/>'
        '<rect x="202" y="270" width="396" height="40" rx="18" fill="url(#gloss)"/>'
        + patch(s, d, 272, 348, 256, 232, 54)
    )


FORMS = {
    "jar": jar,
    "cookie_jar": cookie_jar,
    "syrup_bottle": syrup_bottle,
    "drink_bottle": drink_bottle,
    "honey_bottle": honey_bottle,
    "sauce_bottle": sauce_bottle,
    "vial": vial,
    "pump_bottle": pump_bottle,
    "flip_bottle": flip_bottle,
    "spice_jar": spice_jar,
    "carton": carton,
    "flat_box": flat_box,
    "can": can,
    "cup": cup,
}
