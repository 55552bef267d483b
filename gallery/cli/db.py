"""Command: the migrations of the database, ``flask db upgrade`` and what else Flask-Migrate offers."""

import click
from flask import Blueprint, current_app

from gallery.core import db, migrations

bp = Blueprint("db", __name__, cli_group=None)


# Options and help are those of the command behind it.
@bp.cli.command("db", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def migrate(arguments: tuple[str, ...]) -> None:
    """Bring the database to another state of the code."""
    # Loaded here: 25 MB and a quarter of the start, which no web server and no worker needs.
    from flask_migrate import Migrate  # noqa: PLC0415
    from flask_migrate.cli import db as commands  # noqa: PLC0415

    folder = str(migrations.FOLDER)
    Migrate(current_app, db.db, directory=folder, render_as_batch=True, compare_type=True)
    commands.main(list(arguments), prog_name="flask db", standalone_mode=False)
