"""Variants: prices, weights and names hold at once, and every price is remembered."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.errors import DuplicateVariantError, LastVariantError
from gallery.catalog.facts import VariantFacts, name_key
from gallery.catalog.models import Product, Variant
from gallery.catalog.services.drafts import remember_price, write_variant
from gallery.catalog.states import ProductStatus
from gallery.core import audit
from gallery.core.errors import ConflictError, NotFoundError
from gallery.core.locks import lock_row
from gallery.core.money import Rupiah
from gallery.core.outbox import emit


def save_variant(
    session: Session, product_id: int, variant_public_id: str | None, facts: VariantFacts, *, actor: Actor
) -> Variant:
    """Change a variant, or add one when no id is given. Raise :class:`DuplicateVariantError` for a name twice."""
    product, variants = _locked(session, product_id)
    name = " ".join(facts.name.split())
    row = next((one for one in variants if one.public_id == variant_public_id), None)
    if variant_public_id is not None and row is None:
        raise NotFoundError(variant_public_id)
    same_name = next((one for one in variants if name_key(one.name) == name_key(name) and one is not row), None)
    if same_name is not None and (same_name.is_active or row is not None):
        raise DuplicateVariantError(name)
    # A name that was given up before comes back as the same variant, with its stock and its past prices.
    row = row or same_name or Variant(product_id=product.id, position=len(variants))
    write_variant(session, row, replace(facts, name=name), actor=actor)
    _announce(session, product, "product.variant_saved", row, actor=actor)
    return row


def remove_variant(session: Session, product_id: int, variant_public_id: str, *, actor: Actor) -> Variant:
    """Take a variant off sale. Orders and stock still point to it, so the row stays."""
    product, variants = _locked(session, product_id)
    row = next((one for one in variants if one.public_id == variant_public_id and one.is_active), None)
    if row is None:
        raise NotFoundError(variant_public_id)
    if sum(one.is_active for one in variants) == 1:
        raise LastVariantError(product.public_id)
    row.is_active = False
    _announce(session, product, "product.variant_removed", row, actor=actor)
    return row


def set_price(session: Session, variant_id: int, price_idr: Rupiah, *, actor: Actor) -> Variant:
    """The variant costs this from now on; the old price stays in the history. The same price changes nothing."""
    product_id = session.get_one(Variant, variant_id).product_id
    product, variants = _locked(session, product_id)
    row = next(one for one in variants if one.id == variant_id)
    if row.price_idr != price_idr:
        old_price, row.price_idr = row.price_idr, price_idr
        remember_price(session, row, old_price, actor=actor)
        _announce(session, product, "product.variant_saved", row, actor=actor)
    return row


def _locked(session: Session, product_id: int) -> tuple[Product, list[Variant]]:
    product = lock_row(session, Product, product_id)
    if product.status is ProductStatus.ARCHIVED:
        raise ConflictError(product.public_id)
    rows = session.scalars(
        select(Variant)
        .where(Variant.product_id == product_id)
        .order_by(Variant.position, Variant.id)
        .execution_options(populate_existing=True)
    )
    return product, list(rows)


def _announce(session: Session, product: Product, action: str, row: Variant, *, actor: Actor) -> None:
    audit.record(session, actor, action, f"product:{product.public_id}", variant=row.public_id)
    if product.status is ProductStatus.ON_SALE:
        emit(session, "product.changed", product_ids=[product.id])
