"""Reads of the settlement: entries that documents demand, balances, statements, payouts, and the proof of it all."""

from gallery.settlement.queries.audit import MoneyProof, prove_money
from gallery.settlement.queries.balances import (
    Balance,
    balance_of,
    balances,
    owner_in_scope,
    owners_by_public_id,
    owners_in_scope,
)
from gallery.settlement.queries.statements import Statement, statement

__all__ = [
    "Balance",
    "MoneyProof",
    "Statement",
    "balance_of",
    "balances",
    "owner_in_scope",
    "owners_by_public_id",
    "owners_in_scope",
    "prove_money",
    "statement",
]
