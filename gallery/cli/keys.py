"""``flask keys …``: which key encrypts what, and giving everything the newest one while the site runs."""

import time
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import click
from flask import Blueprint

from gallery.accounts.permissions import Actor
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.keys import services
from gallery.keys.facts import SEALED, SHEETS
from gallery.keys.queries import KeyCount, key_counts
from gallery.submissions.queries import kept_sheets

bp = Blueprint("keys_cli", __name__, cli_group="keys")


@bp.cli.command("status")
def status() -> None:
    """Count what each key encrypts; exit non-zero when a key is needed that is not in DATA_ENCRYPTION_KEYS."""
    click.echo(f"Keys, the newest first: {', '.join(adapters.cipher().key_ids)}")
    counts = _counts()
    for count in counts:
        form = ", first format" if count.is_first_format else ""
        click.echo(f"{count.place}: {count.values} under {count.key_id or 'no key of these'}{form}")
    _refuse_missing(counts)
    click.echo(f"{_left(counts)} value(s) are not under the newest key.")


@bp.cli.command("rotate")
def rotate() -> None:
    """Give everything the newest key, a few rows at a time; may be stopped at any moment and started again.

    Exits with 0 when nothing needs another key any more.
    """
    newest, *_ = adapters.cipher().key_ids
    done = damaged = 0
    for place, turns in groupby(_turns(), key=itemgetter(0)):
        values = 0
        for _place, turn in turns:
            values, damaged = values + turn.values, damaged + len(turn.damaged)
            for row in turn.damaged:
                click.echo(f"{place}: row {row} is damaged", err=True)
        if values:
            click.echo(f"{place}: {values} under {newest} now")
        done += values
    click.echo(f"{done} value(s) changed.")
    counts = _counts()
    _refuse_missing(counts)
    if damaged:
        raise click.ClickException(f"{damaged} value(s) are damaged: their key does not open them")
    if left := _left(counts):
        raise click.ClickException(f"{left} value(s) were in use or came meanwhile: run this again")
    click.echo("Everything is under the newest key: the others may be removed.")


def _turns() -> Iterator[tuple[str, services.Turn]]:
    cipher, files, actor = adapters.cipher(), adapters.files(), Actor.system()
    for field in SEALED:
        after: int | None = 0
        while after is not None:
            begun = time.monotonic()
            with transaction() as session:
                turn = services.reseal(session, field, cipher, after=after, actor=actor)
            yield field.name, turn
            after = turn.after
            rest(time.monotonic() - begun)
    for sheet in kept_sheets(db.session()):
        with transaction() as session:
            turn = services.reseal_file(session, files, cipher, sheet.submission_id, actor=actor)
        yield SHEETS[0], turn


def rest(seconds: float) -> None:
    """Leave the database to the site for as long as the last turn had it: SQLite's queue of writers is not fair."""
    time.sleep(seconds)


def _counts() -> list[KeyCount]:
    return key_counts(db.session(), adapters.files(), adapters.cipher())


def _left(counts: list[KeyCount]) -> int:
    return sum(count.values for count in counts if not count.is_newest)


def _refuse_missing(counts: list[KeyCount]) -> None:
    missing = [count for count in counts if not count.is_configured]
    if missing:
        named = ", ".join(sorted({count.key_id or "without a name" for count in missing}))
        values = sum(count.values for count in missing)
        raise click.ClickException(f"{values} value(s) need keys that are not in DATA_ENCRYPTION_KEYS: {named}")
