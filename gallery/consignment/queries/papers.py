"""What papers about goods that leave say: the facts as printed, and the sums that anybody may see."""

from typing import Any

from sqlalchemy.orm import Session

from gallery.accounts.models import User
from gallery.consignment.models import (
    OwnerReturn,
    OwnerReturnLine,
    PriceRequest,
    Transfer,
    TransferLine,
    WriteOff,
    WriteOffLine,
)
from gallery.consignment.queries.goods import Goods, goods_of_lines
from gallery.consignment.queries.requests import names_of
from gallery.inventory.models import Place
from gallery.registry.models import Business

Facts = tuple[dict[str, Any], dict[str, Any]]


def return_facts(session: Session, row: OwnerReturn) -> Facts:
    """Return what a return to the owner prints; each piece is worth what the owner would have got for it."""
    goods = goods_of_lines(session, row.lines)
    lines = [
        {**_line(goods[line.stock_item_id], line), "value_idr": goods[line.stock_item_id].owed_idr}
        for line in row.lines
    ]
    business = session.get_one(Business, row.business_id)
    facts = {
        "gallery": session.get_one(Place, row.place_id).name,
        "owner": business.name,
        "at": row.handed_over_at or row.prepared_at,
        "staff": person(session, row.handed_over_by or row.prepared_by),
        "collected_by": row.collected_by,
        "note": row.note,
        "lines": lines,
    }
    return facts, _summary(lines)


def write_off_facts(session: Session, row: WriteOff) -> Facts:
    """Return what the minutes of a loss print, valued as on the day it was reported."""
    goods = goods_of_lines(session, row.lines)
    lines = [
        {
            **_line(goods[line.stock_item_id], line),
            "value_idr": line.value_idr,
            "reason": line.reason.value,
            "loss_bearer": line.loss_bearer.value if line.loss_bearer else "",
        }
        for line in row.lines
    ]
    business = session.get_one(Business, row.business_id)
    facts = {
        "gallery": session.get_one(Place, row.place_id).name,
        "owner": business.name,
        "at": row.decided_at or row.prepared_at,
        "prepared_by": person(session, row.prepared_by),
        "decided_by": person(session, row.decided_by),
        "note": row.note,
        "lines": lines,
    }
    return facts, _summary(lines)


def transfer_facts(session: Session, row: Transfer) -> Facts:
    """Return what a delivery note prints: what was sent."""
    goods = goods_of_lines(session, row.lines)
    lines = [
        {**_line(goods[line.stock_item_id], line), "owner": goods[line.stock_item_id].business.name}
        for line in row.lines
    ]
    facts = {
        "from": session.get_one(Place, row.from_place_id).name,
        "to": session.get_one(Place, row.to_place_id).name,
        "at": row.sent_at or row.created_at,
        "staff": person(session, row.sent_by or row.created_by),
        "carried_by": row.carried_by,
        "note": row.note,
        "lines": lines,
    }
    return facts, _summary(lines)


def price_facts(session: Session, row: PriceRequest) -> Facts:
    """Return what the notice of a new price prints: what was confirmed, and for which lots the owner gets another."""
    business = session.get_one(Business, row.business_id)
    facts = {
        "owner": business.name,
        "name": names_of(session, [row.variant_id])[row.variant_id],
        "old_idr": row.old_price_idr,
        "new_idr": row.new_price_idr,
        "from": row.wanted_from,
        "at": row.decided_at,
        "decided_by": person(session, row.decided_by),
        "note": row.note,
        "lots": [{"lot": one.lot_id, "owed_idr": one.new_consignor_price_idr} for one in row.lots],
    }
    return facts, {"lines": 1}


def person(session: Session, user_id: int | None) -> str:
    """Return the name of an account, empty for none."""
    user = session.get(User, user_id) if user_id else None
    return user.name if user else ""


def _line(goods: Goods, line: OwnerReturnLine | WriteOffLine | TransferLine) -> dict[str, Any]:
    return {
        "name": goods.name,
        "lot": goods.lot.id,
        "lot_code": goods.lot.code,
        "expires_on": goods.lot.expires_on,
        "pieces": line.pieces,
    }


def _summary(lines: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {"lines": len(lines), "pieces": sum(line["pieces"] for line in lines)}
    if all("value_idr" in line for line in lines):
        found["total_idr"] = sum(line["pieces"] * line["value_idr"] for line in lines)
    return found
