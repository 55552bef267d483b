"""Addresses and names that cards, menus and share buttons print on every page of the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from flask import Flask, current_app, request
from markupsafe import Markup
from sqlalchemy import select

from gallery.catalog.models import Category
from gallery.core.db import db
from gallery.web.language import current_language

MEDIA_PREFIX = "/media/"
CATEGORIES_SECONDS = 30.0


class _Named(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def public_id(self) -> str: ...


@dataclass(frozen=True)
class CategoryLink:
    """A category as menus show it."""

    id: int
    slug: str
    name: str
    name_en: str
    icon: str


def media_url(key: str) -> str:
    """The address of a public file in the store; it never changes its content, so it is cached for ever."""
    return MEDIA_PREFIX + key


def srcset(renditions: Sequence[Sequence[Any]]) -> Markup:
    """The srcset of a photo's files, ``[[width, key], …]``."""
    return Markup(", ").join(f"{MEDIA_PREFIX}{key} {width}w" for width, key in renditions)


def product_url(product: _Named) -> str:
    """The address of a product (or of its listing entry) in the language of the page."""
    return f"{request.script_root}/produk/{product.slug}-{product.public_id}"


def business_url(business: Any) -> str:
    """The address of an MSME, or of the MSME named by a listing entry."""
    slug = getattr(business, "business_slug", None) or business.slug
    public_id = getattr(business, "business_public_id", None) or business.public_id
    return f"{request.script_root}/umkm/{slug}-{public_id}"


def category_url(category: Any) -> str:
    """The address of a category's page."""
    return f"{request.script_root}/kategori/{category.slug}"


def category_name(category: Any) -> str:
    """The category's name in the language of the page; names are data, not interface text."""
    return str(category.name_en or category.name) if current_language() == "en" else str(category.name)


def cart_add_url() -> str | None:
    """Where add-to-cart forms go; none while this installation sells nothing online."""
    return f"{request.script_root}/keranjang" if "shop.cart.add" in current_app.view_functions else None


def external(path: str) -> str:
    """The full address of a path, as share links and structured data need it."""
    return str(current_app.config.get("EXTERNAL_URL", "")).rstrip("/") + path


def shop_categories() -> Sequence[CategoryLink]:
    """All categories in order; kept for half a minute, because every page prints them and they hardly ever change."""
    kept: dict[str, Any] = current_app.extensions["shop_categories"]
    if monotonic() >= kept["until"]:
        columns = (Category.id, Category.slug, Category.name, Category.name_en, Category.icon)
        rows = db.session.execute(select(*columns).order_by(Category.position, Category.id))
        kept.update(rows=tuple(CategoryLink(*row) for row in rows), until=monotonic() + CATEGORIES_SECONDS)
    rows_: Sequence[CategoryLink] = kept["rows"]
    return rows_


def init_app(app: Flask) -> None:
    """Give templates the addresses."""
    app.extensions["shop_categories"] = {"rows": (), "until": 0.0}
    app.jinja_env.globals.update(
        media_url=media_url,
        srcset=srcset,
        product_url=product_url,
        business_url=business_url,
        category_url=category_url,
        category_name=category_name,
        external=external,
        cart_add_url=cart_add_url,
        shop_categories=shop_categories,
    )
