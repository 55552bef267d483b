"""The small map of the first page: where each district stands on the outline in static/img. It only repeats the list.

A district without a spot here is in the list and not on the map: another province brings its own outline.
"""

from collections.abc import Iterable
from math import sqrt
from typing import Final, NamedTuple

from gallery.web.filters import daerah_pendek


class Spot(NamedTuple):
    """Centre of a district on the outline, and where its name is written."""

    x: int
    y: int
    text_x: int
    text_y: int
    anchor: str


class Dot(NamedTuple):
    """A district as the map draws it; the dot grows with its products."""

    code: str
    name: str
    products: int
    radius: int
    spot: Spot


SPOTS: Final = {
    "19.71": Spot(222, 146, 262, 152, "start"),
    "19.01": Spot(196, 78, 234, 72, "start"),
    "19.05": Spot(92, 116, 2, 178, "start"),
    "19.04": Spot(270, 212, 310, 222, "start"),
    "19.03": Spot(288, 284, 248, 308, "end"),
    "19.02": Spot(548, 280, 574, 238, "middle"),
    "19.06": Spot(620, 300, 664, 362, "end"),
}
SMALLEST, LARGEST = 22, 34


def map_dots(districts: Iterable[tuple[str, str, int]]) -> list[Dot]:
    """The districts (code, name, products) that have a spot."""
    rows = [row for row in districts if row[0] in SPOTS]
    most = max((count for _, _, count in rows), default=0)
    return [
        Dot(
            code,
            daerah_pendek(name),
            count,
            round(SMALLEST + (LARGEST - SMALLEST) * sqrt(count / (most or 1))),
            SPOTS[code],
        )
        for code, name, count in rows
    ]
