"""From cash at a rider to a receipt, and who sees it."""

import io
import re
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from gallery.accounts.models import Gallery
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.delivery.models import Rider
from gallery.payments.models import Payment, Remittance
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import make_collected, make_rider
from tests.factories.inventory import BELITUNG, make_gallery_place
from tests.printed import pdf_text

LIST = "/petugas/setoran-kurir/"
KEY = re.compile(r'name="request_key" value="([^"]+)"|name="request_key" type="hidden" value="([^"]+)"')


class World:
    def __init__(self, app):
        place = make_gallery_place()
        self.app, self.place_id, self.gallery_id = app, place.id, place.gallery_id
        rider = make_rider(gallery_id=self.gallery_id, name="Hendra Saputra")
        self.rider_id, self.page = rider.id, f"{LIST}kurir/{rider.public_id}"
        with clock.at(clock.now() - timedelta(days=3)):
            self.old = make_collected(self.rider_id, self.place_id).public_id
        self.new = make_collected(self.rider_id, self.place_id).public_id
        self.staff = signed_in(app, make_user("gallery_staff", gallery_id=self.gallery_id))

    def send(self, *ticked, key="kunci", counted="y", person=None):
        form = {"pembayaran": list(ticked), "gallery": self.gallery_id, "request_key": key, "counted": counted}
        return (person or self.staff).post(self.page, form, page=self.page)


@pytest.fixture
def world(app):
    return World(app)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def made():
    db.session.rollback()
    return db.session.query(Remittance).all()


def test_who_has_what_is_listed_and_called_out(world):
    page = text(world.staff.get(LIST))
    assert "Hendra Saputra" in page
    assert "Rp205.000" in page
    assert "Lewat 2 hari" in page
    assert "<b>1</b><span>kurir membawa uang lebih dari 2 hari" in text(world.staff.get("/petugas/"))


@pytest.mark.parametrize("is_kept_by_gallery", [True, False])
def test_the_safe_of_the_gallery_that_sent_the_parcel_is_proposed(world, is_kept_by_gallery):
    """Whoever may choose among all galleries does not begin with the first of the alphabet."""
    make_gallery_place(BELITUNG, name="Galeri Awal Abjad")
    with transaction() as session:
        session.get_one(Rider, world.rider_id).gallery_id = world.gallery_id if is_kept_by_gallery else None
    officer = signed_in(world.app, make_user("province_officer"))
    assert f'<option selected value="{world.gallery_id}">' in text(officer.get(world.page))


def test_all_is_received_with_a_receipt(world):
    page = text(world.staff.get(world.page))
    assert page.count('name="pembayaran"') == page.count("checked") == 2
    answer = world.send(world.old, world.new)
    assert answer.status_code == 303
    again = world.send(world.old, world.new)
    assert (again.status_code, again.location) == (303, answer.location)
    (remittance,) = made()
    assert (remittance.amount_idr, remittance.gallery_id) == (205_000, world.gallery_id)
    shown = text(world.staff.get(answer.location))
    assert remittance.number in shown
    assert "Hendra Saputra" in shown
    paper = pdf_text(world.staff.get(f"{answer.location}/tanda-terima.pdf").data)
    assert "dua ratus lima ribu rupiah" in paper
    assert remittance.number in paper
    rest = text(world.staff.get(LIST))
    assert "Tidak ada uang pada kurir" in rest
    assert remittance.number in rest
    assert "Semuanya sudah disetor" in text(world.staff.get(world.page))


def test_a_part_is_received_and_what_is_wrong_is_said(world):
    nothing = world.send()
    assert (nothing.status_code, "Centang dulu pesanan" in text(nothing)) == (422, True)
    uncounted = world.send(world.new, counted="")
    assert uncounted.status_code == 422
    assert "Terima dan hitung uangnya dulu" in text(uncounted)
    assert text(uncounted).count("checked") == 1
    assert world.send("nichts").status_code == 404
    assert made() == []
    assert world.send(world.new).status_code == 303
    second = world.send(world.new, key="lain")
    assert second.status_code == 409
    assert "Sebagian uang ini sudah disetor" in text(second)
    assert [row.amount_idr for row in made()] == [102_500]


def test_the_lists_are_workbooks(world):
    def sheet(address):
        data = world.staff.get(address).data
        return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()

    assert sheet(f"{LIST}?unduh=pada-kurir")[1][2:4] == [2, 205_000]
    world.send(world.old, world.new)
    assert len(sheet(f"{LIST}?unduh=pada-kurir")) == 1
    rows = sheet(f"{LIST}?unduh=xlsx")
    assert (rows[1][0], rows[1][5]) == (made()[0].number, 205_000)


def test_another_gallery_sees_nothing_of_it(world):
    world.send(world.old)
    public_id = made()[0].public_id
    other = signed_in(world.app, make_user("gallery_manager", gallery_id=make_gallery_place().gallery_id))
    assert "Hendra" not in text(other.get(LIST))
    for address in (world.page, LIST + public_id, f"{LIST}{public_id}/tanda-terima.pdf"):
        assert other.get(address).status_code == 404
    assert other.post(world.page, {"pembayaran": world.new}, page=LIST).status_code == 404
    province = signed_in(world.app, make_user("province_officer"))
    assert "Hendra" in text(province.get(LIST))
    names = [row.name for row in db.session.query(Gallery)]
    assert all(name in text(province.get(world.page)) for name in names)


def test_the_page_asks_little_of_the_database(world, count_queries):
    for _ in range(3):
        make_collected(make_rider(gallery_id=world.gallery_id).id, world.place_id)
    world.send(world.old)
    db.session.rollback()
    with count_queries() as queries:
        world.staff.get(LIST)
    assert queries.count <= 6
    with count_queries() as queries:
        world.staff.get(world.page)
    assert queries.count <= 7
    assert db.session.query(Rider).count() == 4
    assert db.session.query(Payment).count() == 5
