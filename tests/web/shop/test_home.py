import pytest

from tests.factories.content import make_article
from tests.factories.listing import make_offer
from tests.factories.regions import make_regions


@pytest.fixture(autouse=True)
def _regions(app):
    make_regions()


def names(grid_of, found):
    return [t.text for t in found.tags("h3", class_="card-title")][grid_of]


def test_an_empty_shop_says_so(page):
    found = page("/")
    assert "Belum ada produk yang tayang" in found.text
    assert "Paling banyak dipesan" not in found.text


def test_most_ordered_and_newest_are_two_orders(page):
    make_offer("Lada Putih", sold=3, in_gallery=1, day=1)
    make_offer("Getas", sold=9, in_gallery=1, day=2)
    make_offer("Madu", sold=5, in_gallery=1, day=3)
    cards = [t.text for t in page("/").tags("h3", class_="card-title")]
    assert cards == ["Getas", "Madu", "Lada Putih", "Madu", "Getas", "Lada Putih"]


def test_it_says_how_the_products_are_ranked(page):
    make_offer(in_gallery=1)
    assert "Diurutkan menurut jumlah yang sudah terjual" in page("/").text


def test_every_district_is_there_with_its_products(page):
    make_offer("Lada", district="19.01", in_gallery=1)
    make_offer("Madu", district="19.01", in_gallery=1)
    found = page("/")
    rows = {t["href"]: t.text for t in found.tags("a") if "/wilayah/" in t.get("href") and not t.get("aria-label")}
    assert rows["/wilayah/19.01"].endswith("2 produk")
    assert rows["/wilayah/19.71"].endswith("0 produk")


def test_the_map_only_repeats_the_list(page):
    found = page("/")
    on_map = {t["href"] for t in found.tags("a") if "svg" in t.parents}
    assert on_map
    assert on_map <= {t["href"] for t in found.tags("a") if "svg" not in t.parents}


def test_published_news_is_shown(page):
    _, slug = make_article(title="Jadwal titip jual")
    make_article(title="Belum siap", published=False)
    found = page("/")
    assert f"/berita/{slug}" in found.links
    assert "Belum siap" not in found.text


def test_it_promises_nothing_that_does_not_exist(page):
    text = page("/").text
    assert "QRIS" not in text
    assert "kolektif" not in text.lower()


def test_every_link_leads_somewhere(page, client):
    make_offer(in_gallery=1)
    make_article()
    for path in sorted({link.split("#")[0] for link in page("/").links if link.startswith("/")} - {""}):
        assert client.get(path).status_code in {200, 302, 303, 308}, path


def test_queries(client, count_queries):
    for n in range(12):
        make_offer(f"Produk {n}", in_gallery=1)
    client.get("/privasi")  # what a process reads once: categories
    client.get("/produk/")  # and the counts of the catalogue
    with count_queries() as q:
        assert client.get("/").status_code == 200
    assert q.count <= 8, q.statements


def test_the_kinds_with_most_products_come_first(page):
    for n in range(9):
        make_offer(f"Produk {n}", category=f"Jenis {n}", in_gallery=1)
    make_offer("Satu lagi", category="Jenis 8", in_gallery=1)
    links = [t["href"] for t in page("/").tags("a") if "/kategori/" in t.get("href") and "main" in t.parents]
    assert links[0] == "/kategori/jenis-8"
    assert len(links) == 8
