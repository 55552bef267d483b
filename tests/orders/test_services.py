"""From placed to the last parcel: what follows what, and what is refused."""

import pytest
from sqlalchemy import select

from gallery.accounts.permissions import Actor, Scope
from gallery.core.db import db, transaction
from gallery.core.errors import InvalidTransitionError, NotFoundError
from gallery.core.outbox import OutboxMessage
from gallery.core.states import Decision
from gallery.inventory.models import StockItem, StockMovement
from gallery.inventory.queries import audit_stock
from gallery.orders import queries, services
from gallery.orders.errors import OrderUnpaidError
from gallery.orders.models import Order, OrderEvent, Parcel
from gallery.orders.states import EventKind, OrderStatus, ParcelStatus
from gallery.payments import services as payments
from gallery.payments.models import Payment
from gallery.payments.states import PaymentMethod
from tests.factories.checkout import buy, fill_cart, guest, make_bank_account, make_placed_order, send_to
from tests.factories.delivery import make_rider, make_tariff
from tests.factories.inventory import PANGKALPINANG, make_gallery_place, make_goods, make_premises, make_stock

pytestmark = pytest.mark.usefixtures("app")
STAFF = Actor.system()


def run(service, *given, **named):
    with transaction() as session:
        return service(session, *given, **named)


def the(model):
    db.session.rollback()
    return db.session.scalars(select(model).execution_options(populate_existing=True)).one()


def pay():
    run(payments.verify, the(Payment).id, actor=STAFF)


def make_two_parcels() -> list[int]:
    """A paid order whose goods come from a gallery and from an MSME's home; returns the parcels' ids."""
    place, pepper, honey, owner = make_gallery_place().id, make_goods("Lada"), make_goods("Madu"), guest()
    home = make_premises(honey.business_id).id
    make_stock(pepper.variant_id, place, 5)
    make_stock(honey.variant_id, home, 5)
    make_rider("19.71.05")
    for one in (place, home):
        make_tariff(one)
    make_bank_account()
    fill_cart(owner, (pepper, 1), (honey, 1))
    buy(owner, send_to(PANGKALPINANG))
    pay()
    return list(db.session.scalars(select(Parcel.id).order_by(Parcel.id)))


def kinds() -> list[EventKind]:
    return list(db.session.scalars(select(OrderEvent.kind).order_by(OrderEvent.id)))


def test_nothing_is_packed_before_it_is_paid():
    make_placed_order()
    with pytest.raises(OrderUnpaidError):
        run(services.pack_parcel, the(Parcel).id, actor=STAFF)
    assert (the(Parcel).status, kinds()) == (ParcelStatus.TO_PACK, [EventKind.PLACED])


def test_cash_orders_are_packed_but_not_handed_over_before_the_cash():
    make_placed_order(method=PaymentMethod.CASH_AT_PICKUP)
    run(services.pack_parcel, the(Parcel).id, actor=STAFF)
    with pytest.raises(OrderUnpaidError):
        run(services.hand_over_parcel, the(Parcel).id, actor=STAFF)
    run(payments.receive_cash, the(Payment).id, actor=STAFF)
    run(services.hand_over_parcel, the(Parcel).id, actor=STAFF)
    assert the(Parcel).status is ParcelStatus.HANDED_OVER


def test_stock_leaves_with_the_parcel_once():
    make_placed_order(quantity=2, stock=5)
    pay()
    run(services.pack_parcel, the(Parcel).id, actor=STAFF)
    assert (the(StockItem).on_hand, the(StockItem).reserved) == (5, 2)
    answers = [run(services.hand_over_parcel, the(Parcel).id, actor=STAFF) for _ in range(2)]
    assert answers == [Decision.APPLY, Decision.STALE]
    assert (the(StockItem).on_hand, the(StockItem).reserved) == (3, 0)
    sold = db.session.scalars(select(StockMovement).where(StockMovement.pieces < 0)).one()
    assert sold.document == f"order:{the(Order).public_id}"


def test_what_is_not_packed_is_not_handed_over():
    make_placed_order()
    pay()
    with pytest.raises(InvalidTransitionError):
        run(services.hand_over_parcel, the(Parcel).id, actor=STAFF)
    assert audit_stock(db.session()) == []


def test_the_last_parcel_completes_the_order():
    first, second = make_two_parcels()
    for parcel in (first, second):
        run(services.pack_parcel, parcel, actor=STAFF)
        run(services.hand_over_parcel, parcel, actor=STAFF)
    run(services.deliver_parcel, first, actor=STAFF)
    assert the(Order).status is OrderStatus.PAID
    run(services.deliver_parcel, second, actor=STAFF)
    assert the(Order).status is OrderStatus.COMPLETED
    topics = db.session.scalars(select(OutboxMessage.topic)).all()
    assert topics.count("order.completed") == 1


def test_one_parcel_back_and_one_delivered_is_completed_all_back_is_cancelled():
    first, second = make_two_parcels()
    for parcel in (first, second):
        for step in (services.pack_parcel, services.hand_over_parcel):
            run(step, parcel, actor=STAFF)
    for step in (services.fail_parcel, services.return_parcel):
        run(step, first, actor=STAFF)
    assert the(Order).status is OrderStatus.PAID
    for step in (services.fail_parcel, services.return_parcel):
        run(step, second, actor=STAFF)
    assert the(Order).status is OrderStatus.CANCELLED
    assert db.session.scalars(select(StockItem.on_hand)).all() == [5, 5]
    assert audit_stock(db.session()) == []


def test_a_failed_parcel_goes_out_again_without_leaving_the_stock_twice():
    make_placed_order(quantity=2, stock=5)
    pay()
    steps = ("pack_parcel", "hand_over_parcel", "fail_parcel", "hand_over_parcel", "deliver_parcel")
    for step in steps:
        run(getattr(services, step), the(Parcel).id, actor=STAFF)
    assert (the(Order).status, the(StockItem).on_hand) == (OrderStatus.COMPLETED, 3)
    assert kinds() == [
        EventKind.PLACED,
        EventKind.PAID,
        EventKind.PACKED,
        EventKind.HANDED_OVER,
        EventKind.FAILED,
        EventKind.HANDED_OVER,
        EventKind.DELIVERED,
        EventKind.COMPLETED,
    ]


def test_a_paid_order_can_not_expire():
    make_placed_order()
    pay()
    with pytest.raises(InvalidTransitionError):
        run(services.expire, the(Order).id, actor=STAFF)
    assert the(Order).status is OrderStatus.PAID


def test_an_order_is_seen_where_it_is_packed_or_fetched():
    make_two_parcels()
    gallery_id = db.session.scalars(select(queries.Place.gallery_id).where(queries.Place.gallery_id.is_not(None))).one()
    business_id = db.session.scalars(
        select(queries.Place.business_id).where(queries.Place.business_id.is_not(None))
    ).one()

    def seen(**scope):
        found = select(Order.id).where(queries.order_in_scope(Scope(**scope)))
        return len(db.session.scalars(found).all())

    assert seen(everything=True) == 1
    assert seen(galleries=frozenset({gallery_id})) == 1
    assert seen(businesses=frozenset({business_id})) == 1
    assert seen(galleries=frozenset({gallery_id + 1})) == 0
    assert seen() == 0


def test_unknown_parcels_and_orders_do_not_exist():
    with pytest.raises(NotFoundError):
        run(services.pack_parcel, 999, actor=STAFF)
    with pytest.raises(NotFoundError):
        queries.order_page(db.session(), "nope")
