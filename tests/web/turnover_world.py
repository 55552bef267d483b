"""An MSME whose goods were sold, for the pages of officers and of owners about its turnover."""

import io
from datetime import UTC, datetime

from gallery.core.db import db, transaction
from gallery.counter import services as counter
from gallery.counter.services import Back
from gallery.counter.states import RefundMethod, ReturnReason
from gallery.registry.models import Business
from tests.factories.counter import ACTOR, make_desk, make_sale, on_shelf
from tests.factories.settlement import post

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)


def sell_three() -> str:
    """The public id of an MSME of whose goods three were sold for 135,000 rupiah, and one came back."""
    desk = make_desk()
    goods, _ = on_shelf(desk, price_idr=45_000)
    sale = make_sale(desk, (goods, 3))
    with transaction() as session:
        counter.return_sale(
            session, sale.id, desk.shift_id, {sale.lines[0].id: Back(1)}, reason=ReturnReason.QUALITY, note="",
            refund_method=RefundMethod.CASH, request_key="r", actor=ACTOR,
        )  # fmt: skip
    post()
    return db.session.query(Business.public_id).filter_by(id=goods.business_id).scalar()


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def upload(data: bytes, name: str, note: str = ""):
    return {"letter": (io.BytesIO(data), name), "note": note}
