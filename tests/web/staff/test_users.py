import re

import pytest

from gallery.accounts.models import User
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.core.outbox import OutboxMessage
from tests.browser import PASSWORD, guest, signed_in
from tests.factories.accounts import make_gallery, make_user


@pytest.fixture
def admin(app):
    return signed_in(app, make_user("administrator"))


def invitation(**given):
    return {"name": "Rina Contoh", "email": "rina@example.id", "role": "gallery_staff", "place": ""} | given


def test_an_invitation_needs_the_place_that_its_role_acts_in(admin):
    gallery = make_gallery()
    page = "/petugas/pengaturan/pengguna/undang"
    for place in ("", "w:19.71", "g:999", "g:x"):
        answer = admin.post(page, invitation(place=place), page=page)
        assert answer.status_code == 422
        assert "tempat yang sesuai" in answer.get_data(as_text=True)
    answer = admin.post(page, invitation(place=f"g:{gallery.id}"), page=page)
    assert answer.status_code == 303
    user = db.session.query(User).filter_by(email="rina@example.id").one()
    assert [(grant.role, grant.gallery_id) for grant in user.grants] == [("gallery_staff", gallery.id)]
    assert db.session.query(OutboxMessage).filter_by(topic="mail.send").count() == 1


def test_what_is_wrong_is_listed_as_the_page_goes(admin):
    page = "/petugas/pengaturan/pengguna/undang"
    text = admin.post(page, {}, page=page).get_data(as_text=True)
    summary = text[text.index("err-summary") : text.index("</ul>", text.index("err-summary"))]
    assert re.findall(r'href="#(\w+)"', summary) == ["name", "email", "role"]


def test_a_known_address_is_not_invited_twice(admin):
    make_user(email="rina@example.id")
    page = "/petugas/pengaturan/pengguna/undang"
    answer = admin.post(page, invitation(role="province_officer"), page=page)
    assert answer.status_code == 422
    assert "sudah punya akun" in answer.get_data(as_text=True)


def test_roles_are_added_and_taken_and_end_the_sessions(app, admin):
    user = make_user()
    person = signed_in(app, user)
    page = f"/petugas/pengaturan/pengguna/{user.public_id}"
    assert admin.post(f"{page}/peran", {"role": "province_officer"}, page=page).status_code == 303
    assert person.get("/akun/").status_code == 303
    db.session.expire_all()
    grant = db.session.get(User, user.id).grants[0]
    assert admin.post(f"{page}/peran/{grant.id}/cabut", page=page).status_code == 303
    db.session.expire_all()
    assert db.session.get(User, user.id).grants == []


@pytest.mark.parametrize(
    ("contacts", "says"),
    [
        ({}, "kata sandi petugas dikirim lewat surel"),
        ({"email": None, "phone": "+6281200000555"}, "Buatkan tautan di halaman ini"),
    ],
)
def test_a_buyers_password_does_not_open_the_office(app, admin, contacts, says):
    user = make_user(**contacts)
    page = f"/petugas/pengaturan/pengguna/{user.public_id}"
    login = {"login": user.email or user.phone, "password": PASSWORD}
    assert admin.post(f"{page}/peran", {"role": "province_officer"}, page=page).status_code == 303
    assert says in admin.get(page).get_data(as_text=True)
    assert guest(app).post("/masuk", login, page="/masuk").status_code == 401


def test_a_disabled_account_is_out_at_once(app, admin):
    user = make_user()
    person = signed_in(app, user)
    page = f"/petugas/pengaturan/pengguna/{user.public_id}"
    admin.post(f"{page}/status", {"aktif": "0"}, page=page)
    assert person.get("/akun/").status_code == 303
    assert admin.get("/petugas/pengaturan/pengguna/xxxxxxxxxx").status_code == 404


def test_the_list_is_paged_and_costs_few_queries(admin, count_queries):
    for _ in range(60):
        make_user()
    with count_queries() as queries:
        page = admin.get("/petugas/pengaturan/pengguna/").get_data(as_text=True)
    assert queries.count <= 5
    assert page.count("<tr>") == 51
    assert "sesudah=" in page


def test_an_administrator_does_not_shut_out_themself(app):
    user = make_user("administrator")
    public_id, user_id, grant_id = user.public_id, user.id, user.grants[0].id
    admin = signed_in(app, user)
    page = f"/petugas/pengaturan/pengguna/{public_id}"
    admin.post(f"{page}/status", {"aktif": "0"}, page=page)
    admin.post(f"{page}/peran/{grant_id}/cabut", page=page)
    assert "Minta administrator lain" in admin.get(page).get_data(as_text=True)
    kept = db.session.get(User, user_id)
    assert (kept.is_active, len(kept.grants)) == (True, 1)


def test_a_page_mark_that_no_id_could_be_shows_the_first_page(admin):
    answer = admin.get(f"/petugas/pengaturan/pengguna/?sesudah={'9' * 40}")
    assert answer.status_code == 200


def test_an_account_without_an_address_gets_its_reset_link_by_hand(app, admin):
    user = make_user(email=None, phone="+6281200000555")
    public_id = user.public_id
    page = f"/petugas/pengaturan/pengguna/{public_id}"
    shown = admin.post(f"{page}/tautan-sandi", page=page).get_data(as_text=True)
    path = shown.split("<code>http://localhost", 1)[1].split("<", 1)[0]
    assert "<code>http" not in admin.get(page).get_data(as_text=True)
    person = guest(app)
    assert person.post(path, {"password": "pantai pasir padi"}, page=path).status_code == 303
    assert person.get(path).status_code == 410
    assert db.session.query(AuditEntry).filter_by(action="account.reset_link_made").count() == 1
