"""Figures are sums of the ledger: what opens, comes and goes adds up to what is there."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from gallery.accounts.permissions import Actor
from gallery.catalog.models import Product, Variant
from gallery.catalog.states import ProductStatus
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory import services
from gallery.inventory.models import StockItem
from gallery.inventory.services import Pick, Wanted
from gallery.inventory.states import MovementReason
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from gallery.payments import services as payments
from gallery.payments.models import Payment
from gallery.reporting import queries
from gallery.reporting.queries import Period
from tests.factories.checkout import make_placed_order
from tests.factories.counter import make_desk, make_sale, on_shelf
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock

ACTOR = Actor.system()


@pytest.fixture
def today(app):
    return clock.today()


@pytest.fixture
def traded(today):
    """One article with a month of everything: (business id, gallery id, other gallery id)."""
    goods, place, other = make_goods(price_idr=10_000), make_gallery_place(), make_gallery_place(BELITUNG)
    with clock.at(clock.now() - timedelta(days=40)):
        item = make_stock(goods.variant_id, place.id, 100, expires_on=today + timedelta(days=5))
    with clock.at(clock.now() - timedelta(days=3)), transaction() as session:
        services.sell(session, place.id, [Pick(goods.variant_id, 7)], document="sale:a", actor=ACTOR)
    with transaction() as session:
        services.reserve(session, "order:x", [Wanted(goods.variant_id, place.id, 4)], expires_at=None)
    with transaction() as session:
        services.consume(session, "order:x", place_id=place.id, actor=ACTOR)
    with transaction() as session:
        services.take_back(session, "order:x", place_id=place.id, actor=ACTOR)
    for delta, reason in (
        (-10, MovementReason.OWNER_RETURN),
        (-2, MovementReason.DAMAGED),
        (-1, MovementReason.LOST),
        (3, MovementReason.COUNT_CORRECTION),
    ):
        with transaction() as session:
            services.adjust(session, item, delta, reason=reason, actor=ACTOR)
    with transaction() as session:
        services.receive(session, goods.variant_id, place.id, 20, actor=ACTOR)
        way = services.on_the_way_to(session, other.gallery_id).id
    with transaction() as session:
        services.move_pieces(session, item, way, 15, document="transfer:a", request_key="t", actor=ACTOR)
    return goods.business_id, place.gallery_id, other.gallery_id


def test_each_piece_is_in_exactly_one_column(traded, today):
    business, gallery, other = traded
    period = Period(today - timedelta(days=29), today)
    here, way = sorted(queries.piece_flows(db.session(), period, businesses=[business]), key=lambda f: f.is_on_the_way)
    assert (here.opening, here.received, here.sold_at_counter, here.sold_online, here.came_back) == (100, 20, 7, 4, 4)
    assert (here.returned, here.written_off, here.moved, here.corrected, here.closing) == (10, 3, -15, 3, 88)
    assert (way.is_on_the_way, way.moved, way.closing) == (True, 15, 15)
    for f in (here, way):
        came = f.opening + f.received + f.came_back + f.moved + f.corrected
        assert came - f.sold_at_counter - f.sold_online - f.returned - f.written_off == f.closing
    assert here.closing + way.closing == db.session.scalar(select(func.sum(StockItem.on_hand)))
    assert [f.place_id for f in queries.piece_flows(db.session(), period, galleries=[gallery])] == [here.place_id]
    assert [f.is_on_the_way for f in queries.piece_flows(db.session(), period, galleries=[other])] == [True]


def test_another_owners_goods_are_not_shown(traded, today):
    stranger = make_goods("Madu").business_id
    assert queries.piece_flows(db.session(), Period(today, today), businesses=[stranger]) == []


def test_a_period_before_the_first_piece_is_empty(traded, today):
    long_ago = today - timedelta(days=300)
    assert queries.piece_flows(db.session(), Period(long_ago, long_ago), businesses=[traded[0]]) == []


def test_every_day_has_its_sales_by_channel(traded, today):
    days = queries.daily_sales(db.session(), [traded[1]], Period(today - timedelta(days=4), today))
    assert [(d.counter_pieces, d.online_pieces) for d in days] == [(0, 0), (7, 0), (0, 0), (0, 0), (0, 4)]
    assert (days[1].counter_idr, days[4].online_idr) == (70_000, 40_000)


def test_sales_of_a_day_keep_the_prices_of_that_day(today):
    desk = make_desk()
    goods, _ = on_shelf(desk, price_idr=45_000)
    make_sale(desk, (goods, 2))
    order = make_placed_order(quantity=3)
    payment, parcel = db.session.query(Payment).one().id, db.session.query(Parcel).one()
    parcel_id, gallery_id, price = parcel.id, parcel.place.gallery_id, order.lines[0].price_idr
    with transaction() as session:
        payments.verify(session, payment, actor=ACTOR)
        orders.pack_parcel(session, parcel_id, actor=ACTOR)
        orders.hand_over_parcel(session, parcel_id, actor=ACTOR)
        session.query(Variant).update({"price_idr": 99_000})
    (counter,) = queries.daily_sales(db.session(), [desk.gallery_id], Period(today, today))
    (online,) = queries.daily_sales(db.session(), [gallery_id], Period(today, today))
    assert (counter.counter_pieces, counter.counter_idr) == (2, 90_000)
    assert (online.online_pieces, online.online_idr) == (3, 3 * price)


def test_the_value_on_the_shelf_is_that_of_pieces_in_the_gallery(traded):
    assert [(s.pieces, s.value_idr) for s in queries.value_by_owner(db.session(), [traded[1]])] == [(88, 880_000)]
    assert [(s.name, s.pieces) for s in queries.value_by_district(db.session(), None)] == [("Kota Pangkalpinang", 88)]


def test_expiring_pieces_are_in_one_bucket(traded):
    pieces = {b.within_days: b.pieces for b in queries.expiry_ahead(db.session(), [traded[1]])}
    assert pieces == {0: 0, 7: 68, 14: 0, 30: 0, 60: 0, 90: 0}


def test_cover_and_sell_through_follow_from_sales(traded, today):
    fast, slow = queries.pace(db.session(), [traded[1]])
    assert [(row.on_hand, row.sold, row.cover_days) for row in fast] == [(88, 11, 240)]
    assert slow == []
    shares = queries.sell_through(db.session(), [traded[1]], Period(today - timedelta(days=89), today))
    assert [(sold, held) for _, sold, held in shares] == [(11, 88)]


def test_what_never_sold_is_slow(today):
    goods, place = make_goods("Madu", price_idr=50_000), make_gallery_place()
    make_stock(goods.variant_id, place.id, 3)
    fast, slow = queries.pace(db.session(), [place.gallery_id])
    assert (fast, [(row.product_name, row.value_idr) for row in slow]) == ([], [("Madu", 150_000)])


def test_days_are_those_of_the_province(app):
    goods, place = make_goods(), make_gallery_place()
    make_stock(goods.variant_id, place.id, 9)
    late = Period(date(2026, 3, 1), date(2026, 3, 1)).starts_at + timedelta(minutes=1)  # 17.01 UTC of the day before
    with clock.at(late), transaction() as session:
        services.sell(session, place.id, [Pick(goods.variant_id, 2)], document="sale:n", actor=ACTOR)
    days = queries.daily_sales(db.session(), None, Period(date(2026, 2, 28), date(2026, 3, 1)))
    assert [d.counter_pieces for d in days] == [0, 2]


def test_goods_that_the_site_does_not_show_yet_are_counted_too(today):
    goods, place = make_goods("Madu", price_idr=50_000, status=ProductStatus.DRAFT), make_gallery_place()
    with transaction() as session:
        session.get(Product, goods.product_id).published_revision_id = None
    make_stock(goods.variant_id, place.id, 3)
    flows = queries.piece_flows(db.session(), Period(today, today), businesses=[goods.business_id])
    assert [(flow.product_name, flow.received, flow.closing) for flow in flows] == [("Madu", 3, 3)]
    assert [row.on_hand for row in queries.pace(db.session(), [place.gallery_id])[1]] == [3]
