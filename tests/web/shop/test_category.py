import pytest

from tests.factories.listing import make_offer
from tests.factories.regions import make_regions


@pytest.fixture(autouse=True)
def _regions(app):
    make_regions()


def test_it_shows_its_own_products_the_most_ordered_first(page):
    make_offer("Lada", category="Rempah", sold=1, in_gallery=1)
    make_offer("Kunyit", category="Rempah", sold=7, in_gallery=1)
    make_offer("Getas", category="Camilan", sold=9, in_gallery=1)
    found = page("/kategori/rempah")
    assert found.h1 == "Rempah"
    assert [t.text for t in found.tags("h2", class_="card-title")] == ["Kunyit", "Lada"]
    assert [t["href"] for t in found.tags("a", aria_current="page")] == ["/kategori/rempah", "/produk/"]


def test_the_menu_leads_to_every_category(page):
    make_offer(category="Rempah", in_gallery=1)
    assert "/kategori/rempah" in page("/privasi").links


def test_an_unknown_category_is_not_found(client):
    assert client.get("/kategori/tiada").status_code == 404


def test_queries(client, count_queries):
    make_offer(category="Rempah", in_gallery=1)
    client.get("/produk/")
    client.get("/privasi")
    with count_queries() as q:
        assert client.get("/kategori/rempah").status_code == 200
    assert q.count <= 5, q.statements
