"""Products of a price range: candidates read from the price index, at most as many as a search looks at."""

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, Subquery, Table, func, select, union_all
from sqlalchemy.orm import Session

from gallery.listing.models import AVAILABLE, KEY_LIMIT, ListingEntry
from gallery.listing.queries.entries import among
from gallery.listing.queries.search import CAP, Candidate, Candidates

SCAN: Final = 3_000  # index entries looked at
_C: Final = cast("Table", ListingEntry.__table__).c


class Range(NamedTuple):
    """Prices from ``low`` to ``high``, both included."""

    low: int
    high: int

    @classmethod
    def between(cls, low: int | None, high: int | None) -> "Range":
        """Return the range, open where nothing is given."""
        return cls(max(low or 0, 0), min(KEY_LIMIT - 1 if high is None else high, KEY_LIMIT - 1))


def candidates(session: Session, prices: Range, sort: str, cells: Collection[int] | None) -> Candidates:
    """Return the first products of the range in this sort order, if asked only of some facet cells."""
    if prices.low > prices.high:
        return Candidates([], is_capped=False)
    key = _C[f"{sort}_key"]
    by_price = "dear" if sort == "dear" else "cheap"
    arms = [_scanned(key, prices, by_price, base) for base in (AVAILABLE, 0)]
    found = {c for arm in arms for c in _read(session, select(arm.c.key, arm.c.product_id, arm.c.facet_id), arm, cells)}
    is_capped = len(found) > CAP or (cells is not None and _has_more(session, arms))
    if is_capped and sort not in ("cheap", "dear"):
        # Too many to sort them all: those that come first in the sort order, and behind them some of the range.
        walk = select(key.label("key"), _C.product_id, _C.facet_id, _C.price_idr).order_by(key.desc()).limit(SCAN)
        inner = walk.subquery()
        columns = select(inner.c.key, inner.c.product_id, inner.c.facet_id)
        found |= set(_read(session, columns.where(inner.c.price_idr.between(*prices)), inner, cells))
    return Candidates(sorted(found, reverse=True)[:CAP], is_capped=is_capped)


def _scanned(key: ColumnElement[int], prices: Range, by_price: str, base: int) -> Subquery:
    """Select the start of the range, of what is available (``base``) or of what is sold out."""
    index_key = _C[f"{by_price}_key"]
    if by_price == "dear":
        part = index_key.between(base + prices.low, base + prices.high)
    else:
        part = index_key.between(base + KEY_LIMIT - 1 - prices.high, base + KEY_LIMIT - 1 - prices.low)
    statement = select(key.label("key"), _C.product_id, _C.facet_id).where(part)
    return statement.order_by(index_key.desc()).limit(SCAN).subquery()


def _read(
    session: Session, statement: Select[Any], inner: Subquery, cells: Collection[int] | None
) -> Iterable[Candidate]:
    if cells is not None:
        statement = statement.where(among(session, inner.c.facet_id, sorted(cells)))
    return map(Candidate._make, session.execute(statement.limit(CAP + 1)))


def _has_more(session: Session, arms: Collection[Subquery]) -> bool:
    counted = union_all(*(select(func.count().label("entries")).select_from(arm) for arm in arms))
    return any(entries >= SCAN for (entries,) in session.execute(counted))
