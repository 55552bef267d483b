"""One page of the shop's listing: products, exact or capped total, facets with counts, cursors, correction."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.listing.queries import price, spelling
from gallery.listing.queries.browse import Position, positions
from gallery.listing.queries.cursor import Cursor, parse
from gallery.listing.queries.entries import Entry, T, among, entries, popular
from gallery.listing.queries.facets import Catalogue, Counts, FacetFilter, catalogue
from gallery.listing.queries.search import Candidate, Candidates, candidates
from gallery.listing.queries.vocabulary import Vocabulary, vocabulary

PAGE_SIZE: Final = 24
MOST_SOFTER: Final = 3
NEXT_BEST: Final = 10
SECOND: Final = 2
_FACET_ID: Final = attrgetter("facet_id")


class Sort(StrEnum):
    """Orders of a listing, named as in its address. Without words to search, relevant is popular."""

    RELEVANT = "relevan"
    POPULAR = "populer"
    NEWEST = "terbaru"
    CHEAPEST = "termurah"
    DEAREST = "termahal"


SORT_KEYS: Final = {
    Sort.RELEVANT: "popular",
    Sort.POPULAR: "popular",
    Sort.NEWEST: "newest",
    Sort.CHEAPEST: "cheap",
    Sort.DEAREST: "dear",
}


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """What a visitor asks for. Values of one facet are alternatives; unknown ones are ignored."""

    q: str = ""
    exact: bool = False
    category: Sequence[str] = ()  # slugs
    district: Sequence[str] = ()  # region codes
    price_min: int | None = None
    price_max: int | None = None
    halal: bool = False
    available: bool = False
    in_gallery: bool = False
    sort: Sort = Sort.RELEVANT
    cursor: str = ""
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many products it leaves given the other facets."""

    value: str
    name: str
    name_en: str
    count: int
    is_selected: bool
    is_least: bool = False  # there may be more: not all candidates were looked at


@dataclass(frozen=True, slots=True)
class Facets:
    category: Sequence[FacetValue]
    district: Sequence[FacetValue]
    halal: int
    available: int
    in_gallery: int


@dataclass(frozen=True, slots=True)
class ListingPage:
    """``corrected`` is what was searched instead of ``q``; ``softer`` are wider searches that find something."""

    entries: Sequence[Entry]
    total: int
    is_capped: bool  # there are more than ``total``, which were not counted
    facets: Facets
    number: int
    page_count: int
    next_cursor: str | None
    previous_cursor: str | None  # "" is the first page
    corrected: str | None = None
    is_miss: bool = False  # the words found nothing at all, whatever the facets
    softer: Sequence[str] = ()
    next_best: Sequence[Entry] = ()


class _Slice(NamedTuple):
    positions: Sequence[Position]
    number: int
    next_cursor: str | None
    previous_cursor: str | None


class _Limits(NamedTuple):
    """Whether there may be more than was looked at: inside the facets, and beside them."""

    inside: bool = False
    beside: bool = False


EXACT: Final = _Limits()


def listing_page(session: Session, query: ListingQuery) -> ListingPage:
    """Return the page that was asked for; a cursor that is none, or whose page is gone, gives the first."""
    known = catalogue(session)
    asked = _Asked(session, query, known, _filter(query, known), price.Range.between(query.price_min, query.price_max))
    if query.q.strip():
        return _search_page(asked)
    if asked.has_price:
        found = _collected(asked, lambda cells: price.candidates(session, asked.prices, asked.sort, cells))
        return _candidate_page(asked, found)
    counts = known.counts(asked.wanted)
    part = _browsed(asked, counts.total) if counts.total else _Slice((), 1, None, None)
    shown = entries(session, [position.product_id for position in part.positions])
    return _page(asked, shown, counts, counts.total, part)


class _Asked(NamedTuple):
    session: Session
    query: ListingQuery
    known: Catalogue
    wanted: FacetFilter
    prices: price.Range

    @property
    def sort(self) -> str:
        return SORT_KEYS[self.query.sort]

    @property
    def has_price(self) -> bool:
        return self.query.price_min is not None or self.query.price_max is not None


class _Collected(NamedTuple):
    """Candidates before and after the facets."""

    everything: Candidates
    shown: Candidates


def _filter(query: ListingQuery, known: Catalogue) -> FacetFilter:
    slugs = set(query.category)
    return FacetFilter(
        frozenset(category.id for category in known.categories.values() if category.slug in slugs),
        frozenset(code for code in query.district if code in known.districts),
        query.halal,
        query.available,
        query.in_gallery,
    )


def _search_page(asked: _Asked) -> ListingPage:
    words = vocabulary(asked.session, asked.known.words_version)
    reading = spelling.read(asked.query.q, words, exact=asked.query.exact)
    found = _collected(asked, lambda cells: _searched(asked, reading.wanted, cells))
    page = _candidate_page(asked, found)
    page = replace(page, corrected=reading.corrected)
    if page.total:
        return page
    if found.everything.found:  # only the facets leave nothing
        best = entries(asked.session, [c.product_id for c in found.everything.found[:NEXT_BEST]])
        return replace(page, next_best=best)
    softer = _softer(asked.query.q, reading, words)
    near = spelling.read(softer[0], words) if softer else None
    hits = candidates(asked.session, near.wanted).found[:NEXT_BEST] if near else []
    best = entries(asked.session, [c.product_id for c in hits]) or popular(asked.session, NEXT_BEST)
    return replace(page, is_miss=bool(reading.wanted) and not asked.has_price, softer=softer, next_best=best)


def _softer(q: str, reading: spelling.Reading, words: Vocabulary) -> list[str]:
    """Return searches that find something: single words of the query, else words that start like it."""
    known = sorted((w for w in reading.wanted if w.terms), key=lambda wanted: wanted.products)
    softer = [wanted.text for wanted in known]
    for wanted in reading.wanted:
        if not wanted.terms:
            softer += [term.surface for term in words.prefixed(wanted.text[:3], MOST_SOFTER)]
    return [text for text in dict.fromkeys(softer) if text != q][:MOST_SOFTER]


def _searched(asked: _Asked, wanted: Sequence[spelling.Wanted], cells: Collection[int] | None) -> Candidates:
    """Search, and put the candidates into another order or inside a price range if asked."""
    found = candidates(asked.session, wanted, cells)
    if not found.found or (asked.query.sort is Sort.RELEVANT and not asked.has_price):
        return found
    facet_ids = {candidate.product_id: candidate for candidate in found.found}
    rows = asked.session.execute(
        select(T.product_id, T.price_idr, T[f"{asked.sort}_key"]).where(
            among(asked.session, T.product_id, [*facet_ids])
        )
    )
    by_relevance = asked.query.sort is Sort.RELEVANT
    kept = [
        facet_ids[product_id]._replace(key=facet_ids[product_id].key if by_relevance else key)
        for product_id, price_idr, key in rows
        if asked.prices.low <= price_idr <= asked.prices.high
    ]
    return Candidates(sorted(kept, reverse=True), found.is_capped)


def _collected(asked: _Asked, collect: Callable[[Collection[int] | None], Candidates]) -> _Collected:
    everything = collect(None)
    if not asked.wanted:
        return _Collected(everything, everything)
    cells = asked.known.cells_of(asked.wanted)
    if everything.is_capped:
        return _Collected(everything, collect(cells))
    inside = [candidate for candidate in everything.found if candidate.facet_id in cells]
    return _Collected(everything, Candidates(inside, is_capped=False))


def _candidate_page(asked: _Asked, found: _Collected) -> ListingPage:
    everything, shown = found
    by_cell = Counter(map(_FACET_ID, everything.found))
    if asked.wanted and everything.is_capped:
        # Inside the facets more is known than from the candidates of everything.
        for cell_id in asked.known.cells_of(asked.wanted):
            del by_cell[cell_id]
        by_cell.update(map(_FACET_ID, shown.found))
    counts = asked.known.counts(asked.wanted, by_cell)
    part = _sliced(shown.found, parse(asked.query.cursor), asked.query.page_size)
    products = entries(asked.session, [position.product_id for position in part.positions])
    limits = _Limits(shown.is_capped, everything.is_capped)
    return _page(asked, products, counts, len(shown.found), part, limits)


def _browsed(asked: _Asked, total: int) -> _Slice:
    size = asked.query.page_size
    cursor = parse(asked.query.cursor)
    page_count = -(-total // size)
    found = positions(asked.session, asked.known, asked.wanted, asked.sort, cursor, size + 1)
    if cursor and (cursor.number < SECOND or len(found) < (size if cursor.is_before else 1)):
        cursor = None
        found = positions(asked.session, asked.known, asked.wanted, asked.sort, None, size + 1)
    has_more = len(found) > size
    is_before = cursor is not None and cursor.is_before
    found = (found[1:] if is_before else found[:-1]) if has_more else found
    number = min(cursor.number, page_count) if cursor else 1
    return _linked(found, number, has_next=is_before or has_more, has_previous=cursor is not None)


def _sliced(found: Sequence[Candidate], cursor: Cursor | None, size: int) -> _Slice:
    start = 0
    if cursor is not None:
        place = (-cursor.key, -cursor.product_id)
        first = bisect_left(found, place, key=lambda c: (-c.key, -c.product_id))
        at = first < len(found) and (found[first].key, found[first].product_id) == (cursor.key, cursor.product_id)
        start = max(first - size, 0) if cursor.is_before else first + at
        start = start if start < len(found) else 0
    part = [Position(candidate.key, candidate.product_id) for candidate in found[start : start + size]]
    number = -(-start // size) + 1
    return _linked(part, number, has_next=start + size < len(found), has_previous=start > 0)


def _linked(part: Sequence[Position], number: int, *, has_next: bool, has_previous: bool) -> _Slice:
    after = str(Cursor(number + 1, is_before=False, **part[-1]._asdict())) if has_next and part else None
    before = str(Cursor(number - 1, is_before=True, **part[0]._asdict())) if number > SECOND and part else ""
    return _Slice(part, number, after, before if has_previous else None)


def _page(
    asked: _Asked, shown: Sequence[Entry], counts: Counts, total: int, part: _Slice, limits: _Limits = EXACT
) -> ListingPage:
    return ListingPage(
        entries=shown,
        total=total,
        is_capped=limits.inside,
        facets=_facets(asked.known, asked.wanted, counts, limits),
        number=part.number,
        page_count=max(-(-total // asked.query.page_size), 1),
        next_cursor=part.next_cursor,
        previous_cursor=part.previous_cursor,
    )


def _facets(known: Catalogue, wanted: FacetFilter, counts: Counts, limits: _Limits) -> Facets:
    def value(value: str, name: str, name_en: str, count: int, selected: tuple[bool, bool]) -> FacetValue:
        is_selected, is_any_selected = selected
        is_least = limits.inside or (limits.beside and is_any_selected and not is_selected)
        return FacetValue(value, name, name_en, count, is_selected, is_least and count > 0)

    return Facets(
        category=tuple(
            value(
                c.slug,
                c.name,
                c.name_en,
                counts.category.get(c.id, 0),
                (c.id in wanted.category_ids, bool(wanted.category_ids)),
            )
            for c in known.categories.values()
        ),
        district=tuple(
            value(
                code,
                name,
                name,
                counts.district.get(code, 0),
                (code in wanted.district_codes, bool(wanted.district_codes)),
            )
            for code, name in known.districts.items()
        ),
        halal=counts.halal,
        available=counts.available,
        in_gallery=counts.in_gallery,
    )
