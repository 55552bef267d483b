"""Taking a product off the shop, putting it back, filing it away."""

from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product
from gallery.catalog.states import PRODUCT, ProductStatus
from gallery.core import audit, clock
from gallery.core.errors import InvalidTransitionError
from gallery.core.locks import lock_row
from gallery.core.outbox import emit
from gallery.core.states import Decision, move


def withdraw(session: Session, product_id: int, *, actor: Actor) -> Product:
    """Take the product off the shop for a while; orders that exist stay as they are."""
    return _move(session, product_id, ProductStatus.WITHDRAWN, "product.withdrawn", actor=actor)


def restore(session: Session, product_id: int, *, actor: Actor) -> Product:
    """Put a withdrawn product back on sale, as it was published. Never-published ones can not take this way."""
    return _move(session, product_id, ProductStatus.ON_SALE, "product.restored", actor=actor)


def archive(session: Session, product_id: int, *, actor: Actor) -> Product:
    """File the product away: it is neither sold nor edited any more."""
    return _move(session, product_id, ProductStatus.ARCHIVED, "product.archived", actor=actor)


def unarchive(session: Session, product_id: int, *, actor: Actor) -> Product:
    """Take a product out of the archive: withdrawn if it was ever published, else a draft."""
    product = lock_row(session, Product, product_id)
    target = ProductStatus.WITHDRAWN if product.published_revision_id else ProductStatus.DRAFT
    return _move(session, product_id, target, "product.unarchived", actor=actor)


def _move(session: Session, product_id: int, target: ProductStatus, action: str, *, actor: Actor) -> Product:
    product = lock_row(session, Product, product_id)
    if target is ProductStatus.ON_SALE and product.status is not ProductStatus.ON_SALE:
        _refuse_unpublished(product)
    if move(product, PRODUCT, target, clock.now()) is Decision.APPLY:
        audit.record(session, actor, action, f"product:{product.public_id}")
        emit(session, "product.changed", product_ids=[product.id])
    return product


def _refuse_unpublished(product: Product) -> None:
    """Only a review puts a draft on sale."""
    if product.published_revision_id is None or product.status is ProductStatus.DRAFT:
        raise InvalidTransitionError(product.status, ProductStatus.ON_SALE)
