"""Public pages, kept ready: one copy for everybody, dropped when the catalogue's version moves.

A view marked ``@cacheable`` is answered from memory while its page is current, with ETag and 304. The key is path,
canonical query and language. A page that touched the session or sets a cookie is personal: it is never kept, and it
is sent as private, so that a mistake costs speed and not somebody's data.
"""

import gzip
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, Final

import brotli
from flask import Flask, Response, current_app, g, has_app_context, request
from flask.globals import request_ctx
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.sansio.utils import host_is_trusted

from gallery.core import logs
from gallery.core.db import db
from gallery.listing.queries import catalogue_version
from gallery.web import headers, request_log
from gallery.web.language import ENVIRON_KEY, SOURCE
from gallery.web.query_string import canonical

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("gallery.web")

CACHE_CONTROL: Final = "public, max-age=30"
WHILE_DEVELOPING: Final = "public, max-age=0"
MAX_BYTES: Final = 24 * 1024 * 1024
LARGEST_KEY: Final = 600
VERSION_SECONDS: Final = 1.0
GZIP_LEVEL: Final = 5  # as small as 6 for our pages, a quarter faster
# Pictures and whatever states its own lifetime are not pages.
KEPT: Final = frozenset({"text/html", "application/xml", "text/plain", "application/json", "image/svg+xml"})
Key = tuple[str, str, str]
READING: Final = frozenset({"GET", "HEAD"})


@dataclass
class Page:
    """One answer, and its compressed forms as they are first asked for."""

    body: bytes
    etag: str
    content_type: str
    cache_control: str = CACHE_CONTROL
    route: str = "-"
    encoded: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, response: Response, route: str, cache_control: str) -> "Page":
        """What a view answered."""
        body = response.get_data()
        return cls(body, hashlib.blake2b(body, digest_size=9).hexdigest(), response.content_type, cache_control, route)

    def encoding(self, name: str) -> bytes:
        """The body in this content encoding; empty name for the plain one."""
        if not name:
            return self.body
        if name not in self.encoded:
            self.encoded[name] = _compress(self.body) if name == "br" else gzip.compress(self.body, GZIP_LEVEL, mtime=0)
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
        self._lock = Lock()

    @property
    def control(self) -> str:
        """How long browsers and proxies may keep a page."""
        return CACHE_CONTROL if self.max_bytes else WHILE_DEVELOPING

    def has(self, key: Key) -> bool:
        """Whether a page stands there, of whatever version."""
        return key in self._pages

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
            if self._version is None or version > self._version:
                self._drop(version)
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

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._version: int | None = None
        self._until = 0.0

    def current(self) -> int | None:
        """The version now, at most a second behind other processes; without a database the last one known."""
        if time.monotonic() >= self._until:
            try:
                with self._app.app_context():
                    self._version = catalogue_version(db.session())
            except SQLAlchemyError:
                log.warning("the catalogue's version could not be read")
            self._until = time.monotonic() + VERSION_SECONDS
        return self._version

    def forget(self) -> None:
        """Read it again at the next request."""
        self._until = 0.0


class Shortcut:
    """Answers a kept page before Flask is asked: no routing, no session, no view."""

    def __init__(self, app: Flask, application: "WSGIApplication", cache: PageCache, watch: VersionWatch) -> None:
        self._app = app
        self._application = application
        self._cache = cache
        self._watch = watch

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        page = self._page(environ)
        if page is None or not self._is_our_host(environ):
            return self._application(environ, start_response)
        started = time.perf_counter()
        request_id = request_log.number(environ.get("HTTP_X_REQUEST_ID", ""))
        status, fields, body = _answer(page, environ)
        fields += [*headers.static_headers(self._app), (request_log.HEADER, request_id)]
        with logs.fresh_context(request_id=request_id, user_id=None):
            request_log.note(page.route, environ["REQUEST_METHOD"], int(status[:3]), started)
        start_response(status, fields)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _page(self, environ: "WSGIEnvironment") -> Page | None:
        if environ["REQUEST_METHOD"] not in READING:
            return None
        key = _key(environ)
        # The version is asked for only where there is something to answer with.
        if not self._cache.has(key) or (version := self._watch.current()) is None:
            return None
        return self._cache.get(key, version)

    def _is_our_host(self, environ: "WSGIEnvironment") -> bool:
        trusted = self._app.config["TRUSTED_HOSTS"]
        return trusted is None or host_is_trusted(environ.get("HTTP_HOST", ""), trusted)


def init_app(app: Flask) -> None:
    """Answer from the cache before the application, fill it after the views."""
    # Who edits a template wants to see it: development makes every page anew.
    cache = PageCache(0 if app.config["ENVIRONMENT"] == "development" else MAX_BYTES)
    watch = VersionWatch(app)
    app.extensions["page_cache"] = cache
    app.extensions["catalogue_version"] = watch
    app.extensions["page_turn"] = _turn(app)
    app.wsgi_app = Shortcut(app, app.wsgi_app, cache, watch)  # type: ignore[method-assign]
    app.before_request(_note_slot)
    app.after_request(_keep)
    if not event.contains(db.session, "after_commit", _forget_version):
        event.listen(db.session, "after_commit", _forget_version)


def _turn(app: Flask) -> AbstractContextManager[Any]:
    """What a process holds while it makes a public page.

    SQLite reads in the process itself: threads that make pages at the same moment wait for nothing, but pass Python's
    lock to and fro at each of their queries, which costs half as much again. With a server of its own they do wait.
    """
    return RLock() if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else nullcontext()


def _forget_version(_session: Any) -> None:
    if has_app_context():
        current_app.extensions["catalogue_version"].forget()


def _key(environ: "WSGIEnvironment") -> Key:
    return environ.get("PATH_INFO", ""), canonical(environ.get("QUERY_STRING", "")), environ.get(ENVIRON_KEY, SOURCE)


def _note_slot() -> None:
    """Note where the page will be kept, for the version that was current before its data is read."""
    if request.method not in READING or not _is_cacheable():
        return
    key = _key(request.environ)
    version = current_app.extensions["catalogue_version"].current()
    if version is not None and sum(map(len, key)) <= LARGEST_KEY:
        g.page_slot = (key, version)


def _keep(response: Response) -> Response:
    if not _is_cacheable():
        return response
    if _is_session_touched() or "Set-Cookie" in response.headers:
        log.error("a public page is personal", extra={"endpoint": request.endpoint})
        response.headers["Cache-Control"] = "private, no-store"
        return response
    if response.status_code >= 400 or "Cache-Control" in response.headers:  # noqa: PLR2004
        return response
    cache: PageCache = current_app.extensions["page_cache"]
    response.headers["Cache-Control"] = cache.control
    if response.status_code != 200 or request.method != "GET" or response.mimetype not in KEPT:  # noqa: PLR2004
        return response
    rule = request.url_rule.rule if request.url_rule else "-"
    page = Page.of(response, rule, cache.control)
    if "page_slot" in g:
        key, version = g.page_slot
        cache.put(key, version, page)
    status, fields, body = _answer(page, request.environ)
    return Response(body, status=status, headers=fields)


def _is_session_touched() -> bool:
    """Whether the view looked at the session; asking through ``flask.session`` would itself count as a look."""
    opened = request_ctx._session  # noqa: SLF001
    return opened is not None and opened.accessed


def _answer(page: Page, environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
    """The answer for this visitor: 304 if they have the page, else the smallest form their browser reads."""
    fields = [("ETag", f'W/"{page.etag}"'), ("Cache-Control", page.cache_control), ("Vary", "Accept-Encoding")]
    if page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return "304 NOT MODIFIED", fields, b""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
    body = page.encoding(encoding)
    fields += [("Content-Type", page.content_type), ("Content-Length", str(len(body)))]
    if encoding:
        fields.append(("Content-Encoding", encoding))
    return "200 OK", fields, body


def _is_cacheable() -> bool:
    view: Any = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "access_rule", None) == "cacheable"
