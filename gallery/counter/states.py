"""Lives of shifts and leases, and the words that counter rows are stored with."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class ShiftStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class LeaseStatus(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


SHIFT: Final = Machine({ShiftStatus.OPEN: frozenset({ShiftStatus.CLOSED}), ShiftStatus.CLOSED: frozenset()})
LEASE: Final = Machine({LeaseStatus.ACTIVE: frozenset({LeaseStatus.ENDED}), LeaseStatus.ENDED: frozenset()})


class SaleOrigin(StrEnum):
    """Whether the sale was booked while it happened, or brought by a till that had lost its connection."""

    ONLINE = "online"
    OFFLINE = "offline"


class TenderMethod(StrEnum):
    CASH = "cash"
    QRIS = "qris"


class CashReason(StrEnum):
    """Why cash went into or out of the drawer without a sale."""

    CHANGE_MONEY = "change_money"
    BANK_DEPOSIT = "bank_deposit"
    EXPENSE = "expense"
    OTHER = "other"


class ReturnReason(StrEnum):
    """Why a buyer brings something back."""

    DAMAGED = "damaged"
    WRONG_ARTICLE = "wrong_article"
    QUALITY = "quality"
    CASHIER_MISTAKE = "cashier_mistake"
    OTHER = "other"


class RefundMethod(StrEnum):
    CASH = "cash"
    OTHER = "other"  # by transfer: nothing leaves the drawer
