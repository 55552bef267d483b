"""One click, one right order; every way it can fail leaves everything as it was."""

import pytest
from sqlalchemy import func, select

from gallery.catalog.models import Product, Variant
from gallery.catalog.states import PRODUCT, ProductStatus
from gallery.checkout import services
from gallery.checkout.errors import (
    CartChangedError,
    CartEmptyError,
    DeliveryUnavailableError,
    PriceChangedError,
    ProductWithdrawnError,
    StockShortError,
)
from gallery.checkout.models import CartLine
from gallery.checkout.queries import newest_order_of_cart, order_by_key
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.outbox import OutboxMessage
from gallery.core.states import move
from gallery.inventory.models import Reservation
from gallery.inventory.queries import audit_stock
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.states import OrderStatus
from gallery.payments.errors import CashNotPossibleError, NoBankAccountError
from gallery.payments.models import Payment
from gallery.payments.states import PaymentMethod
from tests.factories.checkout import BUYER, buy, fill_cart, guest, make_bank_account, pick_up_at, plan, send_to
from tests.factories.delivery import make_rider, make_tariff
from tests.factories.inventory import BELITUNG, PANGKALPINANG, make_gallery_place, make_goods, make_stock, stock

pytestmark = pytest.mark.usefixtures("app")


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


class World:
    """A gallery with ten pieces of one product, a tariff, a rider, a bank account and a guest with two in the cart."""

    def __init__(self):
        self.place = make_gallery_place()
        self.place_id, self.gallery_id = self.place.id, self.place.gallery_id
        self.goods = make_goods(price_idr=45_000, ship_weight_g=300)
        self.item = make_stock(self.goods.variant_id, self.place_id, 10)
        make_tariff(self.place_id)
        make_rider("19.71.05")
        make_bank_account()
        self.owner = guest()
        fill_cart(self.owner, (self.goods, 2))


@pytest.fixture
def world(app):
    return World()


def test_an_order_holds_its_pieces_and_empties_the_cart(world):
    order = buy(world.owner, send_to(PANGKALPINANG))
    assert (order.status, order.goods_idr, order.contact_name) == (
        OrderStatus.AWAITING_PAYMENT,
        90_000,
        BUYER.name,
    )
    assert order.total_idr == order.goods_idr + order.shipping_idr
    assert order.shipping_idr > 0
    assert stock(world.item) == (10, 2)
    assert count(CartLine) == 0
    line = db.session.scalars(select(OrderLine)).one()
    assert (line.product_name, line.price_idr, line.quantity, line.business_id) == (
        "Lada Putih",
        45_000,
        2,
        world.goods.business_id,
    )
    topics = set(db.session.scalars(select(OutboxMessage.topic)))
    assert "order.placed" in topics
    assert audit_stock(db.session()) == []


def test_number_carries_the_day_of_the_province_and_is_unique(world):
    first = buy(world.owner, pick_up_at(world.gallery_id), key="a").number
    fill_cart(world.owner, (world.goods, 1))
    second = buy(world.owner, pick_up_at(world.gallery_id), key="b").number
    assert first.startswith(f"GU-{clock.today():%y%m%d}-")
    assert first != second


def test_the_same_key_gives_the_same_order(world):
    planned = plan(world.owner, pick_up_at(world.gallery_id))
    first = buy(world.owner, pick_up_at(world.gallery_id), planned=planned).id
    again = buy(world.owner, pick_up_at(world.gallery_id), planned=planned).id
    assert (first == again, count(Order), count(Payment)) == (True, 1, 1)
    assert stock(world.item) == (10, 2)


def test_a_key_opens_only_the_orders_of_its_own_cart(world):
    buy(world.owner, pick_up_at(world.gallery_id), key="weak")
    stranger = guest()
    fill_cart(stranger, (world.goods, 1))
    assert order_by_key(db.session(), stranger, "weak") is None
    other = buy(stranger, pick_up_at(world.gallery_id), key="weak")
    assert count(Order) == 2
    assert newest_order_of_cart(db.session(), stranger).id == other.id


def test_second_tab_finds_an_empty_cart_and_the_order(world):
    planned = plan(world.owner, pick_up_at(world.gallery_id))
    order = buy(world.owner, pick_up_at(world.gallery_id), key="tab-1", planned=planned)
    with pytest.raises(CartEmptyError):
        buy(world.owner, pick_up_at(world.gallery_id), key="tab-2", planned=planned)
    assert newest_order_of_cart(db.session(), world.owner).id == order.id
    assert (count(Order), stock(world.item)) == (1, (10, 2))


def test_a_cart_changed_in_another_tab_is_not_ordered_unseen(world):
    planned = plan(world.owner, pick_up_at(world.gallery_id))
    fill_cart(world.owner, (world.goods, 3))
    with pytest.raises(CartChangedError):
        buy(world.owner, pick_up_at(world.gallery_id), planned=planned)
    assert (count(Order), count(Reservation)) == (0, 0)


def test_a_price_that_changed_after_the_page_is_named(world):
    planned = plan(world.owner, pick_up_at(world.gallery_id))
    with transaction() as session:
        session.get(Variant, world.goods.variant_id).price_idr = 50_000
    with pytest.raises(PriceChangedError) as refused:
        buy(world.owner, pick_up_at(world.gallery_id), planned=planned)
    problem = refused.value.problems[0]
    assert (problem.name, problem.seen_idr, problem.now_idr) == ("Lada Putih", 45_000, 50_000)
    assert (count(Order), count(CartLine)) == (0, 1)


def test_a_withdrawn_product_is_named(world):
    planned = plan(world.owner, pick_up_at(world.gallery_id))
    with transaction() as session:
        move(session.get(Product, world.goods.product_id), PRODUCT, ProductStatus.WITHDRAWN, clock.now())
    with pytest.raises(ProductWithdrawnError) as refused:
        buy(world.owner, pick_up_at(world.gallery_id), planned=planned)
    assert [problem.name for problem in refused.value.problems] == ["Lada Putih"]
    assert (count(Order), stock(world.item)) == (0, (10, 0))


def test_the_last_piece_goes_to_the_first(world):
    other = guest()
    fill_cart(world.owner, (world.goods, 6))
    fill_cart(other, (world.goods, 5))
    late = plan(other, pick_up_at(world.gallery_id))
    buy(world.owner, pick_up_at(world.gallery_id))
    with pytest.raises(StockShortError) as refused:
        buy(other, pick_up_at(world.gallery_id), planned=late)
    assert [(p.name, p.wanted, p.available) for p in refused.value.problems] == [("Lada Putih", 5, 2)]
    assert (count(Order), stock(world.item)) == (1, (10, 8))


def test_a_village_that_nobody_serves_is_refused(world):
    with pytest.raises(DeliveryUnavailableError):
        buy(world.owner, send_to(BELITUNG))
    assert (count(Order), count(Parcel), stock(world.item)) == (0, 0, (10, 0))


def test_cash_is_for_the_counter_only(world):
    with pytest.raises(CashNotPossibleError):
        buy(world.owner, send_to(PANGKALPINANG), method=PaymentMethod.CASH_AT_PICKUP)
    order = buy(world.owner, pick_up_at(world.gallery_id), method=PaymentMethod.CASH_AT_PICKUP)
    payment = db.session.scalars(select(Payment)).one()
    assert (order.status, payment.amount_idr, payment.unique_code) == (OrderStatus.CASH_DUE, 90_000, 0)


def test_without_a_bank_account_nothing_is_ordered(world):
    with transaction() as session:
        session.execute(select(Payment))
        from gallery.payments.models import BankAccount

        session.query(BankAccount).update({"is_active": False})
    with pytest.raises(NoBankAccountError):
        buy(world.owner, pick_up_at(world.gallery_id))
    assert (count(Order), count(CartLine), stock(world.item)) == (0, 1, (10, 0))


def test_merged_cart_keeps_both_and_the_larger_number(world):
    from gallery.accounts.models import User
    from gallery.checkout.queries import Owner, cart_lines

    with transaction() as session:
        session.add(user := User(name="Dewi", email="dewi@example.org"))
        session.flush()
        user_id = user.id
    mine, other = Owner(user_id=user_id), make_goods("Getas")
    make_stock(other.variant_id, world.place_id, 5)
    fill_cart(mine, (world.goods, 5), (other, 1))
    visiting = guest()
    fill_cart(visiting, (world.goods, 3))
    for owner in (visiting, world.owner, visiting):
        with transaction() as session:
            services.merge_carts(session, guest=owner, user_id=user_id)
    lines = cart_lines(db.session(), mine)
    assert [(line.product_name, line.quantity) for line in lines] == [("Lada Putih", 5), ("Getas", 1)]
    assert cart_lines(db.session(), visiting) == []
