"""Each line of a document names the pieces that moved in its name: a line that was changed behind it is found."""

import pytest
from sqlalchemy import text

from gallery.accounts.permissions import Actor
from gallery.consignment.services import returns, transfers, write_offs
from gallery.consignment.services.transfers import Counted
from gallery.consignment.services.write_offs import Loss
from gallery.consignment.states import MissingAs
from gallery.core.db import db, snapshot, transaction
from gallery.counter.services import Back, return_sale
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.inventory.models import Place, StockItem
from gallery.inventory.states import MovementReason
from gallery.orders import services as orders
from gallery.orders.models import Parcel
from gallery.payments import services as payments
from gallery.payments.models import Payment
from gallery.payments.states import GivenBackFor, GoodsBack, PaymentMethod
from gallery.stocktake.queries import prove_stock
from tests.factories.checkout import buy, fill_cart, guest, make_bank_account, pick_up_at
from tests.factories.consignment import make_receipt
from tests.factories.counter import make_desk, make_sale
from tests.factories.inventory import BELITUNG, make_gallery_place, make_goods

STAFF, KEY = Actor.system(), b"key of these tests"


def run(service, *args, **kwargs):
    with transaction() as session:
        return service(session, *args, **kwargs)


@pytest.fixture
def books(app):
    """A gallery that received forty pieces and lived through every document once."""
    app.config["AUDIT_KEY"] = KEY.decode()
    place, other = make_gallery_place(), make_gallery_place(BELITUNG, name="Galeri Belitung")
    place_id, gallery_id, other_id = place.id, place.gallery_id, other.id
    goods = make_goods(price_idr=45_000)
    make_receipt(goods, 40, gallery_id=gallery_id)
    item = db.session.query(StockItem.id).scalar()
    back = run(returns.prepare_return, place_id, goods.business_id, {item: 3}, request_key="r", actor=STAFF)
    run(returns.hand_over_return, back.id, collected_by="Bu Ani", actor=STAFF)
    loss = [Loss(item, 2, MovementReason.EXPIRED)]
    lost = run(write_offs.prepare_write_off, place_id, goods.business_id, loss, request_key="w", actor=STAFF)
    run(write_offs.approve_write_off, lost.id, actor=STAFF)
    for key, counted in (
        ("t1", Counted(4, MissingAs.LOST, "jatuh ke laut")),
        ("t2", Counted(3, MissingAs.WENT_BACK)),
        ("t3", None),
    ):
        sent = run(transfers.draft_transfer, place_id, other_id, {item: 5}, request_key=key, actor=STAFF)
        run(transfers.send_transfer, sent.id, carried_by="KM Bahari", actor=STAFF)
        if counted:
            run(transfers.receive_transfer, sent.id, {sent.lines[0].id: counted}, actor=STAFF)
    sell_and_take_back(db.session.get(Place, place_id), goods)
    order_and_take_back(gallery_id, goods)
    return item


def sell_and_take_back(place, goods):
    desk = make_desk(place)
    sale = make_sale(desk, (goods, 4))
    for key, back in (("b1", Back(1)), ("b2", Back(1, is_damaged=True))):
        given = {"reason": ReturnReason.QUALITY, "note": "", "refund_method": RefundMethod.CASH, "request_key": key}
        run(return_sale, sale.id, desk.shift_id, {sale.lines[0].id: back}, **given, actor=STAFF)


def order_and_take_back(gallery_id, goods):
    make_bank_account()
    owner = guest()
    fill_cart(owner, (goods, 3))
    buy(owner, pick_up_at(gallery_id), key="o1", method=PaymentMethod.BANK_TRANSFER)
    db.session.rollback()
    run(payments.verify, db.session.query(Payment.id).scalar(), actor=STAFF)
    parcel = db.session.query(Parcel).one()
    parcel_id, line_id = parcel.id, parcel.lines[0].id
    for step in (orders.pack_parcel, orders.hand_over_parcel, orders.deliver_parcel):
        run(step, parcel_id, actor=STAFF)
    for key, goods_are in (("g1", GoodsBack.SHELF), ("g2", GoodsBack.DAMAGED)):
        run(
            payments.owe_lines,
            parcel_id,
            {line_id: 1},
            goods=goods_are,
            reason=GivenBackFor.DAMAGED,
            request_key=key,
            actor=STAFF,
        )


def raw(statement: str) -> None:
    """Change a row as somebody with the database's password could: without its triggers."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:  # each test has a copy of the file of its own
            for name in session.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'trigger'")).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text(statement))
    db.session.expire_all()


def found() -> list[tuple[str, str, str]]:
    findings = [one for one in prove_stock(snapshot(), KEY).findings if one.what == "document_pieces"]
    return sorted(
        (one.row.split(":")[0], one.row.rpartition(", ")[2], f"{one.expected} {one.found}") for one in findings
    )


def test_documents_and_movements_say_the_same(books):
    assert prove_stock(snapshot(), KEY).findings == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE receipt_line SET pieces = 41", [("receipt", "received", "41 40")]),
        ("UPDATE owner_return_line SET pieces = 4", [("return", "owner_return", "-4 -3")]),
        ("UPDATE write_off_line SET pieces = 1", [("write_off", "expired", "-1 -2")]),
        (
            "UPDATE write_off_line SET reason = 'damaged'",
            [("write_off", "damaged", "-2 0"), ("write_off", "expired", "0 -2")],
        ),
        (
            "UPDATE transfer_line SET received_pieces = 5 WHERE missing_as = 'lost'",
            [("transfer", "lost", "0 -1"), ("transfer", "transfer_in", "5 4"), ("transfer", "transfer_out", "-5 -4")],
        ),
        (
            "UPDATE transfer_line SET missing_as = 'lost' WHERE missing_as = 'went_back'",
            [("transfer", "lost", "-2 0"), ("transfer", "transfer_in", "0 2"), ("transfer", "transfer_out", "-3 -5")],
        ),
        (
            "UPDATE transfer_line SET pieces = 6 WHERE received_pieces IS NULL",
            [("transfer", "transfer_in", "6 5"), ("transfer", "transfer_out", "-6 -5")],
        ),
        ("UPDATE counter_sale_line SET pieces = 3", [("sale", "sold", "-3 -4")]),
        ("UPDATE counter_return_line SET is_damaged = TRUE", [("counter_return", "damaged", "-1 0")]),
        ("UPDATE order_line SET quantity = 4, subtotal_idr = 4 * price_idr", [("order", "sold", "-4 -3")]),
        (
            "UPDATE refund SET goods = 'kept' WHERE goods = 'shelf'",
            [("refund", "buyer_return", "0 1")],
        ),
        ("UPDATE stock_movement SET reason = 'lost' WHERE reason = 'owner_return'",
         [("return", "lost", "0 -3"), ("return", "owner_return", "-3 0")]),
    ],
)  # fmt: skip
def test_a_line_that_was_changed_is_found(books, statement, expected):
    raw(statement)
    assert found() == expected


def test_a_movement_in_the_name_of_a_document_that_does_not_know_it_is_found(books):
    raw("UPDATE stock_movement SET document = (SELECT 'sale:' || public_id FROM counter_sale) WHERE reason = 'expired'")
    assert found() == [("sale", "expired", "0 -2"), ("write_off", "expired", "-2 0")]
