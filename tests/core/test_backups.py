import io
import json
import tarfile

import pytest
from sqlalchemy import create_engine, text

from gallery.core import backups, sealed
from gallery.core.backups import BackupError, TargetNotEmptyError
from gallery.core.sealed import SealedWriter, SealError
from tests import postgres

PASSPHRASE = "sandi cadangan yang panjang"


@pytest.fixture(autouse=True)
def fast_scrypt(monkeypatch):
    monkeypatch.setattr(sealed, "SCRYPT_N", 2**4)


@pytest.fixture
def engines(database, tmp_path):
    """Two empty databases beside that of the tests: one to back up, one to restore into."""
    if postgres.database_url() is None:
        pair = [create_engine(f"sqlite:///{tmp_path}/{name}.db") for name in ("old", "new")]
        yield pair
    else:
        names = [f"{postgres.database_name()}_{name}" for name in ("old", "new")]
        with postgres.own_database(names[0]) as old, postgres.own_database(names[1]) as new:
            pair = [create_engine(old), create_engine(new)]
            yield pair
            for engine in pair:
                engine.dispose()
    for engine in pair:
        engine.dispose()


@pytest.fixture
def filled(engines, tmp_path):
    old, _ = engines
    with old.begin() as connection:
        connection.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"))
        connection.execute(text("INSERT INTO note VALUES (1, 'rahasia dapur'), (2, 'kemplang')"))
    files = tmp_path / "old-files"
    (files / "photo/3f").mkdir(parents=True)
    (files / "photo/3f/3f9c.jpg").write_bytes(b"\xff\xd8" + bytes(3000))
    (files / "empty.txt").write_bytes(b"")
    return old, files


def notes(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT id, body FROM note ORDER BY id")).all()


def test_everything_comes_back_as_it_was(engines, filled, tmp_path):
    old, files = filled
    new, target = engines[1], tmp_path / "new-files"
    made = backups.create(old, files, tmp_path / "a.backup", PASSPHRASE)
    restored = backups.restore(new, target, tmp_path / "a.backup", PASSPHRASE)
    assert notes(new) == [(1, "rahasia dapur"), (2, "kemplang")]
    assert {str(p.relative_to(target)): p.read_bytes() for p in target.rglob("*") if p.is_file()} == {
        "photo/3f/3f9c.jpg": b"\xff\xd8" + bytes(3000),
        "empty.txt": b"",
    }
    assert restored == made


def test_rows_written_while_the_database_is_in_use_are_in_the_backup(engines, filled, tmp_path):
    old, files = filled
    with old.connect() as reader:  # keeps SQLite's log file from being folded back
        if old.dialect.name == "sqlite":
            reader.exec_driver_sql("PRAGMA journal_mode=WAL")
        with old.begin() as writer:
            writer.execute(text("INSERT INTO note VALUES (3, 'baru')"))
        backups.create(old, files, tmp_path / "a.backup", PASSPHRASE)
    backups.restore(engines[1], tmp_path / "new-files", tmp_path / "a.backup", PASSPHRASE)
    assert notes(engines[1])[-1] == (3, "baru")


def test_nothing_can_be_read_without_the_passphrase(engines, filled, tmp_path):
    backups.create(*filled, tmp_path / "a.backup", PASSPHRASE)
    assert b"rahasia" not in (tmp_path / "a.backup").read_bytes()
    with pytest.raises(SealError):
        backups.restore(engines[1], tmp_path / "new-files", tmp_path / "a.backup", "salah sama sekali")
    assert not (tmp_path / "new-files").exists()


def test_a_restore_never_overwrites(engines, filled, tmp_path):
    old, files = filled
    backups.create(old, files, tmp_path / "a.backup", PASSPHRASE)
    with pytest.raises(TargetNotEmptyError):
        backups.restore(old, tmp_path / "new-files", tmp_path / "a.backup", PASSPHRASE)
    with pytest.raises(TargetNotEmptyError):
        backups.restore(engines[1], files, tmp_path / "a.backup", PASSPHRASE)
    assert len(notes(old)) == 2


def archive(path, members):
    """Write a well sealed archive with whatever is in it."""
    with path.open("wb") as raw:
        writer = SealedWriter(raw, PASSPHRASE)
        with tarfile.open(fileobj=writer, mode="w|") as tar:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        writer.close()


@pytest.mark.parametrize(
    "members",
    [
        {"database": b"x"},
        {"database": b"x", "manifest.json": json.dumps({"format": 1, "database": "sqlite", "members": {}}).encode()},
        {"../outside": b"x", "manifest.json": b"{}"},
        {"manifest.json": json.dumps({"format": 2, "database": "sqlite", "members": {}}).encode()},
    ],
    ids=["no manifest", "member not in manifest", "path outside", "unknown format"],
)
def test_an_archive_that_is_not_what_it_says_is_refused_before_anything_is_put_in_place(engines, tmp_path, members):
    archive(tmp_path / "odd.backup", members)
    with pytest.raises(BackupError):
        backups.restore(engines[1], tmp_path / "new-files", tmp_path / "odd.backup", PASSPHRASE)
    assert not (tmp_path / "new-files").exists()
    assert not (tmp_path / "outside").exists()


def test_a_failed_backup_leaves_no_half_file(engines, filled, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError("no space left on device")

    monkeypatch.setattr(backups, "_add_bytes", full)
    with pytest.raises(OSError, match="no space"):
        backups.create(*filled, tmp_path / "out" / "a.backup", PASSPHRASE)
    assert list((tmp_path / "out").iterdir()) == []
