"""Products, what was reviewed of them (revisions), what may change at once (variants), photos and licences."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gallery.catalog.facts import name_key
from gallery.catalog.states import (
    LicenceKind,
    PhotoStatus,
    ProductStatus,
    RevisionStatus,
    ShippingClass,
    Storage,
)
from gallery.core import clock
from gallery.core.db import Base
from gallery.core.ids import public_id
from gallery.core.money import Rupiah
from gallery.registry.models import Business


def _name_key(context: Any) -> str:
    """Find a product again under another spelling of its name."""
    values = context.get_current_parameters()
    return name_key(values["name"])


class Category(Base):
    __tablename__ = "category"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str] = mapped_column(default="")  # data, so not in the gettext catalogue
    icon: Mapped[str] = mapped_column(default="package")
    position: Mapped[int] = mapped_column(default=0)


class Product(Base):
    """What stays the same through all revisions: address, owner, state."""

    __tablename__ = "product"
    __table_args__ = (
        # The owner's own article code finds the product again when a spreadsheet is sent a second time.
        UniqueConstraint("business_id", "external_code"),
        Index("ix_product_district_status", "district_code", "status"),
    )
    LOCK_RANK: ClassVar[int] = 40

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    slug: Mapped[str]
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"), index=True)
    district_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    external_code: Mapped[str | None]
    status: Mapped[ProductStatus] = mapped_column(default=ProductStatus.DRAFT)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_revision_id: Mapped[int | None] = mapped_column(
        ForeignKey("product_revision.id", use_alter=True, name="fk_product_published_revision_id_product_revision")
    )
    published_at: Mapped[datetime | None]
    lead_time_days: Mapped[int] = mapped_column(default=0)  # made to order: days until it can be handed over
    sold_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    business: Mapped[Business] = relationship()
    variants: Mapped[list["Variant"]] = relationship(back_populates="product", order_by="Variant.position")

    @property
    def is_sellable(self) -> bool:
        """Whether it can be bought, stock apart; ``queries.sellable()`` is the same rule in SQL."""
        return (
            self.status is ProductStatus.ON_SALE and self.published_revision_id is not None and self.business.is_active
        )


class ProductRevision(Base):
    """Everything that a reviewer looks at. At most one revision of a product is open (draft, submitted, …)."""

    __tablename__ = "product_revision"
    __table_args__ = (
        UniqueConstraint("product_id", "number"),
        Index("ix_product_revision_status_submitted_at", "status", "submitted_at"),
    )
    LOCK_RANK: ClassVar[int] = 42

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    number: Mapped[int]
    status: Mapped[RevisionStatus] = mapped_column(default=RevisionStatus.DRAFT)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(default=_name_key, index=True)
    summary: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    ingredients: Mapped[str] = mapped_column(default="")
    allergens: Mapped[str] = mapped_column(default="")
    shelf_life_days: Mapped[int | None]
    storage: Mapped[Storage] = mapped_column(default=Storage.DRY)
    shipping_class: Mapped[ShippingClass] = mapped_column(default=ShippingClass.NORMAL)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    product: Mapped[Product] = relationship(foreign_keys=[product_id])
    category: Mapped[Category | None] = relationship()
    licences: Mapped[list["Licence"]] = relationship(cascade="all, delete-orphan", order_by="Licence.id")
    photos: Mapped[list["RevisionPhoto"]] = relationship(
        cascade="all, delete-orphan", order_by="RevisionPhoto.position"
    )


class ReviewDecision(Base):
    """What a reviewer decided, when and why. A revision may be decided several times until it is published."""

    __tablename__ = "review_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("product_revision.id"), index=True)
    decision: Mapped[RevisionStatus]
    reason: Mapped[str] = mapped_column(default="")
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)


class Variant(Base):
    """What is priced, weighed and stocked. A product without choices has one variant with an empty name."""

    __tablename__ = "variant"
    __table_args__ = (
        UniqueConstraint("product_id", "name"),
        CheckConstraint("price_idr > 0", name="price_positive"),
        CheckConstraint("ship_weight_g > 0", name="ship_weight_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    name: Mapped[str] = mapped_column(default="")
    sku: Mapped[str | None] = mapped_column(index=True)
    barcode: Mapped[str | None] = mapped_column(index=True)  # the maker's GTIN, where the package carries one
    unit: Mapped[str] = mapped_column(default="")  # bungkus, botol, lembar …
    price_idr: Mapped[Rupiah]
    net_weight_g: Mapped[int | None]
    ship_weight_g: Mapped[int]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    product: Mapped[Product] = relationship(back_populates="variants")


class PriceChange(Base):
    """The price history of a variant."""

    __tablename__ = "price_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    old_price_idr: Mapped[Rupiah | None]
    new_price_idr: Mapped[Rupiah]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Photo(Base):
    """A picture of a product: the private original, and what a job made of it."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("product_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    original_file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str]  # of the uploaded bytes: the same picture twice is one
    status: Mapped[PhotoStatus] = mapped_column(default=PhotoStatus.PENDING)
    status_changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    width: Mapped[int | None]
    height: Mapped[int | None]
    colour: Mapped[str | None]  # "#rrggbb", shown until the picture has come
    refusal: Mapped[str | None]  # the code of the error that refused it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    renditions: Mapped[list["PhotoRendition"]] = relationship(
        cascade="all, delete-orphan", order_by="PhotoRendition.width"
    )


class PhotoRendition(Base):
    __tablename__ = "photo_rendition"
    __table_args__ = (UniqueConstraint("photo_id", "media_type", "width"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"))
    media_type: Mapped[str]  # image/webp, image/jpeg
    width: Mapped[int]
    height: Mapped[int]
    key: Mapped[str]  # in the file store; served under /media/<key>
    size_bytes: Mapped[int]


class RevisionPhoto(Base):
    """Which photos a revision shows, in which order, with which alternative text."""

    __tablename__ = "revision_photo"
    __table_args__ = (UniqueConstraint("revision_id", "photo_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("product_revision.id"), index=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    alt: Mapped[str] = mapped_column(default="")

    photo: Mapped[Photo] = relationship()


class Licence(Base):
    """A licence as the revision claims it: number in normal form, expiry, and a private proof."""

    __tablename__ = "licence"
    __table_args__ = (UniqueConstraint("revision_id", "kind", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("product_revision.id"), index=True)
    kind: Mapped[LicenceKind]
    number: Mapped[str]
    expires_on: Mapped[date | None]
    proof_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
