"""Tables of the money: the journal and what it is held against."""

from gallery.settlement.models.bank import BankLine, BankStatement
from gallery.settlement.models.journal import JournalEntry, JournalLine, OwnerShare
from gallery.settlement.models.payouts import CourierPayment, Payout, PayoutItem, PayoutProof
from gallery.settlement.models.turnover import TurnoverStatement

__all__ = [
    "BankLine",
    "BankStatement",
    "CourierPayment",
    "JournalEntry",
    "JournalLine",
    "OwnerShare",
    "Payout",
    "PayoutItem",
    "PayoutProof",
    "TurnoverStatement",
]
