"""Reads of the catalogue."""

from gallery.catalog.queries.current import CurrentProduct, KnownProducts, current_products, known_products
from gallery.catalog.queries.pages import (
    CategoryView,
    LicenceView,
    MakerView,
    PhotoView,
    ProductPage,
    RenditionView,
    VariantView,
    categories,
    photo_views,
    product_in_scope,
    product_page,
    sellable,
    variant_ids_on_sale,
)

__all__ = [
    "CategoryView",
    "CurrentProduct",
    "KnownProducts",
    "LicenceView",
    "MakerView",
    "PhotoView",
    "ProductPage",
    "RenditionView",
    "VariantView",
    "categories",
    "current_products",
    "known_products",
    "photo_views",
    "product_in_scope",
    "product_page",
    "sellable",
    "variant_ids_on_sale",
]
