"""Command: load what every installation needs before its first account: regions, categories, offices."""

import click
from flask import Blueprint

from gallery.accounts.services.offices import load_offices
from gallery.catalog.services.categories import load_categories
from gallery.core.db import transaction
from gallery.regions.services import load_regions, shipped_regions

bp = Blueprint("setup_cli", __name__, cli_group=None)


@bp.cli.command("setup")
def setup() -> None:
    """Load regions, categories and offices; a second time adds only what is missing."""
    with transaction() as session:
        regions = load_regions(session, shipped_regions())
        categories = load_categories(session)
        offices = load_offices(session)
    click.echo(f"{regions} regions, {categories} categories, {offices} new offices.")
