"""``flask check-deploy``: silent on a sound installation, one line for each thing that is wrong."""

import base64
import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from config import DEMO_SECRET, ConfigError, Settings
from gallery.accounts.models import User
from gallery.app import create_app
from gallery.core import clock, logs, migrations, outbox
from gallery.core.crypto import FieldCipher
from gallery.core.db import db, transaction
from gallery.registry.models import Person


def key(byte: int) -> str:
    return base64.urlsafe_b64encode(bytes([byte]) * 32).decode()


@pytest.fixture
def sound(database_url, tmp_path, monkeypatch) -> Settings:
    """Settings with which nothing is wrong."""
    monkeypatch.setattr(migrations, "at_head", lambda _engine: True)
    (tmp_path / "site").mkdir(mode=0o700)
    return Settings(
        ENVIRONMENT="production",
        SECRET_KEY="x9-garam-lada-" * 4,
        DATA_ENCRYPTION_KEYS=[key(1)],
        BLIND_INDEX_KEY=key(2),
        AUDIT_KEY=key(3),
        DATABASE_URL=database_url,
        DATA_DIR=str(tmp_path / "site"),
        EXTERNAL_URL="https://galeri.babelprov.go.id",
        PROXY_COUNT=1,
        MAIL_HOST="mail.babelprov.go.id",
        SITE_EMAIL="galeri@babelprov.go.id",
    )


@pytest.fixture
def problems(monkeypatch):
    """Return what the command says about these settings, and its exit code."""
    monkeypatch.setattr(logs, "configure", lambda *_: None)  # the handlers of this process stay pytest's

    def ask(settings: Settings, prepare=lambda: None):
        other = create_app(settings)
        with other.app_context():
            prepare()
        result = other.test_cli_runner().invoke(args=["check-deploy"])
        with other.app_context():
            db.engine.dispose()
        lines = [line.removeprefix("- ") for line in result.output.splitlines() if line.startswith("- ")]
        return lines, result.exit_code

    return ask


def test_a_sound_installation_has_no_problem(problems, sound):
    assert problems(sound) == ([], 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ENVIRONMENT": "development"}, "ENVIRONMENT is development"),
        ({"SECRET_KEY": Settings.SECRET_KEY, "ENVIRONMENT": "development"}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short", "ENVIRONMENT": "development"}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "password" * 8, "ENVIRONMENT": "development"}, "SECRET_KEY is missing"),
        ({"SECRET_KEY_FALLBACKS": ["y8-garam-lada-" * 4, Settings.SECRET_KEY]}, "SECRET_KEY_FALLBACKS holds the demo"),
        ({"SECRET_KEY_FALLBACKS": ["short"]}, "SECRET_KEY_FALLBACKS holds the demo"),
        ({"FLASK_DEBUG": True}, "FLASK_DEBUG is on"),
        ({"BLIND_INDEX_KEY": Settings.BLIND_INDEX_KEY, "ENVIRONMENT": "development"}, "BLIND_INDEX_KEY is missing"),
        ({"EXTERNAL_URL": "http://galeri.babelprov.go.id", "ENVIRONMENT": "development"}, "must begin with https"),
        ({"EXTERNAL_URL": "http://127.0.0.1:8000", "ALLOW_PLAIN_HTTP": True}, "ALLOW_PLAIN_HTTP is on"),
        ({"EXTERNAL_URL": "https://localhost"}, "EXTERNAL_URL names this machine"),
        ({"TRUSTED_HOSTS": ["*"]}, "TRUSTED_HOSTS accepts every host"),
        ({"PROXY_COUNT": 0}, "PROXY_COUNT is 0"),
        ({"MAIL_HOST": ""}, "MAIL_HOST is empty"),
        ({"SITE_EMAIL": Settings.SITE_EMAIL}, "SITE_EMAIL is the example address"),
        ({"LOG_LEVEL": "DEBUG"}, "personal data into the logs"),
        ({"SQL_ECHO": True}, "personal data into the logs"),
    ],
)
def test_each_weakness_is_named(problems, sound, change, says):
    lines, exit_code = problems(dataclasses.replace(sound, **change))
    assert exit_code == 1
    assert [line for line in lines if says in line], lines


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "x9" * 30}, "SECRET_KEY is missing"),
        ({"SECRET_KEY_FALLBACKS": DEMO_SECRET}, "SECRET_KEY_FALLBACKS holds the demo"),
        ({"SECRET_KEY_FALLBACKS": "secret" * 10}, "SECRET_KEY_FALLBACKS holds the demo"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on"),
        ({"FLASK_DEBUG": "on"}, "FLASK_DEBUG has a value"),
    ],
)
def test_production_does_not_start_with(sound, environ, says):
    fine = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": sound.SECRET_KEY,
        "SECRET_KEY_FALLBACKS": "y8-garam-lada-" * 4,
        "DATA_ENCRYPTION_KEYS": key(1),
        "BLIND_INDEX_KEY": key(2),
        "AUDIT_KEY": key(3),
        "EXTERNAL_URL": sound.EXTERNAL_URL,
    }
    assert Settings.from_environ(fine).SECRET_KEY == sound.SECRET_KEY
    with pytest.raises(ConfigError, match=says):
        Settings.from_environ(fine | environ)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"PORT": "abc"}, "PORT has a value"),
        ({"PORT": "65536"}, "PORT must be from 1 to 65535"),
        ({"WEB_WORKERS": "0"}, "WEB_WORKERS must be 1 or more"),
        ({"WEB_THREADS": "-1"}, "WEB_THREADS must be 1 or more"),
        ({"DATABASE_URL": "mysql://galeri@127.0.0.1/galeri"}, "DATABASE_URL must begin with"),
        ({"DATA_DIR": __file__}, "DATA_DIR is a file"),
        ({"EXTERNAL_URL": "galeri.example.go.id"}, "EXTERNAL_URL must begin with"),
        ({"EXTERNAL_URL": "https:///masuk"}, "EXTERNAL_URL must begin with"),
    ],
)
def test_nothing_starts_with(environ, says):
    with pytest.raises(ConfigError, match=says):
        Settings.from_environ(environ)


def test_a_data_folder_that_others_may_read_is_named(problems, sound):
    Path(sound.DATA_DIR).chmod(0o755)
    lines, _ = problems(sound)
    assert lines == ["DATA_DIR is open to other users of this machine: chmod 700"]


def test_a_database_behind_the_code_is_named(problems, sound, monkeypatch):
    monkeypatch.setattr(migrations, "at_head", lambda _engine: False)
    assert problems(sound) == (["the database is behind the code: flask db upgrade"], 1)


def test_a_missing_worker_is_named(problems, sound):
    def prepare():
        with transaction() as session:
            outbox.emit(session, "a", after=-timedelta(minutes=11))

    lines, _ = problems(sound, prepare)
    assert lines == ["work has been waiting for more than ten minutes: no worker runs (flask jobs work)"]


def test_work_that_failed_for_good_is_named(problems, sound):
    def prepare():
        with transaction() as session:
            outbox.emit(session, "a")
            session.flush()
            session.query(outbox.OutboxMessage).one().dead_at = clock.now()

    lines, _ = problems(sound, prepare)
    assert lines == ["1 job(s) failed for good: see flask jobs dead"]


def test_accounts_of_the_demo_are_named(problems, sound):
    def prepare():
        with transaction() as session:
            session.add(User(name="Demo", email="provinsi@galeri.example"))

    assert problems(sound, prepare) == (
        ["1 account(s) of the demo can sign in with a password that everybody knows"],
        1,
    )


def test_values_whose_key_was_removed_are_named(problems, sound):
    def prepare():
        with transaction() as session:
            for number, name in ((1, "Ani"), (4, "Budi"), (5, "Cici")):
                nik = FieldCipher([key(number)], key(2)).encrypt("9999014708850001", "person.nik:1")
                session.add(Person(name=name, nik_encrypted=nik))

    assert problems(sound, prepare) == (
        ["2 encrypted value(s) need keys that are not in DATA_ENCRYPTION_KEYS: see flask keys status"],
        1,
    )


def test_every_problem_is_listed_at_once(problems, sound):
    weak = dataclasses.replace(sound, ENVIRONMENT="development", MAIL_HOST="", PROXY_COUNT=0)
    assert len(problems(weak)[0]) == 3
