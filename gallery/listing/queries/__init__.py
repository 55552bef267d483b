"""Reads of the shop: cards, shelves, facet counts, listing pages, search."""

from gallery.listing.queries.entries import Entry, by_business, entries, newest, popular
from gallery.listing.queries.facets import catalogue_version, counts_by_category, counts_by_district
from gallery.listing.queries.page import Facets, FacetValue, ListingPage, ListingQuery, Sort, listing_page
from gallery.listing.queries.suggest import Suggestions, suggestions

__all__ = [
    "Entry",
    "FacetValue",
    "Facets",
    "ListingPage",
    "ListingQuery",
    "Sort",
    "Suggestions",
    "by_business",
    "catalogue_version",
    "counts_by_category",
    "counts_by_district",
    "entries",
    "listing_page",
    "newest",
    "popular",
    "suggestions",
]
