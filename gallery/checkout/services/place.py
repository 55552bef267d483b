"""Place an order: stock first, then order, parcels, lines, payment and news, in one transaction."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Variant
from gallery.catalog.queries import variant_ids_on_sale
from gallery.checkout.errors import (
    CartChangedError,
    CartEmptyError,
    DeliveryUnavailableError,
    LineProblem,
    PriceChangedError,
    ProductWithdrawnError,
    StockShortError,
    TooManyUnpaidError,
)
from gallery.checkout.models import Cart, CartLine
from gallery.checkout.queries import (
    NEVER,
    CartLineView,
    CashRules,
    Owner,
    PlannedParcel,
    Review,
    find_cart,
    order_key,
    why_no_cash,
    why_no_cash_for,
)
from gallery.core import clock
from gallery.core.ids import public_id
from gallery.core.locks import lock_row
from gallery.inventory import services as inventory
from gallery.inventory.errors import InsufficientStockError
from gallery.inventory.services import Wanted
from gallery.orders import services as orders
from gallery.orders.models import Order
from gallery.orders.queries import HOLDER, unpaid_orders
from gallery.orders.states import FulfilmentKind, OrderStatus
from gallery.payments import services as payments
from gallery.payments.errors import CashNotPossibleError, CashOnDeliveryNotPossibleError
from gallery.payments.states import ONLINE_TIME, PICKUP_TIME, QRIS_TIME, TRANSFER_TIME, Gateway, PaymentMethod

_UNTIL: Final = {
    PaymentMethod.BANK_TRANSFER: TRANSFER_TIME,
    PaymentMethod.CASH_AT_PICKUP: PICKUP_TIME,
    PaymentMethod.QRIS: QRIS_TIME,
    PaymentMethod.ONLINE: ONLINE_TIME,
    PaymentMethod.CASH_ON_DELIVERY: None,  # the pieces are kept until the parcel is there, or staff cancel
}
_STATUS: Final = {
    PaymentMethod.BANK_TRANSFER: OrderStatus.AWAITING_PAYMENT,
    PaymentMethod.CASH_AT_PICKUP: OrderStatus.CASH_DUE,
    PaymentMethod.QRIS: OrderStatus.AWAITING_PAYMENT,
    PaymentMethod.ONLINE: OrderStatus.AWAITING_PAYMENT,
    PaymentMethod.CASH_ON_DELIVERY: OrderStatus.CASH_DUE,
}


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who is told about the parcels; ``phone`` is E.164."""

    name: str
    phone: str
    email: str | None = None
    note: str = ""
    locale: str = "id"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where the courier rings, beside what :class:`Destination` says."""

    postal_code: str | None = None
    address: str = ""
    landmark: str = ""
    office_id: int | None = None
    office_room: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What the buyer typed and chose. ``checkout_key`` was made together with the page; ``gateway`` for online ones."""

    checkout_key: str
    buyer: Buyer
    delivery: Delivery
    method: PaymentMethod
    gateway: Gateway | None = None


def place_order(
    session: Session,
    owner: Owner,
    plan: Review,
    purchase: Purchase,
    *,
    actor: Actor,
    most_unpaid: int | None = None,
    cash: CashRules = NEVER,
) -> Order:
    """The order stands with its pieces held, its payment open and its lines out of the cart.

    The same ``checkout_key`` gives the same order, however often it is sent. Raises, with nothing changed:
    :class:`CartEmptyError`, :class:`CartChangedError`, :class:`ProductWithdrawnError`, :class:`PriceChangedError`,
    :class:`StockShortError`, :class:`DeliveryUnavailableError`; with ``most_unpaid`` also :class:`TooManyUnpaidError`,
    so that nobody holds the shelves empty without paying. Outside the rules of cash at the door
    :class:`CashOnDeliveryNotPossibleError`.
    """
    found = find_cart(session, owner)
    if found is None:
        raise CartEmptyError
    cart = lock_row(session, Cart, found.id)
    key = order_key(cart.id, purchase.checkout_key)
    known = session.scalar(select(Order).where(Order.checkout_key == key))
    if known is not None:
        return known
    if purchase.method is PaymentMethod.CASH_AT_PICKUP and plan.destination.kind is not FulfilmentKind.PICKUP:
        raise CashNotPossibleError(purchase.method)
    if purchase.method is PaymentMethod.CASH_ON_DELIVERY:
        _refuse_cash(session, plan, purchase.buyer.phone, cash)
    if most_unpaid is not None:
        open_ = unpaid_orders(
            session, phone=purchase.buyer.phone, buyer_id=owner.user_id, checkout_prefix=order_key(cart.id, "")
        )
        if open_ >= most_unpaid:
            raise TooManyUnpaidError(str(open_))
    lines = _same_lines(session, cart, plan)
    _refuse_stale(session, plan)
    time = _UNTIL[purchase.method]
    order_id, until = public_id(), clock.now() + time if time is not None else None
    _hold(session, plan, f"{HOLDER}{order_id}", until)
    new = _new_order(plan, purchase, public_id=order_id, key=key, until=until, buyer_id=owner.user_id, cart=cart)
    order = orders.create(session, new, actor=actor)
    payments.open_payment(session, order, purchase.method, purchase.gateway)
    for line in lines:
        session.delete(line)
    cart.source, cart.changed_at = None, clock.now()
    session.flush()
    return order


def _new_order(
    plan: Review,
    purchase: Purchase,
    *,
    public_id: str,
    key: str,
    until: datetime | None,
    buyer_id: int | None,
    cart: Cart,
) -> orders.NewOrder:
    buyer, delivery = purchase.buyer, purchase.delivery
    return orders.NewOrder(
        public_id=public_id,
        checkout_key=key,
        status=_STATUS[purchase.method],
        contact_name=buyer.name,
        contact_phone=buyer.phone,
        contact_email=buyer.email,
        buyer_id=buyer_id,
        fulfilment=plan.destination.kind,
        village_code=plan.destination.village_code,
        gallery_id=plan.destination.gallery_id,
        postal_code=delivery.postal_code,
        address=delivery.address,
        landmark=delivery.landmark,
        office_id=delivery.office_id,
        office_room=delivery.office_room,
        note=buyer.note,
        source=cart.source,
        locale=buyer.locale,
        expires_at=until,
        parcels=tuple(_new_parcel(parcel) for parcel in plan.parcels),
    )


def _same_lines(session: Session, cart: Cart, plan: Review) -> list[CartLine]:
    """Refuse when another tab emptied or changed the cart since the plan was made."""
    lines = session.scalars(select(CartLine).where(CartLine.cart_id == cart.id)).all()
    if not lines:
        raise CartEmptyError
    planned: Counter[int] = Counter()
    for parcel in plan.parcels:
        for part in parcel.lines:
            planned[part.line.variant_id] += part.quantity
    if planned != Counter({line.variant_id: line.quantity for line in lines}):
        raise CartChangedError
    return list(lines)


def _refuse_stale(session: Session, plan: Review) -> None:
    """Read sale state and prices again, inside the transaction; the page's numbers are never believed."""
    if plan.shipping_idr is None:
        raise DeliveryUnavailableError
    by_variant = {line.variant_id: line for line in plan.lines}
    on_sale = variant_ids_on_sale(session, list(by_variant))
    gone = [_problem(line) for variant_id, line in by_variant.items() if variant_id not in on_sale]
    if gone:
        raise ProductWithdrawnError(gone)
    rows = session.execute(select(Variant.id, Variant.price_idr).where(Variant.id.in_(by_variant)))
    prices = {row.id: row.price_idr for row in rows}
    changed = [
        LineProblem(line.variant_id, _name(line), line.quantity, seen_idr=line.price_idr, now_idr=prices[variant_id])
        for variant_id, line in by_variant.items()
        if prices[variant_id] != line.price_idr
    ]
    if changed:
        raise PriceChangedError(changed)


def _refuse_cash(session: Session, plan: Review, phone: str, rules: CashRules) -> None:
    reason = why_no_cash(session, plan, rules) or why_no_cash_for(session, phone, rules)
    if reason is not None:
        raise CashOnDeliveryNotPossibleError(reason)


def _hold(session: Session, plan: Review, holder: str, until: datetime | None) -> None:
    wanted = [
        Wanted(part.line.variant_id, parcel.place_id, part.quantity) for parcel in plan.parcels for part in parcel.lines
    ]
    try:
        inventory.reserve(session, holder, wanted, expires_at=until)
    except InsufficientStockError as error:
        names = {line.variant_id: line for line in plan.lines}
        raise StockShortError(
            [
                LineProblem(s.variant_id, _name(names[s.variant_id]), wanted=s.wanted, available=s.available)
                for s in error.shortages
            ]
        ) from error


def _new_parcel(parcel: PlannedParcel) -> orders.NewParcel:
    if parcel.quote is None:
        raise DeliveryUnavailableError
    return orders.NewParcel(
        place_id=parcel.place_id,
        service=parcel.quote.service,
        shipping_idr=parcel.quote.price_idr,
        quote_ref=parcel.quote.quote_ref,
        quote_expires_at=parcel.quote.expires_at,
        takes_min=parcel.quote.takes_min,
        lines=tuple(
            orders.NewLine(
                variant_id=part.line.variant_id,
                product_public_id=part.line.product_public_id,
                product_name=part.line.product_name,
                variant_name=part.line.variant_name,
                business_id=part.line.business_id,
                business_name=part.line.business_name,
                price_idr=part.line.price_idr,
                quantity=part.quantity,
                weight_g=part.line.ship_weight_g,
            )
            for part in parcel.lines
        ),
    )


def _problem(line: CartLineView) -> LineProblem:
    return LineProblem(line.variant_id, _name(line), wanted=line.quantity)


def _name(line: CartLineView) -> str:
    return f"{line.product_name} {line.variant_name}".strip()
