"""Documents become balanced entries, each once, and the proof finds what was changed behind their back."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from gallery.accounts.permissions import Actor
from gallery.core import clock
from gallery.core.db import db, transaction
from gallery.core.money import Rupiah
from gallery.counter import services as counter
from gallery.counter.services import Back, Payment
from gallery.counter.states import CashReason, RefundMethod, ReturnReason
from gallery.delivery.models import CourierStatement, CourierStatementLine, Shipment
from gallery.delivery.states import Courier, ShipmentStatus, StatementOutcome
from gallery.inventory.codes import variant_code
from gallery.inventory.models import StockMovement
from gallery.inventory.states import MovementReason
from gallery.jobs import settlement
from gallery.orders import services as orders
from gallery.orders.models import Order, OrderLine, Parcel
from gallery.orders.states import CancelReason
from gallery.payments import services as payments
from gallery.payments.errors import GoodsOnShelfError, ParcelNotDeliveredError, RefundTooLargeError
from gallery.payments.models import Payment as OrderPayment
from gallery.payments.models import Refund
from gallery.payments.states import GivenBackFor, GoodsBack, PaymentMethod
from gallery.settlement.models import JournalEntry, JournalLine
from gallery.settlement.states import Account, EntryKind
from tests.factories.checkout import buy, fill_cart, guest, make_bank_account, make_placed_order, pick_up_at
from tests.factories.counter import enter, make_desk, make_sale, on_shelf, pay
from tests.factories.courier_rows import make_booking
from tests.factories.inventory import make_gallery_place, make_goods, make_stock, stock
from tests.factories.settlement import entries, findings, post, shares, sums

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
STAFF = Actor.system()


@pytest.fixture(autouse=True)
def now(monkeypatch):
    moment = {"now": NOW}
    monkeypatch.setattr(clock, "_moment", SimpleNamespace(get=lambda: moment["now"]))  # columns ask it, too
    return moment


def the(model):
    db.session.rollback()
    return db.session.query(model).populate_existing().one()


def run(service, *args, **kwargs):
    with transaction() as session:
        return service(session, *args, **kwargs)


def paid_order(quantity=3):
    make_placed_order(quantity=quantity)
    run(payments.verify, the(OrderPayment).id, actor=STAFF)
    return the(Order)


def delivered_order(quantity=3):
    order = paid_order(quantity)
    parcel_id = the(Parcel).id
    run(orders.pack_parcel, parcel_id, actor=STAFF)
    run(orders.hand_over_parcel, parcel_id, actor=STAFF)
    run(orders.deliver_parcel, parcel_id, actor=STAFF)
    return order


def owe(pieces, request_key="r1", **given):
    line, parcel = the(OrderLine), the(Parcel)
    return run(
        payments.owe_lines,
        parcel.id,
        {line.id: pieces},
        reason=GivenBackFor.DAMAGED,
        request_key=request_key,
        actor=STAFF,
        **given,
    )


def test_an_order_from_transfer_to_delivery_leaves_nothing_of_the_buyers_money():
    order = delivered_order()
    code = the(OrderPayment).unique_code
    assert post() == 2
    assert entries() == ["payment", "delivered"]
    goods = order.goods_idr
    assert sums() == {
        ("bank", "bank_account"): goods + code,
        ("rounding", ""): -code,
        ("owners", "business"): -goods,
    }
    assert shares() == [("sold", 3, goods, goods)]
    assert post() == 0
    assert findings() == []


def test_a_cancelled_order_is_paid_back_to_the_last_rupiah():
    order = paid_order()
    run(payments.cancel_order, order.id, reason=CancelReason.BUYER_ASKED, by_buyer=False, actor=STAFF)
    post()
    assert sums() == {
        ("bank", "bank_account"): the(OrderPayment).amount_idr,
        ("refunds", "order"): -the(OrderPayment).amount_idr,
    }
    run(payments.finish_refund, the(Refund).id, note="BRI 12", actor=STAFF)
    post()
    assert sums() == {}
    assert findings() == []


def test_pieces_that_are_given_back_after_delivery_take_the_owners_share_back():
    order = delivered_order()
    price = order.goods_idr // 3
    owe(1)
    assert owe(1).id == the(Refund).id  # the same request owes once
    post()
    assert shares() == [("sold", 3, 3 * price, 3 * price), ("refunded", -1, -price, -price)]
    assert sums()["refunds", "order"] == -price
    with pytest.raises(RefundTooLargeError):
        owe(3, "r2")
    run(payments.finish_refund, the(Refund).id, note="tunai", actor=STAFF)
    owe(2, "r3", is_borne_by_gallery=True)
    post()
    assert sums()["loss", "gallery"] == 2 * price
    assert sums()["owners", "business"] == -2 * price
    assert findings() == []


def test_pieces_of_a_parcel_on_its_way_are_not_refunded_one_by_one():
    paid_order()
    with pytest.raises(ParcelNotDeliveredError):
        owe(1)


def test_a_day_at_the_counter_ends_with_an_empty_drawer(now):
    desk = make_desk(opening_cash_idr=100_000)
    goods, _ = on_shelf(desk, price_idr=45_000)
    enter(desk, f"3*{variant_code(goods.variant_id)}")
    run(counter.set_discount, desk.shift_id, 5_000, reason="kemasan penyok", approver=STAFF)
    sale = pay(desk, Payment(cash_given_idr=150_000, qris_idr=30_000))
    now["now"] = NOW + timedelta(hours=1)
    back = {sale.lines[0].id: Back(2)}
    run(
        counter.return_sale,
        sale.id,
        desk.shift_id,
        back,
        reason=ReturnReason.QUALITY,
        note="",
        refund_method=RefundMethod.CASH,
        request_key="b1",
        actor=STAFF,
    )
    run(
        counter.move_cash,
        desk.shift_id,
        -50_000,
        reason=CashReason.BANK_DEPOSIT,
        note="setor",
        request_key="c1",
        actor=STAFF,
    )
    cash = 100_000 + 100_000 - 86_666 - 50_000
    run(counter.close_shift, desk.shift_id, counted_idr=cash - 1_000, note="kurang seribu", actor=STAFF)
    assert post() == 5
    assert sums() == {
        ("safe", "gallery"): cash - 1_000 - 100_000,
        ("qris", "gallery"): 30_000,
        ("office", "gallery"): 50_000,
        ("cash_difference", "gallery"): 1_000,
        ("discount", "gallery"): 5_000 - 3_334,
        ("owners", "business"): -45_000,
    }
    assert findings() == []


def test_a_line_that_was_changed_behind_the_application_is_found():
    delivered_order()
    post()
    change = update(JournalLine).where(JournalLine.account == Account.BANK).values(amount_idr=1)
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(change)
    change_behind("journal_line", "UPDATE journal_line SET amount_idr = 1 WHERE account = 'bank'")
    assert any("does not add up" in line for line in findings())
    assert any("differs from its document" in line for line in findings())


def test_a_courier_is_owed_what_it_answered_and_what_its_statement_says_besides():
    booking = make_booking(booked_idr=Rupiah(14_000), shipment_status=ShipmentStatus.PICKED_UP)
    booking_id, shipment_id = booking.id, booking.shipment_id
    post()
    assert ("couriers", "courier") not in sums()  # nobody has taken the parcel yet
    with transaction() as session:
        session.get_one(Shipment, shipment_id).picked_up_at = NOW
        statement = CourierStatement(
            courier=Courier.BITESHIP, name="Oktober.xlsx", sha256="x", total_idr=Rupiah(20_000)
        )
        session.add(statement)
        session.flush()
        for row, amount, expected, of in (
            (1, 15_500, 14_000, booking_id),
            (2, 1_000, 0, booking_id),
            (3, 700, None, None),
        ):
            line = CourierStatementLine(
                statement_id=statement.id,
                row_number=row,
                amount_idr=Rupiah(amount),
                expected_idr=expected,
                outcome=StatementOutcome.ACCEPTED,
                booking_id=of,
                decided_at=NOW,
            )
            session.add(line)
    post()
    assert sums()["couriers", "courier"] == -(15_500 + 1_000 + 700)
    assert findings() == []


def change_behind(table: str, text_of_change: str) -> None:
    """Change an append-only table as somebody with the database's own password could."""
    with transaction() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(text(f"DROP TRIGGER {table}_no_update"))
        else:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only"))
        session.execute(text(text_of_change))
        if db.engine.dialect.name != "sqlite":
            session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {table}_append_only"))


def test_pieces_of_shares_are_those_that_moved():
    desk = make_desk()
    goods, _ = on_shelf(desk, price_idr=45_000)
    sale = make_sale(desk, (goods, 3))
    delivered_order(2)
    post()
    assert findings() == []
    change_behind("stock_movement", "UPDATE stock_movement SET pieces = pieces - 1 WHERE reason = 'sold'")
    parcel, owner = the(Parcel), the(OrderLine).business_id
    what = "pieces differ from the stock ledger"
    assert sorted(line for line in findings() if what in line) == [
        f"{what}: parcel:{parcel.public_id} of business:{owner}: expected 3, found 2",
        f"{what}: sale:{sale.public_id} of business:{goods.business_id}: expected 4, found 3",
    ]


def given_back(stock_item_id):
    """Movements of refunds as (reason, pieces), and what is on hand."""
    db.session.rollback()
    rows = db.session.query(StockMovement).filter(StockMovement.document.startswith("refund:"))
    return [(row.reason.value, row.pieces) for row in rows.order_by(StockMovement.id)], stock(stock_item_id)[0]


def sold_item() -> int:
    return db.session.query(StockMovement.stock_item_id).filter_by(reason=MovementReason.SOLD).one()[0]


def test_goods_that_come_back_for_a_refund_are_in_their_owners_lot_again():
    delivered_order()
    item = sold_item()
    before = stock(item)[0]
    owe(1, goods=GoodsBack.SHELF)
    owe(1, goods=GoodsBack.SHELF)  # sent twice
    assert given_back(item) == ([("buyer_return", 1)], before + 1)
    post()
    assert shares()[1][:2] == ("returned", -1)
    with pytest.raises(GoodsOnShelfError):
        owe(1, "r2", goods=GoodsBack.SHELF, is_borne_by_gallery=True)
    with pytest.raises(RefundTooLargeError):
        owe(3, "r3", goods=GoodsBack.SHELF)
    assert given_back(item) == ([("buyer_return", 1)], before + 1)
    assert findings() == []


def test_goods_that_come_back_damaged_are_written_off_and_those_that_stay_away_are_told_apart():
    delivered_order()
    item = sold_item()
    before = stock(item)[0]
    owe(1, "r1", goods=GoodsBack.DAMAGED)
    owe(1, "r2", goods=GoodsBack.KEPT)
    owe(1, "r3", goods=GoodsBack.DAMAGED, is_borne_by_gallery=True)
    twice = [("buyer_return", 1), ("damaged", -1)] * 2
    assert given_back(item) == (twice, before)
    post()
    assert [row[:2] for row in shares()] == [("sold", 3), ("returned", -1), ("refunded", -1)]
    assert findings() == []
    change_behind("stock_movement", "UPDATE stock_movement SET pieces = 2 WHERE reason = 'buyer_return'")
    assert sum("pieces differ from the stock ledger: refund:" in line for line in findings()) == 2


def test_what_comes_back_is_in_the_lots_it_was_sold_from():
    """Three pieces of an earlier date and two of a later one were sent; money for two is given back twice."""
    goods, place = make_goods(price_idr=10_000), make_gallery_place()
    today = clock.today()
    first = make_stock(goods.variant_id, place.id, 3, expires_on=today + timedelta(days=200))
    second = make_stock(goods.variant_id, place.id, 4, expires_on=today + timedelta(days=300))
    make_bank_account()
    owner = guest()
    fill_cart(owner, (goods, 5))
    buy(owner, pick_up_at(place.gallery_id), key="l1", method=PaymentMethod.BANK_TRANSFER)
    run(payments.verify, the(OrderPayment).id, actor=STAFF)
    for step in (orders.pack_parcel, orders.hand_over_parcel, orders.deliver_parcel):
        run(step, the(Parcel).id, actor=STAFF)
    owe(2, "r1", goods=GoodsBack.SHELF)
    assert (stock(first)[0], stock(second)[0]) == (2, 2)
    owe(2, "r2", goods=GoodsBack.SHELF)
    assert (stock(first)[0], stock(second)[0]) == (3, 3)
    post()
    assert findings() == []


def break_sale(sale_id: int) -> None:
    """A receipt whose tenders no longer pay for it makes no entry that adds up."""
    change_behind("tender", f"UPDATE tender SET amount_idr = amount_idr - 1 WHERE sale_id = {sale_id}")  # noqa: S608


def test_one_document_that_does_not_add_up_keeps_no_other_one_from_being_posted(caplog):
    desk = make_desk()
    goods, _ = on_shelf(desk, price_idr=45_000)
    sales = [make_sale(desk, (goods, 1)).id for _ in range(3)]
    break_sale(sales[1])
    with pytest.raises(ValueError, match="does not add up"):
        post()
    assert entries() == []
    settlement.post()
    posted = db.session.query(JournalEntry.source_id).filter_by(kind=EntryKind.COUNTER_SALE).order_by(JournalEntry.id)
    assert [row[0] for row in posted] == [sales[0], sales[2]]
    assert "shift_opened" in entries()
    assert [record.message for record in caplog.records] == ["document not posted"]
    assert caplog.records[0].row == sales[1]
    assert f"document makes no entry: counter_sale {sales[1]}: expected an entry, found a rest of -1" in findings()


def test_a_document_that_waits_for_its_entry_for_more_than_an_hour_is_found(now):
    delivered_order()
    assert findings() == []
    now["now"] = NOW + timedelta(minutes=59)
    assert findings() == []
    now["now"] = NOW + timedelta(minutes=61)
    payment, parcel = the(OrderPayment).public_id, the(Parcel).public_id
    assert findings() == [
        f"document without its entry: payment of payment:{payment}: expected an entry, found none",
        f"document without its entry: delivered of parcel:{parcel}: expected an entry, found none",
    ]
    settlement.post()
    assert findings() == []
