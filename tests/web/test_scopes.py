"""Every route with a permission that names an object, as every role that has it: another's does not exist.

A new route that names an object fails here until it has a line in ``NAMES`` (SECURITY R18, R21). Who lacks the
permission is refused before any object is looked for (tests/web/test_access.py); that the own objects open is seen
in tests/web/test_form_scopes.py.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from gallery.accounts.permissions import PERMISSIONS, SCOPE_OF_ROLE
from gallery.accounts.states import Role
from gallery.core import adapters
from gallery.core.db import db
from gallery.registry.models import Business
from tests.browser import Person
from tests.web.scope_world import COMMON, Place, changed_since, fingerprint, person, two_places

# Roles that act everywhere alone may open these, so there is no "another's" for anybody.
EVERYWHERE = (
    "staff.news.",
    "staff.reviews.",
    "staff.users.",
    "staff.jobs.",
    "staff.statements.",
    "staff.bank_lines.",
    "staff.bank_statements.",
    "staff.notices.",
    "staff.galleries.",
    "staff.bank_accounts.",
    "staff.offices.",
    "staff.data_requests.",
)
# A gallery may propose a price for any article; the owner answers (tests/web/staff/test_price_requests.py).
OPEN_NAMES = ("staff.price_requests.propose",)
# What is done with a parcel for which an online courier was asked.
BOOKED = ("allow", "ask_again", "absent", "close", "received", "settle_claim", "wire_")
# Which object a route's arguments name: the first prefix that fits. Of "nobody" there is none in this world: 404.
NAMES: tuple[tuple[str, dict[str, str]], ...] = (
    ("staff.news.", {"public_id": "article"}),
    ("staff.reviews.", {"public_id": "revision"}),
    ("staff.users.", {"public_id": "user", "grant_id": "grant"}),
    ("staff.jobs.", {"message_id": "message"}),
    ("staff.galleries.", {"public_id": "gallery"}),
    ("staff.bank_accounts.", {"account_id": "bank_account"}),
    ("staff.offices.", {"public_id": "office"}),
    ("staff.tariffs.edit_carrier", {"tariff_id": "carrier_tariff"}),
    ("staff.statements.", {"public_id": "nobody", "line_id": "nobody"}),
    ("staff.bank_lines.", {"public_id": "nobody"}),
    ("staff.bank_statements.", {"public_id": "nobody"}),
    ("staff.notices.", {"notice_id": "nobody"}),
    ("staff.data_requests.", {"public_id": "data_request"}),
    ("staff.submissions.", {"public_id": "submission"}),
    ("staff.products.", {"public_id": "product", "photo_id": "photo", "file_id": "licence_file", "step": "step"}),
    ("seller.products.", {"public_id": "product", "photo_id": "photo", "file_id": "licence_file", "step": "step"}),
    ("staff.businesses.", {"public_id": "business"}),
    ("seller.business.", {"public_id": "business"}),
    ("staff.orders.note", {"public_id": "office_parcel"}),
    ("staff.orders.make_note", {"public_id": "office_parcel"}),
    ("staff.orders.", {"public_id": "gallery_parcel"}),
    ("staff.order_papers.", {"public_id": "office_parcel", "file": "file"}),
    *((f"staff.shipments.{view}", {"public_id": "booked_parcel"}) for view in BOOKED),
    ("staff.shipments.", {"public_id": "gallery_parcel", "shipment_public_id": "gallery_shipment"}),
    ("seller.orders.", {"public_id": "home_parcel", "shipment_public_id": "home_shipment"}),
    ("staff.owners.", {"public_id": "earner"}),
    ("staff.turnover.", {"public_id": "business"}),
    ("staff.qris.", {"public_id": "gallery"}),
    ("staff.payouts.", {"public_id": "payout", "proof_id": "payout_proof"}),
    ("staff.remittances.", {"public_id": "remittance", "rider": "collector"}),
    ("staff.courier_payments.", {"party": "courier_party"}),
    ("staff.payments.finish_refund", {"public_id": "refund"}),
    ("staff.gateways.send_refund", {"public_id": "refund"}),
    ("staff.gateways.", {"public_id": "charge"}),
    ("staff.payments.give_back", {"public_id": "payment", "parcel_public_id": "gallery_parcel"}),
    ("staff.payments.", {"public_id": "payment", "proof_id": "proof"}),
    ("staff.notes.show", {"public_id": "note"}),
    ("staff.notes.paper", {"public_id": "note"}),
    ("staff.notes.close", {"public_id": "note"}),
    ("staff.notes.", {"public_id": "draft_note", "line": "draft_line", "verb": "verb"}),
    ("seller.notes.", {"public_id": "own_note", "line": "own_line", "verb": "verb"}),
    ("staff.receiving_lines.", {"public_id": "receiving", "line": "receiving_line", "photo": "rejected_photo"}),
    ("staff.receiving.", {"public_id": "receiving", "line": "receiving_line"}),
    ("staff.receipts.", {"public_id": "receipt"}),
    ("seller.receipts.", {"public_id": "receipt"}),
    ("staff.riders.", {"public_id": "rider"}),
    ("staff.tariffs.", {"public_id": "gallery_place"}),
    ("staff.couriers.", {"public_id": "gallery"}),
    ("staff.stock.", {"item_id": "gallery_item"}),
    ("staff.counter_return.", {"sale_id": "counter_sale"}),
    ("staff.counter", {"shift_id": "shift", "till_id": "till", "sale_id": "counter_sale", "unbooked_id": "unbooked"}),
    ("staff.returns.", {"public_id": "owner_return", "owner": "owner_here"}),
    ("staff.write_offs.", {"public_id": "write_off", "owner": "owner_here"}),
    ("staff.transfers.edit", {"public_id": "draft_transfer"}),
    ("staff.transfers.receive", {"public_id": "arriving_transfer"}),
    ("staff.transfers.", {"public_id": "transfer"}),
    ("staff.lots.", {"lot_id": "lot"}),
    ("staff.price_requests.", {"public_id": "price_request", "variant": "variant"}),
    ("staff.replenishments.", {"public_id": "replenishment"}),
    ("seller.price_requests.", {"public_id": "price_request", "variant": "variant"}),
    ("seller.replenishments.", {"public_id": "replenishment"}),
    ("seller.returns.", {"public_id": "owner_return", "loss_id": "write_off"}),
    ("staff.stock_cards.", {"item_id": "gallery_item", "public_id": "variant"}),
    ("staff.stocktakes.", {"public_id": "stocktake", "line_id": "stocktake_line", "found_id": "stocktake_found"}),
    ("staff.stock_counts.", {"public_id": "stocktake"}),
    ("seller.stock.edit", {"public_id": "variant"}),
    ("seller.stock.", {"item_id": "home_item"}),
)
WORDS = {"step", "verb", "file"}  # arguments that name no object
SCOPED = tuple(SCOPE_OF_ROLE)
# Some may see what others change, and no more than that.
ONLY_FOR_OTHERS = {
    (Role.DISTRICT_OFFICER, "POST", "staff.stock.card"),
    (Role.PROVINCE_OFFICER, "POST", "staff.stock.card"),
    (Role.GALLERY_STAFF, "POST", "staff.shipments.wire_opened"),
    *(
        (Role.GALLERY_MANAGER, method, f"staff.tariffs.{page}_carrier")
        for method in ("GET", "POST")
        for page in ("add", "edit")
    ),
    *(
        (role, "POST", "staff.products.receive_photo")
        for role in (Role.COMPANION, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER)
    ),
}
# Of these the first argument is looked at, then the form, and then the second argument.
FORM_FIRST = {"seller.notes.save_line": 303, "staff.notes.save_line": 303, "staff.stocktakes.decide": 409}


@pytest.fixture
def places(app, tmp_path) -> tuple[Place, Place]:
    return two_places(tmp_path / "data", tmp_path / "kept")


def permitted(app: Flask, role: Role) -> Iterator[Rule]:
    """Every route that this role may open."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if getattr(view, "access_rule", None) == "requires" and role in PERMISSIONS[view.permission]:
            yield rule


def names_of(endpoint: str) -> dict[str, str]:
    return next((names for prefix, names in NAMES if endpoint.startswith(prefix)), {})


def address(app: Flask, rule: Rule, place: Place, role: Role, *, elsewhere: dict[str, Place] | None = None) -> str:
    """The route's address for what belongs to ``place``, but for the arguments that name something ``elsewhere``."""
    given = {}
    for argument in rule.arguments:
        name = names_of(rule.endpoint)[argument]
        if name == "gallery_item" and "stock" in rule.endpoint and SCOPE_OF_ROLE.get(role) == "district_code":
            name = "home_item"  # a district answers for its makers' stock, not for the gallery's
        given[argument] = (elsewhere or {}).get(argument, place).ids[name]
    method = min(rule.methods - {"OPTIONS", "HEAD"})
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, given, method=method)


def foreign_addresses(app: Flask, rule: Rule, own: Place, other: Place, role: Role) -> Iterator[tuple[str, set[int]]]:
    """The route's addresses in which all arguments name something of another, or one of several; with the answers."""
    objects = [
        one for one in names_of(rule.endpoint) if one in rule.arguments and names_of(rule.endpoint)[one] not in WORDS
    ]
    yield address(app, rule, own, role, elsewhere=dict.fromkeys(objects, other)), {404}
    for one in objects if len(objects) > 1 else ():
        also = FORM_FIRST.get(rule.endpoint, 404) if one != objects[0] else 404
        yield address(app, rule, own, role, elsewhere={one: other}), {404, also}


def visit(who: Person, method: str, target: str) -> TestResponse:
    """Open the page, or send its form with nothing filled in."""
    if method == "GET":
        return who.get(target)
    answer = who.post(target)
    return who.post(target, page="/akun/") if answer.status_code == 400 else answer  # the token was no longer right


def is_signed_in(who: Person) -> bool:
    return who.get("/akun/").status_code == 200


def test_every_route_that_names_an_object_is_in_the_table(app):
    missing = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access_rule", None) == "requires"
        if not rule.arguments <= set(names_of(rule.endpoint))
    ]
    assert missing == []


def test_pages_without_a_scope_are_for_roles_that_act_everywhere(app):
    limited = [
        (rule.endpoint, role)
        for role in SCOPE_OF_ROLE
        for rule in permitted(app, role)
        if rule.endpoint.startswith(EVERYWHERE)
    ]
    assert limited == []


def test_another_places_objects_do_not_exist(app, places):
    own, other = places
    people = {role: person(app, role, own) for role in SCOPED}
    wrong, before = [], fingerprint()
    for role, who in people.items():
        for rule in permitted(app, role):
            if not rule.arguments or rule.endpoint.startswith(OPEN_NAMES):
                continue
            for target, refusals in foreign_addresses(app, rule, own, other, role):
                for method in sorted(rule.methods & {"GET", "POST"}):
                    answer = visit(who, method, target)
                    if answer.status_code not in refusals:
                        wrong.append((role.value, method, rule.endpoint, target, answer.status_code))
        assert is_signed_in(who), "signed out on the way: the rest was seen as a guest"
    assert wrong == []
    assert changed_since(before) == set()


def is_hidden(rule: Rule, role: Role, method: str) -> bool:
    """Whether there is nothing of this kind, or nothing that this role may do about it."""
    is_there = not rule.arguments or "nobody" not in names_of(rule.endpoint).values()
    return (role, method, rule.endpoint) in ONLY_FOR_OTHERS or not is_there


def in_the_other_workspace(rule: Rule, role: Role) -> bool:
    """Sellers and staff share permissions, but each has pages of its own, in which the other has nothing."""
    return rule.endpoint.startswith("seller." if role is not Role.SELLER else "staff.")


def test_the_world_of_these_tests_has_two_of_everything(places):
    own, other = places
    assert own.ids.keys() == other.ids.keys()
    assert [name for name in own.ids if name not in WORDS | COMMON and own.ids[name] == other.ids[name]] == []
    assert db.session.query(Business).count() >= 2
    assert adapters.files() is not None
