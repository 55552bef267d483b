"""Orders of the last two months: who bought what, how far it went. Each goes through cart, review and checkout."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gallery.accounts.models import Gallery, Office, User
from gallery.accounts.permissions import Actor
from gallery.accounts.services.offices import SEAT
from gallery.accounts.states import OfficeKind
from gallery.catalog.models import Product, Variant
from gallery.catalog.queries import variant_ids_on_sale
from gallery.checkout import services as checkout
from gallery.checkout.queries import CashRules, Destination, Owner, cart_lines, review, why_no_cash
from gallery.checkout.services import Buyer, Delivery, Purchase
from gallery.core import clock
from gallery.delivery.states import ShipmentStatus
from gallery.demo import data, invented, online
from gallery.demo.foundation import village_of
from gallery.demo.fulfil import Case, Ending, follow
from gallery.demo.history import Action
from gallery.demo.world import World
from gallery.inventory.models import Place, PlaceKind
from gallery.inventory.queries import available
from gallery.orders.models import Order
from gallery.orders.states import FulfilmentKind
from gallery.payments.models import Payment
from gallery.payments.states import PaymentMethod
from gallery.regions.models import Region

_S = ShipmentStatus
PAST_ORDERS: Final = 100
FIRST_ORDER: Final = 52
LAST_PAST: Final = 2
ENDINGS: Final = {
    Ending.DELIVERED: 76,
    Ending.EXPIRED: 6,
    Ending.CANCELLED: 5,
    Ending.SECOND_PROOF: 5,
    Ending.SECOND_TRY: 4,
    Ending.RETURNED: 2,
    Ending.REFUNDED: 2,
}
TODAY: Final = (
    (26, Ending.FAILED), (22, Ending.REFUND_DUE), (21, Ending.PACKED), (20, Ending.UNDER_WAY), (18, Ending.PAID),
    (16, Ending.PROOF), (15, Ending.OFFERED),
    (14, Ending.OFFERED), (13, Ending.UNDER_WAY), (12, Ending.WAITING), (10, Ending.PACKED),
    (9, Ending.PROOF), (8, Ending.PAID), (6, Ending.REJECTED), (5, Ending.PAID), (4, Ending.PROOF),
    (3, Ending.WAITING), (2, Ending.PAID), (1, Ending.WAITING), (0.4, Ending.WAITING),
)  # fmt: skip
"""Orders of the last day by hours ago: one in each state that somebody has to do something about."""
CERTAIN: Final = {
    11: Ending.RETURNED, 23: Ending.REFUNDED, 37: Ending.SECOND_TRY, 49: Ending.SECOND_PROOF, 61: Ending.EXPIRED,
    73: Ending.CANCELLED, 83: Ending.RETURNED,
}  # fmt: skip
"""Orders whose end is not left to the dice, so that every state is there whenever the demo is made."""
BY_RIDER: Final = {Ending.RETURNED, Ending.SECOND_TRY, Ending.FAILED, Ending.UNDER_WAY, Ending.OFFERED}
AT_HOME: Final = ((30, Ending.UNDER_WAY), (25, Ending.PACKED), (17, Ending.PAID), (11, Ending.PAID), (5, Ending.PAID))
"""Orders of today that makers with an account send from home."""
ONLINE: Final = (
    (46, Ending.DELIVERED, _S.DELIVERED), (44, Ending.DELIVERED, _S.DELIVERED), (10, Ending.FAILED, None),
    (9, Ending.UNDER_WAY, _S.RETURNING), (8, Ending.UNDER_WAY, _S.ON_HOLD), (7.5, Ending.UNDER_WAY, _S.IN_TRANSIT),
    (6.5, Ending.UNDER_WAY, _S.OFFERED), (5.5, Ending.UNDER_WAY, _S.PICKING_UP), (5, Ending.UNDER_WAY, _S.ACCEPTED),
    (3.5, Ending.PACKED, None),
)  # fmt: skip
"""Orders of the last two days whose buyers chose an online courier, and what that says last.

Failing means here that it asks too much, and a person has to decide.
"""
ONLINE_AT_HOME: Final = ((8, Ending.UNDER_WAY, _S.ACCEPTED), (6, Ending.PAID, None))
AT_DOOR: Final = (
    (190, Ending.RETURNED), (168, Ending.DELIVERED), (164, Ending.DELIVERED), (80, Ending.DELIVERED),
    (20, Ending.DELIVERED), (5, Ending.UNDER_WAY),
)  # fmt: skip
"""Orders that are paid in cash to the rider: what he got a week ago is handed over, of what came later some is late."""
CASH_RULES: Final = CashRules(max_idr=500_000, max_open=2)
CASH: Final = ((19, Ending.PACKED), (7, Ending.PACKED), (2, Ending.WAITING))
POPULAR: Final = {1, 4, 7, 18, 26, 34, 42, 47, 53, 64, 79, 92, 105}
HOUSES: Final = (
    "rumah pagar hijau",
    "di samping masjid",
    "dekat warung kopi",
    "rumah panggung cat putih",
    "seberang lapangan",
)
ROOMS: Final = (
    "Subbag Umum, lantai 1",
    "Bidang Program, lantai 2",
    "Ruang Sekretaris, lantai 2",
    "Bagian Keuangan, lantai 1",
)
NOTES: Final = (
    "",
    "",
    "",
    "Mohon dibungkus rapat, untuk dibawa terbang.",
    "Tolong kabari sebelum diantar.",
    "Untuk oleh-oleh, minta yang masa simpannya panjang.",
)


class Kind(StrEnum):
    """How the buyer wants to receive it, and pay."""

    ADDRESS = "address"
    OFFICE = "office"
    PICKUP = "pickup"
    PICKUP_CASH = "pickup_cash"


@dataclass(frozen=True, slots=True)
class Wish:
    """One purchase to be made."""

    number: int
    buyer: dict[str, str]
    kind: Kind
    ending: Ending
    is_from_home: bool = False
    is_online: bool = False
    last_said: ShipmentStatus | None = None
    is_at_door: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether it must come about: then it is bought where there is much to choose from, in a gallery."""
        return self.number >= PAST_ORDERS or self.number in CERTAIN


def plan(world: World) -> None:
    """Put all purchases on the agenda."""
    buyers, dice = data.rows("buyers.csv"), world.dice
    span = (FIRST_ORDER - LAST_PAST) / PAST_ORDERS
    for number in range(PAST_ORDERS):
        # Slightly more from week to week.
        days = FIRST_ORDER - span * number * (0.85 + 0.15 * number / PAST_ORDERS)
        ending = dice.choices(list(ENDINGS), list(ENDINGS.values()))[0]
        kind = dice.choices(list(Kind), (56, 18, 14, 12))[0]
        buyer = dice.choice(buyers)
        if number in CERTAIN:
            ending = CERTAIN[number]
            kind = _kind_for(ending, number)
        wish = Wish(number, buyer, kind, ending)
        world.agenda.at(world.ago(days, dice.uniform(7, 21)), _purchase(world, wish))
    for number, (hours, ending) in enumerate(TODAY, start=PAST_ORDERS):
        kind = _kind_for(ending, number)
        wish = Wish(number, buyers[number * 5 % len(buyers)], kind, ending)
        world.agenda.at(world.now - timedelta(hours=hours), _purchase(world, wish))
    for number, (hours, ending) in enumerate(CASH, start=PAST_ORDERS + len(TODAY)):
        wish = Wish(number, buyers[number % len(buyers)], Kind.PICKUP_CASH, ending)
        world.agenda.at(world.now - timedelta(hours=hours), _purchase(world, wish))
    for number, (hours, ending) in enumerate(AT_HOME, start=PAST_ORDERS + len(TODAY) + len(CASH)):
        wish = Wish(number, buyers[number * 3 % len(buyers)], Kind.ADDRESS, ending, is_from_home=True)
        world.agenda.at(world.now - timedelta(hours=hours), _purchase(world, wish))
    first = PAST_ORDERS + len(TODAY) + len(CASH) + len(AT_HOME)
    _plan_online(world, buyers, first)
    _plan_at_door(world, buyers, first + len(ONLINE) + len(ONLINE_AT_HOME))


def _plan_at_door(world: World, buyers: Sequence[dict[str, str]], first: int) -> None:
    for number, (hours, ending) in enumerate(AT_DOOR, start=first):
        wish = Wish(number, buyers[number * 7 % len(buyers)], Kind.OFFICE, ending, is_at_door=True)
        world.agenda.at(world.now - timedelta(hours=hours), _purchase(world, wish))


def _plan_online(world: World, buyers: Sequence[dict[str, str]], first: int) -> None:
    rows = [(*one, False) for one in ONLINE] + [(*one, True) for one in ONLINE_AT_HOME]
    for number, (hours, ending, last_said, is_from_home) in enumerate(rows, start=first):
        buyer = buyers[number * 11 % len(buyers)]
        wish = Wish(number, buyer, Kind.OFFICE, ending, is_from_home, is_online=True, last_said=last_said)
        world.agenda.at(world.now - timedelta(hours=hours), _purchase(world, wish))


def _kind_for(ending: Ending, number: int) -> Kind:
    """Only what is brought can fail or be under way."""
    if ending in BY_RIDER:
        return Kind.OFFICE
    return (Kind.ADDRESS, Kind.ADDRESS, Kind.OFFICE, Kind.PICKUP)[number % 4]


def _purchase(world: World, wish: Wish) -> Action:
    def buy(session: Session) -> None:
        user = session.scalar(_user_id(wish))
        owner = Owner(user_id=user) if wish.number % 5 else Owner(token_hash=_token(wish.number))
        destination, delivery = _destination(session, wish)
        for _ in range(4):
            _fill_cart(session, world, wish, owner, destination)
            order = _place(session, wish, owner, destination, delivery)
            if order is not None:
                follow(world, _case(session, wish, order), clock.now())
                return
            for line in cart_lines(session, owner):
                checkout.remove_line(session, owner, line.variant_public_id)

    return buy


def _user_id(wish: Wish) -> Select[int]:
    return select(User.id).where(User.email == invented.email(wish.buyer["name"]))


def _token(number: int) -> str:
    return hashlib.sha256(f"demo-cart-{number}".encode()).hexdigest()


def _destination(session: Session, wish: Wish) -> tuple[Destination, Delivery]:
    home = village_of(session, wish.buyer["district"], wish.buyer["subdistrict"], wish.number)
    if wish.kind is Kind.OFFICE:
        offices = session.scalars(select(Office).where(Office.kind == OfficeKind.OPD).order_by(Office.id)).all()
        office = offices[wish.number * 7 % len(offices)]
        region = session.get_one(Region, office.village_code)
        room = ROOMS[wish.number % len(ROOMS)]
        return (
            Destination(FulfilmentKind.OFFICE, village_code=office.village_code),
            Delivery(postal_code=region.postal_code, office_id=office.id, office_room=room),
        )
    if wish.kind is Kind.ADDRESS:
        landmark = HOUSES[wish.number % len(HOUSES)]
        return (
            Destination(FulfilmentKind.ADDRESS, village_code=home.code),
            Delivery(postal_code=home.postal_code, address=wish.buyer["street"], landmark=landmark),
        )
    code = "TJP" if home.island_group == "Belitung" else "PGK"
    gallery_id = session.scalars(select(Gallery.id).where(Gallery.code == code)).one()
    return Destination(FulfilmentKind.PICKUP, gallery_id=gallery_id), Delivery()


def _fill_cart(session: Session, world: World, wish: Wish, owner: Owner, destination: Destination) -> None:
    """Put one to three things in, all from one place where that is possible."""
    stock = _stock(session, world, wish, destination)
    if not stock:
        return
    dice = world.dice
    place = dice.choices(list(stock), [sum(weight for _, _, weight in rows) for rows in stock.values()])[0]
    for _ in range(dice.choices((1, 2, 3), (45, 35, 20))[0]):
        public_id, pieces, _ = dice.choices(stock[place], [weight for _, _, weight in stock[place]])[0]
        checkout.add_line(session, owner, public_id, min(pieces, dice.choices((1, 2, 3, 5), (55, 28, 12, 5))[0]))


def _stock(
    session: Session, world: World, wish: Wish, destination: Destination
) -> dict[int, list[tuple[str, int, int]]]:
    """Return (variant, pieces, weight) of what can be sold, by place; galleries are asked more often than homes."""
    known = _on_sale(session, world)
    places = {place.id: place for place in session.scalars(select(Place))}
    found: dict[int, list[tuple[str, int, int]]] = {}
    pieces_at = available(session, list(known))
    # Galleries send what they have: only what lies nowhere else leaves from home.
    in_gallery = {variant for (variant, place), n in pieces_at.items() if n and places[place].kind is PlaceKind.GALLERY}
    for (variant_id, place_id), pieces in sorted(pieces_at.items()):
        if wish.is_from_home and variant_id in in_gallery:
            continue
        place = places[place_id]
        if pieces < 1 or not _suits(world, place, wish, destination):
            continue
        public_id, popular = known[variant_id]
        weight = (6 if place.kind is PlaceKind.GALLERY else 1) * (5 if popular else 1)
        found.setdefault(place_id, []).append((public_id, pieces, weight))
    return found


def _suits(world: World, place: Place, wish: Wish, destination: Destination) -> bool:
    """Tell whether this purchase may come from the place."""
    if wish.is_from_home:
        return place.business_id in world.sellers
    if destination.gallery_id is not None:
        return place.gallery_id == destination.gallery_id
    if wish.is_certain and (wish.ending in BY_RIDER or wish.is_online or wish.is_at_door):
        return place.kind is PlaceKind.GALLERY and place.district_code == SEAT
    return place.kind is PlaceKind.GALLERY or not wish.is_certain


def _on_sale(session: Session, world: World) -> dict[int, tuple[str, bool]]:
    """Return (public id, is popular) of what is on sale by variant id; asked again when there are new products."""
    if world.on_sale_of != len(world.products):
        rows = session.execute(
            select(Variant.id, Variant.public_id, Product.external_code).join(Product, Product.id == Variant.product_id)
        ).all()
        sellable = variant_ids_on_sale(session, [row.id for row in rows])
        world.on_sale = {
            row.id: (row.public_id, int((row.external_code or "0")[-3:]) in POPULAR)
            for row in rows
            if row.id in sellable
        }
        world.on_sale_of = len(world.products)
    return world.on_sale


def _place(session: Session, wish: Wish, owner: Owner, destination: Destination, delivery: Delivery) -> Order | None:
    lines = cart_lines(session, owner)
    if not lines:
        return None
    plan_ = review(session, lines, destination, at=clock.now())
    if wish.is_online:
        plan_ = online.chosen(plan_, wish.number)
    if not plan_.is_ready or (wish.is_at_door and why_no_cash(session, plan_, CASH_RULES)):
        return None
    method = PaymentMethod.CASH_AT_PICKUP if wish.kind is Kind.PICKUP_CASH else PaymentMethod.BANK_TRANSFER
    if wish.is_at_door:
        method = PaymentMethod.CASH_ON_DELIVERY
    buyer = Buyer(
        name=wish.buyer["name"],
        phone=invented.phone(300 + wish.number),
        email=invented.email(wish.buyer["name"]) if wish.number % 3 else None,
        note=NOTES[wish.number % len(NOTES)],
    )
    purchase = Purchase(f"demo-{wish.number}", buyer, delivery, method)
    actor = Actor.anonymous() if owner.user_id is None else Actor(owner.user_id, wish.buyer["name"])
    return checkout.place_order(session, owner, plan_, purchase, actor=actor, cash=CASH_RULES)


def _case(session: Session, wish: Wish, order: Order) -> Case:
    payment = session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
    return Case(
        number=wish.number,
        ending=wish.ending,
        order_id=order.id,
        order_number=order.number,
        payment_id=payment.id,
        amount_idr=payment.amount_idr,
        is_cash=payment.method is PaymentMethod.CASH_AT_PICKUP,
        buyer_id=order.buyer_id,
        buyer_name=order.contact_name,
        village_code=order.village_code,
        expires_at=order.expires_at or clock.now(),
        parcels=tuple(parcel.id for parcel in order.parcels),
        last_said=wish.last_said,
        is_at_door=wish.is_at_door,
    )
