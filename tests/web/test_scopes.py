"""Every route that names an object, as every role with a place: the own object opens, another's does not exist.

A new route that names an object fails here until it has a line in ``NAMES`` (SECURITY R18, R21).
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from gallery.accounts.permissions import PERMISSIONS, SCOPE_OF_ROLE
from gallery.accounts.states import Role
from gallery.catalog.facts import LicenceFacts
from gallery.catalog.models import Licence, RevisionPhoto
from gallery.catalog.states import LicenceKind
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.delivery.models import Shipment
from gallery.delivery.states import ShipmentStatus
from gallery.payments import services as payments
from gallery.payments.models import Payment, PaymentProof, Refund
from gallery.payments.states import PaymentMethod
from gallery.registry.models import Business
from gallery.submissions.models import Submission
from tests.browser import Person, signed_in
from tests.factories.accounts import make_user
from tests.factories.catalog import make_photos_ready, make_submitted, make_upload
from tests.factories.checkout import make_bank_account
from tests.factories.delivery import make_parcel, make_rider, make_shipment, make_tariff
from tests.factories.inventory import (
    BELITUNG,
    PANGKALPINANG,
    make_business,
    make_gallery_place,
    make_goods,
    make_premises,
    make_stock,
)
from tests.factories.submissions import make_officer, send_in, sheet

# Roles that act everywhere alone may open these, so there is no "another's" for anybody.
EVERYWHERE = (
    "staff.news.",
    "staff.reviews.",
    "staff.users.",
    "staff.jobs.",
    "staff.audit.",
    "staff.tariffs.edit_carrier",
)
# Any article may arrive at a gallery; the place is what is limited (tests/web/staff/test_stock.py).
OPEN_NAMES = ("staff.stock.receive",)
# The sheet of faulty rows exists only where there are some (tests/web/staff/test_submissions.py).
NOT_ALWAYS = ("staff.submissions.wrong",)
# Which object a route's arguments name: the first prefix that fits.
NAMES: tuple[tuple[str, dict[str, str]], ...] = (
    ("staff.submissions.", {"public_id": "submission"}),
    ("staff.products.", {"public_id": "product", "photo_id": "photo", "file_id": "licence_file", "step": "step"}),
    ("seller.products.", {"public_id": "product", "photo_id": "photo", "file_id": "licence_file", "step": "step"}),
    ("staff.businesses.", {"public_id": "business"}),
    ("seller.business.", {"public_id": "business"}),
    ("staff.orders.", {"public_id": "gallery_parcel"}),
    ("staff.shipments.", {"public_id": "gallery_parcel", "shipment_public_id": "gallery_shipment"}),
    ("seller.orders.", {"public_id": "home_parcel", "shipment_public_id": "home_shipment"}),
    ("staff.payments.finish_refund", {"public_id": "refund"}),
    ("staff.payments.", {"public_id": "payment", "proof_id": "proof"}),
    ("staff.riders.", {"public_id": "rider"}),
    ("staff.tariffs.", {"public_id": "gallery_place"}),
    ("staff.stock.", {"item_id": "gallery_item"}),
    ("seller.stock.edit", {"public_id": "variant"}),
    ("seller.stock.", {"item_id": "home_item"}),
)
ROLES = (Role.COMPANION, Role.DISTRICT_OFFICER, Role.GALLERY_STAFF, Role.GALLERY_MANAGER, Role.SELLER)


@dataclass
class Place:
    """One district with its gallery, one business, and one of everything; ``ids`` are by the words of ``NAMES``."""

    scope: dict[str, Any]
    ids: dict[str, Any] = field(default_factory=dict)


def make_place(village: str) -> Place:
    district = village[:5]
    gallery = make_gallery_place(village)
    gallery_id, place_id, place_public_id = gallery.gallery_id, gallery.id, gallery.public_id
    business = make_business(district_code=district, village_code=village)
    business_id, business_public_id = business.id, business.public_id
    home_id = make_premises(business_id, village).id
    goods = make_goods(business_id=business_id)
    place = Place({"district_code": district, "gallery_id": gallery_id, "business_id": business_id})
    place.ids = {
        "business": business_public_id,
        "gallery_place": place_public_id,
        "variant": goods.variant_public_id,
        "gallery_item": make_stock(goods.variant_id, place_id),
        "home_item": make_stock(goods.variant_id, home_id),
        "rider": make_rider(village[:8], gallery_id=gallery_id).public_id,
        "step": "ajukan",
        **product_of(business_id),
        **parcel_of("gallery", place_id, business_id),
        **parcel_of("home", home_id, business_id),
        **payment_of(make_parcel(place_id, paid=False, packed=False).order_id),
        "submission": submission_of(district),
    }
    make_tariff(place_id)
    return place


def product_of(business_id: int) -> dict[str, Any]:
    proof = make_upload(business_id=business_id)
    licence = LicenceFacts(LicenceKind.HALAL, "ID32110001040701122", proof_file_id=proof.file_id)
    saved = make_submitted(business_id, licences=(licence,))
    make_photos_ready(saved.product_id)  # an original is nobody's to see before it is cleaned
    photo = db.session.query(RevisionPhoto).filter_by(revision_id=saved.revision_id).one().photo
    file = db.session.get(
        StoredFile, db.session.query(Licence).filter_by(revision_id=saved.revision_id).one().proof_file_id
    )
    return {"product": saved.public_id, "photo": photo.public_id, "licence_file": file.public_id}


def parcel_of(name: str, place_id: int, business_id: int) -> dict[str, str]:
    parcel = make_parcel(place_id)
    parcel_public_id = parcel.public_id
    shipment_id = make_shipment(parcel, ShipmentStatus.DELIVERED).id
    upload = make_upload(business_id=business_id)
    with transaction() as session:
        shipment = session.get_one(Shipment, shipment_id)
        shipment.proof_file_id = upload.file_id
        shipment_public_id = shipment.public_id
    return {f"{name}_parcel": parcel_public_id, f"{name}_shipment": shipment_public_id}


def payment_of(order_id: int) -> dict[str, Any]:
    from gallery.orders.models import Order

    upload = make_upload()
    with transaction() as session:
        payment = payments.open_payment(session, session.get_one(Order, order_id), PaymentMethod.BANK_TRANSFER)
        payments.attach_proof(session, payment.id, session.get_one(StoredFile, upload.file_id), actor=make_system())
        session.add(Refund(payment_id=payment.id, amount_idr=1_000, reason="uji"))
        payment_id = payment.id
    payment = db.session.get(Payment, payment_id)
    proof = db.session.query(PaymentProof).filter_by(payment_id=payment_id).one()
    refund = db.session.query(Refund).filter_by(payment_id=payment_id).one()
    return {"payment": payment.public_id, "proof": proof.id, "refund": refund.public_id}


def make_system():
    from gallery.accounts.permissions import Actor

    return Actor.system()


def submission_of(district: str) -> str:
    sent = send_in(sheet([]), officer=make_officer(district_code=district))
    return db.session.get(Submission, sent).public_id


def routes(app):
    """(rule, view) of every page with a permission that names an object."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.arguments and getattr(view, "access_rule", None) == "requires":
            yield rule, view


def names_of(endpoint: str) -> dict[str, str] | None:
    return next((names for prefix, names in NAMES if endpoint.startswith(prefix)), None)


def address(app, rule, place: Place, role: Role) -> str:
    given = {argument: place.ids[names_of(rule.endpoint)[argument]] for argument in rule.arguments}
    if rule.endpoint == "staff.stock.card" and SCOPE_OF_ROLE[role] == "district_code":
        given["item_id"] = place.ids["home_item"]  # a district answers for its makers' stock, not for the gallery's
    with app.test_request_context():
        method = min(rule.methods - {"OPTIONS", "HEAD"})
        return app.url_map.bind("localhost").build(rule.endpoint, given, method=method)


@pytest.fixture
def places(app) -> tuple[Place, Place]:
    make_bank_account()
    return make_place(PANGKALPINANG), make_place(BELITUNG)


def person(app, role: Role, place: Place) -> Person:
    column = SCOPE_OF_ROLE[role]
    return signed_in(app, make_user(role, **{column: place.scope[column]}))


def test_every_route_that_names_an_object_is_in_the_table(app):
    known = (*EVERYWHERE, *OPEN_NAMES)
    missing = [
        rule.endpoint
        for rule, _view in routes(app)
        if not rule.endpoint.startswith(known) and not rule.arguments <= set(names_of(rule.endpoint) or ())
    ]
    assert missing == []


def test_pages_without_a_scope_are_for_roles_that_act_everywhere(app):
    limited = [
        (rule.endpoint, view.permission)
        for rule, view in routes(app)
        if rule.endpoint.startswith(EVERYWHERE[:-1]) and PERMISSIONS[view.permission] & set(SCOPE_OF_ROLE)
    ]
    assert limited == []


@pytest.mark.parametrize("role", ROLES)
def test_another_places_objects_do_not_exist(app, places, role):
    own, other = places
    who, wrong = person(app, role, own), []
    for rule, view in routes(app):
        if role not in PERMISSIONS[view.permission] or rule.endpoint.startswith((*EVERYWHERE, *OPEN_NAMES)):
            continue
        target = address(app, rule, other, role)
        for method in sorted(rule.methods & {"GET", "POST"}):
            who.get("/akun/")
            answer = who.get(target) if method == "GET" else who.post(target)
            if answer.status_code != 404:
                wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_the_own_objects_open(app, places, role):
    own, _other = places
    who, wrong = person(app, role, own), []
    space = "seller." if role is Role.SELLER else "staff."
    for rule, view in routes(app):
        if not rule.endpoint.startswith(space) or rule.endpoint.startswith((*EVERYWHERE, *OPEN_NAMES, *NOT_ALWAYS)):
            continue
        if role in PERMISSIONS[view.permission] and "GET" in rule.methods:
            answer = who.get(address(app, rule, own, role))
            if answer.status_code != 200:
                wrong.append((rule.rule, answer.status_code))
    assert wrong == []


def test_the_world_of_these_tests_has_two_of_everything(places):
    own, other = places
    assert own.ids.keys() == other.ids.keys()
    assert [name for name in own.ids if name != "step" and own.ids[name] == other.ids[name]] == []
    assert db.session.query(Business).count() >= 2
    assert adapters.files() is not None
