"""Products as their owner and the officers of their district work on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from gallery.accounts.models import User
from gallery.accounts.permissions import Scope
from gallery.catalog.facts import Gap, VariantFacts, gaps, name_key
from gallery.catalog.models import Product, ProductRevision, ReviewDecision, Variant
from gallery.catalog.queries.current import CurrentProduct, current_products, variant_facts
from gallery.catalog.queries.pages import PhotoView, photo_views, product_in_scope
from gallery.catalog.states import ProductStatus, RevisionStatus
from gallery.core.errors import NotFoundError
from gallery.core.money import Rupiah
from gallery.registry.models import Business

PAGE_SIZE: Final = 30


class Work(StrEnum):
    """What a product asks of its people; the tabs of the list."""

    TO_COMPLETE = "to_complete"
    TO_MEND = "to_mend"
    WAITING = "waiting"
    ON_SALE = "on_sale"
    OFF_SALE = "off_sale"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A product in a list. ``price_idr`` is the lowest of its variants."""

    public_id: str
    name: str
    status: ProductStatus
    revision_status: RevisionStatus
    business_name: str
    district_code: str
    price_idr: Rupiah | None
    changed_at: datetime
    photo: PhotoView | None


@dataclass(frozen=True, slots=True)
class WorkPage:
    rows: tuple[WorkLine, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision about a version, newest first in lists."""

    revision_number: int
    decision: RevisionStatus
    reason: str
    decided_at: datetime
    reviewer: str


@dataclass(frozen=True, slots=True)
class ProductWork:
    """Everything about one product that its people need."""

    current: CurrentProduct
    business_id: int
    business_name: str
    business_public_id: str
    district_code: str
    slug: str
    gaps: tuple[Gap, ...]
    photos: tuple[PhotoView, ...]
    decisions: tuple[DecisionView, ...]
    submitted_at: datetime | None
    variants: tuple[tuple[str, VariantFacts], ...]  # public id and facts of those on sale

    @property
    def reason(self) -> str:
        """What the reviewer asked for, while it is still to be done."""
        asked = {RevisionStatus.CHANGES_REQUESTED, RevisionStatus.REJECTED}
        if not self.decisions or self.current.revision_status not in asked:
            return ""
        return self.decisions[0].reason


def work_page(
    session: Session,
    *,
    scope: Scope,
    work: Work | None = None,
    text: str = "",
    district: str = "",
    business_public_id: str = "",
    cursor: str = "",
) -> WorkPage:
    """Return 30 products of the scope, newest first; ``cursor`` is the public id of the last one seen."""
    rows = _lines().where(product_in_scope(scope))
    if work is not None:
        rows = rows.where(_condition(work))
    if district:
        rows = rows.where(Product.district_code == district)
    if business_public_id:
        rows = rows.where(Business.public_id == business_public_id)
    if text:
        like = f"%{name_key(text).replace('%', '').replace('_', '')}%"
        rows = rows.where(or_(ProductRevision.name_key.like(like), func.lower(Business.name).like(like)))
    if cursor:
        last = session.scalar(select(Product.id).where(Product.public_id == cursor))
        rows = rows.where(Product.id < (last or 0)) if last else rows
    found = session.execute(rows.order_by(Product.id.desc()).limit(PAGE_SIZE + 1)).all()
    shown = found[:PAGE_SIZE]
    photos = photo_views(session, [row.revision_id for row in shown], first_only=True)
    lines = tuple(_line(row, photos.get(row.revision_id, ())) for row in shown)
    return WorkPage(lines, lines[-1].public_id if len(found) > PAGE_SIZE else None)


def work_counts(session: Session, *, scope: Scope) -> dict[Work, int]:
    """Return how many products of the scope stand under each tab; one query."""
    columns = [func.count(case((_condition(work), 1))).label(work.value) for work in Work]
    statement = select(*columns).select_from(Product).join(ProductRevision, _is_newest()).where(product_in_scope(scope))
    row = session.execute(statement).one()
    return {work: getattr(row, work.value) for work in Work}


def product_work(session: Session, public_id: str, *, scope: Scope) -> ProductWork:
    """Return one product of the scope; what is outside does not exist."""
    row = session.execute(
        select(Product.id, Product.slug, Business.id, Business.name, Business.public_id, Product.district_code)
        .join(Business, Business.id == Product.business_id)
        .where(Product.public_id == public_id, product_in_scope(scope))
    ).one_or_none()
    if row is None:
        raise NotFoundError(public_id)
    product_id, slug, business_id, business_name, business_public_id, district_code = row
    current = current_products(session, [product_id])[product_id]
    return ProductWork(
        current=current,
        business_id=business_id,
        business_name=business_name,
        business_public_id=business_public_id,
        district_code=district_code,
        slug=slug,
        gaps=gaps(current.facts),
        photos=photo_views(session, [current.revision_id]).get(current.revision_id, ()),
        decisions=decisions_of(session, product_id),
        submitted_at=session.scalar(
            select(ProductRevision.submitted_at).where(ProductRevision.id == current.revision_id)
        ),
        variants=_variants(session, product_id),
    )


def decisions_of(session: Session, product_id: int) -> tuple[DecisionView, ...]:
    """Return all decisions about a product, newest first."""
    rows = session.execute(
        select(
            ProductRevision.number,
            ReviewDecision.decision,
            ReviewDecision.reason,
            ReviewDecision.decided_at,
            User.name,
        )
        .join(ProductRevision, ProductRevision.id == ReviewDecision.revision_id)
        .join(User, User.id == ReviewDecision.reviewer_id)
        .where(ProductRevision.product_id == product_id)
        .order_by(ReviewDecision.decided_at.desc(), ReviewDecision.id.desc())
    )
    return tuple(DecisionView(*row) for row in rows)


def _variants(session: Session, product_id: int) -> tuple[tuple[str, VariantFacts], ...]:
    rows = session.scalars(
        select(Variant)
        .where(Variant.product_id == product_id, Variant.is_active)
        .order_by(Variant.position, Variant.id)
    )
    return tuple((row.public_id, variant_facts(row)) for row in rows)


def _is_newest() -> ColumnElement[bool]:
    """Join condition: the newest revision of the product that was not replaced."""
    other = aliased(ProductRevision)
    newest = (
        select(func.max(other.number))
        .where(other.product_id == Product.id, other.status != RevisionStatus.SUPERSEDED)
        .correlate(Product)
        .scalar_subquery()
    )
    return and_(ProductRevision.product_id == Product.id, ProductRevision.number == newest)


def _condition(work: Work) -> ColumnElement[bool]:
    revision, product, lives = ProductRevision.status, Product.status, Product.status != ProductStatus.ARCHIVED
    to_mend = [RevisionStatus.CHANGES_REQUESTED, RevisionStatus.REJECTED]
    return {
        Work.TO_COMPLETE: and_(revision == RevisionStatus.DRAFT, lives),
        Work.TO_MEND: and_(revision.in_(to_mend), lives),
        Work.WAITING: and_(revision == RevisionStatus.SUBMITTED, lives),
        Work.ON_SALE: product == ProductStatus.ON_SALE,
        Work.OFF_SALE: product == ProductStatus.WITHDRAWN,
        Work.ARCHIVED: product == ProductStatus.ARCHIVED,
    }[work]


def _lines() -> Select[Any]:
    price = (
        select(func.min(Variant.price_idr))
        .where(Variant.product_id == Product.id, Variant.is_active)
        .correlate(Product)
        .scalar_subquery()
    )
    return (
        select(
            Product.public_id,
            Product.status,
            Product.district_code,
            ProductRevision.id.label("revision_id"),
            ProductRevision.name,
            ProductRevision.status.label("revision_status"),
            ProductRevision.status_changed_at.label("changed_at"),
            Business.name.label("business_name"),
            price.label("price_idr"),
        )
        .select_from(Product)
        .join(ProductRevision, _is_newest())
        .join(Business, Business.id == Product.business_id)
    )


def _line(row: Any, photos: Sequence[PhotoView]) -> WorkLine:
    return WorkLine(
        public_id=row.public_id,
        name=row.name,
        status=row.status,
        revision_status=row.revision_status,
        business_name=row.business_name,
        district_code=row.district_code,
        price_idr=row.price_idr,
        changed_at=row.changed_at,
        photo=photos[0] if photos else None,
    )
