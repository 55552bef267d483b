"""Commands: make a backup of database and files, bring one back."""

import os
from pathlib import Path

import click
from flask import Blueprint, current_app

from gallery.core import backups
from gallery.core.db import db
from gallery.core.errors import GalleryError

bp = Blueprint("backup", __name__, cli_group="backup")
bp.cli.help = "Encrypted backups of database and files; the passphrase is in BACKUP_PASSPHRASE."
SHORTEST_PASSPHRASE = 12


@bp.cli.command("create")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def create(target: Path) -> None:
    """Write a backup to TARGET while the site runs."""
    if target.exists():
        raise click.ClickException(f"{target} exists already")
    try:
        manifest = backups.create(db.engine, _files(), target, _passphrase())
    except GalleryError as error:
        raise click.ClickException(f"{error.code}: {error}") from error
    click.echo(f"{target}: {len(manifest['members'])} members, {target.stat().st_size} bytes, checked by SHA-256")


@bp.cli.command("restore")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(source: Path) -> None:
    """Bring SOURCE back into an empty database and an empty DATA_DIR; stop the site first."""
    try:
        manifest = backups.restore(db.engine, _files(), source, _passphrase())
    except GalleryError as error:
        raise click.ClickException(f"{error.code}: {error}") from error
    click.echo(f"Restored the state of {manifest['created_at']}.")
    click.echo("Now run: flask db upgrade && flask audit stock && flask audit verify")


def _files() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "files"


def _passphrase() -> str:
    passphrase = os.environ.get("BACKUP_PASSPHRASE", "")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise click.ClickException(f"set BACKUP_PASSPHRASE to at least {SHORTEST_PASSPHRASE} characters")
    return passphrase
