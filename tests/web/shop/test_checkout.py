"""One page, one click, one right order; or one clear sentence, with nothing typed lost."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from gallery.catalog.models import Product, Variant
from gallery.catalog.states import PRODUCT, ProductStatus
from gallery.checkout.queries import CashRules, NoCash, why_no_cash_for
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.states import move
from gallery.delivery.models import CarrierTariff
from gallery.delivery.services import return_to_stock
from gallery.delivery.states import ShipmentStatus
from gallery.inventory.queries import audit_stock
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.queries import audit_holds
from gallery.orders.states import OrderStatus
from gallery.payments.models import Payment
from gallery.web.shop import checkout
from tests import html
from tests.browser import guest, signed_in
from tests.factories.accounts import make_office, make_user
from tests.factories.checkout import buy, fill_cart, make_bank_account, pick_up_at
from tests.factories.checkout import guest as other_owner
from tests.factories.delivery import (
    SYSTEM,
    make_carrier_tariff,
    make_cash_parcel,
    make_rider,
    make_shipment,
    make_tariff,
)
from tests.factories.inventory import make_business, make_gallery_place, make_goods, make_premises, make_stock, stock

PAGE = "/pesan"
READY = "?kirim=alamat&kabupaten=19.71&kecamatan=19.71.05&desa=19.71.05.1002"
HIDDEN = re.compile(r'name="(kunci|dilihat)" value="([^"]*)"')
HOME = {
    "nama": "Dewi Contoh",
    "wa": "0812 0000 0009",
    "surel": "",
    "kirim": "alamat",
    "kabupaten": "19.71",
    "kecamatan": "19.71.05",
    "desa": "19.71.05.1002",
    "kodepos": "",
    "alamat": "Jl. Contoh No. 12",
    "patokan": "",
    "bayar": "transfer",
    "catatan": "",
}


class World:
    def __init__(self, app):
        self.place = make_gallery_place()
        self.place_id, self.gallery_id = self.place.id, self.place.gallery_id
        self.goods = make_goods("Lada Putih", price_idr=45_000)
        self.item = make_stock(self.goods.variant_id, self.place_id, 10)
        make_tariff(self.place_id)
        make_rider("19.71.05")
        make_bank_account()
        self.app, self.buyer = app, guest(app)
        self.add(self.buyer, 2)

    def add(self, buyer, quantity, goods=None, **headers):
        variant = (goods or self.goods).variant_public_id
        buyer.client.post("/keranjang", data={"variant": variant, "quantity": quantity}, headers=headers)


@pytest.fixture
def world(app):
    return World(app)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def open_page(buyer, query="") -> dict[str, str]:
    """Open the page and return its hidden fields."""
    return dict(HIDDEN.findall(text(buyer.get(PAGE + query))))


def send(buyer, hidden, **changes):
    return buyer.post(PAGE, HOME | hidden | changes)


def ready(buyer, **changes) -> dict[str, str]:
    """Open the page for this destination, as a buyer sees it who has chosen."""
    chosen = HOME | changes
    names = ("kirim", "kabupaten", "kecamatan", "desa", "kantor", "galeri", "bayar")
    return open_page(buyer, "?" + "&".join(f"{name}={chosen[name]}" for name in names if chosen.get(name)))


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_order_is_placed_and_the_buyer_goes_to_pay(world):
    answer = send(world.buyer, ready(world.buyer))
    assert answer.status_code == 303
    assert answer.location.startswith("/bayar/")
    order = db.session.scalars(select(Order)).one()
    assert (order.contact_phone, order.village_code, order.postal_code) == ("+6281200000009", "19.71.05.1002", "33148")
    assert order.goods_idr == 90_000
    assert stock(world.item) == (10, 2)


@pytest.mark.parametrize(
    ("came_from", "source"),
    [
        ("http://localhost{page}", "flyer-mtq"),
        ("http://lain.example{page}", None),
        ("http://localhost/produk/lada?s=Bukan%20Nama", None),
        ("", None),
    ],
)
def test_an_order_says_which_printed_link_it_came_from_and_the_next_one_does_not(world, came_from, source):
    page = world.buyer.get(f"/p/{world.goods.product_public_id}?s=flyer-mtq").location
    world.add(world.buyer, 1, Referer=came_from.format(page=page))
    world.add(world.buyer, 1, Referer="http://localhost/produk/lada?s=wa" if source else "")  # the first one counts
    send(world.buyer, ready(world.buyer))
    world.add(world.buyer, 1)
    send(world.buyer, ready(world.buyer))
    orders = db.session.scalars(select(Order).order_by(Order.id)).all()
    assert [order.source for order in orders] == [source, None]


def test_the_button_names_the_amount_that_is_then_due(world):
    page = text(world.buyer.get(PAGE + READY))
    named = re.search(r"Buat pesanan dan bayar (Rp[\d.]+)", page)[1]
    send(world.buyer, dict(HIDDEN.findall(page)))
    order = db.session.scalars(select(Order)).one()
    assert named == f"Rp{order.total_idr:,}".replace(",", ".")


def test_without_a_script_the_lists_and_the_price_come_from_the_server(world):
    hidden = open_page(world.buyer)
    page = text(send(world.buyer, hidden, aksi="perbarui", nama="Dewi", kecamatan="", desa="", alamat=""))
    assert "Bukit Intan" in page
    assert "Galat:" not in page
    assert 'value="Dewi"' in page
    page = text(send(world.buyer, hidden, aksi="perbarui", desa=""))
    assert "Sriwijaya" in page
    page = text(send(world.buyer, hidden, aksi="perbarui"))
    assert 'value="33148"' in page
    assert "Buat pesanan dan bayar Rp" in page


def test_a_total_that_was_not_shown_is_shown_first(world):
    hidden = open_page(world.buyer)
    answer = send(world.buyer, hidden)
    assert answer.status_code == 409
    assert "Totalnya sekarang Rp" in text(answer)
    assert count(Order) == 0
    again = send(world.buyer, dict(HIDDEN.findall(text(answer))))
    assert (again.status_code, count(Order)) == (303, 1)


def test_errors_keep_what_was_typed_and_are_listed_on_top(world):
    hidden = ready(world.buyer)
    answer = send(world.buyer, hidden, nama="", wa="12", patokan="pagar hijau", catatan="tolong dibungkus")
    page = text(answer)
    assert answer.status_code == 422
    assert page.index("<title>Galat: ") >= 0
    assert 'href="#nama"' in page
    assert 'href="#wa"' in page
    assert "pagar hijau" in page
    assert "tolong dibungkus" in page
    assert count(Order) == 0
    assert dict(HIDDEN.findall(page))["kunci"] == hidden["kunci"]


def test_double_submit_makes_one_order(world):
    hidden = ready(world.buyer)
    first, second = send(world.buyer, hidden), send(world.buyer, hidden)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location.split("?")[0] == second.location.split("?")[0]
    assert (count(Order), count(Payment), stock(world.item)) == (1, 1, (10, 2))


def test_back_button_and_second_tab_end_in_one_order_and_a_sentence(world):
    tab_1, tab_2 = ready(world.buyer), ready(world.buyer)
    send(world.buyer, tab_1)
    answer = send(world.buyer, tab_2)
    assert (answer.status_code, answer.location) == (303, "/keranjang")
    page = text(world.buyer.get("/keranjang"))
    number = db.session.scalars(select(Order.number)).one()
    assert "sudah menjadi pesanan" in page
    assert number in page
    assert count(Order) == 1


def test_a_cart_that_grew_in_another_tab_is_shown_before_it_is_ordered(world):
    hidden = ready(world.buyer)
    world.add(world.buyer, 1)
    answer = send(world.buyer, hidden)
    assert answer.status_code == 409
    assert count(Order) == 0
    again = send(world.buyer, dict(HIDDEN.findall(text(answer))))
    assert again.status_code == 303
    assert db.session.scalars(select(OrderLine.quantity)).one() == 3


def test_a_changed_price_is_said_and_nothing_typed_is_lost(world):
    hidden = ready(world.buyer)
    with transaction() as session:
        session.get(Variant, world.goods.variant_id).price_idr = 50_000
    answer = send(world.buyer, hidden, patokan="pagar hijau")
    page = text(answer)
    assert answer.status_code == 409
    assert "Harga berubah" in page
    assert "pagar hijau" in page
    assert count(Order) == 0
    send(world.buyer, dict(HIDDEN.findall(page)))
    assert db.session.scalars(select(OrderLine.price_idr)).one() == 50_000


def test_a_withdrawn_product_is_said(world):
    hidden = ready(world.buyer)
    with transaction() as session:
        move(session.get(Product, world.goods.product_id), PRODUCT, ProductStatus.WITHDRAWN, clock.now())
    answer = send(world.buyer, hidden)
    assert answer.status_code == 409
    assert "Lada Putih tidak dijual lagi" in text(answer)
    assert count(Order) == 0


def test_the_last_pieces_are_said_when_somebody_was_faster(world):
    hidden = ready(world.buyer)
    faster = other_owner()
    fill_cart(faster, (world.goods, 9))
    buy(faster, pick_up_at(world.gallery_id))
    answer = send(world.buyer, hidden)
    assert answer.status_code == 409
    assert "Lada Putih tinggal 1" in text(answer)
    assert (count(Order), stock(world.item)) == (1, (10, 9))


def test_what_can_not_be_bought_leaves_the_cart_by_one_button_and_nothing_typed_is_lost(world):
    gone, scarce = make_goods("Kopi Ditarik"), make_goods("Madu Langka")
    for goods in (gone, scarce):
        make_stock(goods.variant_id, world.place_id, 5)
        world.add(world.buyer, 3, goods)
    hidden, faster = ready(world.buyer), other_owner()
    with transaction() as session:
        move(session.get(Product, gone.product_id), PRODUCT, ProductStatus.WITHDRAWN, clock.now())
    fill_cart(faster, (scarce, 4))
    buy(faster, pick_up_at(world.gallery_id))
    refused = text(send(world.buyer, hidden, patokan="pagar hijau"))
    assert "Belum berhasil" in refused
    assert 'name="aksi" value="sesuaikan"' in refused
    fitted = send(world.buyer, dict(HIDDEN.findall(refused)), patokan="pagar hijau", aksi="sesuaikan")
    assert fitted.status_code == 200
    assert "pagar hijau" in text(fitted)
    assert "Kopi Ditarik" not in text(fitted)
    assert 'value="sesuaikan"' not in text(fitted)
    assert count(Order) == 1  # the faster one's
    assert send(world.buyer, dict(HIDDEN.findall(text(fitted)))).status_code == 303
    newest = db.session.scalars(select(OrderLine).where(OrderLine.product_name == "Madu Langka")).all()[-1]
    assert newest.quantity == 1


def test_a_cart_of_which_nothing_can_be_bought_ends_in_the_cart(world):
    hidden = ready(world.buyer)
    with transaction() as session:
        move(session.get(Product, world.goods.product_id), PRODUCT, ProductStatus.WITHDRAWN, clock.now())
    answer = send(world.buyer, hidden, aksi="sesuaikan")
    assert (answer.status_code, answer.location) == (303, "/keranjang")
    assert count(Order) == 0


def test_pieces_taken_meanwhile_come_from_elsewhere_when_the_price_stays(world, monkeypatch):
    """A rival buys between plan and order; a second place has some for the same price, so nobody is bothered."""
    second = make_gallery_place(name="Galeri Kedua").id
    make_stock(world.goods.variant_id, second, 5)
    make_tariff(second)
    hidden, rivals, placed = ready(world.buyer), [other_owner()], checkout._placed
    fill_cart(rivals[0], (world.goods, 9))

    def late(page):
        if rivals:
            buy(rivals.pop(), pick_up_at(world.gallery_id))
        return placed(page)

    monkeypatch.setattr(checkout, "_placed", late)
    assert send(world.buyer, hidden).status_code == 303
    assert db.session.scalars(select(Parcel.place_id).order_by(Parcel.id)).all() == [world.place_id, second]
    assert audit_stock(db.session()) == []


def test_a_busy_database_is_said_and_the_same_page_orders_later(world, monkeypatch):
    hidden, placed = ready(world.buyer), checkout._placed

    def busy(_page):
        raise OperationalError("SELECT", {}, Exception("lock timeout"))

    monkeypatch.setattr(checkout, "_placed", busy)
    answer = send(world.buyer, hidden, patokan="pagar hijau")
    assert (answer.status_code, count(Order)) == (409, 0)
    assert "Sedang ramai" in text(answer)
    assert "pagar hijau" in text(answer)
    monkeypatch.setattr(checkout, "_placed", placed)
    assert send(world.buyer, dict(HIDDEN.findall(text(answer)))).status_code == 303


def test_parcels_by_origin_have_a_price_each(world):
    honey = make_goods("Madu Pelawan", price_idr=165_000)
    home = make_premises(honey.business_id).id
    make_stock(honey.variant_id, home, 3)
    make_tariff(home, minimum_idr=12_000)
    world.add(world.buyer, 1, honey)
    page = text(world.buyer.get(PAGE + READY))
    assert "Paket 1 dari" in page
    assert "Paket 2 dari" in page
    send(world.buyer, dict(HIDDEN.findall(page)))
    parcels = db.session.scalars(select(Parcel).order_by(Parcel.place_id)).all()
    assert [(p.place_id, p.service) for p in parcels] == [(world.place_id, "local_rider"), (home, "local_rider")]
    order = db.session.scalars(select(Order)).one()
    assert order.shipping_idr == sum(p.shipping_idr for p in parcels)


def test_another_island_goes_by_carrier_or_is_refused(world):
    far = {"kabupaten": "19.02", "kecamatan": "19.02.01", "desa": "19.02.01.1001"}
    answer = send(world.buyer, ready(world.buyer, **far), **far)
    assert answer.status_code == 409
    assert "Belum ada kurir dari" in text(answer)
    make_carrier_tariff("Bangka", "Belitung")
    assert send(world.buyer, ready(world.buyer, **far), **far).status_code == 303
    assert db.session.scalars(select(Parcel.service)).one().startswith("expedition")


def couriers(page, name) -> list[tuple[str, bool]]:
    return [(radio["value"], "checked" in radio.attributes) for radio in page.tags("input", name=name)]


def test_the_buyer_chooses_among_the_couriers_of_a_parcel(world):
    make_carrier_tariff("Bangka", "Bangka", first_kg_idr=9_000)
    make_carrier_tariff("Bangka", "Bangka", carrier="Pos", service="Kilat", first_kg_idr=90_000)
    page = html.read(world.buyer.get(PAGE + READY))
    name = f"kurir-{world.place.public_id}"
    jne, rider, pos = "expedition:JNE REG", "local_rider", "expedition:Pos Kilat"
    assert couriers(page, name) == [(jne, True), (rider, False), (pos, False)]
    shown = [label.text for label in page.tags("label", class_="choice") if label.parents.count("fieldset") > 1]
    assert [("Termurah" in one, "Tercepat" in one) for one in shown] == [(True, False), (False, True), (False, False)]
    # Without a script the other courier's total is shown first, with the choice kept; then it is ordered.
    chosen = {name: rider, "patokan": "pagar hijau"}
    answer = send(world.buyer, dict(HIDDEN.findall(page.html)), **chosen)
    assert answer.status_code == 409
    assert couriers(html.read(answer), name) == [(jne, False), (rider, True), (pos, False)]
    assert send(world.buyer, dict(HIDDEN.findall(text(answer))), **chosen).status_code == 303
    parcel, order = db.session.scalars(select(Parcel)).one(), db.session.scalars(select(Order)).one()
    assert (parcel.service, parcel.shipping_idr) == (rider, order.shipping_idr)
    assert order.shipping_idr > 9_000


def test_a_courier_that_stopped_going_there_is_said_and_a_forged_one_is_none(world):
    make_carrier_tariff("Bangka", "Bangka", first_kg_idr=9_000)
    hidden, name = ready(world.buyer), f"kurir-{world.place.public_id}"
    with transaction() as session:
        session.delete(session.scalars(select(CarrierTariff)).one())
    answer = send(world.buyer, hidden, **{name: "expedition:JNE REG"})
    assert answer.status_code == 409
    assert "Kurir yang Anda pilih untuk paket dari Galeri PLUT Pangkalpinang tidak tersedia lagi" in text(answer)
    assert count(Order) == 0
    assert send(world.buyer, dict(HIDDEN.findall(text(answer))), **{name: "lalamove:FREE"}).status_code == 303
    assert db.session.scalars(select(Parcel.service)).one() == "local_rider"


def test_cash_is_for_pick_up_only_and_leads_to_the_order(world):
    from gallery.accounts.models import Gallery

    gallery = db.session.get(Gallery, world.gallery_id).public_id
    assert send(world.buyer, ready(world.buyer), bayar="tunai").status_code == 422
    here = {"kirim": "ambil", "galeri": gallery, "bayar": "tunai"}
    answer = send(world.buyer, ready(world.buyer, **here), **here)
    assert answer.location.startswith("/pesanan/")
    assert db.session.scalars(select(Order.status)).one() is OrderStatus.CASH_DUE


def test_a_gallery_without_the_goods_is_said(world):
    from gallery.accounts.models import Gallery

    other = make_gallery_place(name="Galeri Tanjungpandan", village_code="19.02.01.1001")
    here = {"kirim": "ambil", "galeri": db.session.get(Gallery, other.gallery_id).public_id}
    answer = send(world.buyer, ready(world.buyer, **here), **here)
    assert answer.status_code == 409
    assert "Lada Putih tidak ada di Galeri Tanjungpandan" in text(answer)


@pytest.mark.parametrize(
    "forged",
    [
        {"total_idr": "1", "shipping_idr": "0", "price_idr": "1"},
        {"status": "paid", "buyer_id": "1", "public_id": "abc"},
        {"gallery_id": "1", "place_id": "1", "office_id": "1"},
    ],
)
def test_amounts_and_owners_sent_by_the_browser_are_ignored(world, forged):
    send(world.buyer, ready(world.buyer), **forged)
    order = db.session.scalars(select(Order)).one()
    assert (order.goods_idr, order.status, order.buyer_id) == (90_000, OrderStatus.AWAITING_PAYMENT, None)
    assert order.public_id != "abc"
    assert order.shipping_idr > 0
    assert order.gallery_id is None


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "<script>" * 4, "ключ-из-кириллицы-очень-длинный"])
def test_a_key_that_the_page_did_not_make_is_refused(world, key):
    answer = send(world.buyer, ready(world.buyer) | {"kunci": key})
    assert (answer.status_code, count(Order)) == (422, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"desa": "19.99.99.9999"},
        {"kabupaten": "'; DROP TABLE region;--"},
        {"kirim": "kantor", "kantor": "nope"},
        {"kirim": "ambil", "galeri": "1"},
        {"kirim": "terbang"},
        {"bayar": "emas"},
        {"kodepos": "abcde"},
        {"nama": "x" * 200},
    ],
)
def test_odd_choices_are_refused_with_a_sentence(world, changes):
    answer = send(world.buyer, ready(world.buyer), **changes)
    assert (answer.status_code, count(Order)) == (422, 0)


def test_control_characters_do_not_reach_labels_and_mails(world):
    send(world.buyer, ready(world.buyer), nama="Dewi\r\nBcc: x@y.z", alamat="Jl. Contoh\t 12")
    order = db.session.scalars(select(Order)).one()
    assert (order.contact_name, order.address) == ("Dewi Bcc: x@y.z", "Jl. Contoh 12")


@pytest.mark.parametrize("where", ["nama", "desa", "kunci"])
def test_a_nul_is_refused(world, where):
    assert send(world.buyer, ready(world.buyer) | {where: "a\0b"}).status_code in {400, 422}
    assert world.buyer.get(f"{PAGE}?{where}=%00").status_code == 400
    assert world.buyer.get("/pesanan/%00").status_code == 400
    assert count(Order) == 0


def test_an_account_finds_its_data_filled_in(world):
    user = make_user(name="Dewi Anggraini")
    buyer = signed_in(world.app, user)
    world.add(buyer, 1)
    assert send(buyer, ready(buyer)).status_code == 303
    world.add(buyer, 1)
    page = text(buyer.get(PAGE))
    assert "Dewi Anggraini" in page
    assert "Jl. Contoh No. 12" in page
    assert "Buat pesanan dan bayar Rp" in page
    assert db.session.scalars(select(Order.buyer_id)).one() is not None


def test_region_lists_for_the_script(world):
    answer = world.buyer.get(f"{PAGE}/wilayah/19.71.05")
    assert {"code": "19.71.05.1001", "name": "Air Itam", "postal_code": "33149"} in answer.get_json()
    assert world.buyer.get(f"{PAGE}/wilayah/x").get_json() == []


def test_checkout_asks_the_database_a_bounded_number_of_times(world, count_queries):
    for n in range(3):
        more = make_goods(f"Getas {n}")
        make_stock(more.variant_id, world.place_id, 5)
        world.add(world.buyer, 1, more)
    ready(world.buyer)
    with count_queries() as queries:
        ready(world.buyer)
    assert queries.count <= 18
    hidden = ready(world.buyer)
    with count_queries() as queries:
        send(world.buyer, hidden)
    assert queries.count <= 60
    assert audit_stock(db.session()) == []


def test_who_holds_too_many_unpaid_orders_reads_a_sentence_and_holds_no_more_stock(world):
    world.app.config["MAX_UNPAID_ORDERS"] = 2
    for _ in range(2):
        world.add(world.buyer, 1)
        assert send(world.buyer, ready(world.buyer)).status_code == 303
    before = stock(world.item)
    for wa, buyer in (("0812 0000 0009", guest(world.app)), ("0812 0000 0010", world.buyer)):  # number, then cart
        world.add(buyer, 1)
        answer = send(buyer, ready(buyer), wa=wa)
        assert answer.status_code == 409
        assert "belum dibayar" in text(answer)
        assert "Jl. Contoh No. 12" in text(answer)
    assert db.session.scalar(select(func.count(Order.id))) == 2
    assert stock(world.item) == before
    other = guest(world.app)
    world.add(other, 1)
    assert send(other, ready(other), wa="0812 0000 0011").status_code == 303


COD = {"bayar": "cod"}


def test_cash_at_the_door_is_an_order_without_a_deadline(world):
    page = text(world.buyer.get(PAGE + READY + "&bayar=cod"))
    assert "kepada kurir</button>" in page
    answer = send(world.buyer, dict(HIDDEN.findall(page)), **COD)
    assert answer.location.startswith("/pesanan/")
    order = db.session.scalars(select(Order)).one()
    assert (order.status, order.expires_at, order.is_paid_at_door) == (OrderStatus.CASH_DUE, None, True)
    payment = db.session.scalars(select(Payment)).one()
    assert (payment.method, payment.amount_idr, payment.expires_at) == ("cash_on_delivery", order.total_idr, None)
    shown = text(world.buyer.get(answer.location))
    assert "Bayar tunai kepada kurir" in shown
    assert "Diterima dan dibayar tunai kepada kurir" in shown
    assert stock(world.item) == (10, 2)
    assert audit_holds(db.session()) == []


def test_why_cash_at_the_door_is_not_offered(world, app, monkeypatch):
    assert 'value="cod"' not in text(world.buyer.get(PAGE + "?kirim=ambil"))
    monkeypatch.setitem(app.config, "COD_MAX_IDR", 50_000)
    page = text(world.buyer.get(PAGE + READY))
    assert 'value="cod"' not in page
    assert "Bayar tunai kepada kurir hanya sampai Rp50.000." in page
    answer = send(world.buyer, ready(world.buyer, **COD), **COD)
    assert answer.status_code == 409
    assert "Bayar tunai kepada kurir hanya sampai Rp50.000." in text(answer)
    assert count(Order) == 0
    monkeypatch.setitem(app.config, "COD_MAX_IDR", 0)
    page = text(world.buyer.get(PAGE + READY))
    assert "kepada kurir" not in page
    make_carrier_tariff(origin="Bangka", destination="Bangka", first_kg_idr=1_000)
    monkeypatch.setitem(app.config, "COD_MAX_IDR", 500_000)
    assert "hanya bila kurir setempat yang mengantar" in text(world.buyer.get(PAGE + READY))


def test_cash_at_the_door_comes_from_one_gallery(world):
    home = make_premises(world.goods.business_id)
    home_id = home.id
    make_tariff(home_id)
    only_there = make_goods("Madu Teran", business_id=world.goods.business_id)
    make_stock(only_there.variant_id, home_id, 5)
    world.add(world.buyer, 1, only_there)
    assert "hanya untuk pesanan yang dikirim dalam satu paket" in text(world.buyer.get(PAGE + READY))
    other = guest(world.app)
    world.add(other, 1, only_there)
    assert "hanya untuk barang yang dikirim dari galeri" in text(other.get(PAGE + READY))


def test_two_open_orders_at_the_door_for_a_telephone(world):
    for _ in range(2):
        buyer = guest(world.app)
        world.add(buyer, 1)
        assert send(buyer, ready(buyer, **COD), **COD).status_code == 303
    answer = send(world.buyer, ready(world.buyer, **COD), **COD)
    assert answer.status_code == 409
    assert "Nomor ini masih punya pesanan bayar di tempat" in text(answer)
    assert send(world.buyer, ready(world.buyer, **COD), **COD, wa="0812 0000 0010").status_code == 303
    assert count(Order) == 3


def test_two_parcels_that_came_back_unpaid_end_cash_at_the_door(world, monkeypatch):
    for n in range(2):
        parcel = make_cash_parcel(contact_phone="+6281200000009")
        parcel_id = parcel.id
        make_shipment(parcel, ShipmentStatus.FAILED)
        with transaction() as session:
            return_to_stock(session, parcel_id, note="utuh", actor=SYSTEM)
        rules = CashRules(500_000, 2)
        expected = None if n == 0 else NoCash.CAME_BACK
        assert why_no_cash_for(db.session(), "+6281200000009", rules) is expected
    answer = send(world.buyer, ready(world.buyer, **COD), **COD)
    assert answer.status_code == 409
    assert "lebih dari sekali kembali tanpa dibayar" in text(answer)
    later = clock.now() + timedelta(days=181)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert why_no_cash_for(db.session(), "+6281200000009", CashRules(500_000, 2)) is None


def test_an_installation_offers_only_what_it_has(app):
    """A first day: goods at an MSME's home and a rider, but no gallery, bank account or office yet."""
    business = make_business()
    home_id = make_premises(business.id).id
    goods = make_goods(business_id=business.id)
    make_stock(goods.variant_id, home_id, 5)
    make_office(village_code=None)
    buyer = guest(app)
    buyer.client.post("/keranjang", data={"variant": goods.variant_public_id, "quantity": 1})
    page = text(buyer.get(PAGE + READY))
    for missing in ("Transfer bank", "Ambil di galeri", "Antar ke kantor (OPD)"):
        assert missing not in page, missing
    assert "Antar ke alamat saya" in page
    assert "Belum ada cara membayar untuk pilihan ini." in page
    answer = send(buyer, dict(HIDDEN.findall(page)))
    assert answer.status_code == 422
    assert "Pilih cara membayar." in text(answer)
    assert 'href="#bayar-0"' in text(answer)
    assert 'id="bayar-0"' in text(answer)
    assert 'value="ambil" checked' not in text(buyer.get(PAGE + "?kirim=ambil"))
    make_bank_account()
    make_office()
    make_gallery_place()
    page = text(buyer.get(PAGE + READY))
    for there in ("Transfer bank", "Ambil di galeri", "Antar ke kantor (OPD)"):
        assert there in page, there
    assert "Belum ada cara membayar" not in page
