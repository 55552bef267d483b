"""Facet counts, exact and cheap at any size.

A catalogue has at most (categories x districts x 8) combinations of facet values. Each is counted where products
change, so every count that a page shows is a sum over a few hundred numbers held in memory.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Table, select
from sqlalchemy.orm import Session

from gallery.catalog.models import Category
from gallery.listing.models import CatalogueVersion, FacetCount
from gallery.regions.models import Region


class Cell(NamedTuple):
    """One combination of facet values."""

    category_id: int
    district_code: str
    is_halal: bool
    is_available: bool
    is_in_gallery: bool


class CategoryLabel(NamedTuple):
    id: int
    slug: str
    name: str
    name_en: str
    icon: str


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """What a page is narrowed to. Values of one facet are alternatives, facets narrow each other."""

    category_ids: frozenset[int] = frozenset()
    district_codes: frozenset[str] = frozenset()
    halal: bool = False
    available: bool = False
    in_gallery: bool = False

    def __bool__(self) -> bool:
        return bool(self.category_ids or self.district_codes or self.halal or self.available or self.in_gallery)

    def misses(self, cell: Cell) -> list[str]:
        """Name the facets that refuse this cell."""
        refused = []
        if self.category_ids and cell.category_id not in self.category_ids:
            refused.append("category")
        if self.district_codes and cell.district_code not in self.district_codes:
            refused.append("district")
        if self.halal and not cell.is_halal:
            refused.append("halal")
        if self.available and not cell.is_available:
            refused.append("available")
        if self.in_gallery and not cell.is_in_gallery:
            refused.append("in_gallery")
        return refused


@dataclass(frozen=True, slots=True)
class Counts:
    """How many products each value would leave, given all other facets that are set."""

    total: int
    category: Mapping[int, int]
    district: Mapping[str, int]
    halal: int
    available: int
    in_gallery: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a process remembers of the catalogue until its version moves."""

    version: int
    words_version: int
    cells: Mapping[int, Cell]
    products: Mapping[int, int]  # by cell
    categories: Mapping[int, CategoryLabel]  # in their order
    districts: Mapping[str, str]
    total: int
    in_gallery: int
    by_category: Mapping[int, int]
    by_district: Mapping[str, int]
    by_pair: Mapping[tuple[int, str], int]  # category and district
    whole: Counts | None = None  # the counts without any filter

    def counts(self, wanted: FacetFilter, products: Mapping[int, int] | None = None) -> Counts:
        """Count each facet with all other facets applied; of ``products`` by cell, or of the whole catalogue."""
        if self.whole is not None and products is None and not wanted:
            return self.whole
        total = halal = available = in_gallery = 0
        category: Counter[int] = Counter()
        district: Counter[str] = Counter()
        is_narrowed = bool(wanted)
        for cell_id, number in (self.products if products is None else products).items():
            cell = self.cells.get(cell_id)
            if cell is None:  # came after this catalogue was read
                continue
            category_id, district_code, is_halal, is_available, is_in_gallery = cell
            refused = wanted.misses(cell) if is_narrowed else None
            if not refused:
                total += number
                halal += number * is_halal
                available += number * is_available
                in_gallery += number * is_in_gallery
            if not refused or refused == ["category"]:
                category[category_id] += number
            if not refused or refused == ["district"]:
                district[district_code] += number
        return Counts(total, category, district, halal, available, in_gallery)

    def pairs(self, wanted: FacetFilter) -> Mapping[tuple[int, str], int]:
        """Return how many products each category and district has, with only the filter's flags applied."""
        if not (wanted.halal or wanted.available or wanted.in_gallery):
            return self.by_pair
        flags = replace(wanted, category_ids=frozenset(), district_codes=frozenset())
        pairs: Counter[tuple[int, str]] = Counter()
        for cell_id, cell in self.cells.items():
            if not flags.misses(cell):
                pairs[cell.category_id, cell.district_code] += self.products[cell_id]
        return pairs

    def cells_of(self, wanted: FacetFilter) -> frozenset[int]:
        """Return the cells that the filter lets through."""
        return frozenset(cell_id for cell_id, cell in self.cells.items() if not wanted.misses(cell))


_VERSION_COLUMNS: Final = cast("Table", CatalogueVersion.__table__).c
_VERSIONS: Final = select(_VERSION_COLUMNS.version, _VERSION_COLUMNS.words_version)
_remembered: Final[WeakKeyDictionary[Engine, Catalogue]] = WeakKeyDictionary()


def versions(session: Session) -> tuple[int, int]:
    """Return the versions of the catalogue and of its vocabulary."""
    row = session.execute(_VERSIONS).first()
    return (row[0], row[1]) if row else (0, 0)


def catalogue_version(session: Session) -> int:
    """Return the number that moves whenever a public page may have changed."""
    return versions(session)[0]


def catalogue(session: Session) -> Catalogue:
    """Return the remembered catalogue, read anew if its version has moved."""
    version, words_version = versions(session)
    engine = session.get_bind()
    assert isinstance(engine, Engine)  # noqa: S101 - a session of ours is bound to an engine; tells the type checker
    known = _remembered.get(engine)
    if known is None or (known.version, known.words_version) != (version, words_version):
        known = _read(session, version, words_version)
        known = _remembered[engine] = replace(known, whole=known.counts(FacetFilter()))
    return known


def counts_by_district(session: Session) -> dict[str, int]:
    """Return how many products on sale each district has."""
    return dict(catalogue(session).by_district)


def counts_by_category(session: Session) -> dict[int, int]:
    """Return how many products on sale each category has."""
    return dict(catalogue(session).by_category)


def _read(session: Session, version: int, words_version: int) -> Catalogue:
    c = FacetCount.__table__.c
    rows = session.execute(
        select(
            c.id, c.products, Region.name, c.category_id, c.district_code, c.is_halal, c.is_available, c.is_in_gallery
        )
        .join(Region, Region.code == c.district_code)
        .where(c.products > 0)
    ).all()
    categories = session.execute(
        select(Category.id, Category.slug, Category.name, Category.name_en, Category.icon).order_by(
            Category.position, Category.name
        )
    )
    cells = {row[0]: Cell(*row[3:]) for row in rows}
    products = {row[0]: row[1] for row in rows}
    by_pair: Counter[tuple[int, str]] = Counter()
    for cell_id, cell in cells.items():
        by_pair[cell.category_id, cell.district_code] += products[cell_id]
    return Catalogue(
        version,
        words_version,
        cells,
        products,
        {row[0]: CategoryLabel(*row) for row in categories},
        dict(sorted({(row.district_code, row.name) for row in rows})),
        sum(products.values()),
        sum(products[cell_id] for cell_id, cell in cells.items() if cell.is_in_gallery),
        _summed(by_pair, 0),
        _summed(by_pair, 1),
        by_pair,
    )


def _summed(by_pair: Mapping[tuple[int, str], int], part: int) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for pair, number in by_pair.items():
        sums[pair[part]] += number
    return sums
