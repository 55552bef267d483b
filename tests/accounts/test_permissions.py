import pytest

from gallery.accounts.permissions import PERMISSIONS, SCOPE_OF_ROLE, Actor, Grant, Scope
from gallery.accounts.states import Role


def test_a_guest_may_nothing_and_the_system_everything():
    assert [name for name in PERMISSIONS if Actor.anonymous().can(name)] == []
    assert [name for name in PERMISSIONS if not Actor.system().can(name)] == []
    assert Actor.system().scope("order.view").everything


def test_scopes_of_several_grants_are_united_per_permission():
    actor = Actor(
        1,
        "Rina",
        (
            Grant(Role.GALLERY_STAFF, gallery_id=1),
            Grant(Role.SELLER, business_id=5),
            Grant(Role.DISTRICT_OFFICER, district_code="19.01"),
        ),
    )
    assert actor.scope("order.pack") == Scope(galleries=frozenset({1}), businesses=frozenset({5}))
    assert actor.scope("stock.view") == Scope(
        districts=frozenset({"19.01"}), galleries=frozenset({1}), businesses=frozenset({5})
    )
    assert actor.scope("review.decide").is_empty
    assert actor.label == "district_officer+gallery_staff+seller"


def test_a_role_that_acts_everywhere_gives_everything():
    assert Actor(1, "", (Grant(Role.PROVINCE_OFFICER),)).scope("product.edit").everything
    assert Role.PROVINCE_OFFICER not in SCOPE_OF_ROLE


def test_nobody_reviews_what_districts_and_sellers_submit_but_the_province():
    """Separation of duties (SECURITY R22)."""
    assert PERMISSIONS["review.decide"] == {Role.PROVINCE_OFFICER}
    assert Role.PROVINCE_OFFICER not in PERMISSIONS["order.pack"]


def test_an_unknown_permission_is_a_mistake_in_the_code():
    with pytest.raises(KeyError):
        Actor.system().can("stok.ubah")
