"""A restore that is tried with every run: the other site's own audits must be green."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from config import Settings
from gallery.accounts.permissions import Actor
from gallery.app import create_app
from gallery.core import adapters, audit, sealed
from gallery.core.db import db, transaction
from gallery.core.files import StoredFile, new_key, record_file
from gallery.inventory import services as stock
from tests import postgres
from tests.factories.inventory import make_gallery_place, make_goods

PASSPHRASE = "sandi cadangan yang panjang"


@pytest.fixture(autouse=True)
def passphrase(monkeypatch):
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr(sealed, "SCRYPT_N", 2**4)


@pytest.fixture
def other_settings(app, tmp_path):
    """Settings of an empty site that has the first one's keys."""
    settings = Settings(
        ENVIRONMENT="testing",
        DATABASE_URL=f"sqlite:///{tmp_path}/other.db",
        DATA_DIR=str(tmp_path / "other"),
        EXTERNAL_URL="http://localhost",
    )
    if postgres.database_url() is None:
        yield settings
        return
    with postgres.own_database(f"{postgres.database_name()}_other") as url:
        yield replace(settings, DATABASE_URL=url.render_as_string(hide_password=False))


def run(app, *arguments):
    with app.app_context():  # a command takes the application whose context it finds
        return app.test_cli_runner().invoke(args=list(arguments))


@pytest.fixture
def filled(app):
    goods, place = make_goods(), make_gallery_place()
    with transaction() as session:
        stock.receive(session, goods.variant_id, place.id, 12, actor=Actor.system())
        audit.record(session, Actor.system(), "stock.received", "place:1", pieces=12)
    key = new_key("photo", "jpg")
    adapters.files().put(key, b"\xff\xd8 picture")
    with transaction() as session:
        record_file(session, key, b"\xff\xd8 picture", media_type="image/jpeg", purpose="photo")
    assert run(app, "audit", "verify").exit_code == 0
    return key


def test_a_restored_site_has_the_same_stock_files_and_an_unbroken_audit_trail(app, filled, other_settings, tmp_path):
    made = run(app, "backup", "create", str(tmp_path / "a.backup"))
    assert made.exit_code == 0, made.output
    other = create_app(other_settings)
    restored = run(other, "backup", "restore", str(tmp_path / "a.backup"))
    assert restored.exit_code == 0, restored.output
    for check in ("stock", "verify"):
        result = run(other, "audit", check)
        assert result.exit_code == 0, result.output
    with other.app_context():
        assert db.session.scalar(text("SELECT sum(on_hand) FROM stock_item")) == 12
        assert db.session.query(StoredFile).one().key == filled
        with adapters.files().open(filled) as stream:
            assert stream.read() == b"\xff\xd8 picture"
        db.session.remove()
        db.engine.dispose()


def test_a_change_made_to_the_restored_data_is_noticed(app, filled, other_settings, tmp_path):
    run(app, "backup", "create", str(tmp_path / "a.backup"))
    other = create_app(other_settings)
    run(other, "backup", "restore", str(tmp_path / "a.backup"))
    engine = create_engine(other_settings.DATABASE_URL)
    with engine.begin() as connection:
        connection.execute(text("UPDATE stock_item SET on_hand = 13"))
    engine.dispose()
    assert run(other, "audit", "stock").exit_code == 1
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_site_in_use_is_never_overwritten(app, filled, tmp_path):
    run(app, "backup", "create", str(tmp_path / "a.backup"))
    result = run(app, "backup", "restore", str(tmp_path / "a.backup"))
    assert result.exit_code == 1
    assert "restore_target" in result.output


def test_a_short_passphrase_is_refused(app, tmp_path, monkeypatch):
    monkeypatch.setenv("BACKUP_PASSPHRASE", "pendek")
    assert run(app, "backup", "create", str(tmp_path / "a.backup")).exit_code == 1
    assert not (tmp_path / "a.backup").exists()


def test_an_older_backup_is_not_overwritten(app, filled, tmp_path):
    target = tmp_path / "a.backup"
    target.write_text("older")
    assert run(app, "backup", "create", str(target)).exit_code == 1
    assert Path(target).read_text() == "older"
