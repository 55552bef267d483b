import io

import pytest
from PIL import Image

from gallery.catalog.models import Product, Variant
from gallery.core import adapters
from gallery.core.db import db, transaction
from gallery.web.share_card import LANDSCAPE, PORTRAIT, Card, draw
from tests.factories.listing import make_offer
from tests.factories.regions import make_regions


@pytest.fixture(autouse=True)
def _regions(app):
    make_regions()


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((1280, 1280), 60).convert("RGB").save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.mark.parametrize(("ending", "size"), [("", (1200, 630)), ("-potret", (1080, 1350))])
def test_the_picture_is_a_jpeg_of_the_right_size(client, ending, size):
    public_id = db.session.get(Product, make_offer("Lada Putih", in_gallery=1)).public_id
    answer = client.get(f"/bagikan/{public_id}{ending}.jpg")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    with Image.open(io.BytesIO(answer.data)) as image:
        assert image.size == size
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT], ids=lambda s: s.name)
def test_the_busiest_photo_stays_below_300_kb(size):
    card = Card(
        name="Keranjang Anyaman Resam Serbaguna Ukuran Besar Dengan Tutup",
        maker="Kelompok Perajin Anyaman Resam Kreatif Bersama Sejahtera",
        place="Kabupaten Bangka Barat",
        price="Rp1.250.000",
        site="Galeri UMKM Babel",
        photo=photo(),
    )
    assert len(draw(card, size)) < 300_000


def test_it_is_drawn_once_and_anew_when_the_price_changes(client, monkeypatch):
    product = db.session.get(Product, make_offer("Lada Putih", prices=[45_000], in_gallery=1))
    public_id, product_id = product.public_id, product.id
    drawn = []
    from gallery.web.shop import share

    monkeypatch.setattr(share, "draw", lambda card, size: drawn.append(card.price) or draw(card, size))
    client.get(f"/bagikan/{public_id}.jpg")
    client.get(f"/bagikan/{public_id}.jpg")
    with transaction() as session:
        session.query(Variant).filter_by(product_id=product_id).update({"price_idr": 50_000})
    client.get(f"/bagikan/{public_id}.jpg")
    assert drawn == ["Rp45.000", "Rp50.000"]


def test_an_unknown_product_has_no_picture(client):
    assert client.get("/bagikan/0000000000.jpg").status_code == 404
    assert not adapters.files().exists("share/0000000000.jpg")
