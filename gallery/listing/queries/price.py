"""Products of a price range: candidates read from the price index, at most as many as a search looks at."""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple, cast

from sqlalchemy import ColumnElement, Subquery, Table, func, select
from sqlalchemy.orm import Session

from gallery.listing.models import AVAILABLE, KEY_LIMIT, ListingEntry
from gallery.listing.queries.entries import among
from gallery.listing.queries.search import CAP, Candidate, Candidates

SCAN: Final = 2_000  # index entries looked at
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
    first = _walked(session, prices, sort, cells) if sort in ("popular", "newest") else []
    if len(first) > CAP:
        return Candidates(sorted(first, reverse=True)[:CAP], is_capped=True)
    scan = CAP + 1 if cells is None else SCAN
    room = CAP + 1 - len(first)
    found, is_cut = _ranged(session, prices, sort, cells, scan, room)
    if first and is_cut and not _is_long(session, prices, scan):
        found, is_cut = _ranged(session, prices, sort, cells, scan, CAP + 1)
    # Too many to sort them all: those that come first, and behind them some of the range.
    found = list({*first, *found}) if is_cut else found
    return Candidates(sorted(found, reverse=True)[:CAP], is_capped=is_cut)


def _ranged(
    session: Session, prices: Range, sort: str, cells: Collection[int] | None, scan: int, room: int
) -> tuple[list[Candidate], bool]:
    """Return what the price index has of the range, available first, and whether that is not all."""
    found: list[Candidate] = []
    for base in (AVAILABLE, 0):
        if len(found) < room:
            scanned = _scanned(_C[f"{sort}_key"], prices, "dear" if sort == "dear" else "cheap", base, scan)
            found += _read(session, scanned, cells, room - len(found))
    return found, len(found) >= room or (cells is not None and _is_long(session, prices, scan))


def _walked(session: Session, prices: Range, sort: str, cells: Collection[int] | None) -> list[Candidate]:
    """Return what lies in the range among the first products of the sort order."""
    key = _C[f"{sort}_key"]
    walk = select(key.label("key"), _C.product_id, _C.facet_id, _C.price_idr)
    inner = walk.order_by(key.desc(), _C.product_id.desc()).limit(SCAN).subquery()
    return list(_read(session, inner, cells, CAP + 1, inner.c.price_idr.between(*prices)))


def _scanned(key: ColumnElement[int], prices: Range, by_price: str, base: int, limit: int) -> Subquery:
    """Select the start of the range, of what is available (``base``) or of what is sold out."""
    index_key = _C[f"{by_price}_key"]
    if by_price == "dear":
        part = index_key.between(base + prices.low, base + prices.high)
    else:
        part = index_key.between(base + KEY_LIMIT - 1 - prices.high, base + KEY_LIMIT - 1 - prices.low)
    statement = select(key.label("key"), _C.product_id, _C.facet_id).where(part)
    return statement.order_by(index_key.desc(), _C.product_id.desc()).limit(limit).subquery()


def _read(
    session: Session, inner: Subquery, cells: Collection[int] | None, limit: int, *conditions: ColumnElement[bool]
) -> Iterable[Candidate]:
    statement = select(inner.c.key, inner.c.product_id, inner.c.facet_id).where(*conditions)
    if cells is not None:
        statement = statement.where(among(session, inner.c.facet_id, sorted(cells)))
    return map(Candidate._make, session.execute(statement.limit(limit)).all())


def _is_long(session: Session, prices: Range, scan: int) -> bool:
    """Tell whether the range holds more than is looked at."""
    parts = [_scanned(_C.cheap_key, prices, "cheap", base, scan) for base in (AVAILABLE, 0)]
    counts = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
    return bool((session.scalar(select(counts[0] + counts[1])) or 0) >= scan)
