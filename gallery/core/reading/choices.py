"""One of a list: matched by name, alias or code; what nearly matches is offered, never taken."""

import re
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from gallery.core.reading.base import MisreadError, plain_key, text
from gallery.core.sheets import Cell

V = TypeVar("V")
GOOD_HINT = 72
TITLES = re.compile(r"^(?:kabupaten|kab|kota|kecamatan|kec|kelurahan|kel|desa|ds)\s+")


class Choices(Generic[V]):
    """The answers a column takes. ``aliases`` are other spellings; ``titled`` drops "Kab.", "Kec." before names."""

    def __init__(
        self, names: Iterable[tuple[str, V]], aliases: Mapping[str, V] | None = None, *, titled: bool = False
    ) -> None:
        self.titled = titled
        self.names: dict[str, str] = {}
        self._values: dict[str, V] = {}
        self._ambiguous: set[str] = set()
        for name, value in names:
            key = self._key(name)
            if key in self._values and self._values[key] != value:
                self._ambiguous.add(key)
            self._values[key] = value
            self.names[key] = name
        for alias, value in (aliases or {}).items():
            self._values.setdefault(self._key(alias), value)

    def find(self, cell: Cell) -> V:
        """Return the value; raise ``unknown_choice`` with the nearest name, or ``ambiguous_choice``."""
        words = text(cell)
        key = self._key(words)
        if key in self._ambiguous:
            raise MisreadError("ambiguous_choice")
        if key in self._values:
            return self._values[key]
        joined = key.replace(" ", "")
        for known, value in self._values.items():
            if known.replace(" ", "") == joined and known not in self._ambiguous:
                return value
        raise MisreadError("unknown_choice", **self._hint(key))

    def _hint(self, key: str) -> dict[str, str]:
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - loaded with the first answer that is none of the list

        near = process.extractOne(key, self.names.keys(), scorer=fuzz.WRatio, score_cutoff=GOOD_HINT)
        return {"hint": self.names[near[0]]} if near else {}

    def _key(self, words: str) -> str:
        key = plain_key(words)
        return TITLES.sub("", key) or key if self.titled else key
