"""The words of the catalogue, held in memory until they change: exact, by prefix, and by likeness.

Typing errors are cured on these tens of thousands of words, never on products.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gallery.listing.models import SearchTerm

MOST_WORDS: Final = 100_000
MOST_PREFIXED: Final = 8
SHORTEST_PREFIX: Final = 2
SHORTEST_CURED: Final = 3
# A long word may have more errors and still be meant: (from this length on, this many).
_ERRORS: Final = ((9, 3), (6, 2), (SHORTEST_CURED, 1))


class Term(NamedTuple):
    """A term, how many products have it, and how it is written."""

    id: int
    word: str
    surface: str
    products: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    version: int
    terms: Mapping[str, Term]
    ordered: Sequence[str]  # surfaces in order, for prefixes
    by_surface: Mapping[str, Term]
    by_length: Mapping[int, Sequence[str]]

    def prefixed(self, start: str, limit: int = MOST_PREFIXED) -> list[Term]:
        """Return the most used terms whose written word starts like this."""
        if len(start) < SHORTEST_PREFIX:
            return []
        first = bisect_left(self.ordered, start)
        last = bisect_left(self.ordered, start + "\uffff")
        found = [self.by_surface[surface] for surface in self.ordered[first:last]]
        return sorted(found, key=lambda term: -term.products)[:limit]

    def nearest(self, word: str, most_errors: int = 3) -> Term | None:
        """Return the term that was most likely meant: fewest errors, same first letter, most products."""
        # Loaded with the first typing error: 5 MB.
        from rapidfuzz import process  # noqa: PLC0415
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        allowed = min(most_errors, next((errors for size, errors in _ERRORS if len(word) >= size), 0))
        if not allowed or not word.isalpha():
            return None
        choices = [
            surface
            for size in range(max(SHORTEST_CURED, len(word) - allowed), len(word) + allowed + 1)
            for surface in self.by_length.get(size, ())
        ]
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        if not found:
            return None
        best = min(found, key=lambda hit: (hit[1], hit[0][0] != word[0], -self.by_surface[hit[0]].products, hit[0]))
        return self.by_surface[best[0]]

    def split(self, word: str) -> tuple[Term, Term] | None:
        """Return the two terms that were typed without a space between them."""
        pairs = [
            (self.by_surface[word[:cut]], self.by_surface[word[cut:]])
            for cut in range(SHORTEST_CURED, len(word) - SHORTEST_CURED + 1)
            if word[:cut] in self.by_surface and word[cut:] in self.by_surface
        ]
        return max(pairs, key=lambda pair: min(pair[0].products, pair[1].products), default=None)


_remembered: Final[WeakKeyDictionary[Engine, Vocabulary]] = WeakKeyDictionary()


def vocabulary(session: Session, version: int) -> Vocabulary:
    """Return the remembered vocabulary, read anew if its version has moved."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)  # noqa: S101 - a session of ours is bound to an engine; tells the type checker
    known = _remembered.get(engine)
    if known is None or known.version != version:
        t = SearchTerm.__table__.c
        rows = session.execute(
            select(t.id, t.word, t.surface, t.product_count)
            .where(t.product_count > 0)
            .order_by(t.product_count.desc())
            .limit(MOST_WORDS)
        )
        known = _remembered[engine] = _vocabulary(version, map(Term._make, rows))
    return known


def _vocabulary(version: int, terms: Iterable[Term]) -> Vocabulary:
    by_word: dict[str, Term] = {}
    by_surface: dict[str, Term] = {}
    for term in terms:  # the most used first: it keeps a surface that two terms share
        by_word[term.word] = term
        by_surface.setdefault(term.surface, term)
    by_length: dict[int, list[str]] = {}
    for surface in by_surface:
        by_length.setdefault(len(surface), []).append(surface)
    return Vocabulary(version, by_word, sorted(by_surface), by_surface, by_length)
