import json

import pytest
from sqlalchemy import select, update

from gallery.catalog.models import Licence, Photo, Product, ProductRevision, RevisionPhoto, Variant
from gallery.catalog.states import PRODUCT, LicenceKind, ProductStatus, ShippingClass
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.logs import JsonFormatter
from gallery.core.states import move
from gallery.jobs import photos
from tests.factories.catalog import make_upload
from tests.factories.listing import make_offer, refresh_listing
from tests.factories.regions import make_regions


@pytest.fixture(autouse=True)
def _regions(app):
    make_regions()


def path_of(product_id: int) -> str:
    product = db.session.get(Product, product_id)
    return f"/produk/{product.slug}-{product.public_id}"


def change(product_id: int, **values) -> None:
    with transaction() as session:
        product = session.get(Product, product_id)
        session.execute(
            update(ProductRevision).where(ProductRevision.id == product.published_revision_id).values(**values)
        )
    refresh_listing(product_id)


def test_name_price_and_stock_are_in_the_page(page):
    product = make_offer("Lada Putih Muntok", prices=[45_000], in_gallery=12, at_home=5)
    found = page(path_of(product))
    assert found.h1 == "Lada Putih Muntok"
    assert "Rp45.000" in found.text
    assert "Tersedia 12 di Galeri PLUT Pangkalpinang" in found.text
    assert "Tersedia 5 di tempat pembuatnya" in found.text


def test_goods_that_spoil_say_that_no_carrier_takes_them_to_another_island(page, client, monkeypatch):
    monkeypatch.setattr(client.application.extensions["page_cache"], "max_bytes", 0)  # the change is made past it
    product = make_offer(in_gallery=3)
    words = "Hanya diantar kurir setempat di pulau yang sama"
    assert words not in page(path_of(product)).text
    change(product, shipping_class=ShippingClass.FROZEN)
    assert words in page(path_of(product)).text


def test_it_can_be_put_in_the_cart_without_javascript(page):
    product = make_offer(prices=[45_000], in_gallery=3)
    found = page(path_of(product))
    form = found.one("form", id="beli")
    variant = db.session.scalar(select(Variant.public_id))
    assert (form["method"], form["action"]) == ("post", "/keranjang")
    assert found.one("input", type="hidden", name="variant")["value"] == variant
    assert found.one("input", name="quantity")["max"] == "3"


def test_variants_are_choices_and_a_sold_out_one_can_not_be_chosen(page):
    product = make_offer(prices=[20_000, 38_000], in_gallery=4)  # stock of the first only
    found = page(path_of(product))
    first, second = found.tags("input", type="radio", name="variant")
    assert "checked" in first.attributes
    assert "disabled" in second.attributes
    assert "(habis)" in found.text


def test_a_sold_out_product_stays_and_can_not_be_bought(page):
    found = page(path_of(make_offer(prices=[20_000])))
    assert "Habis." in found.text
    assert found.tags("input", name="quantity") == []
    assert not [t for t in found.tags("button") if "keranjang" in t.text.lower()]


def test_a_wrong_slug_is_put_right_for_ever(client):
    product = make_offer(in_gallery=1)
    public_id = db.session.get(Product, product).public_id
    answer = client.get(f"/produk/nama-lama-{public_id}")
    assert (answer.status_code, answer.location) == (301, path_of(product))


def test_a_withdrawn_product_says_so_and_is_not_indexed(page, client):
    product = make_offer(in_gallery=1)
    with transaction() as session:
        move(session.get(Product, product), PRODUCT, ProductStatus.WITHDRAWN, clock.now())
    refresh_listing(product)
    found = page(path_of(product))
    assert "Sedang tidak dijual" in found.text
    assert found.meta("robots") == "noindex"
    assert found.tags("form", id="beli") == []
    with transaction() as session:
        move(session.get(Product, product), PRODUCT, ProductStatus.ARCHIVED, clock.now())
        session.flush()
    refresh_listing(product)
    from gallery.listing.services.version import touch

    with transaction() as session:
        touch(session)
    assert client.get(path_of(product)).status_code == 404


def test_an_unknown_product_is_not_found(client):
    assert client.get("/produk/apa-0000000000").status_code == 404


def test_licences_are_shown_with_number_and_expiry(page):
    product = make_offer(in_gallery=1, halal=True)
    with transaction() as session:
        revision = session.get(Product, product).published_revision_id
        session.add(
            Licence(revision_id=revision, kind=LicenceKind.PIRT, number="2061905010123-31", expires_on=clock.today())
        )
    found = page(path_of(product))
    facts = {dt.text: dd.text for dt, dd in zip(found.tags("dt"), found.tags("dd"), strict=True)}
    assert facts["P-IRT"].startswith("2061905010123-31, berlaku sampai")
    assert facts["Halal"].startswith("ID")


def test_search_engines_read_price_and_stock(page):
    product = make_offer("Getas", prices=[20_000, 38_000], in_gallery=4)
    found = page(path_of(product))
    data = json.loads(found.one("script", type="application/ld+json").text)
    assert [(o["price"], o["availability"].rsplit("/", 1)[1]) for o in data["offers"]] == [
        ("20000", "InStock"),
        ("38000", "OutOfStock"),
    ]
    assert data["url"] == found.one("link", rel="canonical")["href"] == f"http://localhost{path_of(product)}"
    assert found.meta("og:image").startswith("http://localhost/bagikan/")


def test_a_hostile_name_stays_text_everywhere(page):
    product = make_offer(in_gallery=1)
    evil = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    change(product, name=evil, summary=evil, ingredients=evil)
    found = page(path_of(product))
    assert found.h1 == evil
    assert json.loads(found.one("script", type="application/ld+json").text)["name"] == evil


def test_the_short_link_redirects_and_notes_its_source(client, caplog):
    product = make_offer(in_gallery=1)
    public_id = db.session.get(Product, product).public_id
    with caplog.at_level("INFO", logger="gallery.shop"):
        answer = client.get(f"/p/{public_id}?s=wa")
        client.get(f"/p/{public_id}?s=%0Ajahat")
        other = client.get(f"/p/{public_id}")
    assert (answer.status_code, answer.location) == (302, f"{path_of(product)}?s=wa")
    assert other.location == path_of(product)
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records if record.name == "gallery.shop"]
    assert [(line["event"], line["product"], line["source"]) for line in lines] == [
        ("short link", public_id, "wa"),
        ("short link", public_id, "-"),
        ("short link", public_id, "-"),
    ]


def test_the_short_link_keeps_the_language(client):
    product = make_offer(in_gallery=1)
    public_id = db.session.get(Product, product).public_id
    assert client.get(f"/en/p/{public_id}").location == f"/en{path_of(product)}"


def test_the_qr_code_is_a_picture_of_the_short_link(client):
    product = make_offer(in_gallery=1)
    answer = client.get(f"/p/{db.session.get(Product, product).public_id}/qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.data.lstrip().startswith((b"<?xml", b"<svg"))


def test_others_of_the_maker_are_offered_without_this_one(page):
    product = make_offer("Satu", in_gallery=1)
    make_offer("Dua", in_gallery=1)
    cards = [t.text for t in page(path_of(product)).tags("h3", class_="card-title")]
    assert cards == ["Dua"]


def test_a_page_with_a_change_of_stock_is_made_anew(page):
    product = make_offer(in_gallery=2)
    assert "Tersedia 2 di" in page(path_of(product)).text
    from gallery.inventory.models import Place
    from tests.factories.inventory import make_stock

    variant = db.session.scalar(select(Variant.id))
    make_stock(variant, db.session.scalar(select(Place.id)), 1)
    refresh_listing(product)
    assert "Tersedia 3 di" in page(path_of(product)).text


def test_queries(client, count_queries):
    product = make_offer(prices=[1_000, 2_000], in_gallery=2, at_home=2)
    client.get("/privasi")
    with count_queries() as q:
        assert client.get(path_of(product)).status_code == 200
    assert q.count <= 8, q.statements


def test_the_link_to_copy_is_this_products_and_the_page_is_the_same_each_time(page, client, monkeypatch):
    product = make_offer(prices=[45_000], in_gallery=3)
    path = path_of(product)
    copied = page(path).one("button", type="button", class_="btn btn-sm js-only")["data-share"]
    public_id = db.session.get(Product, product).public_id
    assert public_id in copied
    assert copied.startswith("http://localhost/")
    monkeypatch.setattr(client.application.extensions["page_cache"], "max_bytes", 0)  # made anew for everybody
    assert client.get(path).data == client.get(path).data


def test_small_pictures_are_the_light_files_in_the_shape_of_the_large_ones(page):
    product = make_offer()
    made = [
        Photo(product_id=product, original_file_id=make_upload().file_id, sha256=str(number) * 64)
        for number in range(2)
    ]
    with transaction() as session:
        session.add_all(made)
        session.flush()
        revision_id = session.get_one(Product, product).published_revision_id
        session.add_all(RevisionPhoto(revision_id=revision_id, photo_id=photo.id) for photo in made)
    for photo in made:
        photos.render({"photo_id": photo.id})
    refresh_listing(product)
    found = page(path_of(product))
    small = [source["srcset"] for source in found.tags("source", type="image/webp", sizes="6rem")]
    assert ["-320.webp 320w" in srcset for srcset in small] == [True, True]
    shapes = [(img["width"], img["height"]) for img in found.tags("img") if img["alt"].startswith("Foto ")]
    assert shapes == [("800", "600"), ("800", "600")]
