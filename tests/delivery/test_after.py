"""What follows a way: the picture from the door, the buyer's PIN, and goods that a courier lost."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from gallery.consignment.models import WriteOff
from gallery.core import adapters
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.files import StoredFile
from gallery.core.money import Rupiah
from gallery.delivery import services
from gallery.delivery.errors import ParcelNotReadyError
from gallery.delivery.models import CourierClaim, Shipment
from gallery.delivery.services.pins import MOST_TRIES
from gallery.delivery.states import ClaimStatus, FailureReason
from gallery.inventory.models import StockItem, StockMovement
from gallery.inventory.states import MovementReason
from gallery.orders.models import Order
from gallery.payments.models import Refund
from tests.factories.couriers import on_hand
from tests.factories.delivery import SYSTEM, make_parcel, make_shipment
from tests.factories.inventory import make_business, make_premises
from tests.standins.server import Fault


def a_picture() -> bytes:
    with io.BytesIO() as data:
        Image.new("RGB", (320, 240), "teal").save(data, "JPEG")
        return data.getvalue()


@pytest.fixture
def under_way(biteship, client):
    """A parcel that the courier carries."""
    biteship.parcel_ = biteship.parcel()
    biteship.work()
    (biteship.order,) = biteship.standin.orders.values()
    biteship.standin.move(biteship.order.id, "picked")
    biteship.tell(client)
    biteship.work(seconds=5)
    return biteship


def test_the_picture_from_the_door_is_fetched_once_and_kept_clean(under_way, client):
    under_way.standin.picture = a_picture()
    under_way.standin.move(under_way.order.id, "delivered")
    under_way.tell(client)
    under_way.work(seconds=5)
    shipment = under_way.booking(under_way.parcel_).shipment
    file = db.session.get(StoredFile, shipment.proof_file_id)
    assert (file.media_type, file.purpose, file.is_public) == ("image/jpeg", "delivery_proof", False)
    with adapters.files().open(file.key) as stored:
        assert stored.read(2) == b"\xff\xd8"
    under_way.work(minutes=40)
    assert len(db.session.scalars(select(StoredFile)).all()) == 1


def test_what_is_no_picture_proves_nothing_and_the_delivery_stands(under_way, client):
    under_way.standin.picture = b"<svg onload=alert(1)>" * 50
    under_way.standin.move(under_way.order.id, "delivered")
    under_way.tell(client)
    under_way.work(seconds=5)
    assert under_way.state(under_way.parcel_)[2] == "delivered"
    assert db.session.scalars(select(StoredFile)).all() == []


def lose(hub, **given):
    values = {"amount_idr": Rupiah(90_000), "note": "Kurir tidak dapat menemukan paket", "actor": SYSTEM} | given
    shipment_id = hub.booking(hub.parcel_).shipment_id
    with transaction() as session:
        return services.claim_lost(session, shipment_id, **values).id


def test_a_lost_parcel_gives_the_buyer_the_money_back_and_the_goods_minutes(under_way):
    assert lose(under_way) == lose(under_way)
    under_way.work(seconds=1)
    assert under_way.state(under_way.parcel_) == ("booked", "failed", "returned")
    shipment = under_way.booking(under_way.parcel_).shipment
    assert (shipment.failure_reason, shipment.open_key) == (FailureReason.LOST, None)
    item = db.session.scalars(select(StockItem)).one()
    assert (item.on_hand, item.reserved) == (10, 2)  # put aside: nobody buys what is gone
    minutes = db.session.scalars(select(WriteOff)).one()
    assert [(line.pieces, line.reason) for line in minutes.lines] == [(2, MovementReason.LOST)]
    assert db.session.scalars(select(Order)).one().status.value == "cancelled"
    assert [refund.amount_idr > 0 for refund in db.session.scalars(select(Refund))] in ([True], [])
    claim = db.session.scalars(select(CourierClaim)).one()
    assert (claim.status, claim.amount_idr) == (ClaimStatus.OPEN, 90_000)
    for _ in range(2):
        with transaction() as session:
            services.settle_claim(session, claim.id, ClaimStatus.PAID, note="Transfer masuk", actor=SYSTEM)
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert (actions.count("courier.claimed"), actions.count("courier.claim_paid")) == (1, 1)


def test_at_home_the_msmes_own_goods_are_simply_gone(biteship, client):
    place_id = make_premises(make_business().id).id
    parcel = biteship.parcel(place_id=place_id)
    with transaction() as session:
        services.want_booking(session, parcel.id, services.Rules(Rupiah(5_000), Rupiah(0)), actor=SYSTEM)
    with transaction() as session:
        booking = biteship.booking(parcel)
        session.get(type(booking), booking.id).not_before = None
    biteship.work()
    (order,) = biteship.standin.orders.values()
    biteship.standin.move(order.id, "picked")
    biteship.tell(client)
    biteship.work(seconds=5)
    biteship.parcel_ = parcel
    lose(biteship)
    biteship.work(seconds=1)
    reasons = db.session.scalars(select(StockMovement.reason).order_by(StockMovement.id)).all()
    assert reasons[-3:] == [MovementReason.SOLD, MovementReason.BUYER_RETURN, MovementReason.LOST]
    assert on_hand(place_id) == 8


def test_only_what_the_courier_had_can_be_lost(biteship):
    parcel = biteship.parcel_ = biteship.parcel()
    biteship.work()
    with pytest.raises(ParcelNotReadyError):
        lose(biteship)
    assert biteship.state(parcel) == ("booked", "offered", "packed")


def test_a_lost_answer_does_not_lose_the_picture(under_way, client):
    under_way.standin.picture = a_picture()
    under_way.standin.move(under_way.order.id, "delivered")
    under_way.tell(client)
    under_way.standin.misbehave(Fault.ERROR, "look")
    under_way.work(seconds=5)
    under_way.work(minutes=1)
    under_way.work(minutes=1)
    assert under_way.booking(under_way.parcel_).shipment.proof_file_id is not None


# PIN


def test_the_pin_is_told_at_the_door_and_stored_nowhere(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    cipher, public_id = adapters.cipher(), parcel.public_id
    pin = services.pin_of(public_id, cipher)
    assert (len(pin), pin.isdecimal(), services.pin_of(public_id, cipher)) == (6, True, pin)
    assert services.pin_of("another", cipher) != pin

    def check(text):
        with transaction() as session:
            return services.check_pin(session, shipment.id, text, cipher=cipher)

    assert check("")  # nobody asks for one
    with transaction() as session:
        session.get(Shipment, shipment.id).needs_pin = True
    assert not check("000000" if pin != "000000" else "111111")
    assert check(f" {pin} ")
    assert check("wrong, but told already")
    assert db.session.get(Shipment, shipment.id).pin_tries == 1


def test_guessing_a_pin_ends_after_five_tries(app):
    shipment = make_shipment(make_parcel())
    cipher = adapters.cipher()
    parcel = db.session.get(Shipment, shipment.id).parcel_id
    with transaction() as session:
        session.get(Shipment, shipment.id).needs_pin = True
    for _ in range(MOST_TRIES + 2):
        with transaction() as session:
            assert not services.check_pin(session, shipment.id, "x", cipher=cipher)
    from gallery.orders.models import Parcel

    right = services.pin_of(db.session.get(Parcel, parcel).public_id, cipher)
    with transaction() as session:
        assert not services.check_pin(session, shipment.id, right, cipher=cipher)
    assert db.session.scalars(select(AuditEntry.action)).all().count("shipment.pin_wrong") == MOST_TRIES


def test_valuable_parcels_need_a_pin(biteship):
    biteship.app.config["COURIER_PIN_FROM_IDR"] = 90_000
    dear, cheap = biteship.parcel(), biteship.parcel(quantity=1)
    biteship.work()
    assert [biteship.booking(parcel).shipment.needs_pin for parcel in (dear, cheap)] == [True, False]


def test_the_buyer_says_that_dear_goods_are_there_where_no_rider_can_type_a_number(under_way, client):
    parcel = under_way.parcel_
    shipment_id = under_way.booking(parcel).shipment_id

    def confirm():
        with transaction() as session:
            return services.confirm_receipt(session, shipment_id, actor=SYSTEM)

    with pytest.raises(NotFoundError):  # nothing has to be proved
        confirm()
    with transaction() as session:
        session.get(Shipment, shipment_id).needs_pin = True
    under_way.standin.move(under_way.order.id, "delivered")
    under_way.standin.held.clear()  # its notice is lost
    first = confirm().pin_proved_at
    under_way.work(seconds=1)  # so the courier was asked
    assert under_way.state(parcel) == ("booked", "delivered", "delivered")
    assert confirm().pin_proved_at == first
    assert not db.session.get(Shipment, shipment_id).waits_for_buyer
    assert db.session.scalars(select(AuditEntry.action)).all().count("shipment.receipt_confirmed") == 1


def test_what_nobody_has_picked_up_can_not_have_arrived(biteship):
    biteship.app.config["COURIER_PIN_FROM_IDR"] = 1
    parcel = biteship.parcel()
    biteship.work()
    with pytest.raises(ParcelNotReadyError), transaction() as session:
        services.confirm_receipt(session, biteship.booking(parcel).shipment_id, actor=SYSTEM)
    assert biteship.booking(parcel).shipment.pin_proved_at is None


def test_a_picture_that_comes_after_the_word_is_fetched_too(under_way, client):
    under_way.standin.move(under_way.order.id, "delivered")
    under_way.tell(client)
    under_way.work(seconds=5)
    assert under_way.booking(under_way.parcel_).shipment.proof_file_id is None
    under_way.standin.picture = a_picture()
    with transaction() as session:
        services.ask_now(session, under_way.booking(under_way.parcel_).id)
    under_way.work(seconds=1)
    assert under_way.booking(under_way.parcel_).shipment.proof_file_id is not None
