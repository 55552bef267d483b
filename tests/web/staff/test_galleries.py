"""The register of galleries: an installation that starts empty gets its first one here."""

import pytest

from gallery.accounts.models import Gallery
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.inventory.models import Place, PlaceKind
from gallery.inventory.services import on_the_way_to
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import PANGKALPINANG, make_gallery_place, make_goods, make_regions, make_stock

LIST = "/petugas/pengaturan/galeri/"
NEW = f"{LIST}baru"
GIVEN = {
    "name": "Galeri PLUT Pangkalpinang",
    "code": "pgk",
    "kabupaten": "19.71",
    "kecamatan": "19.71.05",
    "desa": PANGKALPINANG,
    "address": "Kompleks Perkantoran Air Itam",
    "point": "-2.1291, 106.1138",
    "phone": "0717 439 325",
    "opening_hours": "Senin-Jumat 08.00-16.00 WIB",
    "is_active": "y",
}


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def officer(app):
    make_regions()
    return signed_in(app, make_user("province_officer"))


def places(gallery_id):
    return {place.kind: place for place in db.session.query(Place).filter_by(gallery_id=gallery_id)}


def test_the_first_gallery_is_opened_with_its_place_and_its_staff_can_be_invited(app, officer):
    assert "Belum ada galeri" in text(officer.get(LIST))
    assert '<label class="label" for="code">Kode</label>' in text(officer.get(NEW))
    assert officer.post(NEW, GIVEN, page=NEW).status_code == 303
    gallery = db.session.query(Gallery).one()
    assert (gallery.code, gallery.village_code, gallery.phone) == ("PGK", PANGKALPINANG, "+62717439325")
    assert (gallery.lat, gallery.lon, gallery.is_active) == (-2.1291, 106.1138, True)
    place = places(gallery.id)[PlaceKind.GALLERY]
    assert (place.name, place.district_code, place.village_code) == (gallery.name, "19.71", PANGKALPINANG)
    assert place.is_active
    entry = db.session.query(AuditEntry).filter_by(action="gallery.saved").one()
    assert entry.subject == f"gallery:{gallery.public_id}"
    page = text(officer.get(LIST))
    assert "Air Itam, Bukit Intan, Kota Pangkalpinang" in page
    admin = signed_in(app, make_user("administrator"))
    assert gallery.name in text(admin.get("/petugas/pengaturan/pengguna/undang"))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "Tulis nama galerinya."),
        ({"code": ""}, "Tulis kode galerinya, misalnya PGK."),
        ({"code": "1-A"}, "Kode berisi 2 sampai 6 huruf besar"),
        ({"code": "PROV"}, "Kode ini sudah dipakai galeri lain."),
        ({"kabupaten": ""}, "Pilih kabupaten atau kotanya."),
        ({"kecamatan": ""}, "Pilih kecamatannya."),
        ({"desa": "19.02.01.1001"}, "Pilih kelurahan atau desanya."),
        ({"address": ""}, "Tulis jalan dan nomornya."),
        ({"phone": "12"}, "Nomor ini tidak dikenali."),
        ({"opening_hours": ""}, "Tulis hari dan jam bukanya."),
        ({"point": "106.1138, -2.1291"}, "Tulis lintang lalu bujur"),
        ({"point": "di depan masjid"}, "Tulis lintang lalu bujur"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(officer, given, sentence):
    answer = officer.post(NEW, GIVEN | given, page=NEW)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Kompleks Perkantoran Air Itam" in text(answer) or "address" in given
    assert db.session.query(Gallery).count() == 0


def test_without_a_script_a_button_fills_the_lists(officer):
    answer = officer.post(NEW, {"name": "Galeri Baru", "kabupaten": "19.71", "aksi": "perbarui"}, page=NEW)
    assert answer.status_code == 200
    assert "Bukit Intan" in text(answer)
    assert "Galeri Baru" in text(answer)
    assert "Tulis jalan dan nomornya." not in text(answer)


def test_a_gallery_that_moves_takes_its_places_along_and_keeps_its_code(officer):
    officer.post(NEW, GIVEN, page=NEW)
    gallery = db.session.query(Gallery).one()
    gallery_id, page = gallery.id, f"{LIST}{gallery.public_id}"
    with transaction() as session:
        transit_id = on_the_way_to(session, gallery_id).id
    shown = text(officer.get(page))
    assert 'value="-2.1291, 106.1138"' in shown
    assert 'value="19.71.05.1001" selected' in shown or 'selected value="19.71.05.1001"' in shown
    moved = {"kabupaten": "19.02", "kecamatan": "19.02.01", "desa": "19.02.01.1001", "point": "", "code": "TJP"}
    assert officer.post(page, GIVEN | moved | {"name": "Galeri Baru"}, page=page).status_code == 303
    db.session.expire_all()
    gallery = db.session.get(Gallery, gallery_id)
    assert (gallery.code, gallery.name, gallery.lat, gallery.lon) == ("PGK", "Galeri Baru", None, None)
    for place in places(gallery_id).values():
        assert (place.name, place.district_code, place.village_code) == ("Galeri Baru", "19.02", "19.02.01.1001")
    assert db.session.get(Place, transit_id).is_active is False


def test_a_code_is_used_once(officer):
    officer.post(NEW, GIVEN, page=NEW)
    answer = officer.post(NEW, GIVEN | {"name": "Galeri Kedua"}, page=NEW)
    assert answer.status_code == 422
    assert "Kode ini sudah dipakai galeri lain." in text(answer)
    assert db.session.query(Gallery).count() == 1


def test_a_gallery_with_goods_is_not_closed(officer):
    place = make_gallery_place()
    place_id, gallery_id = place.id, place.gallery_id
    make_stock(make_goods().variant_id, place_id, 3)
    page = f"{LIST}{db.session.get(Gallery, gallery_id).public_id}"
    closed = {name: value for name, value in GIVEN.items() if name not in {"is_active", "code"}}
    answer = officer.post(page, closed, page=page)
    assert answer.status_code == 422
    assert "Masih ada barang di galeri ini" in text(answer)
    db.session.expire_all()
    assert db.session.get(Place, place_id).is_active
    assert db.session.get(Gallery, gallery_id).is_active


def test_an_empty_gallery_is_closed_and_opened_again(officer):
    officer.post(NEW, GIVEN, page=NEW)
    gallery = db.session.query(Gallery).one()
    gallery_id, page = gallery.id, f"{LIST}{gallery.public_id}"
    for given, expected in (({}, False), ({"is_active": "y"}, True)):
        sent = {name: value for name, value in GIVEN.items() if name != "is_active"} | given
        assert officer.post(page, sent, page=page).status_code == 303
        db.session.expire_all()
        assert db.session.get(Gallery, gallery_id).is_active is expected
        assert places(gallery_id)[PlaceKind.GALLERY].is_active is expected


def test_a_gallery_manager_opens_no_galleries(app):
    place = make_gallery_place()
    manager = signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))
    assert manager.get(LIST).status_code == 403


def test_the_list_needs_few_reads(officer, count_queries):
    for _ in range(4):
        make_gallery_place()
    officer.get(LIST)
    with count_queries() as seen:
        officer.get(LIST)
    assert seen.count <= 4
