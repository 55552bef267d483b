import pytest

from gallery.core import clock, outbox
from gallery.core.audit import AuditEntry
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from tests.browser import signed_in
from tests.factories.accounts import make_user

PAGE = "/petugas/pengaturan/pekerjaan/"


@pytest.fixture
def admin(app):
    return signed_in(app, make_user("administrator"))


def make_dead(topic="mail.send", **payload):
    with transaction() as session:
        message = OutboxMessage(topic=topic, payload=payload, attempts=8, dead_at=clock.now(), last_error="x.Refused")
        session.add(message)
    return message.id


def test_nothing_that_gave_up(admin):
    assert "Tidak ada pekerjaan yang menyerah" in admin.get(PAGE).get_data(as_text=True)


def test_what_gave_up_is_listed_with_its_cause_and_the_rest_is_counted(admin):
    make_dead()
    with transaction() as session:
        outbox.emit(session, "order.placed")
    page = admin.get(PAGE).get_data(as_text=True)
    assert "mail.send" in page
    assert "x.Refused" in page
    assert "order.placed" not in page


def test_it_gets_all_its_tries_again_once_and_that_is_recorded(admin):
    number = make_dead()
    assert admin.post(f"{PAGE}{number}/ulangi", page=PAGE).status_code == 303
    db.session.expire_all()
    message = db.session.get(OutboxMessage, number)
    assert (message.dead_at, message.attempts) == (None, 0)
    assert db.session.query(AuditEntry).filter_by(action="job.retried", subject=f"message:{number}").count() == 1
    assert admin.post(f"{PAGE}{number}/ulangi", page=PAGE).status_code == 404


def test_a_mail_whose_link_is_deleted_is_not_tried_again(admin):
    number = make_dead(secrets=None)
    page = admin.get(PAGE).get_data(as_text=True)
    assert f"{PAGE}{number}/ulangi" not in page
    assert "Kirim undangan baru" in page
    assert admin.post(f"{PAGE}{number}/ulangi", page=PAGE).status_code == 409
    db.session.expire_all()
    assert db.session.get(OutboxMessage, number).dead_at is not None
    assert db.session.query(AuditEntry).filter_by(action="job.retried").count() == 0


@pytest.mark.parametrize("role", ["province_officer", None])
def test_only_administrators_see_it(app, role):
    number = make_dead()
    person = signed_in(app, make_user(role))
    assert person.get(PAGE).status_code == 403
    assert person.post(f"{PAGE}{number}/ulangi", page="/akun/profil").status_code == 403
    db.session.expire_all()
    assert db.session.get(OutboxMessage, number).dead_at is not None
