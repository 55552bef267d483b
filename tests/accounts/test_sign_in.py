from datetime import timedelta

import pytest

from gallery.accounts import queries
from gallery.accounts.errors import SignInFailedError, TooManyAttemptsError, WeakPasswordError
from gallery.accounts.models import SignInAttempt, User
from gallery.accounts.passwords import check_strength, common_passwords, needs_rehash, verify_password
from gallery.accounts.services import people, sessions, sign_in
from gallery.accounts.services.sign_in import normal_login, normal_phone
from gallery.core import adapters, clock
from gallery.core.db import db, transaction
from tests.browser import PASSWORD
from tests.factories.accounts import make_user


@pytest.mark.parametrize(
    "typed",
    [
        "0812 3456 7890",
        "+62 812-3456-7890",
        "+62 (0)812 3456 7890",
        "6281234567890",
        "0062 812 3456 7890",
        "81234567890",
        "(0812) 3456.7890",
        "O812 3456 789o",
        "0812 3456 7890 (WA)",
        "https://wa.me/6281234567890",
    ],
)
def test_whatever_people_type_a_number_is_one_number(typed):
    assert normal_phone(typed) == "+6281234567890"


@pytest.mark.parametrize("typed", ["", "abc", "0812", "+1", "62", "08123456789012345"])
def test_what_can_be_no_number_is_none(typed):
    assert normal_phone(typed) is None


def test_an_address_is_compared_without_case():
    assert normal_login(" Ani@Example.ID ") == "ani@example.id"


def guess(login="ani@example.id", address="10.0.0.1"):
    with transaction() as session:
        return sign_in.count_try(session, adapters.cipher(), login, address)


def test_the_ninth_try_within_a_quarter_of_an_hour_is_refused_for_this_account_only(app, monkeypatch):
    for number in range(8):
        guess(address=f"10.0.0.{number}")
    with pytest.raises(TooManyAttemptsError):
        guess(address="10.0.0.99")
    guess(login="budi@example.id")
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    guess()


def test_one_address_can_not_try_every_account(app):
    for number in range(40):
        guess(login=f"orang{number}@example.id")
    with pytest.raises(TooManyAttemptsError):
        guess(login="baru@example.id")
    guess(login="baru@example.id", address="10.0.0.2")


def test_tries_name_nobody(app):
    guess()
    subjects = db.session.scalars(db.select(SignInAttempt.subject)).all()
    assert len(subjects) == 2
    assert not any("ani" in subject or "10.0" in subject for subject in subjects)


def test_success_forgets_the_failed_tries(app):
    user = make_user(email="ani@example.id")
    tried = [guess() for _ in range(8)][-1]
    with transaction() as session:
        sign_in.record_success(session, tried, user.id, PASSWORD)
    guess()


def test_an_address_is_spared_the_try_that_was_right_and_no_other(app):
    for _ in range(2):
        guess(login="budi@example.id")
    tried = guess()
    with transaction() as session:
        sign_in.forget(session, tried)
    cipher = adapters.cipher()
    left = sorted(db.session.scalars(db.select(SignInAttempt.subject)))
    account, place = (
        cipher.blind_index("budi@example.id", "sign-in.account"),
        cipher.blind_index("10.0.0.1", "sign-in.address"),
    )
    assert left == sorted([account, account, place, place])


def test_wrong_unknown_and_disabled_fail_alike(app):
    make_user(email="ani@example.id")
    make_user(email="mati@example.id", is_active=False)
    make_user(email="undangan@example.id", password_hash=None)
    for login, password in [
        ("ani@example.id", "salah"),
        ("tidak-ada@example.id", PASSWORD),
        ("mati@example.id", PASSWORD),
        ("undangan@example.id", ""),
    ]:
        with pytest.raises(SignInFailedError):
            sign_in.check_password(db.session, login, password)
    assert sign_in.check_password(db.session, "ani@example.id", PASSWORD).email == "ani@example.id"


@pytest.mark.real_passwords
def test_an_old_hash_is_made_anew_at_sign_in(app):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    user = make_user(password_hash=weak)
    assert needs_rehash(weak)
    with transaction() as session:
        tried = sign_in.count_try(session, adapters.cipher(), user.email, "10.0.0.1")
        sign_in.record_success(session, tried, user.id, PASSWORD)
    stored = db.session.get(User, user.id).password_hash
    assert not needs_rehash(stored)
    assert verify_password(stored, PASSWORD)


@pytest.mark.parametrize("password", ["bismillah1", "Rahasia123!", "bangkabelitung", "1234567890", "PangkalPinang2026"])
def test_passwords_that_everybody_thinks_of_are_refused(password):
    with pytest.raises(WeakPasswordError) as caught:
        check_strength(password, for_staff=False)
    assert caught.value.reason == "common"


def test_length_is_the_only_other_rule():
    assert len(common_passwords()) >= 3_000
    with pytest.raises(WeakPasswordError):
        check_strength("sembilan9", for_staff=False)
    check_strength("pantai nyaman", for_staff=True)
    with pytest.raises(WeakPasswordError):
        check_strength("pantai aja.", for_staff=True)
    check_strength("ß" * 64, for_staff=True)
    with pytest.raises(WeakPasswordError):
        check_strength("x" * 1_001, for_staff=False)


def live(token):
    return queries.live_session(db.session, token, clock.now())


def test_a_session_ends_when_idle_and_when_old(app, monkeypatch):
    staff, start = make_user("province_officer"), clock.now()
    with transaction() as session:
        token = sessions.start(session, staff.id, device="Chrome")
    assert live(token).actor.can("review.decide")
    at = start + timedelta(minutes=29)
    monkeypatch.setattr(clock, "now", lambda: at)
    assert live(token).touch_due
    with transaction() as session:
        sessions.touch(session, live(token).session_id)
    at = start + timedelta(minutes=58)
    assert live(token) is not None
    at = start + timedelta(minutes=60)
    assert live(token) is None


def test_touching_does_not_outlive_the_absolute_limit(app, monkeypatch):
    staff, start = make_user("province_officer"), clock.now()
    with transaction() as session:
        token = sessions.start(session, staff.id, device="Chrome")
    at = start
    monkeypatch.setattr(clock, "now", lambda: at)
    while at < start + timedelta(hours=12):
        with transaction() as session:
            sessions.touch(session, live(token).session_id)
        at += timedelta(minutes=29)
    assert live(token) is None


def test_disabling_an_account_ends_its_sessions_at_once(app):
    from gallery.accounts.permissions import Actor

    user = make_user()
    with transaction() as session:
        token = sessions.start(session, user.id, device="Chrome")
    with transaction() as session:
        people.set_active(session, user.public_id, is_active=False, actor=Actor.system())
    assert live(token) is None
