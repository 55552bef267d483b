"""What `make check` asks beyond format, lint, types and imports: migrations, translations, templates.

Run as ``python -m tests.check``; each function returns its complaints, and the architecture tests use them too.
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment, TemplateSyntaxError

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
METHODS = [("gallery/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
LANGUAGES = ("en",)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
FORBIDDEN_MARKUP = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "inline script": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*\btype=\"application/(?:ld\+)?json\")", re.IGNORECASE
    ),
    "javascript: link": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
    "|safe without a reason": re.compile(r"\|\s*safe\b(?!.*\{#)"),
}


def templates() -> Iterator[str]:
    """Templates that do not compile, or carry markup that the content security policy would refuse."""
    compiler = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    for path in sorted(TEMPLATES.rglob("*.*")):
        if path.suffix not in {".html", ".txt", ".xml"}:
            continue
        source, name = path.read_text(), path.relative_to(ROOT)
        try:
            compiler.parse(source)
        except TemplateSyntaxError as error:
            yield f"{name}:{error.lineno}: {error.message}"
        for what, pattern in FORBIDDEN_MARKUP.items():
            for found in pattern.finditer(source):
                yield f"{name}:{source.count(chr(10), 0, found.start()) + 1}: {what}"


def messages() -> dict[str, list[str]]:
    """Every source text with the places that use it."""
    found: dict[str, list[str]] = {}
    options = {
        pattern: {"silent": "false", "extensions": "jinja2.ext.do"} for pattern, kind in METHODS if kind == "jinja2"
    }
    extracted = extract_from_dir(str(ROOT), METHODS, options, KEYWORDS, directory_filter=_is_source)
    for file, line, message, _comments, _context in extracted:
        text = message[0] if isinstance(message, tuple) else message
        found.setdefault(text, []).append(f"{file}:{line}")
    return found


def translations() -> Iterator[str]:
    """Source texts without a translation, with a doubtful one, or with one that lost a placeholder."""
    sources = messages()
    for language in LANGUAGES:
        file = ROOT / "gallery/translations" / language / "LC_MESSAGES/messages.po"
        if not file.exists():
            yield f"{language}: the catalogue {file.relative_to(ROOT)} does not exist"
            continue
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=language)
        for text, places in sources.items():
            entry = catalogue.get(text)
            strings = () if entry is None else (entry.string if isinstance(entry.string, tuple) else (entry.string,))
            if not strings or not all(strings):
                yield f"{language}: no translation of {text!r} ({places[0]})"
            elif entry.fuzzy:
                yield f"{language}: doubtful translation of {text!r} ({places[0]})"
            elif not _placeholders(text) >= _placeholders(*strings[-1:]) >= _placeholders(text) - {"num"}:
                yield f"{language}: other placeholders in the translation of {text!r} ({places[0]})"


def migrations() -> Iterator[str]:
    """Migrations that fail on an empty database, or leave another schema than the models describe."""
    from tests.postgres import start_server

    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        if not (server := os.environ.get("TEST_DATABASE_URL")):
            server = stack.enter_context(start_server()).render_as_string(hide_password=False)
        os.environ["GALLERY_TEST_SERVER"] = server
        yield from _migrate("SQLite", f"sqlite:///{folder}/migrated.db", folder)
        yield from _migrate_postgresql(folder)


def _migrate_postgresql(folder: str) -> Iterator[str]:
    from sqlalchemy import create_engine

    from gallery.core.db import Base
    from tests.databases import load_models
    from tests.postgres import own_database

    load_models()
    with own_database(f"check_{os.getpid()}_a") as migrated, own_database(f"check_{os.getpid()}_b") as modelled:
        yield from _migrate("PostgreSQL", migrated.render_as_string(hide_password=False), folder)
        engine = create_engine(modelled)
        Base.metadata.create_all(engine)
        engine.dispose()
        # Checks, triggers and functions too, which alembic's own comparison does not see.
        is_there, should_be = _schema(migrated), _schema(modelled)
        yield from (f"PostgreSQL: only in the migrated schema: {line}" for line in sorted(is_there - should_be))
        yield from (f"PostgreSQL: only in the models: {line}" for line in sorted(should_be - is_there))


def _migrate(name: str, url: str, folder: str) -> Iterator[str]:
    environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": folder, "FLASK_APP": "wsgi.py", "LOG_LEVEL": "ERROR"}
    for command in (["db", "upgrade"], ["db", "check"]):
        done = subprocess.run(
            [sys.executable, "-m", "flask", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            yield f"{name}: flask {' '.join(command)} failed\n{(done.stderr or done.stdout).strip()}"
            return


def _schema(url: object) -> set[str]:
    from sqlalchemy import create_engine

    from gallery.core import backups

    engine = create_engine(url)
    with tempfile.NamedTemporaryFile("r") as file:
        backups.run_tool(
            engine, "pg_dump", "--schema-only", "--no-owner", "--exclude-table=alembic_version", f"--file={file.name}"
        )
        text = Path(file.name).read_text()
    engine.dispose()
    lines = (line.strip().rstrip(",") for line in text.splitlines())
    return {line for line in lines if line and not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog"))}


def _placeholders(*texts: str) -> set[str]:
    return {one or other for text in texts for one, other in PLACEHOLDER.findall(text)}


def _is_source(path: str) -> bool:
    name = Path(path).name
    return not name.startswith(".") and name not in {"node_modules", "tests", "data", "static", "docs", "migrations"}


def main() -> int:
    """Print every complaint; the exit code tells whether there was one."""
    complaints = 0
    for check in (templates, translations, migrations):
        found = list(check())
        complaints += len(found)
        print(f"{check.__name__}: {'ok' if not found else f'{len(found)} complaint(s)'}")  # noqa: T201
        for complaint in found:
            print(f"  {complaint}")  # noqa: T201
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
