"""The demo data are complete, consistent, of nobody, and made once."""

import re
from collections import Counter
from datetime import timedelta
from itertools import product
from pathlib import Path

import phonenumbers
import pytest
from flask import current_app
from sqlalchemy import func, select

from gallery.accounts.errors import WeakPasswordError
from gallery.accounts.models import Gallery, User
from gallery.accounts.passwords import check_strength, verify_password
from gallery.accounts.permissions import EVERYTHING
from gallery.accounts.states import Role
from gallery.catalog import licences
from gallery.catalog.models import Licence, Photo, Product, ProductRevision, Variant
from gallery.catalog.states import PhotoStatus, ProductStatus, RevisionStatus
from gallery.content.models import NewsArticle
from gallery.core import adapters, clock
from gallery.core.db import db, snapshot
from gallery.core.outbox import OutboxMessage
from gallery.delivery.models import (
    CarrierTariff,
    CourierBooking,
    CourierCoverage,
    CourierExchange,
    CourierNotice,
    CourierStatementLine,
    Rider,
    Shipment,
    Tariff,
)
from gallery.delivery.queries.cash import with_riders
from gallery.delivery.states import ONLINE, BookingStatus, ShipmentStatus
from gallery.demo import accounts, data
from gallery.demo.seed import seed
from gallery.inventory.models import Place, PlaceKind, StockItem
from gallery.listing.models import ListingEntry, SearchMiss
from gallery.orders.models import Order, Parcel
from gallery.orders.states import OrderStatus, ParcelStatus
from gallery.payments.models import Payment, Refund, Remittance
from gallery.payments.states import PaymentMethod, PaymentStatus, RefundStatus
from gallery.regions.models import Region, RegionLevel
from gallery.registry.models import Business, Person
from gallery.settlement.models import BankLine, CourierPayment
from gallery.settlement.queries import prove_money
from gallery.settlement.states import BankLineKind, BankLineStatus
from gallery.stocktake.queries import prove_stock
from gallery.submissions.models import Submission
from gallery.submissions.states import SubmissionStatus

pytestmark = [
    pytest.mark.usefixtures("demo"),
    pytest.mark.processes,
]


def count(model, *where) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def states(column) -> set:
    return set(db.session.scalars(select(column).distinct()))


def test_all_products_are_on_sale_under_makers_of_every_district():
    assert count(Product, Product.status == ProductStatus.ON_SALE) == 110
    assert count(ListingEntry) == 110
    assert count(Business) >= 40
    assert len(states(Business.district_code)) == 7
    assert states(ListingEntry.district_code) == {row["district_code"] for row in data.products().values()}


def test_every_maker_has_an_owner_a_portrait_and_a_story_of_its_own():
    rows = db.session.scalars(select(Business).where(Business.story != "")).all()
    lengths = [len(row.story.split()) for row in rows]
    assert len(rows) >= 40
    assert min(lengths) >= 40
    assert max(lengths) <= 120
    assert len({row.story for row in rows}) == len(rows)
    assert all(row.photo_file_id for row in rows)


def test_every_product_is_described_priced_and_pictured():
    revisions = db.session.scalars(
        select(ProductRevision).join(Product, Product.published_revision_id == ProductRevision.id)
    ).all()
    assert len({revision.description for revision in revisions}) == 110
    assert all(len(revision.description.split()) >= 15 for revision in revisions)
    assert all(revision.photos and revision.photos[0].alt for revision in revisions)
    assert states(Photo.status) == {PhotoStatus.READY}
    assert count(Variant) > 140


def test_files_of_every_picture_are_in_the_store_and_uploads_are_given_up():
    files = adapters.files()
    for photo in db.session.scalars(select(Photo)):
        assert all(files.exists(rendition.key) for rendition in photo.renditions)
    # What was uploaded says where it was taken; once it is cleaned, nothing of it is left.
    uploads = Path(current_app.config["DATA_DIR"]) / "files" / "upload"
    assert [path for path in uploads.rglob("*") if path.is_file()] == []


def test_licences_have_the_form_of_their_kind():
    rows = db.session.scalars(select(Licence)).all()
    assert len(rows) > 100
    for row in rows:
        assert licences.parse(row.kind, row.number).number == row.number


def test_stock_lies_in_both_galleries_and_at_home_and_adds_up():
    assert count(Gallery) == 2
    held = (
        select(Place.kind, Place.gallery_id)
        .join(StockItem, StockItem.place_id == Place.id)
        .where(StockItem.on_hand > 0)
    )
    places = Counter((kind, gallery) for kind, gallery in db.session.execute(held))
    assert {gallery for kind, gallery in places if kind is PlaceKind.GALLERY} == set(
        db.session.scalars(select(Gallery.id))
    )
    assert any(kind is PlaceKind.PREMISES for kind, _ in places)
    assert 1 <= count(ListingEntry, ListingEntry.available_pieces == 0) <= 15


def test_stock_and_money_are_proven(demo):
    assert prove_stock(snapshot(), demo.config["AUDIT_KEY"].encode()).findings == []
    assert prove_money(snapshot()).findings == []


def test_there_is_an_order_in_every_state():
    assert states(Order.status) == set(OrderStatus)
    assert states(Parcel.status) == set(ParcelStatus)
    assert states(Payment.status) == set(PaymentStatus)
    assert states(Refund.status) == set(RefundStatus) - {RefundStatus.SENDING}  # only while a gateway is asked
    assert states(Shipment.status) >= set(ShipmentStatus) - {ShipmentStatus.CANCELLED, ShipmentStatus.DECLINED}


def test_orders_have_a_past_of_two_months_and_none_a_future():
    first, last = db.session.execute(select(func.min(Order.placed_at), func.max(Order.placed_at))).one()
    assert clock.now() - timedelta(days=60) < first < clock.now() - timedelta(days=40)
    assert last <= clock.now()
    assert count(Order) > 100


def test_makers_with_an_account_have_something_to_pack():
    sellers = {g.business_id for u in db.session.scalars(select(User)) for g in u.grants if g.role is Role.SELLER}
    waiting = (
        select(Place.business_id).join(Parcel, Parcel.place_id == Place.id).where(Parcel.status == ParcelStatus.TO_PACK)
    )
    assert set(db.session.scalars(waiting)) & sellers


def test_reviews_and_submissions_wait_for_somebody():
    waiting = select(ProductRevision.number).where(ProductRevision.status == RevisionStatus.SUBMITTED)
    numbers = db.session.scalars(waiting).all()
    assert 1 in numbers  # new products
    assert 2 in numbers  # changes of products on sale
    assert RevisionStatus.CHANGES_REQUESTED in states(ProductRevision.status)
    assert states(Submission.status) == {SubmissionStatus.READY, SubmissionStatus.DONE}
    assert all(row.wrong_rows and row.wrong_rows < row.total_rows for row in db.session.scalars(select(Submission)))


def test_there_are_people_of_every_role_and_enough_buyers():
    grants = {grant.role for user in db.session.scalars(select(User)) for grant in user.grants}
    assert grants == set(Role)
    assert sum(not user.grants for user in db.session.scalars(select(User))) >= 30
    districts = {
        g.district_code for u in db.session.scalars(select(User)) for g in u.grants if g.role is Role.DISTRICT_OFFICER
    }
    assert len(districts) == 2


def test_all_accounts_have_the_one_password_which_nobody_else_may_choose():
    for login, *_ in accounts.table():
        user = db.session.scalars(select(User).where(User.email == login)).one()
        assert verify_password(user.password_hash, accounts.DEMO_PASSWORD)
    with pytest.raises(WeakPasswordError):
        check_strength(accounts.DEMO_PASSWORD, for_staff=False)


def test_nobody_real_can_be_reached():
    columns = (User.phone, Business.phone, Rider.phone, Order.contact_phone, Gallery.phone)
    phones = {phone for column in columns for phone in db.session.scalars(select(column))}
    assert len(phones) > 150
    for phone in phones:
        assert re.fullmatch(r"\+62840\d{8}", phone)
        assert not phonenumbers.is_valid_number(phonenumbers.parse(phone))
    emails = [*db.session.scalars(select(User.email)), *db.session.scalars(select(Order.contact_email))]
    assert all(email.endswith(".example") for email in emails if email)


def test_niks_are_of_a_regency_that_does_not_exist():
    hints = db.session.scalars(select(Person.nik_hint).where(Person.nik_hint.is_not(None))).all()
    assert len(hints) >= 40
    assert {hint[:4] for hint in hints} == {"1999"}
    assert count(Region, Region.code == "19.99") == 0


def test_news_searches_riders_and_tariffs_are_there():
    assert count(NewsArticle, NewsArticle.published_at.is_not(None)) >= 6
    assert len(set(db.session.scalars(select(NewsArticle.published_at)))) == count(NewsArticle)
    assert count(SearchMiss) >= 10
    assert count(Rider) >= 8
    islands = (
        select(Region.island_group)
        .join(Place, Place.village_code == Region.code)
        .join(Tariff, Tariff.place_id == Place.id)
    )
    assert set(db.session.scalars(islands)) == {"Bangka", "Belitung"}
    inhabited = set(db.session.scalars(select(Region.island).where(Region.level == RegionLevel.VILLAGE)))
    routes = select(CarrierTariff.origin_island, CarrierTariff.destination_island)
    assert set(map(tuple, db.session.execute(routes))) == set(product(inhabited, repeat=2))


def test_nothing_is_left_to_be_told():
    assert count(OutboxMessage, OutboxMessage.done_at.is_(None)) == 0
    assert count(OutboxMessage, OutboxMessage.dead_at.is_not(None)) == 0


def test_a_second_run_changes_nothing():
    before = {model: count(model) for model in (Product, Business, Order, User, StockItem, OutboxMessage)}
    assert seed(adapters.files(), adapters.cipher()) is False
    assert {model: count(model) for model in before} == before


def test_the_command_prints_who_can_sign_in(demo):
    result = demo.test_cli_runner().invoke(args=["demo", "seed"])
    assert result.exit_code == 0, result.output
    assert "there already" in result.output
    for login, *_ in accounts.table():
        assert login in result.output
    assert accounts.DEMO_PASSWORD in result.output


def test_production_refuses_the_demo_data(demo, monkeypatch):
    monkeypatch.setitem(demo.config, "ENVIRONMENT", "production")
    result = demo.test_cli_runner().invoke(args=["demo", "seed"])
    assert result.exit_code == 1
    assert "not for production" in result.output


def test_online_couriers_have_parcels_in_several_states_and_nobody_was_called():
    assert states(CourierBooking.status) == {BookingStatus.BOOKED, BookingStatus.NEEDS_PERSON}
    ways = select(Shipment.status).where(Shipment.courier.in_(ONLINE))
    seen = {ShipmentStatus.OFFERED, ShipmentStatus.ACCEPTED, ShipmentStatus.ON_HOLD, ShipmentStatus.DELIVERED}
    assert seen <= set(db.session.scalars(ways))
    assert count(Shipment, Shipment.courier.in_(ONLINE), Shipment.proof_file_id.is_not(None)) > 0
    assert count(Shipment, Shipment.courier.in_(ONLINE), Shipment.needs_pin) > 0
    assert count(CourierExchange) == 0


def test_the_office_of_couriers_has_something_to_decide():
    assert "unmatched" in {line.outcome.value for line in db.session.query(CourierStatementLine)}
    assert db.session.query(CourierCoverage).filter_by(is_covered=True).count() >= 8
    assert [notice.said for notice in db.session.query(CourierNotice)] == ["diproses"]


def test_cash_at_the_door_is_with_riders_handed_over_and_still_to_come():
    at_door = Payment.method == PaymentMethod.CASH_ON_DELIVERY
    found = set(db.session.scalars(select(Payment.status).where(at_door).distinct()))
    assert found == {PaymentStatus.PAID, PaymentStatus.PENDING, PaymentStatus.CANCELLED}
    assert any(row.is_overdue for row in with_riders(db.session(), EVERYTHING))
    assert count(Remittance) >= 1
    assert count(CourierPayment, CourierPayment.party.startswith("rider:")) >= 1


def test_the_banks_statement_fits_and_leaves_something_to_do():
    matched = BankLine.status == BankLineStatus.MATCHED
    assert count(BankLine, matched, BankLine.kind == BankLineKind.PAYMENT) >= 20
    assert count(BankLine, matched, BankLine.kind == BankLineKind.OWNER_PAYOUT) >= 5
    assert count(BankLine, BankLine.status == BankLineStatus.OPEN) >= 3
