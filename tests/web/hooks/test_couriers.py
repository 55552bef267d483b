"""The door of couriers' notices, and what becomes of them: doubled, reversed, forged, too early, about nobody."""

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from gallery.core import adapters
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.delivery import services
from gallery.delivery.models import CourierExchange, CourierHealth, CourierNotice, ShipmentEvent
from gallery.delivery.services.inbox import KEEP
from gallery.delivery.states import BookingTrouble, Courier, NoticeOutcome
from gallery.jobs.delivery_notices import judge
from tests.delivery.conftest import biteship, lalamove  # noqa: F401 - fixtures
from tests.factories.couriers import INSTANT, TOKEN, Hub, on_hand
from tests.integrations.couriers import MAKE
from tests.standins import STANDINS
from tests.standins.server import Fault, Notice, StandIn

DOOR = f"/hooks/couriers/biteship/{TOKEN}"


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def hub(biteship):  # noqa: F811
    """A courier with one booked parcel, whose first notice is already out of the way."""
    biteship.parcel_ = biteship.parcel()
    biteship.work()
    biteship.standin.held.clear()
    (biteship.order,) = biteship.standin.orders.values()
    return biteship


def test_the_door_opens_for_the_right_address_only(hub, client):
    for path in (
        "/hooks/couriers/biteship/wrong",
        f"/hooks/couriers/lalamove/{TOKEN}",
        f"/hooks/couriers/local_rider/{TOKEN}",
        f"/hooks/couriers/nobody/{TOKEN}",
    ):
        assert client.post(path, data=b"{}").status_code == 404
    assert client.get(DOOR).status_code == 405
    hub.app.config["COURIER_HOOK_TOKEN"] = ""
    assert client.post("/hooks/couriers/biteship/", data=b"{}").status_code == 404
    assert client.post(DOOR, data=b"{}").status_code == 404


def test_the_probe_of_a_new_address_is_answered_and_not_kept(hub, client):
    assert hub.say(client, hub.standin.probe()) == 200
    assert client.post(DOOR, data=b"").status_code == 200
    assert count(CourierNotice) == 0


def test_forged_and_unsigned_notices_change_nothing_and_are_counted(hub, client):
    hub.standin.deliver(hub.order.id)
    for notice in hub.standin.notices:
        for false in (hub.standin.forged(notice), hub.standin.unsigned(notice)):
            assert hub.say(client, false) == 401
    hub.work(seconds=5)
    assert count(CourierNotice) == 0
    assert hub.state(hub.parcel_) == ("booked", "offered", "packed")
    assert db.session.get(CourierHealth, Courier.BITESHIP).refused_notices == 2 * len(hub.standin.notices)


def test_a_tampered_body_of_a_signed_notice_counts_nothing(lalamove, client):  # noqa: F811
    parcel = lalamove.parcel(service="lalamove:MOTORCYCLE")
    lalamove.work()
    lalamove.standin.held.clear()
    (order,) = lalamove.standin.orders.values()
    (notice,) = lalamove.standin.move(order.id, "PICKED_UP")
    tampered = Notice(notice.body.replace(b"PICKED_UP", b"COMPLETED"), notice.headers)
    assert lalamove.say(client, tampered) == 401
    old = lalamove.standin.signed("ORDER_STATUS_CHANGED", json.loads(notice.body)["data"], at=1_700_000_000)
    assert lalamove.say(client, old) == 401
    other_door = lalamove.standin.signed("ORDER_STATUS_CHANGED", json.loads(notice.body)["data"], path="/hooks/other")
    assert lalamove.say(client, other_door) == 401
    assert lalamove.state(parcel)[1] == "offered"
    assert lalamove.say(client, notice) == 200
    lalamove.work(seconds=5)
    assert lalamove.state(parcel)[1] == "picked_up"


def test_reversed_and_doubled_notices_end_in_one_delivery(hub, client):
    hub.standin.deliver(hub.order.id)
    assert set(hub.tell(client, reverse=True, times=2)) == {200}
    assert count(CourierNotice) == len(hub.standin.way) - 1  # the doubles are the same rows
    hub.work(seconds=5)
    assert hub.state(hub.parcel_) == ("booked", "delivered", "delivered")
    assert on_hand(hub.parcel_.place_id) == 8
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert actions.count("shipment.delivered") == actions.count("parcel.delivered") == 1
    assert set(hub.outcomes()) == {"applied", "stale"}


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_the_same_notices_ends_the_same(hub, client, seed):
    hub.standin.deliver(hub.order.id)
    notices = list(hub.standin.held) * 2
    random.Random(seed).shuffle(notices)
    for notice in notices:
        hub.say(client, notice)
        hub.work(seconds=3)
    assert hub.state(hub.parcel_) == ("booked", "delivered", "delivered")


def test_a_notice_alone_delivers_nothing(hub, client):
    """Who knows the secret of the door may be wrong: the courier says itself that it is delivered, or it is not."""
    (notice,) = hub.standin.move(hub.order.id, "delivered")
    hub.standin.held.clear()
    hub.order.status = "picked"
    assert hub.say(client, notice) == 200
    hub.work(seconds=5)
    assert hub.state(hub.parcel_) == ("booked", "picked_up", "handed_over")
    hub.order.status = "allocated"  # nor does it go back once the parcel was picked up
    hub.work(minutes=3)
    assert hub.state(hub.parcel_)[1] == "picked_up"


def test_a_rider_who_gives_up_is_replaced_and_the_page_says_so(hub, client):
    hub.standin.move(hub.order.id, "allocated")
    hub.tell(client)
    hub.work(seconds=5)
    shipment = hub.booking(hub.parcel_).shipment
    assert (shipment.status.value, shipment.rider_name) == ("accepted", "Budi Santoso")
    hub.standin.move(hub.order.id, "confirmed")
    hub.tell(client)
    hub.work(seconds=5)
    shipment = hub.booking(hub.parcel_).shipment
    assert (shipment.status.value, shipment.rider_name) == ("offered", "")
    hub.standin.move(hub.order.id, "allocated")
    hub.tell(client)
    hub.work(seconds=5)
    assert hub.state(hub.parcel_)[1] == "accepted"


def test_held_goods_go_on(hub, client):
    for word, status in (("picked", "picked_up"), ("on_hold", "on_hold"), ("dropping_off", "in_transit")):
        hub.standin.move(hub.order.id, word)
        hub.tell(client)
        hub.work(seconds=5)
        assert hub.state(hub.parcel_)[1] == status


def test_a_word_that_nobody_knows_moves_nothing_and_calls_a_person(hub, client):
    hub.standin.move(hub.order.id, "teleported")
    hub.tell(client)
    hub.work(seconds=5)
    booking = hub.booking(hub.parcel_)
    assert (booking.trouble, booking.trouble_code) == (BookingTrouble.UNKNOWN_WORD, "teleported")
    assert hub.state(hub.parcel_) == ("booked", "offered", "packed")
    assert hub.outcomes() == ["unknown_word"]


def test_an_event_that_is_not_our_matter_is_kept_and_does_nothing(hub, client):
    assert hub.say(client, hub.standin.signed({"event": "wallet.balance", "balance": 1})) == 200
    hub.work(seconds=5)
    assert hub.outcomes() == ["not_ours"]


def test_an_unknown_order_is_kept_and_judged_when_it_becomes_known(biteship, client):  # noqa: F811
    biteship.standin.misbehave(Fault.SLOW)
    biteship.standin.slow_s = 0.1
    parcel = biteship.parcel()
    stranger = biteship.standin.signed({"event": "order.status", "order_id": "5dd5ffffffffffffffffffff",
                                        "status": "allocated", "updated_at": "2026-11-24T11:00:00+07:00"})  # fmt: skip
    assert biteship.say(client, stranger) == 200
    biteship.work(seconds=5)
    assert biteship.outcomes() == ["unknown_order"]
    booking = biteship.booking(parcel)
    with transaction() as session:
        row = session.get(CourierNotice, 1)
        row.booking_ref = "5dd5aaaaaaaaaaaaaaaaaaaa"
        session.get(type(booking), booking.id).booking_ref = "5dd5aaaaaaaaaaaaaaaaaaaa"
        services.news.rejudge(session, session.get(type(booking), booking.id))
    assert biteship.outcomes() == ["waiting"]


def test_a_notice_before_the_answer_to_the_booking_is_understood(biteship, client, monkeypatch):  # noqa: F811
    """The courier speaks faster than it answers: the booking is known from its reference, and recorded once."""
    real = biteship.gateway.book

    def slow_book(request):
        found = real(request)
        assert biteship.tell(client) == [200]
        for notice_id in db.session.scalars(select(CourierNotice.id)).all():
            judge(notice_id)
        db.session.rollback()
        assert biteship.booking(parcel).booking_ref == found.booking_ref
        db.session.rollback()
        return found

    monkeypatch.setattr(biteship.gateway, "book", slow_book)
    parcel = biteship.parcel()
    biteship.work()
    assert biteship.state(parcel) == ("booked", "offered", "packed")
    assert biteship.outcomes() == ["applied"]
    assert db.session.scalars(select(AuditEntry.action)).all().count("courier.booked") == 1


def test_an_order_that_gets_another_id_goes_on_under_it(lalamove, client):  # noqa: F811
    parcel = lalamove.parcel(service="lalamove:MOTORCYCLE")
    lalamove.work()
    lalamove.standin.held.clear()
    (order,) = lalamove.standin.orders.values()
    old = order.id
    new, _notice = lalamove.standin.replace(old)
    lalamove.work(minutes=3)  # the poller asks about the old one, which is not there any more
    assert lalamove.booking(parcel).trouble is BookingTrouble.CONTRADICTION
    assert lalamove.tell(client) == [200]
    lalamove.work(seconds=5)
    booking = lalamove.booking(parcel)
    assert (booking.booking_ref, booking.former_ref, booking.shipment.booking_ref) == (new, old, new)
    assert booking.trouble is None
    lalamove.standin.deliver(new)
    lalamove.tell(client)
    lalamove.work(seconds=5)
    assert lalamove.state(parcel) == ("booked", "delivered", "delivered")


def test_completed_may_hide_that_nobody_opened(lalamove, client):  # noqa: F811
    parcel = lalamove.parcel(service="lalamove:MOTORCYCLE")
    lalamove.work()
    (order,) = lalamove.standin.orders.values()
    lalamove.standin.move(order.id, "PICKED_UP")
    lalamove.standin.fail_drop(order.id)
    lalamove.tell(client)
    lalamove.work(seconds=5)
    assert lalamove.state(parcel)[2] == "failed"


def test_a_new_price_is_believed_when_the_courier_says_it_itself(hub, client):
    hub.standin.reprice(hub.order.id, 27_000)
    hub.tell(client)
    hub.work(seconds=5)
    booking = hub.booking(hub.parcel_)
    assert (booking.cost_idr, booking.trouble) == (27_000, None)
    hub.standin.reprice(hub.order.id, 90_000)
    hub.tell(client)
    hub.work(seconds=5)
    booking = hub.booking(hub.parcel_)
    assert (booking.cost_idr, booking.trouble) == (90_000, BookingTrouble.PRICE_DIFFERS)


def test_all_notices_lost_and_the_poller_sees_it(hub):
    hub.standin.deliver(hub.order.id)
    hub.standin.held.clear()
    hub.work(minutes=3)
    assert hub.state(hub.parcel_) == ("booked", "delivered", "delivered")


def test_the_poller_asks_about_each_of_many(biteship):  # noqa: F811
    parcels = [biteship.parcel() for _ in range(3)]
    biteship.work()
    for order in biteship.standin.orders.values():
        biteship.standin.deliver(order.id)
    biteship.standin.held.clear()
    biteship.work(minutes=3)
    assert [biteship.state(parcel)[1] for parcel in parcels] == ["delivered"] * 3


def test_while_the_courier_can_not_be_asked_a_notice_waits(hub, client):
    hub.standin.deliver(hub.order.id)
    final = hub.standin.held.pop()
    hub.standin.held.clear()
    hub.say(client, final)
    hub.standin.misbehave(Fault.ERROR, "look")
    hub.work(seconds=5)
    assert hub.outcomes() == ["waiting"]
    hub.work(seconds=40)
    assert hub.outcomes() == ["applied"]
    assert hub.state(hub.parcel_)[2] == "delivered"


def test_a_return_comes_back_and_staff_put_the_goods_on_the_shelf(hub, client):
    for word, status, parcel in (
        ("picked", "picked_up", "handed_over"),
        ("return_in_transit", "returning", "failed"),
        ("returned", "returned", "failed"),
    ):
        hub.standin.move(hub.order.id, word)
        hub.tell(client)
        hub.work(seconds=5)
        assert hub.state(hub.parcel_)[1:] == (status, parcel)
    assert on_hand(hub.parcel_.place_id) == 8
    with transaction() as session:
        services.return_to_stock(session, hub.parcel_.id, note="Utuh", actor=services.bookings.SYSTEM)
    assert on_hand(hub.parcel_.place_id) == 10


def test_notices_can_be_judged_again_and_nothing_happens_twice(hub, client):
    hub.standin.deliver(hub.order.id)
    hub.tell(client)
    hub.work(seconds=5)
    events = count(ShipmentEvent)
    run = hub.app.test_cli_runner().invoke
    for arguments, said in (
        (["--courier", "lalamove"], "0 notices"),
        (["--outcome", "unreadable"], "0 notices"),
        (["--since", "2099-01-01"], "0 notices"),
        (["--notice", "1", "--courier", "biteship"], "1 notices"),
        (["--since", "2020-01-01"], "4 notices"),  # the first one waits already
    ):
        answer = run(args=["delivery", "replay", *arguments])
        assert (answer.exit_code, said in answer.output) == (0, True), answer.output
    hub.work(seconds=5)
    assert "waiting" not in hub.outcomes()
    assert count(ShipmentEvent) == events
    assert on_hand(hub.parcel_.place_id) == 8


def test_a_notice_is_kept_encrypted_and_for_ninety_days(hub, client):
    hub.standin.move(hub.order.id, "allocated")
    hub.tell(client)
    notice = db.session.scalars(select(CourierNotice)).one()
    assert b"Budi" not in notice.content
    assert b"Budi" in services.read_content(notice, adapters.cipher()).body
    assert "cookie" not in services.read_content(notice, adapters.cipher()).headers
    hub.ahead = KEEP
    with hub.later(), transaction() as session:
        services.forget_old_messages(session)
    assert count(CourierNotice) == 0
    hub.ahead = KEEP * 2
    with hub.later(), transaction() as session:
        services.forget_old_messages(session)
    assert count(CourierExchange) == 0


def test_a_notice_that_nobody_can_read_calls_a_person(hub, client):
    hub.standin.move(hub.order.id, "allocated")
    hub.tell(client)
    hub.gateway._settings = type(hub.gateway._settings)(
        key="k", url=hub.standin.url
    )  # the secret was changed meanwhile
    hub.work(seconds=5)
    assert hub.outcomes() == ["unreadable"]
    with transaction() as session:
        services.close_notice(session, 1, note="Sudah dicek", actor=services.bookings.SYSTEM)
    assert db.session.get(CourierNotice, 1).outcome is NoticeOutcome.UNREADABLE


OURS = "the order that is really there"
WORDS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
NESTED = st.lists(WORDS, max_size=3) | st.dictionaries(st.text(max_size=5), WORDS, max_size=3)
FIELDS = {
    "biteship": "event order_id status updated_at price courier order_price courier_driver_name courier_link",
    "lalamove": "order orderId status previousOrderId driver driverId updatedAt shareLink stops price prevOrderId",
    "grab_express": "deliveryID merchantOrderID status timestamp driver courier trackURL failedReason amount",
}
KINDS = {
    "biteship": ["order.status", "order.price", "order.waybill_id"],
    "lalamove": [
        "ORDER_STATUS_CHANGED",
        "ORDER_REPLACED",
        "ORDER_AMOUNT_CHANGED",
        "DRIVER_ASSIGNED",
        "POD_STATUS_CHANGED",
    ],
    "grab_express": [""],
}
SERVICES = {"biteship": INSTANT, "lalamove": "lalamove:MOTORCYCLE", "grab_express": "grab_express:INSTANT"}
FINAL = {"biteship": "delivered", "lalamove": "COMPLETED", "grab_express": "COMPLETED"}


def events(name: str) -> st.SearchStrategy:
    """What a courier would never say, in its own fields, often about an order that is there."""
    names = st.sampled_from([*FIELDS[name].split(), "data", "x"])
    words = WORDS | st.sampled_from([*KINDS[name], FINAL[name], OURS])
    inner = st.dictionaries(names, words | NESTED, max_size=6)
    return st.dictionaries(names, words | NESTED | inner, max_size=8)


def signed(standin: StandIn, kind: str, event: dict) -> Notice:
    return standin.signed(kind, event) if standin.name == "lalamove" else standin.signed(event)


@pytest.fixture
def each(app, name):
    """Each courier with one booked parcel."""
    with STANDINS[name]() as standin:
        hub = Hub(app, standin, MAKE[name](standin))
        hub.parcel_ = hub.parcel(service=SERVICES[name])
        hub.work()
        standin.held.clear()
        (hub.order,) = standin.orders.values()
        yield hub


@pytest.mark.parametrize("name", sorted(STANDINS))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_body_breaks_the_door_or_the_judge(each, client, name, data):
    event = json.loads(json.dumps(data.draw(events(name))).replace(OURS, each.order.id))
    raw = data.draw(st.one_of(st.none(), st.binary(max_size=200)))
    kind = data.draw(st.sampled_from(["application/json", "application/x-www-form-urlencoded", "", "\xff"]))
    notice = signed(each.standin, data.draw(st.sampled_from(KINDS[name])), event)
    if not data.draw(st.booleans()):
        notice = each.standin.unsigned(notice)
    body = notice.body if raw is None else raw
    before = each.state(each.parcel_)
    answer = client.post(f"/hooks/couriers/{name}/{TOKEN}", data=body, headers=notice.headers | {"Content-Type": kind})
    assert answer.status_code in {200, 400, 401}
    each.work(seconds=5)
    assert each.state(each.parcel_) == before == ("booked", "offered", "packed")
    assert len(each.standin.orders) == 1


def test_too_large_a_body_is_refused(hub, client):
    assert client.post(DOOR, data=b"x" * 300_000, headers={"Content-Type": "application/json"}).status_code == 413
    assert count(CourierNotice) == 0
