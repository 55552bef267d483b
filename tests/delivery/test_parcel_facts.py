"""What couriers are told about the goods: the same when they are asked for a price and when they are called."""

import pytest
from sqlalchemy import select

from gallery.catalog.models import Category, ProductRevision, Variant
from gallery.catalog.states import ShippingClass
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.delivery.courier import FRAGILE, Location, QuoteRequest
from gallery.delivery.limits import Load
from gallery.delivery.queries import quotes
from gallery.delivery.queries.bookings import load_of, request_for
from gallery.delivery.queries.online import way_of
from gallery.delivery.states import Courier
from gallery.delivery.tariffs import Point
from gallery.orders import services as orders
from tests.factories.delivery import SYSTEM, make_parcel
from tests.factories.inventory import PANGKALPINANG, make_gallery_place


def measure(*sides_mm):
    with transaction() as session:
        for variant in session.scalars(select(Variant)):
            variant.length_mm, variant.width_mm, variant.height_mm = sides_mm


def test_a_parcel_is_as_large_as_its_pieces(app):
    parcel_id = make_parcel().id
    assert load_of(db.session(), parcel_id).size_cm is None
    measure(141, 120, 61)
    assert load_of(db.session(), parcel_id).size_cm == (15, 14, 12)


@pytest.mark.parametrize(("slug", "category"), [("bumbu-dapur", "food_and_drink"), ("kerajinan", None)])
def test_a_price_is_asked_for_what_is_ordered(biteship, slug, category):
    place_id = make_gallery_place().id
    parcel = biteship.parcel(place_id=place_id, packed=False)
    with transaction() as session:
        session.scalars(select(Category)).one().slug = slug
    found = quotes(
        db.session(),
        loads={place_id: load_of(db.session(), parcel.id)},
        village_code=PANGKALPINANG,
        at=clock.now(),
        online=[Courier.BITESHIP],
    )
    (asked,) = found[place_id].asks
    biteship.gateway.quote(asked.request)
    with transaction() as session:
        orders.pack_parcel(session, parcel.id, actor=SYSTEM)
    biteship.work()
    sent = [
        call.data["items"][0].get("category") for kind in ("quote", "book") for call in biteship.standin.calls_of(kind)
    ]
    assert set(sent) == {category}


def test_food_is_asked_about_apart_from_what_weighs_the_same():
    end = Location("19.71.05.1001", "33149", "Bangka", "Bangka", Point(-2.1, 106.1))
    way = QuoteRequest(end, end, 600, clock.now())
    assert way_of(way, Load(600, is_food=True)) != way_of(way, Load(600))


def test_measures_go_with_the_price_and_with_the_order(biteship):
    parcel = biteship.parcel()
    measure(141, 120, 61)
    biteship.work()
    for kind in ("quote", "book"):
        (call,) = biteship.standin.calls_of(kind)
        (item,) = call.data["items"]
        assert [item[side] for side in ("length", "width", "height")] == [15, 14, 12], kind
    assert request_for(db.session(), biteship.booking(parcel)).size_cm == (15, 14, 12)


def test_who_fetches_what_breaks_is_told_so(biteship):
    parcel = biteship.parcel(note="Titip di satpam")
    with transaction() as session:
        session.scalars(select(ProductRevision)).one().shipping_class = ShippingClass.FRAGILE
    biteship.work()
    assert request_for(db.session(), biteship.booking(parcel)).is_fragile
    (call,) = biteship.standin.calls_of("book")
    assert call.data["order_note"] == f"{FRAGILE} Titip di satpam"
