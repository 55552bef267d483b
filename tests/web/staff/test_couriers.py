"""Settings of online couriers, as the pages show and change them."""

from datetime import timedelta

import pytest

from gallery.accounts.models import Gallery
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.delivery.models import CourierHealth, GalleryCourier, PickUpHours
from gallery.delivery.states import Courier
from tests import html
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place

BASE = "/petugas/kurir-daring/"
WEEK = {f"opens_{day}": "08:00" for day in range(5)} | {f"closes_{day}": "16:00" for day in range(5)}


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def gallery(place):
    return db.session.get(Gallery, place.gallery_id)


@pytest.fixture
def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


@pytest.fixture
def province(app):
    return signed_in(app, make_user("province_officer"))


def text(answer):
    return answer.get_data(as_text=True)


def test_a_manager_sets_the_own_gallery_and_not_the_homes(manager, province, gallery):
    gallery_id, page = gallery.id, f"{BASE}tempat/{gallery.public_id}"
    other = make_gallery_place().gallery_id
    other_id = db.session.get(Gallery, other).public_id
    form = {"on_biteship": "y", "itself_biteship": "y", "extra_biteship": "Rp 7.500", **WEEK}
    assert html.read(manager.get(page)).title
    assert manager.post(page, form, page=page).status_code == 303
    uses = {row.courier: row for row in db.session.query(GalleryCourier)}
    assert {courier: (row.is_on, row.books_itself) for courier, row in uses.items()} == {
        Courier.BITESHIP: (True, True),
        Courier.LALAMOVE: (False, False),
        Courier.GRAB_EXPRESS: (False, False),
    }
    assert (uses[Courier.BITESHIP].max_extra_idr, uses[Courier.BITESHIP].gallery_id) == (7_500, gallery_id)
    hours = [(row.weekday, row.opens_min, row.closes_min) for row in db.session.query(PickUpHours)]
    assert sorted(hours) == [(day, 480, 960) for day in range(5)]
    shown = text(manager.get(page))
    assert ('value="7.500"' in shown, 'value="08:00"' in shown) == (True, True)
    assert [manager.get(f"{BASE}tempat/{name}").status_code for name in ("home", other_id, "xxxxxxxxxx")] == [404] * 3
    assert "Rumah UMKM" not in text(manager.get(BASE))
    assert province.post(f"{BASE}tempat/home", {"on_lalamove": "y"}, page=f"{BASE}tempat/home").status_code == 303
    assert db.session.query(GalleryCourier).filter_by(holder="home", is_on=True).one().courier is Courier.LALAMOVE


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"extra_biteship": "banyak"}, "Tulis jumlahnya dalam rupiah"),
        ({"opens_0": "pagi"}, "Tulis jamnya seperti 08:00."),
        ({"opens_0": ""}, "Isi jam buka dan jam tutup"),
        ({"closes_0": "07:00"}, "Jam tutup harus sesudah jam buka."),
        (dict.fromkeys(WEEK, ""), "Isi jam untuk sedikitnya satu hari"),
    ],
)
def test_what_can_not_be_set_is_said_and_kept_on_the_form(manager, gallery, given, sentence):
    page = f"{BASE}tempat/{gallery.public_id}"
    answer = manager.post(page, {"extra_lalamove": "1.250", **WEEK, **given}, page=page)
    assert (answer.status_code, sentence in text(answer), 'value="1.250"' in text(answer)) == (422, True, True)
    assert db.session.query(GalleryCourier).count() == db.session.query(PickUpHours).count() == 0


def test_keys_are_told_as_there_or_not_and_a_courier_is_tried_again(app, manager, monkeypatch):
    app.extensions["gallery"].couriers["biteship"] = object()
    later = clock.now() + timedelta(minutes=2)
    with transaction() as session:
        session.add(
            CourierHealth(courier=Courier.BITESHIP, failures=5, opened_until=later, last_error="504", refused_notices=3)
        )
    page = text(manager.get(BASE))
    for words in ("Terpasang", "Belum ada", "Dihentikan sampai", "504", "3 kabar ditolak"):
        assert words in page, words
    assert manager.post(f"{BASE}coba", {"kurir": "biteship"}).status_code == 303
    assert db.session.get(CourierHealth, Courier.BITESHIP).opened_until <= clock.now()
    assert "Gagal 5 kali berturut-turut" in text(manager.get(BASE))
    assert manager.post(f"{BASE}coba", {"kurir": "pickup"}).status_code == 404
