"""Parts of a page that follow by themselves (static/js/follow.js): asked again and again, sent only when changed."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, make_response, request

from gallery.web.session import leave_idle


def tag_of(*facts: Any) -> str:
    """Return a short name of these facts, another one as soon as one of them is another."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def parts(tag: str, render: Callable[[], str]) -> Response:
    """Answer with the parts, or with 304 and nothing while the page has those of this tag.

    A page that is left open does not keep its person signed in.
    """
    leave_idle()
    answer = Response(status=304) if request.if_none_match.contains(tag) else make_response(render())
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "no-store"
    return answer
