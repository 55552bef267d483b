"""Charts as shapes that a template draws: columns, stacked columns, lines, and rows; no script, no library.

Values are whole rupiah or pieces and may be negative. The picture stretches with its box, so that it holds no text:
names, the scale and every value stand in HTML beside it (templates/components/charts.html), readable without it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from gallery.web.filters import rupiah

STEP: Final = 10.0  # width of one step of the axis
HEIGHT: Final = 60.0
EDGE: Final = 1.5  # free on both sides of a step, and above and below
LONG: Final = 100.0  # length of the longest row
THIN: Final = 0.4  # what is not nothing can be seen


class Shape(StrEnum):
    COLUMNS = "columns"  # side by side
    STACKED = "stacked"  # upon each other
    LINE = "line"
    ROWS = "rows"  # lying, one for each name, stacked


@dataclass(frozen=True, slots=True)
class Series:
    """One colour: its name in the legend, and a value for each label."""

    name: Any
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle of the series ``tone`` (1 is the first)."""

    tone: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Step:
    """One label with its marks, and its values in words."""

    label: str
    x: float
    values: Sequence[int]
    words: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Chart:
    """``key`` is an id of the page; ``heading`` stands over the labels in the table, ``words`` writes a value."""

    key: str
    caption: Any
    heading: Any
    labels: Sequence[str]
    series: Sequence[Series]
    shape: Shape
    words: Callable[[int], str] = rupiah

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for one in self.series for value in one.values)

    @property
    def highest(self) -> int:
        """The value at the upper end of the scale, not below zero."""
        return max((max(self._reach(place)) for place in range(len(self.labels))), default=0)

    @property
    def lowest(self) -> int:
        """The value at the lower end of the scale, not above zero."""
        return min((min(self._reach(place)) for place in range(len(self.labels))), default=0)

    @property
    def width(self) -> float:
        return LONG if self.shape is Shape.ROWS else STEP * max(len(self.labels), 1)

    @property
    def zero(self) -> float:
        """Where nothing is, on the scale of the picture."""
        return self._at(0)

    @property
    def steps(self) -> list[Step]:
        """Return the marks, label by label; a line has none."""
        return [
            Step(
                label,
                place * STEP,
                values := [one.values[place] for one in self.series],
                self._told(values),
                self._marks(place, values),
            )
            for place, label in enumerate(self.labels)
        ]

    @property
    def lines(self) -> list[str]:
        """Return the points of each series, as ``points`` of an SVG polyline."""
        return [
            " ".join(
                f"{_round((place + 0.5) * STEP)},{_round(self._at(value))}" for place, value in enumerate(one.values)
            )
            for one in self.series
        ]

    @property
    def sums(self) -> list[int]:
        """Return what the values of each series add up to."""
        return [sum(one.values) for one in self.series]

    def _told(self, values: Sequence[int]) -> str:
        if len(self.series) == 1:
            return self.words(values[0])
        return ", ".join(f"{one.name} {self.words(value)}" for one, value in zip(self.series, values, strict=True))

    def _reach(self, place: int) -> tuple[int, int]:
        """Return how far down and up the values of a label go."""
        values = [one.values[place] for one in self.series]
        if self.shape in {Shape.STACKED, Shape.ROWS}:
            return sum(value for value in values if value < 0), sum(value for value in values if value > 0)
        return min(0, *values), max(0, *values)

    def _at(self, value: int) -> float:
        """Return the place of a value: from the top, or from the left for rows."""
        span = (self.highest - self.lowest) or 1
        if self.shape is Shape.ROWS:
            return LONG * (value - self.lowest) / span
        return EDGE + (HEIGHT - 2 * EDGE) * (self.highest - value) / span

    def _marks(self, place: int, values: Sequence[int]) -> list[Mark]:
        if self.shape is Shape.LINE:
            return []
        found, up, down = [], 0, 0
        for tone, value in enumerate(values, start=1):
            if not value:
                continue
            start = 0 if self.shape is Shape.COLUMNS else up if value > 0 else down
            up, down = (start + value, down) if value > 0 else (up, start + value)
            found.append(self._mark(place, tone, start, start + value))
        return found

    def _mark(self, place: int, tone: int, start: int, end: int) -> Mark:
        low, high = sorted((self._at(start), self._at(end)))
        length = max(high - low, THIN)
        if self.shape is Shape.ROWS:
            return Mark(tone, _round(low), 0, _round(length), STEP)
        broad = STEP - 2 * EDGE
        if self.shape is Shape.STACKED:
            return Mark(tone, _round(place * STEP + EDGE), _round(low), broad, _round(length))
        each = broad / len(self.series)
        return Mark(tone, _round(place * STEP + EDGE + (tone - 1) * each), _round(low), _round(each), _round(length))


def _round(value: float) -> float:
    return round(value, 2)
