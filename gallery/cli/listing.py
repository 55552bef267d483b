"""``flask listing …``: the shop's rows are derived; they can be proved, and written anew."""

from itertools import islice

import click
from flask import Blueprint

from gallery.core.db import db, transaction
from gallery.listing import services
from gallery.listing.queries.drift import listing_drift

bp = Blueprint("listing_cli", __name__, cli_group="listing")
MOST_SHOWN = 20


@bp.cli.command("rebuild")
def rebuild() -> None:
    """Write entries, search words and counts anew, in one transaction: visitors see the old ones until it ends."""
    with transaction() as session:
        products = services.rebuild(session)
    click.echo(f"{products} products in the shop.")


@bp.cli.command("check")
def check() -> None:
    """Compare the shop's rows with catalogue and stock; repair nothing."""
    drifts = list(islice(listing_drift(db.session()), MOST_SHOWN))
    for drift in drifts:
        click.echo(str(drift), err=True)
    if drifts:
        raise click.ClickException("the shop does not agree with the catalogue: flask listing rebuild")
    click.echo("The shop agrees with the catalogue.")
