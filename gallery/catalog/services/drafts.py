"""Writing products: a new one, a change of what a reviewer looks at, a change that holds at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.errors import ArticleCodeTakenError, DuplicateVariantError
from gallery.catalog.facts import (
    REVIEWED,
    LicenceFacts,
    Outcome,
    PhotoFacts,
    ProductFacts,
    VariantFacts,
    changes,
    completed,
    name_key,
)
from gallery.catalog.models import Licence, Photo, PriceChange, Product, ProductRevision, RevisionPhoto, Variant
from gallery.catalog.queries import CurrentProduct, current_products
from gallery.catalog.states import REVISION, ProductStatus, RevisionStatus
from gallery.core import audit, clock
from gallery.core.errors import ConflictError, NotFoundError
from gallery.core.ids import slugify
from gallery.core.locks import lock_row
from gallery.core.money import Rupiah
from gallery.core.outbox import emit
from gallery.core.states import move
from gallery.registry.models import Business


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did. ``changed`` names the fields; ``revision_id`` is the version that now holds the facts.

    ``held`` are the variants whose new price does not hold yet: it is asked of whoever has a say in it.
    """

    outcome: Outcome
    product_id: int
    public_id: str
    revision_id: int
    changed: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    @property
    def needs_review(self) -> bool:
        """Whether something changed that a reviewer must see."""
        return self.outcome is Outcome.NEW or bool(self.changed & set(REVIEWED))


def create_draft(
    session: Session, business_id: int, facts: ProductFacts, *, actor: Actor, public_id: str | None = None
) -> Saved:
    """Add a product in draft with its first revision; nothing of it is public yet.

    A form names the ``public_id`` beforehand: sent twice, it still makes one product.
    """
    business = session.get(Business, business_id)
    if business is None:
        raise NotFoundError(str(business_id))
    if public_id is not None:
        lock_row(session, Business, business_id)
        if there := _made_before(session, business_id, public_id):
            return there
    facts = tidied(facts)
    product = Product(
        slug=slugify(facts.name),
        business_id=business.id,
        district_code=business.district_code,
        external_code=facts.external_code,
        lead_time_days=facts.lead_time_days,
    )
    if public_id is not None:
        product.public_id = public_id
    session.add(product)
    session.flush()  # revision and variants point to the id
    revision = ProductRevision(product_id=product.id, number=1, created_by=actor.user_id, name=facts.name)
    session.add(revision)
    write_variants(session, product.id, facts.variants, actor=actor)
    _write_contents(session, revision, facts)
    audit.record(session, actor, "product.created", f"product:{product.public_id}")
    return Saved(Outcome.NEW, product.id, product.public_id, revision.id)


def _made_before(session: Session, business_id: int, public_id: str) -> Saved | None:
    there = session.scalar(select(Product).where(Product.public_id == public_id, Product.business_id == business_id))
    if there is None:
        return None
    current = current_products(session, [there.id])[there.id]
    return Saved(Outcome.UNCHANGED, there.id, there.public_id, current.revision_id)


def edit_draft(session: Session, product_id: int, wanted: ProductFacts, *, actor: Actor) -> Saved:
    """Bring the product to what ``wanted`` says.

    Price, weight and lead time hold at once. What a reviewer looks at goes into the open revision (taken back to draft
    if it was waiting), or into a new one; what is on sale stays on sale. Raises :class:`ArticleCodeTakenError`.
    """
    product = lock_row(session, Product, product_id)
    if product.status is ProductStatus.ARCHIVED:
        raise ConflictError(product.public_id)
    current = current_products(session, [product_id])[product_id]
    wanted = completed(current.facts, tidied(wanted))
    changed = changes(current.facts, wanted)
    if not changed:
        return Saved(Outcome.UNCHANGED, product.id, product.public_id, current.revision_id)
    product.lead_time_days = wanted.lead_time_days
    if "external_code" in changed:
        _set_code(session, product, wanted.external_code)
    if "variants" in changed:
        write_variants(session, product.id, wanted.variants, actor=actor)
    revision_id = current.revision_id
    if changed & set(REVIEWED):
        revision = _open_revision(session, product, current, wanted, actor=actor)
        _write_contents(session, revision, wanted)
        revision_id = revision.id
    if product.status is ProductStatus.ON_SALE:
        emit(session, "product.changed", product_ids=[product.id])
    audit.record(session, actor, "product.edited", f"product:{product.public_id}", fields=sorted(changed))
    return Saved(Outcome.CHANGED, product.id, product.public_id, revision_id, changed)


def _set_code(session: Session, product: Product, code: str | None) -> None:
    others = select(Product.id).where(Product.business_id == product.business_id, Product.id != product.id)
    if code and session.scalar(others.where(Product.external_code == code)):
        raise ArticleCodeTakenError(code)
    session.flush()  # whatever waits to be written is no matter of the code
    product.external_code = code
    try:
        session.flush()
    except IntegrityError as error:  # somebody else gave it away between the look and the write
        raise ArticleCodeTakenError(code) from error


def tidied(facts: ProductFacts) -> ProductFacts:
    """Return the facts with single spaces in names, so that equal names are equal."""
    variants = tuple(replace(one, name=" ".join(one.name.split()), unit=one.unit.strip()) for one in facts.variants)
    names = [name_key(variant.name) for variant in variants]
    if len(set(names)) != len(names):
        raise DuplicateVariantError
    return replace(
        facts,
        name=" ".join(facts.name.split()),
        variants=variants,
        summary=facts.summary.strip(),
        description=facts.description.replace("\r\n", "\n").strip(),
        ingredients=facts.ingredients.strip(),
        allergens=facts.allergens.strip(),
        external_code=(facts.external_code or "").strip() or None,
    )


def write_variants(session: Session, product_id: int, wanted: Sequence[VariantFacts], *, actor: Actor) -> None:
    """Add and update variants by name and keep the history of their prices; others are left alone."""
    rows = session.scalars(select(Variant).where(Variant.product_id == product_id))
    known = {name_key(row.name): row for row in rows}
    for facts in wanted:
        row = known.get(name_key(facts.name))
        if row is None:
            row = Variant(product_id=product_id, name=facts.name, position=len(known))
            known[name_key(facts.name)] = row
        write_variant(session, row, facts, actor=actor)


def write_variant(session: Session, row: Variant, facts: VariantFacts, *, actor: Actor) -> None:
    """Set everything that a variant says; a new price goes into the history."""
    is_new = row.id is None
    old_price = None if is_new else row.price_idr
    row.name, row.unit, row.sku, row.is_active = facts.name, facts.unit, facts.sku, True
    row.price_idr, row.net_weight_g, row.ship_weight_g = facts.price_idr, facts.net_weight_g, facts.ship_weight_g
    row.length_mm, row.width_mm, row.height_mm = facts.length_mm, facts.width_mm, facts.height_mm
    if is_new:
        session.add(row)
    session.flush()  # the price history points to the id
    if old_price != facts.price_idr:
        remember_price(session, row, old_price, actor=actor)


def remember_price(session: Session, row: Variant, old_price: Rupiah | None, *, actor: Actor) -> None:
    """The variant's price, which was ``old_price`` until now, stands in its history."""
    session.add(
        PriceChange(
            variant_id=row.id,
            old_price_idr=old_price,
            new_price_idr=row.price_idr,
            changed_at=clock.now(),
            changed_by=actor.user_id,
        )
    )


def _open_revision(
    session: Session, product: Product, current: CurrentProduct, wanted: ProductFacts, *, actor: Actor
) -> ProductRevision:
    """Return the revision to write into: the open one, out of the queue if it was in it, or a new one."""
    if current.is_open:
        revision = lock_row(session, ProductRevision, current.revision_id)
        if revision.status is RevisionStatus.SUBMITTED:
            move(revision, REVISION, RevisionStatus.DRAFT, clock.now())
        return revision
    last = session.scalar(select(func.max(ProductRevision.number)).where(ProductRevision.product_id == product.id))
    revision = ProductRevision(
        product_id=product.id, number=(last or 0) + 1, created_by=actor.user_id, name=wanted.name
    )
    session.add(revision)
    return revision


def _write_contents(session: Session, revision: ProductRevision, facts: ProductFacts) -> None:
    revision.name, revision.name_key = facts.name, name_key(facts.name)
    revision.summary, revision.description = facts.summary, facts.description
    revision.category_id, revision.ingredients, revision.allergens = (
        facts.category_id,
        facts.ingredients,
        facts.allergens,
    )
    revision.shelf_life_days, revision.storage, revision.shipping_class = (
        facts.shelf_life_days,
        facts.storage,
        facts.shipping_class,
    )
    session.flush()  # licences and photos point to the id
    _write_licences(session, revision, facts.licences)
    _write_photos(session, revision, facts.photos or ())


def _write_licences(session: Session, revision: ProductRevision, wanted: Sequence[LicenceFacts]) -> None:
    statement = select(Licence).where(Licence.revision_id == revision.id)
    known = {(row.kind, row.number): row for row in session.scalars(statement)}
    for facts in wanted:
        row = known.pop((facts.kind, facts.number), None)
        if row is None:
            row = Licence(revision_id=revision.id, kind=facts.kind, number=facts.number)
            session.add(row)
        row.expires_on, row.proof_file_id = facts.expires_on, facts.proof_file_id
    for row in known.values():
        session.delete(row)
    session.flush()


def _write_photos(session: Session, revision: ProductRevision, wanted: Sequence[PhotoFacts]) -> None:
    """Show exactly these photos in this order; a picture that the product already has is not stored twice."""
    photos = {row.sha256: row for row in session.scalars(select(Photo).where(Photo.product_id == revision.product_id))}
    statement = select(RevisionPhoto).where(RevisionPhoto.revision_id == revision.id)
    links = {row.photo_id: row for row in session.scalars(statement)}
    shown: set[int] = set()
    for position, facts in enumerate({one.sha256: one for one in wanted}.values()):
        photo = photos.get(facts.sha256)
        if photo is None:
            photo = Photo(product_id=revision.product_id, original_file_id=facts.file_id, sha256=facts.sha256)
            session.add(photo)
            session.flush()  # the link and the job need the id
            emit(session, "photo.added", photo_id=photo.id)
        link = links.get(photo.id)
        if link is None:
            link = RevisionPhoto(revision_id=revision.id, photo_id=photo.id)
            session.add(link)
        link.position, link.alt = position, facts.alt
        shown.add(photo.id)
    for photo_id, link in links.items():
        if photo_id not in shown:
            session.delete(link)
    session.flush()
