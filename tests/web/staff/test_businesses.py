import io
from pathlib import Path

import pytest
from PIL import Image

from gallery.core import outbox
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile
from gallery.registry.models import Business, Person
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.regions import DISTRICT, OTHER_DISTRICT, VILLAGE
from tests.factories.registry import make_business

NIK = "9999014708850001"


@pytest.fixture
def officer(app):
    return signed_in(app, make_user("district_officer", district_code=DISTRICT))


def form(**given):
    values = {"name": "Sahang Lestari", "owner_name": "Siti Contoh", "phone": "0812 0000 0123", "village": VILLAGE}
    return values | given


def test_an_officer_adds_a_business_and_sees_it_masked(officer):
    answer = officer.post("/petugas/registri/baru", form(nik=NIK, nib="0220001234567"), page="/petugas/registri/baru")
    assert answer.status_code == 303
    page = officer.get(answer.location).get_data(as_text=True)
    assert "9999**********01" in page
    assert NIK not in page
    listed = officer.get("/petugas/registri/").get_data(as_text=True)
    assert "Sahang Lestari" in listed
    assert "0812-0000-0123" not in listed


def test_wrong_input_is_explained_and_kept(officer):
    answer = officer.post(
        "/petugas/registri/baru",
        form(phone="12", nik="1,9E+15", nib="123", since_year="2999", village="19.02.01.1001"),
        page="/petugas/registri/baru",
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="Sahang Lestari"' in text
    for sentence in (
        "Nomor HP ini tidak dikenali",
        "NIK harus 16 angka",
        "NIB harus 13 angka",
        "belum tiba",
        "dari daftar",
    ):
        assert sentence in text
    assert db.session.query(Business).count() == 0


def test_a_photo_is_encoded_anew_and_a_text_file_is_refused(officer):
    picture = io.BytesIO()
    Image.new("RGB", (1600, 1200), "teal").save(picture, "JPEG", exif=b"Exif\0\0GPS")
    answer = officer.post(
        "/petugas/registri/baru",
        form(photo=(io.BytesIO(picture.getvalue()), "toko.JPG")),
        page="/petugas/registri/baru",
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    assert db.session.query(Business).one().photo_file_id is not None
    answer = officer.post(
        "/petugas/registri/baru",
        form(name="Lain", photo=(io.BytesIO(b"bukan gambar"), "toko.jpg")),
        page="/petugas/registri/baru",
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert db.session.query(Business).count() == 1


def test_one_portrait_is_kept_and_none_of_a_refused_business(app, officer):
    def send(page, **given):
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
        data = form(photo=(io.BytesIO(picture.getvalue()), "toko.jpg"), **given)
        return officer.post(page, data, page=page, content_type="multipart/form-data")

    def files():
        outbox.drain()
        return [path for path in (Path(app.config["DATA_DIR"]) / "files").rglob("*.jpg") if path.is_file()]

    page = send("/petugas/registri/baru", nib="0220001234567").location
    first = files()
    assert send(f"{page}/ubah", nib="0220001234567").status_code == 303
    assert len(files()) == 1
    assert files() != first
    assert db.session.query(StoredFile).count() == 1
    assert send("/petugas/registri/baru", nib="0220001234567").status_code == 422  # another one's number
    assert len(files()) == 1


def test_a_nik_is_shown_only_for_a_reason_that_is_written_down(officer):
    answer = officer.post("/petugas/registri/baru", form(nik=NIK), page="/petugas/registri/baru")
    page = answer.location
    assert officer.post(f"{page}/nik", {"reason": ""}, page=page).status_code == 422
    assert db.session.query(AuditEntry).filter_by(action="nik.revealed").count() == 0
    shown = officer.post(f"{page}/nik", {"reason": "cek penerima bantuan"}, page=page)
    assert NIK in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert db.session.query(AuditEntry).filter_by(action="nik.revealed").count() == 1


def test_another_districts_business_does_not_exist(app, officer):
    other = make_business(district_code=OTHER_DISTRICT, name="Usaha Seberang")
    base = f"/petugas/registri/{other.public_id}"
    assert "Usaha Seberang" not in officer.get("/petugas/registri/").get_data(as_text=True)
    assert officer.get(base).status_code == 404
    assert officer.get(f"{base}/ubah").status_code == 404
    for path, data in [("/status", {"aktif": "0"}), ("/nik", {"reason": "ingin tahu"}), ("/ubah", form())]:
        assert officer.post(base + path, data, page="/petugas/registri/").status_code == 404
    assert db.session.get(Business, other.id).is_active


def test_an_owner_with_a_business_elsewhere_is_left_to_the_province(app, officer):
    officer.post("/petugas/registri/baru", form(nik=NIK), page="/petugas/registri/baru")
    mine = db.session.query(Business).one()
    make_business(district_code=OTHER_DISTRICT, owner=db.session.get(Person, mine.owner_id))
    page = f"/petugas/registri/{mine.public_id}/ubah"
    answer = officer.post(page, form(owner_name="Bukan Siti", story="Kebun kami"), page=page)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert '<a href="#owner_name">Pemilik ini juga punya usaha yang tidak Anda kelola.' in text
    assert 'value="Bukan Siti"' in text
    assert "Kebun kami" in text
    assert db.session.get(Person, mine.owner_id, populate_existing=True).name == "Siti Contoh"
    neighbour = signed_in(app, make_user("district_officer", district_code=DISTRICT))
    assert neighbour.post(page, form(story="Kebun kami"), page=page).status_code == 303


def test_a_nik_of_another_district_asks_for_the_province(app, officer):
    officer.post("/petugas/registri/baru", form(nik=NIK), page="/petugas/registri/baru")
    row = db.session.query(Business).one()
    with transaction():
        db.session.get(Business, row.id).district_code = OTHER_DISTRICT
    answer = officer.post("/petugas/registri/baru", form(name="Cabang", nik=NIK), page="/petugas/registri/baru")
    assert answer.status_code == 422
    assert '<a href="#nik">Pemilik dengan NIK ini terdaftar di kabupaten/kota lain.' in answer.get_data(as_text=True)
    assert db.session.query(Business).count() == 1


def test_fields_that_the_form_does_not_have_change_nothing(officer):
    officer.post(
        "/petugas/registri/baru",
        form(is_active="", district_code=OTHER_DISTRICT, owner_id="1", public_id="x"),
        page="/petugas/registri/baru",
    )
    row = db.session.query(Business).one()
    assert (row.is_active, row.district_code, len(row.public_id)) == (True, DISTRICT, 10)


def test_the_list_costs_few_queries(officer, count_queries):
    for _ in range(30):
        make_business()
    with count_queries() as queries:
        assert officer.get("/petugas/registri/").status_code == 200
    assert queries.count <= 5


def test_the_owner_edits_only_the_own_profile(app):
    mine, other = make_business(), make_business()
    owner = signed_in(app, make_user("seller", business_id=mine.id))
    assert owner.get("/umkm-saya/profil/").location.endswith(mine.public_id)
    assert owner.get(f"/umkm-saya/profil/{other.public_id}").status_code == 404
    answer = owner.post(
        f"/umkm-saya/profil/{mine.public_id}", form(story="Sejak 1998."), page=f"/umkm-saya/profil/{mine.public_id}"
    )
    assert answer.status_code == 303
    db.session.expire_all()
    assert db.session.get(Business, mine.id).story == "Sejak 1998."
    assert db.session.get(Person, mine.owner_id).name == "Siti Contoh"
