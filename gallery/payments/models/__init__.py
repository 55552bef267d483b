"""Tables of payments: what is owed and paid, gateways, cash that riders carry."""

from gallery.payments.models.cash import Remittance, RemittanceLine
from gallery.payments.models.gateways import GatewayCharge, GatewayDispute, GatewayMovement, GatewayNotice
from gallery.payments.models.papers import OrderBudget
from gallery.payments.models.payments import BankAccount, Payment, PaymentProof, QrisCode, Refund, RefundLine

__all__ = [
    "BankAccount",
    "GatewayCharge",
    "GatewayDispute",
    "GatewayMovement",
    "GatewayNotice",
    "OrderBudget",
    "Payment",
    "PaymentProof",
    "QrisCode",
    "Refund",
    "RefundLine",
    "Remittance",
    "RemittanceLine",
]
