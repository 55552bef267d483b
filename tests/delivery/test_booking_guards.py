"""What a courier's order is guarded against: the wrong parcel, a price nobody allowed, closed doors, a second order."""

import pytest

from gallery.core.db import transaction
from gallery.core.errors import NotFoundError
from gallery.delivery import services
from gallery.delivery.states import ShipmentStatus
from gallery.jobs.delivery import rules
from tests.factories.delivery import SYSTEM, an_update


def wanted(hub, **given):
    """A parcel whose courier is to be called, and its attempt; nobody has called yet."""
    parcel = hub.parcel(**given)
    with transaction() as session:
        shipment_id = services.want_booking(session, parcel.id, rules(), actor=SYSTEM).shipment_id
    return parcel, shipment_id


def test_staff_speak_about_the_parcel_they_mean_also_before_its_courier_is_booked(biteship):
    (first, _), (meant, shipment_id) = wanted(biteship), wanted(biteship)
    with transaction() as session:
        services.override(session, shipment_id, ShipmentStatus.PICKED_UP, note="Kurir menelepon", actor=SYSTEM)
    assert biteship.state(meant)[1:] == ("picked_up", "handed_over")
    assert biteship.state(first) == ("wanted", "offered", "packed")


def test_a_message_without_a_reference_is_about_no_parcel(biteship):
    parcel, _shipment_id = wanted(biteship)
    shipment = biteship.booking(parcel).shipment
    assert shipment.booking_ref == ""
    with pytest.raises(NotFoundError), transaction() as session:
        services.apply_update(session, an_update(shipment, ShipmentStatus.PICKED_UP), actor=SYSTEM)
    assert biteship.state(parcel) == ("wanted", "offered", "packed")
