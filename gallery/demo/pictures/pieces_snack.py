"""Crackers, chips and sweets: single pieces about 40 units in radius, drawn around the origin."""

import math

from gallery.demo.pictures.canvas import Sketch


def spots(s: Sketch, count: int, reach: float, size: float, fill: str, opacity: float = 0.6) -> str:
    """Return specks strewn over a disc of radius ``reach``."""
    out = ""
    for _ in range(count):
        angle, far = s.between(0, 2 * math.pi), reach * math.sqrt(s.between(0, 1))
        x, y, r = far * math.cos(angle), far * math.sin(angle) * 0.9, size * s.between(0.5, 1.3)
        out += f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{r:.1f}" ry="{r * 0.7:.1f}" fill="{fill}" opacity="{opacity}"/>'
    return out


def blob(s: Sketch, r: float, waves: float, points: int = 12, flat: float = 0.9) -> str:
    """Return the path of a roundish uneven shape."""
    nodes = []
    for i in range(points):
        a, far = 2 * math.pi * i / points, r * (1 + s.between(-waves, waves))
        nodes.append((far * math.cos(a), far * math.sin(a) * flat))
    mids = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(nodes, nodes[1:] + nodes[:1], strict=True)]
    path = f"M{mids[-1][0]:.1f} {mids[-1][1]:.1f}"
    for node, mid in zip(nodes, mids, strict=True):
        path += f"Q{node[0]:.1f} {node[1]:.1f} {mid[0]:.1f} {mid[1]:.1f}"
    return path + "Z"


def disc(s: Sketch, rim: str, face: str, speck: str, waves: float = 0.05) -> str:
    """Return a thin fried disc: rim below, face above, specks on it."""
    path = blob(s, 40, waves)
    return (
        f'<path d="{path}" fill="{rim}"/><g transform="translate(-2 -4) scale(.93)"><path d="{path}" fill="{face}" stroke="{rim}" stroke-width="2.5"/></g>'
        f"{spots(s, 9, 30, 5, speck)}"
    )


def kemplang(s: Sketch) -> str:
    return disc(s, "#C9A06A", "#F6E6CA", "#B07A3C")


def kemplang_fried(s: Sketch) -> str:
    return disc(s, "#C98F3E", "#F3D596", "#D9A552", 0.12)


def kemplang_raw(s: Sketch) -> str:
    return disc(s, "#B9B09C", "#E9E2D2", "#CFC4AD", 0.03)


def ampiang(s: Sketch) -> str:
    return disc(s, "#B98B58", "#EBCFA2", "#9C6A36", 0.18)


def peletek(s: Sketch) -> str:
    return f'<g transform="scale(.72 .62)">{disc(s, "#B5763A", "#E7B878", "#8F5524", 0.22)}</g>'


def jambal(s: Sketch) -> str:
    return disc(s, "#B9996F", "#EAD9B8", "#FFF8E6", 0.16)


def prawn_cracker(s: Sketch) -> str:
    return disc(s, "#D98A6A", "#F9CDB4", "#FFEFE4", 0.2)


def getas(s: Sketch) -> str:
    _ = s
    return (
        '<ellipse rx="36" ry="18" fill="#BF7E3A"/><ellipse cx="-2" cy="-3" rx="33" ry="15" fill="#EFC58B"/>'
        '<path d="M-20-5q9-7 18 0M2 2q9-7 18 0" stroke="#B97735" stroke-width="2.6" fill="none" opacity=".7"/>'
    )


def getas_squid(s: Sketch) -> str:
    _ = s
    return (
        '<ellipse rx="30" ry="20" fill="#8C7A83"/><ellipse cx="-2" cy="-3" rx="27" ry="17" fill="#DCCFD2"/>'
        '<path d="M-16-6q8-6 16 0M0 4q8-6 16 0" stroke="#7E6A75" stroke-width="2.6" fill="none" opacity=".7"/>'
    )


def getas_shrimp(s: Sketch) -> str:
    _ = s
    return (
        '<ellipse rx="34" ry="17" fill="#C46A45"/><ellipse cx="-2" cy="-3" rx="31" ry="14" fill="#F5B48E"/>'
        '<path d="M-18-5q8-6 16 0M2 3q8-6 16 0" stroke="#C0603A" stroke-width="2.6" fill="none" opacity=".7"/>'
    )


def _curl(dark: str, face: str, shine: str) -> str:
    curve = "M-34 8C-30-26 6-30 8-4S-16 24-4 4 30-20 34 10"
    return (
        f'<path d="{curve}" fill="none" stroke="{dark}" stroke-width="21" stroke-linecap="round"/>'
        f'<path d="{curve}" fill="none" stroke="{face}" stroke-width="15" stroke-linecap="round"/>'
        f'<path d="M-32 2C-26-24 2-24 4-6" fill="none" stroke="{shine}" stroke-width="4" stroke-linecap="round"/>'
    )


def kericu(s: Sketch) -> str:
    _ = s
    return _curl("#B77F33", "#F0C36F", "#FBE6B6")


def kericu_squid(s: Sketch) -> str:
    _ = s
    return _curl("#8B6E66", "#D7B9A6", "#F2E2D6")


def _stick(dark: str, face: str) -> str:
    return (
        f'<rect x="-44" y="-8" width="88" height="17" rx="8" fill="{dark}"/>'
        f'<rect x="-44" y="-10" width="88" height="13" rx="6.5" fill="{face}"/>'
        '<path d="M-34-6h40" stroke="#fff" stroke-opacity=".45" stroke-width="3" stroke-linecap="round"/>'
    )


def squid_stick(s: Sketch) -> str:
    return _stick("#A5713C", s.rng.choice(["#E9BE86", "#E2B077", "#F0CB99"]))


def pineapple_stick(s: Sketch) -> str:
    return _stick("#B98A1B", s.rng.choice(["#F2CF57", "#EAC044", "#F6DB7C"]))


def sukun_chip(s: Sketch) -> str:
    return (
        '<path d="M-40 14A42 42 0 0 1 40 14Q0 26-40 14Z" fill="#C79A45"/>'
        '<path d="M-37 9A39 39 0 0 1 37 9Q0 20-37 9Z" fill="#F5DF9E"/>'
        '<path d="M-22 4Q0-18 22 4" fill="none" stroke="#D7B25A" stroke-width="3"/>' + spots(s, 5, 20, 2.6, "#B98A36")
    )


def gedebog_chip(s: Sketch) -> str:
    cells = "".join(
        f'<ellipse cx="{x}" cy="{y}" rx="5.5" ry="4" fill="#B58A4B" opacity=".55"/>'
        for x in range(-22, 23, 11)
        for y in range(-12, 13, 10)
    )
    return (
        f'<path d="{blob(s, 38, 0.1, 9, 0.66)}" fill="#B78544"/><g transform="translate(-1 -3) scale(.92)">'
        f'<path d="{blob(s, 38, 0.06, 9, 0.66)}" fill="#EBCB91"/>{cells}</g>'
    )


def banana_chip(s: Sketch) -> str:
    _ = s
    seeds = "".join(
        f'<ellipse cx="{9 * math.cos(a):.1f}" cy="{7 * math.sin(a):.1f}" rx="2.4" ry="1.7" fill="#7A4E14"/>'
        for a in (0.4, 2.5, 4.6)
    )
    return (
        '<ellipse rx="36" ry="27" fill="#C98D1E"/><ellipse cx="-1" cy="-3" rx="33" ry="24" fill="#F7D469"/>'
        '<ellipse cx="-1" cy="-3" rx="20" ry="14" fill="#FBE59B"/>' + seeds
    )


def taro_chip(s: Sketch) -> str:
    path = blob(s, 38, 0.07)
    return (
        f'<path d="{path}" fill="#A58A98"/><g transform="translate(-1 -3) scale(.93)">'
        f'<path d="{path}" fill="#EFE4EA" stroke="#A58A98" stroke-width="2.5"/></g>{spots(s, 22, 28, 2.4, "#8A4F7A", 0.8)}'
    )


def pineapple_ring(s: Sketch) -> str:
    rays = "".join(
        f'<path d="M{17 * math.cos(a):.1f} {14 * math.sin(a):.1f}L{33 * math.cos(a):.1f} {27 * math.sin(a):.1f}" '
        'stroke="#D79A14" stroke-width="2.4" opacity=".7"/>'
        for a in (i * math.pi / 7 for i in range(14))
    )
    return (
        f'<path fill-rule="evenodd" d="{blob(s, 40, 0.04, 14, 0.82)}M11 0A11 9 0 1 0-11 0A11 9 0 1 0 11 0Z" '
        f'fill="#D79A14"/><g transform="translate(-1 -3)"><path fill-rule="evenodd" '
        f'd="{blob(s, 36, 0.05, 14, 0.82)}M11 0A11 9 0 1 0-11 0A11 9 0 1 0 11 0Z" fill="#F9CF3E"/>{rays}</g>'
    )


def dodol(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-52-10L-34-4V14L-52 22ZM52-10L34-4V14L52 22Z" fill="#F3D27A"/>'
        '<rect x="-36" y="-14" width="72" height="34" rx="9" fill="#A9661C"/>'
        '<rect x="-36" y="-16" width="72" height="24" rx="8" fill="#D08E34"/>'
        '<path d="M-26-9h34" stroke="#fff" stroke-opacity=".5" stroke-width="4" stroke-linecap="round"/>'
    )


def keranji(s: Sketch) -> str:
    _ = s
    return (
        '<ellipse rx="24" ry="18" fill="#2E1B14"/><ellipse cx="-2" cy="-2" rx="21" ry="15" fill="#4D3022"/>'
        '<ellipse cx="-8" cy="-7" rx="7" ry="4" fill="#8E6A55" opacity=".8"/>'
        '<path d="M22-4q8-6 12-4" stroke="#6B4A2B" stroke-width="3" fill="none"/>'
    )


def rintak(s: Sketch) -> str:
    _ = s
    petals = "".join(
        f'<circle cx="{21 * math.cos(a):.1f}" cy="{18 * math.sin(a):.1f}" r="13" fill="#F2DDA6"/>'
        for a in (i * math.pi / 3 for i in range(6))
    )
    return (
        '<ellipse cy="5" rx="36" ry="30" fill="#C79B54"/>'
        + petals
        + '<circle r="15" fill="#EFD08A"/><circle r="6" fill="#C0832F"/>'
    )


def semprong(s: Sketch) -> str:
    _ = s
    rings = "".join(f'<path d="M{x}-15v30" stroke="#C58B35" stroke-width="2" opacity=".6"/>' for x in range(-32, 33, 9))
    return (
        '<rect x="-46" y="-14" width="92" height="32" rx="14" fill="#B67A2B"/>'
        '<rect x="-46" y="-17" width="92" height="30" rx="14" fill="#EFC678"/>' + rings + ""
        '<ellipse cx="44" cy="-2" rx="7" ry="14" fill="#8F5A1C"/><ellipse cx="44" cy="-2" rx="3.4" ry="8" fill="#EFC678"/>'
    )


def kue_satu(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-34-6L0-24 34-6V14L0 32-34 14Z" fill="#B99B62"/><path d="M-34-6L0-24 34-6 0 12Z" fill="#F4E6BF"/>'
        '<path d="M-16-6L0-15 16-6 0 3Z" fill="none" stroke="#C7A867" stroke-width="3"/>'
    )


def bangkit(s: Sketch) -> str:
    return (
        f'<path d="{blob(s, 34, 0.04, 8, 0.8)}" fill="#CFC3A6"/><g transform="translate(-1 -5)">'
        f'<path d="{blob(s, 33, 0.04, 8, 0.8)}" fill="#FBF6E8"/></g><circle cy="-5" r="5" fill="#D1452F"/>'
    )


def sugar_disc(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-40-8V10a40 18 0 0 0 80 0V-8Z" fill="#6E3C14"/><ellipse cy="-8" rx="40" ry="18" fill="#A5662B"/>'
        '<ellipse cx="-6" cy="-11" rx="22" ry="8" fill="#C58845" opacity=".7"/>'
    )


def _pempek(dark: str, face: str) -> str:
    return (
        f'<rect x="-46" y="-18" width="92" height="42" rx="20" fill="{dark}"/>'
        f'<rect x="-46" y="-22" width="92" height="38" rx="19" fill="{face}"/>'
        '<path d="M-28-12h44" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".8"/>'
    )


def pempek(s: Sketch) -> str:
    _ = s
    return _pempek("#B9AD97", "#F1EADB")


def pempek_pink(s: Sketch) -> str:
    _ = s
    return _pempek("#D08F78", "#F9CFBC")


PIECES = {
    "pempek": pempek,
    "pempek_pink": pempek_pink,
    "kemplang": kemplang,
    "kemplang_fried": kemplang_fried,
    "kemplang_raw": kemplang_raw,
    "ampiang": ampiang,
    "peletek": peletek,
    "jambal": jambal,
    "prawn_cracker": prawn_cracker,
    "getas": getas,
    "getas_squid": getas_squid,
    "getas_shrimp": getas_shrimp,
    "kericu": kericu,
    "kericu_squid": kericu_squid,
    "squid_stick": squid_stick,
    "pineapple_stick": pineapple_stick,
    "sukun_chip": sukun_chip,
    "gedebog_chip": gedebog_chip,
    "banana_chip": banana_chip,
    "taro_chip": taro_chip,
    "pineapple_ring": pineapple_ring,
    "dodol": dodol,
    "keranji": keranji,
    "rintak": rintak,
    "semprong": semprong,
    "kue_satu": kue_satu,
    "bangkit": bangkit,
    "sugar_disc": sugar_disc,
}
