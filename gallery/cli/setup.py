"""Command: load what every installation needs before its first account: regions, categories, offices."""

import click
from flask import Blueprint

from gallery.accounts.services.offices import load_offices
from gallery.catalog.services.categories import load_categories
from gallery.core.db import transaction
from gallery.regions.models import RegionLevel
from gallery.regions.queries import region
from gallery.regions.services import load_regions, shipped_regions

bp = Blueprint("setup_cli", __name__, cli_group=None)


@bp.cli.command("setup")
@click.option("--office-village", metavar="CODE", help="Village of the provincial offices, such as 19.71.01.1007.")
def setup(office_village: str | None) -> None:
    """Load regions, categories and offices; a second time adds only what is missing.

    Offices without a village are offered to no buyer until one is given at /petugas/pengaturan/kantor/.
    """
    with transaction() as session:
        regions = load_regions(session, shipped_regions())
        categories = load_categories(session)
        village = region(session, office_village) if office_village else None
        if office_village and (village is None or village.level is not RegionLevel.VILLAGE):
            raise click.BadParameter(f"no village has the code {office_village}", param_hint="--office-village")
        offices = load_offices(session, village_code=office_village)
    click.echo(f"{regions} regions, {categories} categories, {offices} new offices.")
