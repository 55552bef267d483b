"""The cart as its owner sees it: names, prices then and now, what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gallery.catalog.facts import FOOD
from gallery.catalog.models import Category, Product, ProductRevision, Variant
from gallery.catalog.queries import sellable
from gallery.catalog.states import ShippingClass
from gallery.checkout.models import Cart, CartLine
from gallery.core.money import Rupiah
from gallery.delivery.limits import Box, sides_of
from gallery.inventory.queries import available
from gallery.listing.models import ListingEntry
from gallery.orders.models import Order
from gallery.registry.models import Business


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose cart: an account's, or that of the holder of a cookie. Exactly one of the two is set, or none yet."""

    user_id: int | None = None
    token_hash: str | None = None


@dataclass(frozen=True, slots=True)
class CartLineView:
    """One line with everything that cart, checkout and order need. ``stock`` is pieces by place."""

    id: int
    variant_id: int
    variant_public_id: str
    product_public_id: str
    product_slug: str
    product_name: str
    variant_name: str
    unit: str
    business_id: int
    business_name: str
    price_idr: Rupiah
    price_seen_idr: Rupiah
    quantity: int
    ship_weight_g: int
    shipping_class: ShippingClass
    lead_time_days: int
    is_sellable: bool
    photo: Mapping[str, Any] | None
    box_cm: Box | None = None  # of one piece, in whole centimetres; none where it was never measured
    is_food: bool = False
    stock: Mapping[int, int] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.product_slug

    @property
    def public_id(self) -> str:
        """The product's, as links to it want it."""
        return self.product_public_id

    @property
    def available(self) -> int:
        return sum(self.stock.values()) if self.is_sellable else 0

    @property
    def subtotal_idr(self) -> Rupiah:
        return Rupiah(self.price_idr * self.quantity)

    @property
    def price_changed(self) -> bool:
        return self.price_idr != self.price_seen_idr


def find_cart(session: Session, owner: Owner) -> Cart | None:
    """Return the owner's cart, or None when there never was one."""
    if owner.user_id is not None:
        return session.scalar(select(Cart).where(Cart.user_id == owner.user_id))
    if owner.token_hash is not None:
        return session.scalar(select(Cart).where(Cart.token_hash == owner.token_hash))
    return None


def cart_count(session: Session, owner: Owner) -> int:
    """Return the sum of pieces, for the badge beside the cart; one read."""
    mine = Cart.user_id == owner.user_id if owner.user_id is not None else Cart.token_hash == owner.token_hash
    if owner.user_id is None and owner.token_hash is None:
        return 0
    counted = select(func.coalesce(func.sum(CartLine.quantity), 0)).join(Cart, Cart.id == CartLine.cart_id)
    return int(session.scalar(counted.where(mine)) or 0)


def cart_lines(session: Session, owner: Owner) -> list[CartLineView]:
    """Return the lines in the order they were added; two reads."""
    if owner.user_id is None and owner.token_hash is None:
        return []
    mine = Cart.user_id == owner.user_id if owner.user_id is not None else Cart.token_hash == owner.token_hash
    rows = session.execute(
        select(CartLine, Variant, Product, ProductRevision, Business, ListingEntry.photo, Category.slug, sellable())
        .join(Cart, Cart.id == CartLine.cart_id)
        .join(Variant, Variant.id == CartLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(Business, Business.id == Product.business_id)
        .join(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .outerjoin(Category, Category.id == ProductRevision.category_id)
        .outerjoin(ListingEntry, ListingEntry.product_id == Product.id)
        .where(mine)
        .order_by(CartLine.id)
    ).all()
    pieces = available(session, [row[1].id for row in rows]) if rows else {}
    return [
        CartLineView(
            id=line.id,
            variant_id=variant.id,
            variant_public_id=variant.public_id,
            product_public_id=product.public_id,
            product_slug=product.slug,
            product_name=revision.name,
            variant_name=variant.name,
            unit=variant.unit,
            business_id=business.id,
            business_name=business.name,
            price_idr=variant.price_idr,
            price_seen_idr=line.price_seen_idr,
            quantity=line.quantity,
            ship_weight_g=variant.ship_weight_g,
            shipping_class=revision.shipping_class,
            lead_time_days=product.lead_time_days,
            is_sellable=bool(on_sale) and variant.is_active,
            photo=photo,
            box_cm=sides_of(variant.length_mm, variant.width_mm, variant.height_mm),
            is_food=slug in FOOD,
            stock={place: count for (variant_id, place), count in pieces.items() if variant_id == variant.id},
        )
        for line, variant, product, revision, business, photo, slug, on_sale in rows
    ]


def order_key(cart_id: int, checkout_key: str) -> str:
    """Bind the page's key to the cart, so that nobody reaches another buyer's order by guessing a key."""
    return f"{cart_id}:{checkout_key}"


def order_by_key(session: Session, owner: Owner, checkout_key: str) -> Order | None:
    """Return the order that this checkout page already made."""
    cart = find_cart(session, owner)
    if cart is None:
        return None
    return session.scalar(select(Order).where(Order.checkout_key == order_key(cart.id, checkout_key)))


def newest_order_of_cart(session: Session, owner: Owner) -> Order | None:
    """Return the last order made from this cart: an empty cart in a second tab says where it went."""
    cart = find_cart(session, owner)
    if cart is None:
        return None
    from_here = Order.checkout_key.startswith(order_key(cart.id, ""), autoescape=True)
    return session.scalar(select(Order).where(from_here).order_by(Order.id.desc()).limit(1))
