"""Weight, size, kind and worth of goods decide which services are offered at all."""

import pytest

from gallery.catalog.states import ShippingClass
from gallery.delivery.limits import Load, box_of, limit_of

C = ShippingClass


@pytest.mark.parametrize(
    ("service", "load", "taken"),
    [
        ("biteship:gojek.instant", Load(20_000), True),
        ("biteship:gojek.instant", Load(20_001), False),
        ("lalamove:MOTORCYCLE", Load(900, classes=frozenset({C.FRAGILE, C.LIQUID, C.FROZEN, C.READY_TO_EAT})), True),
        ("lalamove:MOTORCYCLE", Load(900, classes=frozenset({C.BULKY})), False),
        ("lalamove:MPV", Load(90_000, classes=frozenset({C.BULKY})), True),
        ("grab_express:INSTANT", Load(900, classes=frozenset({C.ALCOHOL})), False),
        ("grab_express:INSTANT", Load(900, 10_000_001), False),
        ("grab_express:INSTANT", Load(900, size_cm=(50, 70, 50)), True),
        ("grab_express:INSTANT", Load(900, size_cm=(71, 10, 10)), False),
        ("biteship:jne.reg", Load(900, classes=frozenset({C.LIQUID, C.FRAGILE})), True),
        ("biteship:jne.yes", Load(900, classes=frozenset({C.LIQUID})), False),
        ("biteship:jne.reg", Load(900, classes=frozenset({C.READY_TO_EAT})), False),
        ("biteship:unheard_of.new", Load(50_001), False),
        ("expedition:JNE REG", Load(900, classes=frozenset({C.FROZEN})), False),
        ("local_rider", Load(900, 90_000_000, frozenset({C.FROZEN, C.BULKY})), True),
        ("pickup", Load(900_000, 90_000_000, frozenset(ShippingClass)), True),
    ],
)
def test_what_a_service_takes(service, load, taken):
    assert limit_of(service).takes(load) is taken


@pytest.mark.parametrize(
    ("service", "is_instant"),
    [
        ("biteship:grab.instant", True),
        ("lalamove:VAN", True),
        ("grab_express:INSTANT", True),
        ("local_rider", True),
        ("biteship:jnt.ez", False),
        ("expedition:JNE REG", False),
        ("pickup", False),
    ],
)
def test_only_riders_are_instant(service, is_instant):
    assert limit_of(service).is_instant is is_instant


def test_a_box_holds_its_pieces_side_by_side():
    assert box_of([((10, 20, 5), 1)]) == (20, 10, 5)
    assert box_of([((10, 20, 5), 4), ((30, 4, 2), 1)]) == (30, 15, 10)
    assert box_of([((10, 20, 5), 1), (None, 1)]) is None
    assert box_of([]) is None
