"""Consigned pieces that may leave again: a lot with frozen terms, without going through a receiving."""

from datetime import date
from itertools import count
from typing import Any

from gallery.consignment.models import LotTerms, Receipt, ReceiptLine, Receiving, ReceivingLine
from gallery.consignment.states import LossBearer, PaymentPeriod
from gallery.core.db import db, transaction
from gallery.inventory.models import Lot, Paper, Place, StockItem
from gallery.inventory.states import PaperKind
from tests.factories.inventory import Goods, make_stock

_n = count(1)


def make_consigned(
    goods: Goods,
    place_id: int,
    pieces: int = 10,
    *,
    expires_on: date | None = None,
    owed_idr: int | None = 36_000,
    commission_bps: int | None = None,
    loss_bearer: LossBearer = LossBearer.OWNER,
    **agreed: Any,
) -> int:
    """Pieces of a lot of their own, with terms (``agreed``: more of their columns); the stock item's id."""
    number = next(_n)
    item_id = make_stock(goods.variant_id, place_id, pieces, expires_on=expires_on)
    gallery_id = db.session.get_one(Place, place_id).gallery_id
    lot_id = db.session.get_one(StockItem, item_id).lot_id
    with transaction() as session:
        session.get_one(Lot, lot_id).intake = f"receipt_line:uji{number}"
        receiving = Receiving(gallery_id=gallery_id)
        paper = Paper(
            kind=PaperKind.RECEIPT, subject=f"uji{number}", number=f"TTB-UJI-{number}", gallery_id=gallery_id,
            digest="", summary={},
        )  # fmt: skip
        session.add_all([receiving, paper])
        session.flush()
        line = ReceivingLine(receiving_id=receiving.id, variant_id=goods.variant_id, business_id=goods.business_id)
        receipt = Receipt(
            receiving_id=receiving.id, gallery_id=gallery_id, business_id=goods.business_id, paper_id=paper.id,
            number=paper.number,
        )  # fmt: skip
        session.add_all([line, receipt])
        session.flush()
        printed = ReceiptLine(
            receipt_id=receipt.id, receiving_line_id=line.id, variant_id=goods.variant_id, lot_id=lot_id,
            product_name="Lada Putih", expires_on=expires_on, pieces=pieces, price_idr=45_000,
            consignor_price_idr=36_000, commission_bps=commission_bps,
        )  # fmt: skip
        session.add(printed)
        session.flush()
        session.add(
            LotTerms(
                lot_id=lot_id,
                gallery_id=gallery_id,
                business_id=goods.business_id,
                receipt_line_id=printed.id,
                consignor_price_idr=None if commission_bps is not None else owed_idr,
                commission_bps=commission_bps,
                loss_bearer=loss_bearer,
                **({"collect_days": 14, "payment_period": PaymentPeriod.MONTHLY} | agreed),
            )
        )
    return item_id
