import pytest

from gallery.core import outbox
from gallery.core.audit import AuditEntry
from gallery.core.db import db
from gallery.registry.models import Business
from tests.browser import PASSWORD, signed_in
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


def bank(**given):
    return form(bank_code="120", bank_account="1234567890", bank_holder="Siti Contoh") | given


def test_money_goes_to_another_account_only_with_the_password_and_the_owner_is_told(app, business, tmp_path):
    business_id = business.id
    page = f"{PAGE}{business.public_id}"
    person = signed_in(app, make_user("seller", business_id=business_id, email="pemilik@example.id"))
    for given in ({}, {"current_password": "salah"}):
        answer = person.post(page, bank(**given), page=page)
        assert answer.status_code == 422
        assert "1234567890" in answer.get_data(as_text=True)  # what was typed is kept
        assert db.session.get(Business, business_id).bank_account_encrypted is None
    assert person.post(page, bank(current_password=PASSWORD), page=page).status_code == 303
    assert db.session.get(Business, business_id).bank_account_hint == "******7890"
    fact = db.session.query(AuditEntry).filter_by(action="business.changed").one().facts
    assert fact == {"bank_changed": True}
    outbox.drain()
    mail = next((tmp_path / "data" / "mail").glob("*.eml")).read_text()
    assert "To: pemilik@example.id" in mail
    assert "******7890" in mail
    assert "1234567890" not in mail


def test_other_changes_need_no_password(app, owner, business):
    business_id, page = business.id, f"{PAGE}{business.public_id}"
    owner.post(page, bank(current_password=PASSWORD), page=page)
    kept = bank(bank_account="", story="Baru.")
    assert owner.post(page, kept, page=page).status_code == 303
    row = db.session.get(Business, business_id)
    assert (row.story, row.bank_account_hint) == ("Baru.", "******7890")
