import gzip
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import brotli
import pytest
from flask import session
from sqlalchemy.exc import OperationalError

from gallery.core.db import db, transaction
from gallery.listing.services.version import touch
from gallery.web import page_cache
from gallery.web.guards import cacheable
from gallery.web.page_cache import Page, PageCache
from tests.factories.listing import make_offer, refresh_listing
from tests.factories.regions import make_regions


@pytest.fixture(autouse=True)
def _shop(app):
    make_regions()
    make_offer("Lada Putih", in_gallery=3)


def renew() -> None:
    with transaction() as db_session:
        touch(db_session)


def test_the_second_visitor_costs_no_query(client, count_queries):
    first = client.get("/umkm/")
    with count_queries() as q:
        second = client.get("/umkm/")
    assert (q.count, second.data) == (0, first.data)


@pytest.mark.parametrize("path", ["/", "/produk/", "/umkm/", "/wilayah/19.71", "/berita/", "/privasi", "/robots.txt"])
def test_public_pages_are_for_everybody(client, path):
    for _ in range(2):
        answer = client.get(path, headers={"Cookie": "galeri=abc; keranjang=def"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=30"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_what_the_visitor_has_is_not_sent_again(client):
    etag = client.get("/umkm/").headers["ETag"]
    again = client.get("/umkm/", headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Cache-Control"] == "public, max-age=30"


def test_a_change_of_the_catalogue_drops_every_page(client):
    before = client.get("/umkm/")
    product = make_offer("Getas Tenggiri", district="19.01", in_gallery=2)
    after = client.get("/umkm/")
    assert "19.01" not in before.get_data(as_text=True).split("<main", 1)[1].split("Usaha", 1)[1]
    assert "Usaha 19.01" in after.get_data(as_text=True)
    assert after.headers["ETag"] != before.headers["ETag"]
    refresh_listing(product)  # nothing changed: pages stay
    assert client.get("/umkm/").headers["ETag"] == after.headers["ETag"]


def test_the_same_page_made_anew_is_the_same_page_to_the_visitor(client):
    etag = client.get("/privasi").headers["ETag"]
    renew()
    assert client.get("/privasi", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("encoding", "read"), [("gzip, deflate, br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)]
)
def test_pages_are_compressed_as_the_browser_wants(client, encoding, read):
    plain = client.get("/umkm/").data
    answer = client.get("/umkm/", headers={"Accept-Encoding": encoding})
    assert read(answer.data) == plain


def test_order_and_tracking_of_the_query_make_no_second_page(client, count_queries):
    client.get("/umkm/?wilayah=19.71&setelah=")
    with count_queries() as q:
        client.get("/umkm/?utm_medium=wa&wilayah=19.71&fbclid=9")
    assert q.count == 0


def test_languages_have_their_own_pages(client):
    assert client.get("/umkm/").data != client.get("/en/umkm/").data


def test_head_answers_like_get_without_a_body(client):
    client.get("/umkm/")
    answer = client.head("/umkm/")
    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 1000


def test_failures_are_never_kept(client):
    assert client.get("/umkm/tiada-0000000000").headers["Cache-Control"] == "no-store"
    assert client.get("/wilayah/99.99").status_code == 404


@pytest.mark.own_application
def test_a_page_that_looks_at_the_session_is_private(app, client):
    @app.get("/salah")
    @cacheable
    def wrong() -> str:
        return f"Halo {session.get('name')}"

    for _ in range(2):
        assert client.get("/salah").headers["Cache-Control"] == "private, no-store"


def page(size: int) -> Page:
    return Page(b"x" * size, "e", "text/html")


def test_the_cache_holds_no_more_than_its_bytes_and_drops_the_oldest():
    cache = PageCache(max_bytes=20_000)
    for name in "abc":
        cache.put((name, "", ""), 1, page(1_000))
    cache.get(("a", "", ""), 1)  # used again, so not the oldest any more
    for name in "defghijk":
        cache.put((name, "", ""), 1, page(1_000))
    assert cache.get(("a", "", ""), 1) is not None
    assert cache.get(("b", "", ""), 1) is None


def test_a_page_of_an_older_version_is_not_kept():
    cache = PageCache()
    cache.get(("a", "", ""), 2)
    cache.put(("a", "", ""), 1, page(10))
    assert cache.get(("a", "", ""), 2) is None


def test_a_huge_page_does_not_push_out_all_others():
    cache = PageCache(max_bytes=20_000)
    cache.put(("a", "", ""), 1, page(1_000))
    cache.put(("b", "", ""), 1, page(19_000))
    assert cache.get(("a", "", ""), 1) is not None
    assert cache.get(("b", "", ""), 1) is None


def test_a_newer_version_drops_the_older_pages():
    cache = PageCache()
    cache.put(("a", "", ""), 1, page(10))
    cache.put(("b", "", ""), 2, page(10))
    assert cache.get(("a", "", ""), 2) is None
    assert cache.get(("b", "", ""), 2) is not None


def test_kept_pages_are_answered_while_the_database_is_down(app, client, monkeypatch):
    def down(_session):
        raise OperationalError("select", {}, Exception("down"))

    kept = client.get("/privasi").data
    watch = app.extensions["catalogue_version"]
    monkeypatch.setattr(page_cache, "catalogue_version", down)
    watch.forget()
    assert client.get("/privasi").data == kept


def test_a_foreign_host_gets_no_kept_page(client):
    client.get("/privasi")
    assert client.get("/privasi", headers={"Host": "jahat.example"}).status_code == 400


def test_a_kept_answer_is_logged_with_its_route(client, caplog):
    client.get("/wilayah/19.71")
    with caplog.at_level("INFO", logger="gallery.requests"):
        answer = client.get("/wilayah/19.71", headers={"X-Request-ID": "abc-123-def"})
    assert answer.headers["X-Request-ID"] == "abc-123-def"
    assert [(r.route, r.status) for r in caplog.records] == [("/wilayah/<code>", 200)]


def test_where_the_database_is_in_the_process_one_page_is_made_at_a_time(app):
    turn = app.extensions["page_turn"]
    if db.engine.dialect.name != "sqlite":
        assert isinstance(turn, nullcontext)
        return

    def is_free() -> bool:
        if free := turn.acquire(blocking=False):
            turn.release()
        return free

    with ThreadPoolExecutor(max_workers=1) as another:

        @cacheable
        def page() -> str:
            assert not another.submit(is_free).result()
            raise LookupError

        with pytest.raises(LookupError):
            page()
        assert another.submit(is_free).result()  # also when a page fails
