import pytest

from tests.factories.listing import make_offer
from tests.factories.regions import make_regions


@pytest.fixture(autouse=True)
def _regions(app):
    make_regions()


def test_it_shows_products_and_makers_of_the_district_only(page):
    make_offer("Lada", district="19.71", in_gallery=1)
    make_offer("Getas", district="19.01", in_gallery=1)
    found = page("/wilayah/19.01")
    assert [t.text for t in found.tags("h2", class_="card-title")] == ["Getas"]
    assert [t.text for t in found.tags("h2", class_="maker-name")] == ["Usaha 19.01"]


def test_an_empty_district_offers_all_products(page):
    found = page("/wilayah/19.71")
    assert "Belum ada produk dari daerah ini" in found.text
    assert "/produk/" in found.links


@pytest.mark.parametrize("code", ["19", "19.71.05", "19.71.05.1001", "99.99", "omong-kosong"])
def test_only_districts_have_a_page(client, code):
    assert client.get(f"/wilayah/{code}").status_code == 404


def test_queries(client, count_queries):
    make_offer(in_gallery=1)
    client.get("/produk/")
    with count_queries() as q:
        assert client.get("/wilayah/19.71").status_code == 200
    assert q.count <= 8, q.statements
