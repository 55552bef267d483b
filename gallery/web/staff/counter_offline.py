"""The till without a connection: its page, and the service worker that shows it. See docs/adr/0020."""

import hashlib
import json
from typing import Final

from flask import Blueprint, Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from gallery.web import till_cookie
from gallery.web.assets import SOURCE, asset_url
from gallery.web.guards import public
from gallery.web.headers import uses_camera
from gallery.web.language import TIME_ZONE

bp = Blueprint("counter_offline", __name__, url_prefix="/kasir")
PREFIX: Final = "kasir-"
FILES: Final = (
    "css/staff.css",
    "fonts/plus-jakarta-sans-400-800.sub.woff2",
    "img/cual-strip-gold.svg",
    "img/cual-strip.svg",
    "img/favicon.svg",
    "img/icons.svg",
    "img/logo.svg",
    "js/camera.js",
    "js/counter-money.js",
    "js/counter-offline.js",
    "js/counter-rules.js",
    "js/counter-store.js",
    "js/ean13.js",
    "js/staff.js",
    "js/theme.js",
)


@bp.get("/luring")
@public
@uses_camera
def show() -> ResponseReturnValue:
    """Answer with the page of a till without a connection: the same for everybody, all it shows is in the browser."""
    answer = make_response(_page())
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/penjaga.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker: another one as soon as one of its files or its page is another."""
    files = [asset_url(path) for path in FILES]
    page, source = _page(), (SOURCE / "js/counter-worker.js").read_text()
    version = hashlib.sha256("\n".join([*files, page, source]).encode()).hexdigest()[:10]
    # One cache for each language: they are two workers, and each drops only what was its own.
    prefix = f"{PREFIX}{url_for('.show')}-"
    till = {"cache": prefix + version, "prefix": prefix, "page": url_for(".show"), "files": files}
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": url_for("staff.counter.index")}
    return Response(f"self.till = {json.dumps(till)};\n{source}", mimetype="text/javascript", headers=headers)


def _page() -> str:
    return render_template("staff/counter_offline/show.html", zone=TIME_ZONE, cookie=till_cookie.NAME)
