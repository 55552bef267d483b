from contextlib import suppress
from datetime import timedelta

import pytest

from gallery.accounts import queries
from gallery.accounts.errors import AccountExistsError, LinkSpentError, WeakPasswordError
from gallery.accounts.models import OneTimeToken, User
from gallery.accounts.permissions import Actor, Grant
from gallery.accounts.services import people, sessions
from gallery.accounts.states import Role, TokenPurpose
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from tests.factories.accounts import make_user

ADMIN = Actor(1, "Admin", (Grant(Role.ADMINISTRATOR),))
NEW = "pantai pasir padi 7"


def mails():
    rows = db.session.scalars(db.select(OutboxMessage).order_by(OutboxMessage.id))
    return [row.payload for row in rows if row.topic == "mail.send"]


def request_reset(login):
    with transaction() as session:
        people.request_reset(session, login)
    return mails()[-1]["secrets"]["token"] if mails() else None


def set_password(token, purpose=TokenPurpose.RESET_PASSWORD):
    with transaction() as session:
        return people.set_password_by_link(session, token, purpose, NEW)


def test_a_reset_link_works_once_ends_all_sessions_and_tells_the_owner(app):
    user = make_user()
    with transaction() as session:
        cookie = sessions.start(session, user.id, device="Chrome")
    token = request_reset(user.email)
    set_password(token)
    assert queries.live_session(db.session, cookie, clock.now()) is None
    assert mails()[-1]["template"] == "password_changed"
    with pytest.raises(LinkSpentError):
        set_password(token)


def test_the_token_is_not_in_the_table(app):
    token = request_reset(make_user().email)
    assert db.session.scalars(db.select(OneTimeToken.token_hash)).all() == [queries.token_hash(token)]


def test_a_reset_link_lives_an_hour_and_the_newest_only(app, monkeypatch):
    user = make_user()
    first, second = request_reset(user.email), request_reset(user.email)
    with pytest.raises(LinkSpentError):
        set_password(first)
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(LinkSpentError):
        set_password(second)


def test_a_link_of_one_purpose_does_not_serve_another(app):
    token = request_reset(make_user().email)
    with pytest.raises(LinkSpentError):
        set_password(token, TokenPurpose.INVITATION)


def test_an_unknown_account_gets_no_mail_and_no_error(app):
    assert request_reset("tidak-ada@example.id") is None


def test_an_invited_officer_can_not_sign_in_before_setting_a_password(app):
    with transaction() as session:
        user = people.invite(
            session, name="Rina", email="rina@example.id", grants=[Grant(Role.PROVINCE_OFFICER)], actor=ADMIN
        )
    assert user.password_hash is None
    set_password(mails()[-1]["secrets"]["token"], TokenPurpose.INVITATION)
    assert db.session.get(User, user.id).password_hash.startswith("$argon2id$")


def test_a_grant_carries_exactly_the_scope_of_its_role(app):
    user = make_user()
    for grant in [Grant(Role.GALLERY_STAFF), Grant(Role.ADMINISTRATOR, gallery_id=1), Grant(Role.SELLER, office_id=1)]:
        with pytest.raises(ValueError, match=grant.role), transaction() as session:
            people.set_grants(session, user.id, [grant], actor=ADMIN)
    assert db.session.get(User, user.id).grants == []


def give(user, *grants):
    with transaction() as session:
        people.set_grants(session, user.id, grants, actor=ADMIN)
    return db.session.get_one(User, user.id, populate_existing=True).password_hash is not None


def test_a_buyer_who_becomes_staff_sets_a_password_by_the_rule_of_staff(app):
    user = make_user()
    assert give(user, Grant(Role.PROVINCE_OFFICER)) is False
    token = mails()[-1]["secrets"]["token"]
    with pytest.raises(WeakPasswordError), transaction() as session:
        people.set_password_by_link(session, token, TokenPurpose.INVITATION, "pasirpadi 7")
    set_password(token, TokenPurpose.INVITATION)
    told = len(mails())
    assert give(user, Grant(Role.ADMINISTRATOR)) is True
    assert give(user) is True
    assert len(mails()) == told


def test_a_seller_keeps_the_password(app):
    assert give(make_user(), Grant(Role.SELLER, business_id=1)) is True
    assert mails() == []


def test_two_accounts_never_share_an_address(app):
    user = make_user()
    with pytest.raises(AccountExistsError), transaction() as session:
        people.register(session, name="X", email=user.email, phone=None, password=NEW)
    assert db.session.query(User).count() == 1


def test_of_two_who_register_one_address_at_once_the_second_is_refused(app, monkeypatch):
    email = make_user().email
    monkeypatch.setattr(people, "user_by_login", lambda *_args: None)  # both looked before either wrote
    with pytest.raises(AccountExistsError), transaction() as session:
        people.register(session, name="X", email=email, phone=None, password=NEW)


def test_a_known_account_costs_a_registration_as_much_work_as_a_new_one(app, monkeypatch):
    user, hashed = make_user(), []
    monkeypatch.setattr(people, "hash_password", lambda password: hashed.append(password) or "hash")
    for email in (user.email, "baru@example.id"):
        with suppress(AccountExistsError), transaction() as session:
            people.register(session, name="X", email=email, phone=None, password=NEW)
    assert hashed == [NEW, NEW]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"phone": "+6281200000999"}, ["phone_changed"]),
        ({"phone": None}, ["phone_changed"]),
        ({"email": "baru@example.id"}, ["contact_changed"]),
        ({"name": "Ani Baru"}, []),
    ],
)
def test_the_old_address_is_told_of_a_new_name_to_sign_in_by(app, changed, told):
    user = make_user(email="ani@example.id")
    wanted = {"name": user.name, "email": user.email, "phone": user.phone} | changed
    with transaction() as session:
        people.update_profile(session, user.id, **wanted)
    assert [mail["template"] for mail in mails()] == told
    assert {mail["to"] for mail in mails()} <= {"ani@example.id"}


def test_erasing_forgets_the_person(app):
    user = make_user(name="Ani Contoh")
    with transaction() as session:
        people.erase(session, user.id, actor=ADMIN)
    row = db.session.get(User, user.id)
    assert (row.name, row.email, row.phone, row.password_hash, row.is_active) == ("—", None, None, None, False)
