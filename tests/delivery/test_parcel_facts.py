"""What couriers are told about the goods: the same when they are asked for a price and when they are called."""

from sqlalchemy import select

from gallery.catalog.models import Variant
from gallery.core.db import db, transaction
from gallery.delivery.queries.bookings import load_of, request_for
from tests.factories.delivery import make_parcel


def measure(*sides_mm):
    with transaction() as session:
        for variant in session.scalars(select(Variant)):
            variant.length_mm, variant.width_mm, variant.height_mm = sides_mm


def test_a_parcel_is_as_large_as_its_pieces(app):
    parcel_id = make_parcel().id
    assert load_of(db.session(), parcel_id).size_cm is None
    measure(141, 120, 61)
    assert load_of(db.session(), parcel_id).size_cm == (15, 14, 12)


def test_measures_go_with_the_price_and_with_the_order(biteship):
    parcel = biteship.parcel()
    measure(141, 120, 61)
    biteship.work()
    for kind in ("quote", "book"):
        (call,) = biteship.standin.calls_of(kind)
        (item,) = call.data["items"]
        assert [item[side] for side in ("length", "width", "height")] == [15, 14, 12], kind
    assert request_for(db.session(), biteship.booking(parcel)).size_cm == (15, 14, 12)
