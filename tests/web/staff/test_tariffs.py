import pytest

from gallery.core.db import db, transaction
from gallery.delivery.models import CarrierTariff, Tariff
from gallery.regions.models import Region
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import make_carrier_tariff, make_rider, make_tariff
from tests.factories.inventory import PANGKALPINANG, make_gallery_place

LIST = "/petugas/tarif/"
FORM = {
    "base_idr": "Rp 12.000",
    "base_km": "5",
    "per_km_idr": "2.500",
    "minimum_idr": "12000",
    "road_factor": "1,35",
    "max_km": "40",
    "max_weight_kg": "20",
    "cut_off_hour": "15",
    "steps": "10 kg = 7.000; 5kg=3000",
    "is_active": "y",
}


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


def text(answer):
    return answer.get_data(as_text=True)


def test_a_tariff_is_set(manager, place):
    path = f"{LIST}{place.public_id}"
    assert "Belum ada tarif" in text(manager.get(LIST))
    assert manager.post(path, FORM, page=path).status_code == 303
    tariff = db.session.query(Tariff).one()
    assert (tariff.base_idr, tariff.base_km, tariff.per_km_idr, tariff.road_factor_bps) == (12_000, 5, 2_500, 13_500)
    assert tariff.weight_steps == [{"over_g": 5_000, "add_idr": 3_000}, {"over_g": 10_000, "add_idr": 7_000}]
    assert (tariff.max_weight_g, tariff.is_active) == (20_000, True)
    assert 'value="5 kg = 3.000; 10 kg = 7.000"' in text(manager.get(path))
    assert "Ditawarkan" in text(manager.get(LIST))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"base_idr": "banyak"}, "Tulis angka bulat"),
        ({"base_idr": "-1"}, "Tulis antara 0 dan 1.000.000."),
        ({"per_km_idr": "9999999"}, "Tulis antara 0 dan 1.000.000."),
        ({"road_factor": "0,5"}, "Tulis antara 1,00 dan 3,00."),
        ({"road_factor": "jauh"}, "Tulis angka seperti 1,3."),
        ({"max_km": "0"}, "Tulis 1 sampai 300 km."),
        ({"cut_off_hour": "25"}, "Tulis jam 0 sampai 24."),
        ({"steps": "berat"}, "Tulis seperti contoh"),
        ({"steps": "5 kg = 3.000; 5 kg = 4.000"}, "Tulis seperti contoh"),
        ({"steps": "5 kg = -3"}, "Tulis seperti contoh"),
    ],
)
def test_a_faulty_tariff_is_refused(manager, place, given, sentence):
    path = f"{LIST}{place.public_id}"
    answer = manager.post(path, FORM | given, page=path)
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert db.session.query(Tariff).count() == 0


def test_where_no_road_begins_there_is_no_tariff(manager, place):
    with transaction() as session:
        session.get(Region, PANGKALPINANG).island = "Lepar"
    path = f"{LIST}{place.public_id}"
    answer = manager.post(path, FORM, page=path)
    assert (answer.status_code, "jaringan jalan" in text(answer)) == (422, True)


def test_a_trial_shows_what_a_buyer_would_pay(manager, place):
    make_tariff(place.id)
    make_rider("19.71.05")
    page = text(manager.get(f"{LIST}{place.public_id}?desa={PANGKALPINANG}&berat=500"))
    assert "Rp10.000" in page
    for query in ("?desa=99&berat=x", "?desa=19.02.01.1001&berat=-5"):
        assert manager.get(f"{LIST}{place.public_id}{query}").status_code == 200


def test_carriers_are_listed(manager):
    make_carrier_tariff()
    assert "Bangka → Belitung" in text(manager.get(LIST))


def test_the_tariff_of_another_gallery_is_not_there(manager):
    foreign = make_gallery_place(name="Galeri Lain")
    assert "Galeri Lain" not in text(manager.get(LIST))
    assert manager.get(f"{LIST}{foreign.public_id}").status_code == 404
    assert manager.post(f"{LIST}{foreign.public_id}", FORM, page=LIST).status_code == 404


CARRIER = {
    "carrier": "JNE",
    "service": "REG",
    "origin_island": "Bangka",
    "destination_island": "Belitung",
    "first_kg_idr": "22.000",
    "next_kg_idr": "18000",
    "grace_g": "300",
    "days_min": "2",
    "days_max": "5",
    "is_active": "y",
}
NEW = f"{LIST}ekspedisi/baru"


@pytest.fixture
def officer(app, place):
    return signed_in(app, make_user("province_officer"))


def test_the_province_prices_a_carrier_and_changes_it(officer):
    assert officer.post(NEW, CARRIER, page=NEW).status_code == 303
    (tariff,) = db.session.query(CarrierTariff)
    assert (tariff.carrier, tariff.first_kg_idr, tariff.days_max) == ("JNE", 22_000, 5)
    path = f"{LIST}ekspedisi/{tariff.id}"
    changed = CARRIER | {"first_kg_idr": "25.000"}
    del changed["is_active"]
    assert officer.post(path, changed, page=path).status_code == 303
    db.session.expire_all()
    assert (tariff.first_kg_idr, tariff.is_active) == (25_000, False)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"carrier": ""}, "Tulis nama ekspedisi."),
        ({"days_max": "1"}, "Paling lambat tidak boleh kurang"),
        ({"first_kg_idr": "murah"}, "Tulis angka bulat"),
        ({"origin_island": "Jawa"}, ""),
    ],
)
def test_a_faulty_carrier_tariff_is_refused(officer, given, sentence):
    answer = officer.post(NEW, CARRIER | given, page=NEW)
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert db.session.query(CarrierTariff).count() == 0


def test_a_way_is_priced_once_per_service(officer):
    make_carrier_tariff()
    answer = officer.post(NEW, CARRIER, page=NEW)
    assert (answer.status_code, "sudah punya tarif" in text(answer)) == (422, True)


def test_a_gallery_does_not_price_carriers(manager):
    tariff = make_carrier_tariff()
    assert manager.get(NEW).status_code == 404
    assert manager.post(f"{LIST}ekspedisi/{tariff.id}", CARRIER, page=LIST).status_code == 404
    assert "ekspedisi/baru" not in text(manager.get(LIST))
