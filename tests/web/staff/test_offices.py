"""The offices that orders are brought to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gallery.accounts.models import Office
from gallery.accounts.permissions import Actor
from gallery.accounts.queries import offices
from gallery.accounts.services.offices import OfficeFacts, save_office
from gallery.accounts.states import OfficeKind
from gallery.core import clock
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from tests.browser import signed_in
from tests.factories.accounts import make_office, make_user
from tests.factories.inventory import PANGKALPINANG, make_regions

LIST = "/petugas/pengaturan/kantor/"
NEW = f"{LIST}baru"
GIVEN = {
    "name": "Dinas Contoh",
    "short": "Discontoh",
    "kabupaten": "19.71",
    "kecamatan": "19.71.05",
    "desa": PANGKALPINANG,
    "address": "Kompleks Perkantoran Air Itam",
    "is_active": "y",
}


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def admin(app):
    make_regions()
    return signed_in(app, make_user("administrator"))


def offered():
    return [row.name for row in offices(db.session(), OfficeKind.OPD, clock.now())]


def test_an_office_is_added(admin):
    assert admin.post(NEW, GIVEN, page=NEW).status_code == 303
    office = db.session.query(Office).one()
    assert (office.kind, office.name, office.short) == (OfficeKind.OPD, "Dinas Contoh", "Discontoh")
    assert (office.district_code, office.village_code, office.phone) == ("19.71", PANGKALPINANG, None)
    assert db.session.query(AuditEntry).filter_by(action="office.saved").count() == 1
    assert offered() == ["Dinas Contoh"]
    again = admin.post(NEW, GIVEN, page=NEW)
    assert (again.status_code, "Kantor dengan nama ini sudah ada" in text(again)) == (422, True)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "Tulis nama resmi kantornya."),
        ({"short": ""}, "Tulis singkatannya"),
        ({"desa": ""}, "Pilih kelurahan atau desanya."),
        ({"address": ""}, "Tulis jalan dan nomornya"),
        ({"phone": "12"}, "Nomor ini tidak dikenali."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(admin, given, sentence):
    answer = admin.post(NEW, GIVEN | given, page=NEW)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Dinas Contoh" in text(answer) or "Discontoh" in text(answer)
    assert db.session.query(Office).count() == 0


def test_an_office_of_the_first_setup_gets_its_village_and_keeps_its_name(admin):
    office = make_office(village_code=None, name="Dinas Lama")
    office_id, page = office.id, f"{LIST}{office.public_id}"
    listed = text(admin.get(LIST))
    assert "1 kantor belum punya desa" in listed
    assert "belum ada desa" in text(admin.get(f"{LIST}?tanpa-desa=1"))
    assert admin.post(page, GIVEN, page=page).status_code == 303
    db.session.expire_all()
    office = db.session.get(Office, office_id)
    assert (office.name, office.village_code, office.address) == ("Dinas Lama", PANGKALPINANG, GIVEN["address"])
    assert "belum punya desa" not in text(admin.get(LIST)).split("<form")[0]
    assert "Dinas Lama" not in text(admin.get(f"{LIST}?tanpa-desa=1"))


def test_an_office_that_is_no_more_is_not_offered_and_may_come_back(admin):
    office = make_office(name="Dinas Lama")
    page = f"{LIST}{office.public_id}"
    closed = {name: value for name, value in GIVEN.items() if name != "is_active"}
    admin.post(page, closed, page=page)
    assert offered() == []
    assert "tidak aktif" in text(admin.get(LIST))
    db.session.rollback()
    ended = db.session.query(Office.valid_until).scalar()
    assert ended == clock.today() - timedelta(days=1)
    admin.post(NEW, GIVEN | {"name": "Dinas Lama"}, page=NEW)  # a successor may have the old name
    admin.post(page, GIVEN, page=page)
    assert offered() == ["Dinas Lama", "Dinas Lama"]


def test_an_office_ends_with_the_day_before_in_the_province(app):
    make_regions()
    gone = make_office(name="Dinas Lama")
    facts = OfficeFacts(gone.name, gone.short, gone.village_code, gone.address, is_active=False)
    with clock.at(datetime(2026, 12, 31, 17, 30, tzinfo=UTC)):  # half past midnight of the new year
        with transaction() as session:
            save_office(session, facts, office_id=gone.id, actor=Actor.system())
            assert session.get_one(Office, gone.id).valid_until == date(2026, 12, 31)
        assert offered() == []
    with clock.at(datetime(2026, 12, 31, 16, 30, tzinfo=UTC)):
        assert offered() == ["Dinas Lama"]


def test_offices_are_found_by_name_and_paged(admin, count_queries):
    for number in range(60):
        make_office(name=f"Kantor {number:02}")
    first = text(admin.get(LIST))
    assert "Halaman 1 dari 2" in first
    assert "Kantor 55" not in first
    assert "Kantor 55" in text(admin.get(f"{LIST}?hal=2"))
    found = text(admin.get(f"{LIST}?q=kantor 07"))
    assert "Kantor 07" in found
    assert "Kantor 08" not in found
    assert "Tidak ada kantor yang cocok" in text(admin.get(f"{LIST}?q=%25"))
    with count_queries() as seen:
        admin.get(LIST)
    assert seen.count <= 6
