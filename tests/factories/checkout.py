"""Builders of carts, plans and orders as a buyer makes them."""

from itertools import count

from gallery.accounts.permissions import Actor
from gallery.checkout import queries, services
from gallery.checkout.queries import Destination, Owner, Review
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.orders.models import Order
from gallery.orders.states import FulfilmentKind
from gallery.payments.models import BankAccount
from gallery.payments.states import Gateway, PaymentMethod
from tests.factories.inventory import Goods

_n = count(1)
GUEST = Actor.anonymous()
BUYER = services.Buyer(name="Dewi Contoh", phone="+6281200000009", email="dewi@example.org")
HOME = services.Delivery(postal_code="33149", address="Jl. Contoh No. 12", landmark="pagar hijau")


def make_bank_account(**given) -> BankAccount:
    values = {
        "bank_code": "120",
        "bank_name": "Bank Sumsel Babel",
        "number": "1400000001",
        "holder": "Galeri UMKM Contoh",
    } | given
    with transaction() as session:
        session.add(account := BankAccount(**values))
    return account


def guest() -> Owner:
    return Owner(token_hash=f"guest-{next(_n)}")


def fill_cart(owner: Owner, *lines: tuple[Goods, int]) -> None:
    for goods, quantity in lines:
        with transaction() as session:
            services.add_line(session, owner, goods.variant_public_id, quantity)


def plan(owner: Owner, destination: Destination) -> Review:
    db.session.rollback()
    lines = queries.cart_lines(db.session(), owner)
    return queries.review(db.session(), lines, destination, at=clock.now())


def pick_up_at(gallery_id: int) -> Destination:
    return Destination(FulfilmentKind.PICKUP, gallery_id=gallery_id)


def send_to(village_code: str) -> Destination:
    return Destination(FulfilmentKind.ADDRESS, village_code=village_code)


def buy(
    owner: Owner,
    destination: Destination,
    *,
    key: str = "k1",
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
    planned: Review | None = None,
    gateway: Gateway | None = None,
) -> Order:
    """Place an order for what is in the cart; the errors of the use case come through."""
    made = planned or plan(owner, destination)
    purchase = services.Purchase(key, BUYER, HOME, method, gateway)
    actor = Actor(user_id=owner.user_id) if owner.user_id else GUEST
    with transaction() as session:
        return services.place_order(session, owner, made, purchase, actor=actor)


def make_placed_order(
    *,
    quantity: int = 2,
    stock: int = 10,
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER,
    owner: Owner | None = None,
    gateway: Gateway | None = None,
) -> Order:
    """An order to be fetched at a gallery, just placed; with bank account, goods and stock."""
    from tests.factories.inventory import make_gallery_place, make_goods, make_stock

    owner = owner or guest()
    if not db.session.query(BankAccount).count():
        make_bank_account()
    place, goods = make_gallery_place(), make_goods()
    gallery_id, place_id = place.gallery_id, place.id
    make_stock(goods.variant_id, place_id, stock)
    fill_cart(owner, (goods, quantity))
    return buy(owner, pick_up_at(gallery_id), key=f"key-{next(_n)}", method=method, gateway=gateway)
