"""Servers that behave like the couriers' and gateways', written from their documents, and misbehave on demand."""

from tests.standins.biteship import BiteshipStandIn
from tests.standins.gateways import GatewayStandIn
from tests.standins.grab_express import GrabExpressStandIn
from tests.standins.lalamove import LalamoveStandIn
from tests.standins.midtrans import MidtransStandIn
from tests.standins.server import Fault, Notice, StandIn
from tests.standins.stripe import StripeStandIn

STANDINS = {one.name: one for one in (BiteshipStandIn, LalamoveStandIn, GrabExpressStandIn)}
GATEWAYS = {one.name: one for one in (StripeStandIn, MidtransStandIn)}

__all__ = [
    "GATEWAYS",
    "STANDINS",
    "BiteshipStandIn",
    "Fault",
    "GatewayStandIn",
    "GrabExpressStandIn",
    "LalamoveStandIn",
    "MidtransStandIn",
    "Notice",
    "StandIn",
    "StripeStandIn",
]
