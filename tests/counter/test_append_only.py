"""What the counter has finished is never edited: the database itself refuses it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from gallery.core.db import db, transaction
from gallery.counter import services
from gallery.counter.services import Back
from gallery.counter.states import CashReason, RefundMethod, ReturnReason
from tests.factories.counter import ACTOR, make_desk, make_sale, on_shelf

EDITS = (
    "UPDATE counter_sale SET total_idr = 1",
    "UPDATE counter_sale SET cashier_name = 'orang lain'",
    "DELETE FROM counter_return_line",
    "UPDATE counter_return SET refund_idr = 1",
    "UPDATE tender SET amount_idr = 1",
    "UPDATE cash_movement SET amount_idr = 1",
    "DELETE FROM cash_movement",
    "UPDATE counter_sale_line SET price_idr = 1",
    "UPDATE counter_sale_line SET business_id = business_id",
    "DELETE FROM counter_sale_line",
)


@pytest.mark.usefixtures("app")
def test_sales_returns_and_cash_are_append_only():
    desk = make_desk()
    goods, _item = on_shelf(desk)
    sale = make_sale(desk, (goods, 3))
    sale_id, line_id = sale.id, sale.lines[0].id
    with transaction() as session:
        services.move_cash(
            session, desk.shift_id, 5_000, reason=CashReason.OTHER, note="", request_key="kas", actor=ACTOR
        )
        services.return_sale(  # counts on the line what came back: that alone may move
            session, sale_id, desk.shift_id, {line_id: Back(1)}, reason=ReturnReason.QUALITY, note="",
            refund_method=RefundMethod.CASH, request_key="b", actor=ACTOR,
        )  # fmt: skip
    for edit in EDITS:
        with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
            session.execute(text(edit))
    db.session.rollback()
    seen = db.session.execute(text("SELECT total_idr, price_idr, returned_pieces FROM counter_sale, counter_sale_line"))
    assert seen.one() == (135_000, 45_000, 1)
