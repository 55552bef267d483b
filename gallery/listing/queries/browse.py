"""Pages of the whole catalogue or of facet values: read from an index from a cursor on, the same cost at any depth."""

from collections.abc import Sequence  # noqa: TC003
from itertools import product
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, Table, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from gallery.listing.models import AVAILABLE, ListingEntry
from gallery.listing.queries.cursor import Cursor
from gallery.listing.queries.facets import Catalogue, FacetFilter

MOST_ARMS: Final = 16  # alternatives read side by side; more are a filter on one reading
MOST_WALKED: Final = 3_000  # index entries a page may cost before its matches are gathered and sorted instead
_TABLE: Final = cast("Table", ListingEntry.__table__)
_C: Final = _TABLE.c
_Statement = Select[Any]


class Position(NamedTuple):
    """A product's place in the sort order. Sorted by key, then by id, both from high to low."""

    key: int
    product_id: int


class _Arm(NamedTuple):
    """One category and/or one district of a filter; nothing means all."""

    category_id: int | None
    district_code: str | None


def positions(
    session: Session, known: Catalogue, wanted: FacetFilter, sort: str, cursor: Cursor | None, limit: int
) -> list[Position]:
    """Return up to ``limit`` places on the cursor's side, in page order."""
    is_before = cursor is not None and cursor.is_before
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    reading = _Reading(known, wanted, sort, cursor, limit, is_sqlite=is_sqlite)
    arms = [reading.arm(arm) for arm in _arms(wanted)]
    if len(arms) == 1:
        statement = arms[0]
    else:
        merged = union_all(*(select(arm.subquery()) for arm in arms)).subquery()
        order = (merged.c.key, merged.c.product_id)
        statement = select(*order).order_by(*(c.asc() if is_before else c.desc() for c in order)).limit(limit)
    found = [Position._make(row) for row in session.execute(statement).all()]
    return found[::-1] if is_before else found


def _arms(wanted: FacetFilter) -> list[_Arm]:
    categories: Sequence[int | None] = sorted(wanted.category_ids) or [None]
    districts: Sequence[str | None] = sorted(wanted.district_codes) or [None]
    arms = [_Arm(category, district) for category, district in product(categories, districts)]
    return arms if len(arms) <= MOST_ARMS else [_Arm(None, None)]


class _Reading:
    """How one page is read: each arm by the index that leaves least to refuse."""

    def __init__(
        self, known: Catalogue, wanted: FacetFilter, sort: str, cursor: Cursor | None, limit: int, *, is_sqlite: bool
    ) -> None:
        self.known = known
        self.wanted = wanted
        self.sort = sort
        self.cursor = cursor
        self.limit = limit
        self.is_sqlite = is_sqlite
        self.key = _C[f"{sort}_key"]
        self.matches = known.pairs(wanted) if wanted else {}

    def arm(self, arm: _Arm) -> _Statement:
        """Walk the sort order; where too few match, gather the matches and sort them."""
        index, entries = self._index(arm, self.sort)
        matches = sum(number for pair, number in self.matches.items() if _is_in(pair, arm, self.wanted))
        if not self.wanted or self.limit * entries <= MOST_WALKED * max(matches, 1):
            return self._paged(self._narrowed(arm, index, self.sort), self.key, _C.product_id)
        index, _ = self._index(arm, "popular")
        # The LIMIT keeps the databases from turning this into a walk again.
        gathered = self._narrowed(arm, index, "popular").limit(matches + self.limit).subquery()
        return self._paged(select(gathered), gathered.c.key, gathered.c.product_id)

    def _narrowed(self, arm: _Arm, index: str, sort: str) -> _Statement:
        wanted = self.wanted
        statement = select(self.key.label("key"), _C.product_id)
        if self.is_sqlite:
            statement = statement.with_hint(_TABLE, f"INDEXED BY {index}", "sqlite")
        for column, value, values in (
            (_C.category_id, arm.category_id, wanted.category_ids),
            (_C.district_code, arm.district_code, wanted.district_codes),
        ):
            if value is not None:
                statement = statement.where(column == value)
            elif values:
                statement = statement.where(column.in_(sorted(values)))
        if wanted.available:
            statement = statement.where(_C[f"{sort}_key"] >= AVAILABLE)
        if wanted.halal:
            statement = statement.where(_C.is_halal)
        if wanted.in_gallery:
            statement = statement.where(_C.is_in_gallery)
        return statement

    def _paged(self, statement: _Statement, key: ColumnElement[int], product_id: ColumnElement[int]) -> _Statement:
        is_before = self.cursor is not None and self.cursor.is_before
        if self.cursor is not None:
            statement = statement.where(self._beyond(key, product_id, self.cursor))
        order = (key.asc(), product_id.asc()) if is_before else (key.desc(), product_id.desc())
        return statement.order_by(*order).limit(self.limit)

    def _beyond(self, key: ColumnElement[int], product_id: ColumnElement[int], cursor: Cursor) -> ColumnElement[bool]:
        """Compare with the cursor in the form that each database reads from its index."""
        if not self.is_sqlite:
            place = tuple_(literal(cursor.key, key.type), literal(cursor.product_id, key.type))
            return tuple_(key, product_id) > place if cursor.is_before else tuple_(key, product_id) < place
        if cursor.is_before:
            return (key >= cursor.key) & or_(key > cursor.key, product_id > cursor.product_id)
        return (key <= cursor.key) & or_(key < cursor.key, product_id < cursor.product_id)

    def _index(self, arm: _Arm, sort: str) -> tuple[str, int]:
        """Return the index with the fewest entries for this arm, and how many those are."""
        known = self.known
        choices = [(f"ix_listing_entry_{sort}", known.total)]
        if arm.category_id is not None:
            choices.append((f"ix_listing_entry_category_{sort}", known.by_category.get(arm.category_id, 0)))
        if arm.district_code is not None:
            choices.append((f"ix_listing_entry_district_{sort}", known.by_district.get(arm.district_code, 0)))
        if sort == "popular":
            if arm.category_id is not None and arm.district_code is not None:
                pair = (arm.category_id, arm.district_code)
                choices.append(("ix_listing_entry_both_popular", known.by_pair.get(pair, 0)))
            if self.wanted.in_gallery:
                choices.append(("ix_listing_entry_gallery_popular", known.in_gallery))
        return min(choices, key=lambda choice: choice[1])


def _is_in(pair: tuple[int, str], arm: _Arm, wanted: FacetFilter) -> bool:
    category_id, district_code = pair
    if arm == _Arm(None, None):
        return (not wanted.category_ids or category_id in wanted.category_ids) and (
            not wanted.district_codes or district_code in wanted.district_codes
        )
    return arm.category_id in (None, category_id) and arm.district_code in (None, district_code)
