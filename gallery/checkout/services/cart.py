"""What goes into a cart and out of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gallery.catalog.models import Product, ProductRevision, Variant
from gallery.catalog.queries import variant_ids_on_sale
from gallery.checkout.errors import (
    CartFullError,
    InvalidQuantityError,
    LineProblem,
    ProductWithdrawnError,
    StockShortError,
)
from gallery.checkout.models import Cart, CartLine
from gallery.checkout.queries import Owner, cart_lines, find_cart
from gallery.core import clock
from gallery.core.db import insert_into
from gallery.core.errors import NotFoundError
from gallery.core.locks import lock_row, lock_rows
from gallery.inventory.queries import available

MOST_LINES: Final = 50
MOST_PIECES: Final = 999
KEPT: Final = timedelta(days=60)  # a guest's cart that nobody touched


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a wish: ``quantity`` is in the cart now, ``wanted`` may have been more than there is."""

    name: str
    quantity: int
    wanted: int


def add_line(
    session: Session, owner: Owner, variant_public_id: str, quantity: int, *, source: str | None = None
) -> Added:
    """The cart holds so many pieces more, at most as many as there are; the first ``source`` goes into the order.

    Raises NotFoundError, :class:`ProductWithdrawnError`, :class:`StockShortError` (nothing is left) or
    :class:`CartFullError`.
    """
    _check(quantity, lowest=1)
    variant, name = _variant(session, variant_public_id)
    pieces = _sellable_pieces(session, variant, name, quantity)
    cart = _own_cart(session, owner)
    cart.source = cart.source or source
    line = session.scalar(select(CartLine).where(CartLine.cart_id == cart.id, CartLine.variant_id == variant.id))
    if line is None:
        _refuse_when_full(session, cart)
        line = CartLine(cart_id=cart.id, variant_id=variant.id, quantity=0, price_seen_idr=variant.price_idr)
        session.add(line)
    wanted = line.quantity + quantity
    line.quantity = min(wanted, pieces, MOST_PIECES)
    line.price_seen_idr = variant.price_idr
    cart.changed_at = clock.now()
    session.flush()
    return Added(name, line.quantity, wanted)


def set_quantity(session: Session, owner: Owner, variant_public_id: str, quantity: int) -> Added:
    """The line has exactly so many pieces (at most as many as there are); zero takes it out of the cart."""
    _check(quantity, lowest=0)
    if quantity == 0:
        name = remove_line(session, owner, variant_public_id)
        return Added(name, 0, 0)
    cart, line, variant, name = _own_line(session, owner, variant_public_id)
    pieces = _sellable_pieces(session, variant, name, quantity)
    line.quantity = min(quantity, pieces)
    cart.changed_at = clock.now()
    return Added(name, line.quantity, quantity)


def remove_line(session: Session, owner: Owner, variant_public_id: str) -> str:
    """The variant is out of the cart; returns its name."""
    cart, line, _, name = _own_line(session, owner, variant_public_id)
    session.delete(line)
    cart.changed_at = clock.now()
    return name


def fit_cart(session: Session, owner: Owner) -> None:
    """The cart holds what can be bought now: no variant that is not sold, of others at most what there is."""
    cart = find_cart(session, owner)
    if cart is None:
        return
    lock_row(session, Cart, cart.id)
    buyable = {line.variant_id: line.available if line.is_sellable else 0 for line in cart_lines(session, owner)}
    for line in session.scalars(select(CartLine).where(CartLine.cart_id == cart.id)):
        line.quantity = min(line.quantity, buyable.get(line.variant_id, 0))
        if line.quantity == 0:
            session.delete(line)
    cart.changed_at = clock.now()
    session.flush()


def accept_prices(session: Session, owner: Owner) -> None:
    """The owner has seen the prices of now."""
    cart = find_cart(session, owner)
    if cart is None:
        return
    lock_row(session, Cart, cart.id)
    rows = session.execute(
        select(CartLine, Variant.price_idr)
        .join(Variant, Variant.id == CartLine.variant_id)
        .where(CartLine.cart_id == cart.id)
    )
    for line, price in rows:
        line.price_seen_idr = price


def merge_carts(session: Session, *, guest: Owner, user_id: int) -> None:
    """After signing in the account's cart holds what both held; of a variant in both, the larger number."""
    mine = Owner(user_id=user_id)
    theirs = find_cart(session, guest)
    if theirs is None:
        return
    own = find_cart(session, mine)
    if own is None:
        lock_row(session, Cart, theirs.id)
        theirs.user_id, theirs.token_hash = user_id, None
        return
    lock_rows(session, Cart, [own.id, theirs.id])
    have = {line.variant_id: line for line in own.lines}
    for line in list(theirs.lines):
        if line.variant_id in have:
            have[line.variant_id].quantity = max(have[line.variant_id].quantity, line.quantity)
        else:
            session.add(
                CartLine(
                    cart_id=own.id,
                    variant_id=line.variant_id,
                    quantity=line.quantity,
                    price_seen_idr=line.price_seen_idr,
                )
            )
    own.source = own.source or theirs.source
    own.changed_at = clock.now()
    session.delete(theirs)
    session.flush()


def sweep_carts(session: Session, *, limit: int = 1_000) -> int:
    """Guests' carts that nobody touched for long are gone; accounts keep theirs."""
    stale = select(Cart.id).where(Cart.user_id.is_(None), Cart.changed_at < clock.now() - KEPT).limit(limit)
    ids = session.scalars(stale).all()
    session.execute(delete(CartLine).where(CartLine.cart_id.in_(ids)))
    session.execute(delete(Cart).where(Cart.id.in_(ids)))
    return len(ids)


def _check(quantity: int, *, lowest: int) -> None:
    if not lowest <= quantity <= MOST_PIECES:
        raise InvalidQuantityError(str(quantity))


def _own_cart(session: Session, owner: Owner) -> Cart:
    """Lock the owner's cart, made now if there is none: of two first clicks at once, one finds the other's."""
    cart = find_cart(session, owner)
    if cart is None:
        values = {
            "user_id": owner.user_id,
            "token_hash": None if owner.user_id is not None else owner.token_hash,
            "created_at": clock.now(),
            "changed_at": clock.now(),
        }
        session.execute(insert_into(session, Cart).values(**values).on_conflict_do_nothing())
        cart = find_cart(session, owner)
    if cart is None:
        raise NotFoundError("Cart")
    return lock_row(session, Cart, cart.id)


def _own_line(session: Session, owner: Owner, variant_public_id: str) -> tuple[Cart, CartLine, Variant, str]:
    variant, name = _variant(session, variant_public_id)
    cart = find_cart(session, owner)
    if cart is None:
        raise NotFoundError("CartLine")
    cart = lock_row(session, Cart, cart.id)
    line = session.scalar(select(CartLine).where(CartLine.cart_id == cart.id, CartLine.variant_id == variant.id))
    if line is None:
        raise NotFoundError("CartLine")
    return cart, line, variant, name


def _variant(session: Session, public_id: str) -> tuple[Variant, str]:
    row = session.execute(
        select(Variant, ProductRevision.name)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == Product.published_revision_id)
        .where(Variant.public_id == public_id)
    ).first()
    if row is None:
        raise NotFoundError("Variant")
    variant, name = row
    return variant, f"{name} {variant.name}".strip()


def _sellable_pieces(session: Session, variant: Variant, name: str, wanted: int) -> int:
    if not variant_ids_on_sale(session, [variant.id]):
        raise ProductWithdrawnError([LineProblem(variant.id, name, wanted=wanted)])
    pieces = sum(available(session, [variant.id]).values())
    if pieces == 0:
        raise StockShortError([LineProblem(variant.id, name, wanted=wanted)])
    return pieces


def _refuse_when_full(session: Session, cart: Cart) -> None:
    lines = session.scalar(select(func.count()).where(CartLine.cart_id == cart.id)) or 0
    if lines >= MOST_LINES:
        raise CartFullError(str(lines))
