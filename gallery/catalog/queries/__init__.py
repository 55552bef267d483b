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
from gallery.catalog.queries.photos import PhotoWork, PrivateFile, original_file, photo_work, proof_file

__all__ = [
    "CategoryView",
    "CurrentProduct",
    "KnownProducts",
    "LicenceView",
    "MakerView",
    "PhotoView",
    "PhotoWork",
    "PrivateFile",
    "ProductPage",
    "RenditionView",
    "VariantView",
    "categories",
    "current_products",
    "known_products",
    "original_file",
    "photo_views",
    "photo_work",
    "product_in_scope",
    "product_page",
    "proof_file",
    "sellable",
    "variant_ids_on_sale",
]
