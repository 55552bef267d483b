"""Products on sale as cards need them, and the shelves of other pages."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from gallery.core.money import Rupiah
from gallery.listing.models import ListingEntry

SHELF: Final = 12


class Entry(NamedTuple):
    """A product on sale. Field names are those of ``ListingEntry``, where they are explained."""

    product_id: int
    public_id: str
    slug: str
    name: str
    business_id: int
    business_public_id: str
    business_slug: str
    business_name: str
    district_code: str
    district_name: str
    category_id: int
    variant_public_id: str
    has_variants: bool
    unit: str
    price_idr: Rupiah
    price_max_idr: Rupiah
    is_halal: bool
    has_pirt: bool
    is_available: bool
    is_in_gallery: bool
    available_pieces: int
    gallery_pieces: int
    photo_json: str  # ``photo`` as text: so an entry has a hash, and is read only when its card is drawn
    popularity: int
    published_at: datetime

    @property
    def photo(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.photo_json)
        return found


T: Final = ListingEntry.__table__.c
COLUMNS: Final = tuple(cast(T.photo, Text) if name == "photo_json" else T[name] for name in Entry._fields)


def entries(session: Session, product_ids: Sequence[int]) -> list[Entry]:
    """Return these products in the order given, without those no longer on sale."""
    if not product_ids:
        return []
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    ids: Any = json.dumps(list(product_ids)) if is_sqlite else list(product_ids)
    rows = session.execute(_by_id(is_sqlite=is_sqlite), {"ids": ids}).all()
    found = {row[0]: Entry._make(row) for row in rows}
    return [found[product_id] for product_id in product_ids if product_id in found]


def newest(session: Session, limit: int = SHELF, **narrow: Any) -> list[Entry]:
    """Return the products that came last; ``narrow`` as for ``popular``."""
    return _shelf(session, "newest_key", limit, narrow)


def popular(session: Session, limit: int = SHELF, **narrow: Any) -> list[Entry]:
    """Return the products sold most; ``narrow`` by ``category_id=``, ``district_code=`` or ``business_id=``."""
    return _shelf(session, "popular_key", limit, narrow)


def by_business(session: Session, business_id: int, limit: int = 48) -> list[Entry]:
    """Return the products of one business, the most sold first."""
    return popular(session, limit, business_id=business_id)


def among(session: Session, column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition "is one of these ids" with one parameter, however many they are."""
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(_values(bindparam("ids", json.dumps(list(ids)), type_=Text, unique=True)))
    return column == func.any(cast(bindparam("ids", list(ids), unique=True), ARRAY(BigInteger)))


def _values(ids: BindParameter[Any]) -> Select[Any]:
    return select(func.json_each(ids).table_valued("value").c.value)


# Statements of the hottest pages are put together once, which takes longer than to run them.
@cache
def _by_id(*, is_sqlite: bool) -> Select[Any]:
    ids = bindparam("ids", type_=Text if is_sqlite else ARRAY(BigInteger))
    return select(*COLUMNS).where(T.product_id.in_(_values(ids)) if is_sqlite else T.product_id == func.any(ids))


@cache
def _ordered(key: str, narrow: tuple[str, ...]) -> Select[Any]:
    statement = select(*COLUMNS).where(*(T[name] == bindparam(name) for name in narrow))
    return statement.order_by(T[key].desc(), T.product_id.desc()).limit(bindparam("shelf"))


def _shelf(session: Session, key: str, limit: int, narrow: dict[str, Any]) -> list[Entry]:
    given = {name: value for name, value in narrow.items() if value is not None}
    rows = session.execute(_ordered(key, tuple(given)), {**given, "shelf": limit}).all()
    return [Entry._make(row) for row in rows]
