"""The shop's first page: what there is, from where, and what is new."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.content.queries import latest
from gallery.core.db import db
from gallery.listing.queries import counts_by_category, counts_by_district, newest, popular
from gallery.regions.queries import districts
from gallery.web.guards import cacheable
from gallery.web.links import shop_categories
from gallery.web.shop.district_map import map_dots

bp = Blueprint("home", __name__)
SHELF = 10
NEWS = 3
KINDS = 8


@bp.get("/")
@cacheable
def index() -> ResponseReturnValue:
    session = db.session()
    by_district, by_category = counts_by_district(session), counts_by_category(session)
    regions = [(region.code, region.name, by_district.get(region.code, 0)) for region in districts(session)]
    return render_template(
        "shop/home/index.html",
        popular=popular(session, SHELF),
        newest=newest(session, SHELF),
        kinds=sorted(shop_categories(), key=lambda kind: -by_category.get(kind.id, 0))[:KINDS],
        total=sum(by_district.values()),
        districts=regions,
        dots=map_dots(regions),
        news=latest(session, NEWS),
    )
