"""Command: what still stands between this installation and the public, all of it at once."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
from flask import Blueprint, current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from gallery.core import adapters, clock, migrations
from gallery.core.db import db
from gallery.core.outbox import OutboxMessage
from gallery.keys.queries import key_counts

bp = Blueprint("deploy", __name__, cli_group=None)
WORKER_SILENT: Final = timedelta(minutes=10)
OPEN_TO_OTHERS: Final = 0o077


@bp.cli.command("check-deploy")
def check_deploy() -> None:
    """List every problem of a public installation; exit non-zero when there is one."""
    found = [*settings_problems(), *database_problems()]
    for problem in found:
        click.echo(f"- {problem}")
    if found:
        raise click.ClickException(f"{len(found)} problem(s)")
    click.echo("Ready for the public.")


def settings_problems() -> Iterator[str]:
    """What the environment says."""
    config = current_app.config
    settings = Settings(**{field.name: config[field.name] for field in dataclasses.fields(Settings)})
    if settings.ENVIRONMENT != "production":
        yield f"ENVIRONMENT is {settings.ENVIRONMENT}, not production"
    yield from dataclasses.replace(settings, ENVIRONMENT="production", ALLOW_PLAIN_HTTP=False).problems()
    if settings.ALLOW_PLAIN_HTTP:
        yield "ALLOW_PLAIN_HTTP is on: cookies travel unprotected"
    if current_app.debug or current_app.testing:
        yield "debug or testing mode is on"
    if settings.LOG_LEVEL.upper() == "DEBUG" or settings.SQL_ECHO:
        yield "LOG_LEVEL=DEBUG or SQL_ECHO writes personal data into the logs"
    yield from _site_problems(settings)


def _site_problems(settings: Settings) -> Iterator[str]:
    host = urlsplit(settings.EXTERNAL_URL).hostname or ""
    if host in {"", "localhost", "127.0.0.1", "::1"}:
        yield "EXTERNAL_URL names this machine, not the site's public address"
    if "*" in settings.TRUSTED_HOSTS:
        yield "TRUSTED_HOSTS accepts every host"
    if settings.PROXY_COUNT < 1:
        yield "PROXY_COUNT is 0: behind the HTTPS proxy every visitor would have the proxy's address"
    if not settings.MAIL_HOST:
        yield "MAIL_HOST is empty: mails would be written to files instead of being sent"
    if settings.SITE_EMAIL.endswith("@example.go.id"):
        yield "SITE_EMAIL is the example address: nobody could reach the office"
    folder = Path(settings.DATA_DIR)
    if not folder.is_dir():
        yield "DATA_DIR does not exist"
    elif folder.stat().st_mode & OPEN_TO_OTHERS:
        yield "DATA_DIR is open to other users of this machine: chmod 700"


def database_problems() -> Iterator[str]:
    """What the database says; a database that can not be asked is one problem."""
    try:
        yield from _database_problems()
    except SQLAlchemyError as error:
        yield f"the database does not answer as expected ({type(error).__name__})"
    finally:
        db.session.rollback()


def _database_problems() -> Iterator[str]:
    from gallery.demo.accounts import demo_accounts  # noqa: PLC0415 - a web server has this command too, not the demo

    if not migrations.at_head(db.engine):
        yield "the database is behind the code: flask db upgrade"
        return
    message: Any = OutboxMessage
    oldest = db.session.scalar(
        select(func.min(message.available_at)).where(message.done_at.is_(None), message.dead_at.is_(None))
    )
    if oldest is not None and oldest < clock.now() - WORKER_SILENT:
        yield "work has been waiting for more than ten minutes: no worker runs (flask jobs work)"
    if count := demo_accounts(db.session()):
        yield f"{count} account(s) of the demo can sign in with a password that everybody knows"
    counts = key_counts(db.session(), adapters.files(), adapters.cipher())
    if missing := sum(count.values for count in counts if not count.is_configured):
        yield f"{missing} encrypted value(s) need keys that are not in DATA_ENCRYPTION_KEYS: see flask keys status"
    if dead := db.session.scalar(select(func.count()).where(message.dead_at.is_not(None))):
        yield f"{dead} job(s) failed for good: see flask jobs dead"
