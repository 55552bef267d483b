"""Every route that names an object, as every role with a place: the own object opens, another's does not exist.

A new route that names an object fails here until it has a line in ``NAMES`` (SECURITY R18, R21).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import PERMISSIONS, SCOPE_OF_ROLE, Actor
from gallery.accounts.states import Role
from gallery.catalog.facts import LicenceFacts
from gallery.catalog.models import Licence, RevisionPhoto
from gallery.catalog.states import LicenceKind
from gallery.consignment.models import NoteLine
from gallery.consignment.services import prices, replenish, returns, transfers, write_offs
from gallery.consignment.services.write_offs import Loss
from gallery.consignment.states import RejectedAs
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile, new_key, record_file
from gallery.counter.models import Shift, UnbookedSale
from gallery.delivery.models import Shipment
from gallery.delivery.states import ShipmentStatus
from gallery.inventory.models import Place as Place_
from gallery.inventory.models import StockItem
from gallery.inventory.states import MovementReason
from gallery.orders.models import Order
from gallery.payments import services as payments
from gallery.payments.models import BankAccount, GatewayCharge, Payment, PaymentProof, Refund
from gallery.payments.states import Gateway, PaymentMethod
from gallery.registry.models import Business
from gallery.settlement import services as settlement
from gallery.settlement.models import PayoutProof
from gallery.settlement.services import turnover
from gallery.stocktake.models import StocktakeLine
from gallery.stocktake.services import enter_found, open_stocktake
from gallery.submissions.models import Submission
from tests.browser import Person, signed_in
from tests.factories.accounts import make_user
from tests.factories.catalog import make_photos_ready, make_submitted, make_upload
from tests.factories.checkout import make_bank_account
from tests.factories.consignment import make_note, make_receipt, make_receiving, scan
from tests.factories.counter import make_desk, make_sale
from tests.factories.delivery import make_collected, make_parcel, make_rider, make_shipment, make_tariff
from tests.factories.inventory import (
    BELITUNG,
    PANGKALPINANG,
    Goods,
    make_business,
    make_gallery_place,
    make_goods,
    make_premises,
    make_stock,
)
from tests.factories.settlement import give_account, post
from tests.factories.stocktake import person as person_of
from tests.factories.submissions import make_officer, send_in, sheet

# Roles that act everywhere alone may open these, so there is no "another's" for anybody.
EVERYWHERE = (
    "staff.news.",
    "staff.reviews.",
    "staff.users.",
    "staff.jobs.",
    "staff.audit.",
    "staff.statements.",
    "staff.bank_lines.",
    "staff.bank_statements.",
    "staff.reconciliation.",
    "staff.notices.",
    "staff.galleries.",
    "staff.bank_accounts.",
    "staff.offices.",
    "staff.data_requests.",
    "staff.tariffs.edit_carrier",
)
# A gallery may propose a price for any article; the owner answers (tests/web/staff/test_price_requests.py).
OPEN_NAMES = ("staff.price_requests.propose",)
# The sheet of faulty rows exists only where there are some (tests/web/staff/test_submissions.py).
# Minutes exist of what was approved only (tests/web/staff/test_stocktakes.py).
# Only delivered parcels of this very payment are given back (tests/web/staff/test_payments.py).
# The bank's file exists of what was approved only (tests/web/staff/test_payouts.py).
# Hand-over notes exist of offices' orders only (tests/web/staff/test_orders.py).
# Papers of orders exist once they were made (tests/web/staff/test_order_papers.py).
# Notices of new prices exist once these are confirmed (tests/web/seller/test_price_requests.py).
NOT_ALWAYS = (
    "staff.price_requests.paper",
    "seller.price_requests.paper",
    "staff.orders.note",
    "staff.order_papers.paper",
    "staff.order_papers.bundle",
    "staff.counter_receipt.file",
    "staff.submissions.wrong",
    "staff.stocktakes.minutes",
    "staff.payouts.bank_file",
    "staff.payments.give_back",
)
# Which object a route's arguments name: the first prefix that fits.
NAMES: tuple[tuple[str, dict[str, str]], ...] = (
    ("staff.submissions.", {"public_id": "submission"}),
    ("staff.products.", {"public_id": "product", "photo_id": "photo", "file_id": "licence_file", "step": "step"}),
    ("seller.products.", {"public_id": "product", "photo_id": "photo", "file_id": "licence_file", "step": "step"}),
    ("staff.businesses.", {"public_id": "business"}),
    ("seller.business.", {"public_id": "business"}),
    ("staff.orders.", {"public_id": "gallery_parcel"}),
    ("staff.order_papers.", {"public_id": "gallery_parcel", "file": "file"}),
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
        "gallery": db.session.get(Gallery, gallery_id).public_id,
        "variant": goods.variant_public_id,
        "gallery_item": make_stock(goods.variant_id, place_id),
        "home_item": make_stock(goods.variant_id, home_id),
        "rider": make_rider(village[:8], gallery_id=gallery_id).public_id,
        "step": "ajukan",
        "file": "nota",
        **product_of(business_id),
        **parcel_of("gallery", place_id, business_id),
        **parcel_of("home", home_id, business_id),
        **counter_of(place_id, goods),
        **payment_of(make_parcel(place_id, paid=False, packed=False).order_id),
        "submission": submission_of(district),
        "owner_here": business_public_id,
        **goods_out_of(gallery_id, place_id, goods),
        **consigned(gallery_id, goods, district),
    }
    place.ids |= stocktake_of(place_id, gallery_id, goods.variant_id)
    place.ids |= cash_of(gallery_id, place_id)
    place.ids |= payout_of(business_id, business_public_id)
    make_tariff(place_id)
    file_turnover(business_id)
    return place


def file_turnover(business_id: int) -> None:
    """The enterprise's statement of this year is on file."""
    key = new_key("proof", "pdf")
    adapters.files().put(key, b"%PDF-1.4")
    with transaction() as session:
        file = record_file(session, key, b"%PDF-1.4", media_type="application/pdf", purpose="turnover_statement")
        turnover.file_statement(session, business_id, clock.today().year, file, note="", actor=Actor.system())


def consigned(gallery_id: int, goods: Any, district: str) -> dict[str, Any]:
    """Notes of the district and of the enterprise, an unpacking with a rejected piece, a receipt."""
    note = make_note((goods, 2), district_code=district, gallery_id=gallery_id).public_id
    draft = make_note((goods, 2), district_code=district, gallery_id=gallery_id, sent=False)
    own = make_note((goods, 2), gallery_id=gallery_id, sent=False)
    ids = {"note": note, "draft_note": draft.public_id, "own_note": own.public_id, "verb": "salin"}
    for name, of in (("draft_line", draft.id), ("own_line", own.id)):
        ids[name] = db.session.query(NoteLine).filter_by(note_id=of).one().public_id
    receiving = make_receiving(gallery_id=gallery_id)
    photo = make_upload().file_id
    line = scan(receiving.id, goods, 1, reject_reason=RejectedAs.BROKEN, photo_file_id=photo)
    ids |= {"receiving": receiving.public_id, "receiving_line": line}
    ids["rejected_photo"] = db.session.get(StoredFile, photo).public_id
    return ids | {"receipt": make_receipt(goods, 1, gallery_id=gallery_id).public_id}


def stocktake_of(place_id: int, gallery_id: int, variant_id: int) -> dict[str, Any]:
    who = person_of("gallery_staff", gallery_id)
    with transaction() as session:
        stocktake = open_stocktake(session, place_id, actor=who)
        stocktake_id, public_id = stocktake.id, stocktake.public_id
    with transaction() as session:
        given = {"note": "uji", "client_key": "temuan", "lot_code": "X", "actor": who}
        found_id = enter_found(session, stocktake_id, variant_id, 1, **given).id
    line = db.session.query(StocktakeLine).filter_by(stocktake_id=stocktake_id).first()
    return {"stocktake": public_id, "stocktake_line": line.id, "stocktake_found": found_id}


def counter_of(place_id: int, goods: Goods) -> dict[str, Any]:
    """Build a till with its picture, an open shift with a sale, and a sale that was not booked."""
    desk = make_desk(db.session.get(Place_, place_id))
    sale = make_sale(desk, (goods, 1)).public_id
    upload = make_upload()
    with transaction() as session:
        unbooked = UnbookedSale(
            sale_key=f"scope{place_id:07}",
            shift_id=desk.shift_id,
            why="short",
            total_idr=1_000,
            facts={},
            happened_at=clock.now(),
        )
        session.add(unbooked)
        till = session.get_one(Shift, desk.shift_id).till
        till.qris_file_id = upload.file_id
        session.flush()
        return {"shift": desk.public_id, "till": till.public_id, "counter_sale": sale, "unbooked": unbooked.id}


def cash_of(gallery_id: int, place_id: int) -> dict[str, Any]:
    """What a rider of the gallery was given at the door: one payment handed over, the other still with him."""
    rider = make_rider(gallery_id=gallery_id)
    rider_id, rider_public_id = rider.id, rider.public_id
    payment_id = make_collected(rider_id, place_id).id
    make_collected(rider_id, place_id)
    with transaction() as session:
        given = {"gallery_id": gallery_id, "request_key": f"cash{rider_id}", "actor": make_system()}
        made = payments.receive_remittance(session, rider_id, [payment_id], **given)
        return {"collector": rider_public_id, "remittance": made.public_id, "courier_party": f"rider:{rider_id}"}


def payout_of(business_id: int, public_id: str) -> dict[str, Any]:
    """What was sold over the counter is paid out."""
    give_account(business_id)
    post()
    account_id = db.session.query(BankAccount.id).first()[0]
    day = clock.today() + timedelta(days=9)
    file_id = make_upload().file_id
    with transaction() as session:
        given = {"bank_account_id": account_id, "request_key": f"p{business_id}", "day": day, "actor": make_system()}
        payout = settlement.create_payout(session, [business_id], **given)
        proof = PayoutProof(payout_id=payout.id, file_id=file_id)
        session.add(proof)
        session.flush()
        return {"earner": public_id, "payout": payout.public_id, "payout_proof": proof.id}


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
    parcel_public_id, order_id = parcel.public_id, parcel.order_id
    with transaction() as session:
        payments.open_payment(session, session.get_one(Order, order_id), PaymentMethod.CASH_AT_PICKUP)
    shipment_id = make_shipment(parcel, ShipmentStatus.DELIVERED).id
    upload = make_upload(business_id=business_id)
    with transaction() as session:
        shipment = session.get_one(Shipment, shipment_id)
        shipment.proof_file_id = upload.file_id
        shipment_public_id = shipment.public_id
    return {f"{name}_parcel": parcel_public_id, f"{name}_shipment": shipment_public_id}


def payment_of(order_id: int) -> dict[str, Any]:
    upload = make_upload()
    with transaction() as session:
        payment = payments.open_payment(session, session.get_one(Order, order_id), PaymentMethod.BANK_TRANSFER)
        payments.attach_proof(session, payment.id, session.get_one(StoredFile, upload.file_id), actor=make_system())
        session.add(Refund(payment_id=payment.id, amount_idr=1_000, reason="uji"))
        payment_id = payment.id
        charge = GatewayCharge(
            payment_id=payment_id,
            gateway=Gateway.STRIPE,
            attempt=1,
            reference=f"{order_id}-1",
            amount_idr=payment.amount_idr,
            expires_at=clock.now(),
        )
        session.add(charge)
        session.flush()
        charge_public_id = charge.public_id
    payment = db.session.get(Payment, payment_id)
    proof = db.session.query(PaymentProof).filter_by(payment_id=payment_id).one()
    refund = db.session.query(Refund).filter_by(payment_id=payment_id).one()
    return {"payment": payment.public_id, "proof": proof.id, "refund": refund.public_id, "charge": charge_public_id}


def goods_out_of(gallery_id: int, place_id: int, goods: Any) -> dict[str, Any]:
    """Goods that left the gallery, with their papers, and what was asked about others."""
    actor = make_system()
    item = make_stock(goods.variant_id, place_id, 20, expires_on=clock.today() + timedelta(days=90))
    picture = make_upload().file_id
    with transaction() as session:
        loss = [Loss(item, 1, MovementReason.DAMAGED)]
        owner = goods.business_id
        gone = returns.prepare_return(session, place_id, owner, {item: 1}, request_key=f"r{item}", actor=actor)
        lost = write_offs.prepare_write_off(
            session, place_id, owner, loss, photo_file_id=picture, request_key=f"w{item}", actor=actor
        )
        gone_id, lost_id = gone.id, lost.id
    elsewhere = make_gallery_place(PANGKALPINANG)
    with transaction() as session:
        sent = transfers.draft_transfer(session, place_id, elsewhere.id, {item: 1}, request_key=f"t{item}", actor=actor)
        sent_id = sent.id
    with transaction() as session:
        draft = transfers.draft_transfer(
            session, place_id, elsewhere.id, {item: 1}, request_key=f"d{item}", actor=actor
        )
        named = {"draft_transfer": draft.public_id}
    with transaction() as session:
        gone = returns.hand_over_return(session, gone_id, collected_by="Bu Siti", actor=actor)
    with transaction() as session:
        lost = write_offs.approve_write_off(session, lost_id, actor=actor)
    with transaction() as session:
        sent = transfers.send_transfer(session, sent_id, carried_by="Kapal", actor=actor)
    with transaction() as session:
        price = prices.ask_price(
            session, goods.variant_id, 1_000, wanted_from=clock.today(), rise_days=7, actor=actor
        )  # fmt: skip
        more = replenish.ask_goods(session, gallery_id, goods.variant_id, 3, actor=actor)
        named |= {"price_request": price.public_id, "replenishment": more.public_id}
    for name, row in (("owner_return", gone), ("write_off", lost), ("transfer", sent)):
        named[name] = row.public_id
    return {**named, "lot": db.session.get_one(StockItem, item).lot_id}


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
    if (
        rule.endpoint.startswith(("staff.stock.card", "staff.stock_cards.item"))
        and SCOPE_OF_ROLE[role] == "district_code"
    ):
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
            answer = who.get(target) if method == "GET" else who.post(target)
            if answer.status_code == 400:  # the token of the form is no longer right
                answer = who.post(target, page="/akun/")
            if answer.status_code != 404:
                wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []
    assert who.get("/akun/").status_code == 200, "signed out on the way: the rest was seen as a guest"


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
    assert [name for name in own.ids if name not in {"step", "verb", "file"} and own.ids[name] == other.ids[name]] == []
    assert db.session.query(Business).count() >= 2
    assert adapters.files() is not None
