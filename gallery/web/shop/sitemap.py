"""What search engines ask for: robots.txt, and sitemaps of at most ten thousand products or articles each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from gallery.content.queries import article_addresses, article_blocks
from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.listing.queries.addresses import business_addresses, product_addresses, product_blocks
from gallery.regions.queries import districts
from gallery.web.guards import cacheable
from gallery.web.language import PREFIXES
from gallery.web.links import business_url, category_url, external, product_url, shop_categories

bp = Blueprint("sitemap", __name__)
PLAIN: Final = (
    "/", "/umkm/", "/berita/", "/periksa/", "/tentang", "/bantuan", "/privasi", "/syarat-belanja", "/aksesibilitas",
)  # fmt: skip
# Personal and working pages; what is not linked from public pages need not be named here.
CLOSED: Final = ("/keranjang", "/pesan", "/bayar/", "/akun/", "/masuk", "/daftar", "/petugas/", "/umkm-saya/")
SHORT: Final = "/p/"  # leads to pages that are found anyway, and each visit counts
# They draw the card of a shared link, which is a short one, and index nothing.
CARD_MAKERS: Final = ("facebookexternalhit", "Twitterbot", "LinkedInBot", "TelegramBot", "WhatsApp")


@bp.get("/robots.txt")
@cacheable
def robots() -> ResponseReturnValue:
    closed, short = (
        [f"Disallow: {prefix}{path}" for prefix in ("", *PREFIXES.values()) for path in paths]
        for paths in (CLOSED, (SHORT,))
    )
    makers = [f"User-agent: {name}" for name in CARD_MAKERS]
    lines = ["User-agent: *", *closed, *short, "", *makers, *closed, "", f"Sitemap: {external('/sitemap.xml')}", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


@bp.get("/sitemap.xml")
@cacheable
def index() -> ResponseReturnValue:
    blocks = range(product_blocks(db.session()))
    parts = [url_for("shop.sitemap.pages"), *(url_for("shop.sitemap.products", block=block) for block in blocks)]
    parts += [url_for("shop.sitemap.news", block=block) for block in range(article_blocks(db.session()))]
    return _xml(render_template("shop/sitemap/index.xml", addresses=[external(part) for part in parts]))


@bp.get("/sitemap-halaman.xml")
@cacheable
def pages() -> ResponseReturnValue:
    session = db.session()
    found: list[tuple[str, datetime | None]] = [(path, None) for path in PLAIN]
    found += [(category_url(category), None) for category in shop_categories()]
    found += [(url_for("shop.region.show", code=region.code), None) for region in districts(session)]
    found += [(business_url(one), one.since) for one in business_addresses(session)]
    return _urls(found)


@bp.get("/sitemap-produk-<int:block>.xml")
@cacheable
def products(block: int) -> ResponseReturnValue:
    found = product_addresses(db.session(), block)
    if not found:
        raise NotFoundError(str(block))
    return _urls((product_url(one), one.since) for one in found)


@bp.get("/sitemap-berita-<int:block>.xml")
@cacheable
def news(block: int) -> ResponseReturnValue:
    found = article_addresses(db.session(), block)
    if not found:
        raise NotFoundError(str(block))
    return _urls((url_for("shop.news.show", slug=slug), since) for slug, since in found)


def _urls(found: Iterable[tuple[str, datetime | None]]) -> Response:
    rows = [(external(path), since.date().isoformat() if since else None) for path, since in found]
    return _xml(render_template("shop/sitemap/urls.xml", rows=rows))


def _xml(text: str) -> Response:
    return Response(text, content_type="application/xml; charset=utf-8")
