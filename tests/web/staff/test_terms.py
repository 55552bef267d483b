"""Terms on screen: for all owners or one, from a day on; the history stays."""

import pytest

from gallery.consignment.models import Terms
from gallery.core.db import db
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.consignment import in_days
from tests.factories.inventory import make_business, make_gallery_place

ROOT = "/petugas/titipan/ketentuan/"


@pytest.fixture
def gallery_id(app):
    return make_gallery_place().gallery_id


@pytest.fixture
def manager(app, gallery_id):
    return signed_in(app, make_user("gallery_manager", gallery_id=gallery_id))


def agree(manager, gallery_id, business=None, **given):
    form = {
        "gallery": gallery_id,
        "valid_from": in_days(0).isoformat(),
        "basis": "commission",
        "commission": "7,5",
        "payment_period": "monthly",
        "min_days": "60",
        "min_life": "50",
        "take_off_days": "14",
        "return_days": "90",
        "collect_days": "14",
        "loss_bearer": "owner",
    } | given
    page = f"{ROOT}baru" + (f"?umkm={business.public_id}" if business else "")
    return manager.post(page, form, page=page)


def test_terms_for_one_owner_are_kept_with_their_history(manager, gallery_id):
    business = make_business()
    assert agree(manager, gallery_id).status_code == 303
    assert agree(manager, gallery_id, business, commission="0").status_code == 303
    assert agree(manager, gallery_id, business, basis="price", commission="").status_code == 303
    rows = [(row.business_id, row.commission_bps) for row in db.session.query(Terms).order_by(Terms.id)]
    assert rows == [(None, 750), (business.id, 0), (business.id, None)]
    shown = manager.get(ROOT).get_data(as_text=True)
    for part in ("komisi 7,5%", "komisi 0%", "harga titip", "riwayat", business.name):
        assert part in shown, part
    assert shown.count("berlaku</span>") == 2


@pytest.mark.parametrize(
    "given",
    [
        {"valid_from": in_days(-1).isoformat()},
        {"commission": ""},
        {"commission": "101"},
        {"commission": "-1"},
        {"min_days": "x"},
        {"loss_bearer": "nobody"},
    ],
)
def test_wrong_terms_are_refused(manager, gallery_id, given):
    assert agree(manager, gallery_id, **given).status_code == 422
    assert db.session.query(Terms).count() == 0


def test_a_manager_agrees_for_the_own_gallery_alone(app, manager, gallery_id):
    other = make_gallery_place().gallery_id
    assert agree(manager, other).status_code == 422
    staff = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    assert staff.get(ROOT).status_code == 403


def test_the_list_costs_the_same_for_any_length(manager, gallery_id, count_queries):
    for _ in range(3):
        agree(manager, gallery_id, make_business())
    with count_queries() as queries:
        manager.get(ROOT)
    assert queries.count <= 5
