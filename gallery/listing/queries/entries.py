"""Products on sale as cards need them, and the shelves of other pages."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, Text, bindparam, cast, func, select
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
    photo: dict[str, Any]
    popularity: int
    published_at: datetime


T: Final = ListingEntry.__table__.c
COLUMNS: Final = tuple(T[name] for name in Entry._fields)


def entries(session: Session, product_ids: Sequence[int]) -> list[Entry]:
    """Return these products in the order given, without those no longer on sale."""
    if not product_ids:
        return []
    rows = session.execute(select(*COLUMNS).where(among(session, T.product_id, product_ids))).all()
    found = {row[0]: Entry._make(row) for row in rows}
    return [found[product_id] for product_id in product_ids if product_id in found]


def newest(session: Session, limit: int = SHELF, **narrow: Any) -> list[Entry]:
    """Return the products that came last; ``narrow`` as for ``popular``."""
    return _shelf(session, _narrowed(**narrow).order_by(T.newest_key.desc(), T.product_id.desc()), limit)


def popular(session: Session, limit: int = SHELF, **narrow: Any) -> list[Entry]:
    """Return the products sold most; ``narrow`` by ``category_id=``, ``district_code=`` or ``business_id=``."""
    return _shelf(session, _narrowed(**narrow).order_by(T.popular_key.desc(), T.product_id.desc()), limit)


def by_business(session: Session, business_id: int, limit: int = 48) -> list[Entry]:
    """Return the products of one business, the most sold first."""
    return popular(session, limit, business_id=business_id)


def among(session: Session, column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition "is one of these ids" with one parameter, however many they are."""
    if session.get_bind().dialect.name == "sqlite":
        values = func.json_each(bindparam("ids", json.dumps(list(ids)), type_=Text, unique=True)).table_valued("value")
        return column.in_(select(values.c.value))
    return column == func.any(cast(bindparam("ids", list(ids), unique=True), ARRAY(BigInteger)))


def _narrowed(
    *, category_id: int | None = None, district_code: str | None = None, business_id: int | None = None
) -> Select[Any]:
    statement = select(*COLUMNS)
    for column, value in (
        (T.category_id, category_id),
        (T.district_code, district_code),
        (T.business_id, business_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement


def _shelf(session: Session, statement: Select[Any], limit: int) -> list[Entry]:
    return [Entry._make(row) for row in session.execute(statement.limit(limit)).all()]
