"""Changes of the settlement. Every function runs inside the caller's ``transaction()``.

Locks: a line of the bank's statement, then business, then payout, then its items.
"""

from gallery.settlement.services.bank import (
    OwnFacts,
    book_line,
    check_account,
    ignore_line,
    import_statement,
    note_certainties,
    reopen_line,
)
from gallery.settlement.services.bank_matching import match_line, settle_if_sure
from gallery.settlement.services.bank_sheets import BankSheet, first_rows, read_statement
from gallery.settlement.services.courier_payments import Purse, pay_courier
from gallery.settlement.services.payouts import (
    add_proof,
    approve_payout,
    cancel_payout,
    create_payout,
    mark_failed,
    mark_paid,
    take_bank_file,
)
from gallery.settlement.services.posting import post_documents, post_due

__all__ = [
    "BankSheet",
    "OwnFacts",
    "Purse",
    "add_proof",
    "approve_payout",
    "book_line",
    "cancel_payout",
    "check_account",
    "create_payout",
    "first_rows",
    "ignore_line",
    "import_statement",
    "mark_failed",
    "mark_paid",
    "match_line",
    "note_certainties",
    "pay_courier",
    "post_documents",
    "post_due",
    "read_statement",
    "reopen_line",
    "settle_if_sure",
    "take_bank_file",
]
