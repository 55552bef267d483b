"""Routes without a permission that name an object: by a signed link, of an account, or of the public shop.

A link opens its own object and nothing else; a link made for another purpose opens nothing; what belongs to another
account, or is not public, does not exist. A new route that names an object fails here until it is in the tables.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from gallery.accounts.models import UserSession
from gallery.accounts.services import people
from gallery.catalog.models import Product, Variant
from gallery.checkout.queries import Owner
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.core.signing import Signer
from gallery.delivery.courier import RIDER_LINK
from gallery.delivery.models import Shipment
from gallery.delivery.states import ShipmentStatus
from gallery.orders.models import Order
from gallery.payments import services as payments
from gallery.payments.states import PaymentMethod
from gallery.registry.models import Business
from gallery.web.order_links import PURPOSE as ORDER
from gallery.web.product_uploads import KEPT
from gallery.web.product_work import START
from tests.browser import Person, guest, signed_in
from tests.factories.accounts import make_user
from tests.factories.catalog import make_photos_ready, make_submitted, make_upload
from tests.factories.checkout import make_placed_order
from tests.factories.content import make_article
from tests.factories.delivery import make_parcel, make_shipment
from tests.factories.gateways import make_desk, make_online_order
from tests.factories.papers import make_office_order
from tests.factories.registry import make_business
from tests.web.scope_world import changed_since, fingerprint

# Which order of a buyer a route by link is about: the first prefix that fits.
ORDERS = (
    ("shop.online.", "online"),
    ("shop.order_papers.", "office"),
    ("shop.orders.note", "office"),
    ("shop.orders.make_note", "office"),
    ("shop.orders.", "delivered"),
    ("shop.payment.", "unpaid"),
)
# By another kind of link: tested below, each with its own.
OTHER_LINKS = {"shop.rider.show", "shop.rider.report", "shop.auth.set_password"}
# Own pages of which there is nothing: no code for a transfer, and no parcel that its buyer has to confirm.
NOTHING_HERE = {"shop.payment.qris", "shop.payment.qris_drawing", "shop.orders.confirm"}
# Of the routes for everybody: addresses of what is not public, from the world below.
HIDDEN = {
    "media.show": ("upload",),
    "shop.business.show": ("closed_business",),
    "shop.news.show": ("draft_slug",),
    "shop.product.show": ("draft_product",),
    "shop.product.short": ("draft_product",),
    "shop.product.qr": ("draft_product",),
    "shop.share.picture": ("draft_product",),
    "shop.share.portrait": ("draft_product",),
    "shop.papers.show": ("unknown",),
    "hooks.couriers.receive": ("unknown",),
    "hooks.payments.receive": ("unknown",),
}
# They name a place of the map, a category, or a part of a list: all of these are public.
PUBLIC = {
    "shop.category.show",
    "shop.checkout.regions",
    "shop.region.show",
    "shop.sitemap.news",
    "shop.sitemap.products",
}


@dataclass
class Buyer:
    """An account with an order of each kind: public ids, and those of the shipments."""

    person: Person
    user_id: int
    orders: dict[str, str]
    shipment: str


def make_buyer(app: Flask) -> Buyer:
    user = make_user()
    owner, user_id = Owner(user_id=user.id), user.id
    parcel = make_parcel(buyer_id=user_id)
    order_id = parcel.order_id
    with transaction() as session:
        payments.open_payment(session, session.get_one(Order, order_id), PaymentMethod.CASH_AT_PICKUP)
    shipment_id, upload = make_shipment(parcel, ShipmentStatus.DELIVERED).id, make_upload()
    with transaction() as session:
        shipment = session.get_one(Shipment, shipment_id)
        shipment.proof_file_id = upload.file_id
        shipment_public_id = shipment.public_id
    office = make_office_order(buyer_id=user_id, paid=True).order_id
    orders = {
        "delivered": db.session.get(Order, order_id).public_id,
        "office": db.session.get(Order, office).public_id,
        "unpaid": make_placed_order(owner=owner).public_id,
        "online": make_online_order(owner=owner).public_id,
    }
    return Buyer(signed_in(app, user), user_id, orders, shipment_public_id)


@pytest.fixture
def buyers(app) -> tuple[Buyer, Buyer]:
    make_desk()
    return make_buyer(app), make_buyer(app)


def rules_of(app: Flask, access_rule: str) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access_rule", None) == access_rule
    ]


def address(app: Flask, rule: Rule, **given: Any) -> str:
    with app.test_request_context():
        method = min(rule.methods - {"OPTIONS", "HEAD"})
        return app.url_map.bind("localhost").build(rule.endpoint, given, method=method)


def order_address(app: Flask, rule: Rule, buyer: Buyer, *, shipment: str = "") -> str:
    kind = next(kind for prefix, kind in ORDERS if rule.endpoint.startswith(prefix))
    given = {"public_id": buyer.orders[kind], "shipment_public_id": shipment or buyer.shipment, "file": "nota"}
    return address(app, rule, **{name: given[name] for name in rule.arguments})


def test_every_route_by_link_is_in_the_table(app):
    missing = [
        rule.endpoint
        for rule in rules_of(app, "by_token")
        if rule.endpoint not in OTHER_LINKS and not rule.endpoint.startswith(tuple(prefix for prefix, _kind in ORDERS))
    ]
    assert missing == []


def order_routes(app: Flask, buyer: Buyer) -> list[tuple[Rule, str, str, str]]:
    """Every route by an order's link: with each of its methods, the address for this buyer's order, and the order."""
    found = []
    for rule in rules_of(app, "by_token"):
        if rule.endpoint not in OTHER_LINKS:
            target = order_address(app, rule, buyer)
            order = next(one for one in buyer.orders.values() if one in target)
            found += [(rule, method, target, order) for method in sorted(rule.methods & {"GET", "POST"})]
    return found


def open_(who: Person, method: str, target: str) -> int:
    return (who.get(target) if method == "GET" else who.post(target)).status_code


def test_an_order_is_not_opened_by_another_link_or_account(app, buyers):
    mine, theirs = buyers
    visitor, sign, wrong = guest(app), adapters.signer().sign, []
    visitor.get("/masuk")
    stranger = Signer(["kunci-lain-yang-bukan-dari-sini-sama-sekali"])
    before = fingerprint()
    for rule, method, target, order in order_routes(app, theirs):
        others = [sign(ORDER, one) for one in (*mine.orders.values(), *theirs.orders.values()) if one != order]
        purposes = [sign(purpose, order) for purpose in (RIDER_LINK, START, KEPT)]
        forged = [stranger.sign(ORDER, order), sign(ORDER, order)[:-1], order, ""]
        tries = [(visitor, f"{target}?t={token}") for token in (others[0], others[-1], *purposes, *forged)]
        tries += [(visitor, target), (mine.person, target), (mine.person, f"{target}?t={others[0]}")]
        if "shipment_public_id" in rule.arguments:  # the own order, but a parcel of another's
            tries.append((mine.person, order_address(app, rule, mine, shipment=theirs.shipment)))
        for who, address_ in tries:
            if (status := open_(who, method, address_)) != 404:
                wrong.append((method, rule.endpoint, address_, status))
    assert wrong == []
    assert changed_since(before) == set()


def test_an_order_opens_by_its_own_link_and_for_its_account(app, buyers):
    """Papers are made before they are read."""
    theirs, visitor, wrong = buyers[1], guest(app), []
    visitor.get("/masuk")
    for rule, method, target, order in sorted(order_routes(app, theirs), key=lambda one: one[1] == "GET"):
        for who, query in ((visitor, f"?t={adapters.signer().sign(ORDER, order)}"), (theirs.person, "")):
            status = open_(who, method, target + query)
            if status not in ({404} if rule.endpoint in NOTHING_HERE else {200, 303, 409, 422}):
                wrong.append((method, rule.endpoint, query, status))
    assert wrong == []


def test_a_riders_link_opens_its_parcel_alone(app, buyers):
    mine, theirs = buyers
    visitor, sign = guest(app), adapters.signer().sign
    visitor.get("/masuk")
    link = f"/antar/{sign(RIDER_LINK, mine.shipment)}"
    assert visitor.get(link).status_code == 200
    assert theirs.orders["delivered"] not in visitor.get(link).get_data(as_text=True)
    before = fingerprint()
    for token in (
        sign(ORDER, mine.shipment),
        sign(START, mine.shipment),
        sign(RIDER_LINK, mine.orders["delivered"]),  # an order is no shipment
        sign(RIDER_LINK, mine.shipment)[:-1],
        mine.shipment,
    ):
        assert visitor.get(f"/antar/{token}").status_code == 404
        assert visitor.post(f"/antar/{token}", {"step": "accept", "key": "k1"}).status_code == 404
    assert changed_since(before) == set()


def test_a_link_for_a_password_is_of_one_kind_and_of_one_account(app, buyers):
    mine, _theirs = buyers
    user = make_user(password_hash=None)
    with transaction() as session:
        reset = people.make_reset_link(session, user.id, actor=people.Actor.system())
    visitor = guest(app)
    assert visitor.get(f"/atur-ulang/{reset}").status_code == 200
    before = fingerprint()
    new = {"password": "kelapa muda belinyu 77", "again": "kelapa muda belinyu 77"}
    for target in (
        f"/undangan/{reset}",
        f"/atur-ulang/{reset[:-1]}",
        f"/atur-ulang/{adapters.signer().sign(ORDER, mine.orders['unpaid'])}",
        f"/undangan/{adapters.signer().sign('reset_password', user.public_id)}",
    ):
        answer = visitor.get(target)
        assert answer.status_code in {404, 410}, target
        assert visitor.post(target, new).status_code in {404, 410}, target
    assert changed_since(before) == set()


def test_what_belongs_to_another_account_is_neither_shown_nor_changed(app, buyers):
    """All pages of accounts: none names an object but a device, and that of another stays signed in."""
    mine, theirs = buyers
    named = {rule.endpoint for rule in rules_of(app, "signed_in") if rule.arguments}
    assert named == {"shop.account.end_device"}
    ids = {*theirs.orders.values(), theirs.shipment}
    for rule in rules_of(app, "signed_in"):
        if "GET" in rule.methods:
            text = mine.person.get(rule.rule).get_data(as_text=True)
            assert not any(one in text for one in ids), rule.rule
    assert theirs.orders["unpaid"] in theirs.person.get("/akun/pesanan").get_data(as_text=True)
    session = db.session.query(UserSession).filter_by(user_id=theirs.user_id).one().public_id
    assert mine.person.post(f"/akun/perangkat/{session}/keluar", page="/akun/perangkat").status_code == 303
    assert theirs.person.get("/akun/").status_code == 200


def test_a_cart_is_its_owners_alone(app, buyers):
    mine, theirs = buyers
    variant = make_placed_order().parcels[0].lines[0].variant_id
    named = db.session.get(Variant, variant).public_id
    theirs.person.post("/keranjang", {"variant": named, "quantity": "2"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert named in theirs.person.get("/keranjang").get_data(as_text=True)
    before = fingerprint()
    for who in (mine.person, guest(app)):
        assert named not in who.get("/keranjang").get_data(as_text=True)
        for path, form in (
            ("ubah", {"variant": named, "quantity": "1"}),
            ("ubah", {"variant": named, "aksi": "hapus"}),
            ("harga", {}),
        ):
            assert (
                who.post(f"/keranjang/{path}", form, page="/masuk" if who is not mine.person else "/akun/").status_code
                == 303
            )
    assert changed_since(before) == set()


def test_what_is_not_public_does_not_exist_for_guests(app):
    open_rules = [rule for kind in ("public", "cacheable") for rule in rules_of(app, kind) if rule.arguments]
    assert {rule.endpoint for rule in open_rules} - PUBLIC - {"static"} == set(HIDDEN)
    business = make_business()
    saved, closed = make_submitted(business.id), make_business()
    make_photos_ready(saved.product_id)
    with transaction() as session:
        session.get_one(Business, closed.id).is_active = False
    _draft, slug = make_article(published=False)
    product = db.session.get(Product, saved.product_id)
    upload = db.session.get(StoredFile, make_upload().file_id).key
    world = {
        "upload": upload,
        "closed_business": (closed.slug, closed.public_id),
        "draft_slug": slug,
        "draft_product": (product.slug, product.public_id),
        "unknown": "tidak-ada",
    }
    visitor, wrong = guest(app), []
    for rule in open_rules:
        for name in HIDDEN.get(rule.endpoint, ()):
            found = world[name]
            slug, public_id = found if isinstance(found, tuple) else (found, found)
            given = {"slug": slug, "public_id": public_id, "key": found, "code": found, "name": found, "token": found}
            target = address(app, rule, **{one: given[one] for one in rule.arguments})
            answer = visitor.get(target) if "GET" in rule.methods else visitor.client.post(target, data=b"{}")
            if answer.status_code != 404:
                wrong.append((rule.endpoint, target, answer.status_code))
    assert wrong == []
