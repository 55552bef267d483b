"""Accounts that can sign in, galleries and offices."""

from functools import lru_cache
from itertools import count

from gallery.accounts import passwords
from gallery.accounts.models import Gallery, Office, RoleGrant, User
from gallery.accounts.passwords import hash_password
from gallery.accounts.states import OfficeKind, Role
from gallery.core.db import transaction
from tests.browser import PASSWORD
from tests.factories.regions import VILLAGE, make_regions

_n = count(1)


@lru_cache(maxsize=2)
def _hash(_hasher: object) -> str:
    return hash_password(PASSWORD)


def make_user(role: Role | str | None = None, **given) -> User:
    """A signed-in-able account; ``district_code``, ``gallery_id``, ``business_id``, ``office_id`` go to its grant."""
    number = next(_n)
    scope = {key: given.pop(key) for key in ("district_code", "gallery_id", "business_id", "office_id") if key in given}
    values = {
        "name": f"Orang {number}",
        "email": f"orang{number}@example.id",
        "phone": f"+62812000{number:05}",
        "password_hash": _hash(passwords._hasher),
    } | given
    if scope.get("district_code"):
        make_regions()
    with transaction() as session:
        user = User(**values)
        if role is not None:
            user.grants = [RoleGrant(role=Role(role), **scope)]
        session.add(user)
    return user


def make_gallery(**given) -> Gallery:
    make_regions()
    number = next(_n)
    values = {
        "code": f"G{number}",
        "name": f"Galeri PLUT {number}",
        "village_code": VILLAGE,
        "address": "Jl. Pulau Pelepas 1",
        "phone": "+628120000001",
        "opening_hours": "Senin-Jumat 08.00-16.00",
    } | given
    with transaction() as session:
        session.add(gallery := Gallery(**values))
    return gallery


def make_office(**given) -> Office:
    make_regions()
    number = next(_n)
    values = {
        "kind": OfficeKind.OPD,
        "name": f"Dinas Contoh {number}",
        "short": f"DC{number}",
        "district_code": VILLAGE[:5],
        "village_code": VILLAGE,
        "address": "Kompleks Perkantoran Air Itam",
    } | given
    with transaction() as session:
        session.add(office := Office(**values))
    return office
