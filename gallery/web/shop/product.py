"""A product: pictures, choices, stock by place, who made it, licences, sharing; and its short address for print."""

import io
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import segno
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from gallery.catalog import queries as catalog
from gallery.catalog.states import ProductStatus
from gallery.core.db import db
from gallery.core.errors import NotFoundError
from gallery.delivery.limits import LOCAL_ONLY
from gallery.inventory.models import PlaceKind
from gallery.inventory.queries import PlaceStock, stock_by_place
from gallery.listing.queries import popular
from gallery.web import link_source
from gallery.web.filters import berat, tanggal
from gallery.web.guards import cacheable, public
from gallery.web.language import gettext as _
from gallery.web.links import business_url, external, media_url, product_url
from gallery.web.shop.share import share_version
from gallery.web.words import word

log = logging.getLogger("gallery.shop")
bp = Blueprint("product", __name__)
MORE: Final = 5
MOST_AT_ONCE: Final = 99
DAYS_PER_MONTH: Final = 30


@dataclass(frozen=True)
class Choice:
    """A variant as the form shows it, with what can be had of it now."""

    public_id: str
    label: str
    price_idr: int
    unit: str
    available: int
    places: Sequence[PlaceStock]

    @property
    def limit(self) -> int:
        return max(1, min(self.available, MOST_AT_ONCE))


@bp.get("/produk/<slug>-<public_id>")
@cacheable
def show(slug: str, public_id: str) -> ResponseReturnValue:
    session = db.session()
    product = catalog.product_page(session, public_id)
    if product.status not in {ProductStatus.ON_SALE, ProductStatus.WITHDRAWN}:
        raise NotFoundError(public_id)
    if slug != product.slug:
        return redirect(product_url(product), 301)
    stock = stock_by_place(session, product.id) if product.is_sellable else []
    choices = _choices(product, stock)
    selected = next((choice for choice in choices if choice.available), choices[0] if choices else None)
    address = external(product_url(product))
    picture = external(url_for("shop.share.picture", public_id=public_id, v=share_version(product)))
    photos = [photo_facts(photo) for photo in product.photos]
    return render_template(
        "shop/product/show.html",
        product=product,
        photos=photos,
        choices=choices,
        selected=selected,
        facts=_facts(product, stock),
        more=[
            entry for entry in popular(session, MORE + 1, business_id=product.maker.id) if entry.public_id != public_id
        ][:MORE],
        address=address,
        share_picture=picture,
        share=_share_links(product, selected),
        stays_on_island=product.shipping_class in LOCAL_ONLY,
        structured=_structured_data(product, choices, address, picture),
    )


@bp.get("/p/<public_id>")
@public
def short(public_id: str) -> ResponseReturnValue:
    """Redirect a printed address. Its source goes along to the cart; it is counted in the log: a GET writes nothing."""
    product = catalog.product_page(db.session(), public_id)
    source = link_source.checked(request.args.get("s", ""))
    log.info("short link", extra={"product": public_id, "source": source or "-"})
    return redirect(product_url(product) + (f"?s={source}" if source else ""), 302)


@bp.get("/p/<public_id>/qr.svg")
@cacheable
def qr(public_id: str) -> ResponseReturnValue:
    product = catalog.product_page(db.session(), public_id)
    drawing = io.BytesIO()
    segno.make(external(f"/p/{product.public_id}?s=qr"), error="m").save(drawing, kind="svg", scale=4)
    return Response(drawing.getvalue(), content_type="image/svg+xml")


def photo_facts(photo: catalog.PhotoView) -> dict[str, Any]:
    """A photo as the ``picture`` macro reads it: the listing's form."""
    return {
        "id": photo.public_id,
        "alt": photo.alt,
        "colour": photo.colour,
        "width": photo.width,
        "height": photo.height,
        "webp": [[one.width, one.key] for one in photo.of_type("image/webp")],
        "jpeg": [[one.width, one.key] for one in photo.of_type("image/jpeg")],
    }


def _choices(product: catalog.ProductPage, stock: Sequence[PlaceStock]) -> list[Choice]:
    by_variant: dict[int, list[PlaceStock]] = defaultdict(list)
    for place in stock:
        by_variant[place.variant_id].append(place)
    return [
        Choice(
            variant.public_id,
            variant.name or (berat(variant.net_weight_g) if variant.net_weight_g else variant.unit),
            variant.price_idr,
            variant.unit,
            sum(place.available for place in by_variant[variant.id]),
            by_variant[variant.id],
        )
        for variant in product.variants
    ]


def _facts(product: catalog.ProductPage, stock: Sequence[PlaceStock]) -> list[tuple[str, str]]:
    weights = [berat(variant.net_weight_g) for variant in product.variants if variant.net_weight_g]
    expiry = min((place.next_expiry for place in stock if place.next_expiry), default=None)
    facts = [
        (_("Berat bersih"), ", ".join(dict.fromkeys(weights))),
        (_("Komposisi"), product.ingredients),
        (_("Alergen"), product.allergens),
        (_("Masa simpan"), _shelf_life(product.shelf_life_days)),
        (_("Penyimpanan"), str(word(product.storage).text) if product.shelf_life_days else ""),
        (_("Kedaluwarsa terdekat"), tanggal(expiry) if expiry else ""),
    ]
    for licence in product.licences:
        until = _("%(number)s, berlaku sampai %(day)s", number=licence.number, day=tanggal(licence.expires_on))
        facts.append((str(word(licence.kind).text), until if licence.expires_on else licence.number))
    facts.append((_("Tayang sejak"), tanggal(product.published_at) if product.published_at else ""))
    return facts


def _shelf_life(days: int | None) -> str:
    if not days:
        return ""
    months = days // DAYS_PER_MONTH
    if months >= 2 and days % DAYS_PER_MONTH == 0:  # noqa: PLR2004 - below two months days say more
        return ngettext("%(num)s bulan", "%(num)s bulan", months)
    return ngettext("%(num)s hari", "%(num)s hari", days)


def _share_links(product: catalog.ProductPage, selected: Choice | None) -> dict[str, str]:
    def link(source: str) -> str:
        return external(f"/p/{product.public_id}?s={source}")

    price = f" – Rp{selected.price_idr:,}".replace(",", ".") if selected else ""
    text = _("%(name)s dari %(maker)s", name=product.name, maker=product.maker.name) + price
    return {
        "whatsapp": "https://wa.me/?text=" + quote(f"{text} {link('wa')}"),
        "facebook": f"https://www.facebook.com/sharer/sharer.php?u={quote(link('fb'), safe='')}",
        "x": f"https://twitter.com/intent/tweet?text={quote(text)}&url={quote(link('x'), safe='')}",
        "copy": link("salin"),
    }


def _structured_data(
    product: catalog.ProductPage, choices: Sequence[Choice], address: str, picture: str
) -> dict[str, Any]:
    """schema.org Product; an offer for each variant, with its stock as it is now."""
    images = [external(media_url(photo.largest_jpeg.key)) for photo in product.photos if photo.largest_jpeg]
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "description": product.summary or product.name,
        "sku": product.public_id,
        "image": images or [picture],
        "url": address,
        "brand": {"@type": "Brand", "name": product.maker.name, "url": external(business_url(product.maker))},
        "offers": [
            {
                "@type": "Offer",
                "sku": choice.public_id,
                "name": choice.label,
                "price": str(choice.price_idr),
                "priceCurrency": "IDR",
                "availability": f"https://schema.org/{'InStock' if choice.available else 'OutOfStock'}",
                "inventoryLevel": {"@type": "QuantitativeValue", "value": choice.available},
                "url": address,
            }
            for choice in choices
        ],
    }


def is_gallery(place: PlaceStock) -> bool:
    """Whether the pieces lie in a gallery, where they can be fetched."""
    return place.kind is PlaceKind.GALLERY


bp.add_app_template_test(is_gallery, "gallery_place")
