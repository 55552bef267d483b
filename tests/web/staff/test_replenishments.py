"""Requests for more, for galleries and districts."""

import pytest

from gallery.accounts.permissions import Actor
from gallery.consignment.models import ReplenishmentRequest
from gallery.consignment.services import replenish
from gallery.consignment.states import ReplenishmentStatus
from gallery.core.db import db, transaction
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods


@pytest.fixture
def gallery_id(app) -> int:
    return make_gallery_place().gallery_id


def ask(gallery_id: int, name: str = "Lada Putih") -> str:
    goods = make_goods(name)
    with transaction() as session:
        return replenish.ask_goods(session, gallery_id, goods.variant_id, 6, actor=Actor.system()).public_id


def test_a_district_answers_for_its_makers(app, gallery_id):
    public_id = ask(gallery_id)
    officer = signed_in(app, make_user("district_officer", district_code="19.71"))
    page = f"/petugas/titipan/permintaan/{public_id}"
    assert officer.post(f"{page}/jawab", {"answer": "Kamis 6"}, page=page).status_code == 303
    assert db.session.query(ReplenishmentRequest).one().status is ReplenishmentStatus.ANSWERED
    stranger = signed_in(app, make_user("district_officer", district_code="19.02"))
    assert stranger.get(page).status_code == 404


def test_what_is_closed_is_not_answered(app, gallery_id):
    public_id = ask(gallery_id)
    row_id = db.session.query(ReplenishmentRequest).one().id
    with transaction() as session:
        replenish.close_goods(session, row_id, actor=Actor.system())
    officer = signed_in(app, make_user("district_officer", district_code="19.71"))
    page = f"/petugas/titipan/permintaan/{public_id}"
    assert officer.post(f"{page}/jawab", {"answer": "Kamis 6"}, page=page).status_code == 409
    assert db.session.get_one(ReplenishmentRequest, row_id, populate_existing=True).answer == ""


def test_the_list_asks_the_database_no_more_for_more_rows(app, gallery_id, count_queries):
    staff = signed_in(app, make_user("gallery_staff", gallery_id=gallery_id))
    counts = []
    for names in (["Getas"], ["Rusip", "Kretek", "Kemplang"]):
        for name in names:
            ask(gallery_id, name)
        with count_queries() as queries:
            assert names[0] in staff.get("/petugas/titipan/permintaan/").get_data(as_text=True)
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 9, counts
