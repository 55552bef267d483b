"""Heaps and fillings made of single pieces."""

from collections.abc import Callable

from gallery.demo.pictures import pieces_plant, pieces_sea, pieces_snack
from gallery.demo.pictures.canvas import Sketch, moved, shadow

Piece = Callable[[Sketch], str]
PIECES: dict[str, Piece] = {**pieces_snack.PIECES, **pieces_sea.PIECES, **pieces_plant.PIECES}
SMALL = {"pepper_white", "pepper_black", "bean_green", "soybean", "rice", "rebon", "tea_leaf", "keranji", "coffee_bean"}
"""Pieces that are strewn in numbers rather than laid one by one."""
UPRIGHT = {
    "pineapple",
    "coconut",
    "sugar_disc",
    "paste_block",
    "kue_satu",
    "crab",
    "garlic",
    "shallot",
    "drop",
    "dodol",
    "drip",
    "drip_dark",
    "teacup",
    "coffee_cup",
}
"""Pieces that stand as they are drawn."""

LARGE = {
    "pineapple": (1.9, 0.98),
    "coconut": (1.7, 1.06),
    "crab": (1.35, 1.02),
    "tenggiri": (1.5, 0.98),
    "mayung": (1.4, 0.98),
    "squid": (1.5, 1),
    "squid_dried": (1.3, 1),
    "drip": (1.3, 1),
    "drip_dark": (1.3, 1),
    "teacup": (1.25, 1.02),
    "coffee_cup": (1.25, 1.02),
    "lemongrass": (1.7, 0.92),
    "turmeric": (1.5, 1),
}
"""Pieces shown once and big: how large, and how far from the pack."""


def turn_of(s: Sketch, name: str, reach: float = 32) -> float:
    return 0 if name in UPRIGHT else s.between(-reach, reach)


def filling(s: Sketch, name: str, area: tuple[float, float, float, float], scale: float = 1) -> str:
    """Return pieces covering ``area`` (x, y, w, h) closely; the caller cuts them to shape."""
    x, y, w, h = area
    step = (15 if name in SMALL else 46) * scale
    spots = [
        (x + (c + 0.5 * (r % 2)) * step * 1.25 + s.between(-7, 7), y + r * step * 0.8 + s.between(-6, 6))
        for r in range(int(h / (step * 0.8)) + 2)
        for c in range(int(w / (step * 1.25)) + 2)
    ]
    draw = PIECES[name]
    return "".join(moved(draw(s), px, py, scale * s.between(1.0, 1.2), s.between(-70, 70)) for px, py in spots)


def heap(s: Sketch, name: str, cx: float, cy: float, count: int, scale: float = 1, spread: float = 95) -> str:
    """Return ``count`` pieces lying on the table around (cx, cy), far ones first."""
    spots = sorted(
        ((cx + s.between(-spread, spread), cy + s.between(-spread * 0.36, spread * 0.36)) for _ in range(count)),
        key=lambda spot: spot[1],
    )
    draw = PIECES[name]
    laid = "".join(moved(draw(s), x, y, scale * s.between(0.9, 1.1), turn_of(s, name)) for x, y in spots)
    return shadow(cx - 8, cy + 26 * scale, spread + 40 * scale, 22) + laid
