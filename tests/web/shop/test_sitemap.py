import re
from urllib.robotparser import RobotFileParser

import pytest

from gallery.catalog.models import Product
from gallery.content import queries as content
from gallery.core.db import db
from tests.factories.content import make_article
from tests.factories.listing import make_offer
from tests.factories.regions import make_regions


@pytest.fixture(autouse=True)
def _regions(app):
    make_regions()


def addresses(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/xml"
    return re.findall(r"<loc>http://localhost([^<]*)</loc>", answer.get_data(as_text=True))


def test_everything_public_can_be_found_and_exists(client):
    product = db.session.get(Product, make_offer(in_gallery=1))
    _, slug = make_article()
    found = [path for part in addresses(client, "/sitemap.xml") for path in addresses(client, part)]
    assert f"/produk/{product.slug}-{product.public_id}" in found
    assert f"/berita/{slug}" in found
    assert "/wilayah/19.71" in found
    assert [path for path in found if client.get(path).status_code != 200] == []
    assert len(found) == len(set(found))


def test_what_is_not_on_sale_is_not_in_it(client):
    assert addresses(client, "/sitemap.xml") == ["/sitemap-halaman.xml"]
    assert client.get("/sitemap-produk-0.xml").status_code == 404


def test_robots_stay_out_of_personal_pages(client):
    text = client.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /keranjang" in text
    assert "Disallow: /petugas/" in text
    assert "Disallow: /en/keranjang" in text
    assert "Sitemap: http://localhost/sitemap.xml" in text


def test_whoever_draws_the_card_of_a_shared_link_may_follow_it(client):
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    assert [
        robots.can_fetch(who, "/p/abc?s=x") for who in ("Twitterbot/1.0", "facebookexternalhit/1.1", "Googlebot")
    ] == [
        True,
        True,
        False,
    ]
    assert [robots.can_fetch(who, "/akun/") for who in ("Twitterbot/1.0", "Googlebot")] == [False, False]


def test_news_are_in_blocks_like_products(client, monkeypatch):
    monkeypatch.setattr(content, "BLOCK", 1)
    slugs = [make_article()[1] for _ in range(2)]
    parts = [part for part in addresses(client, "/sitemap.xml") if "berita" in part]
    assert parts
    assert {path for part in parts if client.get(part).status_code == 200 for path in addresses(client, part)} == {
        f"/berita/{slug}" for slug in slugs
    }
    assert client.get("/sitemap-berita-999999999999.xml").status_code == 404
