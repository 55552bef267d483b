"""Stock cards: balances that add up on every page, in the PDF and in the spreadsheet."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from gallery.catalog.models import Variant
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.inventory import services
from gallery.inventory.models import StockItem
from gallery.inventory.queries import stock_card
from gallery.inventory.states import MovementReason
from tests.browser import signed_in
from tests.factories.accounts import make_user
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods, make_stock
from tests.factories.stocktake import make_shelf
from tests.printed import pdf_text


@pytest.fixture
def shelf(app):
    """Ten pieces yesterday, then two damaged, then five more today."""
    now = clock.now()
    with clock.at(now - timedelta(days=1)):
        shelf = make_shelf(10)
    adjust(shelf, -2, MovementReason.DAMAGED, "basah")
    adjust(shelf, 5, MovementReason.COUNT_CORRECTION)
    return shelf


@pytest.fixture
def staff(app, shelf):
    return signed_in(app, make_user("gallery_staff", gallery_id=shelf.gallery_id))


def adjust(shelf, pieces, reason, note="", **given):
    with transaction() as session:
        services.adjust(session, shelf.items[0], pieces, reason=reason, note=note, actor=shelf.opener, **given)


def test_balances_run_from_the_opening(shelf):
    card = stock_card(db.session(), shelf.items)
    assert [line.balance for line in card.lines] == [10, 8, 13]
    assert (card.opening, card.came, card.went, card.closing) == (0, 15, 2, 13)
    today = stock_card(db.session(), shelf.items, since=clock.today())
    assert (today.opening, today.came, today.went, today.closing) == (10, 5, 2, 13)
    yesterday = stock_card(db.session(), shelf.items, until=clock.today() - timedelta(days=1))
    assert (yesterday.opening, yesterday.closing, len(yesterday.lines)) == (0, 10, 1)


def test_pages_carry_the_balance_over(shelf):
    first = stock_card(db.session(), shelf.items, since=clock.today(), limit=1)
    second = stock_card(db.session(), shelf.items, since=clock.today(), limit=1, after=first.next_after)
    assert [(page.carried, page.lines[0].balance, page.closing) for page in (first, second)] == [
        (10, 8, 13),
        (8, 13, 13),
    ]
    assert second.next_after is None


def test_the_page_shows_who_and_why(staff, shelf, count_queries):
    with count_queries() as queries:
        page = staff.get(f"/petugas/galeri/{shelf.items[0]}/kartu").get_data(as_text=True)
    assert queries.count <= 9
    for words in ("basah", "Rusak", shelf.opener.name, "<b>13</b>"):
        assert words in page, words
    assert staff.get(f"/petugas/galeri/{shelf.items[0]}/kartu?dari=x&sampai=2026-13-01&sesudah=-").status_code == 200


def test_a_variant_has_one_card_for_all_its_lots(staff, shelf):
    variant_id, name = shelf.goods[0].variant_id, shelf.goods[0].variant_public_id
    make_stock(variant_id, shelf.place_id, 4, expires_on=clock.today() + timedelta(days=90))
    elsewhere = make_gallery_place(BELITUNG).id
    make_stock(variant_id, elsewhere, 70)
    rows = list(load_workbook(io.BytesIO(staff.get(f"/petugas/galeri/varian/{name}/kartu.xlsx").data)).active.values)
    assert [row[10] for row in rows[1:]] == [0, 10, 8, 13, 17]
    assert staff.get(f"/petugas/galeri/varian/{name}/kartu").status_code == 200
    assert f'href="/petugas/galeri/varian/{name}/kartu"' in staff.get(f"/petugas/galeri/{shelf.items[0]}/kartu").text
    with transaction() as session:
        session.get(Variant, variant_id).is_active = False
    assert staff.get(f"/petugas/galeri/varian/{name}/kartu").status_code == 200  # what was is told of old goods too
    unknown = make_goods().variant_public_id
    assert staff.get(f"/petugas/galeri/varian/{unknown}/kartu").status_code == 404


def test_the_paper_states_the_same_figures(staff, shelf):
    answer = staff.get(f"/petugas/galeri/{shelf.items[0]}/kartu.pdf?dari={clock.today()}")
    words = " ".join(pdf_text(answer.data).split())
    for expected in ("Kartu Stok", "Saldo awal 10", "Masuk 5", "Keluar 2", "Saldo akhir 13", "basah"):
        assert expected in words, (expected, words)
    assert db.session.get(StockItem, shelf.items[0]).on_hand == 13


def test_a_document_with_a_page_is_a_link(staff, shelf):
    from tests.factories.stocktake import make_stocktake, public_id_of

    public_id = public_id_of(make_stocktake(shelf))
    adjust(shelf, 1, MovementReason.COUNT_CORRECTION, document=f"stocktake:{public_id}")
    adjust(shelf, 1, MovementReason.COUNT_CORRECTION, document="sale:unknown")
    page = staff.get(f"/petugas/galeri/{shelf.items[0]}/kartu").get_data(as_text=True)
    assert f'href="/petugas/opname/{public_id}"' in page
    assert "Penjualan kasir unknown" in page
