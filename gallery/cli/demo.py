"""Commands: the demo data, who can sign in to them, and the pictures that are drawn.

What makes the demo is loaded by the commands that use it: a web server and a worker have all commands too.
"""

import time
from pathlib import Path

import click
from flask import Blueprint, current_app

from gallery.core import adapters
from gallery.core.db import db
from gallery.core.errors import ConflictError

bp = Blueprint("demo_cli", __name__, cli_group="demo")
STATIC = Path(__file__).parents[2] / "static" / "img"


@bp.cli.command("seed")
@click.option("--picture-width", type=click.IntRange(48, 960), default=960, help="Narrow pictures are drawn sooner.")
def seed(picture_width: int) -> None:
    """Fill an empty database with invented data; a database that has them keeps them."""
    from gallery.demo import accounts  # noqa: PLC0415
    from gallery.demo.seed import seed as fill  # noqa: PLC0415

    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException("The demo data are not for production: everybody knows their password.")
    if not accounts.is_complete(db.session()):
        click.echo("Making the demo data: 110 products with drawn pictures, about half a minute …")
    started = time.monotonic()
    try:
        is_new = fill(adapters.files(), adapters.cipher(), picture_width=picture_width)
    except ConflictError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"Demo data made in {time.monotonic() - started:.0f} s." if is_new else "The demo data are there already."
    )
    show_accounts()


@bp.cli.command("accounts")
def list_accounts() -> None:
    """Print who can sign in to the demo."""
    show_accounts()


@bp.cli.command("samples")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def samples(folder: Path) -> None:
    """Write the untidy sample sheet of each district, with its photo ZIP, into FOLDER."""
    from gallery.demo.samples import samples as all_samples  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for sample in all_samples():
        (folder / sample.sheet_name).write_bytes(sample.sheet)
        (folder / sample.photos_name).write_bytes(sample.photos)
        click.echo(f"{sample.sheet_name}, {sample.photos_name}")


@bp.cli.command("pictures")
def pictures() -> None:
    """Draw the pictures of the home page and of the share card anew, into static/img."""
    from gallery.demo.pictures import static  # noqa: PLC0415

    for path in static.write(STATIC):
        click.echo(f"{path.name}: {path.stat().st_size} bytes")


def show_accounts() -> None:
    from gallery.demo import accounts  # noqa: PLC0415

    rows = [("Sign in with", "Name", "Role", "Where"), *accounts.table()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        click.echo("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo(f"  Password of all of them: {accounts.DEMO_PASSWORD}")
    click.echo(f"  Untidy sample sheets to upload: {Path(current_app.config['DATA_DIR']) / 'files' / 'contoh'}")
