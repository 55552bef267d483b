"""Tables of consigned goods."""

from gallery.consignment.models.notes import ConsignmentNote, NoteLine
from gallery.consignment.models.receipts import Receipt, ReceiptLine, Receiving, ReceivingCount, ReceivingLine
from gallery.consignment.models.requests import PriceRequest, PriceRequestLot, ReplenishmentRequest
from gallery.consignment.models.returns import OwnerReturn, OwnerReturnLine, WriteOff, WriteOffLine
from gallery.consignment.models.terms import LotTerms, Terms
from gallery.consignment.models.transfers import Transfer, TransferLine

__all__ = [
    "ConsignmentNote",
    "LotTerms",
    "NoteLine",
    "OwnerReturn",
    "OwnerReturnLine",
    "PriceRequest",
    "PriceRequestLot",
    "Receipt",
    "ReceiptLine",
    "Receiving",
    "ReceivingCount",
    "ReceivingLine",
    "ReplenishmentRequest",
    "Terms",
    "Transfer",
    "TransferLine",
    "WriteOff",
    "WriteOffLine",
]
