"""The reviewers' queue, and one case of it: what is proposed beside what is on sale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.accounts.permissions import Scope
from gallery.catalog.facts import VariantFacts
from gallery.catalog.models import Category, Licence, Product, ProductRevision, Variant
from gallery.catalog.queries.current import variant_facts
from gallery.catalog.queries.pages import PhotoView, photo_views, product_in_scope
from gallery.catalog.queries.workspace import DecisionView, decisions_of
from gallery.catalog.states import (
    LicenceKind,
    PhotoStatus,
    ProductStatus,
    RevisionStatus,
    ShippingClass,
    Storage,
)
from gallery.core import clock
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.registry.models import Business, Person

PAGE_SIZE: Final = 40
AGES: Final = (3, 7, 14)
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What the reviewer wants to see: one district, waiting for at least so many days, only new ones or changes."""

    district: str = ""
    days: int = 0
    kind: str = ""  # "new", "change" or all


@dataclass(frozen=True, slots=True)
class ReviewLine:
    public_id: str
    product_public_id: str
    name: str
    business_name: str
    district_code: str
    category_name: str | None
    submitted_at: datetime
    is_change: bool
    photo: PhotoView | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    rows: tuple[ReviewLine, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class LicenceClaim:
    """A licence as it is claimed; ``proof_id`` is the public id of the proof's file."""

    kind: LicenceKind
    number: str
    expires_on: Any
    proof_id: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One revision, with everything that a reviewer compares."""

    number: int
    name: str
    summary: str
    description: str
    category_name: str | None
    ingredients: str
    allergens: str
    shelf_life_days: int | None
    storage: Storage
    shipping_class: ShippingClass
    licences: tuple[LicenceClaim, ...]
    photos: tuple[PhotoView, ...]


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """A waiting revision, what it would replace, and what is known about the product."""

    revision_id: int
    public_id: str
    status: RevisionStatus
    submitted_at: datetime | None
    submitted_by: int | None
    submitter: str | None
    product_public_id: str
    product_status: ProductStatus
    business_name: str
    business_public_id: str
    owner_name: str
    district_code: str
    proposed: Version
    on_sale: Version | None
    variants: tuple[VariantFacts, ...]
    decisions: tuple[DecisionView, ...]

    @property
    def has_ready_photo(self) -> bool:
        return any(photo.status is PhotoStatus.READY for photo in self.proposed.photos)

    def differs(self, field: str) -> bool:
        """Whether this part is other than what is on sale; a new product differs in nothing."""
        return self.on_sale is not None and getattr(self.proposed, field) != getattr(self.on_sale, field)


def review_page(
    session: Session, *, scope: Scope, wanted: ReviewFilter, cursor: str = "", limit: int = PAGE_SIZE
) -> ReviewPage:
    """Return waiting revisions, the longest waiting first; two queries."""
    rows = _waiting(scope, wanted)
    if cursor and (after := _after(session, cursor)) is not None:
        rows = rows.where(after)
    found = session.execute(_in_order(rows).limit(limit + 1)).all()
    shown = found[:limit]
    photos = photo_views(session, [row.id for row in shown], first_only=True)
    lines = tuple(_line(row, photos.get(row.id, ())) for row in shown)
    return ReviewPage(lines, lines[-1].public_id if len(found) > limit else None)


def next_review(session: Session, *, scope: Scope, wanted: ReviewFilter, after: str) -> str | None:
    """Return the public id of the next waiting revision behind ``after``, else of the first one, else None."""
    rows = _waiting(scope, wanted).where(ProductRevision.public_id != after)
    behind = _after(session, after)
    if behind is not None and (found := session.execute(_in_order(rows.where(behind)).limit(1)).first()):
        return str(found.public_id)
    found = session.execute(_in_order(rows).limit(1)).first()
    return str(found.public_id) if found else None


def review_counts(session: Session, *, scope: Scope) -> dict[str, int]:
    """Return how many revisions of each district wait, by district code."""
    rows = session.execute(
        select(Product.district_code, sql.count())
        .join(ProductRevision, ProductRevision.product_id == Product.id)
        .where(ProductRevision.status == RevisionStatus.SUBMITTED, product_in_scope(scope))
        .group_by(Product.district_code)
    )
    return {district: count for district, count in rows}  # noqa: C416 - rows are not pairs for the type checker


def review_case(session: Session, public_id: str, *, scope: Scope) -> ReviewCase:
    """Return a revision that was handed in, inside the scope; else :class:`NotFoundError`."""
    row = session.execute(
        select(ProductRevision, Product, Business, Person.name, User.name)
        .join(Product, Product.id == ProductRevision.product_id)
        .join(Business, Business.id == Product.business_id)
        .join(Person, Person.id == Business.owner_id)
        .outerjoin(User, User.id == ProductRevision.submitted_by)
        .where(
            ProductRevision.public_id == public_id,
            ProductRevision.submitted_at.is_not(None),
            product_in_scope(scope),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError(public_id)
    revision, product, business, owner_name, submitter = row
    former_id = product.published_revision_id
    versions = _versions(session, [revision.id, *([former_id] if former_id else [])])
    return ReviewCase(
        revision_id=revision.id,
        public_id=revision.public_id,
        status=revision.status,
        submitted_at=revision.submitted_at,
        submitted_by=revision.submitted_by,
        submitter=submitter,
        product_public_id=product.public_id,
        product_status=product.status,
        business_name=business.name,
        business_public_id=business.public_id,
        owner_name=owner_name,
        district_code=product.district_code,
        proposed=versions[revision.id],
        on_sale=versions.get(former_id) if former_id and former_id != revision.id else None,
        variants=_variants(session, product.id),
        decisions=decisions_of(session, product.id),
    )


def revision_ids(session: Session, public_ids: Sequence[str], *, scope: Scope) -> dict[str, int]:
    """Return the ids of these revisions inside the scope, by public id."""
    rows = session.execute(
        select(ProductRevision.public_id, ProductRevision.id)
        .join(Product, Product.id == ProductRevision.product_id)
        .where(ProductRevision.public_id.in_(list(public_ids)), product_in_scope(scope))
    )
    return {public_id: revision_id for public_id, revision_id in rows}  # noqa: C416 - as above


def _waiting(scope: Scope, wanted: ReviewFilter) -> Rows:
    rows: Rows = (
        select(
            ProductRevision.id,
            ProductRevision.public_id,
            ProductRevision.name,
            ProductRevision.submitted_at,
            Product.public_id.label("product_public_id"),
            Product.published_revision_id,
            Product.district_code,
            Business.name.label("business_name"),
            Category.name.label("category_name"),
        )
        .join(Product, Product.id == ProductRevision.product_id)
        .join(Business, Business.id == Product.business_id)
        .outerjoin(Category, Category.id == ProductRevision.category_id)
        .where(ProductRevision.status == RevisionStatus.SUBMITTED, product_in_scope(scope))
    )
    if wanted.district:
        rows = rows.where(Product.district_code == wanted.district)
    if wanted.days:
        rows = rows.where(ProductRevision.submitted_at <= clock.now() - timedelta(days=wanted.days))
    if wanted.kind == "new":
        rows = rows.where(Product.published_revision_id.is_(None))
    elif wanted.kind == "change":
        rows = rows.where(Product.published_revision_id.is_not(None))
    return rows


def _in_order(rows: Rows) -> Rows:
    return rows.order_by(ProductRevision.submitted_at, ProductRevision.id)


def _after(session: Session, public_id: str) -> ColumnElement[bool] | None:
    last = session.execute(
        select(ProductRevision.submitted_at, ProductRevision.id).where(ProductRevision.public_id == public_id)
    ).one_or_none()
    if last is None or last.submitted_at is None:
        return None
    return or_(
        ProductRevision.submitted_at > last.submitted_at,
        and_(ProductRevision.submitted_at == last.submitted_at, ProductRevision.id > last.id),
    )


def _line(row: Any, photos: Sequence[PhotoView]) -> ReviewLine:
    return ReviewLine(
        public_id=row.public_id,
        product_public_id=row.product_public_id,
        name=row.name,
        business_name=row.business_name,
        district_code=row.district_code,
        category_name=row.category_name,
        submitted_at=row.submitted_at,
        is_change=row.published_revision_id is not None,
        photo=photos[0] if photos else None,
    )


def _versions(session: Session, ids: Sequence[int]) -> dict[int, Version]:
    photos = photo_views(session, ids)
    licences: dict[int, list[LicenceClaim]] = {}
    claims = session.execute(
        select(Licence, StoredFile.public_id)
        .outerjoin(StoredFile, StoredFile.id == Licence.proof_file_id)
        .where(Licence.revision_id.in_(ids))
        .order_by(Licence.kind, Licence.number)
    )
    for licence, proof_id in claims:
        claim = LicenceClaim(licence.kind, licence.number, licence.expires_on, proof_id)
        licences.setdefault(licence.revision_id, []).append(claim)
    rows = session.execute(
        select(ProductRevision, Category.name)
        .outerjoin(Category, Category.id == ProductRevision.category_id)
        .where(ProductRevision.id.in_(ids))
    )
    return {
        revision.id: Version(
            number=revision.number,
            name=revision.name,
            summary=revision.summary,
            description=revision.description,
            category_name=category_name,
            ingredients=revision.ingredients,
            allergens=revision.allergens,
            shelf_life_days=revision.shelf_life_days,
            storage=revision.storage,
            shipping_class=revision.shipping_class,
            licences=tuple(licences.get(revision.id, ())),
            photos=photos.get(revision.id, ()),
        )
        for revision, category_name in rows
    }


def _variants(session: Session, product_id: int) -> tuple[VariantFacts, ...]:
    rows = session.scalars(
        select(Variant)
        .where(Variant.product_id == product_id, Variant.is_active)
        .order_by(Variant.position, Variant.id)
    )
    return tuple(variant_facts(row) for row in rows)
