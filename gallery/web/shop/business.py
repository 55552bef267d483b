"""The directory of MSMEs, and one MSME with its story and products."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gallery.core.db import db
from gallery.listing.queries import by_business
from gallery.listing.queries.businesses import business_card, business_count, business_directory
from gallery.regions.queries import districts
from gallery.web.guards import cacheable
from gallery.web.links import business_url, external
from gallery.web.paging import Pager

bp = Blueprint("business", __name__, url_prefix="/umkm")


@bp.get("/")
@cacheable
def index() -> ResponseReturnValue:
    session = db.session()
    regions = districts(session)
    code = request.args.get("wilayah", "")
    here = next((region for region in regions if region.code == code), None)
    district_code = here.code if here else None
    after = request.args.get("setelah") or None
    page = business_directory(session, district_code=district_code, after=after)
    first = url_for("shop.business.index", wilayah=district_code)
    following = url_for("shop.business.index", wilayah=district_code, setelah=page.next_after)
    return render_template(
        "shop/business/index.html",
        businesses=page.businesses,
        total=business_count(session, district_code=district_code),
        districts=regions,
        here=here,
        pager=Pager(previous_url=first if after else None, next_url=following if page.next_after else None),
        is_first=after is None,
    )


@bp.get("/<slug>-<public_id>")
@cacheable
def show(slug: str, public_id: str) -> ResponseReturnValue:
    session = db.session()
    business = business_card(session, public_id)
    if slug != business.slug:
        return redirect(business_url(business), 301)
    return render_template(
        "shop/business/show.html",
        business=business,
        entries=by_business(session, business.id),
        address=external(business_url(business)),
    )
