"""A category: its best-selling products, and the way to all of them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.listing.queries import counts_by_category, newest, popular
from gallery.web.guards import cacheable
from gallery.web.links import shop_categories

bp = Blueprint("category", __name__, url_prefix="/kategori")
SHELF = 24
NEW = 5


@bp.get("/<slug>")
@cacheable
def show(slug: str) -> ResponseReturnValue:
    category = next((one for one in shop_categories() if one.slug == slug), None)
    if category is None:
        raise NotFoundError(slug)
    session = db.session()
    total = counts_by_category(session).get(category.id, 0)
    return render_template(
        "shop/category/show.html",
        category=category,
        entries=popular(session, SHELF, category_id=category.id),
        newest=newest(session, NEW, category_id=category.id) if total > SHELF else [],
        total=total,
    )
