"""Proof that the shop's rows agree with what they are derived from."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from gallery.catalog.models import Product
from gallery.catalog.states import ProductStatus
from gallery.listing.models import IN_NAME, FacetCount, ListingEntry, SearchPosting, SearchTerm
from gallery.listing.queries.source import sources

BATCH: Final = 500
_ENTRY: Final = cast("Table", ListingEntry.__table__)


class Drift(NamedTuple):
    """One thing that is wrong: ``what`` (entry, posting, facet, term) of which row."""

    what: str
    row: int


def listing_drift(session: Session) -> Iterator[Drift]:
    """Yield everything that a refresh should have changed."""
    yield from _entries(session)
    yield from _postings(session)
    yield from _counts(session)


def _entries(session: Session) -> Iterator[Drift]:
    on_sale = select(Product.id).where(Product.status == ProductStatus.ON_SALE)
    ids = sorted({*session.scalars(on_sale), *session.scalars(select(ListingEntry.product_id))})
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        found = sources(session, part)
        rows = session.execute(select(_ENTRY).where(_ENTRY.c.product_id.in_(part))).mappings()
        entries: dict[int, dict[str, Any]] = {row["product_id"]: dict(row) for row in rows}
        for product_id in part:
            source, entry = found.get(product_id), entries.get(product_id)
            values = source.values if source else None
            if values != ({name: entry[name] for name in values} if entry and values else entry):
                yield Drift("entry", product_id)


def _postings(session: Session) -> Iterator[Drift]:
    """Compare postings with the entries: as many of each product, with the same keys and facets."""
    expected: Counter[int] = Counter()
    for product_id, popular_key, facet_id, terms in session.execute(
        select(_ENTRY.c.product_id, _ENTRY.c.popular_key, _ENTRY.c.facet_id, _ENTRY.c.terms)
    ):
        for code in terms:
            expected[product_id] += hash((code >> 1, popular_key + (code & 1) * IN_NAME, facet_id))
    c = SearchPosting
    for term_id, rank_key, product_id, facet_id in session.execute(
        select(c.term_id, c.rank_key, c.product_id, c.facet_id)
    ):
        expected[product_id] -= hash((term_id, rank_key, facet_id))
    yield from (Drift("posting", product_id) for product_id, rest in expected.items() if rest)


def _counts(session: Session) -> Iterator[Drift]:
    facets = dict(session.execute(select(ListingEntry.facet_id, func.count()).group_by(ListingEntry.facet_id)).all())
    for facet_id, products in session.execute(select(FacetCount.id, FacetCount.products)):
        if facets.get(facet_id, 0) != products:
            yield Drift("facet", facet_id)
    terms = dict(session.execute(select(SearchPosting.term_id, func.count()).group_by(SearchPosting.term_id)).all())
    for term_id, products in session.execute(select(SearchTerm.id, SearchTerm.product_count)):
        if terms.get(term_id, 0) != products:
            yield Drift("term", term_id)
