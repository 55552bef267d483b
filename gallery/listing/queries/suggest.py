"""What the search box offers while somebody types: words, products, categories, businesses."""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from gallery.listing.queries import spelling
from gallery.listing.queries.entries import Entry, entries
from gallery.listing.queries.facets import CategoryLabel, catalogue
from gallery.listing.queries.search import candidates
from gallery.listing.queries.vocabulary import Vocabulary, vocabulary
from gallery.listing.queries.words import tokens

MOST_WORDS: Final = 3
MOST_PRODUCTS: Final = 5
MOST_OTHERS: Final = 2
LOOKED_AT: Final = 24


@dataclass(frozen=True, slots=True)
class Suggestions:
    words: list[str]
    products: list[Entry]
    categories: list[CategoryLabel]
    businesses: list[Entry]  # one entry of each: it names the business


def suggestions(session: Session, q: str) -> Suggestions:
    """Return what the beginning of a search may become; nothing for less than two letters."""
    typed = tokens(q)
    if not typed or len(typed[-1]) < 2:  # noqa: PLR2004 - one letter says nothing
        return Suggestions([], [], [], [])
    known = catalogue(session)
    words = vocabulary(session, known.words_version)
    found = candidates(session, _beginning(q, words).wanted).found[:LOOKED_AT]
    hits = entries(session, [candidate.product_id for candidate in found])
    start = typed[-1]
    categories = [c for c in known.categories.values() if _begins(f"{c.name} {c.name_en}", start)]
    businesses = {e.business_id: e for e in hits if _begins(e.business_name, start)}
    return Suggestions(
        _completions(typed, words),
        hits[:MOST_PRODUCTS],
        categories[:MOST_OTHERS],
        list(businesses.values())[:MOST_OTHERS],
    )


def _beginning(q: str, words: Vocabulary) -> spelling.Reading:
    """Read the query with its last word as the beginning of a word; as it was meant if nothing begins so."""
    plain = spelling.read(q, words, exact=True)
    if not plain.wanted:
        return plain
    last = plain.wanted[-1]
    longer = tuple(term for term in words.prefixed(last.text) if term not in last.terms)
    begun = replace(plain, wanted=(*plain.wanted[:-1], replace(last, others=last.others + longer)))
    return spelling.read(q, words) if begun.is_hopeless else begun


def _completions(typed: list[str], words: Vocabulary) -> list[str]:
    before = " ".join(typed[:-1])
    longer = (f"{before} {term.surface}".strip() for term in words.prefixed(typed[-1]))
    return [text for text in longer if text != " ".join(typed)][:MOST_WORDS]


def _begins(text: str, start: str) -> bool:
    return any(word.startswith(start) for word in tokens(text))
