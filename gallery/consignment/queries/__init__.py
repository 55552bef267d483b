"""Reads of consigned goods."""

from gallery.consignment.queries.terms import TermsFacts, terms_of_lots, terms_on

__all__ = ["TermsFacts", "terms_of_lots", "terms_on"]
