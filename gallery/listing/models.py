"""Read tables of the shop, all derived from other tables: ``flask listing rebuild`` writes them anew."""

from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gallery.core.db import Base
from gallery.core.money import Rupiah

# A sort key is one number, read from high to low; what is available stands above all that is sold out.
AVAILABLE: Final = 1 << 50
# In a posting's key a word of the product's name stands above a word from elsewhere.
IN_NAME: Final = 1 << 45
KEY_LIMIT: Final = 1 << 44  # popularity, seconds and prices stay below
# Filters that follow the sort key inside an index, so that rows they refuse are never fetched.
_FLAGS: Final = ("is_halal", "is_in_gallery")
# A price range is read from the index alone, whatever it is sorted by.
_PRICE_RANGE: Final = {
    "popular": ("price_idr", "facet_id"),
    "newest": ("price_idr", "facet_id"),
    "cheap": ("facet_id", "popular_key", "newest_key"),
    "dear": ("facet_id",),
}


class ListingEntry(Base):
    """A product on sale as a card shows it. Without a row here a product is not in the shop."""

    __tablename__ = "listing_entry"
    __table_args__ = (
        *(
            Index(f"ix_listing_entry_{sort}", f"{sort}_key", "product_id", *_FLAGS, *covered)
            for sort, covered in _PRICE_RANGE.items()
        ),
        *(
            Index(f"ix_listing_entry_{name}_{sort}", column, f"{sort}_key", "product_id", *_FLAGS)
            for sort in _PRICE_RANGE
            for name, column in (("category", "category_id"), ("district", "district_code"))
        ),
        Index("ix_listing_entry_both_popular", "category_id", "district_code", "popular_key", "product_id", *_FLAGS),
        Index("ix_listing_entry_gallery_popular", "is_in_gallery", "popular_key", "product_id", "is_halal"),
        Index("ix_listing_entry_business_popular", "business_id", "popular_key", "product_id"),
        CheckConstraint("price_idr > 0", name="price_positive"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True, autoincrement=False)
    public_id: Mapped[str]
    slug: Mapped[str]
    name: Mapped[str]
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"))
    business_public_id: Mapped[str]
    business_slug: Mapped[str]
    business_name: Mapped[str]
    district_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    district_name: Mapped[str]
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    variant_public_id: Mapped[str]  # the cheapest variant: what "add to cart" adds when there is no choice
    has_variants: Mapped[bool]
    unit: Mapped[str]
    price_idr: Mapped[Rupiah]  # of the cheapest variant
    price_max_idr: Mapped[Rupiah]
    is_halal: Mapped[bool]
    has_pirt: Mapped[bool]
    is_available: Mapped[bool]
    is_in_gallery: Mapped[bool]
    available_pieces: Mapped[int]
    gallery_pieces: Mapped[int]
    photo: Mapped[
        dict[str, Any]
    ]  # {"alt", "colour", "width", "height", "webp": [[width, key]], "jpeg": [[width, key]]}
    popularity: Mapped[int] = mapped_column(BigInteger)
    published_at: Mapped[datetime]

    popular_key: Mapped[int] = mapped_column(BigInteger)
    newest_key: Mapped[int] = mapped_column(BigInteger)
    cheap_key: Mapped[int] = mapped_column(BigInteger)
    dear_key: Mapped[int] = mapped_column(BigInteger)
    facet_id: Mapped[int] = mapped_column(ForeignKey("facet_count.id"))
    terms: Mapped[list[Any]]  # 2 * term id, + 1 for a word of the name: finds the postings again


class FacetCount(Base):
    """How many products there are of one combination of facet values: any facet's count is a sum of a few of these."""

    __tablename__ = "facet_count"
    __table_args__ = (
        UniqueConstraint("category_id", "district_code", "is_halal", "is_available", "is_in_gallery"),
        CheckConstraint("products >= 0", name="products_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    district_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    is_halal: Mapped[bool]
    is_available: Mapped[bool]
    is_in_gallery: Mapped[bool]
    products: Mapped[int] = mapped_column(default=0)


class SearchTerm(Base):
    """A word of the catalogue: a stem, or a group of synonyms (``=lada``)."""

    __tablename__ = "search_term"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(unique=True)
    surface: Mapped[str]  # the word as it is written, shown in corrections and suggestions
    product_count: Mapped[int] = mapped_column(default=0)


class SearchPosting(Base):
    """One word of one product. The primary key is the reading order: the best products of a word come first."""

    __tablename__ = "search_posting"
    # No foreign keys: twenty rows per product, written only together with their entry and terms.
    __table_args__ = ({"sqlite_with_rowid": False},)

    term_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank_key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facet_id: Mapped[int]


class SearchMiss(Base):
    """What was searched in vain, and how often: a signal of demand. Holds no personal data."""

    __tablename__ = "search_miss"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(unique=True)
    times: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class CatalogueVersion(Base):
    """One row. ``version`` moves when a public page may change, ``words_version`` when the vocabulary does.

    Its lock is held by whoever writes these tables, so that refreshes come one after another.
    """

    __tablename__ = "catalogue_version"
    LOCK_RANK: ClassVar[int] = 95

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    words_version: Mapped[int] = mapped_column(default=0)
