from dataclasses import replace

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.errors import NotFoundError
from gallery.core.money import BasisPoints, Rupiah
from gallery.delivery import services
from gallery.delivery.courier import Booking
from gallery.delivery.errors import (
    CarrierTariffTakenError,
    NoCoverageError,
    ParcelNotReadyError,
    PhoneTakenError,
    RiderUnavailableError,
    ShipmentOpenError,
)
from gallery.delivery.models import EventOutcome, Rider, Shipment, ShipmentEvent
from gallery.delivery.services.register import CarrierFacts, RiderFacts, TariffFacts
from gallery.delivery.states import Courier, FailureReason, ShipmentStatus
from gallery.delivery.tariffs import WeightStep
from gallery.inventory.models import StockItem
from gallery.orders import services as orders
from gallery.orders.errors import OrderUnpaidError
from gallery.orders.models import Parcel
from gallery.orders.states import CancelReason, OrderStatus, ParcelStatus
from tests.factories.delivery import (
    SYSTEM,
    an_update,
    make_carrier_tariff,
    make_parcel,
    make_rider,
    make_shipment,
    order_of,
)
from tests.factories.inventory import make_gallery_place, make_regions

S, P = ShipmentStatus, ParcelStatus
RIDER = Actor.anonymous()


def say(shipment, status, **given):
    with transaction() as session:
        return services.apply_update(session, an_update(shipment, status, **given), actor=RIDER).outcome


def state(shipment):
    db.session.rollback()
    fresh = db.session.get(Shipment, shipment.id, populate_existing=True)
    parcel = db.session.get(Parcel, fresh.parcel_id, populate_existing=True)
    return fresh.status, parcel.status


def on_hand(parcel):
    return db.session.scalar(select(StockItem.on_hand).where(StockItem.place_id == parcel.place_id))


def test_the_way_of_a_parcel_takes_the_order_along(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    assert state(shipment) == (S.OFFERED, P.PACKED)
    assert say(shipment, S.ACCEPTED) is EventOutcome.APPLIED
    assert state(shipment) == (S.ACCEPTED, P.PACKED)
    assert on_hand(parcel) == 10
    assert say(shipment, S.PICKED_UP) is EventOutcome.APPLIED
    assert state(shipment) == (S.PICKED_UP, P.HANDED_OVER)
    assert on_hand(parcel) == 8
    assert say(shipment, S.DELIVERED, recipient_name="Dewi") is EventOutcome.APPLIED
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    assert order_of(parcel).status is OrderStatus.COMPLETED
    done = db.session.get(Shipment, shipment.id)
    assert (done.recipient_name, done.open_key) == ("Dewi", None)
    assert None not in (done.accepted_at, done.picked_up_at, done.ended_at)


def test_the_same_message_ten_times_is_one_event_and_one_effect(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    for _ in range(10):
        say(shipment, S.PICKED_UP, event_key="rider:same")
    events = db.session.scalars(select(ShipmentEvent)).all()
    assert [(event.status, event.outcome) for event in events] == [(S.PICKED_UP, EventOutcome.APPLIED)]
    assert on_hand(parcel) == 8


def test_a_repeat_tells_that_it_is_one(app):
    shipment = make_shipment()
    update = an_update(shipment, S.ACCEPTED)
    with transaction() as session:
        first = services.apply_update(session, update, actor=RIDER)
        second = services.apply_update(session, update, actor=RIDER)
    assert (first.is_repeated, second.is_repeated, second.outcome) == (False, True, EventOutcome.APPLIED)


def test_messages_in_the_wrong_order_end_in_the_right_state(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    outcomes = [say(shipment, status) for status in (S.DELIVERED, S.PICKED_UP, S.ACCEPTED)]
    assert outcomes == [EventOutcome.APPLIED, EventOutcome.STALE, EventOutcome.STALE]
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    assert on_hand(parcel) == 8
    assert order_of(parcel).status is OrderStatus.COMPLETED


@pytest.mark.parametrize("later", [S.DELIVERED, S.PICKED_UP, S.FAILED])
def test_what_contradicts_an_end_is_kept_and_changes_nothing(app, later):
    shipment = make_shipment(status=S.DECLINED)
    assert say(shipment, later) is EventOutcome.IMPOSSIBLE
    assert state(shipment) == (S.DECLINED, P.PACKED)
    kept = db.session.scalars(select(ShipmentEvent.outcome).order_by(ShipmentEvent.id.desc())).first()
    assert kept is EventOutcome.IMPOSSIBLE


def test_delivered_stays_delivered(app):
    shipment = make_shipment(status=S.DELIVERED)
    assert say(shipment, S.FAILED) is EventOutcome.STALE
    assert say(shipment, S.DECLINED) is EventOutcome.IMPOSSIBLE
    assert say(shipment, S.DELIVERED, recipient_name="Orang lain") is EventOutcome.STALE
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    assert db.session.get(Shipment, shipment.id).recipient_name == "Dewi"


def test_a_failed_parcel_can_still_arrive(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel, S.FAILED)
    assert state(shipment) == (S.FAILED, P.FAILED)
    assert db.session.get(Shipment, shipment.id).failure_reason is FailureReason.NOBODY_HOME
    assert say(shipment, S.DELIVERED) is EventOutcome.APPLIED
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    assert on_hand(parcel) == 8


def test_a_booking_that_nobody_knows_is_not_found(app):
    shipment = make_shipment()
    with pytest.raises(NotFoundError), transaction() as session:
        services.apply_update(session, an_update(shipment, S.ACCEPTED, booking_ref="unknown"), actor=RIDER)


def test_after_a_reassignment_the_first_rider_moves_nothing(app):
    parcel = make_parcel()
    first, rider_id = make_shipment(parcel), make_rider_id()
    with transaction() as session:
        second = services.offer_to_rider(session, parcel.id, rider_id, actor=SYSTEM)
    assert [say(first, status) for status in (S.ACCEPTED, S.PICKED_UP, S.DELIVERED)] == [EventOutcome.SUPERSEDED] * 3
    assert state(first) == (S.CANCELLED, P.PACKED)
    assert say(second, S.PICKED_UP) is EventOutcome.APPLIED
    assert state(second) == (S.PICKED_UP, P.HANDED_OVER)


def make_rider_id():
    with transaction() as session:
        session.add(rider := Rider(name="Rudi", phone="+628119990000", plate="BN 9 YY"))
        session.flush()
        return rider.id


def test_asking_the_same_rider_twice_asks_once(app):
    parcel, rider = make_parcel(), make_rider()
    parcel_id, rider_id = parcel.id, rider.id
    with transaction() as session:
        first = services.offer_to_rider(session, parcel_id, rider_id, actor=SYSTEM)
    with transaction() as session:
        second = services.offer_to_rider(session, parcel_id, rider_id, actor=SYSTEM)
    assert first.id == second.id
    assert len(db.session.scalars(select(Shipment)).all()) == 1


def test_a_parcel_on_the_way_is_not_given_to_another(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel, S.PICKED_UP)
    rider_id = make_rider_id()
    with pytest.raises(ParcelNotReadyError), transaction() as session:
        services.offer_to_rider(session, parcel.id, rider_id, actor=SYSTEM)
    with pytest.raises(ShipmentOpenError), transaction() as session:
        services.withdraw(session, shipment.id, actor=SYSTEM)
    assert state(shipment) == (S.PICKED_UP, P.HANDED_OVER)


def test_the_database_itself_refuses_two_open_attempts(app):
    from sqlalchemy.exc import IntegrityError

    shipment = make_shipment()
    parcel_id = shipment.parcel_id
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Shipment(parcel_id=parcel_id, open_key=parcel_id, courier=Courier.LOCAL_RIDER, status=S.OFFERED))


def test_an_inactive_rider_is_not_asked(app):
    parcel, rider = make_parcel(), make_rider(is_active=False)
    with pytest.raises(RiderUnavailableError), transaction() as session:
        services.offer_to_rider(session, parcel.id, rider.id, actor=SYSTEM)


def test_an_unpacked_or_unpaid_parcel_is_not_given_away(app):
    unpacked, rider = make_parcel(packed=False), make_rider()
    rider_id = rider.id
    with pytest.raises(ParcelNotReadyError), transaction() as session:
        services.offer_to_rider(session, unpacked.id, rider_id, actor=SYSTEM)
    cash = make_parcel(paid=False, packed=True, status=OrderStatus.CASH_DUE, service="pickup")
    with pytest.raises(OrderUnpaidError), transaction() as session:
        services.hand_to_buyer(session, cash.id, recipient_name="Dewi", actor=SYSTEM)


def test_a_second_attempt_after_a_failure(app):
    parcel = make_parcel()
    first, rider_id = make_shipment(parcel, S.FAILED), make_rider_id()
    with transaction() as session:
        second = services.offer_to_rider(session, parcel.id, rider_id, actor=SYSTEM)
    assert state(second) == (S.OFFERED, P.FAILED)
    assert say(first, S.DELIVERED) is EventOutcome.SUPERSEDED
    assert say(second, S.DELIVERED) is EventOutcome.APPLIED
    assert state(second) == (S.DELIVERED, P.DELIVERED)
    assert on_hand(parcel) == 8  # the pieces left once, not twice


def test_a_parcel_by_carrier(app):
    parcel = make_parcel(service="expedition:JNE REG")
    parcel_id = parcel.id
    with transaction() as session:
        sent = services.send_by_carrier(session, parcel_id, carrier="JNE", tracking_number="JN1", actor=SYSTEM)
    with transaction() as session:
        again = services.send_by_carrier(session, parcel_id, carrier="JNE", tracking_number="JN1", actor=SYSTEM)
    assert sent.id == again.id
    assert state(sent) == (S.PICKED_UP, P.HANDED_OVER)
    with transaction() as session:
        services.correct_tracking(session, sent.id, "JN2", actor=SYSTEM)
    assert db.session.get(Shipment, sent.id).tracking_number == "JN2"
    with transaction() as session:
        services.override(session, sent.id, S.DELIVERED, note="Dilihat di situs JNE", actor=SYSTEM)
    assert state(sent) == (S.DELIVERED, P.DELIVERED)
    assert order_of(parcel).status is OrderStatus.COMPLETED


def test_only_a_carrier_has_a_tracking_number_to_mend(app):
    shipment = make_shipment()
    with pytest.raises(NotFoundError), transaction() as session:
        services.correct_tracking(session, shipment.id, "X", actor=SYSTEM)


def test_the_buyer_takes_the_parcel_at_the_desk_once(app):
    parcel = make_parcel(service="pickup")
    parcel_id = parcel.id
    with transaction() as session:
        first = services.hand_to_buyer(session, parcel_id, recipient_name="Dewi", actor=SYSTEM)
    with transaction() as session:
        second = services.hand_to_buyer(session, parcel_id, recipient_name="Dewi", actor=SYSTEM)
    assert first.id == second.id
    assert state(first) == (S.DELIVERED, P.DELIVERED)
    assert on_hand(parcel) == 8
    assert order_of(parcel).status is OrderStatus.COMPLETED


def test_the_buyer_comes_while_a_rider_is_still_thinking(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel, S.ACCEPTED)
    with transaction() as session:
        services.hand_to_buyer(session, parcel.id, recipient_name="Dewi", actor=SYSTEM)
    assert state(shipment) == (S.CANCELLED, P.DELIVERED)
    assert say(shipment, S.PICKED_UP) is EventOutcome.SUPERSEDED


def test_a_failed_parcel_comes_back_into_stock_once(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel, S.FAILED)
    for _ in range(2):
        with transaction() as session:
            services.return_to_stock(session, parcel.id, note="Diterima di galeri", actor=SYSTEM)
    assert state(shipment) == (S.RETURNED, P.RETURNED)
    assert on_hand(parcel) == 10
    assert order_of(parcel).status is OrderStatus.CANCELLED


def test_only_a_failed_parcel_comes_back(app):
    parcel = make_parcel()
    make_shipment(parcel, S.PICKED_UP)
    with pytest.raises(ParcelNotReadyError), transaction() as session:
        services.return_to_stock(session, parcel.id, note="", actor=SYSTEM)
    assert on_hand(parcel) == 8


def test_a_cancelled_order_is_moved_by_no_rider(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    with transaction() as session:
        orders.cancel(session, parcel.order_id, reason=CancelReason.OTHER, by_buyer=False, actor=SYSTEM)
    assert say(shipment, S.PICKED_UP) is EventOutcome.IMPOSSIBLE
    assert state(shipment) == (S.OFFERED, P.CANCELLED)
    assert on_hand(parcel) == 10


def test_staff_speak_for_the_rider_with_a_reason_in_the_audit_trail(app):
    shipment = make_shipment(status=S.PICKED_UP)
    with transaction() as session:
        services.override(
            session, shipment.id, S.DELIVERED, note="Kurir menelepon", recipient_name="Dewi", actor=Actor(user_id=None)
        )
    assert state(shipment) == (S.DELIVERED, P.DELIVERED)
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert "shipment.override" in actions
    assert db.session.scalars(select(ShipmentEvent.note).order_by(ShipmentEvent.id.desc())).first() == "Kurir menelepon"


def test_an_unknown_reason_is_other(app):
    shipment = make_shipment(status=S.PICKED_UP)
    say(shipment, S.FAILED, reason="alien")
    assert db.session.get(Shipment, shipment.id).failure_reason is FailureReason.OTHER


def facts(**given):
    return RiderFacts(
        **{
            "name": "Hendra",
            "phone": "+628119990001",
            "plate": "BN 3312 XX",
            "gallery_id": None,
            "subdistricts": ["19.71.05"],
        }
        | given
    )


def test_the_register_keeps_areas_and_refuses_a_used_number(app):
    make_regions()
    with transaction() as session:
        rider = services.save_rider(session, facts(), actor=SYSTEM)
    rider_id = rider.id
    with transaction() as session:
        wider = facts(subdistricts=["19.71.05", "19.01.01"], is_active=False)
        services.save_rider(session, wider, rider_id=rider_id, actor=SYSTEM)
    saved = db.session.get(Rider, rider_id)
    assert ([area.subdistrict_code for area in saved.areas], saved.is_active) == (["19.01.01", "19.71.05"], False)
    with pytest.raises(PhoneTakenError), transaction() as session:
        services.save_rider(session, facts(name="Lain"), actor=SYSTEM)
    with pytest.raises(NotFoundError), transaction() as session:
        services.save_rider(session, facts(phone="+62811", subdistricts=["19.71.05.1001"]), actor=SYSTEM)


TARIFF = TariffFacts(
    base_idr=Rupiah(10_000),
    base_km=4,
    per_km_idr=Rupiah(2_500),
    minimum_idr=Rupiah(10_000),
    road_factor_bps=BasisPoints(13_000),
    weight_steps=(WeightStep(5_000, Rupiah(3_000)),),
    max_km=40,
    max_weight_g=20_000,
    cut_off_hour=15,
    is_active=True,
)


def test_a_tariff_is_kept_per_place_and_changed_in_place(app):
    place_id = make_gallery_place().id
    with transaction() as session:
        first = services.save_tariff(session, place_id, TARIFF, actor=SYSTEM)
        second = services.save_tariff(session, place_id, TARIFF, actor=SYSTEM)
    assert first.id == second.id
    assert first.weight_steps == [{"over_g": 5_000, "add_idr": 3_000}]


def test_no_tariff_where_no_road_begins(app):
    from gallery.regions.models import Region

    place = make_gallery_place()
    with transaction() as session:
        session.get(Region, place.village_code).island = "Lepar"
    with pytest.raises(NoCoverageError), transaction() as session:
        services.save_tariff(session, place.id, TARIFF, actor=SYSTEM)


CARRIER = CarrierFacts(
    carrier="JNE",
    service="REG",
    origin_island="Bangka",
    destination_island="Belitung",
    first_kg_idr=Rupiah(25_000),
    next_kg_idr=Rupiah(18_000),
    grace_g=300,
    days_min=2,
    days_max=5,
    is_active=True,
)


def test_a_carrier_has_one_price_per_way_and_service(app):
    tariff_id = make_carrier_tariff().id
    with pytest.raises(CarrierTariffTakenError), transaction() as session:
        services.save_carrier_tariff(session, CARRIER, actor=SYSTEM)
    with transaction() as session:
        changed = services.save_carrier_tariff(session, CARRIER, tariff_id=tariff_id, actor=SYSTEM)
    assert (changed.id, changed.first_kg_idr) == (tariff_id, 25_000)
    back = replace(CARRIER, origin_island="Belitung", destination_island="Bangka")
    with transaction() as session:
        assert services.save_carrier_tariff(session, back, actor=SYSTEM).id != tariff_id


def test_what_is_not_there_is_not_found(app):
    make_regions()
    calls = (
        lambda session: services.offer_to_rider(session, 999, 999, actor=SYSTEM),
        lambda session: services.withdraw(session, 999, actor=SYSTEM),
        lambda session: services.override(session, 999, S.DELIVERED, note="", actor=SYSTEM),
        lambda session: services.save_rider(session, facts(), rider_id=999, actor=SYSTEM),
        lambda session: services.save_tariff(session, 999, TARIFF, actor=SYSTEM),
        lambda session: services.save_carrier_tariff(session, CARRIER, tariff_id=999, actor=SYSTEM),
    )
    for call in calls:
        with pytest.raises(NotFoundError), transaction() as session:
            call(session)
    assert db.session.scalars(select(Rider)).all() == []


def test_a_withdrawn_rider_stays_withdrawn(app):
    shipment = make_shipment()
    for _ in range(2):
        with transaction() as session:
            services.withdraw(session, shipment.id, actor=SYSTEM)
    assert state(shipment) == (S.CANCELLED, P.PACKED)


def test_a_booking_is_kept_with_what_the_courier_promised(app):
    shipment = make_shipment()
    with transaction() as session:
        services.record_booking(session, shipment.id, Booking("ref-1", tracking_number="T1"))
    with transaction() as session:
        services.record_booking(session, shipment.id, Booking("ref-1"))
    kept = db.session.get(Shipment, shipment.id)
    assert (kept.booking_ref, kept.tracking_number) == ("ref-1", "T1")


def test_a_carrier_takes_over_from_a_rider_who_was_only_asked(app):
    parcel = make_parcel()
    shipment = make_shipment(parcel)
    with transaction() as session:
        sent = services.send_by_carrier(session, parcel.id, carrier="JNE", tracking_number="JN1", actor=SYSTEM)
    assert (state(shipment)[0], state(sent)) == (S.CANCELLED, (S.PICKED_UP, P.HANDED_OVER))


def test_the_same_tracking_number_is_mended_without_a_trace(app):
    parcel = make_parcel()
    with transaction() as session:
        sent = services.send_by_carrier(session, parcel.id, carrier="JNE", tracking_number="JN1", actor=SYSTEM)
    with transaction() as session:
        services.correct_tracking(session, sent.id, "JN1", actor=SYSTEM)
    assert "shipment.tracking_corrected" not in db.session.scalars(select(AuditEntry.action)).all()


def test_a_parcel_that_failed_at_the_desk_comes_back_without_a_shipment(app):
    parcel = make_parcel()
    with transaction() as session:
        orders.hand_over_parcel(session, parcel.id, actor=SYSTEM)
        orders.fail_parcel(session, parcel.id, actor=SYSTEM)
    with transaction() as session:
        services.return_to_stock(session, parcel.id, note="", actor=SYSTEM)
    assert on_hand(parcel) == 10


def test_withdrawing_a_rider_who_just_declined_changes_nothing(app):
    shipment = make_shipment(status=S.DECLINED)
    with transaction() as session:
        services.withdraw(session, shipment.id, actor=SYSTEM)
    assert state(shipment) == (S.DECLINED, P.PACKED)
