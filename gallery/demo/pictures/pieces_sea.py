"""Fish, squid, shrimp and crab: single pieces about 40 units long, drawn around the origin."""

from gallery.demo.pictures.canvas import Sketch


def fish(back: str, belly: str, fin: str, length: float = 1) -> str:
    """Return a fish looking left."""
    body = "M-62 0C-44-26 10-30 44-6L44 6C10 28-44 24-62 0Z"
    return (
        f'<g transform="scale({length:.2f} 1)"><path d="M40-2L74-24Q66 0 74 24L40 2Z" fill="{fin}"/>'
        f'<path d="M-16-22L6-38 18-19ZM-6 20L6 34 14 18Z" fill="{fin}"/>'
        f'<path d="{body}" fill="{back}"/><path d="M-62 0C-44 22 10 26 44 6L44 1C10 8-40 8-62 0Z" fill="{belly}"/>'
        '<path d="M-34-15Q-26 0-34 15" fill="none" stroke="#000" stroke-opacity=".25" stroke-width="3"/>'
        '<circle cx="-46" cy="-5" r="5" fill="#fff"/><circle cx="-47" cy="-5" r="2.8" fill="#1B2327"/></g>'
    )


def tenggiri(s: Sketch) -> str:
    _ = s
    bars = "".join(
        f'<path d="M{x}-18q5 12 0 24" stroke="#2F4A59" stroke-width="4" fill="none" opacity=".6"/>'
        for x in range(-20, 34, 12)
    )
    return fish("#6F93A6", "#DDE8EC", "#42606F", 1.25) + bars


def salted_fish(s: Sketch) -> str:
    _ = s
    salt = "".join(
        f'<circle cx="{x}" cy="{y}" r="2" fill="#fff" opacity=".9"/>' for x, y in ((-20, -8), (2, 6), (22, -4))
    )
    return fish("#B98F5C", "#EBD5AC", "#8C6636", 1.15) + salt


def ciu(s: Sketch) -> str:
    _ = s
    return f'<g transform="scale(.8)">{fish("#C9B06F", "#F5E8BE", "#96793A", 0.9)}<path d="M-20-4H36" stroke="#D8A62A" stroke-width="5"/></g>'


def mayung(s: Sketch) -> str:
    _ = s
    whiskers = '<path d="M-60 2q-18 4-24 16M-58 6q-12 10-12 22" stroke="#4A4F57" stroke-width="3" fill="none"/>'
    return fish("#7C7F8A", "#D9DADF", "#55575F", 1.1) + whiskers


def anchovy(s: Sketch) -> str:
    shade = s.rng.choice(["#B9A06C", "#A98D58", "#C9B482"])
    return (
        f'<path d="M-40 0Q-10-13 26-4L42-12 38 0 42 12 26 4Q-10 11-40 0Z" fill="{shade}"/>'
        '<path d="M-34-1Q-6-6 24-1" stroke="#F4EBD0" stroke-width="4" fill="none" stroke-linecap="round"/>'
        '<circle cx="-31" cy="-2" r="3" fill="#2B2117"/>'
    )


def anchovy_crisp(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-42 0Q-20-18 8-10 30-16 42-2 34 14 8 12-18 18-42 0Z" fill="#B9772B"/>'
        '<path d="M-38-3Q-18-17 8-11 28-15 38-3 30 8 8 7-18 12-38-3Z" fill="#EDB45C"/>'
        '<path d="M-22-5q8-5 14 0t14 0" stroke="#FBDFA4" stroke-width="3.4" fill="none"/>'
    )


def fish_skin(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-40-6Q-22-26-4-12 12-26 40-10 30 2 38 14 12 26-4 14-24 24-40 12-30 4-40-6Z" fill="#7B6A55"/>'
        '<path d="M-36-8Q-20-24-4-13 12-24 36-11 27 0 32 8 12 18-4 9-22 18-36 8-28 0-36-8Z" fill="#CDB893"/>'
        '<path d="M-24-6q6 5 12 0t12 0 12 0" stroke="#8A7658" stroke-width="2.6" fill="none"/>'
    )


def squid(s: Sketch) -> str:
    _ = s
    arms = "".join(
        f'<path d="M26 {y}q20 {y / 2:.0f} 34 {y * 2}" stroke="#B98A94" stroke-width="6" fill="none" '
        'stroke-linecap="round"/>'
        for y in (-10, -4, 3, 9)
    )
    return (
        arms + '<path d="M-58 0L-36-24-22-14ZM-58 0L-36 24-22 14Z" fill="#C79AA4"/>'
        '<path d="M-60 0Q-20-24 26-14V14Q-20 24-60 0Z" fill="#E6C6CB"/>'
        '<path d="M-46-2Q-10-12 18-8" stroke="#fff" stroke-width="5" fill="none" stroke-linecap="round" opacity=".7"/>'
        '<circle cx="22" cy="-5" r="4.4" fill="#2B2117"/>'
    )


def squid_dried(s: Sketch) -> str:
    _ = s
    arms = "".join(
        f'<path d="M26 {y}q20 {y / 2:.0f} 30 {y * 2}" stroke="#A5703E" stroke-width="5" fill="none" '
        'stroke-linecap="round"/>'
        for y in (-10, -4, 3, 9)
    )
    return (
        arms + '<path d="M-58 0Q-40-30-10-22L26-12V12L-10 22Q-40 30-58 0Z" fill="#B67B43"/>'
        '<path d="M-48-2Q-32-20-8-15L22-8V3L-8 8Q-32 12-48-2Z" fill="#DFAF74"/>'
        '<path d="M-44 0H24" stroke="#9C6430" stroke-width="2.6" opacity=".7"/>'
    )


def shrimp(s: Sketch) -> str:
    _ = s
    rings = "".join(
        f'<path d="{d}" stroke="#C9512F" stroke-width="3" fill="none" opacity=".75"/>'
        for d in ("M-22-20q6 10 2 22", "M-6-26q6 12 2 24", "M10-24q4 12-2 22", "M24-14q0 10-10 16")
    )
    return (
        '<path d="M-40-2Q-36-34 4-32 44-28 40 8 38 30 18 36L12 26Q26 16 18 4 8-6-14 2-32 10-40-2Z" fill="#F0825A"/>'
        '<path d="M-36-4Q-30-28 4-27 30-24 34 0" stroke="#FBC0A4" stroke-width="5" fill="none"/>' + rings + ""
        '<path d="M18 36L2 46 24 48 38 40Z" fill="#D9552F"/><circle cx="-31" cy="-9" r="3.6" fill="#2B2117"/>'
        '<path d="M-40-6Q-64-16-66 10M-40-3Q-60-4-58 22" stroke="#D9552F" stroke-width="2.4" fill="none"/>'
    )


def rebon(s: Sketch) -> str:
    return f'<g transform="scale(.46)" opacity=".95">{shrimp(s)}</g>'


def crab(s: Sketch) -> str:
    _ = s
    legs = "".join(
        f'<path d="M{30 * d} {y}q{22 * d} -4 {26 * d} {18}" stroke="#B8391C" stroke-width="7" fill="none" '
        'stroke-linecap="round"/>'
        for d in (-1, 1)
        for y in (-2, 8, 16)
    )
    claws = "".join(
        f'<path d="M{26 * d}-14Q{52 * d}-20 {48 * d}-40" stroke="#B8391C" stroke-width="8" fill="none"/>'
        f'<path d="M{48 * d}-36q{-16 * d}-12 {-6 * d}-28q{4 * d} 12 {8 * d} 12t{10 * d}-10q{6 * d} 16-{12 * d} 26Z" '
        'fill="#DD5730"/>'.replace("--", "")
        for d in (-1, 1)
    )
    return (
        legs + claws + '<path d="M-40 0Q-36-26 0-26T40 0Q34 28 0 28T-40 0Z" fill="#DD5730"/>'
        '<path d="M-28-8Q-18-18 4-18" stroke="#F6A684" stroke-width="6" fill="none" stroke-linecap="round"/>'
        '<circle cx="-11" cy="-25" r="5" fill="#1B2327"/><circle cx="11" cy="-25" r="5" fill="#1B2327"/>'
    )


def paste_block(s: Sketch) -> str:
    _ = s
    return (
        '<path d="M-44-8L0-26 44-8V22L0 42-44 22Z" fill="#5A2531"/><path d="M-44-8L0-26 44-8 0 10Z" fill="#96505C"/>'
        '<path d="M0 10L44-8V22L0 42Z" fill="#46192A"/>'
    )


PIECES = {
    "tenggiri": tenggiri,
    "salted_fish": salted_fish,
    "ciu": ciu,
    "mayung": mayung,
    "anchovy": anchovy,
    "anchovy_crisp": anchovy_crisp,
    "fish_skin": fish_skin,
    "squid": squid,
    "squid_dried": squid_dried,
    "shrimp": shrimp,
    "rebon": rebon,
    "crab": crab,
    "paste_block": paste_block,
}
