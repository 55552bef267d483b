"""A few real regions: Pangkalpinang and Bangka on one island, Belitung on another, roadless Lepar."""

from gallery.core.db import db, transaction
from gallery.regions.models import Region
from gallery.regions.services import load_regions, shipped_regions

VILLAGE = "19.71.05.1001"  # Air Itam, Pangkalpinang
DISTRICT = "19.71"
OTHER_DISTRICT = "19.02"  # Belitung


def make_regions() -> None:
    """Load the province, its districts, and everything in Pangkalpinang, Sungailiat, Tanjungpandan and Lepar, once."""
    if db.session.get(Region, "19") is not None:
        return
    wanted = ("19.71", "19.01.01", "19.02.01", "19.03.02")
    rows = [row for row in shipped_regions() if row["code"].startswith(wanted) or len(row["code"]) <= len("19.71")]
    with transaction() as session:
        load_regions(session, rows)
