import pytest

from gallery.accounts.models import User
from gallery.core import outbox
from gallery.core.db import db
from tests.browser import PASSWORD, guest, signed_in
from tests.factories.accounts import make_user


@pytest.fixture
def user(app):
    return make_user(name="Ani Contoh")


@pytest.fixture
def person(app, user):
    return signed_in(app, user)


def test_the_account_is_for_its_owner_only(app, person):
    assert "Ani Contoh" in person.get("/akun/").get_data(as_text=True)
    assert person.get("/akun/").headers["Cache-Control"] == "no-store"
    assert guest(app).get("/akun/").status_code == 303


def test_changes_ask_for_the_present_password(person, user):
    form = {"name": "Ani Baru", "phone": "", "email": "baru@example.id"}
    answer = person.post("/akun/profil", form | {"current_password": "salah"}, page="/akun/profil")
    assert answer.status_code == 422
    assert "tidak cocok" in answer.get_data(as_text=True)
    assert db.session.get(User, user.id).name == "Ani Contoh"
    assert person.post("/akun/profil", form | {"current_password": PASSWORD}, page="/akun/profil").status_code == 303
    changed = db.session.get(User, user.id)
    assert (changed.name, changed.email, changed.phone) == ("Ani Baru", "baru@example.id", None)


def test_only_wrong_passwords_count_when_it_is_asked_again(person):
    form = {"name": "Ani Baru", "phone": "", "email": "baru@example.id"}
    for _ in range(9):
        answer = person.post("/akun/profil", form | {"current_password": PASSWORD}, page="/akun/profil")
        assert answer.status_code == 303
    for _ in range(8):
        person.post("/akun/profil", form | {"current_password": "salah"}, page="/akun/profil")
    answer = person.post("/akun/profil", form | {"current_password": PASSWORD}, page="/akun/profil")
    assert answer.status_code == 422
    assert "Tunggu 15 menit" in answer.get_data(as_text=True)


def test_a_new_password_puts_the_other_devices_out(app, person, user):
    other = signed_in(app, user)
    form = {"current_password": PASSWORD, "password": "pantai pasir padi"}
    assert person.post("/akun/kata-sandi", form, page="/akun/kata-sandi").status_code == 303
    assert person.get("/akun/").status_code == 200
    assert other.get("/akun/").status_code == 303


def test_one_device_or_all_can_be_put_out(app, person, user):
    other = signed_in(app, user)
    page = person.get("/akun/perangkat").get_data(as_text=True)
    path = page.split('action="/akun/perangkat/')[1].split('"')[0]
    assert person.post(f"/akun/perangkat/{path}", page="/akun/perangkat").status_code == 303
    assert other.get("/akun/").status_code == 303
    assert person.post("/akun/perangkat/keluar-semua", page="/akun/perangkat").status_code == 303
    assert person.get("/akun/").status_code == 303


def test_another_persons_device_stays(app, person):
    stranger = signed_in(app, make_user())
    page = stranger.get("/akun/perangkat")
    assert page.status_code == 200
    from gallery.accounts.models import UserSession

    rows = db.session.scalars(db.select(UserSession).order_by(UserSession.id)).all()
    assert person.post(f"/akun/perangkat/{rows[-1].public_id}/keluar", page="/akun/perangkat").status_code == 303
    assert stranger.get("/akun/").status_code == 200


def test_erasing_needs_the_password_and_forgets_the_person(person, user):
    assert person.post("/akun/hapus", {"current_password": "salah"}, page="/akun/hapus").status_code == 422
    assert person.post("/akun/hapus", {"current_password": PASSWORD}, page="/akun/hapus").status_code == 303
    assert db.session.get(User, user.id).email is None
    assert person.get("/akun/").status_code == 303


def test_an_officers_account_is_not_erased_by_itself(app):
    officer = signed_in(app, make_user("province_officer"))
    assert officer.get("/akun/hapus").status_code == 403


def test_mails_follow_the_language_chosen_in_the_profile(app, person, user, tmp_path):
    form = {"name": user.name, "phone": "", "email": user.email, "current_password": PASSWORD}
    assert person.post("/akun/profil", form | {"language": "xx"}, page="/akun/profil").status_code == 422
    assert person.post("/akun/profil", form | {"language": "en"}, page="/akun/profil").status_code == 303
    assert db.session.get(User, user.id).language == "en"
    assert "English" in person.get("/akun/").get_data(as_text=True)
    person.post(
        "/akun/kata-sandi", {"current_password": PASSWORD, "password": "pantai pasir padi"}, page="/akun/kata-sandi"
    )
    outbox.drain()
    _number_changed, password_changed = sorted((tmp_path / "data" / "mail").glob("*.eml"))
    assert "/en/lupa-kata-sandi" in password_changed.read_text()


def test_a_new_number_is_told_by_mail(person, user, tmp_path):
    form = {"name": "Ani", "phone": "0812 0000 0999", "email": user.email, "current_password": PASSWORD}
    assert person.post("/akun/profil", form, page="/akun/profil").status_code == 303
    outbox.drain()
    mail = next((tmp_path / "data" / "mail").glob("*.eml")).read_text()
    assert "Nomor HP akun Anda diganti" in mail
    assert "/lupa-kata-sandi" in mail
