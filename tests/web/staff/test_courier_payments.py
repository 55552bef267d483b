"""What couriers are owed on screen, and a payment that is noted."""

import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from gallery.core import clock
from gallery.core.db import db
from gallery.settlement.models import CourierPayment
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.checkout import make_bank_account
from tests.factories.delivery import make_collected, make_rider
from tests.factories.inventory import make_gallery_place
from tests.factories.settlement import post

LIST = "/petugas/pembayaran-kurir/"


class World:
    def __init__(self, app):
        place = make_gallery_place()
        self.app, self.gallery_id, place_id = app, place.gallery_id, place.id
        self.rider_id = make_rider(gallery_id=self.gallery_id, name="Hendra Saputra").id
        self.page = f"{LIST}bayar/rider:{self.rider_id}"
        make_collected(self.rider_id, place_id)
        self.account_id = make_bank_account().id
        post()
        self.manager = signed_in(app, make_user("gallery_manager", gallery_id=self.gallery_id))

    def send(self, **changes):
        form = {
            "amount": "12.500",
            "purse": f"brankas:{self.gallery_id}",
            "paid_on": clock.today().isoformat(),
            "request_key": "kunci",
            "note": "",
        }
        return self.manager.post(self.page, form | changes, page=self.page)


@pytest.fixture
def world(app):
    return World(app)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def made():
    db.session.rollback()
    return db.session.query(CourierPayment).all()


def test_a_rider_is_paid_once_however_often_it_is_sent(world):
    page = text(world.manager.get(LIST))
    assert "Hendra Saputra" in page
    assert "Rp12.500" in page
    assert world.page in page
    assert 'value="12.500"' in text(world.manager.get(world.page))
    assert world.send().status_code == world.send().status_code == 303
    (payment,) = made()
    assert (payment.amount_idr, payment.gallery_id, payment.bank_account_id) == (12_500, world.gallery_id, None)
    page = text(world.manager.get(LIST))
    assert payment.number in page
    assert world.page not in page
    more = world.send(request_key="lain", amount="1")
    assert more.status_code == 409
    assert "lebih besar daripada yang harus dibayar" in text(more)
    assert len(made()) == 1


def test_what_is_wrong_is_said_and_what_was_typed_stays(world):
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    for changes, sentence in (
        ({"amount": ""}, "Tulis jumlahnya dalam rupiah."),
        ({"amount": "banyak"}, "misalnya 90.000"),
        ({"amount": "0"}, "lebih dari nol"),
        ({"purse": "brankas:999"}, "Pilih"),
        ({"paid_on": tomorrow}, "Tanggal ini belum tiba"),
        ({"paid_on": "kemarin"}, "tanggal"),
    ):
        answer = world.send(note="dari kas", **changes)
        assert answer.status_code == 422, changes
        assert sentence in text(answer), changes
        assert 'value="dari kas"' in text(answer)
    assert made() == []


def test_by_transfer_and_as_a_workbook(world):
    assert world.send(purse=f"rekening:{world.account_id}", amount="10rb").status_code == 303
    assert (made()[0].amount_idr, made()[0].bank_account_id) == (10_000, world.account_id)

    def sheet(what):
        data = world.manager.get(f"{LIST}?unduh={what}").data
        return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()

    assert sheet("utang")[1] == ["Hendra Saputra", 2_500, 10_000]
    assert sheet("xlsx")[1][2:4] == ["Hendra Saputra", 10_000]


def test_another_gallery_does_not_pay_this_rider(world):
    other = signed_in(world.app, make_user("gallery_manager", gallery_id=make_gallery_place().gallery_id))
    assert "Hendra" not in text(other.get(LIST))
    assert other.get(world.page).status_code == 404
    assert signed_in(world.app, make_user("province_officer")).get(world.page).status_code == 200
    staff = signed_in(world.app, make_user("gallery_staff", gallery_id=world.gallery_id))
    assert staff.get(LIST).status_code == 403


def test_the_page_asks_little_of_the_database(world, count_queries):
    world.send()
    db.session.rollback()
    with count_queries() as queries:
        world.manager.get(LIST)
    assert queries.count <= 6
