"""A remembered card is the card that would be rendered."""

from sqlalchemy import update

from gallery.catalog.models import Variant
from gallery.core.db import db, transaction
from gallery.web import cards
from tests.factories.listing import make_offer, refresh_listing


def test_a_card_follows_its_entry_and_its_language(app, client):
    product_id = make_offer("Lada Putih", at_home=3, prices=(10_000,))
    first = client.get("/produk/").text
    assert "Rp10.000" in first
    assert client.get("/produk/?urut=terbaru").text.count("Rp10.000") == first.count("Rp10.000")
    assert len(app.extensions["cards"]) == 1
    english = client.get("/en/produk/").text
    assert 'href="/en/produk/produk-' in english
    with transaction() as session:
        session.execute(update(Variant).values(price_idr=12_500))
    refresh_listing(product_id)
    db.session.remove()
    assert "Rp12.500" in client.get("/produk/").text


def test_not_more_cards_are_kept_than_allowed(app, client, monkeypatch):
    monkeypatch.setattr(cards, "MOST", 2)
    for n in range(5):
        make_offer(f"Lada {n}", at_home=1)
    page = client.get("/produk/").text
    assert all(f"Lada {n}" in page for n in range(5))
    assert len(app.extensions["cards"]) <= 2


def test_parts_of_the_frame_are_kept_apart_by_language_and_argument(client):
    """A menu rendered for one page must not show another page's language or mark another category."""
    first = client.get("/").text
    assert client.get("/").text == first
    assert 'aria-label="Menu utama"' in first
    english = client.get("/en/").text
    assert 'aria-label="Menu utama"' not in english
    assert 'href="/en/produk/"' in english
    assert 'href="/en/produk/"' not in first
    listing = client.get("/produk/").text
    assert 'href="/produk/" aria-current="page"' in listing
    assert 'href="/produk/" aria-current="page"' not in first
