"""Pictures for sharing a product: for links and for Instagram. Drawn once, then kept in the store."""

import hashlib
from typing import Final

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from gallery.catalog import queries as catalog
from gallery.core import adapters
from gallery.core.db import db
from gallery.core.files import FileStore
from gallery.web.filters import rupiah
from gallery.web.guards import public
from gallery.web.share_card import LANDSCAPE, PORTRAIT, Card, Size, draw

bp = Blueprint("share", __name__, url_prefix="/bagikan")
CACHE_CONTROL: Final = "public, max-age=86400"
DESIGN: Final = "1"  # counts up when the drawing changes, so that kept pictures are drawn anew


@bp.get("/<public_id>.jpg")
@public
def picture(public_id: str) -> ResponseReturnValue:
    return _answer(public_id, LANDSCAPE)


@bp.get("/<public_id>-potret.jpg")
@public
def portrait(public_id: str) -> ResponseReturnValue:
    return _answer(public_id, PORTRAIT)


def share_version(product: catalog.ProductPage) -> str:
    """A short text that changes whenever the picture would: name, maker, price or photo."""
    photo = product.photos[0].largest_jpeg if product.photos else None
    facts = (DESIGN, product.name, product.maker.name, product.lowest_price_idr, photo.key if photo else "")
    return hashlib.blake2b(repr(facts).encode(), digest_size=5).hexdigest()


def _answer(public_id: str, size: Size) -> ResponseReturnValue:
    product = catalog.product_page(db.session(), public_id)
    db.session.rollback()  # drawing takes a while; no snapshot is held meanwhile
    store = adapters.files()
    key = f"share/{public_id}-{size.name}-{share_version(product)}.jpg"
    try:
        with store.open(key) as stream:
            data = stream.read()
    except FileNotFoundError:
        data = draw(_card(product, store), size)
        store.put(key, data)
    return Response(data, content_type="image/jpeg", headers={"Cache-Control": CACHE_CONTROL})


def _card(product: catalog.ProductPage, store: FileStore) -> Card:
    photo = product.photos[0].largest_jpeg if product.photos else None
    picture_data = b""
    if photo is not None:
        with store.open(photo.key) as stream:
            picture_data = stream.read()
    return Card(
        name=product.name,
        maker=product.maker.name,
        place=product.maker.district_name,
        price=rupiah(product.lowest_price_idr),
        site=current_app.config["SITE_NAME"],
        photo=picture_data,
    )
