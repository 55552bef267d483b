"""Reads of payments: what is to be paid, what came, what is owed back, and what gateways know of it."""

from gallery.payments.queries.payments import (
    PAGE_SIZE,
    PaymentPage,
    Refundable,
    Tab,
    active_accounts,
    bank_account,
    next_to_check,
    overdue_orders,
    payment_in_scope,
    payment_of,
    payments_in_scope,
    proof_file,
    qris_code_for,
    qris_codes,
    refund_in_scope,
    refundable,
    refunds_of,
    tab_counts,
)

from gallery.payments.queries.refunds import RefundPage, RefundRow, refunds_due, refunds_in_scope

__all__ = [
    "PAGE_SIZE",
    "PaymentPage",
    "RefundPage",
    "RefundRow",
    "Refundable",
    "Tab",
    "bank_account",
    "active_accounts",
    "next_to_check",
    "overdue_orders",
    "payment_in_scope",
    "payment_of",
    "payments_in_scope",
    "proof_file",
    "qris_code_for",
    "qris_codes",
    "refund_in_scope",
    "refundable",
    "refunds_in_scope",
    "refunds_of",
    "refunds_due",
    "tab_counts",
]
