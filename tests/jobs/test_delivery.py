from gallery.core import outbox
from gallery.core.db import db, transaction
from gallery.delivery.models import Shipment
from gallery.delivery.states import ShipmentStatus as S
from gallery.orders import services as orders
from gallery.orders.states import CancelReason
from tests.factories.delivery import SYSTEM, make_parcel, make_shipment


def test_a_rider_who_was_asked_is_out_of_a_cancelled_order(app):
    parcel = make_parcel()
    shipment_id = make_shipment(parcel, S.ACCEPTED).id
    other_id = make_shipment().id
    with transaction() as session:
        orders.cancel(session, parcel.order_id, reason=CancelReason.OTHER, by_buyer=False, actor=SYSTEM)
    outbox.drain()
    db.session.rollback()
    assert db.session.get(Shipment, shipment_id, populate_existing=True).status is S.CANCELLED
    assert db.session.get(Shipment, other_id, populate_existing=True).status is S.OFFERED
