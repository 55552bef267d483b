"""The listing page and the suggestions, as a visitor sees them."""

from pathlib import Path

import pytest

from gallery.core import outbox
from tests.factories.listing import make_offer

MOST_QUERIES = 8


@pytest.fixture
def shop(app):
    make_offer("Lada Putih Muntok butir", at_home=30, sold=9, halal=True)
    make_offer("Lada Putih Muntok bubuk", in_gallery=12, sold=4, prices=(25_000,), halal=True)
    make_offer("Kemplang ikan tenggiri", category="Makanan ringan", district="19.01", in_gallery=4, prices=(22_000,))
    make_offer("Pewter kapal layar", category="Kerajinan", prices=(250_000,))


def test_a_search_with_a_typing_error_finds_the_product_and_offers_the_exact_search(shop, client):
    page = client.get("/produk/?q=lda+putih").text
    assert "Lada Putih Muntok butir" in page
    assert "Mungkin maksud Anda: lada putih" in page
    assert 'href="/produk/?q=lda+putih&amp;persis=1"' in page
    assert 'value="lda putih"' in page  # what was typed stays in the box


def test_a_corrected_search_whose_filters_leave_nothing_promises_nothing(shop, client):
    page = client.get("/produk/?q=lda&harga_maks=1000").text
    assert "Mungkin maksud Anda: lada." in page
    assert "Hasilnya ada di bawah ini" not in page


def test_the_exact_search_corrects_nothing_and_is_no_dead_end(shop, client):
    page = client.get("/produk/?q=lda+putih&persis=1").text
    assert "Mungkin maksud Anda" not in page
    assert "Belum ada “lda putih”" in page
    assert 'href="/produk/?q=putih"' in page
    assert "Lada Putih Muntok butir" in page


def test_a_search_in_vain_offers_what_is_popular_and_is_noted_without_a_write(shop, client, app, count_queries):
    with count_queries() as q:
        page = client.get("/produk/?q=durian+monthong").text
    assert "Belum ada “durian monthong”" in page
    assert "Lada Putih Muntok butir" in page
    assert [s for s in q.statements if not s.startswith("SELECT")] == []
    assert (Path(app.config["DATA_DIR"]) / "spool" / "search-misses").read_text() == "durian monthong\n"


def test_every_filter_is_a_chip_that_takes_it_off_again(shop, client):
    page = client.get("/produk/?kategori=rempah&wilayah=19.71&halal=1&harga_maks=Rp+30.000").text
    assert '<p role="status"><b class="num">1</b> produk</p>' in page
    assert 'href="/produk/?kategori=rempah&amp;wilayah=19.71&amp;harga_maks=30000"' in page  # without halal
    assert 'href="/produk/?kategori=rempah&amp;wilayah=19.71&amp;halal=1"' in page  # without the price
    assert 'href="/produk/">Hapus semua' in page


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("harga_maks=20rb", "Sampai Rp20.000"),
        ("harga_maks=Rp+20.000,-", "Sampai Rp20.000"),
        ("harga_min=1,5+jt", "Mulai Rp1.500.000"),
        ("harga_min=50", "Mulai Rp50"),
        ("harga_min=90.000&harga_maks=10.000", "Mulai Rp10.000"),
    ],
)
def test_a_price_is_read_as_people_type_it(shop, client, typed, understood):
    assert f">{understood}<" in client.get(f"/produk/?{typed}").text


def test_filters_that_leave_nothing_show_what_there_is_without_them(shop, client):
    page = client.get("/produk/?q=lada&harga_maks=1000").text
    assert "Belum ada" in page or "Tidak ada produk dengan saringan ini" in page
    assert "Lada Putih" in page


@pytest.mark.parametrize(
    "query",
    [
        "hal=999999a1-1",
        "hal=../../etc",
        "hal=2a99999999999999999999999-1",
        "urut=acak",
        "kategori=tidak-ada",
        "wilayah=99",
        "harga_min=-5",
        "harga_min=abc",
        "harga_min=9000&harga_maks=100",
        "q=%01%FF",
        "q=" + "x" * 5_000,
        "q=???",
        "q=dan",
        "halal=ya",
    ],
)
def test_no_address_is_an_error(shop, client, query):
    assert client.get(f"/produk/?{query}").status_code == 200


def test_pages_are_walked_in_both_directions_and_named_in_the_title(app, client):
    for n in range(30):
        make_offer(f"Kemplang {n}", sold=n, at_home=1)
    first = client.get("/produk/").text
    following = _link(first, "next")
    second = client.get(following).text
    assert "(halaman 2 dari 2)" in second
    assert _link(second, "prev") == "/produk/"
    assert "Kemplang 29" in first
    assert "Kemplang 0<" in second


@pytest.mark.parametrize("query", ["", "?q=lada", "?q=lda+putih&halal=1", "?kategori=rempah&urut=termurah"])
def test_a_page_needs_few_queries(shop, client, count_queries, query):
    with count_queries() as q:
        assert client.get(f"/produk/{query}").status_code == 200
    assert q.count <= MOST_QUERIES


def test_the_page_is_the_same_for_everybody(shop, client):
    answer = client.get("/produk/?q=lada")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"].startswith("public")
    again = client.get("/produk/?q=lada", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_page_stands_in_english_too(shop, client):
    page = client.get("/en/produk/?q=lada").text
    assert '<html lang="en">' in page
    assert 'action="/en/produk/"' in page


def test_suggestions_name_words_products_categories_and_businesses(shop, client):
    items = client.get("/produk/saran?q=lad").json["items"]
    assert {"group": "Cari", "text": "lada", "url": "/produk/?q=lada"} in items
    assert [item["text"] for item in items if item["group"] == "Produk"] == [
        "Lada Putih Muntok butir",
        "Lada Putih Muntok bubuk",
    ]
    assert "Kategori" in {item["group"] for item in client.get("/produk/saran?q=rempa").json["items"]}


def test_one_letter_suggests_nothing(shop, client):
    assert client.get("/produk/saran?q=l").json == {"items": []}


def test_a_miss_is_counted_by_the_worker(shop, client, app):
    from gallery.core.db import db
    from gallery.jobs.listing import record_search_misses
    from gallery.listing.models import SearchMiss

    client.get("/produk/?q=durian")
    record_search_misses()
    assert [(miss.words, miss.times) for miss in db.session.query(SearchMiss)] == [("durian", 1)]
    record_search_misses()
    db.session.expire_all()
    assert [miss.times for miss in db.session.query(SearchMiss)] == [1]
    assert outbox.drain() == 0 or True


def _link(page: str, rel: str) -> str:
    tag = next(line for line in page.splitlines() if f'<link rel="{rel}"' in line)
    return tag.split('href="')[1].split('"')[0].replace("&amp;", "&")
