"""Public pages, kept ready: one copy for everybody, dropped when the catalogue's version moves.

A view marked ``@cacheable`` is answered from memory while its page is current, with ETag and 304. The key is path,
canonical query and language. A page that touched the session or sets a cookie is personal: it is never kept, and it
is sent as private, so that a mistake costs speed and not somebody's data.
"""

import gzip
import hashlib
import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

import brotli
from flask import Flask, Response, current_app, g, has_app_context, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from sqlalchemy import event

from gallery.core.db import db
from gallery.listing.queries import catalogue_version
from gallery.web.language import current_language
from gallery.web.query_string import canonical_query

log = logging.getLogger("gallery.web")

CACHE_CONTROL: Final = "public, max-age=30"
WHILE_DEVELOPING: Final = "public, max-age=0"
MAX_BYTES: Final = 24 * 1024 * 1024
LARGEST_KEY: Final = 600
VERSION_SECONDS: Final = 1.0
# Pictures and whatever states its own lifetime are not pages.
KEPT: Final = frozenset({"text/html", "application/xml", "text/plain", "application/json", "image/svg+xml"})
Key = tuple[str, str, str]


@dataclass
class Page:
    """One answer, and its compressed forms as they are first asked for."""

    body: bytes
    etag: str
    content_type: str
    encoded: dict[str, bytes] = field(default_factory=dict)

    def encoding(self, name: str) -> bytes:
        """The body in this content encoding; empty name for the plain one."""
        if not name:
            return self.body
        if name not in self.encoded:
            self.encoded[name] = _compress(self.body) if name == "br" else gzip.compress(self.body, 6, mtime=0)
        return self.encoded[name]

    @property
    def size(self) -> int:
        # The compressed forms come later; together they are about a third of the page.
        return len(self.body) * 4 // 3 + LARGEST_KEY


def _compress(body: bytes) -> bytes:
    compressed: bytes = brotli.compress(body, quality=4)
    return compressed


class PageCache:
    """The pages of one version of the catalogue, least recently used first, limited by their bytes."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._bytes = 0
        self._version: int | None = None
        self._lock = threading.Lock()

    def get(self, key: Key, version: int) -> Page | None:
        """The page if it is of this version."""
        with self._lock:
            if version != self._version:
                self._drop(version)
                return None
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: Key, version: int, page: Page) -> None:
        """Keep a page that was made from this version; an older one is ignored."""
        with self._lock:
            if version != self._version or page.size > self.max_bytes // 8:
                return
            if (old := self._pages.pop(key, None)) is not None:
                self._bytes -= old.size
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > self.max_bytes:
                _, gone = self._pages.popitem(last=False)
                self._bytes -= gone.size

    def _drop(self, version: int) -> None:
        self._pages.clear()
        self._bytes = 0
        self._version = version


class VersionWatch:
    """The catalogue's version, read at most once a second, and anew after every commit of this process."""

    def __init__(self) -> None:
        self._version = 0
        self._until = 0.0

    def current(self) -> int:
        """The version now; at most a second behind what another process wrote."""
        if time.monotonic() >= self._until:
            self._version = catalogue_version(db.session())
            self._until = time.monotonic() + VERSION_SECONDS
        return self._version

    def forget(self) -> None:
        """Read it again at the next request."""
        self._until = 0.0


def init_app(app: Flask) -> None:
    """Answer from the cache before the views, fill it after them."""
    # Who edits a template wants to see it: development makes every page anew.
    app.extensions["page_cache"] = PageCache(0 if app.config["ENVIRONMENT"] == "development" else MAX_BYTES)
    app.extensions["catalogue_version"] = VersionWatch()
    app.before_request(_answer)
    app.after_request(_keep)
    if not event.contains(db.session, "after_commit", _forget_version):
        event.listen(db.session, "after_commit", _forget_version)


def _forget_version(_session: Any) -> None:
    if has_app_context():
        current_app.extensions["catalogue_version"].forget()


def _answer() -> ResponseReturnValue | None:
    if request.method not in {"GET", "HEAD"} or not _is_cacheable():
        return None
    key = (request.path, canonical_query(), current_language())
    if sum(map(len, key)) > LARGEST_KEY:
        return None
    version = current_app.extensions["catalogue_version"].current()
    page: Page | None = current_app.extensions["page_cache"].get(key, version)
    if page is None:
        g.page_cache_slot = (key, version)
        return None
    g.page_cache_hit = True
    return _response(page)


def _keep(response: Response) -> Response:
    if not _is_cacheable() or g.get("page_cache_hit"):
        return response
    if _is_session_touched() or "Set-Cookie" in response.headers:
        log.error("a public page is personal", extra={"endpoint": request.endpoint})
        response.headers["Cache-Control"] = "private, no-store"
        return response
    if response.status_code >= 400:  # noqa: PLR2004
        return response
    if "Cache-Control" in response.headers:
        return response
    response.headers["Cache-Control"] = _cache_control()
    slot = g.get("page_cache_slot")
    if slot is None or request.method != "GET" or response.status_code != 200 or response.mimetype not in KEPT:  # noqa: PLR2004
        return response
    body = response.get_data()
    page = Page(body, hashlib.blake2b(body, digest_size=9).hexdigest(), response.content_type)
    current_app.extensions["page_cache"].put(*slot, page)
    return _response(page)


def _is_session_touched() -> bool:
    """Whether the view looked at the session; asking through ``flask.session`` would itself count as a look."""
    opened = request_ctx._session  # noqa: SLF001
    return opened is not None and opened.accessed


def _response(page: Page) -> Response:
    """The answer for this visitor: 304 if they have the page, else the smallest form their browser reads."""
    headers = {"ETag": f'W/"{page.etag}"', "Cache-Control": _cache_control(), "Vary": "Accept-Encoding"}
    if page.etag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(page.encoding(encoding), headers=headers, content_type=page.content_type)


def _cache_control() -> str:
    return CACHE_CONTROL if current_app.extensions["page_cache"].max_bytes else WHILE_DEVELOPING


def _is_cacheable() -> bool:
    view: Any = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "access_rule", None) == "cacheable"
