"""A district: who makes what there."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.listing.queries import counts_by_district, popular
from gallery.listing.queries.businesses import business_count, business_directory
from gallery.regions.models import RegionLevel
from gallery.regions.queries import region
from gallery.web.guards import cacheable

bp = Blueprint("region", __name__, url_prefix="/wilayah")
SHELF = 24
MAKERS = 6


@bp.get("/<code>")
@cacheable
def show(code: str) -> ResponseReturnValue:
    session = db.session()
    district = region(session, code)
    if district is None or district.level is not RegionLevel.REGENCY:
        raise NotFoundError(code)
    return render_template(
        "shop/region/show.html",
        district=district,
        entries=popular(session, SHELF, district_code=code),
        total=counts_by_district(session).get(code, 0),
        makers=business_directory(session, district_code=code, limit=MAKERS).businesses,
        maker_count=business_count(session, district_code=code),
    )
