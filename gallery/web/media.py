"""Public pictures out of the file store, and private files for those who may see them."""

import re
from typing import Final

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from gallery.core import adapters
from gallery.web.guards import cacheable

bp = Blueprint("media", __name__, url_prefix="/media")

# Nothing else in the store is public: originals, proofs and uploads stand under other names. A key never changes its
# content, so no database is asked.
PUBLIC: Final = re.compile(
    r"photo/[0-9a-z]{2}/[0-9a-z]{10}-[0-9]{1,4}\.(?P<photo>webp|jpg)"
    r"|(?:business|news)/[0-9a-f]{2}/[0-9a-f]{32}(?:-[0-9]{1,4})?\.(?P<other>webp|jpg|png)"
)
MEDIA_TYPES: Final = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
CSP: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"
A_YEAR: Final = 31_536_000


@bp.get("/<path:key>")
@cacheable
def show(key: str) -> ResponseReturnValue:
    """Answer a public picture: for ever cacheable, never more than a picture."""
    found = PUBLIC.fullmatch(key)
    if found is None:
        abort(404)
    response = _file(key, MEDIA_TYPES[found["photo"] or found["other"]])
    response.set_etag(key.rsplit("/", 1)[-1])
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # share previews and flyers of others
    return response.make_conditional(request)


def private_file(key: str, media_type: str, name: str) -> ResponseReturnValue:
    """Answer a private file as a download; the caller has checked that this person may have it."""
    response = _file(key, media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _file(key: str, media_type: str) -> Response:
    try:
        with adapters.files().open(key) as stream:
            response = Response(stream.read(), mimetype=media_type)
    except FileNotFoundError:
        abort(404)
    response.headers["Content-Security-Policy"] = CSP
    return response
