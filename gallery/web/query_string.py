"""The query string without what cannot change a page, in one order: one address for one page."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from flask import request

# Where a link was shared says nothing about the page.
TRACKING: Final = frozenset({"s", "fbclid", "gclid", "igshid", "mc_cid", "mc_eid", "ref"})


def canonical_query() -> str:
    """The running request's query, sorted, without blank and tracking parameters."""
    return canonical(request.query_string.decode("latin-1"))


def canonical(query: str) -> str:
    """The same of a raw query string."""
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=False)
    return urlencode(sorted(pair for pair in pairs if pair[0] not in TRACKING and not pair[0].startswith("utm_")))
