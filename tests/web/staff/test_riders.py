import pytest

from gallery.core.db import db
from gallery.delivery.models import Rider
from gallery.delivery.queries import riders
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.delivery import make_rider, make_shipment
from tests.factories.inventory import make_gallery_place
from tests.html import Page

LIST = "/petugas/kurir/"


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def manager(app, place):
    return signed_in(app, make_user("gallery_manager", gallery_id=place.gallery_id))


def form(place, **given):
    return {
        "name": "Hendra Saputra",
        "phone": "0811 2222 3333",
        "plate": "bn3312xx",
        "gallery": str(place.gallery_id),
        "areas": ["19.71.05"],
        "is_active": "y",
    } | given


def text(answer):
    return answer.get_data(as_text=True)


def test_a_rider_is_registered(manager, place):
    assert manager.post(f"{LIST}baru", form(place), page=f"{LIST}baru").status_code == 303
    rider = db.session.query(Rider).one()
    assert (rider.name, rider.phone, rider.plate) == ("Hendra Saputra", "+6281122223333", "BN 3312 XX")
    assert (rider.gallery_id, [area.subdistrict_code for area in rider.areas]) == (place.gallery_id, ["19.71.05"])
    page = text(manager.get(LIST))
    assert "Hendra Saputra" in page
    assert "Bukit Intan" in page
    assert "0811-2222-3333" in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": ""}, "Tulis nama kurir."),
        ({"phone": "123"}, "Nomor HP ini tidak dikenali."),
        ({"plate": "motor"}, "Pelat nomor ini tidak dikenali."),
        ({"areas": []}, "Pilih sedikitnya satu kecamatan."),
        ({"gallery": "0"}, ""),
        ({"gallery": "999"}, ""),
        ({"areas": ["19.71.05.1001"]}, ""),
    ],
)
def test_a_faulty_entry_is_refused_and_kept_on_the_page(manager, place, given, sentence):
    answer = manager.post(f"{LIST}baru", form(place, **given), page=f"{LIST}baru")
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "0811 2222 3333" in text(answer) or "phone" in given
    assert db.session.query(Rider).count() == 0


def test_a_number_that_another_rider_has(manager, place):
    make_rider(phone="+6281122223333")
    answer = manager.post(f"{LIST}baru", form(place), page=f"{LIST}baru")
    assert (answer.status_code, "sudah dipakai kurir lain" in text(answer)) == (422, True)


def test_a_rider_is_changed_and_made_inactive(manager, place):
    rider = make_rider(gallery_id=place.gallery_id)
    make_shipment(rider_id=rider.id)
    path = f"{LIST}{rider.public_id}"
    assert "sedang membawa 1 paket" in text(manager.get(path))
    changed = form(place, areas=["19.01.01", "19.71.05"])
    del changed["is_active"]
    assert manager.post(path, changed, page=path).status_code == 303
    db.session.expire_all()
    saved = db.session.get(Rider, rider.id)
    assert (saved.is_active, [area.subdistrict_code for area in saved.areas]) == (False, ["19.01.01", "19.71.05"])
    assert "Tidak aktif" in text(manager.get(LIST))


def test_the_register_of_another_gallery_is_not_there(manager):
    foreign = make_rider(name="Orang Lain")
    assert "Orang Lain" not in text(manager.get(LIST))
    assert manager.get(f"{LIST}{foreign.public_id}").status_code == 404
    assert manager.post(f"{LIST}{foreign.public_id}", {"name": "x"}, page=LIST).status_code == 404


def test_the_province_keeps_riders_of_its_own(app, place):
    officer = signed_in(app, make_user("province_officer"))
    assert officer.post(f"{LIST}baru", form(place, gallery="0"), page=f"{LIST}baru").status_code == 303
    assert db.session.query(Rider).one().gallery_id is None


def test_staff_do_not_manage_riders(app, place):
    staff = signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))
    assert staff.get(LIST).status_code == 403


def test_the_list_needs_few_reads(manager, place, count_queries):
    for _ in range(4):
        make_rider(gallery_id=place.gallery_id)
    manager.get(LIST)
    with count_queries() as seen:
        manager.get(LIST)
    assert seen.count <= 7


def test_a_long_register_is_paged_and_keeps_what_was_searched(manager, place, monkeypatch, count_queries):
    monkeypatch.setattr(riders, "PAGE_SIZE", 2)
    for name in ("Ali", "Budi", "Cici"):
        make_rider(name=f"{name} Pengantar", gallery_id=place.gallery_id)
    make_rider(name="Dodi", gallery_id=place.gallery_id)
    manager.get(LIST)
    with count_queries() as queries:
        first = Page(text(manager.get(f"{LIST}?q=pengantar")))
    assert queries.count <= 8
    assert [tag.text.split()[0] for tag in first.tags("th", scope="row")] == ["Ali", "Budi"]
    following = first.one("a", rel="next")["href"]
    assert following == f"{LIST}?hal=2&q=pengantar"
    assert [tag.text.split()[0] for tag in Page(text(manager.get(following))).tags("th", scope="row")] == ["Cici"]
    assert Page(text(manager.get(f"{LIST}?hal=99"))).tags("th", scope="row")
