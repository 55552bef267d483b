"""Accounts of the journal, kinds of its entries, and the life of a payout."""

from enum import StrEnum
from typing import Final

from gallery.core.states import Machine


class Account(StrEnum):
    """Where money is, or to whom it belongs. Each is kept per party ("gallery:3", "order:7k2m…", "business:12").

    What the office has is positive (debit), what it owes or has earned is negative (credit).
    """

    CASH = "cash"  # in the drawer of a shift
    SAFE = "safe"  # of a gallery, outside the drawers
    QRIS = "qris"  # of a gallery, at its acquirer
    BANK = "bank"
    GATEWAY = "gateway"  # what a payment gateway holds for the office
    TRANSIT = "transit"  # a gateway has sent it and the bank does not show it yet
    RIDERS = "riders"  # cash that riders were given at the door
    DISPUTES = "disputes"  # taken by a gateway until it is clear who is right
    BUYERS = "buyers"  # paid, and not yet delivered
    REFUNDS = "refunds"  # to be paid back
    OWNERS = "owners"  # share of the MSMEs
    COURIERS = "couriers"
    COMMISSION = "commission"
    SHIPPING = "shipping"  # what buyers paid for it
    SHIPPING_COST = "shipping_cost"
    DISCOUNT = "discount"  # given at the counter, carried by the gallery
    LOSS = "loss"  # of goods, carried by the gallery
    ROUNDING = "rounding"  # unique digits of transfers
    CASH_DIFFERENCE = "cash_difference"
    EXPENSE = "expense"
    FEES = "fees"  # of gateways and banks
    OFFICE = "office"  # money that comes from or goes to somewhere outside this book


class EntryKind(StrEnum):
    """What happened. Each document makes at most one entry of a kind."""

    PAYMENT = "payment"
    DELIVERED = "delivered"
    CAME_BACK = "came_back"
    REFUND_OWED = "refund_owed"
    REFUND_PAID = "refund_paid"
    COURIER_FEE = "courier_fee"
    COURIER_BILLED = "courier_billed"  # other than what was agreed
    SHIFT_OPENED = "shift_opened"
    SHIFT_CLOSED = "shift_closed"
    CASH_MOVED = "cash_moved"
    COUNTER_SALE = "counter_sale"
    COUNTER_RETURN = "counter_return"
    GOODS_LOST = "goods_lost"
    PIECES_LOST = "pieces_lost"  # by a count, a transfer or a correction
    PIECES_FOUND = "pieces_found"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_BOUNCED = "payout_bounced"
    CHARGE_EXTRA = "charge_extra"  # an order was paid once more
    GATEWAY_FEE = "gateway_fee"
    GATEWAY_PAYOUT = "gateway_payout"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_WON = "dispute_won"
    BANK_LINE = "bank_line"  # seen on the bank's statement first
    REMITTANCE = "remittance"
    COURIER_PAID = "courier_paid"


class Channel(StrEnum):
    """Where the pieces of a share went."""

    COUNTER = "counter"
    ONLINE = "online"
    NONE = "none"  # they were lost


class ShareKind(StrEnum):
    """Why an owner is owed more, or less."""

    SOLD = "sold"
    RETURNED = "returned"  # the buyer brought it back
    REFUNDED = "refunded"  # the buyer got money back, and the goods did not come back
    LOST = "lost"  # and the gallery carries that; negative where they turned up again


class PayoutStatus(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    DONE = "done"
    CANCELLED = "cancelled"


class PayoutItemStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


_P = PayoutStatus
PAYOUT: Final = Machine(
    {
        _P.DRAFT: frozenset({_P.APPROVED, _P.CANCELLED}),
        _P.APPROVED: frozenset({_P.DONE, _P.CANCELLED}),
        _P.DONE: frozenset(),
        _P.CANCELLED: frozenset(),
    }
)

_I = PayoutItemStatus
PAYOUT_ITEM: Final = Machine(
    {
        _I.OPEN: frozenset({_I.PAID, _I.FAILED, _I.CANCELLED}),
        # Banks send transfers back days later.
        _I.PAID: frozenset({_I.FAILED}),
        _I.FAILED: frozenset(),
        _I.CANCELLED: frozenset(),
    }
)


class BankLineStatus(StrEnum):
    OPEN = "open"
    MATCHED = "matched"
    IGNORED = "ignored"


BANK_LINE: Final = Machine(
    {
        BankLineStatus.OPEN: frozenset({BankLineStatus.MATCHED, BankLineStatus.IGNORED}),
        BankLineStatus.MATCHED: frozenset(),
        BankLineStatus.IGNORED: frozenset({BankLineStatus.OPEN, BankLineStatus.MATCHED}),
    }
)


class BankLineKind(StrEnum):
    """What a line of a bank's statement is."""

    PAYMENT = "payment"  # a buyer's transfer
    OWNER_PAYOUT = "owner_payout"  # ours to an MSME
    REFUND = "refund"  # ours to a buyer
    COURIER_PAID = "courier_paid"  # ours to a rider or courier
    GATEWAY_PAYOUT = "gateway_payout"
    QRIS_PAYOUT = "qris_payout"  # what the acquirer of a gallery's QRIS code passes on
    CASH_DEPOSIT = "cash_deposit"  # out of a gallery's safe
    FEE = "fee"
    OTHER = "other"  # not of this book


class Certainty(StrEnum):
    """How sure it is that a line and a document belong together."""

    SURE = "sure"
    LIKELY = "likely"
    BY_HAND = "by_hand"


class MatchReason(StrEnum):
    """What speaks for or against a line and a document belonging together."""

    AMOUNT = "amount"  # to the rupiah
    TOTAL = "total"  # the order's total, with other last digits
    NAME = "name"
    NUMBER = "number"  # of the order or list
    ACCOUNT = "account"  # last digits of the receiver's
    REFERENCE = "reference"
    NOTED = "noted"  # staff wrote down that it was paid
    CLOSED = "closed"  # the order had ended
    LATE = "late"
    OTHER_ACCOUNT = "other_account"
    SEVERAL = "several"
    WORDS = "words"  # of the bank, for lines that are documents of their own


class DifferenceKind(StrEnum):
    """What does not fit between journal, gateways, orders and the bank."""

    LINE_OPEN = "line_open"  # the bank shows it, and nobody knows what it is
    TRANSFER_UNSEEN = "transfer_unseen"  # verified, and the bank does not show it
    PAYOUT_UNSEEN = "payout_unseen"
    REFUND_UNSEEN = "refund_unseen"
    COURIER_UNSEEN = "courier_unseen"
    GATEWAY_UNKNOWN = "gateway_unknown"  # in the gateway's books, and not here
    GATEWAY_MISSING = "gateway_missing"  # paid here, and not in the gateway's books
    GATEWAY_TROUBLE = "gateway_trouble"  # a person has to look at it
    GATEWAY_BALANCE = "gateway_balance"
    CASH_LATE = "cash_late"  # a rider has it for too long
