"""Labels: what a scanner reads from the printed page is what the counter knows."""

from datetime import date

import pytest

from gallery.catalog.models import Licence, Product
from gallery.catalog.states import LicenceKind
from gallery.core.db import db, transaction
from gallery.inventory.codes import lot_code
from gallery.inventory.models import StockItem
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock
from tests.printed import codes, pdf_pages, pdf_text

PAGE = "/petugas/galeri/label/"


@pytest.fixture
def place(app):
    return make_gallery_place()


@pytest.fixture
def staff(app, place):
    return signed_in(app, make_user("gallery_staff", gallery_id=place.gallery_id))


@pytest.fixture
def goods(app, place):
    """Stock rows of two articles on shelf A2: (item ids)."""
    pepper, crackers = (
        make_goods(price_idr=45_000),
        make_goods("Kemplang Tenggiri Panggang Khas Belinyu"),
    )
    items = [
        make_stock(pepper.variant_id, place.id, 3, expires_on=date(2027, 6, 1)),
        make_stock(crackers.variant_id, place.id, 2),
    ]
    with transaction() as session:
        for item in items:
            session.get(StockItem, item).shelf = "A2"
        revision_id = session.get(Product, pepper.product_id).published_revision_id
        session.add(Licence(revision_id=revision_id, kind=LicenceKind.PIRT, number="2053171010001-29"))
    return items


def lots(items):
    return [lot_code(db.session.get(StockItem, item).lot_id) for item in items]


@pytest.mark.parametrize("paper", ["a4", "roll58", "roll80"])
def test_every_code_on_the_page_is_read_back(staff, goods, paper):
    answer = staff.get(f"{PAGE}cetak.pdf?format={paper}&jumlah-{goods[0]}=3&jumlah-{goods[1]}=2")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    read = codes(answer.data)
    assert sorted(text for kind, text in read if kind == "EAN13") == sorted([lots(goods)[0]] * 3 + [lots(goods)[1]] * 2)
    links = {text for kind, text in read if kind == "QRCode"}
    assert len([kind for kind, _ in read if kind == "QRCode"]) == 5
    assert all(link.startswith("http://localhost/p/") and link.endswith("?s=label") for link in links)
    assert len(pdf_pages(answer.data, scale=1)) == (1 if paper == "a4" else 5)


def test_a_label_says_what_the_law_and_the_buyer_ask_for(staff, goods):
    shown = pdf_text(staff.get(f"{PAGE}cetak.pdf?format=roll80&jumlah-{goods[0]}=1").data)
    for words in ("Lada Putih", "Rp45.000", "Baik sebelum 1 Jun 2027", "P-IRT 2053171010001-29", lots(goods)[0]):
        assert words in shown


def test_a_full_sheet_goes_on_to_the_next(staff, goods):
    pdf = staff.get(f"{PAGE}cetak.pdf?format=a4&jumlah-{goods[0]}=25").data
    assert len(pdf_pages(pdf, scale=1)) == 2
    assert len([kind for kind, _ in codes(pdf) if kind == "EAN13"]) == 25


def test_a_shelf_offers_as_many_labels_as_it_has_pieces(staff, goods, count_queries):
    with count_queries() as q:
        page = staff.get(f"{PAGE}?rak=A2").get_data(as_text=True)
    assert q.count <= 8
    assert f'name="jumlah-{goods[0]}" value="3"' in page
    assert f'name="jumlah-{goods[1]}" value="2"' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "sedikitnya satu barang"),
        ("jumlah-1=0", "sedikitnya satu barang"),
        ("jumlah-1=1001", "Paling banyak 1.000"),
        ("jumlah-99999999999999999999=1", "sedikitnya satu barang"),
    ],
)
def test_a_wrong_number_is_explained(staff, query, sentence):
    answer = staff.get(f"{PAGE}cetak.pdf?{query}")
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_numbers_that_no_row_can_have_choose_nothing(staff):
    assert staff.get(f"{PAGE}?stok=99999999999999999999&stok=x").status_code == 200


def test_goods_of_another_gallery_do_not_exist(staff):
    other = make_gallery_place(BELITUNG)
    item = make_stock(make_goods("Madu").variant_id, other.id, 4)
    assert staff.get(f"{PAGE}cetak.pdf?jumlah-{item}=1").status_code == 404
    assert "Madu" not in staff.get(f"{PAGE}?stok={item}").get_data(as_text=True)


def test_goods_that_wait_for_their_curation_are_labelled(staff, place):
    goods = make_goods("Sambal Lingkung")
    item = make_stock(goods.variant_id, place.id, 2)
    with transaction() as session:
        session.get(Product, goods.product_id).published_revision_id = None  # received before anybody has curated it
    assert "Sambal Lingkung" in staff.get(f"{PAGE}?stok={item}").get_data(as_text=True)
    assert "Sambal Lingkung" in pdf_text(staff.get(f"{PAGE}cetak.pdf?format=roll58&jumlah-{item}=1").data)
