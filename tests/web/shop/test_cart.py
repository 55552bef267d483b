import pytest
from sqlalchemy import func, select

from gallery.catalog.models import Product, Variant
from gallery.catalog.states import PRODUCT, ProductStatus
from gallery.checkout.models import Cart, CartLine
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.states import move
from tests.browser import PASSWORD, guest
from tests.factories.accounts import make_user
from tests.factories.inventory import make_gallery_place, make_goods, make_stock

PAGE = "/keranjang"


@pytest.fixture
def place(app):
    return make_gallery_place().id


@pytest.fixture
def goods(place):
    made = make_goods("Lada Putih")
    make_stock(made.variant_id, place, 5)
    return made


@pytest.fixture
def buyer(app):
    return guest(app)


def add(buyer, goods, quantity=1, **given):
    return buyer.client.post(PAGE, data={"variant": goods.variant_public_id, "quantity": quantity}, **given)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def in_cart() -> list[tuple[int, int]]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(select(CartLine.variant_id, CartLine.quantity))]


def test_an_empty_cart_says_what_to_do_and_sets_no_cookie(buyer):
    answer = buyer.get(PAGE)
    assert "masih kosong" in text(answer)
    assert "keranjang=" not in answer.headers.get("Set-Cookie", "")


def test_a_guest_adds_without_a_token_and_finds_it_again(buyer, goods):
    answer = add(buyer, goods, 2)
    assert (answer.status_code, answer.location) == (303, PAGE)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Lada Putih" in text(buyer.get(PAGE))
    assert in_cart() == [(goods.variant_id, 2)]


def test_the_cookie_is_stored_only_as_a_hash(buyer, goods):
    add(buyer, goods)
    token = buyer.client.get_cookie("keranjang").value
    assert db.session.scalars(select(Cart.token_hash)).one() != token


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_other_sites_can_not_fill_a_cart(buyer, goods, headers):
    assert add(buyer, goods, headers=headers).status_code == 403
    assert in_cart() == []


def test_changes_need_a_token(buyer, goods):
    add(buyer, goods)
    answer = buyer.client.post(f"{PAGE}/ubah", data={"variant": goods.variant_public_id, "quantity": 3})
    assert answer.status_code == 400
    assert in_cart() == [(goods.variant_id, 1)]


@pytest.mark.parametrize(
    "quantity", ["0", "-1", "1.5", "1e3", "\N{ARABIC-INDIC DIGIT ONE}", "1000", "", "x", "1 OR 1=1"]
)
def test_only_whole_numbers_go_into_a_cart(buyer, goods, quantity):
    answer = add(buyer, goods, quantity)
    assert answer.status_code == 303
    assert in_cart() == []
    assert "Jumlah harus angka bulat" in text(buyer.get(PAGE))


def test_more_than_there_is_becomes_what_there_is_and_is_said(buyer, goods):
    add(buyer, goods, 9)
    assert in_cart() == [(goods.variant_id, 5)]
    assert "Hanya ada 5 Lada Putih" in text(buyer.get(PAGE))


def test_prices_and_ids_sent_by_the_browser_are_ignored(buyer, goods):
    buyer.client.post(
        PAGE,
        data={
            "variant": goods.variant_public_id,
            "quantity": 1,
            "price_idr": 1,
            "price_seen_idr": 1,
            "cart_id": 99,
            "user_id": 1,
        },
    )
    line = db.session.scalars(select(CartLine)).one()
    assert line.price_seen_idr == 45_000
    assert db.session.scalars(select(Cart.user_id)).one() is None


def test_an_unknown_variant_is_not_found(buyer, goods):
    assert buyer.client.post(PAGE, data={"variant": "nope", "quantity": 1}).status_code == 404


def test_quantity_is_changed_and_lines_are_taken_out(buyer, goods):
    add(buyer, goods)
    buyer.post(f"{PAGE}/ubah", {"variant": goods.variant_public_id, "quantity": "4"}, page=PAGE)
    assert in_cart() == [(goods.variant_id, 4)]
    buyer.post(f"{PAGE}/ubah", {"variant": goods.variant_public_id, "aksi": "hapus"}, page=PAGE)
    assert in_cart() == []
    assert "dikeluarkan" in text(buyer.get(PAGE))


def test_a_line_that_is_gone_leads_back_to_the_cart(buyer, goods):
    add(buyer, goods)
    for _ in range(2):
        answer = buyer.post(f"{PAGE}/ubah", {"variant": goods.variant_public_id, "aksi": "hapus"}, page=PAGE)
        assert (answer.status_code, answer.location) == (303, PAGE)
    assert "berubah di tab lain" not in text(buyer.get(PAGE))
    answer = buyer.post(f"{PAGE}/ubah", {"variant": goods.variant_public_id, "quantity": "2"}, page=PAGE)
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "berubah di tab lain" in text(buyer.get(PAGE))
    assert in_cart() == []


def test_one_guest_does_not_touch_the_cart_of_another(app, buyer, goods):
    add(buyer, goods, 2)
    other = guest(app)
    assert "Lada Putih" not in text(other.get(PAGE))
    add(other, goods)
    other.post(f"{PAGE}/ubah", {"variant": goods.variant_public_id, "aksi": "hapus"}, page=PAGE)
    assert in_cart() == [(goods.variant_id, 2)]


def test_withdrawn_and_sold_out_lines_are_named_and_block(buyer, goods):
    add(buyer, goods)
    with transaction() as session:
        move(session.get(Product, goods.product_id), PRODUCT, ProductStatus.WITHDRAWN, clock.now())
    page = text(buyer.get(PAGE))
    assert "Tidak dijual lagi" in page
    assert "Lanjut ke data dan pembayaran" not in page


def test_a_changed_price_is_shown_until_it_is_seen(buyer, goods):
    add(buyer, goods)
    with transaction() as session:
        session.get(Variant, goods.variant_id).price_idr = 50_000
    assert "dulu Rp45.000, sekarang Rp50.000" in text(buyer.get(PAGE))
    buyer.post(f"{PAGE}/harga", page=PAGE)
    assert "dulu Rp45.000" not in text(buyer.get(PAGE))


def test_signing_in_keeps_both_carts(app, place, goods):
    user = make_user()
    user_id, login = user.id, user.email
    other = make_goods("Getas")
    make_stock(other.variant_id, place, 5)
    home = guest(app)
    home.post("/masuk", {"login": login, "password": PASSWORD}, page="/masuk")
    add(home, other, 1)
    phone = guest(app)
    add(phone, goods, 2)
    phone.post("/masuk", {"login": login, "password": PASSWORD}, page="/masuk")
    page = text(phone.get(PAGE))
    assert "Lada Putih" in page
    assert "Getas" in page
    assert phone.client.get_cookie("keranjang") is None
    assert db.session.execute(select(Cart.user_id, func.count()).group_by(Cart.user_id)).all() == [(user_id, 1)]


def test_cart_page_asks_the_database_little(buyer, place, goods, count_queries):
    add(buyer, goods)
    for n in range(4):
        more = make_goods(f"Getas {n}")
        make_stock(more.variant_id, place, 5)
        add(buyer, more)
    buyer.get(PAGE)
    with count_queries() as queries:
        buyer.get(PAGE)
    assert queries.count <= 3
