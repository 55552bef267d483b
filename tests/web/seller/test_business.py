import pytest

from gallery.core.db import db
from gallery.registry.models import Business
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.regions import VILLAGE
from tests.factories.registry import make_business

PAGE = "/umkm-saya/profil/"


@pytest.fixture
def business(app):
    return make_business()


@pytest.fixture
def owner(app, business):
    return signed_in(app, make_user("seller", business_id=business.id))


def form(**given):
    values = {"name": "Sahang Lestari", "owner_name": "Siti Contoh", "phone": "0812 0000 0123", "village": VILLAGE}
    return values | given


def test_an_owner_of_one_business_comes_to_it_at_once(owner, business):
    answer = owner.get(PAGE)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}{business.public_id}")


def test_the_owner_tells_the_story_of_the_business(owner, business):
    page = f"{PAGE}{business.public_id}"
    answer = owner.post(page, form(story="Sejak 1998 kami menjemur lada di halaman."), page=page)
    assert answer.status_code == 303
    db.session.expire_all()
    assert db.session.get(Business, business.id).story == "Sejak 1998 kami menjemur lada di halaman."
    assert "Profil usaha tersimpan" in owner.get(page).get_data(as_text=True)


def test_what_was_typed_stays_when_something_is_wrong(owner, business):
    page, before = f"{PAGE}{business.public_id}", business.phone
    answer = owner.post(page, form(phone="12", story="Cerita panjang"), page=page)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Cerita panjang" in text
    assert "<title>Galat: " in text
    db.session.expire_all()
    assert db.session.get(Business, business.id).phone == before


def test_another_business_does_not_exist_for_the_owner(owner):
    other = make_business()
    page = f"{PAGE}{other.public_id}"
    assert owner.get(page).status_code == 404
    assert owner.post(page, form(name="Diambil alih"), page=PAGE).status_code == 404
    db.session.expire_all()
    assert db.session.get(Business, other.id).name == other.name


def test_a_visitor_is_asked_to_sign_in(client):
    assert client.get(PAGE).status_code == 303


def test_an_owner_who_was_stopped_can_not_resume(owner, business):
    page = f"/petugas/registri/{business.public_id}"
    assert "Hentikan usaha ini" not in owner.get(page).get_data(as_text=True)
    assert owner.post(f"{page}/status", {"aktif": "1"}, page=page).status_code == 403
