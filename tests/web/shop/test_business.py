import pytest
from sqlalchemy import select, update

from gallery.core.db import db, transaction
from gallery.listing.queries.businesses import PAGE_SIZE
from gallery.listing.services.version import touch
from gallery.registry.models import Business
from tests.factories.listing import make_offer
from tests.factories.regions import make_regions
from tests.factories.registry import make_business


@pytest.fixture(autouse=True)
def _regions(app):
    make_regions()


def names(found):
    return [t.text for t in found.tags("h2", class_="maker-name")]


def test_only_those_who_sell_something_are_listed(page):
    make_business(name="Tanpa Produk")
    make_offer(in_gallery=1, business=make_business(name="Dengan Produk"))
    assert names(page("/umkm/")) == ["Dengan Produk"]


def test_a_district_narrows_the_list(page):
    make_offer(in_gallery=1, district="19.71")
    make_offer(in_gallery=1, district="19.01")
    assert names(page("/umkm/?wilayah=19.01")) == ["Usaha 19.01"]
    assert len(names(page("/umkm/?wilayah=omong+kosong"))) == 2


def test_pages_follow_each_other_without_gaps(page):
    wanted = []
    for n in range(PAGE_SIZE + 3):
        business = make_business(name=f"Usaha {n // 2:03}")  # pairs of one name
        wanted.append(business.public_id)
        make_offer(f"Produk {n}", in_gallery=1, business=business)
    seen, path = [], "/umkm/"
    while path:
        found = page(path)
        seen += [t["href"].rsplit("-", 1)[1] for t in found.tags("a") if t["href"].startswith("/umkm/usaha")]
        path = next((t["href"] for t in found.tags("a", rel="next")), None)
    assert sorted(seen) == sorted(wanted)
    assert len(seen) == len(set(seen))


def test_an_unknown_cursor_starts_anew(page):
    make_offer(in_gallery=1)
    assert len(names(page("/umkm/?setelah=0000000000"))) == 1


def test_the_profile_has_story_and_products(page):
    business = make_business(name="Sahang Jaya", story="Merendam lada sepuluh hari.\n\nLalu dijemur.", since_year=2016)
    make_offer("Lada Putih", in_gallery=1, business=business)
    found = page(f"/umkm/{business.slug}-{business.public_id}")
    assert found.h1 == "Sahang Jaya"
    assert "Merendam lada sepuluh hari." in found.text
    assert "Sejak 2016" in found.text
    assert [t.text for t in found.tags("h3", class_="card-title")] == ["Lada Putih"]


def test_nothing_private_is_on_the_profile(page):
    business = make_business(name="Sahang Jaya", phone="+6281377778888", address="Jl. Rahasia 5", nib="1234567890123")
    make_offer(in_gallery=1, business=business)
    html = page(f"/umkm/{business.slug}-{business.public_id}").html
    for secret in ("81377778888", "8137-7778", "Rahasia", "1234567890123", business.owner.name):
        assert secret not in html


def test_a_wrong_slug_is_put_right(client):
    business = make_business()
    answer = client.get(f"/umkm/lama-{business.public_id}")
    assert (answer.status_code, answer.location) == (301, f"/umkm/{business.slug}-{business.public_id}")


def test_a_suspended_business_is_not_found(client):
    business = make_business()
    path = f"/umkm/{business.slug}-{business.public_id}"
    assert client.get(path).status_code == 200
    with transaction() as session:
        session.execute(update(Business).values(is_active=False))
        touch(session)
    assert client.get(path).status_code == 404


def test_queries(client, count_queries):
    for n in range(5):
        make_offer(f"Produk {n}", in_gallery=1, business=make_business())
    path = f"/umkm/{'-'.join(db.session.execute(select(Business.slug, Business.public_id)).first())}"
    client.get("/privasi")
    for path_, most in (("/umkm/", 4), (path, 4)):
        with count_queries() as q:
            assert client.get(path_).status_code == 200
        assert q.count <= most, q.statements
