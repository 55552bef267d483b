"""Keep the shop's rows equal to catalogue and stock. Safe to repeat; refreshes come one after another."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from gallery.catalog.models import Product
from gallery.catalog.states import ProductStatus
from gallery.core.db import insert_into
from gallery.core.locks import lock_row
from gallery.listing.models import IN_NAME, CatalogueVersion, FacetCount, ListingEntry, SearchPosting, SearchTerm
from gallery.listing.queries.facets import Cell
from gallery.listing.queries.source import Source, sources

BATCH: Final = 500
FEW_PIECES: Final = 5  # a card says how many are left from here on
_COUNTERS: Final = frozenset({"available_pieces", "gallery_pieces", "popularity", "popular_key", "facet_id", "terms"})
_ENTRY: Final = cast("Table", ListingEntry.__table__)
_POSTING: Final = cast("Table", SearchPosting.__table__)


def refresh(session: Session, product_ids: Iterable[int]) -> int:
    """Make the entries, words and counts of these products true; return how many products had changed."""
    wanted = sorted(set(product_ids))
    if not wanted:
        return 0
    writer = _Writer(session)
    for start in range(0, len(wanted), BATCH):
        writer.batch(wanted[start : start + BATCH])
    writer.finish()
    return writer.changed


def rebuild(session: Session) -> int:
    """Write everything anew, whatever state it was in; return how many products are on sale."""
    writer = _Writer(session)
    for table in (SearchPosting, ListingEntry):
        session.execute(delete(table))
    session.execute(update(FacetCount).values(products=0))
    session.execute(update(SearchTerm).values(product_count=0))
    ids = session.scalars(select(Product.id).where(Product.status == ProductStatus.ON_SALE).order_by(Product.id)).all()
    for start in range(0, len(ids), BATCH):
        writer.batch(ids[start : start + BATCH])
    writer.is_visible = writer.has_new_words = True
    writer.finish()
    session.execute(delete(SearchTerm).where(SearchTerm.product_count == 0))
    return writer.changed


class _Writer:
    """One refresh: holds the lock of the listing, collects changes of counts, writes them at the end."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.version = _lock(session)
        self.facet_ids = {
            Cell(*row[1:]): row[0]
            for row in session.execute(select(FacetCount.id, *(getattr(FacetCount, name) for name in Cell._fields)))
        }
        self.facets: Counter[int] = Counter()
        self.terms: Counter[int] = Counter()
        self.changed = 0
        self.is_visible = False
        self.has_new_words = False

    def batch(self, product_ids: Sequence[int]) -> None:
        found = sources(self.session, product_ids)
        old = {
            row["product_id"]: dict(row)
            for row in self.session.execute(select(_ENTRY).where(_ENTRY.c.product_id.in_(product_ids))).mappings()
        }
        term_ids = self._term_ids(found.values())
        new = {product_id: self._row(source, term_ids) for product_id, source in found.items()}
        changed = [i for i in product_ids if old.get(i) != new.get(i)]
        self._replace([old[i] for i in changed if i in old], [new[i] for i in changed if i in new])
        self.is_visible = self.is_visible or any(_is_visible(old.get(i), new.get(i)) for i in changed)
        self.changed += len(changed)

    def finish(self) -> None:
        """Write the counts, and move the versions if a page or the vocabulary changed."""
        _add(self.session, FacetCount, "products", self.facets)
        gone = _add(self.session, SearchTerm, "product_count", self.terms)
        if self.is_visible:
            self.version.version += 1
        if self.has_new_words or gone:
            self.version.words_version += 1
        self.session.flush()

    def _row(self, source: Source, term_ids: dict[str, int]) -> dict[str, Any]:
        cell = Cell(*(source.values[name] for name in Cell._fields))
        if cell not in self.facet_ids:
            added = self.session.execute(
                insert(FacetCount).values(products=0, **cell._asdict()).returning(FacetCount.id)
            )
            self.facet_ids[cell] = added.scalar_one()
        terms = sorted(2 * term_ids[word] + in_name for word, (_, in_name) in source.terms.items())
        return {**source.values, "facet_id": self.facet_ids[cell], "terms": terms}

    def _term_ids(self, found: Iterable[Source]) -> dict[str, int]:
        surfaces = {word: surface for source in found for word, (surface, _) in source.terms.items()}
        columns = (SearchTerm.word, SearchTerm.id)
        known: dict[str, int] = {}
        words = sorted(surfaces)
        for start in range(0, len(words), BATCH):
            part = SearchTerm.word.in_(words[start : start + BATCH])
            known |= dict(self.session.execute(select(*columns).where(part)).all())
        missing = [{"word": w, "surface": surfaces[w], "product_count": 0} for w in words if w not in known]
        if missing:
            self.has_new_words = True
            added = self.session.execute(insert(SearchTerm).returning(*columns), missing)
            known |= dict(added.all())
        return known

    def _replace(self, old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> None:
        """Put new entries in the place of old ones; postings are touched only where they differ."""
        connection = self.session.connection()
        before, after = set(_postings(old)), set(_postings(new))
        keys = ("term_id", "rank_key", "product_id", "facet_id")
        if gone := [dict(zip(("t", "r", "p"), posting, strict=False)) for posting in sorted(before - after)]:
            c = _POSTING.c
            key = (c.term_id == bindparam("t"), c.rank_key == bindparam("r"), c.product_id == bindparam("p"))
            connection.execute(delete(_POSTING).where(*key), gone)
        if old:
            ids = [{"p": row["product_id"]} for row in old]
            connection.execute(delete(_ENTRY).where(_ENTRY.c.product_id == bindparam("p")), ids)
        if new:
            connection.execute(insert(_ENTRY), list(new))
        if added := [dict(zip(keys, posting, strict=True)) for posting in sorted(after - before)]:
            connection.execute(insert(_POSTING), added)
        for rows, sign in ((old, -1), (new, 1)):
            for row in rows:
                self.facets[row["facet_id"]] += sign
                for code in row["terms"]:
                    self.terms[code >> 1] += sign


def _postings(rows: Iterable[dict[str, Any]]) -> Iterable[tuple[int, int, int, int]]:
    for row in rows:
        for code in row["terms"]:
            rank_key = row["popular_key"] + (IN_NAME if code & 1 else 0)
            yield code >> 1, rank_key, row["product_id"], row["facet_id"]


def _is_visible(old: dict[str, Any] | None, new: dict[str, Any] | None) -> bool:
    """Tell whether a page looks different now; pieces count only when they are few."""
    if old is None or new is None:
        return True
    few = any(
        min(old[name], FEW_PIECES + 1) != min(new[name], FEW_PIECES + 1)
        for name in ("available_pieces", "gallery_pieces")
    )
    return few or any(old[name] != new[name] for name in old.keys() - _COUNTERS)


def _add(session: Session, model: type[FacetCount | SearchTerm], name: str, changes: Counter[int]) -> bool:
    """Add to the counters; tell whether one of them came to nothing."""
    rows = [{"row": row_id, "change": change} for row_id, change in sorted(changes.items()) if change]
    if not rows:
        return False
    table = cast("Table", model.__table__)
    session.connection().execute(
        update(table).where(table.c.id == bindparam("row")).values({name: table.c[name] + bindparam("change")}), rows
    )
    fell = [row["row"] for row in rows if row["change"] < 0]
    empty = select(table.c.id).where(table.c[name] == 0)
    return any(
        session.execute(empty.where(table.c.id.in_(fell[start : start + BATCH])).limit(1)).first()
        for start in range(0, len(fell), BATCH)
    )


def _lock(session: Session) -> CatalogueVersion:
    """Hold the one row whose lock makes refreshes come one after another; it is made when missing."""
    first = {"id": 1, "version": 0, "words_version": 0}
    session.execute(insert_into(session, CatalogueVersion).values(first).on_conflict_do_nothing())
    return lock_row(session, CatalogueVersion, 1)
