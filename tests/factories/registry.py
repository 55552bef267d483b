"""Businesses with an owner."""

from itertools import count

from gallery.core.db import transaction
from gallery.registry.models import Business, Person
from tests.factories.regions import DISTRICT, make_regions

_n = count(1)


def make_business(**given) -> Business:
    make_regions()
    number = next(_n)
    owner = given.pop("owner", None) or Person(name=f"Pemilik {number}", phone=f"+62813000{number:05}")
    values = {
        "name": f"Usaha {number}",
        "slug": f"usaha-{number}",
        "owner": owner,
        "district_code": DISTRICT,
        "phone": f"+62813000{number:05}",
    } | given
    with transaction() as session:
        session.add(business := Business(**values))
    return business
