"""Two districts, each with a gallery, an enterprise, and one of everything that belongs to them."""

import shutil
import sqlite3
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import current_app

from gallery.accounts.models import Gallery
from gallery.accounts.permissions import SCOPE_OF_ROLE, Actor
from gallery.accounts.services import privacy
from gallery.accounts.states import DataRequestKind, Role
from gallery.catalog.facts import LicenceFacts
from gallery.catalog.models import Licence, ProductRevision, RevisionPhoto, Variant
from gallery.catalog.states import LicenceKind
from gallery.consignment.models import NoteLine
from gallery.consignment.services import prices, replenish, returns, transfers, write_offs
from gallery.consignment.services.write_offs import Loss
from gallery.consignment.states import RejectedAs
from gallery.core import adapters, clock
from gallery.core.db import Base, db, transaction
from gallery.core.files import StoredFile, new_key, record_file
from gallery.core.outbox import OutboxMessage, emit
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
from gallery.settlement import services as settlement
from gallery.settlement.models import PayoutProof
from gallery.settlement.services import turnover
from gallery.stocktake.models import StocktakeLine
from gallery.stocktake.services import enter_found, open_stocktake
from gallery.submissions.models import Submission
from tests.browser import Person, signed_in
from tests.factories.accounts import make_office, make_user
from tests.factories.catalog import make_photos_ready, make_submitted, make_upload
from tests.factories.checkout import make_bank_account
from tests.factories.consignment import make_note, make_receipt, make_receiving, scan
from tests.factories.content import make_article
from tests.factories.counter import make_desk, make_sale
from tests.factories.courier_rows import make_booking
from tests.factories.delivery import (
    make_carrier_tariff,
    make_collected,
    make_parcel,
    make_rider,
    make_shipment,
    make_tariff,
)
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
from tests.factories.papers import BUDGET, make_office_order
from tests.factories.settlement import give_account, post
from tests.factories.stocktake import person as person_of
from tests.factories.submissions import make_officer, send_in, sheet

COMMON = frozenset(
    {"article", "user", "grant", "message", "data_request", "bank_account", "carrier_tariff", "nobody"}
)  # ids of what belongs to no place


@dataclass
class Place:
    """One district with its gallery, one business, and one of everything; ``ids`` are by the words of ``NAMES``."""

    scope: dict[str, Any]
    place_id: int
    ids: dict[str, Any] = field(default_factory=dict)

    @property
    def public_ids(self) -> set[str]:
        """Ids that no other place has, and that nothing else on a page can be mistaken for."""
        return {
            value
            for name, value in self.ids.items()
            if isinstance(value, str) and len(value) == 10 and name not in COMMON
        }


def make_place(village: str) -> Place:
    district = village[:5]
    gallery = make_gallery_place(village)
    gallery_id, place_id, place_public_id = gallery.gallery_id, gallery.id, gallery.public_id
    business = make_business(district_code=district, village_code=village)
    business_id, business_public_id = business.id, business.public_id
    home_id = make_premises(business_id, village).id
    goods = make_goods(business_id=business_id)
    office = make_office(district_code=district, village_code=village)
    scope = {"district_code": district, "gallery_id": gallery_id, "business_id": business_id, "office_id": office.id}
    place = Place(scope, place_id)
    place.ids = {
        "business": business_public_id,
        "office": office.public_id,
        "gallery_place": place_public_id,
        "gallery": db.session.get(Gallery, gallery_id).public_id,
        "variant": goods.variant_public_id,
        "gallery_item": make_stock(goods.variant_id, place_id),
        "home_item": make_stock(goods.variant_id, home_id),
        "rider": make_rider(village[:8], gallery_id=gallery_id).public_id,
        "business_id": business_id,
        "gallery_id": gallery_id,
        "place_id": place_id,
        "district": district,
        "village": village,
        "safe": f"brankas:{gallery_id}",
        "gallery_to_pack": make_parcel(place_id, packed=False).public_id,
        "home_to_pack": make_parcel(home_id, packed=False).public_id,
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
    booked = make_parcel(place_id, service="biteship:gojek.instant")
    place.ids["booked_parcel"] = booked.public_id
    make_booking(booked)
    place.ids |= payout_of(business_id, business_public_id)
    place.ids |= papers_of(place)
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


def papers_of(place: Place) -> dict[str, Any]:
    """The papers of an office's order and of a counter sale are made, and the notice of a new price."""
    parcel = make_office_order(place.place_id, paid=True).public_id
    manager = person(current_app, Role.GALLERY_MANAGER, place)
    for path, typed in (
        (f"pesanan/{parcel}/surat/anggaran", {name: str(value) for name, value in asdict(BUDGET).items()}),
        (f"pesanan/{parcel}/surat/buat", {}),
        (f"pesanan/{parcel}/berita-acara", {}),
        (f"kasir/struk/{place.ids['counter_sale']}/kuitansi", {"payer": "Bu Siti"}),
        (f"titipan/harga/{place.ids['price_request']}/putuskan", {"putusan": "setuju"}),
    ):
        assert manager.post(f"/petugas/{path}", typed).status_code == 303, path
    return {"office_parcel": parcel}


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
    sold = make_sale(desk, (goods, 1))
    sale, line_id = sold.public_id, sold.lines[0].id
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
        ids = {"shift_id": desk.shift_id, "sale_line": line_id}
        return ids | {"shift": desk.public_id, "till": till.public_id, "counter_sale": sale, "unbooked": unbooked.id}


def cash_of(gallery_id: int, place_id: int) -> dict[str, Any]:
    """What a rider of the gallery was given at the door: one payment handed over, the other still with him."""
    rider = make_rider(gallery_id=gallery_id)
    rider_id, rider_public_id = rider.id, rider.public_id
    payment_id = make_collected(rider_id, place_id).id
    held = make_collected(rider_id, place_id).public_id
    with transaction() as session:
        given = {"gallery_id": gallery_id, "request_key": f"cash{rider_id}", "actor": Actor.system()}
        made = payments.receive_remittance(session, rider_id, [payment_id], **given)
        return {
            "held_payment": held,
            "collector": rider_public_id,
            "remittance": made.public_id,
            "courier_party": f"rider:{rider_id}",
        }


def payout_of(business_id: int, public_id: str) -> dict[str, Any]:
    """What was sold over the counter is paid out."""
    give_account(business_id)
    post()
    account_id = db.session.query(BankAccount.id).first()[0]
    day = clock.today() + timedelta(days=9)
    file_id = make_upload().file_id
    with transaction() as session:
        given = {"bank_account_id": account_id, "request_key": f"p{business_id}", "day": day, "actor": Actor.system()}
        payout = settlement.create_payout(session, [business_id], **given)
        proof = PayoutProof(payout_id=payout.id, file_id=file_id)
        session.add(proof)
        session.flush()
        payout_id, item_id = payout.id, payout.items[0].id
        ids = {"earner": public_id, "payout": payout.public_id, "payout_proof": proof.id, "payout_item": item_id}
    with transaction() as session:
        settlement.approve_payout(session, payout_id, limit_idr=10**12, day=day, actor=Actor.system())
    return ids


def product_of(business_id: int) -> dict[str, Any]:
    proof = make_upload(business_id=business_id)
    licence = LicenceFacts(LicenceKind.HALAL, "ID32110001040701122", proof_file_id=proof.file_id)
    saved = make_submitted(business_id, licences=(licence,))
    make_photos_ready(saved.product_id)  # an original is nobody's to see before it is cleaned
    photo = db.session.query(RevisionPhoto).filter_by(revision_id=saved.revision_id).one().photo
    file = db.session.get(
        StoredFile, db.session.query(Licence).filter_by(revision_id=saved.revision_id).one().proof_file_id
    )
    variant = db.session.query(Variant).filter_by(product_id=saved.product_id).one().public_id
    revision = db.session.get(ProductRevision, saved.revision_id).public_id
    return {
        "product": saved.public_id,
        "product_variant": variant,
        "revision": revision,
        "photo": photo.public_id,
        "licence_file": file.public_id,
    }


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
        payments.attach_proof(session, payment.id, session.get_one(StoredFile, upload.file_id), actor=Actor.system())
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
    actor = Actor.system()
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
    elsewhere_id = elsewhere.id
    there = make_stock(goods.variant_id, elsewhere_id, 5)
    with transaction() as session:
        coming = transfers.draft_transfer(
            session, elsewhere_id, place_id, {there: 1}, request_key=f"c{item}", actor=actor
        )
        coming_id, arriving = coming.id, coming.public_id
    with transaction() as session:
        transfers.send_transfer(session, coming_id, carried_by="Kapal", actor=actor)
    with transaction() as session:
        sent = transfers.draft_transfer(session, place_id, elsewhere_id, {item: 1}, request_key=f"t{item}", actor=actor)
        sent_id = sent.id
    with transaction() as session:
        draft = transfers.draft_transfer(
            session, place_id, elsewhere_id, {item: 1}, request_key=f"d{item}", actor=actor
        )
        named = {"draft_transfer": draft.public_id, "arriving_transfer": arriving, "elsewhere": elsewhere_id}
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


def submission_of(district: str) -> str:
    sent = send_in(sheet([]), officer=make_officer(district_code=district))
    return db.session.get(Submission, sent).public_id


def things_of_nobody() -> dict[str, Any]:
    """What belongs to no place, and is worked on by roles that act everywhere."""
    account, tariff = make_bank_account(), make_carrier_tariff()
    user = make_user(Role.ADMINISTRATOR)
    with transaction() as session:
        emit(session, "uji.saja")
        session.flush()
        message = session.query(OutboxMessage).one()
        message.dead_at = clock.now()
        message_id = message.id
        asked = privacy.ask(session, DataRequestKind.ERASURE, "uji", actor=Actor(user_id=user.id)).public_id
    return {
        "article": make_article()[0],
        "user": user.public_id,
        "grant": user.grants[0].id,
        "message": message_id,
        "data_request": asked,
        "bank_account": account.id,
        "carrier_tariff": tariff.id,
        "nobody": 999_999_999,
    }


@dataclass(frozen=True)
class Kept:
    """A world as it was made: its rows and files, to be laid out again for the next test."""

    places: tuple[Place, Place]
    rows: sqlite3.Connection
    files: Path


_kept: list[Kept] = []


def two_places(folder: Path, keep_in: Path) -> tuple[Place, Place]:
    """Make both places on an empty database; on SQLite a process makes them once and copies them afterwards."""
    if _kept:
        with db.engine.connect() as connection:
            _kept[0].rows.backup(connection.connection.driver_connection)
        shutil.copytree(_kept[0].files, folder, dirs_exist_ok=True)
        return _kept[0].places
    shared = things_of_nobody()
    made = make_place(PANGKALPINANG), make_place(BELITUNG)
    for place in made:
        place.ids |= shared
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.connection.driver_connection.backup(rows := sqlite3.connect(":memory:", check_same_thread=False))
        _kept.append(Kept(made, rows, Path(shutil.copytree(folder, keep_in))))
    return made


def person(app, role: Role, place: Place) -> Person:
    """Somebody of this role who acts in this place, or everywhere."""
    column = SCOPE_OF_ROLE.get(role)
    return signed_in(app, make_user(role, **({column: place.scope[column]} if column else {})))


def fingerprint() -> dict[str, int]:
    """What stands in each table, as a number; a session's last use is not looked at."""
    with db.engine.connect() as connection:
        return {
            table.name: hash(tuple(sorted(map(repr, connection.execute(table.select())))))
            for table in Base.metadata.sorted_tables
            if table.name != "user_session"
        }


def changed_since(before: dict[str, int]) -> set[str]:
    """The tables in which something else stands now."""
    now = fingerprint()
    return {name for name in now if now[name] != before[name]}
