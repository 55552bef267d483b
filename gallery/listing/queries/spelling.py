"""What a query asks for in terms of the catalogue, and what was probably meant where it has typing errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gallery.listing.queries.vocabulary import Term, Vocabulary
from gallery.listing.queries.words import Unit, unit, units

SHORTEST_JOINED: Final = 6
SHORTEST_BEGINNING: Final = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing asked for: any of these terms will do, those of ``exact`` are what was typed."""

    text: str
    exact: tuple[Term, ...]
    others: tuple[Term, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.exact + self.others

    @property
    def products(self) -> int:
        return sum(term.products for term in self.terms)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query was understood. ``corrected`` is the query as it was probably meant, if it was changed."""

    wanted: tuple[Wanted, ...]
    corrected: str | None = None

    @property
    def is_hopeless(self) -> bool:
        """Something is asked for that no product has."""
        return any(not wanted.terms for wanted in self.wanted)


def read(query: str, words: Vocabulary, *, exact: bool = False) -> Reading:
    """Understand a query; with ``exact`` take every word as it was typed."""
    asked = units(query)
    plain = [_known(item, words) for item in asked]
    if exact or not asked:
        return Reading(tuple(plain))
    if not plain[-1].terms:
        plain[-1] = Wanted(asked[-1].text, (), tuple(words.prefixed(asked[-1].text)))
    if all(wanted.terms for wanted in plain):
        return Reading(tuple(plain))
    cured = _cure(plain, words)
    if [wanted.text for wanted in cured] == [wanted.text for wanted in plain]:
        return Reading(tuple(plain))
    text = " ".join(wanted.text for wanted in cured)
    # Read once more: cured words may form a phrase that has synonyms.
    again = [_known(item, words) for item in units(text)]
    return Reading(tuple(again if all(w.terms for w in again) else cured), text)


def _known(asked: Unit, words: Vocabulary) -> Wanted:
    exact = words.terms.get(asked.term)
    others = (words.terms.get(term) for term in asked.synonyms)
    return Wanted(asked.text, (exact,) if exact else (), tuple(term for term in others if term))


def _cure(plain: Sequence[Wanted], words: Vocabulary) -> list[Wanted]:
    """Replace what is unknown: joined with its neighbour, by the nearest word, or cut in two."""
    cured: list[Wanted] = []
    position = 0
    while position < len(plain):
        here, after = plain[position], plain[position + 1] if position + 1 < len(plain) else None
        joined = _joined(here, after, words)
        if joined is not None:
            cured.append(joined)
            position += 2
            continue
        cured.extend([here] if here.terms else _mended(here, words))
        position += 1
    return cured


def _joined(here: Wanted, after: Wanted | None, words: Vocabulary) -> Wanted | None:
    if after is None or (here.exact and after.exact):
        return None
    together = here.text + after.text
    known = _known(unit([together]), words)
    if known.exact:
        return known
    if here.terms or after.terms or len(together) < SHORTEST_JOINED:
        return None
    # Both halves say nothing. Only if neither can be mended alone was one word meant.
    if words.nearest(here.text) or words.nearest(after.text):
        return None
    near = words.nearest(together)
    return _known(unit([near.surface]), words) if near else None


def _mended(unknown: Wanted, words: Vocabulary) -> list[Wanted]:
    near = words.nearest(unknown.text, most_errors=1)
    if near is None and (pair := words.split(unknown.text)):
        return [_as_wanted(term, words) for term in pair]
    near = near or words.nearest(unknown.text)
    if near is None and len(unknown.text) >= SHORTEST_BEGINNING:
        near = next(iter(words.prefixed(unknown.text, 1)), None)
    return [_as_wanted(near, words)] if near else [unknown]


def _as_wanted(term: Term, words: Vocabulary) -> Wanted:
    known = _known(unit(term.surface.split()), words)
    return known if known.terms else Wanted(term.surface, (term,))
